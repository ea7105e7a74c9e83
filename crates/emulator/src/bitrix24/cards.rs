//! What a test sees when it looks into the portal past its REST.

use std::collections::BTreeMap;

use super::catalog::{Naming, Source};
use super::php::Php;
use super::state::State;
use super::table::{Row, Table};

/// One thing of the portal: its id and every field that is set, as the old methods show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Identifier; an address has none and shows 0.
    pub id: i64,
    /// What it belongs to: the company of a requisite or a deal, the requisite of an address or a bank detail.
    pub owner: i64,
    /// Fields by their names in the old methods. What is unset is not here.
    pub fields: BTreeMap<String, String>,
    /// Telephones in order, companies only.
    pub phones: Vec<String>,
    /// E-mails in order, companies only.
    pub emails: Vec<String>,
}

impl Card {
    /// A field, empty when unset.
    pub fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }

    pub(crate) fn of(state: &State, table: &Table, row: &Row) -> Self {
        let mut fields = BTreeMap::new();
        let mut id = row.id;
        for (at, field) in table.catalog.iter() {
            if field.source == Source::AddressType {
                id = 0;
            }
            let shown = row.show(at, field, Naming::Old, &state.zone);
            if let Some(text) = shown.as_ref().and_then(Php::as_text).filter(|text| !text.is_empty()) {
                fields.insert(field.name.to_string(), text);
            }
        }
        let multi = |type_id: &str| {
            let of_type = row.multi.iter().filter(|entry| entry.type_id.as_ref() == type_id);
            of_type.map(|entry| entry.value.to_string()).collect()
        };
        Self { id, owner: row.owner, fields, phones: multi("PHONE"), emails: multi("EMAIL") }
    }
}
