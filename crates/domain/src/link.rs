//! One thing with its identifiers on both shores, what each shore last showed, and what they agreed on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::requisites::{Inn, Kpp};
use crate::{Counterparty, Field, LinkId, OneCRef, Word};

/// A counterparty known to Parom, on one shore or on both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Ours, for ever.
    pub id: LinkId,
    /// The GUID in 1C, once 1C has shown or created it.
    pub onec_ref: Option<OneCRef>,
    /// «Код» in 1C: a string with leading zeros.
    pub onec_code: Option<String>,
    /// The company in Bitrix24.
    pub company_id: Option<i64>,
    /// The requisite of that company that carries the ИНН.
    pub requisite_id: Option<i64>,
    /// What 1C last showed.
    pub onec: Option<Shown>,
    /// What Bitrix24 last showed.
    pub bitrix: Option<Shown>,
    /// The fields on which both agreed last; `None` in a field: they never did.
    pub base: Counterparty,
    /// What could not be carried although the rest was, for people.
    pub remarks: Vec<Remark>,
    /// What people said of it.
    pub word: Word,
}

/// A snapshot with its times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The state as the side showed it.
    pub snapshot: Counterparty,
    /// When the side changed it, by the side's own clock.
    pub changed_at: Option<Timestamp>,
    /// When Parom saw it.
    pub seen_at: Timestamp,
}

/// A part of a record that stayed behind while the rest travelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Which field.
    pub field: Field,
    /// What happened and what to do, in Russian.
    pub text: String,
}

/// How counterparties of the two shores are recognised as the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatchBy {
    /// By ИНН.
    #[default]
    #[serde(rename = "inn")]
    Inn,
    /// By ИНН and КПП, for companies that deal with branches.
    #[serde(rename = "inn+kpp")]
    InnKpp,
}

/// What makes a counterparty unique: no two links have the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MatchKey(String);

impl MatchKey {
    /// The key of a counterparty with a proven ИНН.
    pub fn new(by: MatchBy, inn: &Inn, kpp: Option<&Kpp>) -> Self {
        match (by, kpp) {
            (MatchBy::Inn, _) | (MatchBy::InnKpp, None) => Self(inn.to_string()),
            (MatchBy::InnKpp, Some(kpp)) => Self(format!("{inn}/{kpp}")),
        }
    }

    /// The key that the database kept: the text of [`as_str`](Self::as_str).
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text that the database keeps unique.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Link {
    /// A link that neither shore has shown yet.
    pub fn new(id: LinkId) -> Self {
        Self {
            id,
            onec_ref: None,
            onec_code: None,
            company_id: None,
            requisite_id: None,
            onec: None,
            bitrix: None,
            base: Counterparty::default(),
            remarks: Vec::new(),
            word: Word::default(),
        }
    }
}
