//! Platform 8.2 compiles a module as a whole: one name that it does not know, and nothing of it works.

use std::collections::BTreeSet;

use super::tokens::{Kind, tokens};
use super::{Module, adapter, object_module, parts, read, ways};

/// Functions, types and words that came after 8.2. Inside a string they are the business of «Вычислить».
const NEWER: &[&str] = &[
    "HTTPЗапрос",
    "HTTPОтвет",
    "Асинх",
    "ВызватьHTTPМетод",
    "Ждать",
    "ЗаписатьJSON",
    "ЗаписатьДатуJSON",
    "ЗаписьJSON",
    "ЗаписьДанных",
    "ЗащищенноеСоединениеOpenSSL",
    "ИспользованиеByteOrderMark",
    "КодироватьСтроку",
    "КопироватьФайлАсинх",
    "НачатьПоискФайлов",
    "НачатьПомещениеФайла",
    "НачатьУдалениеФайлов",
    "Обещание",
    "ОбработкаОшибок",
    "ОписаниеОповещения",
    "ПоказатьВводЗначения",
    "ПоказатьВопрос",
    "ПоказатьЗначение",
    "ПоказатьПредупреждение",
    "ПолучитьBase64СтрокуИзДвоичныхДанных",
    "ПолучитьДвоичныеДанныеИзBase64Строки",
    "ПолучитьДвоичныеДанныеИзСтроки",
    "ПолучитьHexСтрокуИзДвоичныхДанных",
    "ПолучитьСтрокуИзДвоичныхДанных",
    "ПотокВПамяти",
    "ПрочитатьJSON",
    "ПрочитатьДатуJSON",
    "РаскодироватьСтроку",
    "СертификатыУдостоверяющихЦентровWindows",
    "СертификатыУдостоверяющихЦентровОС",
    "СпособКодированияСтроки",
    "СтрЗаканчиваетсяНа",
    "СтрНайти",
    "СтрНачинаетсяС",
    "СтрРазделить",
    "СтрСоединить",
    "СтрСравнить",
    "СтрШаблон",
    "ТекущаяДатаСеанса",
    "ТекущаяУниверсальнаяДатаВМиллисекундах",
    "УстановитьБезопасныйРежим",
    "УстановитьОтключениеБезопасногоРежима",
    "ФайловыеПотоки",
    "ФайловыйПоток",
    "ХешФункция",
    "ХешированиеДанных",
    "ЧтениеJSON",
    "ЧтениеДанных",
];

/// Preprocessor directives of 8.2.
const DIRECTIVES: &[&str] = &["#Если", "#ИначеЕсли", "#Иначе", "#КонецЕсли"];

/// Names that 8.2 does not know, with their lines.
fn newer_names(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens(text) {
        let is_newer = match token.kind {
            Kind::Word => NEWER.iter().any(|name| name.to_lowercase() == token.text.to_lowercase()),
            Kind::Directive => {
                let word = token.text.split_whitespace().next().unwrap_or_default();
                !DIRECTIVES.iter().any(|known| known.to_lowercase() == word.to_lowercase())
            }
            Kind::Sign => token.text == "&" || token.text == "~",
            Kind::Text => false,
        };
        if is_newer {
            found.push(format!("{}: {}", token.line, token.text));
        }
    }
    found
}

#[test]
fn platform_8_2_knows_every_name() {
    for Module { name, text } in parts().into_iter().chain(ways()) {
        assert_eq!(newer_names(&text), [""; 0], "{name}");
    }
}

#[test]
fn a_newer_name_is_told_wherever_it_stands_in_code_and_nowhere_else() {
    for name in NEWER {
        let called = format!("А = {}(Б);", name.to_uppercase());
        assert_eq!(newer_names(&called).len(), 1, "{called}");
        let evaluated = format!("А = Вычислить(\"Новый {name}()\"); // {name}");
        assert_eq!(newer_names(&evaluated), [""; 0], "{evaluated}");
    }
    assert_eq!(newer_names("#Область А\n&НаСервере\n#Если Сервер Тогда\n#КонецЕсли").len(), 2);
}

/// Every name that the module takes from the platform: called, made by «Новый», or a member.
fn platform_names(text: &str) -> BTreeSet<String> {
    let tokens = tokens(text);
    let declared: BTreeSet<&str> = tokens
        .windows(2)
        .filter(|pair| matches!(pair[0].text.as_str(), "Функция" | "Процедура"))
        .map(|pair| pair[1].text.as_str())
        .collect();
    let mut names = BTreeSet::new();
    for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Word) {
        let before = index.checked_sub(1).map_or("", |before| tokens[before].text.as_str());
        let is_called = tokens.get(index + 1).is_some_and(|next| next.text == "(");
        let is_method = is_called && (before == "." || !declared.contains(token.text.as_str()));
        let is_word = ["Если", "И", "Или", "Не", "Возврат", "Новый", "ИначеЕсли", "Из", "Пока"];
        if (is_method && !is_word.contains(&token.text.as_str())) || before == "Новый" {
            names.insert(token.text.clone());
        }
    }
    for token in tokens.iter().filter(|token| token.kind == Kind::Text) {
        let evaluated = token.text.strip_prefix("Новый ").and_then(|rest| rest.split('(').next());
        names.extend(evaluated.map(str::to_owned));
    }
    names
}

#[test]
fn the_list_of_platform_names_is_complete() {
    let list = read(&adapter().join("PLATFORM.md"));
    let listed: BTreeSet<String> =
        list.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches("()").to_owned()).collect();

    let missing: Vec<String> = platform_names(&object_module().text).difference(&listed).cloned().collect();

    assert_eq!(missing, [""; 0], "PLATFORM.md does not name them");
}

#[test]
fn a_call_a_type_and_a_member_of_the_platform_are_found() {
    let text = "Функция Своя(А)\nБ = Новый Массив;\nБ.Добавить(Лев(Своя(А), 1));\nВычислить(\"Новый Х(А)\");\nКонецФункции";

    let found: Vec<String> = platform_names(text).into_iter().collect();

    assert_eq!(found, ["Вычислить", "Добавить", "Лев", "Массив", "Х"]);
}
