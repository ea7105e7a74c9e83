//! Money that a client has paid for an inquiry, or got back.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{Amount, OneCRef};

/// What 1C told of a payment. `None` in a field: it is not spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPayment {
    /// The GUID of the payment.
    pub onec_ref: OneCRef,
    /// The GUID of «Запрос» for which it is. It or `deal_id` is told at least once.
    pub inquiry: Option<OneCRef>,
    /// The deal for which it is.
    pub deal_id: Option<i64>,
    /// Номер.
    pub number: Option<String>,
    /// Дата; `Some(None)` clears it.
    pub date: Option<Option<Date>>,
    /// A refund is negative. Told at least once.
    pub amount: Option<Amount>,
    /// Three letters; empty is the currency of the deal.
    pub currency: Option<String>,
    /// Takes it out of the total.
    pub cancelled: Option<bool>,
    /// When 1C changed it.
    pub changed_at: Option<Timestamp>,
}

/// All payments of an inquiry: what is not among them no longer counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletePayments {
    /// The GUID of «Запрос».
    pub inquiry: OneCRef,
    /// All of them; none is a list too.
    pub payments: Vec<ShownPayment>,
}
