//! One shape behind JSON and XML, so that a record is read and an answer is made once.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;

/// How deep a document may be nested; the contract needs four levels.
pub(crate) const DEPTH_MAX: usize = 16;

/// How many values one record may hold; the largest sensible one has a few hundred.
pub(crate) const VALUES_MAX: usize = 20_000;

/// The lists of the contract: how the list is called, and in XML its elements.
pub(crate) const LISTS: [(&str, &str); 14] = [
    ("bank_accounts", "bank_account"),
    ("changed", "field"),
    ("complete", "list"),
    ("counterparties", "counterparty"),
    ("documents", "document"),
    ("emails", "email"),
    ("inquiries", "inquiry"),
    ("missing", "item"),
    ("open_inquiries", "inquiry"),
    ("payments", "payment"),
    ("phones", "phone"),
    ("products", "product"),
    ("receipts", "receipt"),
    ("results", "result"),
];

/// A document, or a part of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// `null`, or an element with `xsi:nil`.
    Null,
    /// `true`. XML has none: there it is a text.
    Flag(bool),
    /// A JSON number. XML has none: there it is a text.
    Number(Number),
    /// A text, and every XML element without children.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Named fields in the order of the document; a name may stand twice.
    Record(Vec<(Cow<'static, str>, Self)>),
}

impl Value {
    /// A record made by Parom.
    pub(crate) fn record<const N: usize>(fields: [(&'static str, Self); N]) -> Self {
        Self::Record(fields.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }

    /// A text made by Parom.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// The name of the XML elements of a list, if the name is that of a list.
pub(crate) fn element_of(list: &str) -> Option<&'static str> {
    LISTS.iter().find(|(name, _)| *name == list).map(|(_, element)| *element)
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Record(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
