//! What `Новый` knows.

use uuid::Uuid;

use crate::halt::{Halt, Outcome};
use crate::object::Arguments;
use crate::objects::array::Array;
use crate::objects::binary::Binary;
use crate::objects::file::File;
use crate::objects::http::{HttpConnection, HttpRequest};
use crate::objects::map::Map;
use crate::objects::qualifiers::{DateQualifiers, Description, NumberQualifiers, TextQualifiers};
use crate::objects::spreadsheet::Spreadsheet;
use crate::objects::structure::Structure;
use crate::objects::system_information::SystemInformation;
use crate::objects::table::Table;
use crate::objects::text_document::TextDocument;
use crate::objects::text_file::{TextReader, TextWriter};
use crate::objects::value_list::ValueList;
use crate::objects::value_storage::ValueStorage;
use crate::objects::xml_reader::XmlReader;
use crate::objects::xml_writer::XmlWriter;
use crate::platform::Platform;
use crate::query::Query;
use crate::session::Session;
use crate::value::Value;

type Create = fn(&mut Session, &Arguments) -> Outcome<Value>;

/// Every class with its name in small letters and the generation that brought it.
const CLASSES: &[(&str, Platform, Create)] = &[
    ("структура", Platform::V82, |_, a| Structure::create(a).map(Value::object)),
    ("соответствие", Platform::V82, |_, _| Ok(Value::object(Map::default()))),
    ("массив", Platform::V82, |_, a| Array::create(a).map(Value::object)),
    ("списокзначений", Platform::V82, |_, _| Ok(Value::object(ValueList::default()))),
    ("таблицазначений", Platform::V82, |_, _| {
        Ok(Value::object(Table::of(Vec::new(), Vec::new())))
    }),
    ("уникальныйидентификатор", Platform::V82, new_guid),
    ("описаниетипов", Platform::V82, |s, a| Description::create(s, a).map(Value::object)),
    ("квалификаторыстроки", Platform::V82, |_, a| {
        TextQualifiers::create(a).map(Value::object)
    }),
    ("квалификаторычисла", Platform::V82, |_, a| {
        NumberQualifiers::create(a).map(Value::object)
    }),
    ("квалификаторыдаты", Platform::V82, |_, a| {
        DateQualifiers::create(a).map(Value::object)
    }),
    ("двоичныеданные", Platform::V82, |_, a| Binary::create(a).map(Value::object)),
    ("хранилищезначения", Platform::V82, |_, a| {
        Ok(Value::object(ValueStorage::new(a.value(0))))
    }),
    ("файл", Platform::V82, |_, a| File::create(a).map(Value::object)),
    ("записьтекста", Platform::V82, |_, a| TextWriter::create(a).map(Value::object)),
    ("чтениетекста", Platform::V82, |_, a| TextReader::create(a).map(Value::object)),
    ("текстовыйдокумент", Platform::V82, |_, _| Ok(Value::object(TextDocument::default()))),
    ("записьxml", Platform::V82, |_, _| Ok(Value::object(XmlWriter::default()))),
    ("чтениеxml", Platform::V82, |_, _| Ok(Value::object(XmlReader::default()))),
    ("табличныйдокумент", Platform::V82, |_, _| Ok(Value::object(Spreadsheet::default()))),
    ("системнаяинформация", Platform::V82, |_, _| Ok(Value::object(SystemInformation))),
    ("запрос", Platform::V82, |_, a| Query::create(a).map(Value::object)),
    ("httpсоединение", Platform::V82, |s, a| HttpConnection::create(s, a).map(Value::object)),
    ("httpзапрос", Platform::V83, |_, a| HttpRequest::create(a).map(Value::object)),
    ("хешированиеданных", Platform::V83, |_, a| {
        crate::objects::hashing::Hashing::create(a).map(Value::object)
    }),
];

/// Whether this platform knows the class.
pub(crate) fn class_exists(key: &str, platform: Platform) -> bool {
    CLASSES.iter().any(|(name, since, _)| *name == key && *since <= platform)
}

/// Makes one.
pub(crate) fn create(session: &mut Session, key: &str, arguments: &Arguments) -> Outcome<Value> {
    let found = CLASSES.iter().find(|(name, since, _)| *name == key && *since <= session.platform);
    let (_, _, create) = found.ok_or_else(|| Halt::exception(format!("Тип не определен ({key})")))?;
    create(session, arguments)
}

fn new_guid(session: &mut Session, arguments: &Arguments) -> Outcome<Value> {
    arguments.between(0, 1)?;
    if !arguments.is_given(0) {
        return Ok(Value::Guid(session.base.next_guid()));
    }
    let written = arguments.text(0)?;
    let is_whole = written.len() == 36;
    written.parse::<Uuid>().ok().filter(|_| is_whole).map(Value::Guid).ok_or_else(|| {
        Halt::exception("Преобразование значения к типу УникальныйИдентификатор не может быть выполнено")
    })
}
