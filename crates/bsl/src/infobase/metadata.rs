//! `Метаданные`

use std::rc::Rc;

use super::schema::{Field, Role, Schema, SectionTable, Table};
use super::{TableKind, synonym};
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::objects::class;
use crate::objects::qualifiers::Description;
use crate::session::Session;
use crate::value::{Value, convert};

/// The configuration as a whole.
pub(crate) struct Metadata;

impl Metadata {
    pub(crate) fn root() -> Self {
        Self
    }
}

const COLLECTIONS: [(&str, TableKind); 6] = [
    ("справочники", TableKind::Catalog),
    ("документы", TableKind::Document),
    ("перечисления", TableKind::Enumeration),
    ("регистрысведений", TableKind::InformationRegister),
    ("регистрынакопления", TableKind::AccumulationRegister),
    ("планывидовхарактеристик", TableKind::Characteristics),
];

impl Object for Metadata {
    class!("ОбъектМетаданныхКонфигурация");

    fn get(&self, session: &mut Session, name: &Name) -> Outcome<Value> {
        let schema = session.base.schema();
        if let Some((_, kind)) = COLLECTIONS.iter().find(|(known, _)| *known == name.key()) {
            let tables = schema.tables_of(*kind);
            let items =
                tables.into_iter().map(|table| (table.head.name.clone(), Value::object(MetaTable(table))));
            return Ok(Value::object(Collection(items.collect())));
        }
        Ok(match name.key() {
            "имя" => schema.name.into(),
            "синоним" | "краткаяинформация" | "подробнаяинформация" => {
                schema.synonym.into()
            }
            "версия" => schema.version.into(),
            "поставщик" => "Фирма \"1С\"".into(),
            "режимсовместимости" => schema.compatibility.into(),
            "общиемодули" => Value::object(Collection(
                session
                    .base
                    .module_names()
                    .into_iter()
                    .map(|name| (name.clone(), Value::object(MetaName(name))))
                    .collect(),
            )),
            "константы" | "обработки" | "отчеты" | "планыобмена" => {
                Value::object(Collection(Vec::new()))
            }
            _ => return Err(no_field(name)),
        })
    }

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        let schema = session.base.schema();
        let found = match name.key() {
            "найтипополномуимени" => {
                arguments.exactly(1)?;
                schema.table(&arguments.text(0)?)
            }
            "найтипотипу" => {
                arguments.exactly(1)?;
                let Value::Type(wanted) = arguments.value(0) else {
                    return Err(Halt::exception("Несоответствие типов (параметр номер '1')"));
                };
                schema.table_of_type(&wanted)
            }
            _ => return Err(no_method(name)),
        };
        Ok(Some(found.map_or(Value::Undefined, |table| Value::object(MetaTable(table)))))
    }
}

/// A collection of metadata, by name.
struct Collection(Vec<(Name, Value)>);

impl Object for Collection {
    class!("КоллекцияОбъектовМетаданных");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .ok_or_else(|| no_field(name))
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "найти" => {
                arguments.exactly(1)?;
                let wanted = Name::new(&arguments.text(0)?);
                let found = self.0.iter().find(|(known, _)| *known == wanted);
                Ok(Some(found.map_or(Value::Undefined, |(_, value)| value.clone())))
            }
            "количество" => Ok(Some(Value::count(self.0.len()))),
            _ => Err(no_method(name)),
        }
    }

    fn index(&self, session: &mut Session, index: &Value) -> Outcome<Value> {
        if let Value::Text(name) = index {
            return self.get(session, &Name::new(name));
        }
        let place = convert::count(index)?;
        self.0.get(place).map(|(_, value)| value.clone()).ok_or_else(crate::objects::array::outside)
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Ok(self.0.iter().map(|(_, value)| value.clone()).collect())
    }
}

/// `ОбъектМетаданных` of a table.
pub(crate) struct MetaTable(Rc<Table>);

impl MetaTable {
    pub(crate) fn new(table: Rc<Table>) -> Self {
        Self(table)
    }

    fn fields(&self, role: Role) -> Value {
        let full_name = self.0.head.full_name();
        let item = |field: &Field| (field.name.clone(), Value::object(MetaField::new(field, &full_name)));
        Value::object(Collection(self.0.fields_of(role).map(item).collect()))
    }

    fn has(&self, role: Role) -> bool {
        let kind = self.0.head.kind;
        let is_register = matches!(kind, TableKind::InformationRegister | TableKind::AccumulationRegister);
        match role {
            Role::Standard => true,
            Role::Attribute => kind != TableKind::Enumeration,
            Role::Dimension | Role::Resource => is_register,
        }
    }
}

impl Object for MetaTable {
    class!("ОбъектМетаданных");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let table = &self.0;
        let is_object =
            matches!(table.head.kind, TableKind::Catalog | TableKind::Document | TableKind::Characteristics);
        match name.key() {
            "имя" => Ok(table.head.name.shown().into()),
            "синоним" => Ok(synonym(table.head.name.shown()).into()),
            "реквизиты" if self.has(Role::Attribute) => Ok(self.fields(Role::Attribute)),
            "стандартныереквизиты" => Ok(self.fields(Role::Standard)),
            "измерения" if self.has(Role::Dimension) => Ok(self.fields(Role::Dimension)),
            "ресурсы" if self.has(Role::Resource) => Ok(self.fields(Role::Resource)),
            "табличныечасти" if is_object => {
                let item = |section: &SectionTable| {
                    (
                        section.name.clone(),
                        Value::object(MetaSection(section.clone(), table.head.full_name())),
                    )
                };
                Ok(Value::object(Collection(table.sections.iter().map(item).collect())))
            }
            "значенияперечисления" if table.head.kind == TableKind::Enumeration => {
                let item = |name: &Name| (name.clone(), Value::object(MetaName(name.clone())));
                Ok(Value::object(Collection(table.head.constants.iter().map(item).collect())))
            }
            "длинакода" if table.field("код").is_some() => {
                Ok(Value::count(table.length_of("код")))
            }
            "длинанаименования" if table.field("наименование").is_some() => {
                Ok(Value::count(table.length_of("наименование")))
            }
            "длинаномера" if table.field("номер").is_some() => {
                Ok(Value::count(table.length_of("номер")))
            }
            "иерархический" if table.head.kind == TableKind::Catalog => {
                Ok(table.has_folders.into())
            }
            _ => Err(no_field(name)),
        }
    }

    fn call(&self, _: &mut Session, name: &Name, _: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "полноеимя" => Ok(Some(self.0.head.full_name().into())),
            "представление" => Ok(Some(synonym(self.0.head.name.shown()).into())),
            _ => Err(no_method(name)),
        }
    }

    fn show(&self, _: &mut Session) -> String {
        self.0.head.full_name()
    }

    fn same(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| Rc::ptr_eq(&self.0, &other.0))
    }
}

/// `ОбъектМетаданных` of a field.
struct MetaField {
    field: Field,
    of: String,
}

impl MetaField {
    fn new(field: &Field, of: &str) -> Self {
        Self { field: field.clone(), of: of.to_owned() }
    }
}

impl Object for MetaField {
    class!("ОбъектМетаданных");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "имя" => Ok(self.field.name.shown().into()),
            "синоним" => Ok(synonym(self.field.name.shown()).into()),
            "тип" => Ok(Value::object(Description(self.field.kind.clone()))),
            _ => Err(no_field(name)),
        }
    }

    fn call(&self, _: &mut Session, name: &Name, _: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "полноеимя" => Ok(Some(format!("{}.Реквизит.{}", self.of, self.field.name).into())),
            "представление" => Ok(Some(synonym(self.field.name.shown()).into())),
            _ => Err(no_method(name)),
        }
    }
}

/// `ОбъектМетаданных` of a tabular section.
struct MetaSection(SectionTable, String);

impl Object for MetaSection {
    class!("ОбъектМетаданных");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "имя" => Ok(self.0.name.shown().into()),
            "синоним" => Ok(synonym(self.0.name.shown()).into()),
            "реквизиты" => {
                let own = self.0.fields.iter().filter(|field| field.role == Role::Attribute);
                let item =
                    |field: &Field| (field.name.clone(), Value::object(MetaField::new(field, &self.1)));
                Ok(Value::object(Collection(own.map(item).collect())))
            }
            _ => Err(no_field(name)),
        }
    }

    fn call(&self, _: &mut Session, name: &Name, _: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "полноеимя" => Ok(Some(format!("{}.ТабличнаяЧасть.{}", self.1, self.0.name).into())),
            _ => Err(no_method(name)),
        }
    }
}

/// `ОбъектМетаданных` of something of which only the name is known.
struct MetaName(Name);

impl Object for MetaName {
    class!("ОбъектМетаданных");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "имя" => Ok(self.0.shown().into()),
            "синоним" => Ok(synonym(self.0.shown()).into()),
            _ => Err(no_field(name)),
        }
    }
}

/// Attributes that a field of a query may lead to.
pub(crate) fn referred(schema: &Schema, field: &Field) -> Vec<Rc<Table>> {
    field.kind.types.iter().filter_map(|kind| schema.table_of_type(&kind.type_of())).collect()
}
