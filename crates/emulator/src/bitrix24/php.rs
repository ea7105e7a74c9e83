//! Values as PHP has them. The portal is written in PHP, and many of its traps are PHP's: an empty map is
//! `[]`, a map with keys 0, 1, 2 is a list, the order of keys is the order of arrival, and `"4"` is as good as `4`.
//! <https://apidocs.bitrix24.com/settings/how-to-call-rest-api/data-encoding.html>

use std::fmt;

use indexmap::IndexMap;
use percent_encoding::percent_decode;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// PHP's `max_input_vars` as it is delivered: what is beyond it is dropped without a word.
const MAX_INPUT_VARS: usize = 1000;

/// PHP's `max_input_nesting_level`: a deeper variable is dropped.
const MAX_DEPTH: usize = 64;

/// A value of PHP.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Php {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Array(Array),
}

/// PHP's array: an ordered map that shows itself as a list when its keys are 0, 1, 2…
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Array(IndexMap<Key, Php>);

/// A key of an array. `"7"` becomes 7 as in PHP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Index(i64),
    Name(String),
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(index) if index.to_string() == text => Self::Index(index),
            _ => Self::Name(text.to_owned()),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Array {
    pub(crate) fn get(&self, key: &str) -> Option<&Php> {
        self.0.get(&Key::from(key))
    }

    /// The value under `key` in any letter case, as the old methods look for their parameters.
    pub(crate) fn get_any_case(&self, key: &str) -> Option<&Php> {
        self.get(key).or_else(|| {
            self.0.iter().find_map(|(name, value)| match name {
                Key::Name(name) if name.eq_ignore_ascii_case(key) => Some(value),
                _ => None,
            })
        })
    }

    pub(crate) fn set(&mut self, key: impl AsRef<str>, value: impl Into<Php>) {
        self.0.insert(Key::from(key.as_ref()), value.into());
    }

    /// This array with one element more.
    #[must_use]
    pub(crate) fn with(mut self, key: impl AsRef<str>, value: impl Into<Php>) -> Self {
        self.set(key, value);
        self
    }

    pub(crate) fn push(&mut self, value: impl Into<Php>) {
        let next = self
            .0
            .keys()
            .filter_map(|key| if let Key::Index(index) = key { Some(index + 1) } else { None })
            .max()
            .unwrap_or(0);
        self.0.insert(Key::Index(next), value.into());
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Key, &Php)> {
        self.0.iter()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Php> {
        self.0.values()
    }

    /// Whether PHP would write it as a JSON list.
    pub(crate) fn is_list(&self) -> bool {
        self.0.keys().enumerate().all(|(at, key)| matches!(key, Key::Index(index) if *index == at as i64))
    }
}

impl<P: Into<Php>> FromIterator<P> for Array {
    fn from_iter<I: IntoIterator<Item = P>>(items: I) -> Self {
        Self(items.into_iter().enumerate().map(|(at, item)| (Key::Index(at as i64), item.into())).collect())
    }
}

impl<const N: usize, P: Into<Php>> From<[(&str, P); N]> for Array {
    fn from(pairs: [(&str, P); N]) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (Key::from(key), value.into())).collect())
    }
}

impl Php {
    /// The string that PHP makes of it; `None` for an array.
    pub(crate) fn as_text(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Bool(flag) => Some(if *flag { "1" } else { "" }.to_owned()),
            Self::Int(number) => Some(number.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Array(_) => None,
        }
    }

    /// `(int)$value`: leading digits count, anything else is 0.
    pub(crate) fn as_int(&self) -> i64 {
        match self {
            Self::Int(number) => *number,
            #[expect(clippy::cast_possible_truncation, reason = "(int) of PHP truncates as well")]
            Self::Float(number) => *number as i64,
            Self::Bool(flag) => i64::from(*flag),
            Self::Text(text) => leading_int(text.trim_start()),
            Self::Null => 0,
            Self::Array(array) => i64::from(array.len() > 0),
        }
    }

    /// Whether the REST methods take it as a yes: `Y`, `1`, `true`.
    pub(crate) fn is_yes(&self) -> bool {
        match self {
            Self::Bool(flag) => *flag,
            Self::Text(text) => matches!(text.as_str(), "Y" | "y" | "1" | "true"),
            other => other.as_int() != 0,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&Array> {
        if let Self::Array(array) = self { Some(array) } else { None }
    }

    /// `empty($value)` without the surprise that `"0"` is empty.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::Array(array) => array.len() == 0,
            _ => false,
        }
    }
}

fn leading_int(text: &str) -> i64 {
    let end = text
        .char_indices()
        .find(|(at, letter)| !(letter.is_ascii_digit() || (*at == 0 && (*letter == '-' || *letter == '+'))))
        .map_or(text.len(), |(at, _)| at);
    text[..end].parse().unwrap_or(0)
}

impl From<&str> for Php {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Php {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Php {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<i32> for Php {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}
impl From<bool> for Php {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}
impl From<Array> for Php {
    fn from(array: Array) -> Self {
        Self::Array(array)
    }
}
impl From<Vec<Php>> for Php {
    fn from(items: Vec<Php>) -> Self {
        Self::Array(items.into_iter().collect())
    }
}
impl<P: Into<Php>> From<Option<P>> for Php {
    fn from(value: Option<P>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// An array written in place: `record! { "ID" => 7, "NAME" => "x" }`.
macro_rules! record {
    ($($key:expr => $value:expr),* $(,)?) => {{
        let array = $crate::bitrix24::php::Array::default();
        $(let array = array.with($key, $value);)*
        array
    }};
}
pub(crate) use record;

/// PHP's `parse_str`: `a[b][]=1&a[b][]=2`, `+` is a space, a later name wins over an earlier one.
pub(crate) fn parse_str(query: &str) -> Array {
    let mut root = Array::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()).take(MAX_INPUT_VARS) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (head, path) = split_name(&decode(name));
        if head.is_empty() || path.len() >= MAX_DEPTH {
            continue;
        }
        put(&mut root, &head, &path, decode(value));
    }
    root
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
}

/// `fields[PHONE][0][VALUE]` → `fields`, [`PHONE`, `0`, `VALUE`]. Dots and spaces of the head become underscores.
fn split_name(name: &str) -> (String, Vec<String>) {
    let name = name.trim_start_matches(' ');
    let (head, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut path = Vec::new();
    while let Some(inner) = rest.strip_prefix('[') {
        let Some(end) = inner.find(']') else { break };
        path.push(inner[..end].to_owned());
        rest = &inner[end + 1..];
    }
    let mut head: String = head.chars().map(|c| if c == '.' || c == ' ' { '_' } else { c }).collect();
    if path.is_empty() && !rest.is_empty() {
        // A bracket that nobody closed is an underscore, and the rest stays as it is.
        head.push_str(&rest.replacen('[', "_", 1));
    }
    (head, path)
}

fn put(into: &mut Array, key: &str, path: &[String], value: String) {
    let key = if key.is_empty() { None } else { Some(Key::from(key)) };
    let Some((next, rest)) = path.split_first() else {
        match key {
            Some(key) => drop(into.0.insert(key, Php::Text(value))),
            None => into.push(value),
        }
        return;
    };
    let key = key.unwrap_or_else(|| {
        into.push(Php::Null);
        into.0.keys().last().cloned().unwrap_or(Key::Index(0))
    });
    let slot = into.0.entry(key).or_default();
    if !matches!(slot, Php::Array(_)) {
        *slot = Php::Array(Array::default());
    }
    if let Php::Array(inner) = slot {
        put(inner, next, rest, value);
    }
}

impl Serialize for Php {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(flag) => to.serialize_bool(*flag),
            Self::Int(number) => to.serialize_i64(*number),
            // json_encode writes 19000.0 as 19000.
            #[expect(clippy::cast_possible_truncation, reason = "whole and small enough, as was just seen")]
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                to.serialize_i64(*number as i64)
            }
            Self::Float(number) => to.serialize_f64(*number),
            Self::Text(text) => to.serialize_str(text),
            Self::Array(array) => array.serialize(to),
        }
    }
}

impl Serialize for Array {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.is_list() {
            let mut list = to.serialize_seq(Some(self.len()))?;
            for value in self.values() {
                list.serialize_element(value)?;
            }
            list.end()
        } else {
            let mut map = to.serialize_map(Some(self.len()))?;
            for (key, value) in self.iter() {
                match key {
                    Key::Index(index) => map.serialize_entry(&index.to_string(), value)?,
                    Key::Name(name) => map.serialize_entry(name, value)?,
                }
            }
            map.end()
        }
    }
}

impl<'de> Deserialize<'de> for Php {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PhpVisitor)
    }
}

struct PhpVisitor;

impl<'de> Visitor<'de> for PhpVisitor {
    type Value = Php;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Php, E> {
        Ok(Php::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Php, E> {
        Ok(Php::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Php, E> {
        Ok(Php::Int(number))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Php, E> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "json_decode makes a float of a number beyond PHP_INT_MAX"
        )]
        Ok(i64::try_from(number).map_or(Php::Float(number as f64), Php::Int))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Php, E> {
        Ok(Php::Float(number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Php, E> {
        Ok(Php::Text(text.to_owned()))
    }
    fn visit_string<E>(self, text: String) -> Result<Php, E> {
        Ok(Php::Text(text))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Php, A::Error> {
        let mut items: Vec<Php> = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Php::from(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Php, A::Error> {
        let mut array = Array::default();
        while let Some((key, value)) = map.next_entry::<String, Php>()? {
            array.0.insert(Key::from(key.as_str()), value);
        }
        Ok(Php::Array(array))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &impl Serialize) -> String {
        serde_json::to_string(value).unwrap()
    }

    #[test]
    fn a_query_becomes_nested_arrays_as_in_php() {
        assert_eq!(
            json(&parse_str("fields[PHONE][0][VALUE]=%2B7495&fields[PHONE][0][VALUE_TYPE]=WORK&id=7")),
            r#"{"fields":{"PHONE":[{"VALUE":"+7495","VALUE_TYPE":"WORK"}]},"id":"7"}"#
        );
        assert_eq!(json(&parse_str("a[]=x&a[]=y&a[k]=z")), r#"{"a":{"0":"x","1":"y","k":"z"}}"#);
        assert_eq!(json(&parse_str("a.b=1&c[d=2&a.b=3")), r#"{"a_b":"3","c_d":"2"}"#);
    }

    #[test]
    fn a_plus_that_nobody_encoded_becomes_a_space() {
        assert_eq!(json(&parse_str("v=+7495")), r#"{"v":" 7495"}"#);
    }

    #[test]
    fn the_thousand_and_first_variable_is_dropped_without_a_word() {
        let query: Vec<String> = (0..1200).map(|at| format!("a[{at}]=x")).collect();
        assert_eq!(parse_str(&query.join("&")).get("a").and_then(Php::as_array).map(Array::len), Some(1000));
    }

    #[test]
    fn an_empty_map_is_written_as_a_list() {
        assert_eq!(json(&Array::default()), "[]");
        assert_eq!(json(&record! { "0" => "a", "1" => "b" }), r#"["a","b"]"#);
        assert_eq!(json(&record! { "1" => "b" }), r#"{"1":"b"}"#);
    }

    #[test]
    fn keys_keep_the_order_of_arrival() {
        let value: Php = serde_json::from_str(r#"{"z":1,"a":2,"m":3}"#).unwrap();
        assert_eq!(json(&value), r#"{"z":1,"a":2,"m":3}"#);
    }
}
