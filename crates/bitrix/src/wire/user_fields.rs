//! User fields: those that a portal has beside the vendor's. Vendor page: `crm/companies/userfields/*.md`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The fields `UF_…` of a row, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFields(BTreeMap<String, Value>);

impl UserFields {
    /// The value as it came; `None` also where the field was not selected or does not exist.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The value of a field of one line; empty for none and for lists.
    pub fn text(&self, name: &str) -> Cow<'_, str> {
        match self.get(name) {
            Some(Value::String(text)) => Cow::Borrowed(text),
            Some(Value::Number(number)) => Cow::Owned(number.to_string()),
            _ => Cow::Borrowed(""),
        }
    }
}

impl<'de> Deserialize<'de> for UserFields {
    fn deserialize<D: Deserializer<'de>>(row: D) -> Result<Self, D::Error> {
        let mut fields = BTreeMap::<String, Value>::deserialize(row)?;
        fields.retain(|name, _| name.starts_with("UF_"));
        Ok(Self(fields))
    }
}
