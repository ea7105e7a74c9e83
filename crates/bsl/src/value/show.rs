//! What `Строка()` says: for people, with all that machines trip over.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::{Value, format};

/// The space that cannot be broken, which parts the groups of digits.
pub(crate) const NBSP: char = '\u{a0}';

/// Everything but references and objects, whose text the infobase knows.
pub(crate) fn simple(value: &Value) -> String {
    match value {
        Value::Undefined | Value::Null | Value::Ref(_) => String::new(),
        Value::Boolean(true) => "Да".to_owned(),
        Value::Boolean(false) => "Нет".to_owned(),
        Value::Number(value) => number(*value),
        Value::Text(text) => text.to_string(),
        Value::Date(value) => date(*value),
        Value::Type(name) => name.name().to_string(),
        Value::Guid(guid) => guid.to_string(),
        Value::Item(item) => item.name.to_owned(),
        Value::Object(object) => object.class().name().to_string(),
    }
}

/// `1 000,5` with [`NBSP`].
fn number(value: Decimal) -> String {
    let plain = value.normalize().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut shown = format::grouped(whole, NBSP);
    if !fraction.is_empty() {
        shown.push(',');
        shown.push_str(fraction);
    }
    shown
}

/// `20.11.2026 9:05:00`
fn date(value: DateTime) -> String {
    format!(
        "{:02}.{:02}.{:04} {}:{:02}:{:02}",
        value.day(),
        value.month(),
        value.year(),
        value.hour(),
        value.minute(),
        value.second()
    )
}
