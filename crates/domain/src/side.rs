//! The two shores.

use serde::{Deserialize, Serialize};

/// One of the two shores that the ferry serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// 1C:Enterprise.
    OneC,
    /// Bitrix24.
    Bitrix,
}

impl Side {
    /// The other shore.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::OneC => Self::Bitrix,
            Self::Bitrix => Self::OneC,
        }
    }

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneC => "onec",
            Self::Bitrix => "bitrix",
        }
    }

    /// The name that people use.
    pub fn title(self) -> &'static str {
        match self {
            Self::OneC => "1С",
            Self::Bitrix => "Битрикс24",
        }
    }
}
