//! What a variable may hold.

pub(crate) mod compare;
pub(crate) mod convert;
pub(crate) mod date;
pub(crate) mod description;
pub(crate) mod format;
pub(crate) mod show;
pub(crate) mod xml;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use jiff::civil::DateTime;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::infobase::Ref;
use crate::name::Name;
use crate::object::Object;

/// A value of 1C.
#[derive(Clone, Default)]
pub enum Value {
    /// `Неопределено`
    #[default]
    Undefined,
    /// `NULL`: what a query gives where a join found nothing.
    Null,
    /// `Булево`
    Boolean(bool),
    /// `Число`: decimal, never binary.
    Number(Decimal),
    /// `Строка`
    Text(Rc<str>),
    /// `Дата`: without a zone.
    Date(DateTime),
    /// `Тип`
    Type(Type),
    /// `УникальныйИдентификатор`
    Guid(Uuid),
    /// A reference to an object of the infobase, or a value of an enumeration.
    Ref(Ref),
    /// A value of an enumeration of the platform: `КодировкаТекста.UTF8`.
    Item(Item),
    /// Everything that has members.
    Object(Rc<dyn Object>),
}

/// A variable, or a parameter that the method may write.
pub(crate) type Cell = Rc<RefCell<Value>>;

/// A cell of its own for a value.
pub(crate) fn cell(value: Value) -> Cell {
    Rc::new(RefCell::new(value))
}

/// A type by its name: `Строка`, `СправочникСсылка.Контрагенты`.
#[derive(Clone)]
pub struct Type(Name);

impl Type {
    /// The type with this name, which somebody has checked.
    pub fn new(name: &str) -> Self {
        Self(Name::new(name))
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.0
    }

    /// Whether it is the type with this name.
    pub fn is(&self, name: &str) -> bool {
        self.0.is(name)
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// A value of an enumeration of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// `КодировкаТекста`
    pub enumeration: &'static str,
    /// `UTF8`
    pub name: &'static str,
}

impl Value {
    /// A string.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// A whole number.
    pub fn number(number: impl Into<Decimal>) -> Self {
        Self::Number(number.into())
    }

    /// How many of something.
    pub fn count(count: usize) -> Self {
        Self::Number(Decimal::from(count))
    }

    /// An object that nobody has yet.
    pub fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    /// What `ТипЗнч` says.
    pub fn type_of(&self) -> Type {
        match self {
            Self::Undefined => Type::new("Неопределено"),
            Self::Null => Type::new("Null"),
            Self::Boolean(_) => Type::new("Булево"),
            Self::Number(_) => Type::new("Число"),
            Self::Text(_) => Type::new("Строка"),
            Self::Date(_) => Type::new("Дата"),
            Self::Type(_) => Type::new("Тип"),
            Self::Guid(_) => Type::new("УникальныйИдентификатор"),
            Self::Ref(reference) => reference.type_of(),
            Self::Item(item) => Type::new(item.enumeration),
            Self::Object(object) => object.class(),
        }
    }

    /// The object as what it is in Rust.
    pub fn downcast<T: Object>(&self) -> Option<&T> {
        match self {
            Self::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The reference, if it is one.
    pub fn as_ref(&self) -> Option<&Ref> {
        match self {
            Self::Ref(reference) => Some(reference),
            _ => None,
        }
    }

    /// What `ЗначениеЗаполнено` says of it.
    pub fn is_filled(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Number(number) => !number.is_zero(),
            Self::Text(text) => !text.trim().is_empty(),
            Self::Date(date) => *date != date::EMPTY,
            Self::Guid(guid) => !guid.is_nil(),
            Self::Ref(reference) => !reference.is_empty(),
            Self::Boolean(_) | Self::Type(_) | Self::Item(_) | Self::Object(_) => true,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::text(value)
    }
}

impl From<Rc<str>> for Value {
    fn from(value: Rc<str>) -> Self {
        Self::Text(value)
    }
}

impl From<DateTime> for Value {
    fn from(value: DateTime) -> Self {
        Self::Date(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Self::Number(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<Ref> for Value {
    fn from(value: Ref) -> Self {
        Self::Ref(value)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined => f.write_str("Неопределено"),
            Self::Null => f.write_str("NULL"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{}", number.normalize()),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Date(date) => write!(f, "'{date}'"),
            Self::Type(name) => write!(f, "Тип({})", name.0),
            Self::Guid(guid) => write!(f, "{guid}"),
            Self::Ref(reference) => write!(f, "{reference:?}"),
            Self::Item(item) => write!(f, "{}.{}", item.enumeration, item.name),
            Self::Object(object) => write!(f, "<{}>", object.class().0),
        }
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
