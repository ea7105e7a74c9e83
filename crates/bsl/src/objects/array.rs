//! `Массив`: values by numbers from 0.

use std::cell::RefCell;

use super::class;
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_method};
use crate::session::Session;
use crate::value::{Value, compare, convert};

/// An array.
#[derive(Default)]
pub struct Array {
    values: RefCell<Vec<Value>>,
}

impl Array {
    /// An array of these values.
    pub fn of(values: Vec<Value>) -> Self {
        Self { values: RefCell::new(values) }
    }

    /// `Новый Массив(10)`: so many values that are not there yet.
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.between(0, 1)?;
        let length = if arguments.is_given(0) { arguments.count(0)? } else { 0 };
        Ok(Self::of(vec![Value::Undefined; length]))
    }

    /// Its values.
    pub fn values(&self) -> Vec<Value> {
        self.values.borrow().clone()
    }

    fn place(&self, index: &Value) -> Outcome<usize> {
        let place = convert::count(index).map_err(|_| outside())?;
        if place < self.values.borrow().len() { Ok(place) } else { Err(outside()) }
    }
}

/// The index is not one of the collection.
pub(crate) fn outside() -> Halt {
    Halt::exception("Индекс находится за границами массива")
}

impl Object for Array {
    class!("Массив");

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "добавить" => {
                arguments.between(0, 1)?;
                self.values.borrow_mut().push(arguments.value(0));
                Ok(None)
            }
            "вставить" => {
                arguments.between(1, 2)?;
                let place = arguments.count(0)?;
                let mut values = self.values.borrow_mut();
                if place > values.len() {
                    return Err(outside());
                }
                values.insert(place, arguments.value(1));
                Ok(None)
            }
            "удалить" => {
                arguments.exactly(1)?;
                let place = self.place(&arguments.value(0))?;
                self.values.borrow_mut().remove(place);
                Ok(None)
            }
            "получить" => {
                arguments.exactly(1)?;
                let place = self.place(&arguments.value(0))?;
                Ok(Some(self.values.borrow()[place].clone()))
            }
            "установить" => {
                arguments.exactly(2)?;
                let place = self.place(&arguments.value(0))?;
                self.values.borrow_mut()[place] = arguments.value(1);
                Ok(None)
            }
            "найти" => {
                arguments.exactly(1)?;
                let wanted = arguments.value(0);
                let place = self.values.borrow().iter().position(|value| compare::equal(value, &wanted));
                Ok(Some(place.map_or(Value::Undefined, Value::count)))
            }
            "количество" => Ok(Some(Value::count(self.values.borrow().len()))),
            "вграница" => {
                Ok(Some(Value::number(i64::try_from(self.values.borrow().len()).unwrap_or(i64::MAX) - 1)))
            }
            "очистить" => {
                self.values.borrow_mut().clear();
                Ok(None)
            }
            _ => Err(no_method(name)),
        }
    }

    fn index(&self, _: &mut Session, index: &Value) -> Outcome<Value> {
        let place = self.place(index)?;
        Ok(self.values.borrow()[place].clone())
    }

    fn set_index(&self, _: &mut Session, index: &Value, value: Value) -> Outcome<()> {
        let place = self.place(index)?;
        self.values.borrow_mut()[place] = value;
        Ok(())
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Ok(self.values())
    }
}
