//! Rows of one kind of thing with the indexes that keep a portal of 100,000 companies quick.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::catalog::{Catalog, Field, Kind, Naming, Source, show_item, show_old};
use super::php::{Array, Php, record};

/// A telephone, an e-mail, a site or a messenger.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Multi {
    pub(crate) id: i64,
    pub(crate) type_id: Box<str>,
    pub(crate) value_type: Box<str>,
    pub(crate) value: Box<str>,
}

/// One company, deal, requisite, bank detail or address.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) owner: i64,
    pub(crate) created: Timestamp,
    pub(crate) modified: Option<Timestamp>,
    pub(crate) created_by: i64,
    pub(crate) modified_by: Option<i64>,
    /// Texts by number of field, ordered by it. What is not here is unset.
    cells: Vec<(u16, Box<str>)>,
    /// Files and lists.
    others: Vec<(u16, Php)>,
    pub(crate) multi: Vec<Multi>,
}

impl Row {
    pub(crate) fn new(id: i64, owner: i64, created: Timestamp, created_by: i64) -> Self {
        Self {
            id,
            owner,
            created,
            modified: None,
            created_by,
            modified_by: None,
            cells: Vec::new(),
            others: Vec::new(),
            multi: Vec::new(),
        }
    }

    pub(crate) fn cell(&self, at: u16) -> Option<&str> {
        self.cells
            .binary_search_by_key(&at, |(field, _)| *field)
            .ok()
            .map(|index| self.cells[index].1.as_ref())
    }

    /// Says whether that changed anything.
    pub(crate) fn set_cell(&mut self, at: u16, text: Option<&str>) -> bool {
        match (self.cells.binary_search_by_key(&at, |(field, _)| *field), text) {
            (Ok(index), Some(text)) if self.cells[index].1.as_ref() == text => false,
            (Ok(index), Some(text)) => {
                self.cells[index].1 = text.into();
                true
            }
            (Ok(index), None) => {
                self.cells.remove(index);
                true
            }
            (Err(index), Some(text)) => {
                self.cells.insert(index, (at, text.into()));
                true
            }
            (Err(_), None) => false,
        }
    }

    pub(crate) fn other(&self, at: u16) -> Option<&Php> {
        self.others.iter().find(|(field, _)| *field == at).map(|(_, value)| value)
    }

    pub(crate) fn set_other(&mut self, at: u16, value: Option<Php>) {
        self.others.retain(|(field, _)| *field != at);
        self.others.extend(value.map(|value| (at, value)));
    }

    pub(crate) fn has(&self, type_id: &str) -> bool {
        self.multi.iter().any(|entry| entry.type_id.as_ref() == type_id)
    }

    /// What filters and sorting compare.
    pub(crate) fn raw(&self, at: u16, field: &Field) -> Raw<'_> {
        match field.source {
            Source::Id => Raw::Int(self.id),
            Source::Owner => Raw::Int(self.owner),
            Source::Created => Raw::Time(self.created),
            Source::Modified => self.modified.map_or(Raw::Empty, Raw::Time),
            Source::CreatedBy => Raw::Int(self.created_by),
            Source::ModifiedBy => self.modified_by.map_or(Raw::Empty, Raw::Int),
            Source::Constant(value) => Raw::Int(value),
            Source::AddressType => Raw::Int(self.id % 100),
            Source::Has(type_id) => Raw::Text(Cow::Borrowed(if self.has(type_id) { "Y" } else { "N" })),
            Source::Multi(type_id) => Raw::Many(
                self.multi
                    .iter()
                    .filter(|entry| entry.type_id.as_ref() == type_id)
                    .map(|entry| entry.value.as_ref())
                    .collect(),
            ),
            Source::Cell => {
                let Some(text) = self.cell(at).map(Cow::Borrowed).or(field.default.map(Cow::Borrowed)) else {
                    return Raw::Empty;
                };
                match field.kind {
                    Kind::Int | Kind::User => text.parse().map_or(Raw::Empty, Raw::Int),
                    Kind::Number | Kind::Amount => text.parse().map_or(Raw::Empty, Raw::Number),
                    _ if text.is_empty() => Raw::Empty,
                    _ => Raw::Text(text),
                }
            }
        }
    }

    /// What an answer shows of a field; `None` when the key is not there at all.
    pub(crate) fn show(&self, at: u16, field: &Field, naming: Naming, zone: &TimeZone) -> Option<Php> {
        let int = |value: i64| -> Php {
            if naming == Naming::Old { value.to_string().into() } else { Php::Int(value) }
        };
        Some(match field.source {
            Source::Id => int(self.id),
            Source::Owner => int(self.owner),
            Source::Created => iso(self.created, zone).into(),
            // Requisites and bank details that nobody has changed yet show an empty string.
            Source::Modified => self.modified.map(|at| iso(at, zone)).unwrap_or_default().into(),
            Source::CreatedBy => int(self.created_by),
            Source::ModifiedBy => self.modified_by.map_or(Php::Null, int),
            Source::Constant(value) => int(value),
            Source::AddressType => int(self.id % 100),
            Source::Has(type_id) => if self.has(type_id) { "Y" } else { "N" }.into(),
            Source::Multi(type_id) => {
                // A card without telephones has no key PHONE at all.
                let entries = multi_old(self, type_id);
                return (entries.len() > 0).then(|| entries.into());
            }
            Source::Cell => match self.other(at) {
                Some(value) => value.clone(),
                None => match self.cell(at).or(field.default) {
                    Some(text) if naming == Naming::Old => show_old(field.kind, text),
                    Some(text) => show_item(field.kind, text),
                    None if field.multiple => Php::Array(Array::default()),
                    // An empty user field is an empty string in old methods.
                    None if field.is_custom && naming == Naming::Old => "".into(),
                    None => Php::Null,
                },
            },
        })
    }
}

/// A value as filters and sorting see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw<'a> {
    Empty,
    Int(i64),
    Time(Timestamp),
    Number(f64),
    Text(Cow<'a, str>),
    Many(Vec<&'a str>),
}

/// Ids by the text of one field.
type TextIndex = HashMap<Box<str>, Vec<i64>>;

/// All rows of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) catalog: Catalog,
    /// Boxed, since the nodes of a map that grows at its end stay half empty.
    rows: BTreeMap<i64, Box<Row>>,
    next_id: i64,
    by_owner: BTreeSet<(i64, i64)>,
    by_text: Vec<(u16, TextIndex)>,
}

impl Table {
    /// `indexed` names the text fields that lookups are made by.
    pub(crate) fn new(catalog: Catalog, first_id: i64, indexed: &[&str]) -> Self {
        let by_text =
            indexed.iter().filter_map(|name| Some((catalog.index_of(name)?, HashMap::new()))).collect();
        Self { catalog, rows: BTreeMap::new(), next_id: first_id, by_owner: BTreeSet::new(), by_text }
    }

    pub(crate) fn take_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id - 1
    }

    pub(crate) fn get(&self, id: i64) -> Option<&Row> {
        self.rows.get(&id).map(Box::as_ref)
    }

    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.values().map(Box::as_ref)
    }

    pub(crate) fn range(&self, from: i64, to: i64) -> impl DoubleEndedIterator<Item = &Row> {
        // A BTreeMap panics on an empty window; what the wider one lets in, the filter that asked for it refuses.
        self.rows.range(from..=to.max(from)).map(|(_, row)| row.as_ref())
    }

    /// Ids of the rows whose owner is in the window, ordered by owner.
    pub(crate) fn owned(&self, from: i64, to: i64) -> Vec<i64> {
        if from > to {
            return Vec::new();
        }
        self.by_owner.range((from, i64::MIN)..=(to, i64::MAX)).map(|(_, id)| *id).collect()
    }

    pub(crate) fn of_owner(&self, owner: i64) -> Vec<i64> {
        self.owned(owner, owner)
    }

    /// Ids by an indexed text, `None` when the field has no index.
    pub(crate) fn by_text(&self, field: u16, text: &str) -> Option<&[i64]> {
        let (_, index) = self.by_text.iter().find(|(at, _)| *at == field)?;
        Some(index.get(text).map_or(&[], Vec::as_slice))
    }

    pub(crate) fn insert(&mut self, mut row: Row) {
        // Rows are written once and read for long; half of a grown vector is empty.
        row.cells.shrink_to_fit();
        row.multi.shrink_to_fit();
        self.index(&row);
        self.rows.insert(row.id, Box::new(row));
    }

    pub(crate) fn remove(&mut self, id: i64) -> Option<Row> {
        let row = self.rows.remove(&id)?;
        self.unindex(&row);
        Some(*row)
    }

    fn index(&mut self, row: &Row) {
        self.by_owner.insert((row.owner, row.id));
        for (field, index) in &mut self.by_text {
            if let Some(text) = row.cell(*field) {
                let ids = index.entry(text.into()).or_default();
                if let Err(place) = ids.binary_search(&row.id) {
                    // Nearly every key has one row.
                    ids.reserve_exact(1);
                    ids.insert(place, row.id);
                }
            }
        }
    }

    fn unindex(&mut self, row: &Row) {
        self.by_owner.remove(&(row.owner, row.id));
        for (field, index) in &mut self.by_text {
            let Some(text) = row.cell(*field) else { continue };
            if let Some(ids) = index.get_mut(text) {
                ids.retain(|id| *id != row.id);
                if ids.is_empty() {
                    index.remove(text);
                }
            }
        }
    }
}

/// `PHONE` of the old methods.
fn multi_old(row: &Row, type_id: &str) -> Array {
    row.multi
        .iter()
        .filter(|entry| entry.type_id.as_ref() == type_id)
        .map(|entry| {
            record! {
                "ID" => entry.id.to_string(),
                "VALUE_TYPE" => entry.value_type.as_ref(),
                "VALUE" => entry.value.as_ref(),
                "TYPE_ID" => entry.type_id.as_ref(),
            }
        })
        .collect()
}

/// `fm` of `crm.item.*`.
pub(crate) fn multi_item(row: &Row) -> Array {
    row.multi
        .iter()
        .map(|entry| {
            record! {
                "id" => entry.id,
                "valueType" => entry.value_type.as_ref(),
                "value" => entry.value.as_ref(),
                "typeId" => entry.type_id.as_ref(),
            }
        })
        .collect()
}

/// `2024-03-11T16:36:46+03:00`: the portal's zone, whole seconds.
pub(crate) fn iso(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
