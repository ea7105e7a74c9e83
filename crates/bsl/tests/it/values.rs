//! Values and their texts: what machines trip over.

use crate::support::{exception, shown};

#[test]
fn numbers_are_decimal_and_shown_with_a_space_that_cannot_be_broken_and_a_comma() {
    assert_eq!(shown("Возврат 1000.5;"), "1\u{a0}000,5");
    assert_eq!(shown("Возврат -1234567;"), "-1\u{a0}234\u{a0}567");
    assert_eq!(shown("Возврат 0.1 + 0.2 = 0.3;"), "Да");
    assert_eq!(shown("Возврат СтрДлина(1 / 3);"), "29");
    assert_eq!(shown("Возврат 7 % 3;"), "1");
    assert_eq!(shown("Возврат Окр(2.5) + Цел(-2.5);"), "1");
    assert!(exception("Возврат 1 / 0;").contains("Деление на 0"));
}

#[test]
fn formats_have_their_own_zero_and_their_own_groups() {
    assert_eq!(shown("Возврат Формат(1000.5, \"ЧГ=0; ЧРД=.\");"), "1000.5");
    assert_eq!(shown("Возврат Формат(0, \"ЧГ=0\");"), "", "zero is empty without ЧН");
    assert_eq!(shown("Возврат Формат(0, \"ЧГ=0; ЧН=0\");"), "0");
    assert_eq!(shown("Возврат Формат(5, \"ЧЦ=3; ЧВН=\");"), "005");
    assert_eq!(shown("Возврат Формат('20261120090500', \"ДФ='дд.ММ.гггг ЧЧ:мм'\");"), "20.11.2026 09:05");
    assert_eq!(shown("Возврат Формат('00010101', \"ДФ=дд.ММ.гггг\");"), "");
    assert!(exception("Возврат Формат(1, \"ЧЙ=1\");").contains("ЧЙ"), "an unknown key is told");
}

#[test]
fn xml_texts_are_those_of_machines() {
    assert_eq!(shown("Возврат XMLСтрока(1000.50);"), "1000.5");
    assert_eq!(shown("Возврат XMLСтрока('20261120090500');"), "2026-11-20T09:05:00");
    assert_eq!(shown("Возврат XMLСтрока('00010101');"), "0001-01-01T00:00:00");
    assert_eq!(shown("Возврат XMLСтрока(Истина);"), "true");
    assert_eq!(shown("Возврат XMLСтрока(Перечисления.ЮрФизЛицо.ФизЛицо);"), "ФизЛицо");
    assert_eq!(
        shown("Возврат XMLЗначение(Тип(\"Число\"), \"1000.5\") + 1;"),
        "1001.5".replace('.', ",").replace("1001", "1\u{a0}001")
    );
    assert!(exception("Возврат XMLЗначение(Тип(\"Число\"), \"1 000,5\");").contains("XML"));
}

#[test]
fn dates_count_in_seconds_and_booleans_are_words() {
    assert_eq!(shown("Возврат '20261120' + 3661;"), "20.11.2026 1:01:01");
    assert_eq!(shown("Возврат '20261121' - '20261120';"), "86\u{a0}400");
    assert_eq!(shown("Возврат Истина;"), "Да");
    assert_eq!(shown("Возврат Дата(2026, 2, 28) + 86400;"), "01.03.2026 0:00:00");
    assert!(exception("Возврат Дата(\"20260230\");").contains("Дата"));
}

#[test]
fn comparing_looks_at_letter_case_and_only_simple_values_have_an_order() {
    assert_eq!(shown("Возврат \"Аб\" = \"аб\";"), "Нет");
    assert_eq!(shown("Возврат 1 = \"1\";"), "Нет");
    assert_eq!(shown("Возврат \"А\" < \"Б\";"), "Да");
    assert!(exception("Возврат Неопределено < 1;").contains("больше-меньше"));
    assert!(exception("Возврат 1 + \"два\";").contains("Преобразование значения к типу Число"));
    assert_eq!(
        shown(
            "Возврат ЗначениеЗаполнено(\"  \") Или ЗначениеЗаполнено(0) Или ЗначениеЗаполнено('00010101');"
        ),
        "Нет"
    );
}

#[test]
fn texts_are_counted_from_one() {
    assert_eq!(
        shown("Возврат Сред(\"Паром\", 2, 3) + Лев(\"Паром\", 1) + Прав(\"Паром\", 2);"),
        "аро".to_owned() + "П" + "ом"
    );
    assert_eq!(shown("Возврат Найти(\"Паром\", \"ром\") + Найти(\"Паром\", \"х\");"), "3");
    assert_eq!(shown("Возврат \"[\" + СокрЛП(\"  а б\" + Символы.НПП + Символы.ПС) + \"]\";"), "[а б]");
    assert_eq!(shown("Возврат НайтиНедопустимыеСимволыXML(\"аб\" + Символ(1));"), "3");
    assert_eq!(shown("Возврат КодСимвола(\"А\");"), "1\u{a0}040");
    assert_eq!(shown("Возврат ТРег(\"иванов иван\");"), "Иванов Иван");
    assert_eq!(shown("Возврат НСтр(\"en = 'Yes'; ru = 'Да'\");"), "Да");
}

#[test]
fn descriptions_of_types_cut_what_does_not_fit() {
    let code = "О = Новый ОписаниеТипов(\"Строка\", , Новый КвалификаторыСтроки(3));\n\
        Возврат О.ПривестиЗначение(\"абвгд\") + О.КвалификаторыСтроки.Длина;";
    assert_eq!(shown(code), "абв3");
    let code = "О = Новый ОписаниеТипов(\"Число\", Новый КвалификаторыЧисла(5, 2)); Возврат О.ПривестиЗначение(12345.678);";
    assert_eq!(shown(code), "999,99");
    let code =
        "О = Новый ОписаниеТипов(\"СправочникСсылка.Контрагенты\"); Возврат О.ПривестиЗначение(5).Пустая();";
    assert_eq!(shown(code), "Да");
}
