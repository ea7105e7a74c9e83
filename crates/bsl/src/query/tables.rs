//! The tables of a query, and a row of one of them.

use std::rc::Rc;

use crate::infobase::Ref;
use crate::infobase::data::{Record, RowValues};
use crate::infobase::schema::{Field, SectionTable, Table, empty_of};
use crate::name::Name;
use crate::value::Value;

/// A table of the query.
pub(super) struct Opened {
    pub(super) alias: Name,
    pub(super) table: Rc<Table>,
    pub(super) section: Option<SectionTable>,
}

/// A row of a table; `None` where a left join found nothing.
#[derive(Clone)]
pub(super) enum Place {
    Nothing,
    Object(Option<Ref>, Rc<Record>),
    Row(Ref, usize, Rc<RowValues>),
}

impl Opened {
    pub(super) fn field(&self, name: &Name) -> Option<Field> {
        match &self.section {
            None => self.table.field(name.key()).cloned(),
            Some(_) if name.is("Ссылка") => self.table.field("ссылка").cloned(),
            Some(section) => section.fields.iter().find(|field| field.name == *name).cloned(),
        }
    }

    pub(super) fn value(&self, place: &Place, name: &Name) -> Value {
        match place {
            Place::Nothing => Value::Null,
            Place::Object(Some(reference), _) | Place::Row(reference, _, _) if name.is("Ссылка") => {
                reference.clone().into()
            }
            Place::Object(_, record) => self.field(name).map_or(Value::Null, |field| record.value(&field)),
            Place::Row(_, number, _) if name.is("НомерСтроки") => Value::count(*number),
            Place::Row(_, _, values) => self.field(name).map_or(Value::Null, |field| {
                values.get(field.name.key()).cloned().unwrap_or_else(|| empty_of(&field))
            }),
        }
    }
}

/// The table that a path begins in, and the rest of it. The alias may be left out where the field is clear without it.
pub(super) fn find_source<'s, 'p>(
    opened: &[&'s Opened],
    path: &'p [Name],
) -> Option<(&'s Opened, &'p [Name])> {
    if path.len() > 1
        && let Some(source) = opened.iter().find(|source| source.alias == path[0])
    {
        return Some((source, &path[1..]));
    }
    opened.iter().find(|source| source.field(&path[0]).is_some()).map(|source| (*source, path))
}
