//! `Структура`: values by names, whose letter case does not matter.

use std::cell::RefCell;

use super::class;
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::{Type, Value};

/// A structure. The platform keeps its fields in the order of their names; here they stand as they were put.
#[derive(Default)]
pub struct Structure {
    fields: RefCell<Vec<(Name, Value)>>,
}

impl Structure {
    /// A structure with these fields.
    pub fn of(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (Name::new(name), value)).collect();
        Self { fields: RefCell::new(fields) }
    }

    /// `Новый Структура("А, Б", 1, 2)`
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        let structure = Self::default();
        if arguments.is_given(0) {
            let names = arguments.text(0)?;
            for (index, name) in names.split(',').map(str::trim).filter(|name| !name.is_empty()).enumerate() {
                structure.insert(Name::new(check(name)?), arguments.value(index + 1));
            }
        }
        Ok(structure)
    }

    fn insert(&self, name: Name, value: Value) {
        let mut fields = self.fields.borrow_mut();
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => fields.push((name, value)),
        }
    }

    /// All fields, by name.
    pub fn fields(&self) -> Vec<(String, Value)> {
        self.fields.borrow().iter().map(|(name, value)| (name.shown().to_owned(), value.clone())).collect()
    }

    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<Value> {
        self.find(&Name::new(name))
    }

    fn find(&self, name: &Name) -> Option<Value> {
        self.fields.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    pub(crate) fn names(&self) -> Vec<Name> {
        self.fields.borrow().iter().map(|(name, _)| name.clone()).collect()
    }
}

/// A key of a structure has to look like a name.
fn check(name: &str) -> Outcome<&str> {
    let is_name = !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if is_name && !name.is_empty() {
        return Ok(name);
    }
    Err(Halt::exception(format!("Задано неправильное имя атрибута структуры '{name}'")))
}

impl Object for Structure {
    class!("Структура");

    fn names(&self, _: &mut Session) -> Vec<Name> {
        self.names()
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        self.find(name).ok_or_else(|| no_field(name))
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        if self.find(name).is_none() {
            return Err(no_field(name));
        }
        self.insert(name.clone(), value);
        Ok(())
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "вставить" => {
                arguments.between(1, 2)?;
                self.insert(Name::new(check(&arguments.text(0)?)?), arguments.value(1));
                Ok(None)
            }
            "свойство" => {
                arguments.between(1, 2)?;
                let found = self.find(&Name::new(&arguments.text(0)?));
                arguments.write(1, found.clone().unwrap_or_default());
                Ok(Some(found.is_some().into()))
            }
            "удалить" => {
                arguments.exactly(1)?;
                let name = Name::new(&arguments.text(0)?);
                self.fields.borrow_mut().retain(|(known, _)| *known != name);
                Ok(None)
            }
            "количество" => Ok(Some(Value::count(self.fields.borrow().len()))),
            "очистить" => {
                self.fields.borrow_mut().clear();
                Ok(None)
            }
            _ => Err(no_method(name)),
        }
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        let fields = self.fields.borrow();
        Ok(fields.iter().map(|(name, value)| pair(Value::text(name.shown()), value.clone())).collect())
    }
}

/// `КлючИЗначение`
pub(crate) fn pair(key: Value, value: Value) -> Value {
    Value::object(Pair { key, value })
}

struct Pair {
    key: Value,
    value: Value,
}

impl Object for Pair {
    fn class(&self) -> Type {
        Type::new("КлючИЗначение")
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "ключ" => Ok(self.key.clone()),
            "значение" => Ok(self.value.clone()),
            _ => Err(no_field(name)),
        }
    }
}
