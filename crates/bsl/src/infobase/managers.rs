//! `Справочники`, `Документы`, `РегистрыСведений` and the like, and the managers in them.

use std::rc::Rc;

use super::TableKind;
use super::data::Key;
use super::element::Element;
use super::reference::Ref;
use super::register::{RecordManager, RecordSet};
use super::schema::Table;
use crate::halt::{Halt, Outcome};
use crate::name::{Name, key};
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::{Type, Value, compare, show};

/// All managers of a kind.
pub(crate) struct Managers(TableKind);

impl Managers {
    pub(crate) fn new(kind: TableKind) -> Self {
        Self(kind)
    }
}

impl Object for Managers {
    fn class(&self) -> Type {
        Type::new(&format!("{}Менеджеры", self.0.word()))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get(&self, session: &mut Session, name: &Name) -> Outcome<Value> {
        let table = session.base.schema().table_of(self.0, name).ok_or_else(|| no_field(name))?;
        Ok(Value::object(Manager(table)))
    }
}

/// The manager of a table.
struct Manager(Rc<Table>);

impl Manager {
    fn empty(&self) -> Ref {
        Ref::empty(&self.0.head)
    }

    /// The first object whose field is this, in the order of the table; the empty reference where there is none.
    fn find(
        &self,
        session: &mut Session,
        field: &str,
        fits: impl Fn(&Value) -> bool,
        owner: &Value,
    ) -> Outcome<Option<Value>> {
        let head = self.0.head.clone();
        session.may_touch_the_infobase()?;
        session.base.check_right(super::Right::Read, &head.full_name())?;
        let field = self.0.field(&key(field)).ok_or_else(|| no_field(&Name::new(field)))?;
        let ownership = self.0.field("владелец").filter(|_| owner.is_filled());
        let found =
            session.base.rows(&head.full_name()).into_iter().find_map(|(place, record)| match place {
                Key::Object(id)
                    if fits(&record.value(field))
                        && ownership.is_none_or(|field| compare::equal(&record.value(field), owner)) =>
                {
                    Some(Ref::new(&head, id))
                }
                _ => None,
            });
        Ok(Some(found.unwrap_or_else(|| self.empty()).into()))
    }

    fn reference(&self, session: &Session, arguments: &Arguments) -> Outcome<Option<Value>> {
        arguments.between(0, 1)?;
        let id = match arguments.value(0) {
            Value::Undefined => session.base.next_guid(),
            Value::Guid(id) => id,
            _ => return Err(Halt::exception("Несоответствие типов (параметр номер '1')")),
        };
        Ok(Some(Ref::new(&self.0.head, id).into()))
    }

    fn element(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "создатьэлемент" => Ok(Some(Value::object(Element::fresh(&self.0, false)))),
            "создатьгруппу" if self.0.has_folders => {
                Ok(Some(Value::object(Element::fresh(&self.0, true))))
            }
            "найтипокоду" => {
                arguments.between(1, 4)?;
                let wanted = key(arguments.text(0)?.trim());
                self.find(
                    session,
                    "Код",
                    |code| key(show::simple(code).trim()) == wanted,
                    &arguments.value(3),
                )
            }
            "найтипонаименованию" => {
                arguments.between(1, 4)?;
                let wanted = key(arguments.text(0)?.trim());
                let is_exact = arguments.boolean(1)?;
                let fits = |value: &Value| {
                    let found = key(show::simple(value).trim());
                    if is_exact { found == wanted } else { found.starts_with(&wanted) }
                };
                self.find(session, "Наименование", fits, &arguments.value(3))
            }
            "найтипореквизиту" => {
                arguments.between(2, 4)?;
                let wanted = arguments.value(1);
                self.find(
                    session,
                    &arguments.text(0)?,
                    |value| compare::equal(value, &wanted),
                    &arguments.value(3),
                )
            }
            _ => Err(no_method(name)),
        }
    }
}

impl Object for Manager {
    fn class(&self) -> Type {
        Type::new(&format!("{}Менеджер.{}", self.0.head.kind.word(), self.0.head.name))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    /// A predefined element, or a value of an enumeration.
    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        self.0.constant(name).map(Value::from).ok_or_else(|| no_field(name))
    }

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        use TableKind::{
            AccumulationRegister, Catalog, Characteristics, Document, Enumeration, InformationRegister,
        };
        match (self.0.head.kind, name.key()) {
            (InformationRegister | AccumulationRegister, "создатьнаборзаписей") => {
                Ok(Some(Value::object(RecordSet::new(self.0.clone()))))
            }
            (InformationRegister, "создатьменеджерзаписи") => {
                Ok(Some(Value::object(RecordManager::new(self.0.clone()))))
            }
            (InformationRegister | AccumulationRegister, _) => Err(no_method(name)),
            (_, "пустаяссылка") => Ok(Some(self.empty().into())),
            (Enumeration, _) => Err(no_method(name)),
            (_, "получитьссылку") => self.reference(session, arguments),
            (Document, "создатьдокумент") => {
                Ok(Some(Value::object(Element::fresh(&self.0, false))))
            }
            (Document, "найтипономеру") => {
                arguments.between(1, 2)?;
                let wanted = key(arguments.text(0)?.trim());
                self.find(
                    session,
                    "Номер",
                    |number| key(show::simple(number).trim()) == wanted,
                    &Value::Undefined,
                )
            }
            (Document, "найтипореквизиту") => {
                arguments.exactly(2)?;
                let wanted = arguments.value(1);
                self.find(
                    session,
                    &arguments.text(0)?,
                    |value| compare::equal(value, &wanted),
                    &Value::Undefined,
                )
            }
            (Document, _) => Err(no_method(name)),
            (Catalog | Characteristics, _) => self.element(session, name, arguments),
        }
    }
}
