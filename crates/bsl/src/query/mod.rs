//! The query language: a sensible part of it. Unknown tables and fields are errors, as they are in 1C, whether there are
//! rows or not.

mod ast;
mod check;
mod parse;
mod run;
mod tables;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::halt::{Halt, Outcome};
use crate::name::{Name, key};
use crate::object::{Arguments, Object, no_field, no_method};
use crate::objects::class;
use crate::objects::structure::Structure;
use crate::objects::table::Table;
use crate::session::Session;
use crate::value::{Value, convert};

/// `Запрос`
pub(crate) struct Query {
    text: RefCell<String>,
    parameters: RefCell<BTreeMap<String, Value>>,
}

impl Query {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.between(0, 1)?;
        Ok(Self { text: RefCell::new(arguments.text(0)?.to_string()), parameters: RefCell::default() })
    }
}

impl Object for Query {
    class!("Запрос");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "текст" => Ok(Value::text(&*self.text.borrow())),
            _ => Err(no_field(name)),
        }
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        match name.key() {
            "текст" => *self.text.borrow_mut() = convert::text(&value)?.to_string(),
            _ => return Err(no_field(name)),
        }
        Ok(())
    }

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "установитьпараметр" => {
                arguments.exactly(2)?;
                self.parameters.borrow_mut().insert(key(&arguments.text(0)?), arguments.value(1));
                Ok(None)
            }
            "выполнить" => {
                arguments.exactly(0)?;
                session.may_touch_the_infobase()?;
                let request = parse::parse(&self.text.borrow())?;
                let answer = run::run(session, &request, &self.parameters.borrow())?;
                Ok(Some(Value::object(QueryResult(answer))))
            }
            _ => Err(no_method(name)),
        }
    }
}

/// `РезультатЗапроса`
struct QueryResult(run::Answer);

impl Object for QueryResult {
    class!("РезультатЗапроса");

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        let (columns, rows) = (self.0.columns.clone(), self.0.rows.clone());
        match name.key() {
            "выбрать" => {
                arguments.between(0, 3)?;
                Ok(Some(Value::object(Selection { columns, rows, now: Cell::new(None), next: Cell::new(0) })))
            }
            "выгрузить" => {
                arguments.between(0, 1)?;
                Ok(Some(Value::object(Table::of(columns, rows))))
            }
            "пустой" => Ok(Some(rows.is_empty().into())),
            _ => Err(no_method(name)),
        }
    }
}

/// `ВыборкаИзРезультатаЗапроса`
struct Selection {
    columns: Vec<Name>,
    rows: Vec<Vec<Value>>,
    now: Cell<Option<usize>>,
    next: Cell<usize>,
}

impl Selection {
    fn step(&self) -> bool {
        let next = self.next.get();
        let is_there = next < self.rows.len();
        self.now.set(is_there.then_some(next));
        self.next.set(next + usize::from(is_there));
        is_there
    }

    fn fits(&self, wanted: &Structure) -> bool {
        let Some(row) = self.now.get().map(|now| &self.rows[now]) else { return false };
        wanted.names().iter().all(|name| {
            let place = self.columns.iter().position(|column| column == name);
            place.is_some_and(|place| Some(&row[place]) == wanted.field(name.shown()).as_ref())
        })
    }
}

impl Object for Selection {
    class!("ВыборкаИзРезультатаЗапроса");

    fn names(&self, _: &mut Session) -> Vec<Name> {
        self.columns.clone()
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let place = self.columns.iter().position(|column| column == name).ok_or_else(|| no_field(name))?;
        Ok(self.now.get().map_or(Value::Undefined, |now| self.rows[now][place].clone()))
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "следующий" => Ok(Some(self.step().into())),
            "количество" => Ok(Some(Value::count(self.rows.len()))),
            "сбросить" => {
                self.next.set(0);
                self.now.set(None);
                Ok(None)
            }
            "найтиследующий" => {
                arguments.exactly(1)?;
                let wanted = arguments.value(0);
                let wanted = wanted.downcast::<Structure>();
                let wanted =
                    wanted.ok_or_else(|| Halt::exception("Несоответствие типов (параметр номер '1')"))?;
                while self.step() {
                    if self.fits(wanted) {
                        return Ok(Some(true.into()));
                    }
                }
                Ok(Some(false.into()))
            }
            _ => Err(no_method(name)),
        }
    }
}
