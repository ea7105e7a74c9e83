//! The way back: what 1C polls, and its receipts.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::{BankAccount, DeliveryId, Field, Offer, OneCRef, Receipt, ReceiptStatus, ReceiptTaken};
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::body::{RECORDS_MAX, Sent};
use crate::calls::unavailable;
use crate::counterparty::{CODE_MAX, KINDS};
use crate::papers::{NUMBER_MAX, date};
use crate::problem::{Fault, Problem};
use crate::router::App;
use crate::scalar::{clean, text};
use crate::speech::Answer;
use crate::value::Value;

/// Records of a poll that does not say how many it wants.
pub(crate) const POLL_LIMIT: usize = 100;
/// Longest explanation of 1C.
const MESSAGE_MAX: usize = 4000;
/// Longest word of a receipt.
const WORD_MAX: usize = 64;

/// How much 1C wants.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    pub(crate) limit: Option<String>,
}

/// What 1C has to create or update; an empty array when there is nothing.
pub(crate) async fn poll(
    State(app): State<Arc<App>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Answer, Problem> {
    let limit = limit_of(wanted, "counterparties")?;
    let offers = app.ferry.poll(limit).await.map_err(|error| unavailable(&error))?;
    let records = offers.into_iter().map(|offer| record(offer, &app.settings.time_zone)).collect();
    Ok(Answer { root: "counterparties", value: Value::List(records) })
}

/// How many records a poll of `call` wants.
pub(crate) fn limit_of(wanted: Result<Query<Wanted>, QueryRejection>, call: &str) -> Result<usize, Problem> {
    let wrong = || {
        let detail = format!(
            "Параметр limit должен быть числом от 1 до {RECORDS_MAX}. Пример: /1c/v1/{call}?limit=100"
        );
        Problem::new(Fault::Invalid, detail)
    };
    match wanted {
        Ok(Query(Wanted { limit: None })) => Ok(POLL_LIMIT),
        Ok(Query(Wanted { limit: Some(text) })) => {
            text.trim().parse().ok().filter(|limit| (1..=RECORDS_MAX).contains(limit)).ok_or_else(wrong)
        }
        Err(_) => Err(wrong()),
    }
}

/// Takes receipts; a wrong one does not stop the others.
pub(crate) async fn receipts(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let records = sent.records("receipts", |record| read(record, &app.settings.time_zone))?;
    drop(sent);
    let good: Vec<Receipt> =
        records.iter().filter_map(|record| record.receipt.as_ref().ok().cloned()).collect();
    let taken = if good.is_empty() {
        Vec::new()
    } else {
        app.ferry.receipts(good).await.map_err(|error| unavailable(&error))?
    };
    let mut taken = taken.into_iter();
    let results = records.into_iter().map(|record| {
        let (status, message) = match record.receipt {
            Ok(_) => (taken.next().unwrap_or(ReceiptTaken::Unknown), String::new()),
            Err(message) => (ReceiptTaken::Unknown, message),
        };
        Value::record([
            ("delivery", Value::Text(record.spoken_delivery)),
            ("status", Value::text(status.as_str())),
            ("message", Value::Text(message)),
        ])
    });
    Ok(Answer { root: "results", value: Value::List(results.collect()) })
}

/// A receipt with its `delivery` as 1C wrote it.
struct Read {
    spoken_delivery: String,
    receipt: Result<Receipt, String>,
}

fn read(record: Value, time_zone: &TimeZone) -> Read {
    let Value::Record(fields) = record else {
        let wrong = "Запись не является объектом с полями квитанции".to_owned();
        return Read { spoken_delivery: String::new(), receipt: Err(wrong) };
    };
    let (mut delivery, mut status, mut spoken_ref, mut code, mut message) = Default::default();
    let (mut number, mut dated) = (String::new(), None);
    let mut faults = Vec::new();
    for (name, value) in fields {
        let (place, longest): (&mut String, usize) = match name.as_ref() {
            "delivery" => (&mut delivery, WORD_MAX),
            "status" => (&mut status, WORD_MAX),
            "ref" => (&mut spoken_ref, WORD_MAX),
            "code" => (&mut code, CODE_MAX),
            "message" => (&mut message, MESSAGE_MAX),
            "number" => (&mut number, NUMBER_MAX),
            "date" => {
                match date(value, time_zone) {
                    Ok(date) => dated = date,
                    Err(fault) => faults.push(format!("поле date: {fault}")),
                }
                continue;
            }
            _ => continue,
        };
        match text(value, longest) {
            Ok(text) => *place = text,
            Err(fault) => faults.push(format!("поле {}: {fault}", clean(&name))),
        }
    }
    let receipt = understood(&delivery, &status, &spoken_ref, faults).map(|receipt| Receipt {
        code: Some(code).filter(|code| !code.is_empty()),
        number: Some(number).filter(|number| !number.is_empty()),
        date: dated,
        message,
        ..receipt
    });
    Read { spoken_delivery: delivery, receipt }
}

fn understood(
    delivery: &str,
    status: &str,
    spoken_ref: &str,
    mut faults: Vec<String>,
) -> Result<Receipt, String> {
    let known = ReceiptStatus::ALL.into_iter().find(|known| known.as_str() == status);
    if known.is_none() {
        let words = ReceiptStatus::ALL.map(ReceiptStatus::as_str).join(", ");
        faults.push(format!("поле status: «{}» не из {words}", clean(status)));
    }
    let delivery_id: Option<DeliveryId> = delivery.parse().ok();
    if delivery_id.is_none() {
        faults.push("поле delivery: нужен номер доставки из опроса, 26 букв и цифр".to_owned());
    }
    let onec_ref = OneCRef::parse(spoken_ref);
    if onec_ref.is_none() && !spoken_ref.is_empty() {
        faults.push(format!("поле ref: «{}» не GUID", clean(spoken_ref)));
    }
    match (delivery_id, known) {
        (Some(delivery), Some(status)) if faults.is_empty() => Ok(Receipt {
            delivery,
            status,
            onec_ref,
            code: None,
            number: None,
            date: None,
            message: String::new(),
        }),
        _ => Err(format!("Квитанция не принята: {}.", faults.join("; "))),
    }
}

fn record(offer: Offer, time_zone: &TimeZone) -> Value {
    let Offer {
        delivery,
        onec_ref,
        proposed_ref,
        code,
        company_id,
        requisite_id,
        snapshot,
        changed,
        changed_at,
    } = offer;
    let mut fields = vec![
        ("delivery".into(), Value::text(delivery.to_string())),
        ("action".into(), Value::text(if onec_ref.is_some() { "update" } else { "create" })),
    ];
    match onec_ref {
        Some(onec_ref) => fields.push(("ref".into(), Value::text(onec_ref.to_string()))),
        None => fields.push(("proposed_ref".into(), Value::text(proposed_ref.to_string()))),
    }
    if let Some(code) = code {
        fields.push(("code".into(), Value::Text(code)));
    }
    for (name, id) in [("company_id", company_id), ("requisite_id", requisite_id)] {
        if let Some(id) = id {
            fields.push((name.into(), Value::Number(id.into())));
        }
    }
    let changed = changed.into_iter().map(|field| Value::text(field.as_str())).collect();
    fields.push(("changed".into(), Value::List(changed)));
    for field in Field::ALL {
        let texts =
            |texts: Option<Vec<String>>| Value::List(texts.into_iter().flatten().map(Value::Text).collect());
        let value = match field {
            Field::Kind => {
                let word =
                    KINDS.iter().find(|(_, kind)| Some(*kind) == snapshot.kind).map_or("", |(word, _)| word);
                Value::text(word)
            }
            Field::Phones => texts(snapshot.phones.clone()),
            Field::Emails => texts(snapshot.emails.clone()),
            Field::BankAccounts => {
                Value::List(snapshot.bank_accounts.iter().flatten().map(bank_account).collect())
            }
            _ => Value::text(snapshot.text(field).unwrap_or_default()),
        };
        fields.push((field.as_str().into(), value));
    }
    fields.push(("deleted".into(), Value::Flag(snapshot.deleted == Some(true))));
    if let Some(at) = changed_at {
        let at = at.to_zoned_datetime(time_zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        fields.push(("changed_at".into(), Value::Text(at)));
    }
    Value::Record(fields)
}

fn bank_account(account: &BankAccount) -> Value {
    Value::record([
        ("number", Value::text(&account.number)),
        ("bank_name", Value::text(&account.bank_name)),
        ("bik", Value::text(&account.bik)),
        ("correspondent_account", Value::text(&account.correspondent_account)),
        ("main", Value::Flag(account.main)),
    ])
}
