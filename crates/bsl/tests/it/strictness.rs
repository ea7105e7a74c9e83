//! What does not compile on the platform does not compile here, with the line of the mistake.

use bsl::{Place, Platform};

use crate::support::errors;

fn on_server(text: &str) -> Vec<String> {
    errors(Platform::V82, Place::Server, text)
}

/// Exactly one error, on this line, that says this.
fn refused(text: &str, line: u32, told: &str) {
    let errors = on_server(text);
    assert_eq!(errors.len(), 1, "{text}\n{errors:?}");
    assert!(errors[0].starts_with(&format!("({line}): ")) && errors[0].contains(told), "{text}\n{errors:?}");
}

#[test]
fn a_missing_semicolon_is_an_error() {
    refused("Процедура П()\n\tА = 1\n\tБ = 2;\nКонецПроцедуры", 2, "Ожидается символ: ';'");
    assert_eq!(
        on_server("Процедура П()\n\tА = 1;\n\tБ = 2\nКонецПроцедуры"),
        [""; 0],
        "not before the end of a block"
    );
}

#[test]
fn blocks_brackets_and_strings_have_to_end() {
    refused("Процедура П()\n\tЕсли Истина Тогда\n\t\tА = 1;\nКонецПроцедуры", 4, "Неожиданное слово");
    refused("Процедура П()\n\tА = (1 + 2;\nКонецПроцедуры", 2, "Ожидается символ: ')'");
    refused("Процедура П()\n\tА = \"начало;\nКонецПроцедуры", 2, "Незавершённая строковая константа");
    refused("Процедура П()\n\tА = 1 + * 2;\nКонецПроцедуры", 2, "Ожидается выражение");
    refused("Процедура П()\nКонецФункции", 2, "Неожиданное слово");
    refused("#Если Сервер Тогда\nПроцедура П()\nКонецПроцедуры", 1, "Пропущен оператор #КонецЕсли");
}

#[test]
fn unknown_names_are_all_told_at_once() {
    let errors =
        on_server("Процедура П()\n\tА = Нету;\n\tНеизвестная(А);\n\tБ = Новый Неведомый;\nКонецПроцедуры");
    assert_eq!(
        errors,
        [
            "(2): Переменная не определена (Нету)",
            "(3): Процедура или функция с указанным именем не определена (Неизвестная)",
            "(4): Тип не определен (Неведомый)",
        ]
    );
}

#[test]
fn a_variable_is_not_known_above_the_line_that_assigns_it() {
    refused("Процедура П()\n\tА = Б;\n\tБ = 1;\nКонецПроцедуры", 2, "Переменная не определена (Б)");
}

#[test]
fn calls_have_as_many_arguments_as_the_method_and_procedures_give_nothing() {
    let methods = "Процедура П(А, Б = 1)\nКонецПроцедуры\nПроцедура Проба()\n";
    refused(&format!("{methods}\tП(1, 2, 3);\nКонецПроцедуры"), 4, "Слишком много");
    refused(&format!("{methods}\tП();\nКонецПроцедуры"), 4, "Недостаточно");
    refused(&format!("{methods}\tВ = П(1);\nКонецПроцедуры"), 4, "процедуре как к функции");
    refused(&format!("{methods}\tВ = СтрДлина(\"а\", 1);\nКонецПроцедуры"), 4, "Слишком много");
}

#[test]
fn methods_have_names_of_their_own() {
    refused("Процедура П()\nКонецПроцедуры\nФункция п()\nКонецФункции", 3, "уже определена");
    refused("Функция Формат()\nКонецФункции", 1, "Имя занято функцией платформы");
}

#[test]
fn properties_of_the_global_context_are_no_variables() {
    refused("Процедура П()\n\tДокументы = 1;\nКонецПроцедуры", 2, "недоступно для записи (Документы)");
    refused("Процедура П()\n\tОбработки = 1;\nКонецПроцедуры", 2, "недоступно для записи (Обработки)");
    assert_eq!(
        on_server("Процедура П(Документы)\n\tДокументы = 1;\nКонецПроцедуры"),
        [""; 0],
        "a parameter hides it"
    );
}

#[test]
fn statements_stand_where_they_mean_something() {
    refused("Процедура П()\n\tПрервать;\nКонецПроцедуры", 2, "внутри цикла");
    refused("Процедура П()\n\tВозврат 1;\nКонецПроцедуры", 2, "не может возвращать");
    refused("Процедура П()\n\tВызватьИсключение;\nКонецПроцедуры", 2, "в обработчике исключения");
    refused("Процедура П()\n\tА = 1;\n\tПерем Б;\nКонецПроцедуры", 3, "в начале метода");
    refused("Процедура П()\n\tА = 1;\n\tА.Б;\nКонецПроцедуры", 3, "Ожидается оператор");
    refused("Процедура П()\nКонецПроцедуры\nПерем А;", 3, "до процедур и функций");
}

#[test]
fn what_8_3_has_brought_is_unknown_to_8_2() {
    let module =
        "Процедура П()\n\tА = Новый HTTPЗапрос(\"/\");\n\tБ = СтрНайти(\"а\", \"а\");\nКонецПроцедуры";
    assert_eq!(errors(Platform::V82, Place::Server, module).len(), 2);
    assert_eq!(errors(Platform::V83, Place::Server, module), [""; 0]);
    let region = "#Область Начало\n#КонецОбласти\n";
    assert_eq!(errors(Platform::V82, Place::Server, region).len(), 1);
    assert_eq!(errors(Platform::V83, Place::Server, region), [""; 0]);
}

#[test]
fn what_needs_a_screen_is_unknown_to_a_server() {
    let module = "Процедура П()\n\tСостояние(\"ход\");\nКонецПроцедуры";
    assert_eq!(errors(Platform::V82, Place::Server, module).len(), 1);
    assert_eq!(errors(Platform::V82, Place::ExternalConnection, module).len(), 1);
    assert_eq!(errors(Platform::V82, Place::ThickClient, module), [""; 0]);
}
