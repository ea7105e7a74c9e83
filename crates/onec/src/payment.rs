//! A payment as 1C may show it, by itself or in the complete list of an inquiry.

use std::collections::HashMap;

use domain::{Amount, CompletePayments, Date, OneCRef, ShownPayment, Timestamp};
use jiff::tz::TimeZone;

use crate::inquiry::NUMBER_MAX;
use crate::record::{Readable, Refusal, Words, gather, list, reference};
use crate::scalar::{amount, currency, date, deal_id, flag, moment, text};
use crate::value::Value;

/// Most payments of one complete list.
pub(crate) const LIST_MAX: usize = 1000;

/// Most payments in the complete lists of one call.
pub(crate) const PAYMENTS_MAX: usize = 10_000;

/// Reads one record. Fields that the contract does not name are left out: it grows.
pub(crate) fn read(record: Value, time_zone: &TimeZone) -> Result<Readable<ShownPayment>, Refusal> {
    let mut draft = Draft::default();
    let gathered = gather(record, &WORDS, |name, value| draft.take(name, value, time_zone))?;
    let Draft { inquiry, deal_id, number, date, amount, currency, cancelled, changed_at } = draft;
    let title = number.clone().unwrap_or_default();
    gathered.finish(&title, |onec_ref| ShownPayment {
        onec_ref,
        inquiry,
        deal_id,
        number,
        date,
        amount,
        currency,
        cancelled,
        changed_at,
    })
}

const WORDS: Words = Words {
    one: "Оплата",
    of: "оплаты",
    refused: "не принята",
    key: "ref",
    title: |name| match name {
        "inquiry" => Some("запрос"),
        "deal_id" => Some("сделка"),
        "number" => Some("номер"),
        "date" => Some("дата"),
        "amount" => Some("сумма"),
        "currency" => Some("валюта"),
        "cancelled" => Some("отменена"),
        _ => None,
    },
};

#[derive(Default)]
#[expect(clippy::option_option, reason = "absent and empty differ, here as in the domain")]
struct Draft {
    inquiry: Option<OneCRef>,
    deal_id: Option<i64>,
    number: Option<String>,
    date: Option<Option<Date>>,
    amount: Option<Amount>,
    currency: Option<String>,
    cancelled: Option<bool>,
    changed_at: Option<Timestamp>,
}

impl Draft {
    fn take(&mut self, name: &str, value: Value, time_zone: &TimeZone) -> Result<(), String> {
        match name {
            "inquiry" => self.inquiry = reference(value)?,
            "deal_id" => self.deal_id = deal_id(value)?,
            "number" => self.number = Some(text(value, NUMBER_MAX)?),
            "date" => self.date = Some(date(value, time_zone)?),
            // «Формат()» of 1C writes zero as nothing, and nobody could tell it from a sum that was forgotten.
            "amount" => self.amount = Some(amount(value)?.ok_or("сумма пуста; ноль передаётся как 0")?),
            "currency" => self.currency = Some(currency(value)?),
            "cancelled" => self.cancelled = Some(flag(value)?),
            "changed_at" => self.changed_at = moment(value, time_zone)?,
            _ => {}
        }
        Ok(())
    }
}

/// Reads the complete list of an inquiry: all of it, or nothing.
pub(crate) fn read_complete(
    record: Value,
    time_zone: &TimeZone,
) -> Result<Readable<CompletePayments>, Refusal> {
    let mut payments = None;
    let mut gathered = gather(record, &LIST_WORDS, |name, value| {
        if name == "payments" {
            payments = Some(list(value, name, LIST_MAX)?);
        }
        Ok(())
    })?;
    let inquiry = gathered.key();
    let mut taken = Vec::new();
    let mut places = HashMap::new();
    match payments {
        None => gathered.fault("нет поля payments; если оплат больше нет, передайте пустой список"),
        Some(payments) => {
            for (place, payment) in (1..).zip(payments) {
                match belonging(payment, inquiry, time_zone) {
                    Ok(payment) => {
                        if let Some(first) = places.insert(payment.onec_ref, place) {
                            gathered.fault(format!(
                                "оплата {place}: та же, что и оплата {first} ({})",
                                payment.onec_ref
                            ));
                        }
                        taken.push(payment);
                    }
                    Err(fault) => gathered.fault(format!("оплата {place}: {fault}")),
                }
            }
        }
    }
    gathered.finish("", |inquiry| CompletePayments { inquiry, payments: taken })
}

const LIST_WORDS: Words = Words {
    one: "Список оплат",
    of: "запроса",
    refused: "не принят целиком",
    key: "inquiry",
    title: |name| (name == "payments").then_some("оплаты"),
};

/// A payment that may stand in the list of `inquiry`; `None` as long as nobody knows whose list it is.
fn belonging(payment: Value, inquiry: Option<OneCRef>, time_zone: &TimeZone) -> Result<ShownPayment, String> {
    let Readable { shown, .. } =
        read(payment, time_zone).map_err(|refusal| refusal.text.trim_end_matches('.').to_owned())?;
    match (shown.inquiry, inquiry) {
        (Some(own), Some(inquiry)) if own != inquiry => {
            let number = shown.number.unwrap_or_default();
            Err(format!("оплата «{number}» относится к другому запросу {own}; уберите её из этого списка"))
        }
        _ => Ok(ShownPayment { inquiry, ..shown }),
    }
}
