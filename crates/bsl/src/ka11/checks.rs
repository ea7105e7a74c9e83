//! `ПередЗаписью` of the family: what it refuses, and what it fills in by itself.

use crate::infobase::{Record, Ref};
use crate::value::Value;

fn text(record: &Record, field: &str) -> String {
    record.get(field).as_text().unwrap_or_default().trim().to_owned()
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A counterparty without a head is its own.
#[expect(clippy::unnecessary_wraps, reason = "other checks refuse")]
pub(super) fn counterparty(record: &mut Record, reference: &Ref) -> Result<(), String> {
    if record.get("ЭтоГруппа") == Value::Boolean(true) {
        return Ok(());
    }
    if !record.get("ГоловнойКонтрагент").is_filled() {
        record.set("ГоловнойКонтрагент", reference.clone());
    }
    Ok(())
}

/// The currency always; bank and number for roubles; digits.
pub(super) fn bank_account(record: &mut Record, _: &Ref) -> Result<(), String> {
    let number = text(record, "НомерСчета");
    if !record.get("ВалютаДенежныхСредств").is_filled() {
        return Err("Не указана валюта денежных средств!".to_owned());
    }
    if number.is_empty() {
        return Err("Не указан номер счета!".to_owned());
    }
    if !record.get("Банк").is_filled() {
        return Err("Не указан банк!".to_owned());
    }
    if !are_digits(&number) {
        return Err("В составе номера банковского счета должны быть только цифры!".to_owned());
    }
    Ok(())
}

/// Digits only.
pub(super) fn bank(record: &mut Record, _: &Ref) -> Result<(), String> {
    if record.get("ЭтоГруппа") == Value::Boolean(true) {
        return Ok(());
    }
    if !are_digits(&text(record, "Код")) {
        return Err("В составе БИК банка должны быть только цифры!".to_owned());
    }
    if !are_digits(&text(record, "КоррСчет")) {
        return Err("В составе корр. счета банка должны быть только цифры!".to_owned());
    }
    Ok(())
}

/// Currency, organisation and kind.
pub(super) fn contract(record: &mut Record, _: &Ref) -> Result<(), String> {
    for (field, told) in [
        ("ВалютаВзаиморасчетов", "Не указана валюта взаиморасчетов!"),
        ("Организация", "Не указана организация!"),
        ("ВидДоговора", "Не указан вид договора!"),
    ] {
        if !record.get(field).is_filled() {
            return Err(told.to_owned());
        }
    }
    Ok(())
}
