//! `СписокЗначений`: values with a text and a mark.

use std::cell::RefCell;
use std::rc::Rc;

use super::array::outside;
use super::class;
use crate::halt::Outcome;
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::{Value, compare, convert};

/// A list of values.
#[derive(Default)]
pub(crate) struct ValueList {
    elements: RefCell<Vec<Rc<Element>>>,
}

struct Element {
    value: RefCell<Value>,
    shown: RefCell<Value>,
    mark: RefCell<Value>,
}

impl ValueList {
    /// The values alone.
    pub(crate) fn values(&self) -> Vec<Value> {
        self.elements.borrow().iter().map(|element| element.value.borrow().clone()).collect()
    }

    fn add(&self, value: Value, shown: Value, mark: Value) -> Value {
        let element = Rc::new(Element {
            value: RefCell::new(value),
            shown: RefCell::new(shown),
            mark: RefCell::new(mark),
        });
        self.elements.borrow_mut().push(element.clone());
        Value::Object(element)
    }
}

impl Object for ValueList {
    class!("СписокЗначений");

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "добавить" => {
                arguments.between(0, 4)?;
                let shown = arguments.given(1).unwrap_or_else(|| "".into());
                Ok(Some(self.add(arguments.value(0), shown, arguments.boolean(2)?.into())))
            }
            "загрузитьзначения" => {
                arguments.exactly(1)?;
                self.elements.borrow_mut().clear();
                for value in session.items(&arguments.value(0))? {
                    self.add(value, "".into(), false.into());
                }
                Ok(None)
            }
            "выгрузитьзначения" => {
                Ok(Some(Value::object(super::array::Array::of(self.values()))))
            }
            "найтипозначению" => {
                arguments.exactly(1)?;
                let wanted = arguments.value(0);
                let elements = self.elements.borrow();
                let found = elements.iter().find(|element| compare::equal(&element.value.borrow(), &wanted));
                Ok(Some(found.map_or(Value::Undefined, |element| Value::Object(element.clone()))))
            }
            "количество" => Ok(Some(Value::count(self.elements.borrow().len()))),
            "очистить" => {
                self.elements.borrow_mut().clear();
                Ok(None)
            }
            "сортироватьпозначению" => {
                self.elements
                    .borrow_mut()
                    .sort_by(|left, right| compare::sorting(&left.value.borrow(), &right.value.borrow()));
                Ok(None)
            }
            _ => Err(no_method(name)),
        }
    }

    fn index(&self, _: &mut Session, index: &Value) -> Outcome<Value> {
        let place = convert::count(index)?;
        self.elements.borrow().get(place).map(|element| Value::Object(element.clone())).ok_or_else(outside)
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Ok(self.elements.borrow().iter().map(|element| Value::Object(element.clone())).collect())
    }
}

impl Object for Element {
    class!("ЭлементСпискаЗначений");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "значение" => Ok(self.value.borrow().clone()),
            "представление" => Ok(self.shown.borrow().clone()),
            "пометка" => Ok(self.mark.borrow().clone()),
            _ => Err(no_field(name)),
        }
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        let field = match name.key() {
            "значение" => &self.value,
            "представление" => &self.shown,
            "пометка" => &self.mark,
            _ => return Err(no_field(name)),
        };
        *field.borrow_mut() = value;
        Ok(())
    }
}
