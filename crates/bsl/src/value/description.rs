//! `ОписаниеТипов`: what an attribute may hold, and what becomes of a value that is something else.

use std::rc::Rc;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Type, Value, convert, date, show};
use crate::infobase::Ref;
use crate::objects::value_storage::ValueStorage;

/// Types and their qualifiers.
#[derive(Clone, Debug)]
pub(crate) struct TypeDescription {
    /// The types; none means any.
    pub types: Vec<Kind>,
    /// The longest string; 0 means any length.
    pub length: usize,
    /// Digits of a number, and those of them behind the point; 0 digits mean any number.
    pub digits: (u32, u32),
    /// A date without its time.
    pub is_day: bool,
}

/// A type that knows its empty value.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// `Булево`
    Boolean,
    /// `Число`
    Number,
    /// `Строка`
    Text,
    /// `Дата`
    Date,
    /// A reference to objects of this table; the empty one stands for the type.
    Ref(Ref),
    /// Any other type, which has no empty value.
    Other(Type),
}

impl Kind {
    /// Its type.
    pub(crate) fn type_of(&self) -> Type {
        match self {
            Self::Other(name) => name.clone(),
            _ => self.empty().type_of(),
        }
    }

    fn empty(&self) -> Value {
        match self {
            Self::Boolean => Value::Boolean(false),
            Self::Number => Value::Number(Decimal::ZERO),
            Self::Text => Value::text(""),
            Self::Date => Value::Date(date::EMPTY),
            Self::Ref(empty) => Value::Ref(empty.clone()),
            Self::Other(class) if class.is("ХранилищеЗначения") => {
                Value::object(ValueStorage::new(Value::Undefined))
            }
            Self::Other(_) => Value::Undefined,
        }
    }
}

impl TypeDescription {
    /// Whether a value of this type may stand here.
    pub(crate) fn has(&self, wanted: &Type) -> bool {
        self.types.is_empty() || self.types.iter().any(|kind| kind.type_of() == *wanted)
    }

    /// What stands here before anything was written: with several types nothing is known of it.
    pub(crate) fn empty(&self) -> Value {
        match &self.types[..] {
            [only] => only.empty(),
            _ => Value::Undefined,
        }
    }

    /// `ПривестиЗначение`: what becomes of a value that is written here. Nobody is told when it is cut or lost.
    pub(crate) fn adjust(&self, value: Value) -> Value {
        if self.types.is_empty() {
            return value;
        }
        let value = if self.has(&value.type_of()) { value } else { self.converted(&value) };
        match value {
            Value::Text(text) if self.length > 0 => Value::Text(shortened(&text, self.length)),
            Value::Number(number) if self.digits.0 > 0 => Value::Number(fitted(number, self.digits)),
            Value::Date(moment) if self.is_day => Value::Date(moment.date().at(0, 0, 0, 0)),
            other => other,
        }
    }

    fn converted(&self, value: &Value) -> Value {
        let [only] = &self.types[..] else { return self.empty() };
        let converted = match (only, value) {
            (Kind::Text, Value::Number(_) | Value::Boolean(_) | Value::Date(_) | Value::Guid(_)) => {
                Some(Value::text(show::simple(value)))
            }
            (Kind::Number, Value::Text(_) | Value::Boolean(_)) => {
                convert::number(value).ok().map(Value::Number)
            }
            (Kind::Boolean, Value::Number(_) | Value::Text(_)) => {
                convert::boolean(value).ok().map(Value::Boolean)
            }
            (Kind::Date, Value::Text(_)) => convert::date(value).ok().map(Value::Date),
            _ => None,
        };
        converted.unwrap_or_else(|| only.empty())
    }
}

/// The first `length` letters.
fn shortened(text: &Rc<str>, length: usize) -> Rc<str> {
    match text.char_indices().nth(length) {
        Some((end, _)) => text[..end].into(),
        None => text.clone(),
    }
}

/// Rounded, and the largest possible where it does not fit.
fn fitted(number: Decimal, (digits, fraction): (u32, u32)) -> Decimal {
    let rounded = number.round_dp_with_strategy(fraction, RoundingStrategy::MidpointAwayFromZero);
    let one_too_many = Decimal::from(10_u64.saturating_pow(digits.saturating_sub(fraction).min(18)));
    if rounded.abs() < one_too_many {
        return rounded;
    }
    let largest = one_too_many - Decimal::new(1, fraction);
    if rounded.is_sign_negative() { -largest } else { largest }
}
