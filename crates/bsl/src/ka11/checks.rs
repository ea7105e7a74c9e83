//! `ПередЗаписью` of the family: what it refuses, and what it fills in by itself.

use crate::infobase::{Infobase, Record, Ref};
use crate::value::Value;

fn text(record: &Record, field: &str) -> String {
    record.get(field).as_text().unwrap_or_default().trim().to_owned()
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A counterparty without a head is its own; a head has no head above it.
pub(super) fn counterparty(base: &Infobase, record: &mut Record, reference: &Ref) -> Result<(), String> {
    if record.get("ЭтоГруппа") == Value::Boolean(true) {
        return Ok(());
    }
    let Value::Ref(head) = record.get("ГоловнойКонтрагент") else {
        record.set("ГоловнойКонтрагент", reference.clone());
        return Ok(());
    };
    if head.is_empty() {
        record.set("ГоловнойКонтрагент", reference.clone());
    } else if head != *reference {
        let above = base.record(&head).map(|head| head.get("ГоловнойКонтрагент"));
        if above.is_some_and(|above| above != Value::Ref(head)) {
            return Err("Головной контрагент сам имеет головного контрагента!".to_owned());
        }
    }
    Ok(())
}

/// The currency always; bank and number for roubles; digits.
pub(super) fn bank_account(_: &Infobase, record: &mut Record, _: &Ref) -> Result<(), String> {
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
pub(super) fn bank(_: &Infobase, record: &mut Record, _: &Ref) -> Result<(), String> {
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
pub(super) fn contract(_: &Infobase, record: &mut Record, _: &Ref) -> Result<(), String> {
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
