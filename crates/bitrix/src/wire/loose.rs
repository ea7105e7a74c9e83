//! Reading what PHP writes.

use domain::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text; a number becomes one; everything else is empty.
pub(super) fn text<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(value)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// A whole number in either style; 0 for none.
pub(super) fn int<'de, D: Deserializer<'de>>(value: D) -> Result<i64, D::Error> {
    Ok(as_int(&Value::deserialize(value)?))
}

/// `Y`, `1` and `true` are yes.
pub(super) fn flag<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(as_flag(&Value::deserialize(value)?).unwrap_or(false))
}

/// The same where silence means yes.
pub(super) fn flag_or_yes<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(as_flag(&Value::deserialize(value)?).unwrap_or(true))
}

/// For a field that is absent.
pub(super) fn yes() -> bool {
    true
}

/// ISO 8601 with an offset; `None` for an empty or strange one.
pub(super) fn moment<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Value::deserialize(value)?.as_str().and_then(|text| text.trim().parse().ok()))
}

/// A list, also where PHP wrote it as an object with numbered keys; empty for anything else.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(value: D) -> Result<Vec<T>, D::Error> {
    let rows = match Value::deserialize(value)? {
        Value::Array(rows) => rows,
        Value::Object(map) => map.into_iter().map(|(_, row)| row).collect(),
        _ => Vec::new(),
    };
    Ok(rows.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect())
}

fn as_int(value: &Value) -> i64 {
    match value {
        Value::Number(number) => number.as_i64().unwrap_or(0),
        Value::String(text) => text.trim().parse().unwrap_or(0),
        _ => 0,
    }
}

fn as_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => Some(number.as_i64() != Some(0)),
        Value::String(text) => match text.as_str() {
            "" => None,
            text => Some(matches!(text, "Y" | "y" | "1" | "true")),
        },
        _ => None,
    }
}
