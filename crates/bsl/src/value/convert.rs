//! From one type to another, as operators and parameters of methods do it by themselves.

use std::rc::Rc;

use jiff::civil::DateTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Value, date, show};
use crate::halt::{Halt, Outcome};

fn impossible(kind: &str) -> Halt {
    Halt::exception(format!("Преобразование значения к типу {kind} не может быть выполнено"))
}

/// Where a condition is wanted.
pub(crate) fn boolean(value: &Value) -> Outcome<bool> {
    match value {
        Value::Boolean(value) => Ok(*value),
        Value::Number(number) => Ok(!number.is_zero()),
        Value::Text(text) => match text.to_lowercase().as_str() {
            "истина" | "true" | "да" => Ok(true),
            "ложь" | "false" | "нет" => Ok(false),
            _ => Err(impossible("Булево")),
        },
        _ => Err(impossible("Булево")),
    }
}

/// Where a number is wanted. Strings may be written with spaces between groups and a comma.
pub(crate) fn number(value: &Value) -> Outcome<Decimal> {
    match value {
        Value::Number(number) => Ok(*number),
        Value::Boolean(value) => Ok(Decimal::from(u8::from(*value))),
        Value::Text(text) => {
            let plain: String = text
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .map(|letter| if letter == ',' { '.' } else { letter })
                .collect();
            let is_plain =
                plain.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit() || b == b'.');
            if is_plain {
                plain.parse().map_err(|_| impossible("Число"))
            } else {
                Err(impossible("Число"))
            }
        }
        _ => Err(impossible("Число")),
    }
}

/// Where a whole number that is not negative is wanted.
pub(crate) fn count(value: &Value) -> Outcome<usize> {
    number(value)?.trunc().to_usize().ok_or_else(|| Halt::exception("Недопустимое значение параметра"))
}

/// Where a date is wanted: strings of digits become dates.
pub(crate) fn date(value: &Value) -> Outcome<DateTime> {
    match value {
        Value::Date(date) => Ok(*date),
        Value::Text(text) => date::from_digits(text).ok_or_else(|| impossible("Дата")),
        _ => Err(impossible("Дата")),
    }
}

/// Where a string is wanted, without looking into the infobase: references have no text here.
pub(crate) fn text(value: &Value) -> Outcome<Rc<str>> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Ref(_) | Value::Object(_) => Err(impossible("Строка")),
        _ => Ok(show::simple(value).into()),
    }
}
