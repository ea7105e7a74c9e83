//! `Соответствие`: values by values.

use std::cell::RefCell;

use indexmap::IndexMap;

use super::class;
use super::structure::pair;
use crate::halt::Outcome;
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::session::Session;
use crate::value::Value;

/// A map.
#[derive(Default)]
pub struct Map {
    pairs: RefCell<IndexMap<Value, Value>>,
}

impl Map {
    /// The value under a key; `Неопределено` where there is none.
    pub fn value(&self, key: &Value) -> Value {
        self.pairs.borrow().get(key).cloned().unwrap_or_default()
    }

    /// Puts a value under a key.
    pub fn insert(&self, key: Value, value: Value) {
        self.pairs.borrow_mut().insert(key, value);
    }

    /// All pairs.
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        self.pairs.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

impl Object for Map {
    class!("Соответствие");

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "вставить" => {
                arguments.between(1, 2)?;
                self.insert(arguments.value(0), arguments.value(1));
                Ok(None)
            }
            "получить" => {
                arguments.exactly(1)?;
                Ok(Some(self.value(&arguments.value(0))))
            }
            "удалить" => {
                arguments.exactly(1)?;
                self.pairs.borrow_mut().shift_remove(&arguments.value(0));
                Ok(None)
            }
            "количество" => Ok(Some(Value::count(self.pairs.borrow().len()))),
            "очистить" => {
                self.pairs.borrow_mut().clear();
                Ok(None)
            }
            _ => Err(no_method(name)),
        }
    }

    fn index(&self, _: &mut Session, index: &Value) -> Outcome<Value> {
        Ok(self.value(index))
    }

    fn set_index(&self, _: &mut Session, index: &Value, value: Value) -> Outcome<()> {
        self.insert(index.clone(), value);
        Ok(())
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Ok(self.pairs().into_iter().map(|(key, value)| pair(key, value)).collect())
    }
}
