//! Objects of catalogs, documents and charts: read from the infobase, changed, written back whole.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::data::{Key, Record};
use super::metadata::MetaTable;
use super::reference::Ref;
use super::schema::{Field, Table};
use super::section::Section;
use super::{Right, TableKind};
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method, read_only};
use crate::objects::class;
use crate::objects::structure::Structure;
use crate::session::Session;
use crate::value::{Item, Type, Value};

/// An object in the hands of the code.
pub(crate) struct Element {
    /// Where it stands or, for a new one, will stand.
    reference: RefCell<Ref>,
    record: RefCell<Record>,
    /// The version that was read; `None` as long as it was never written.
    read_version: Cell<Option<u64>>,
    sections: RefCell<BTreeMap<String, Rc<Section>>>,
    is_touched: Rc<Cell<bool>>,
    loading: Rc<Loading>,
    additional: Rc<Structure>,
}

/// `ОбменДанными`
#[derive(Default)]
struct Loading {
    is_on: Cell<bool>,
}

impl Element {
    /// An object that stands in the infobase.
    pub(crate) fn existing(reference: Ref, record: &Record) -> Self {
        let version = Some(record.version);
        Self::build(reference, record.clone(), version)
    }

    /// A new one.
    pub(crate) fn fresh(table: &Table, is_folder: bool) -> Self {
        let mut record = Record::default();
        if table.has_folders {
            record.set("ЭтоГруппа", is_folder);
        }
        Self::build(Ref::empty(&table.head), record, None)
    }

    fn build(reference: Ref, record: Record, read_version: Option<u64>) -> Self {
        Self {
            reference: RefCell::new(reference),
            record: RefCell::new(record),
            read_version: Cell::new(read_version),
            sections: RefCell::default(),
            is_touched: Rc::new(Cell::new(read_version.is_none())),
            loading: Rc::default(),
            additional: Rc::default(),
        }
    }

    fn table(&self, session: &Session) -> Rc<Table> {
        let name = self.reference.borrow().table();
        session.base.schema().table(&name).expect("objects stand in tables")
    }

    /// What `Ссылка` says: a new object has none yet.
    fn shown_reference(&self) -> Ref {
        let reference = self.reference.borrow().clone();
        if self.read_version.get().is_some() { reference } else { Ref::empty(reference.head()) }
    }

    fn write(&self, session: &mut Session, change: impl FnOnce(&mut Record)) -> Outcome<()> {
        session.may_touch_the_infobase()?;
        let table = self.table(session);
        let is_new = self.read_version.get().is_none();
        let right = if is_new { Right::Add } else { Right::Change };
        session.base.check_right(right, &table.head.full_name())?;
        if self.reference.borrow().is_empty() {
            let id = session.base.next_guid();
            *self.reference.borrow_mut() = Ref::new(&table.head, id);
        }
        let reference = self.reference.borrow().clone();
        self.check_version(session, &reference)?;
        let mut record = self.record.borrow().clone();
        for (name, section) in &*self.sections.borrow() {
            record.put_rows(&Name::new(name), section.values());
        }
        change(&mut record);
        Self::check_record(self.loading.is_on.get(), session, &table, &reference, &mut record)?;
        if session.base.is_locked_for(&reference, session.number) {
            session.complain(format!("записан поверх открытой формы пользователя: {reference:?}"));
        }
        session.write(&table.head.full_name(), Key::Object(reference.id()), Some(record.clone()));
        let version = session.base.record(&reference).map(|written| written.version);
        record.version = version.unwrap_or_default();
        *self.record.borrow_mut() = record;
        self.read_version.set(version);
        self.is_touched.set(false);
        Ok(())
    }

    /// Nobody else has written it meanwhile.
    fn check_version(&self, session: &Session, reference: &Ref) -> Outcome<()> {
        let now = session.base.record(reference).map(|record| record.version);
        match (self.read_version.get(), now) {
            (None, Some(_)) => {
                Err(Halt::of_the_infobase("Ошибка при записи: значение поля \"Ссылка\" не уникально"))
            }
            (Some(read), now) if now != Some(read) => Err(Halt::of_the_infobase(
                "Ошибка при выполнении операции с данными: данные были изменены или удалены другим пользователем",
            )),
            _ => Ok(()),
        }
    }

    /// What the platform wants, then what the configuration wants, then what the platform adds.
    fn check_record(
        is_loading: bool,
        session: &mut Session,
        table: &Table,
        reference: &Ref,
        record: &mut Record,
    ) -> Outcome<()> {
        for wanted in ["владелец", "дата"] {
            let is_missing = table.field(wanted).is_some_and(|field| !record.value(field).is_filled());
            if is_missing && record.get("ЭтоГруппа") != Value::Boolean(true) {
                return Err(Halt::of_the_infobase(format!(
                    "Поле \"{}\" не заполнено",
                    super::synonym(table.field(wanted).expect("it is there").name.shown())
                )));
            }
        }
        if is_loading {
            session.complain(format!("записан с ОбменДанными.Загрузка: {reference:?}"));
        } else if let Some(check) = table.check {
            check(&session.base, record, reference).map_err(|refusal| {
                session.messages.push(refusal.clone());
                Halt::of_the_infobase(format!("Не удалось записать: {refusal}"))
            })?;
        }
        session.base.number(reference, record);
        Self::check_unique(session, table, reference, record)
    }

    fn check_unique(session: &Session, table: &Table, reference: &Ref, record: &Record) -> Outcome<()> {
        let Some(numbers) = table.numbers else { return Ok(()) };
        let own = record.get(numbers.field);
        let is_taken = session
            .base
            .rows(&table.head.full_name())
            .iter()
            .any(|(key, other)| *key != Key::Object(reference.id()) && other.get(numbers.field) == own);
        if is_taken {
            let field = if numbers.field == "код" { "Код" } else { "Номер" };
            return Err(Halt::of_the_infobase(format!("Значение поля \"{field}\" не уникально")));
        }
        Ok(())
    }

    fn read_again(&self, session: &Session) -> Outcome<()> {
        let reference = self.reference.borrow().clone();
        let record = session.base.record(&reference).ok_or_else(|| Halt::exception("Объект не найден"))?;
        self.read_version.set(Some(record.version));
        *self.record.borrow_mut() = (*record).clone();
        self.sections.borrow_mut().clear();
        self.is_touched.set(false);
        Ok(())
    }

    fn written_field<'t>(table: &'t Table, name: &Name) -> Outcome<&'t Field> {
        let field = table.field(name.key()).ok_or_else(|| no_field(name))?;
        let is_kept =
            matches!(name.key(), "ссылка" | "версияданных" | "предопределенный" | "этогруппа" | "проведен");
        if is_kept { Err(read_only(name)) } else { Ok(field) }
    }

    /// What the module of the object exports.
    fn call_own_module(
        &self,
        session: &mut Session,
        name: &Name,
        arguments: &Arguments,
    ) -> Outcome<Option<Value>> {
        let table = self.reference.borrow().table();
        let text = session.base.object_module(&table).ok_or_else(|| no_method(name))?;
        let loaded = session.load(&format!("{table}.МодульОбъекта"), &text, &["Ссылка"]);
        let instance = loaded.map_err(|error| Halt::exception(error.to_string()))?;
        instance.set(session, &Name::new("Ссылка"), self.shown_reference().into())?;
        let cells =
            (0..arguments.len()).map(|index| arguments.given(index).map(crate::value::cell)).collect();
        session.call_exported(&instance, name, Arguments::new(cells))
    }

    fn write_document(&self, session: &mut Session, arguments: &Arguments) -> Outcome<()> {
        arguments.between(0, 2)?;
        match arguments.value(0) {
            Value::Item(Item { name: "Проведение", .. }) => {
                self.write(session, |record| record.set("Проведен", true))
            }
            Value::Item(Item { name: "ОтменаПроведения", .. }) => {
                self.write(session, |record| record.set("Проведен", false))
            }
            _ => self.write(session, |_| {}),
        }
    }
}

impl Object for Element {
    fn class(&self) -> Type {
        let reference = self.reference.borrow();
        Type::new(&format!("{}Объект.{}", reference.head().kind.word(), reference.head().name))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get(&self, session: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "ссылка" => return Ok(self.shown_reference().into()),
            "обменданными" => return Ok(Value::Object(self.loading.clone())),
            "дополнительныесвойства" => {
                return Ok(Value::Object(self.additional.clone()));
            }
            _ => {}
        }
        let table = self.table(session);
        if let Some(field) = table.field(name.key()) {
            return Ok(self.record.borrow().value(field));
        }
        let section = table.section(name.key()).ok_or_else(|| no_field(name))?;
        let mut sections = self.sections.borrow_mut();
        let open = sections.entry(section.name.key().to_owned()).or_insert_with(|| {
            Section::new(section, self.record.borrow().rows(&section.name), self.is_touched.clone())
        });
        Ok(Value::Object(open.clone()))
    }

    fn set(&self, session: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        let table = self.table(session);
        let field = Self::written_field(&table, name)?;
        self.record.borrow_mut().put(field, value);
        self.is_touched.set(true);
        Ok(())
    }

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        let is_document = self.reference.borrow().head().kind == TableKind::Document;
        match name.key() {
            "записать" if is_document => self.write_document(session, arguments)?,
            "записать" => {
                arguments.exactly(0)?;
                self.write(session, |_| {})?;
            }
            "этоновый" => return Ok(Some(self.read_version.get().is_none().into())),
            "модифицированность" => return Ok(Some(self.is_touched.get().into())),
            "установитьссылкунового" => {
                arguments.exactly(1)?;
                match arguments.value(0) {
                    Value::Ref(reference) if self.read_version.get().is_none() => {
                        *self.reference.borrow_mut() = reference;
                    }
                    Value::Ref(_) => {
                        return Err(Halt::exception("Ссылка нового устанавливается только у нового объекта"));
                    }
                    _ => return Err(Halt::exception("Несоответствие типов (параметр номер '1')")),
                }
            }
            "получитьссылкунового" => {
                return Ok(Some(self.reference.borrow().clone().into()));
            }
            "заблокировать" => {
                let reference = self.shown_reference();
                session.base.lock(&reference, session.number)?;
            }
            "разблокировать" => session.base.unlock(&self.shown_reference(), session.number),
            "установитьпометкуудаления" => {
                arguments.between(1, 2)?;
                let mark = arguments.boolean(0)?;
                self.write(session, |record| record.set("ПометкаУдаления", mark))?;
            }
            "прочитать" => self.read_again(session)?,
            "установитьновыйкод" | "установитьновыйномер" => {
                let reference = self.reference.borrow().clone();
                session.base.number(&reference, &mut self.record.borrow_mut());
            }
            "метаданные" => return Ok(Some(Value::object(MetaTable::new(self.table(session))))),
            _ => return self.call_own_module(session, name, arguments),
        }
        Ok(None)
    }

    fn names(&self, session: &mut Session) -> Vec<Name> {
        self.table(session).fields.iter().map(|field| field.name.clone()).collect()
    }

    fn show(&self, session: &mut Session) -> String {
        let reference = self.shown_reference();
        session.base.presentation(&reference)
    }
}

impl Object for Loading {
    class!("ПараметрыОбменаДанными");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        if name.is("Загрузка") { Ok(self.is_on.get().into()) } else { Err(no_field(name)) }
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        if !name.is("Загрузка") {
            return Err(no_field(name));
        }
        self.is_on.set(crate::value::convert::boolean(&value)?);
        Ok(())
    }
}
