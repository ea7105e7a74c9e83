//! «Запрос»: what a client asked for. A deal in Bitrix24, a document in 1C.
//!
//! Each side owns its half: the deal says what is asked for ([`Inquiry`]), 1C says under which number and how far it
//! is ([`InquiryPaper`]). Nothing is merged.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Amount, DeliveryId, OneCRef};

/// The state of a deal that 1C has to take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inquiry {
    /// The deal's name.
    pub title: String,
    /// The stage as employees read it: «Подготовка ТКП».
    pub stage: String,
    /// The stage as the portal names it: `C1:PREPARATION`.
    pub stage_id: String,
    /// Won, lost, put away, or deleted.
    pub closed: bool,
    /// «Сумма».
    pub amount: Option<Amount>,
    /// Three letters, `RUB`; empty where the portal says none.
    pub currency: String,
    /// The employee who is responsible.
    pub responsible: Responsible,
    /// The comment as text without markup.
    pub comment: String,
    /// «Дата начала».
    pub opened_on: Option<Date>,
    /// «Предполагаемая дата закрытия».
    pub closes_on: Option<Date>,
    /// The rows, in their order.
    pub products: Vec<Product>,
    /// Custom fields of the deal under the names that the settings give them.
    pub extras: BTreeMap<String, String>,
}

/// An employee of the portal, as 1C may find him.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Responsible {
    /// First name and last name.
    pub name: String,
    /// His address in the portal; empty where the portal does not show it.
    pub email: String,
}

/// A row of a deal. Numbers stand as the portal wrote them, with a point.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Product {
    /// The name in the row.
    pub name: String,
    /// «Артикул»; empty where the portal knows none.
    pub article: String,
    /// How many.
    pub quantity: Amount,
    /// «шт».
    pub unit: String,
    /// Of one unit, before the discount.
    pub price: Amount,
    /// Off one unit, in money.
    pub discount: Amount,
    /// In per cent; `None` is «без НДС».
    pub vat_rate: Option<Amount>,
    /// Whether the price contains the tax.
    pub vat_included: bool,
    /// What the row costs in all, with tax.
    pub amount: Amount,
}

/// Whose inquiry it is, as 1C knows the counterparty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiryClient {
    /// The GUID in 1C. The counterparty always crosses first, so it is known.
    pub onec_ref: OneCRef,
    /// «Код», once 1C has told it.
    pub code: Option<String>,
    /// ИНН, empty for a foreign one.
    pub inn: String,
    /// КПП or empty.
    pub kpp: String,
    /// The company in Bitrix24.
    pub company_id: i64,
}

/// An inquiry that 1C has to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiryOffer {
    /// To be named in the receipt.
    pub delivery: DeliveryId,
    /// The GUID of «Запрос»; `None`: 1C has to create it.
    pub onec_ref: Option<OneCRef>,
    /// The GUID for what 1C creates, the same at every redelivery.
    pub proposed_ref: OneCRef,
    /// Its number, once 1C has told it.
    pub number: Option<String>,
    /// The deal in Bitrix24.
    pub deal_id: i64,
    /// Where an employee opens the deal.
    pub deal_url: String,
    /// Whose it is.
    pub client: InquiryClient,
    /// The state to take.
    pub snapshot: Inquiry,
    /// When Bitrix24 changed it.
    pub changed_at: Option<Timestamp>,
}

/// What 1C keeps of an inquiry: its half of the document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InquiryPaper {
    /// Номер.
    pub number: String,
    /// Дата.
    pub date: Option<Date>,
    /// Состояние, in 1C's words.
    pub status: String,
    /// Whether it is marked for deletion.
    pub deleted: bool,
}

/// What 1C told of an inquiry. `None` in a field: it is not spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownInquiry {
    /// The GUID of «Запрос».
    pub onec_ref: OneCRef,
    /// The deal, where 1C knows it.
    pub deal_id: Option<i64>,
    /// Номер; empty clears it.
    pub number: Option<String>,
    /// Дата; `Some(None)` clears it.
    pub date: Option<Option<Date>>,
    /// Состояние; empty clears it.
    pub status: Option<String>,
    /// Пометка удаления.
    pub deleted: Option<bool>,
    /// When 1C changed it.
    pub changed_at: Option<Timestamp>,
}

/// An inquiry that is still open, for which 1C looks for documents and payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenInquiry {
    /// The deal.
    pub deal_id: i64,
    /// The GUID of «Запрос».
    pub onec_ref: OneCRef,
}
