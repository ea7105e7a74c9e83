//! JSON in and out.

use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_json::error::Category;

use crate::source::Unreadable;
use crate::value::{DEPTH_MAX, VALUES_MAX, Value};

/// Reads one document.
pub(crate) fn document(text: &str) -> Result<Value, Unreadable> {
    read(text, |json| Node::root(&Cell::new(0)).deserialize(json))
}

/// Reads an array element by element; `take` answers whether it wants more.
pub(crate) fn records(text: &str, take: &mut dyn FnMut(Value) -> bool) -> Result<(), Unreadable> {
    let refused = Cell::new(false);
    let outcome = read(text, |json| json.deserialize_seq(Records { take, refused: &refused }));
    if refused.get() { Ok(()) } else { outcome }
}

/// Writes one document.
pub(crate) fn write(value: &Value) -> String {
    serde_json::to_string(value).expect("a tree of texts, numbers and flags has no JSON that fails")
}

type Json<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

fn read<'a, T>(
    text: &'a str,
    read: impl FnOnce(&mut Json<'a>) -> serde_json::Result<T>,
) -> Result<T, Unreadable> {
    let mut json = serde_json::Deserializer::from_str(text);
    read(&mut json).and_then(|value| json.end().map(|()| value)).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Unreadable {
    let (line, column) = (error.line() as u64, error.column() as u64);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let text = match error.classify() {
        Category::Syntax => format!("нарушен синтаксис JSON ({message})"),
        Category::Eof => "JSON оборван: текст кончился раньше, чем закрыты все скобки и кавычки".to_owned(),
        Category::Data => format!("не то, что ожидалось ({message})"),
        Category::Io => "не удалось прочитать".to_owned(),
    };
    Unreadable { line: line.max(1), column: column.max(1), text }
}

/// The outer array, whose elements are handed over one by one so that only one of them is a tree at a time.
struct Records<'a> {
    take: &'a mut dyn FnMut(Value) -> bool,
    refused: &'a Cell<bool>,
}

impl<'de> Visitor<'de> for Records<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("массив записей [ … ]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(record) = items.next_element_seed(Node::root(&Cell::new(0)))? {
            if !(self.take)(record) {
                self.refused.set(true);
                return Err(A::Error::custom("no more records are wanted"));
            }
        }
        Ok(())
    }
}

/// Any value, with its depth and the number of values met so far in the record.
#[derive(Clone, Copy)]
struct Node<'a> {
    depth: usize,
    met: &'a Cell<usize>,
}

impl<'a> Node<'a> {
    fn root(met: &'a Cell<usize>) -> Self {
        Self { depth: 0, met }
    }

    fn child<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH_MAX {
            return Err(E::custom(format!("вложенность больше {DEPTH_MAX}")));
        }
        Ok(Self { depth: self.depth + 1, met: self.met })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        self.met.set(self.met.get() + 1);
        if self.met.get() > VALUES_MAX {
            return Err(D::Error::custom(format!("в одной записи больше {VALUES_MAX} значений")));
        }
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("значение JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let child = self.child()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(child)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let child = self.child()?;
        let mut fields = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            fields.push((name.into(), entries.next_value_seed(child)?));
        }
        Ok(Value::Record(fields))
    }
}
