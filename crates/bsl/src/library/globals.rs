//! Properties of the global context: managers, and enumerations of the platform.

use crate::halt::Outcome;
use crate::infobase::TableKind;
use crate::infobase::managers::Managers;
use crate::infobase::metadata::Metadata;
use crate::infobase::settings::SettingsStore;
use crate::name::Name;
use crate::object::{Object, no_field};
use crate::objects::symbols::Symbols;
use crate::platform::Platform;
use crate::session::Session;
use crate::value::{Item, Type, Value};

/// An enumeration of the platform.
struct Enumeration {
    name: &'static str,
    since: Platform,
    values: &'static [&'static str],
}

const ENUMERATIONS: &[Enumeration] = &[
    old("КодировкаТекста", &["ANSI", "OEM", "UTF8", "UTF16", "Системная"]),
    old("ТипФайлаТабличногоДокумента", &["MXL", "XLS", "HTML", "TXT", "PDF"]),
    old("РежимЗаписиДокумента", &["Запись", "Проведение", "ОтменаПроведения"]),
    old("РежимПроведенияДокумента", &["Неоперативный", "Оперативный"]),
    old("УровеньЖурналаРегистрации", &["Ошибка", "Предупреждение", "Информация", "Примечание"]),
    old(
        "ТипУзлаXML",
        &[
            "Ничего",
            "НачалоЭлемента",
            "КонецЭлемента",
            "Текст",
            "СекцияCDATA",
            "Комментарий",
            "ИнструкцияОбработки",
            "ПробельныеСимволы",
            "ОбъявлениеXML",
            "СсылкаНаСущность",
        ],
    ),
    old("СтатусСообщения", &["БезСтатуса", "Обычное", "Важное", "ОченьВажное", "Внимание", "Информация"]),
    old("ВидСравнения", &["Равно", "НеРавно", "Больше", "Меньше", "ВСписке", "ВИерархии", "Содержит"]),
    old("ВидДвиженияНакопления", &["Приход", "Расход"]),
    old("НаправлениеСортировки", &["Возр", "Убыв"]),
    old("ОриентацияСтраницы", &["Портрет", "Ландшафт"]),
    old("ОбходРезультатаЗапроса", &["Прямой", "ПоГруппировкам", "ПоГруппировкамСИерархией"]),
    old("РежимУправленияБлокировкойДанных", &["Автоматический", "Управляемый"]),
    old("РежимБлокировкиДанных", &["Исключительный", "Разделяемый"]),
    old("ДопустимаяДлина", &["Переменная", "Фиксированная"]),
    old("ДопустимыйЗнак", &["Любой", "Неотрицательный"]),
    old("ЧастиДаты", &["Дата", "Время", "ДатаВремя"]),
    old("КодВозвратаДиалога", &["Да", "Нет", "ОК", "Отмена"]),
    old("РежимДиалогаВопрос", &["ДаНет", "ОК", "ОКОтмена", "ДаНетОтмена"]),
    old("ТипПлатформы", &["Linux_x86", "Linux_x86_64", "Windows_x86", "Windows_x86_64"]),
    Enumeration {
        name: "ХешФункция", since: Platform::V83, values: &["MD5", "SHA1", "SHA256", "CRC32"]
    },
    Enumeration {
        name: "ИспользованиеByteOrderMark",
        since: Platform::V83,
        values: &["Авто", "Использовать", "НеИспользовать"],
    },
];

const fn old(name: &'static str, values: &'static [&'static str]) -> Enumeration {
    Enumeration { name, since: Platform::V82, values }
}

/// Managers by the kind of their tables.
const MANAGERS: [(&str, TableKind); 6] = [
    ("справочники", TableKind::Catalog),
    ("документы", TableKind::Document),
    ("перечисления", TableKind::Enumeration),
    ("регистрысведений", TableKind::InformationRegister),
    ("регистрынакопления", TableKind::AccumulationRegister),
    ("планывидовхарактеристик", TableKind::Characteristics),
];

/// Everything else, whether it does something here or not: none of these can be the name of a variable.
const OTHERS: &[&str] = &[
    "библиотекакартинок",
    "библиотекамакетовоформлениякомпоновкиданных",
    "библиотекастилей",
    "бизнеспроцессы",
    "внешниеобработки",
    "внешниеотчеты",
    "главныйинтерфейс",
    "главныйстиль",
    "журналыдокументов",
    "задачи",
    "константы",
    "критерииотбора",
    "метаданные",
    "обработки",
    "отчеты",
    "параметрзапуска",
    "параметрысеанса",
    "планывидоврасчета",
    "планыобмена",
    "планысчетов",
    "полнотекстовыйпоиск",
    "пользователиинформационнойбазы",
    "последовательности",
    "рабочаядата",
    "регистрыбухгалтерии",
    "регистрырасчета",
    "регламентныезадания",
    "сериализаторxdto",
    "символы",
    "средствапочты",
    "фабрикаxdto",
    "фоновыезадания",
    "хранилищевариантовотчетов",
    "хранилищенастроекданныхформ",
    "хранилищеобщихнастроек",
    "хранилищепользовательскихнастроекотчетов",
    "хранилищесистемныхнастроек",
    "wsссылки",
];

/// Whether the global context of this platform has a property of this name: no variable may be called so.
pub(crate) fn global_exists(key: &str, platform: Platform) -> bool {
    MANAGERS.iter().any(|(name, _)| *name == key)
        || OTHERS.contains(&key)
        || enumeration(key).is_some_and(|enumeration| enumeration.since <= platform)
}

fn enumeration(key: &str) -> Option<&'static Enumeration> {
    ENUMERATIONS.iter().find(|enumeration| crate::name::key(enumeration.name) == key)
}

/// The value of a property.
pub(crate) fn global(session: &mut Session, key: &str) -> Option<Value> {
    if let Some((_, kind)) = MANAGERS.iter().find(|(name, _)| *name == key) {
        return Some(Value::object(Managers::new(*kind)));
    }
    if let Some(enumeration) = enumeration(key) {
        return Some(Value::object(PlatformEnumeration(enumeration)));
    }
    match key {
        "параметрзапуска" => Some("".into()),
        "метаданные" => Some(Value::object(Metadata::root())),
        "символы" => Some(Value::object(Symbols)),
        "параметрысеанса" => Some(session.base.session_parameters()),
        "внешниеобработки" => Some(Value::object(crate::objects::processors::Processors)),
        "хранилищеобщихнастроек" => Some(Value::object(SettingsStore)),
        _ => None,
    }
}

/// `КодировкаТекста`
struct PlatformEnumeration(&'static Enumeration);

impl Object for PlatformEnumeration {
    fn class(&self) -> Type {
        Type::new(&format!("Перечисление{}", self.0.name))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let found = self.0.values.iter().find(|value| name.is(value));
        found
            .map(|value| Value::Item(Item { enumeration: self.0.name, name: value }))
            .ok_or_else(|| no_field(name))
    }
}
