//! Registers: sets of records under a filter, and managers of single records.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use uuid::Uuid;

use super::data::{Key, Record};
use super::schema::{Field, Role, Table};
use super::{Right, TableKind};
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::objects::array::outside;
use crate::objects::class;
use crate::session::Session;
use crate::value::{Type, Value, compare, convert};

/// Where a record stands: its dimensions; every record of an accumulation register has a place of its own.
pub(super) fn key_of(table: &Table, record: &Record, next: impl FnOnce() -> Uuid) -> Key {
    if table.head.kind == TableKind::AccumulationRegister {
        return Key::Object(next());
    }
    let dimensions = table.fields_of(Role::Dimension).map(|field| format!("{:?}", record.value(field)));
    Key::Dimensions(dimensions.collect::<Vec<_>>().join("|"))
}

/// `НаборЗаписей`
pub(crate) struct RecordSet {
    table: Rc<Table>,
    filter: Rc<Filter>,
    rows: RefCell<Vec<Rc<SetRow>>>,
}

/// `Отбор`
struct Filter {
    table: Rc<Table>,
    tests: Tests,
}

type Tests = Rc<RefCell<Vec<(Name, Value)>>>;

/// A record in a set.
struct SetRow {
    table: Rc<Table>,
    record: RefCell<Record>,
}

impl RecordSet {
    pub(crate) fn new(table: Rc<Table>) -> Self {
        let filter = Rc::new(Filter { table: table.clone(), tests: Tests::default() });
        Self { table, filter, rows: RefCell::default() }
    }

    fn add(&self, record: Record) -> Rc<SetRow> {
        let row = Rc::new(SetRow { table: self.table.clone(), record: RefCell::new(record) });
        self.rows.borrow_mut().push(row.clone());
        row
    }

    fn read(&self, session: &mut Session) -> Outcome<()> {
        let name = self.table.head.full_name();
        session.may_touch_the_infobase()?;
        session.base.check_right(Right::Read, &name)?;
        self.rows.borrow_mut().clear();
        for (_, record) in session.base.rows(&name) {
            if self.filter.fits(&record) {
                self.add((*record).clone());
            }
        }
        Ok(())
    }

    /// Replaces exactly what the filter lets through, or adds to it.
    fn write(&self, session: &mut Session, is_replacing: bool) -> Outcome<()> {
        let name = self.table.head.full_name();
        session.may_touch_the_infobase()?;
        session.base.check_right(Right::Change, &name)?;
        for row in &*self.rows.borrow() {
            if !self.filter.fits(&row.record.borrow()) {
                return Err(Halt::of_the_infobase("Запись не соответствует отбору набора записей"));
            }
        }
        if is_replacing {
            if self.filter.tests.borrow().is_empty() {
                session.complain(format!("набор записей {name} записан без отбора: стёрт весь регистр"));
            }
            for (key, record) in session.base.rows(&name) {
                if self.filter.fits(&record) {
                    session.write(&name, key, None);
                }
            }
        }
        for row in &*self.rows.borrow() {
            let record = row.record.borrow().clone();
            let key = key_of(&self.table, &record, || session.base.next_guid());
            if session.base.rows(&name).iter().any(|(other, _)| *other == key) {
                return Err(Halt::of_the_infobase("Запись с такими ключевыми полями существует!"));
            }
            session.write(&name, key, Some(record));
        }
        Ok(())
    }
}

impl Filter {
    fn fits(&self, record: &Record) -> bool {
        self.tests.borrow().iter().all(|(name, wanted)| {
            let field = self.table.field(name.key()).expect("the filter has known fields only");
            compare::equal(&record.value(field), wanted)
        })
    }
}

impl Object for RecordSet {
    fn class(&self) -> Type {
        Type::new(&format!("{}НаборЗаписей.{}", self.table.head.kind.word(), self.table.head.name))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        if name.is("Отбор") { Ok(Value::Object(self.filter.clone())) } else { Err(no_field(name)) }
    }

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "добавить" => {
                arguments.exactly(0)?;
                Ok(Some(Value::Object(self.add(Record::default()))))
            }
            "прочитать" => self.read(session).map(|()| None),
            "записать" => {
                arguments.between(0, 1)?;
                let is_replacing = !arguments.is_given(0) || arguments.boolean(0)?;
                self.write(session, is_replacing).map(|()| None)
            }
            "количество" => Ok(Some(Value::count(self.rows.borrow().len()))),
            "очистить" => {
                self.rows.borrow_mut().clear();
                Ok(None)
            }
            "удалить" => {
                arguments.exactly(1)?;
                let place = arguments.count(0)?;
                if place >= self.rows.borrow().len() {
                    return Err(outside());
                }
                self.rows.borrow_mut().remove(place);
                Ok(None)
            }
            _ => Err(no_method(name)),
        }
    }

    fn index(&self, _: &mut Session, index: &Value) -> Outcome<Value> {
        let place = convert::count(index)?;
        self.rows.borrow().get(place).map(|row| Value::Object(row.clone())).ok_or_else(outside)
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Ok(self.rows.borrow().iter().map(|row| Value::Object(row.clone())).collect())
    }
}

impl Object for Filter {
    class!("Отбор");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let field = self.table.field(name.key()).filter(|field| field.role == Role::Dimension);
        let field = field.ok_or_else(|| no_field(name))?;
        Ok(Value::object(FilterElement { field: field.clone(), tests: self.tests.clone() }))
    }
}

/// One test of a filter.
struct FilterElement {
    field: Field,
    tests: Tests,
}

impl FilterElement {
    fn set(&self, value: Value) {
        let value = self.field.kind.adjust(value);
        let mut tests = self.tests.borrow_mut();
        tests.retain(|(other, _)| *other != self.field.name);
        tests.push((self.field.name.clone(), value));
    }
}

impl Object for FilterElement {
    class!("ЭлементОтбора");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let tests = self.tests.borrow();
        let set = tests.iter().find(|(other, _)| *other == self.field.name);
        match name.key() {
            "значение" => Ok(set.map_or_else(|| self.field.kind.empty(), |(_, value)| value.clone())),
            "использование" => Ok(set.is_some().into()),
            _ => Err(no_field(name)),
        }
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        match name.key() {
            "значение" => self.set(value),
            // Set by its value: what is not used has none here.
            "использование" if convert::boolean(&value)? => {}
            "использование" => {
                self.tests.borrow_mut().retain(|(other, _)| *other != self.field.name);
            }
            _ => return Err(no_field(name)),
        }
        Ok(())
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        if !name.is("Установить") {
            return Err(no_method(name));
        }
        arguments.between(1, 2)?;
        self.set(arguments.value(0));
        Ok(None)
    }
}

impl Object for SetRow {
    class!("ЗаписьРегистра");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let field = self.table.field(name.key()).ok_or_else(|| no_field(name))?;
        Ok(self.record.borrow().value(field))
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        let field = self.table.field(name.key()).ok_or_else(|| no_field(name))?;
        self.record.borrow_mut().put(field, value);
        Ok(())
    }
}

/// `МенеджерЗаписи`
pub(crate) struct RecordManager {
    table: Rc<Table>,
    record: RefCell<Record>,
    /// Where the record stands that was read.
    found: RefCell<Option<Key>>,
    is_chosen: Cell<bool>,
}

impl RecordManager {
    pub(crate) fn new(table: Rc<Table>) -> Self {
        Self { table, record: RefCell::default(), found: RefCell::default(), is_chosen: Cell::new(false) }
    }

    fn place(&self, session: &Session) -> Key {
        key_of(&self.table, &self.record.borrow(), || session.base.next_guid())
    }

    fn field(&self, name: &Name) -> Outcome<&Field> {
        self.table.field(name.key()).ok_or_else(|| no_field(name))
    }

    fn read(&self, session: &mut Session) -> Outcome<()> {
        let name = self.table.head.full_name();
        session.may_touch_the_infobase()?;
        session.base.check_right(Right::Read, &name)?;
        let place = self.place(session);
        let found = session.base.rows(&name).into_iter().find(|(key, _)| *key == place);
        self.is_chosen.set(found.is_some());
        // What is not there leaves an empty record behind, dimensions included.
        *self.record.borrow_mut() = found.map(|(_, record)| (*record).clone()).unwrap_or_default();
        *self.found.borrow_mut() = self.is_chosen.get().then_some(place);
        Ok(())
    }

    fn write(&self, session: &mut Session, is_replacing: bool) -> Outcome<()> {
        let name = self.table.head.full_name();
        session.may_touch_the_infobase()?;
        session.base.check_right(Right::Change, &name)?;
        let place = self.place(session);
        let old = self.found.borrow_mut().take();
        let is_there = session.base.rows(&name).iter().any(|(key, _)| *key == place);
        if is_there && !is_replacing && old.as_ref() != Some(&place) {
            return Err(Halt::of_the_infobase("Запись с такими ключевыми полями существует!"));
        }
        if let Some(old) = old.filter(|old| *old != place) {
            session.write(&name, old, None);
        }
        let record = self.record.borrow().clone();
        session.write(&name, place.clone(), Some(record));
        *self.found.borrow_mut() = Some(place);
        self.is_chosen.set(true);
        Ok(())
    }

    fn delete(&self, session: &mut Session) -> Outcome<()> {
        let name = self.table.head.full_name();
        session.may_touch_the_infobase()?;
        session.base.check_right(Right::Change, &name)?;
        let place = self.found.borrow_mut().take().unwrap_or_else(|| self.place(session));
        session.write(&name, place, None);
        self.is_chosen.set(false);
        Ok(())
    }
}

impl Object for RecordManager {
    fn class(&self) -> Type {
        Type::new(&format!("{}МенеджерЗаписи.{}", self.table.head.kind.word(), self.table.head.name))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        Ok(self.record.borrow().value(self.field(name)?))
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        let field = self.field(name)?;
        self.record.borrow_mut().put(field, value);
        Ok(())
    }

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "прочитать" => self.read(session).map(|()| None),
            "выбран" => Ok(Some(self.is_chosen.get().into())),
            "записать" => {
                arguments.between(0, 1)?;
                let is_replacing = !arguments.is_given(0) || arguments.boolean(0)?;
                self.write(session, is_replacing).map(|()| None)
            }
            "удалить" => self.delete(session).map(|()| None),
            _ => Err(no_method(name)),
        }
    }
}
