//! What 1C prints for an inquiry: ТКП, Договор, Счёт, as PDF.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Amount, OneCRef};

/// What a document is; each kind has its own field of the deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// ТКП, технико-коммерческое предложение.
    Quotation,
    /// Договор.
    Contract,
    /// Счёт.
    Invoice,
}

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Quotation, Self::Contract, Self::Invoice];

    /// The word of the contract with 1C and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quotation => "quotation",
            Self::Contract => "contract",
            Self::Invoice => "invoice",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Quotation => "ТКП",
            Self::Contract => "Договор",
            Self::Invoice => "Счёт",
        }
    }
}

/// What 1C told of a document. `None` in a field: it is not spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownDocument {
    /// The GUID of the document.
    pub onec_ref: OneCRef,
    /// What it is. Told at least once.
    pub kind: Option<DocumentKind>,
    /// The GUID of «Запрос» to which it belongs. It or `deal_id` is told at least once.
    pub inquiry: Option<OneCRef>,
    /// The deal to which it belongs.
    pub deal_id: Option<i64>,
    /// Номер.
    pub number: Option<String>,
    /// Дата; `Some(None)` clears it.
    pub date: Option<Option<Date>>,
    /// Сумма; `Some(None)` clears it.
    pub amount: Option<Option<Amount>>,
    /// Three letters.
    pub currency: Option<String>,
    /// The name of the file, with `.pdf`.
    pub file_name: Option<String>,
    /// The PDF itself, proven to look like one and within the limit. `None`: it comes by itself, or is known.
    pub content: Option<Vec<u8>>,
    /// Пометка удаления.
    pub deleted: Option<bool>,
    /// When 1C changed it.
    pub changed_at: Option<Timestamp>,
}
