//! How values of the domain look in columns.

use std::str::FromStr;

use domain::{Amount, Date, OneCRef, Side, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Result, StoreError};

/// A moment as the column keeps it: microseconds since 1970.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// Reads a moment back.
pub(crate) fn moment(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| StoreError::corrupt(format!("момент {micros} вне календаря")))
}

/// Reads an identifier of ours back.
pub(crate) fn id<T: FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| StoreError::corrupt(format!("`{text}` не идентификатор Парома")))
}

/// Reads a GUID of 1C back.
pub(crate) fn onec_ref(text: &str) -> Result<OneCRef> {
    OneCRef::parse(text).ok_or_else(|| StoreError::corrupt(format!("`{text}` не GUID")))
}

/// Reads a date back.
pub(crate) fn date(text: &str) -> Result<Date> {
    text.parse().map_err(|_| StoreError::corrupt(format!("`{text}` не дата")))
}

/// Reads a sum of money back.
pub(crate) fn amount(text: &str) -> Result<Amount> {
    text.parse().map_err(|_| StoreError::corrupt(format!("`{text}` не сумма")))
}

/// Reads a side back.
pub(crate) fn side(word: &str) -> Result<Side> {
    [Side::OneC, Side::Bitrix]
        .into_iter()
        .find(|side| side.as_str() == word)
        .ok_or_else(|| StoreError::corrupt(format!("`{word}` не сторона обмена")))
}

/// A value as the JSON of its column.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("our types have text keys and no failing serialiser")
}

/// Reads the JSON of a column back.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::corrupt(format!("непонятная запись: {error}")))
}

/// A list for `json_each($1)`, the one way of passing a list that both databases understand.
pub(crate) fn list<T: ToString>(items: &[T]) -> String {
    json(&items.iter().map(T::to_string).collect::<Vec<_>>())
}

/// How many rows at most are asked for; the databases count them by signed numbers.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// Where a page begins: after this identifier, or at the first, since every identifier sorts after nothing.
pub(crate) fn after<T: ToString>(last: Option<T>) -> String {
    last.map(|id| id.to_string()).unwrap_or_default()
}

/// Where a page of what is newest begins: before this identifier, or at the last, since all identifiers begin with a digit.
pub(crate) fn before<T: ToString>(first: Option<T>) -> String {
    first.map_or_else(|| "Z".to_owned(), |id| id.to_string())
}
