//! What everything with members can be asked.

use std::any::Any;

use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::session::Session;
use crate::value::{Cell, Type, Value, convert};

/// A value with members.
pub trait Object: Any {
    /// What `ТипЗнч` says.
    fn class(&self) -> Type;

    /// Itself, for those who know what it is.
    fn as_any(&self) -> &dyn Any;

    /// A property.
    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        Err(no_field(name))
    }

    /// Writes a property.
    fn set(&self, _: &mut Session, name: &Name, _: Value) -> Outcome<()> {
        Err(no_field(name))
    }

    /// Calls a method; a procedure gives nothing.
    fn call(&self, _: &mut Session, name: &Name, _: &Arguments) -> Outcome<Option<Value>> {
        Err(no_method(name))
    }

    /// `Объект[Индекс]`; a string is the name of a property.
    fn index(&self, session: &mut Session, index: &Value) -> Outcome<Value> {
        match index {
            Value::Text(name) => self.get(session, &Name::new(name)),
            _ => Err(Halt::exception("Получение элемента по индексу для значения не определено")),
        }
    }

    /// `Объект[Индекс] = …`
    fn set_index(&self, session: &mut Session, index: &Value, value: Value) -> Outcome<()> {
        match index {
            Value::Text(name) => self.set(session, &Name::new(name), value),
            _ => Err(Halt::exception("Установка элемента по индексу для значения не определена")),
        }
    }

    /// What `Для Каждого` walks over.
    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Err(Halt::exception("Итератор для значения не определен"))
    }

    /// Its properties, for `ЗаполнитьЗначенияСвойств`.
    fn names(&self, _: &mut Session) -> Vec<Name> {
        Vec::new()
    }

    /// What `Строка()` says.
    fn show(&self, _: &mut Session) -> String {
        self.class().name().to_string()
    }

    /// Whether two of them are the same value.
    fn same(&self, _: &dyn Object) -> bool {
        false
    }
}

/// There is no such property.
pub(crate) fn no_field(name: &Name) -> Halt {
    Halt::exception(format!("Поле объекта не обнаружено ({name})"))
}

/// There is no such method.
pub(crate) fn no_method(name: &Name) -> Halt {
    Halt::exception(format!("Метод объекта не обнаружен ({name})"))
}

/// A property that only the platform writes.
pub(crate) fn read_only(name: &Name) -> Halt {
    Halt::exception(format!("Поле объекта недоступно для записи ({name})"))
}

/// What stands in the brackets of a call. Any of them may be left out.
pub struct Arguments {
    cells: Vec<Option<Cell>>,
}

impl Arguments {
    pub(crate) fn new(cells: Vec<Option<Cell>>) -> Self {
        Self { cells }
    }

    /// How many there are, those left out included.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// At least and at most so many, as the method of the platform has them.
    pub fn between(&self, needed: usize, most: usize) -> Outcome<()> {
        if self.len() > most {
            return Err(Halt::exception("Слишком много фактических параметров"));
        }
        if self.len() < needed || self.cells[..needed].iter().any(Option::is_none) {
            return Err(Halt::exception("Недостаточно фактических параметров"));
        }
        Ok(())
    }

    /// Exactly so many.
    pub fn exactly(&self, count: usize) -> Outcome<()> {
        self.between(count, count)
    }

    /// Whether it is there.
    pub fn is_given(&self, index: usize) -> bool {
        self.cells.get(index).is_some_and(Option::is_some)
    }

    /// The value, `Неопределено` where it was left out.
    pub fn value(&self, index: usize) -> Value {
        self.given(index).unwrap_or_default()
    }

    /// The value, if it was not left out.
    pub fn given(&self, index: usize) -> Option<Value> {
        self.cells.get(index).and_then(Option::as_ref).map(|cell| cell.borrow().clone())
    }

    /// The string that the value is or becomes; empty where it was left out.
    pub fn text(&self, index: usize) -> Outcome<std::rc::Rc<str>> {
        self.given(index).map_or_else(|| Ok("".into()), |value| convert::text(&value))
    }

    /// The whole number.
    pub fn count(&self, index: usize) -> Outcome<usize> {
        convert::count(&self.value(index))
    }

    /// The condition; false where it was left out.
    pub fn boolean(&self, index: usize) -> Outcome<bool> {
        self.given(index).map_or(Ok(false), |value| convert::boolean(&value))
    }

    /// Writes into the variable that stands there.
    pub fn write(&self, index: usize, value: Value) {
        if let Some(Some(cell)) = self.cells.get(index) {
            *cell.borrow_mut() = value;
        }
    }

    pub(crate) fn cells(self) -> Vec<Option<Cell>> {
        self.cells
    }
}
