//! What 1C reads of a polled inquiry, as strict as with counterparties.

use serde_json::Value;
use uuid::Uuid;

use super::{Asked, AskedCounterparty, AskedProduct};
use crate::onec::exchange::Format;
use crate::onec::offered::{Action, Record, deliveries};

/// An inquiry that Parom wants in 1C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OfferedInquiry {
    pub(super) delivery: String,
    pub(super) action: Action,
    pub(super) asked: Asked,
}

/// Everything else is an extra field that the customer has named.
const NAMED: [&str; 21] = [
    "delivery",
    "action",
    "proposed_ref",
    "ref",
    "number",
    "deal_id",
    "deal_url",
    "title",
    "pipeline",
    "stage",
    "stage_id",
    "closed",
    "counterparty",
    "amount",
    "currency",
    "responsible",
    "comment",
    "opened_on",
    "closes_on",
    "products",
    "changed_at",
];

/// Reads the array of a poll that asked for at most `limit` inquiries.
pub(super) fn offered(document: &Value, format: Format, limit: usize) -> Result<Vec<OfferedInquiry>, String> {
    deliveries(document, format, limit, inquiry)
}

fn inquiry(record: &Record<'_>) -> Result<OfferedInquiry, String> {
    let deal_id = record.number("deal_id")?;
    if deal_id <= 0 {
        return Err("`deal_id` is the number of a deal".to_owned());
    }
    let responsible = record.record("responsible")?;
    let changed_at = record.text_if_known("changed_at")?;
    if !changed_at.is_empty() && changed_at.parse::<jiff::Timestamp>().is_err() {
        return Err(format!("`changed_at` is no moment: {changed_at}"));
    }
    Ok(OfferedInquiry {
        delivery: record.text("delivery")?,
        action: record.action()?,
        asked: Asked {
            deal_id,
            deal_url: record.text("deal_url")?,
            title: record.text("title")?,
            pipeline: record.text_if_known("pipeline")?,
            stage: record.text("stage")?,
            stage_id: record.text("stage_id")?,
            closed: record.flag("closed")?,
            counterparty: counterparty(&record.record("counterparty")?)?,
            amount: record.text("amount")?,
            currency: record.text("currency")?,
            responsible: responsible.text("name")?,
            responsible_email: responsible.text("email")?,
            comment: record.text("comment")?,
            opened_on: day(record, "opened_on")?,
            closes_on: day(record, "closes_on")?,
            products: record.list("products")?.map(|row| product(&row)).collect::<Result<_, _>>()?,
            extras: record.others(&NAMED)?,
        },
    })
}

fn counterparty(record: &Record<'_>) -> Result<AskedCounterparty, String> {
    let reference = match record.text_if_known("ref")?.as_str() {
        "" => None,
        text => Some(Uuid::parse_str(text).map_err(|error| format!("`ref` is no GUID: {error}"))?),
    };
    Ok(AskedCounterparty {
        reference,
        code: record.text_if_known("code")?,
        inn: record.text("inn")?,
        kpp: record.text("kpp")?,
        company_id: record.number("company_id")?,
    })
}

fn product(record: &Record<'_>) -> Result<AskedProduct, String> {
    Ok(AskedProduct {
        name: record.text("name")?,
        article: record.text("article")?,
        quantity: record.text("quantity")?,
        unit: record.text("unit")?,
        price: record.text("price")?,
        discount: record.text("discount")?,
        vat_rate: record.text("vat_rate")?,
        vat_included: record.flag("vat_included")?,
        amount: record.text("amount")?,
    })
}

/// A day or nothing.
fn day(record: &Record<'_>, name: &str) -> Result<String, String> {
    let text = record.text(name)?;
    if text.is_empty() || text.parse::<jiff::civil::Date>().is_ok() {
        return Ok(text);
    }
    Err(format!("`{name}` is no day: {text}"))
}
