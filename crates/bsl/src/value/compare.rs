//! When two values are the same, and which of them is less.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::Value;
use crate::halt::{Halt, Outcome};
use crate::name::key;

/// What `=` says: values of different types are never the same, and the letter case of strings matters.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Boolean(left), Value::Boolean(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Date(left), Value::Date(right)) => left == right,
        (Value::Type(left), Value::Type(right)) => left == right,
        (Value::Guid(left), Value::Guid(right)) => left == right,
        (Value::Ref(left), Value::Ref(right)) => left == right,
        (Value::Item(left), Value::Item(right)) => left == right,
        (Value::Object(left), Value::Object(right)) => Rc::ptr_eq(left, right) || left.same(&**right),
        _ => false,
    }
}

/// What `<` asks for: only simple values of one type have an order.
pub(crate) fn order(left: &Value, right: &Value) -> Outcome<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Ok(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Ok(text_order(left, right)),
        (Value::Date(left), Value::Date(right)) => Ok(left.cmp(right)),
        (Value::Boolean(left), Value::Boolean(right)) => Ok(left.cmp(right)),
        _ => Err(Halt::exception(
            "Операции сравнения на больше-меньше допустимы только для значений совпадающих примитивных типов \
             (Булево, Число, Строка, Дата)",
        )),
    }
}

/// Letters of one kind stand together, small before capital.
pub(crate) fn text_order(left: &str, right: &str) -> Ordering {
    key(left).cmp(&key(right)).then_with(|| right.cmp(left))
}

/// Any two values, as `Сортировать` and queries want: types one after another.
pub(crate) fn sorting(left: &Value, right: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Undefined => 1,
        Value::Boolean(_) => 2,
        Value::Number(_) => 3,
        Value::Date(_) => 4,
        Value::Text(_) => 5,
        Value::Guid(_) => 6,
        Value::Ref(_) => 7,
        Value::Type(_) | Value::Item(_) | Value::Object(_) => 8,
    };
    match (left, right) {
        (Value::Ref(left), Value::Ref(right)) => left.order(right),
        (Value::Guid(left), Value::Guid(right)) => left.cmp(right),
        _ => order(left, right).unwrap_or_else(|_| rank(left).cmp(&rank(right))),
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        equal(self, other)
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Undefined | Self::Null | Self::Type(_) | Self::Object(_) => {}
            Self::Boolean(value) => value.hash(state),
            Self::Number(number) => number.normalize().hash(state),
            Self::Text(text) => text.hash(state),
            Self::Date(date) => date.hash(state),
            Self::Guid(guid) => guid.hash(state),
            Self::Ref(reference) => reference.id().hash(state),
            Self::Item(item) => item.name.hash(state),
        }
    }
}
