//! What stands in the tables, and what stood there before.

use std::collections::BTreeMap;
use std::rc::Rc;

use uuid::Uuid;

use super::schema::Field;
use crate::name::{Name, key};
use crate::value::Value;

/// The values of a row of a tabular section, by keys.
pub(crate) type RowValues = BTreeMap<String, Value>;

/// An object, or a record of a register.
#[derive(Clone, Debug, Default)]
pub struct Record {
    fields: BTreeMap<String, Value>,
    sections: BTreeMap<String, Vec<RowValues>>,
    /// Grows with every writing.
    pub(crate) version: u64,
}

impl Record {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Value {
        self.fields.get(&key(name)).cloned().unwrap_or_default()
    }

    /// Writes a field. The value has to fit: nobody looks at it here.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(key(name), value.into());
    }

    pub(crate) fn value(&self, field: &Field) -> Value {
        if field.name.is("ВерсияДанных") {
            return Value::text(format!("{:012}", self.version));
        }
        self.fields.get(field.name.key()).cloned().unwrap_or_else(|| field.kind.empty())
    }

    pub(crate) fn put(&mut self, field: &Field, value: Value) {
        self.fields.insert(field.name.key().to_owned(), field.kind.adjust(value));
    }

    pub(crate) fn rows(&self, section: &Name) -> Vec<RowValues> {
        self.sections.get(section.key()).cloned().unwrap_or_default()
    }

    pub(crate) fn put_rows(&mut self, section: &Name, rows: Vec<RowValues>) {
        self.sections.insert(section.key().to_owned(), rows);
    }

    /// The rows of a tabular section, whose names are given as written.
    pub fn section(&self, name: &str) -> Vec<BTreeMap<String, Value>> {
        self.sections.get(&key(name)).cloned().unwrap_or_default()
    }

    /// Adds a row to a tabular section.
    pub fn add_row(&mut self, section: &str, values: &[(&str, Value)]) {
        let row = values.iter().map(|(name, value)| (key(name), value.clone())).collect();
        self.sections.entry(key(section)).or_default().push(row);
    }
}

/// Which row of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// An object.
    Object(Uuid),
    /// A record of a register, by its dimensions.
    Dimensions(String),
}

/// What stood in a place before it was written.
pub(crate) struct Before {
    table: String,
    key: Key,
    record: Option<Rc<Record>>,
}

/// All tables.
#[derive(Clone, Default)]
pub(crate) struct Data {
    tables: BTreeMap<String, BTreeMap<Key, Rc<Record>>>,
}

impl Data {
    pub(crate) fn get(&self, table: &str, key: &Key) -> Option<Rc<Record>> {
        self.tables.get(table)?.get(key).cloned()
    }

    /// Rows in the order of their keys.
    pub(crate) fn rows(&self, table: &str) -> Vec<(Key, Rc<Record>)> {
        self.tables
            .get(table)
            .into_iter()
            .flatten()
            .map(|(key, record)| (key.clone(), record.clone()))
            .collect()
    }

    pub(crate) fn write(&mut self, table: &str, key: Key, record: Option<Rc<Record>>) -> Before {
        let rows = self.tables.entry(table.to_owned()).or_default();
        let before = match record {
            Some(record) => rows.insert(key.clone(), record),
            None => rows.remove(&key),
        };
        Before { table: table.to_owned(), key, record: before }
    }

    pub(crate) fn restore(&mut self, before: Before) {
        self.write(&before.table, before.key, before.record);
    }
}
