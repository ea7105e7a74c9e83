//! The way back: what 1C polls, and its receipts.

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::{
    BankAccount, Date, DeliveryId, Field, Offer, OneCRef, OpenInquiry, Receipt, ReceiptStatus, ReceiptTaken,
};
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::body::{RECORDS_MAX, Sent};
use crate::calls::unavailable;
use crate::counterparty::{CODE_MAX, KINDS};
use crate::inquiry::{self, NUMBER_MAX};
use crate::problem::{Fault, Problem};
use crate::router::{App, BASE_PATH};
use crate::scalar::{clean, date, text};
use crate::speech::{Answer, at};
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
    limit: Option<String>,
}

/// How much 1C wants, and behind which deal.
#[derive(Deserialize)]
pub(crate) struct WantedAfter {
    after: Option<String>,
    limit: Option<String>,
}

/// What 1C has to create or update; an empty array when there is nothing.
pub(crate) async fn poll(
    State(app): State<Arc<App>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Answer, Problem> {
    let limit = limit(wanted.map(|Query(wanted)| wanted.limit), "counterparties?limit=100")?;
    let offers = app.ferry.poll(limit).await.map_err(|error| unavailable(&error))?;
    let records = offers.into_iter().map(|offer| record(offer, &app.settings.time_zone)).collect();
    Ok(Answer { root: "counterparties", value: Value::List(records) })
}

/// Deals that 1C has to create or update as «Запрос».
pub(crate) async fn poll_inquiries(
    State(app): State<Arc<App>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Answer, Problem> {
    let limit = limit(wanted.map(|Query(wanted)| wanted.limit), "inquiries?limit=100")?;
    let offers = app.ferry.poll_inquiries(limit).await.map_err(|error| unavailable(&error))?;
    let records = offers.into_iter().map(|offer| inquiry::offered(offer, &app.settings.time_zone)).collect();
    Ok(Answer { root: "inquiries", value: Value::List(records) })
}

/// Inquiries that are still open, page by page.
pub(crate) async fn open_inquiries(
    State(app): State<Arc<App>>,
    wanted: Result<Query<WantedAfter>, QueryRejection>,
) -> Result<Answer, Problem> {
    let example = "open-inquiries?after=777&limit=100";
    let Ok(Query(WantedAfter { after: behind, limit: wanted })) = wanted else {
        return Err(wrong_after(example));
    };
    let limit = limit(Ok(wanted), example)?;
    let after = match behind {
        None => 0,
        Some(text) => digits(&text).ok_or_else(|| wrong_after(example))?,
    };
    let open = app.ferry.open_inquiries(after, limit).await.map_err(|error| unavailable(&error))?;
    let records = open.into_iter().map(|inquiry| {
        let OpenInquiry { deal_id, onec_ref } = inquiry;
        Value::record([
            ("deal_id", Value::Number(deal_id.into())),
            ("ref", Value::text(onec_ref.to_string())),
        ])
    });
    Ok(Answer { root: "open_inquiries", value: Value::List(records.collect()) })
}

/// A number of a query, or nothing if it is none.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    let text = text.trim();
    text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// How many records are wanted.
fn limit(wanted: Result<Option<String>, QueryRejection>, example: &str) -> Result<usize, Problem> {
    let limit = match wanted {
        Ok(None) => Some(POLL_LIMIT),
        Ok(Some(text)) => digits(&text).filter(|limit| (1..=RECORDS_MAX).contains(limit)),
        Err(_) => None,
    };
    limit.ok_or_else(|| {
        let detail =
            format!("Параметр limit должен быть числом от 1 до {RECORDS_MAX}. Пример: {BASE_PATH}/{example}");
        Problem::new(Fault::Invalid, detail)
    })
}

fn wrong_after(example: &str) -> Problem {
    let detail = format!(
        "Параметр after должен быть номером сделки, с которой уже прочитано, или отсутствовать. Пример: \
         {BASE_PATH}/{example}"
    );
    Problem::new(Fault::Invalid, detail)
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
    let mut spoken = Spoken::default();
    let mut faults = Vec::new();
    let mut names = HashSet::new();
    for (name, value) in fields {
        if let Err(fault) = spoken.take(&name, value, time_zone) {
            faults.push(format!("поле {}: {fault}", clean(&name)));
        }
        if !names.insert(name.clone()) {
            faults.push(format!("поле {} указано дважды", clean(&name)));
        }
    }
    let spoken_delivery = spoken.delivery.clone();
    let receipt = spoken.understood(&mut faults).filter(|_| faults.is_empty());
    let receipt = receipt.ok_or_else(|| format!("Квитанция не принята: {}.", faults.join("; ")));
    Read { spoken_delivery, receipt }
}

/// A receipt word by word.
#[derive(Default)]
struct Spoken {
    delivery: String,
    status: String,
    onec_ref: String,
    code: String,
    number: String,
    date: Option<Date>,
    message: String,
}

impl Spoken {
    fn take(&mut self, name: &str, value: Value, time_zone: &TimeZone) -> Result<(), String> {
        match name {
            "delivery" => self.delivery = text(value, WORD_MAX)?,
            "status" => self.status = text(value, WORD_MAX)?,
            "ref" => self.onec_ref = text(value, WORD_MAX)?,
            "code" => self.code = text(value, CODE_MAX)?,
            "number" => self.number = text(value, NUMBER_MAX)?,
            "date" => self.date = date(value, time_zone)?,
            "message" => self.message = text(value, MESSAGE_MAX)?,
            _ => {}
        }
        Ok(())
    }

    /// The receipt, or nothing and what is wrong with it.
    fn understood(self, faults: &mut Vec<String>) -> Option<Receipt> {
        let Self { delivery, status, onec_ref: spoken_ref, code, number, date, message } = self;
        let known = ReceiptStatus::ALL.into_iter().find(|known| known.as_str() == status);
        if known.is_none() {
            let words = ReceiptStatus::ALL.map(ReceiptStatus::as_str).join(", ");
            faults.push(format!("поле status: «{status}» не из {words}"));
        }
        let delivery: Option<DeliveryId> = delivery.parse().ok();
        if delivery.is_none() {
            faults.push("поле delivery: нужен номер доставки из опроса, 26 букв и цифр".to_owned());
        }
        let onec_ref = OneCRef::parse(&spoken_ref);
        if onec_ref.is_none() && !spoken_ref.is_empty() {
            faults.push(format!("поле ref: «{spoken_ref}» не GUID"));
        }
        let told = |text: String| Some(text).filter(|text| !text.is_empty());
        let (delivery, status) = (delivery?, known?);
        Some(Receipt { delivery, status, onec_ref, code: told(code), number: told(number), date, message })
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
    if let Some(moment) = changed_at {
        fields.push(("changed_at".into(), Value::Text(at(moment, time_zone))));
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
