use domain::{Field, LinkId, OneCRef, ReasonCode, Side, Timestamp};
use serde::{Deserialize, Serialize};

/// Something on which the two sides do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discrepancy {
    /// Whose. `None`: a company that never became a counterparty.
    pub link: Option<LinkId>,
    /// The name that people know it by.
    pub title: String,
    /// Its ИНН, as written.
    pub inn: String,
    /// «Код» in 1C.
    pub onec_code: Option<String>,
    /// The GUID in 1C.
    pub onec_ref: Option<OneCRef>,
    /// The company in Bitrix24.
    pub company_id: Option<i64>,
    /// What is wrong.
    pub kind: DiscrepancyKind,
    /// Whether it goes by itself.
    pub standing: Standing,
    /// The side that lacks something. `None`: nobody is to write anything.
    pub towards: Option<Side>,
    /// The cause, where a record waits.
    pub reason: Option<ReasonCode>,
    /// What will happen, or what to do, in Russian.
    pub text: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether somebody has to do something.
    pub needs_person: bool,
    /// The fields in question; none where a side lacks the whole.
    pub fields: Vec<FieldDifference>,
}

/// A field that the sides show differently, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDifference {
    /// Which.
    pub field: Field,
    /// What 1C shows.
    pub onec: String,
    /// What Bitrix24 shows.
    pub bitrix: String,
    /// What both agreed on last; empty: they never did.
    pub base: String,
    /// Which value stays, and by which rule.
    pub verdict: String,
}

/// What two sides disagree about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiscrepancyKind {
    /// 1C shows it, Bitrix24 has no company for it.
    #[serde(rename = "missing-in-bitrix24")]
    MissingInBitrix,
    /// A company that 1C has not taken.
    #[serde(rename = "missing-in-1c")]
    MissingInOneC,
    /// Both have it and show different values.
    Different,
    /// 1C showed everything, and this was not among it.
    #[serde(rename = "not-shown-by-1c")]
    NotShown,
}

/// Whether a difference goes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nobody carries it: something was missed.
    Missed,
    /// Nobody carried it; it is under way now.
    Healed,
    /// It is under way.
    UnderWay,
    /// It waits for a person, or for something to happen.
    Waits,
    /// A rule leaves each side as it is.
    KeptApart,
    /// A person gave it up.
    Dropped,
}

impl DiscrepancyKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::MissingInBitrix, Self::MissingInOneC, Self::Different, Self::NotShown];

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingInBitrix => "missing-in-bitrix24",
            Self::MissingInOneC => "missing-in-1c",
            Self::Different => "different",
            Self::NotShown => "not-shown-by-1c",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::MissingInBitrix => "Нет в Битрикс24",
            Self::MissingInOneC => "Нет в 1С",
            Self::Different => "Различается",
            Self::NotShown => "1С больше не показывает",
        }
    }
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Missed, Self::Healed, Self::UnderWay, Self::Waits, Self::KeptApart, Self::Dropped];

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }

    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Healed => "healed",
            Self::UnderWay => "under-way",
            Self::Waits => "waits",
            Self::KeptApart => "kept-apart",
            Self::Dropped => "dropped",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Missed => "никто не везёт",
            Self::Healed => "отправлено сейчас",
            Self::UnderWay => "в пути",
            Self::Waits => "ждёт",
            Self::KeptApart => "оставлено по правилу",
            Self::Dropped => "отложено человеком",
        }
    }
}
