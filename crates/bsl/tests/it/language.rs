//! What statements and expressions do.

use bsl::{Place, Platform, Session};

use crate::support::{base, exception, outcome, session, shown};

#[test]
fn words_are_russian_or_english_in_any_letter_case() {
    assert_eq!(shown("еслИ Истина тогДА ВОЗВРАТ \"да\"; КонецЕсли; Возврат \"нет\";"), "да");
    assert_eq!(shown("If True Then Return \"yes\"; EndIf; Return \"no\";"), "yes");
}

#[test]
fn lines_of_a_string_begin_with_a_bar_and_may_have_a_comment_between_them() {
    let code = "Возврат \"первая \"\"в кавычках\"\"\n// не в счёт\n\t|вторая\";";
    assert_eq!(shown(code), "первая \"в кавычках\"\nвторая");
}

#[test]
fn loops_count_both_ends_and_can_be_left() {
    let code = "С = 0; Для Н = 1 По 10 Цикл\n\
        Если Н = 3 Тогда Продолжить; КонецЕсли;\n\
        Если Н = 6 Тогда Прервать; КонецЕсли;\n\
        С = С + Н; КонецЦикла; Возврат С;";
    assert_eq!(shown(code), "12");
    assert_eq!(shown("Н = 0; Пока Н < 5 Цикл Н = Н + 2; КонецЦикла; Возврат Н;"), "6");
}

#[test]
fn arguments_are_passed_themselves_unless_the_parameter_is_a_copy() {
    let text = "Процедура Меняет(А, Знач Б, В = 7)\n\tА = А + 1;\n\tБ = Б + В;\nКонецПроцедуры\n\
        Функция Ответ() Экспорт\n\tА = 1;\n\tБ = 1;\n\tМеняет(А, Б);\n\tВозврат А * 10 + Б;\nКонецФункции\n";
    let mut session = session();
    let module = session.load("Проба", text, &[]).unwrap();
    assert_eq!(session.call(&module, "Ответ", &[]).unwrap(), 21.into());
}

#[test]
fn an_exception_says_where_it_came_from_and_can_go_on() {
    let text = "Функция Ответ() Экспорт\n\tПопытка\n\t\tПопытка\n\t\t\tВызватьИсключение \"беда\";\n\
        \t\tИсключение\n\t\t\tВызватьИсключение;\n\t\tКонецПопытки;\n\
        \tИсключение\n\t\tВозврат ОписаниеОшибки();\n\tКонецПопытки;\nКонецФункции\n";
    let mut session = session();
    let module = session.load("ВнешняяОбработка.Проба", text, &[]).unwrap();
    let told = session.call(&module, "Ответ", &[]).unwrap();
    assert_eq!(told.as_text(), Some("{ВнешняяОбработка.Проба(4)}: беда"));
}

#[test]
fn an_error_of_the_platform_names_the_method_and_its_reason() {
    let code = "Попытка Новый_ = Новый УникальныйИдентификатор(\"не он\");\n\
        Исключение Возврат КраткоеПредставлениеОшибки(ИнформацияОбОшибке()); КонецПопытки; Возврат \"\";";
    assert!(
        shown(code).starts_with("Ошибка при вызове конструктора (УникальныйИдентификатор): "),
        "{}",
        shown(code)
    );
    let code = "Попытка Массив = Новый Массив; Массив.Удалить(0);\n\
        Исключение Возврат ИнформацияОбОшибке().Причина.Описание; КонецПопытки; Возврат \"\";";
    assert_eq!(shown(code), "Индекс находится за границами массива");
}

#[test]
fn evaluated_texts_see_the_variables_around_them() {
    assert_eq!(shown("А = 2; Возврат Вычислить(\"А * 21\");"), "42");
    assert_eq!(shown("А = 2; Выполнить(\"Б = 3; А = А + Б;\"); Возврат А;"), "5");
    let told = exception("Возврат Вычислить(\"Нету + 1\");");
    assert!(told.contains("Переменная не определена (Нету)"), "{told}");
}

#[test]
fn conditions_are_read_no_further_than_needed() {
    assert_eq!(shown("Возврат Истина Или 1 / 0 = 1;"), "Да");
    assert_eq!(shown("Возврат Ложь И 1 / 0 = 1;"), "Нет");
    assert_eq!(shown("Возврат ?(Не 1 = 2, \"не равны\", \"равны\");"), "не равны");
}

#[test]
fn a_recursion_without_end_is_an_exception() {
    let text = "Функция Ответ() Экспорт\n\tВозврат Ответ();\nКонецФункции\n";
    let mut session = session();
    let module = session.load("Проба", text, &[]).unwrap();
    assert!(session.call(&module, "Ответ", &[]).unwrap_err().to_string().contains("Переполнение стека"));
}

#[test]
fn the_process_dies_over_a_call_of_the_platform_and_no_handler_takes_it() {
    let code = "Попытка А = Новый Массив; А.Добавить(1); А.Добавить(2); Исключение КонецПопытки; Возврат 1;";
    for calls in 0..3 {
        let mut session = session();
        session.die_after(calls);
        assert!(matches!(outcome(&mut session, code), Err(bsl::Halt::Death)), "after {calls} calls");
    }
    let mut session = session();
    session.die_after(3);
    assert!(outcome(&mut session, code).is_ok());
}

#[test]
fn directives_choose_the_lines_of_a_place() {
    let text = "Функция Ответ() Экспорт\n#Если Клиент И Не Сервер Тогда\n\tВозврат \"клиент\";\n#ИначеЕсли Сервер Тогда\n\
        \tВозврат \"сервер\";\n#Иначе\n\tВозврат \"соединение\";\n#КонецЕсли\nКонецФункции\n";
    for (place, told) in
        [(Place::Server, "сервер"), (Place::ThickClient, "клиент"), (Place::ExternalConnection, "соединение")]
    {
        let mut session = Session::new(Platform::V82, &base()).at(place);
        let module = session.load("Проба", text, &[]).unwrap();
        assert_eq!(session.call(&module, "Ответ", &[]).unwrap().as_text(), Some(told));
    }
}
