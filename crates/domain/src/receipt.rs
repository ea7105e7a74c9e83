//! What 1C is offered at a poll, and what it answers.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{Counterparty, DeliveryId, Field, OneCRef};

/// A counterparty that 1C has to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// To be named in the receipt.
    pub delivery: DeliveryId,
    /// The GUID in 1C; `None`: 1C has to find it by ИНН or to create it.
    pub onec_ref: Option<OneCRef>,
    /// The GUID for what 1C creates, the same at every redelivery.
    pub proposed_ref: OneCRef,
    /// «Код», once 1C has told it.
    pub code: Option<String>,
    /// The company in Bitrix24.
    pub company_id: Option<i64>,
    /// Its requisite.
    pub requisite_id: Option<i64>,
    /// The state to take.
    pub snapshot: Counterparty,
    /// Where it differs from what 1C last showed.
    pub changed: Vec<Field>,
    /// When Bitrix24 changed it.
    pub changed_at: Option<Timestamp>,
}

/// What 1C says became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which.
    pub delivery: DeliveryId,
    /// What 1C did.
    pub status: ReceiptStatus,
    /// The GUID of the object.
    pub onec_ref: Option<OneCRef>,
    /// Its «Код», of a counterparty.
    pub code: Option<String>,
    /// Its «Номер», of an inquiry.
    pub number: Option<String>,
    /// Its «Дата», of an inquiry.
    pub date: Option<Date>,
    /// Why it was rejected, for people.
    pub message: String,
}

/// What 1C did with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptStatus {
    /// Created a counterparty.
    Created,
    /// Updated one.
    Updated,
    /// Found everything as it should be.
    Unchanged,
    /// Refused.
    Rejected,
}

impl ReceiptStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Created, Self::Updated, Self::Unchanged, Self::Rejected];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Rejected => "rejected",
        }
    }
}

/// What a receipt means to Parom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptTaken {
    /// The delivery is settled.
    Settled,
    /// Something newer is under way, which is fine.
    Outdated,
    /// There is no such delivery.
    Unknown,
}

impl ReceiptTaken {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Settled, Self::Outdated, Self::Unknown];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Outdated => "outdated",
            Self::Unknown => "unknown",
        }
    }
}
