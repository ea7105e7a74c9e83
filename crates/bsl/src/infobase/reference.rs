//! References, which outlive what they refer to.

use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use uuid::Uuid;

use super::TableKind;
use super::element::Element;
use super::metadata::MetaTable;
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::{Type, Value};

/// What a reference says of the table it leads to.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) kind: TableKind,
    pub(crate) name: Name,
    /// Values of an enumeration, predefined elements of anything else.
    pub(crate) constants: Vec<Name>,
}

/// A reference to an object, or a value of an enumeration.
#[derive(Clone)]
pub struct Ref {
    head: Rc<Head>,
    id: Uuid,
}

impl Ref {
    pub(crate) fn new(head: &Rc<Head>, id: Uuid) -> Self {
        Self { head: head.clone(), id }
    }

    /// The empty one.
    pub(crate) fn empty(head: &Rc<Head>) -> Self {
        Self::new(head, Uuid::nil())
    }

    /// The `index`th constant. Their identifiers are the same in every base.
    pub(crate) fn constant(head: &Rc<Head>, index: usize) -> Self {
        let number = u128::try_from(index).expect("an index is small") + 1;
        let table =
            Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{:?}.{}", head.kind, head.name.key()).as_bytes());
        Self::new(head, Uuid::from_u128(table.as_u128().wrapping_add(number)))
    }

    /// The GUID.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Whether it leads nowhere.
    pub fn is_empty(&self) -> bool {
        self.id.is_nil()
    }

    pub(crate) fn head(&self) -> &Rc<Head> {
        &self.head
    }

    /// `Справочник.Контрагенты`
    pub(crate) fn table(&self) -> String {
        self.head.full_name()
    }

    pub(crate) fn type_of(&self) -> Type {
        Type::new(&format!("{}Ссылка.{}", self.head.kind.word(), self.head.name))
    }

    /// The name of the value, if it is one of an enumeration.
    pub(crate) fn enumeration_name(&self) -> Option<&str> {
        if self.head.kind == TableKind::Enumeration { self.constant_name() } else { None }
    }

    /// The name of a value or of a predefined element.
    pub(crate) fn constant_name(&self) -> Option<&str> {
        let place =
            (0..self.head.constants.len()).find(|index| Self::constant(&self.head, *index) == *self)?;
        Some(self.head.constants[place].shown())
    }

    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.head.name.key().cmp(other.head.name.key()).then(self.id.cmp(&other.id))
    }
}

impl Head {
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.kind.word(), self.name)
    }
}

impl PartialEq for Ref {
    fn eq(&self, other: &Self) -> bool {
        self.head.kind == other.head.kind && self.head.name == other.head.name && self.id == other.id
    }
}

impl Eq for Ref {}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.table(), self.id)
    }
}

impl Object for Ref {
    fn class(&self) -> Type {
        self.type_of()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    /// An attribute, read from the infobase. An empty reference has empty attributes.
    fn get(&self, session: &mut Session, name: &Name) -> Outcome<Value> {
        if name.is("Ссылка") {
            return Ok(self.clone().into());
        }
        let schema = session.base.schema();
        let table = schema.table(&self.table()).ok_or_else(|| no_field(name))?;
        if let Some(field) = table.field(name.key()) {
            session.may_touch_the_infobase()?;
            session.base.check_right(super::Right::Read, &self.table())?;
            let record = session.base.record(self);
            return Ok(record.map_or_else(|| field.kind.empty(), |record| record.value(field)));
        }
        if let Some(section) = table.section(name.key()) {
            session.may_touch_the_infobase()?;
            let record = session.base.record(self);
            let rows = record.map(|record| record.rows(&section.name)).unwrap_or_default();
            return Ok(super::section::Section::read_only(section, rows));
        }
        Err(no_field(name))
    }

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "уникальныйидентификатор" if self.head.kind != TableKind::Enumeration => {
                arguments.exactly(0)?;
                Ok(Some(Value::Guid(self.id)))
            }
            "пустая" => Ok(Some(self.is_empty().into())),
            "получитьобъект" if self.head.kind != TableKind::Enumeration => {
                arguments.exactly(0)?;
                session.may_touch_the_infobase()?;
                session.base.check_right(super::Right::Read, &self.table())?;
                let found = session.base.record(self);
                Ok(Some(found.map_or(Value::Undefined, |record| {
                    Value::object(Element::existing(self.clone(), &record))
                })))
            }
            "метаданные" => {
                let table = session.base.schema().table(&self.table());
                let table = table.ok_or_else(|| Halt::exception("Метаданные не найдены"))?;
                Ok(Some(Value::object(MetaTable::new(table))))
            }
            _ => Err(no_method(name)),
        }
    }

    fn show(&self, session: &mut Session) -> String {
        session.base.presentation(self)
    }

    fn same(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>() == Some(self)
    }
}
