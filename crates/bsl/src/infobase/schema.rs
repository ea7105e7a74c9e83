//! Metadata: which tables there are and what their fields hold.

use std::rc::Rc;

use super::data::Record;
use super::reference::{Head, Ref};
use super::{Infobase, TableKind};
use crate::name::{Name, key};
use crate::value::description::{Kind, TypeDescription};
use crate::value::{Type, Value};

/// A configuration.
pub struct Schema {
    pub(crate) name: &'static str,
    pub(crate) synonym: &'static str,
    pub(crate) version: &'static str,
    pub(crate) compatibility: &'static str,
    tables: Vec<Rc<Table>>,
}

/// A table of the infobase.
pub(crate) struct Table {
    pub(crate) head: Rc<Head>,
    pub(crate) fields: Vec<Field>,
    pub(crate) sections: Vec<SectionTable>,
    /// Folders are elements too.
    pub(crate) has_folders: bool,
    /// Numbers and codes are given out by the platform.
    pub(crate) numbers: Option<Numbers>,
    pub(crate) check: Option<Check>,
}

/// `ПередЗаписью` of the configuration: may change the record, or refuse it with what it tells the user.
pub(crate) type Check = fn(&Infobase, &mut Record, &Ref) -> Result<(), String>;

/// How codes or numbers are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) field: &'static str,
    pub(crate) length: usize,
    pub(crate) prefix: &'static str,
}

/// A tabular section.
#[derive(Clone)]
pub(crate) struct SectionTable {
    pub(crate) name: Name,
    pub(crate) fields: Rc<Vec<Field>>,
}

/// A field.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) name: Name,
    pub(crate) role: Role,
    pub(crate) kind: Rc<TypeDescription>,
}

/// Where a field belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Standard,
    Attribute,
    Dimension,
    Resource,
}

impl Schema {
    /// The table with this full name.
    pub(crate) fn table(&self, full_name: &str) -> Option<Rc<Table>> {
        let wanted = key(full_name);
        self.tables.iter().find(|table| key(&table.head.full_name()) == wanted).cloned()
    }

    /// The table of this kind with this name.
    pub(crate) fn table_of(&self, kind: TableKind, name: &Name) -> Option<Rc<Table>> {
        self.tables.iter().find(|table| table.head.kind == kind && table.head.name == *name).cloned()
    }

    /// All tables of a kind.
    pub(crate) fn tables_of(&self, kind: TableKind) -> Vec<Rc<Table>> {
        self.tables.iter().filter(|table| table.head.kind == kind).cloned().collect()
    }

    pub(crate) fn tables(&self) -> &[Rc<Table>] {
        &self.tables
    }

    /// `СправочникСсылка.Контрагенты`, `СправочникОбъект.Контрагенты`, …
    pub(crate) fn type_named(&self, name: &str) -> Option<Type> {
        let (prefix, table) = name.split_once('.')?;
        let word = ["Ссылка", "Объект", "НаборЗаписей", "МенеджерЗаписи", "Менеджер"]
            .iter()
            .find_map(|end| key(prefix).strip_suffix(&key(end)).map(|word| (word.to_owned(), *end)));
        let (word, end) = word?;
        let found = self.table(&format!("{word}.{table}"))?;
        Some(Type::new(&format!("{}{end}.{}", found.head.kind.word(), found.head.name)))
    }

    /// The table that a type of references leads to.
    pub(crate) fn table_of_type(&self, wanted: &Type) -> Option<Rc<Table>> {
        self.tables.iter().find(|table| Ref::empty(&table.head).type_of() == *wanted).cloned()
    }

    /// A type as a description has it.
    pub(crate) fn kind_named(&self, name: &str) -> Option<Kind> {
        simple_kind(name).or_else(|| {
            let wanted = self.type_named(name)?;
            let table = self.table_of_type(&wanted)?;
            Some(Kind::Ref(Ref::empty(&table.head)))
        })
    }

    /// `Перечисление.ЮрФизЛицо.ЮрЛицо`, `Справочник.ВидыКонтактнойИнформации.ЮрАдресКонтрагента`, `….ПустаяСсылка`.
    pub(crate) fn constant(&self, path: &str) -> Option<Ref> {
        let (table, name) = path.rsplit_once('.')?;
        let table = self.table(table)?;
        if Name::new(name).is("ПустаяСсылка") {
            return Some(Ref::empty(&table.head));
        }
        table.constant(&Name::new(name))
    }
}

impl Table {
    /// A field with this key.
    pub(crate) fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.key() == key)
    }

    /// A tabular section with this key.
    pub(crate) fn section(&self, key: &str) -> Option<&SectionTable> {
        self.sections.iter().find(|section| section.name.key() == key)
    }

    pub(crate) fn constant(&self, name: &Name) -> Option<Ref> {
        let place = self.head.constants.iter().position(|constant| constant == name)?;
        Some(Ref::constant(&self.head, place))
    }

    pub(crate) fn fields_of(&self, role: Role) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.role == role)
    }

    /// How long texts of a field may be; 0 where there is no such field or no limit.
    pub(crate) fn length_of(&self, key: &str) -> usize {
        self.field(key).map_or(0, |field| field.kind.length)
    }
}

fn simple_kind(name: &str) -> Option<Kind> {
    Some(match key(name).as_str() {
        "булево" => Kind::Boolean,
        "число" => Kind::Number,
        "строка" => Kind::Text,
        "дата" => Kind::Date,
        _ => return None,
    })
}

/// Describes a configuration, table by table. Types are written as in 1C: `Строка(12)`, `Число(15,2)`,
/// `СправочникСсылка.Банки`, several of them with `|` between.
pub struct SchemaBuilder {
    name: &'static str,
    synonym: &'static str,
    version: &'static str,
    tables: Vec<TableBuilder>,
}

/// Describes a table.
pub struct TableBuilder {
    kind: TableKind,
    name: &'static str,
    constants: Vec<Name>,
    fields: Vec<(Role, &'static str, String)>,
    sections: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
    has_folders: bool,
    numbers: Option<Numbers>,
    check: Option<Check>,
}

impl SchemaBuilder {
    /// A configuration without tables.
    pub fn new(name: &'static str, synonym: &'static str, version: &'static str) -> Self {
        Self { name, synonym, version, tables: Vec::new() }
    }

    fn table(&mut self, kind: TableKind, name: &'static str) -> &mut TableBuilder {
        self.tables.push(TableBuilder {
            kind,
            name,
            constants: Vec::new(),
            fields: Vec::new(),
            sections: Vec::new(),
            has_folders: false,
            numbers: None,
            check: None,
        });
        let table = self.tables.last_mut().expect("it was pushed");
        match kind {
            TableKind::Catalog | TableKind::Characteristics => {
                let own = format!("{}Ссылка.{name}", kind.word());
                table
                    .standard("Ссылка", &own)
                    .standard("ПометкаУдаления", "Булево")
                    .standard("ВерсияДанных", "Строка(12)");
                table.standard("Предопределенный", "Булево");
            }
            TableKind::Document => {
                let own = format!("ДокументСсылка.{name}");
                table
                    .standard("Ссылка", &own)
                    .standard("ПометкаУдаления", "Булево")
                    .standard("ВерсияДанных", "Строка(12)");
                table.standard("Дата", "Дата").standard("Проведен", "Булево");
            }
            TableKind::AccumulationRegister => {
                table.standard("Период", "Дата").standard("Активность", "Булево");
                table.standard("НомерСтроки", "Число(9,0)").standard("ВидДвижения", "ВидДвиженияНакопления");
            }
            TableKind::Enumeration => {
                table
                    .standard("Ссылка", &format!("ПеречислениеСсылка.{name}"))
                    .standard("Порядок", "Число(9,0)");
            }
            TableKind::InformationRegister => {}
        }
        table
    }

    /// `Перечисление`
    pub fn enumeration(&mut self, name: &'static str, values: &[&str]) {
        self.table(TableKind::Enumeration, name).constants(values);
    }

    /// `Справочник`, with the lengths of code and name.
    pub fn catalog(&mut self, name: &'static str, code: usize, description: usize) -> &mut TableBuilder {
        self.table(TableKind::Catalog, name).coded(code, description)
    }

    /// `ПланВидовХарактеристик`
    pub fn characteristics(
        &mut self,
        name: &'static str,
        code: usize,
        description: usize,
    ) -> &mut TableBuilder {
        self.table(TableKind::Characteristics, name).coded(code, description)
    }

    /// `Документ`, with the length of its number and what numbers begin with.
    pub fn document(&mut self, name: &'static str, number: usize, prefix: &'static str) -> &mut TableBuilder {
        let table = self.table(TableKind::Document, name);
        table.standard("Номер", &format!("Строка({number})"));
        table.numbers = Some(Numbers { field: "номер", length: number, prefix });
        table
    }

    /// `РегистрСведений`
    pub fn information_register(&mut self, name: &'static str) -> &mut TableBuilder {
        self.table(TableKind::InformationRegister, name)
    }

    /// `РегистрНакопления`
    pub fn accumulation_register(&mut self, name: &'static str) -> &mut TableBuilder {
        self.table(TableKind::AccumulationRegister, name)
    }

    /// The whole configuration.
    ///
    /// # Panics
    /// If a type names a table that is not there: the description is wrong.
    pub fn build(self) -> Schema {
        let heads: Vec<Rc<Head>> = self
            .tables
            .iter()
            .map(|table| {
                Rc::new(Head {
                    kind: table.kind,
                    name: Name::new(table.name),
                    constants: table.constants.clone(),
                })
            })
            .collect();
        let tables =
            self.tables.into_iter().zip(&heads).map(|(table, head)| Rc::new(table.build(head, &heads)));
        Schema {
            name: self.name,
            synonym: self.synonym,
            version: self.version,
            compatibility: "Версия8_2_16",
            tables: tables.collect(),
        }
    }
}

impl TableBuilder {
    fn standard(&mut self, name: &'static str, kind: &str) -> &mut Self {
        self.fields.push((Role::Standard, name, kind.to_owned()));
        self
    }

    fn coded(&mut self, code: usize, description: usize) -> &mut Self {
        if code > 0 {
            self.standard("Код", &format!("Строка({code})"));
            self.numbers = Some(Numbers { field: "код", length: code, prefix: "" });
        }
        self.standard("Наименование", &format!("Строка({description})"))
    }

    /// Predefined elements, or the values of an enumeration.
    pub fn constants(&mut self, names: &[&str]) -> &mut Self {
        self.constants.extend(names.iter().map(|name| Name::new(name)));
        self
    }

    /// Elements may be folders and stand in folders.
    pub fn folders(&mut self) -> &mut Self {
        self.has_folders = true;
        let own = format!("{}Ссылка.{}", self.kind.word(), self.name);
        self.standard("Родитель", &own).standard("ЭтоГруппа", "Булево")
    }

    /// Elements belong to something.
    pub fn owner(&mut self, kind: &str) -> &mut Self {
        self.standard("Владелец", kind)
    }

    /// Codes are typed by people.
    pub fn codes_by_hand(&mut self) -> &mut Self {
        self.numbers = None;
        self
    }

    /// An attribute.
    pub fn has(&mut self, name: &'static str, kind: &str) -> &mut Self {
        self.fields.push((Role::Attribute, name, kind.to_owned()));
        self
    }

    /// A dimension of a register.
    pub fn dimension(&mut self, name: &'static str, kind: &str) -> &mut Self {
        self.fields.push((Role::Dimension, name, kind.to_owned()));
        self
    }

    /// A resource of a register.
    pub fn resource(&mut self, name: &'static str, kind: &str) -> &mut Self {
        self.fields.push((Role::Resource, name, kind.to_owned()));
        self
    }

    /// Documents that make the movements of a register.
    pub fn recorded_by(&mut self, kinds: &str) -> &mut Self {
        self.standard("Регистратор", kinds)
    }

    /// A tabular section.
    pub fn section(&mut self, name: &'static str, fields: &[(&'static str, &'static str)]) -> &mut Self {
        self.sections.push((name, fields.to_vec()));
        self
    }

    /// What the configuration does before it writes.
    pub fn checked(&mut self, check: Check) -> &mut Self {
        self.check = Some(check);
        self
    }

    fn build(self, head: &Rc<Head>, heads: &[Rc<Head>]) -> Table {
        let field = |role: Role, name: &str, kind: &str| Field {
            name: Name::new(name),
            role,
            kind: Rc::new(described(kind, heads)),
        };
        let section = |name: &str, fields: &[(&str, &str)]| {
            let numbered = field(Role::Standard, "НомерСтроки", "Число(5,0)");
            let own = fields.iter().map(|(name, kind)| field(Role::Attribute, name, kind));
            SectionTable {
                name: Name::new(name),
                fields: Rc::new([numbered].into_iter().chain(own).collect()),
            }
        };
        Table {
            head: head.clone(),
            fields: self.fields.iter().map(|(role, name, kind)| field(*role, name, kind)).collect(),
            sections: self.sections.iter().map(|(name, fields)| section(name, fields)).collect(),
            has_folders: self.has_folders,
            numbers: self.numbers,
            check: self.check,
        }
    }
}

/// Reads `Строка(50) | СправочникСсылка.Контрагенты`.
fn described(written: &str, heads: &[Rc<Head>]) -> TypeDescription {
    let mut description = TypeDescription { types: Vec::new(), length: 0, digits: (0, 0), is_day: false };
    for part in written.split('|').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, limits) = part.split_once('(').unwrap_or((part, ")"));
        let limits: Vec<u32> =
            limits.trim_end_matches(')').split(',').filter_map(|limit| limit.trim().parse().ok()).collect();
        let kind = simple_kind(name).unwrap_or_else(|| {
            let wanted = Type::new(name);
            let found = heads.iter().map(Ref::empty).find(|empty| empty.type_of() == wanted);
            match found {
                Some(empty) => Kind::Ref(empty),
                None if name.contains('.') => panic!("there is no table for {name}"),
                None => Kind::Other(wanted),
            }
        });
        match (&kind, &limits[..]) {
            (Kind::Text, [length]) => description.length = usize::try_from(*length).unwrap_or(0),
            (Kind::Number, [digits, fraction]) => description.digits = (*digits, *fraction),
            _ => {}
        }
        description.types.push(kind);
    }
    description
}

/// A value for an attribute that was never written.
pub(crate) fn empty_of(field: &Field) -> Value {
    field.kind.empty()
}
