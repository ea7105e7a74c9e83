//! What a method is called with: nested, ordered, and written in the two ways that the portal reads:
//! JSON for a plain call, a PHP query string for a command inside a batch.

use std::borrow::Cow;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Arguments of one call, in the order in which they were set.
///
/// ```
/// use bitrix::{Arg, Args};
///
/// let phone = Args::new().set("VALUE", "+74951234567").set("VALUE_TYPE", "WORK");
/// let args = Args::new()
///     .set("fields", Args::new().set("TITLE", "Ромашка & Ко").set("PHONE", vec![Arg::from(phone)]))
///     .set("params", Args::new().set("REGISTER_SONET_EVENT", false));
///
/// assert_eq!(
///     args.to_query(),
///     "fields[TITLE]=%D0%A0%D0%BE%D0%BC%D0%B0%D1%88%D0%BA%D0%B0%20%26%20%D0%9A%D0%BE\
///      &fields[PHONE][0][VALUE]=%2B74951234567&fields[PHONE][0][VALUE_TYPE]=WORK\
///      &params[REGISTER_SONET_EVENT]=N"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args(Vec<(String, Arg)>);

/// One value among [`Args`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A text; an empty one clears a field.
    Text(String),
    /// A whole number: ids, `start`.
    Int(i64),
    /// `Y` or `N`, as the portal writes truth.
    Bool(bool),
    /// A list. An empty one cannot be said in a query string; it is sent as an empty text there.
    List(Vec<Arg>),
    /// Named values.
    Map(Args),
    /// What an earlier command of the same chain answered.
    Ref(Reference),
}

/// The answer of an earlier command of the same [`Chain`](crate::Chain), or a part of it:
/// `$result[company]`, `$result[item][item][id]`. Vendor page: `settings/how-to-call-rest-api/batch.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub(crate) command: String,
    path: Vec<String>,
}

impl Args {
    /// No arguments yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more argument at the end.
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<Arg>) -> Self {
        self.push(name, value);
        self
    }

    /// With the argument if there is one.
    #[must_use]
    pub fn set_some(self, name: impl Into<String>, value: Option<impl Into<Arg>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Adds an argument at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<Arg>) {
        self.0.push((name.into(), value.into()));
    }

    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The arguments in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arg)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// As the query of a command, for PHP to read. Texts are [neutral](neutral()).
    pub fn to_query(&self) -> String {
        self.to_query_with(&|command| command.to_owned())
    }

    /// The same with the names of referenced commands translated to those of the batch.
    pub(crate) fn to_query_with(&self, rename: &dyn Fn(&str) -> String) -> String {
        let mut query = String::new();
        for (name, value) in &self.0 {
            write_pairs(&mut query, &mut encode(name), value, rename);
        }
        query
    }

    /// The commands that these arguments refer to.
    pub(crate) fn references(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for (_, value) in &self.0 {
            value.collect_references(&mut found);
        }
        found
    }
}

impl Arg {
    /// The whole answer of the command `command` of the same chain.
    pub fn result(command: impl Into<String>) -> Self {
        Self::Ref(Reference { command: command.into(), path: Vec::new() })
    }

    /// A part of the answer of the command `command`, such as `["item", "id"]`.
    pub fn result_at<P: Into<String>>(command: impl Into<String>, path: impl IntoIterator<Item = P>) -> Self {
        Self::Ref(Reference { command: command.into(), path: path.into_iter().map(Into::into).collect() })
    }

    fn collect_references<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Ref(reference) => found.push(&reference.command),
            Self::List(items) => items.iter().for_each(|item| item.collect_references(found)),
            Self::Map(args) => found.extend(args.references()),
            Self::Text(_) | Self::Int(_) | Self::Bool(_) => {}
        }
    }
}

/// A text that the portal will not take for a reference.
///
/// A batch substitutes `$result[…]` in values, wherever they came from, so a company called `$result[c]`
/// would get somebody's id for a name. U+2060 (word joiner, no width, no break) after the dollar sign breaks
/// the pattern and cannot be seen. Commands of a batch do this by themselves; the function is public so that
/// a read-back can be compared with what was really sent.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if text.contains("$result[") {
        Cow::Owned(text.replace("$result[", "$\u{2060}result["))
    } else {
        Cow::Borrowed(text)
    }
}

/// What RFC 3986 calls unreserved stays; everything else is encoded. (PHP splits names at brackets after decoding
/// them, so names come from the vendor's pages and never from data.)
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Writes `name=value` for every leaf below `value`; `name` is restored before return.
fn write_pairs(query: &mut String, name: &mut String, value: &Arg, rename: &dyn Fn(&str) -> String) {
    match value {
        Arg::List(items) if items.is_empty() => pair(query, name, ""),
        Arg::Map(args) if args.is_empty() => pair(query, name, ""),
        Arg::List(items) => {
            for (index, item) in items.iter().enumerate() {
                nested(query, name, &index.to_string(), item, rename);
            }
        }
        Arg::Map(args) => {
            for (key, item) in &args.0 {
                nested(query, name, &encode(key), item, rename);
            }
        }
        Arg::Text(text) => pair(query, name, &encode(&neutral(text))),
        Arg::Int(number) => pair(query, name, &number.to_string()),
        Arg::Bool(truth) => pair(query, name, yes_no(*truth)),
        Arg::Ref(reference) => pair(query, name, &reference.written(&rename(&reference.command))),
    }
}

fn nested(query: &mut String, name: &mut String, key: &str, value: &Arg, rename: &dyn Fn(&str) -> String) {
    let length = name.len();
    name.push('[');
    name.push_str(key);
    name.push(']');
    write_pairs(query, name, value, rename);
    name.truncate(length);
}

fn pair(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.push_str(value);
}

fn yes_no(truth: bool) -> &'static str {
    if truth { "Y" } else { "N" }
}

impl Reference {
    /// Un-encoded brackets, as every sample of the vendor has them.
    fn written(&self, command: &str) -> String {
        let mut text = format!("$result[{command}]");
        for step in &self.path {
            write!(text, "[{}]", encode(step)).expect("writing to a String cannot fail");
        }
        text
    }
}

impl Serialize for Args {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Arg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Bool(truth) => serializer.serialize_str(yes_no(*truth)),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(args) => args.serialize(serializer),
            Self::Ref(reference) => serializer.serialize_str(&reference.written(&reference.command)),
        }
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Arg {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<bool> for Arg {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Args> for Arg {
    fn from(args: Args) -> Self {
        Self::Map(args)
    }
}

impl<T: Into<Arg>> From<Vec<T>> for Arg {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Arg>, const N: usize> From<[T; N]> for Arg {
    fn from(items: [T; N]) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<String>, V: Into<Arg>> FromIterator<(K, V)> for Args {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_keeps_its_brackets_and_names_its_part() {
        let args = Args::new()
            .set("fields", Args::new().set("ENTITY_ID", Arg::result("c")))
            .set("id", Arg::result_at("add", ["item", "id"]));

        assert_eq!(args.to_query(), "fields[ENTITY_ID]=$result[c]&id=$result[add][item][id]");
        assert_eq!(args.references(), ["c", "add"]);
    }

    #[test]
    fn a_text_that_looks_like_a_reference_is_not_substituted_by_the_portal() {
        let args = Args::new().set("TITLE", "ООО $result[c]");

        let query = args.to_query();
        assert!(!query.contains("$result["), "{query}");
        assert!(query.ends_with("%24%E2%81%A0result%5Bc%5D"), "{query}");
        assert_eq!(neutral("обычное имя $result"), "обычное имя $result");
    }

    #[test]
    fn a_condition_keeps_its_prefix_and_lists_are_numbered() {
        let args = Args::new().set("filter", Args::new().set(">=ID", 5).set("@TYPE_ID", [1, 6]));
        assert_eq!(args.to_query(), "filter[%3E%3DID]=5&filter[%40TYPE_ID][0]=1&filter[%40TYPE_ID][1]=6");
    }

    #[test]
    fn a_plain_call_keeps_the_order_and_says_yes_and_no() {
        let args =
            Args::new().set("select", ["ID", "TITLE"]).set("start", -1).set("a", true).set("e", Args::new());
        let json = serde_json::to_string(&args).expect("arguments are JSON");
        assert_eq!(json, r#"{"select":["ID","TITLE"],"start":-1,"a":"Y","e":{}}"#);
    }
}
