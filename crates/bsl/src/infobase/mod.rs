//! A small infobase in memory: metadata, objects, registers, rights, locks, the event log.

pub(crate) mod data;
pub(crate) mod element;
pub(crate) mod managers;
pub(crate) mod metadata;
pub(crate) mod reference;
pub(crate) mod register;
pub(crate) mod schema;
pub(crate) mod section;
pub(crate) mod settings;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::civil::DateTime;
use uuid::Uuid;

pub use data::Record;
pub(crate) use data::{Before, Data, Key};
pub use reference::Ref;
pub use schema::{Schema, SchemaBuilder, TableBuilder};

use crate::halt::{Halt, Outcome};
use crate::name::{Name, key};
use crate::objects::structure::Structure;
use crate::value::{Value, show};
use settings::Stored;

/// What kind of table it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// `Справочник`
    Catalog,
    /// `Документ`
    Document,
    /// `Перечисление`
    Enumeration,
    /// `РегистрСведений`
    InformationRegister,
    /// `РегистрНакопления`
    AccumulationRegister,
    /// `ПланВидовХарактеристик`
    Characteristics,
}

impl TableKind {
    /// How full names begin.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Catalog => "Справочник",
            Self::Document => "Документ",
            Self::Enumeration => "Перечисление",
            Self::InformationRegister => "РегистрСведений",
            Self::AccumulationRegister => "РегистрНакопления",
            Self::Characteristics => "ПланВидовХарактеристик",
        }
    }
}

/// What a user may do with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// `Чтение`
    Read,
    /// `Добавление`
    Add,
    /// `Изменение`
    Change,
}

impl Right {
    fn word(self) -> &'static str {
        match self {
            Self::Read => "Чтение",
            Self::Add => "Добавление",
            Self::Change => "Изменение",
        }
    }
}

/// A line of «Журнал регистрации».
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// The event.
    pub event: String,
    /// `Ошибка`, `Предупреждение`, `Информация`, `Примечание`.
    pub level: &'static str,
    /// What is said of it.
    pub comment: String,
}

/// An infobase. Clones are the same base.
#[derive(Clone)]
pub struct Infobase(Rc<Inner>);

struct Inner {
    schema: Rc<Schema>,
    data: RefCell<Data>,
    clock: RefCell<Rc<dyn Fn() -> DateTime>>,
    user: RefCell<String>,
    connection: RefCell<String>,
    denied: RefCell<BTreeSet<(Right, String)>>,
    is_privileged: Cell<bool>,
    /// Who has locked what: a session, or `None` for a user with an open form.
    locks: RefCell<BTreeMap<(String, Uuid), Option<u64>>>,
    journal: RefCell<Vec<JournalEntry>>,
    settings: RefCell<BTreeMap<(String, String), Stored>>,
    modules: RefCell<Vec<(Name, Rc<str>)>>,
    object_modules: RefCell<Vec<(String, Rc<str>)>>,
    sessions: Cell<u64>,
    guids: Cell<u64>,
    writes: Cell<u64>,
}

impl Infobase {
    /// An empty base of this configuration. Nothing moves its clock but `clock`.
    pub fn new(schema: Schema, clock: impl Fn() -> DateTime + 'static) -> Self {
        let base = Self(Rc::new(Inner {
            schema: Rc::new(schema),
            data: RefCell::default(),
            clock: RefCell::new(Rc::new(clock)),
            user: RefCell::new("Паром".to_owned()),
            connection: RefCell::new("Srvr=\"server-1c\";Ref=\"ka11\";".to_owned()),
            denied: RefCell::default(),
            is_privileged: Cell::new(false),
            locks: RefCell::default(),
            journal: RefCell::default(),
            settings: RefCell::default(),
            modules: RefCell::default(),
            object_modules: RefCell::default(),
            sessions: Cell::new(0),
            guids: Cell::new(0),
            writes: Cell::new(0),
        }));
        base.add_predefined();
        base
    }

    fn add_predefined(&self) {
        for table in self.0.schema.tables() {
            let is_catalog = matches!(table.head.kind, TableKind::Catalog | TableKind::Characteristics);
            for (index, name) in table.head.constants.iter().enumerate().filter(|_| is_catalog) {
                let mut record = Record::default();
                record.set("Наименование", name.shown());
                record.set("Предопределенный", true);
                let reference = Ref::constant(&table.head, index);
                self.write(&reference.table(), Key::Object(reference.id()), Some(record));
            }
        }
    }

    pub(crate) fn schema(&self) -> Rc<Schema> {
        self.0.schema.clone()
    }

    pub(crate) fn now(&self) -> DateTime {
        let clock = self.0.clock.borrow().clone();
        clock()
    }

    /// Another clock.
    pub fn set_clock(&self, clock: impl Fn() -> DateTime + 'static) {
        *self.0.clock.borrow_mut() = Rc::new(clock);
    }

    /// A reference to an object of a table, for instance `Справочник.Контрагенты`.
    ///
    /// # Panics
    /// If there is no such table: the test is wrong.
    pub fn reference(&self, table: &str, id: Uuid) -> Ref {
        let found = self.0.schema.table(table).unwrap_or_else(|| panic!("there is no {table}"));
        Ref::new(&found.head, id)
    }

    /// A value of an enumeration or a predefined element by its whole name.
    ///
    /// # Panics
    /// If there is none: the test is wrong.
    pub fn constant(&self, path: &str) -> Value {
        self.0.schema.constant(path).unwrap_or_else(|| panic!("there is no {path}")).into()
    }

    /// Puts a new object into a table, as a user does who knows what he wants: nothing is checked, the code or number
    /// is given out.
    ///
    /// # Panics
    /// If there is no such table or field: the test is wrong.
    pub fn add(&self, table: &str, fields: &[(&str, Value)]) -> Ref {
        let reference = self.reference(table, self.next_guid());
        let mut record = Record::default();
        self.number(&reference, &mut record);
        self.fill(&reference, &mut record, fields);
        self.write(&reference.table(), Key::Object(reference.id()), Some(record));
        reference
    }

    /// Changes an object, as a user does.
    ///
    /// # Panics
    /// If there is no such object or field: the test is wrong.
    pub fn edit(&self, reference: &Ref, fields: &[(&str, Value)]) {
        let mut record = (*self.record(reference).expect("the object is there")).clone();
        self.fill(reference, &mut record, fields);
        self.write(&reference.table(), Key::Object(reference.id()), Some(record));
    }

    /// Adds a row to a tabular section of an object.
    ///
    /// # Panics
    /// If there is no such object: the test is wrong.
    pub fn add_row(&self, reference: &Ref, section: &str, values: &[(&str, Value)]) {
        let mut record = (*self.record(reference).expect("the object is there")).clone();
        record.add_row(section, values);
        self.write(&reference.table(), Key::Object(reference.id()), Some(record));
    }

    fn fill(&self, reference: &Ref, record: &mut Record, fields: &[(&str, Value)]) {
        let table = self.0.schema.table(&reference.table()).expect("references lead to tables");
        for (name, value) in fields {
            let field = table.field(&key(name));
            let field = field.unwrap_or_else(|| panic!("{} has no {name}", reference.table()));
            record.put(field, value.clone());
        }
    }

    /// Writes a record of a register, as a user does.
    ///
    /// # Panics
    /// If there is no such register or field: the test is wrong.
    pub fn add_record(&self, register: &str, fields: &[(&str, Value)]) {
        let table = self.0.schema.table(register).unwrap_or_else(|| panic!("there is no {register}"));
        let mut record = Record::default();
        for (name, value) in fields {
            let field = table.field(&key(name)).unwrap_or_else(|| panic!("{register} has no {name}"));
            record.put(field, value.clone());
        }
        let place = register::key_of(&table, &record, || self.next_guid());
        self.write(&table.head.full_name(), place, Some(record));
    }

    /// Everything that stands in a table.
    pub fn objects(&self, table: &str) -> Vec<(Ref, Record)> {
        let found = self.0.schema.table(table).unwrap_or_else(|| panic!("there is no {table}"));
        self.rows(table)
            .into_iter()
            .filter_map(|(place, record)| match place {
                Key::Object(id) => Some((Ref::new(&found.head, id), (*record).clone())),
                Key::Dimensions(_) => None,
            })
            .collect()
    }

    /// All records of a register.
    pub fn records(&self, register: &str) -> Vec<Record> {
        self.rows(register).into_iter().map(|(_, record)| (*record).clone()).collect()
    }

    pub(crate) fn rows(&self, table: &str) -> Vec<(Key, Rc<Record>)> {
        self.0.data.borrow().rows(&self.canonical(table))
    }

    /// Full names as tables have them.
    fn canonical(&self, table: &str) -> String {
        self.0.schema.table(table).map_or_else(|| table.to_owned(), |table| table.head.full_name())
    }

    /// What a reference leads to.
    pub fn record(&self, reference: &Ref) -> Option<Rc<Record>> {
        self.0.data.borrow().get(&reference.table(), &Key::Object(reference.id()))
    }

    pub(crate) fn write(&self, table: &str, place: Key, record: Option<Record>) -> Before {
        let record = record.map(|mut record| {
            record.version = self.0.writes.get() + 1;
            self.0.writes.set(record.version);
            Rc::new(record)
        });
        self.0.data.borrow_mut().write(table, place, record)
    }

    pub(crate) fn restore(&self, before: Before) {
        self.0.data.borrow_mut().restore(before);
    }

    pub(crate) fn next_guid(&self) -> Uuid {
        self.0.guids.set(self.0.guids.get() + 1);
        Uuid::new_v5(
            &Uuid::NAMESPACE_URL,
            format!("{}#{}", self.connection_string(), self.0.guids.get()).as_bytes(),
        )
    }

    /// Gives a new object the next code or number, unless it has one.
    pub(crate) fn number(&self, reference: &Ref, record: &mut Record) {
        let table = self.0.schema.table(&reference.table()).expect("references lead to tables");
        let Some(numbers) = table.numbers else { return };
        if record.get(numbers.field).is_filled() {
            return;
        }
        let rows = self.rows(&reference.table());
        let digits = |text: &str| text.strip_prefix(numbers.prefix).unwrap_or(text).trim().parse::<u64>();
        let last = rows
            .iter()
            .filter_map(|(_, row)| row.get(numbers.field).as_text().and_then(|text| digits(text).ok()))
            .max();
        let width = numbers.length - numbers.prefix.chars().count();
        record.set(numbers.field, format!("{}{:0width$}", numbers.prefix, last.unwrap_or(0) + 1));
    }

    /// What people see of a reference.
    pub(crate) fn presentation(&self, reference: &Ref) -> String {
        if let Some(name) = reference.enumeration_name() {
            return synonym(name);
        }
        if reference.is_empty() {
            return String::new();
        }
        let Some(record) = self.record(reference) else {
            return format!("<Объект не найден> ({}:{})", reference.head().name, reference.id());
        };
        match reference.head().kind {
            TableKind::Document => format!(
                "{} {} от {}",
                synonym(reference.head().name.shown()),
                show::simple(&record.get("Номер")),
                show::simple(&record.get("Дата"))
            ),
            _ => show::simple(&record.get("Наименование")),
        }
    }

    /// Adds a common module to the configuration.
    pub fn add_module(&self, name: &str, text: &str) {
        self.0.modules.borrow_mut().push((Name::new(name), text.into()));
    }

    pub(crate) fn module_names(&self) -> Vec<Name> {
        self.0.modules.borrow().iter().map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn module_text(&self, name: &Name) -> Option<Rc<str>> {
        self.0.modules.borrow().iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())
    }

    /// Gives the objects of a table a module: what it exports can be called on them. `Ссылка` is its only attribute.
    pub fn add_object_module(&self, table: &str, text: &str) {
        self.0.object_modules.borrow_mut().push((self.canonical(table), text.into()));
    }

    pub(crate) fn object_module(&self, table: &str) -> Option<Rc<str>> {
        self.0.object_modules.borrow().iter().find(|(known, _)| known == table).map(|(_, text)| text.clone())
    }

    /// The user of every session.
    pub fn user(&self) -> String {
        self.0.user.borrow().clone()
    }

    /// Another user.
    pub fn set_user(&self, name: &str) {
        name.clone_into(&mut self.0.user.borrow_mut());
    }

    /// `СтрокаСоединенияИнформационнойБазы`
    pub fn connection_string(&self) -> String {
        self.0.connection.borrow().clone()
    }

    /// As after the base was copied somewhere else.
    pub fn set_connection_string(&self, text: &str) {
        text.clone_into(&mut self.0.connection.borrow_mut());
    }

    /// Takes a right away from the user.
    pub fn deny(&self, right: Right, table: &str) {
        self.0.denied.borrow_mut().insert((right, self.canonical(table)));
    }

    /// Gives all rights back.
    pub fn allow_everything(&self) {
        self.0.denied.borrow_mut().clear();
    }

    pub(crate) fn set_privileged(&self, is_privileged: bool) {
        self.0.is_privileged.set(is_privileged);
    }

    pub(crate) fn is_privileged(&self) -> bool {
        self.0.is_privileged.get()
    }

    pub(crate) fn has_role(&self, _: &str) -> bool {
        self.0.denied.borrow().is_empty()
    }

    /// Whether the user has a right that is called so.
    pub(crate) fn is_allowed(&self, right: &str, table: &str) -> bool {
        let table = self.canonical(table);
        !self.0.denied.borrow().iter().any(|(denied, of)| key(denied.word()) == key(right) && *of == table)
    }

    /// Refuses what the user has no right to.
    pub(crate) fn check_right(&self, right: Right, table: &str) -> Outcome<()> {
        if self.is_privileged() || !self.0.denied.borrow().contains(&(right, self.canonical(table))) {
            return Ok(());
        }
        Err(Halt::of_the_infobase(format!(
            "Нарушение прав доступа! Недостаточно прав на «{}» объекта {table}",
            right.word()
        )))
    }

    /// A user opens a form and begins to change an object.
    pub fn user_opens(&self, reference: &Ref) {
        self.0.locks.borrow_mut().insert((reference.table(), reference.id()), None);
    }

    /// He closes it.
    pub fn user_closes(&self, reference: &Ref) {
        self.0.locks.borrow_mut().remove(&(reference.table(), reference.id()));
    }

    pub(crate) fn lock(&self, reference: &Ref, session: u64) -> Outcome<()> {
        let mut locks = self.0.locks.borrow_mut();
        match locks.entry((reference.table(), reference.id())).or_insert(Some(session)) {
            Some(holder) if *holder == session => Ok(()),
            Some(holder) => Err(locked(&format!("сеанс: {holder}"))),
            None => Err(locked("пользователь: Иванова")),
        }
    }

    /// Whether somebody but this session has it.
    pub(crate) fn is_locked_for(&self, reference: &Ref, session: u64) -> bool {
        let locks = self.0.locks.borrow();
        locks.get(&(reference.table(), reference.id())).is_some_and(|holder| *holder != Some(session))
    }

    pub(crate) fn unlock(&self, reference: &Ref, session: u64) {
        let place = (reference.table(), reference.id());
        let mut locks = self.0.locks.borrow_mut();
        if locks.get(&place) == Some(&Some(session)) {
            locks.remove(&place);
        }
    }

    pub(crate) fn release_locks_of(&self, session: u64) {
        self.0.locks.borrow_mut().retain(|_, holder| *holder != Some(session));
    }

    pub(crate) fn log(&self, entry: JournalEntry) {
        self.0.journal.borrow_mut().push(entry);
    }

    /// «Журнал регистрации».
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.0.journal.borrow().clone()
    }

    /// How many writings there were, rolled back ones included.
    pub fn writes(&self) -> u64 {
        self.0.writes.get()
    }

    pub(crate) fn stored(&self, object: &str, setting: &str) -> Option<Stored> {
        self.0.settings.borrow().get(&(object.to_owned(), setting.to_owned())).cloned()
    }

    pub(crate) fn store(&self, object: &str, setting: &str, value: Stored) {
        self.0.settings.borrow_mut().insert((object.to_owned(), setting.to_owned()), value);
    }

    pub(crate) fn next_session(&self) -> u64 {
        self.0.sessions.set(self.0.sessions.get() + 1);
        self.0.sessions.get()
    }

    pub(crate) fn session_parameters(&self) -> Value {
        let user = self.0.schema.table("Справочник.Пользователи");
        let user = user.map_or(Value::Undefined, |table| Ref::empty(&table.head).into());
        Value::object(Structure::of([("ТекущийПользователь", user)]))
    }
}

fn locked(by: &str) -> Halt {
    Halt::of_the_infobase(format!(
        "Не удалось заблокировать запись. Ошибка блокировки объекта. Объект уже заблокирован: компьютер: WS-7, {by}"
    ))
}

/// `ПлатежноеПоручениеВходящее` → `Платежное поручение входящее`, as the Designer proposes it.
pub(crate) fn synonym(name: &str) -> String {
    let mut shown = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (index, letter) in letters.iter().enumerate() {
        let is_plain = letters.get(index + 1).is_none_or(|next| next.is_lowercase());
        let is_word = index > 0
            && letter.is_uppercase()
            && (letters[index - 1].is_lowercase() || (letters[index - 1].is_uppercase() && is_plain));
        if is_word {
            shown.push(' ');
        }
        if is_word && is_plain { shown.extend(letter.to_lowercase()) } else { shown.push(*letter) }
    }
    shown.replace('_', " ")
}
