//! The query language.

use bsl::{Infobase, Platform, Session, ka11};

use crate::support::{base, exception_in, shown_in};

/// Three counterparties, one of them marked, one with an account.
fn filled() -> Infobase {
    let base = base();
    let romashka = ka11::add_counterparty(&base, "ООО Ромашка", "7707083893", "773601001");
    ka11::add_counterparty(&base, "ООО Лютик", "7736050003", "997250001");
    let marked = ka11::add_counterparty(&base, "Ромашка старая", "7707083893", "");
    base.edit(&marked, &[("ПометкаУдаления", true.into())]);
    let bank = ka11::find(&base, "Справочник.Банки", "Код", "044525225").expect("the base has two banks");
    base.add(
        "Справочник.БанковскиеСчета",
        &[
            ("Владелец", romashka.into()),
            ("НомерСчета", "40702810938000000001".into()),
            ("Банк", bank.into()),
        ],
    );
    base
}

/// The rows of an answer: fields with commas, rows with semicolons.
fn rows(text: &str) -> String {
    rows_with(text, "")
}

fn rows_with(text: &str, parameters: &str) -> String {
    let mut session = Session::new(Platform::V82, &filled());
    let code = format!(
        "З = Новый Запрос(\"{}\"); {parameters} Т = З.Выполнить().Выгрузить(); О = \"\";\n\
        Для Каждого С Из Т Цикл Ч = \"\"; Для Каждого К Из Т.Колонки Цикл Ч = Ч + ?(Ч = \"\", \"\", \",\") + С[К.Имя]; КонецЦикла;\n\
        О = О + ?(О = \"\", \"\", \";\") + Ч; КонецЦикла; Возврат О;",
        text.replace('"', "\"\"").replace('\n', "\n|")
    );
    shown_in(&mut session, &code)
}

fn refused(text: &str) -> String {
    let mut session = Session::new(Platform::V82, &filled());
    let code = format!(
        "З = Новый Запрос(\"{}\"); Р = З.Выполнить(); Возврат Р;",
        text.replace('"', "\"\"").replace('\n', "\n|")
    );
    exception_in(&mut session, &code)
}

#[test]
fn rows_are_chosen_by_conditions_and_put_in_order() {
    assert_eq!(
        rows(
            "ВЫБРАТЬ К.Наименование КАК Имя ИЗ Справочник.Контрагенты КАК К ГДЕ НЕ К.ПометкаУдаления УПОРЯДОЧИТЬ ПО Имя"
        ),
        "ООО Лютик;ООО Ромашка"
    );
    assert_eq!(
        rows(
            "ВЫБРАТЬ ПЕРВЫЕ 1 К.Наименование ИЗ Справочник.Контрагенты КАК К\nУПОРЯДОЧИТЬ ПО К.Наименование УБЫВ"
        ),
        "Ромашка старая"
    );
    assert_eq!(
        rows("ВЫБРАТЬ К.КПП ИЗ Справочник.Контрагенты КАК К ГДЕ К.Наименование ПОДОБНО \"%лют__%\""),
        "997250001"
    );
}

#[test]
fn strings_of_the_base_are_the_same_whatever_their_letter_case() {
    let text = "ВЫБРАТЬ К.КПП ИЗ Справочник.Контрагенты КАК К ГДЕ К.Наименование = &Имя";
    assert_eq!(rows_with(text, "З.УстановитьПараметр(\"Имя\", \"ооо РОМАШКА  \");"), "773601001");
}

#[test]
fn lists_may_be_parameters() {
    let text = "ВЫБРАТЬ РАЗЛИЧНЫЕ К.ИНН КАК ИНН ИЗ Справочник.Контрагенты КАК К ГДЕ К.ИНН В (&Список) УПОРЯДОЧИТЬ ПО ИНН";
    let list = "М = Новый Массив; М.Добавить(\"7707083893\"); М.Добавить(\"7736050003\"); З.УстановитьПараметр(\"Список\", М);";
    assert_eq!(rows_with(text, list), "7707083893;7736050003");
    let none = "З.УстановитьПараметр(\"Список\", Новый Массив);";
    assert_eq!(rows_with(text, none), "");
}

#[test]
fn dots_follow_references_and_an_empty_one_gives_null() {
    assert_eq!(
        rows("ВЫБРАТЬ С.Владелец.ИНН, С.Банк.Код, С.Банк.КоррСчет ИЗ Справочник.БанковскиеСчета КАК С"),
        "7707083893,044525225,30101810400000000225"
    );
    assert_eq!(
        rows(
            "ВЫБРАТЬ КОЛИЧЕСТВО(*) ИЗ Справочник.Контрагенты КАК К ГДЕ К.ОсновнойБанковскийСчет.НомерСчета ЕСТЬ NULL"
        ),
        "3"
    );
    assert_eq!(
        rows(
            "ВЫБРАТЬ ЕСТЬNULL(К.ОсновнойБанковскийСчет.НомерСчета, \"нет\") КАК Счет ИЗ Справочник.Контрагенты КАК К\nГДЕ К.КПП = \"997250001\""
        ),
        "нет"
    );
}

#[test]
fn tables_are_joined_grouped_and_put_together() {
    assert_eq!(
        rows(
            "ВЫБРАТЬ К.КПП КАК КПП, С.НомерСчета КАК Счет ИЗ Справочник.Контрагенты КАК К\n\
            ЛЕВОЕ СОЕДИНЕНИЕ Справочник.БанковскиеСчета КАК С ПО С.Владелец = К.Ссылка ГДЕ НЕ К.ПометкаУдаления УПОРЯДОЧИТЬ ПО КПП"
        ),
        "773601001,40702810938000000001;997250001,"
    );
    assert_eq!(
        rows(
            "ВЫБРАТЬ К.ИНН КАК ИНН, КОЛИЧЕСТВО(К.Ссылка) КАК Сколько ИЗ Справочник.Контрагенты КАК К СГРУППИРОВАТЬ ПО К.ИНН\nИМЕЮЩИЕ КОЛИЧЕСТВО(К.Ссылка) > 1"
        ),
        "7707083893,2"
    );
    assert_eq!(
        rows(
            "ВЫБРАТЬ \"к\" КАК Что ИЗ Справочник.Контрагенты КАК К ОБЪЕДИНИТЬ ВСЕ ВЫБРАТЬ \"с\" ИЗ Справочник.БанковскиеСчета КАК С"
        ),
        "к;к;к;с"
    );
}

#[test]
fn conditions_with_null_hold_nothing() {
    let text = "ВЫБРАТЬ КОЛИЧЕСТВО(*) ИЗ Справочник.Контрагенты КАК К ГДЕ НЕ К.ОсновнойБанковскийСчет.НомерСчета = \"1\"";
    assert_eq!(rows(text), "0", "NULL is neither equal nor different");
}

#[test]
fn values_are_chosen_by_cases_and_named_constants() {
    assert_eq!(
        rows(
            "ВЫБРАТЬ СУММА(ВЫБОР КОГДА К.ЮрФизЛицо = ЗНАЧЕНИЕ(Перечисление.ЮрФизЛицо.ЮрЛицо) ТОГДА 1 ИНАЧЕ 0 КОНЕЦ) КАК Юр\n\
            ИЗ Справочник.Контрагенты КАК К"
        ),
        "3"
    );
    assert_eq!(
        rows(
            "ВЫБРАТЬ КОЛИЧЕСТВО(*) ИЗ Справочник.БанковскиеСчета КАК С ГДЕ С.Владелец ССЫЛКА Справочник.Контрагенты"
        ),
        "1"
    );
}

#[test]
fn names_that_lead_nowhere_are_refused_though_there_is_no_row() {
    assert!(
        refused("ВЫБРАТЬ З.Ссылка ИЗ Документ.Запросик КАК З")
            .contains("Таблица не найдена \"Документ.Запросик\"")
    );
    assert!(refused("ВЫБРАТЬ З.Тем ИЗ Документ.Запрос КАК З").contains("Поле не найдено \"З.Тем\""));
    assert!(refused("ВЫБРАТЬ З.Контрагент.ОГРН ИЗ Документ.Запрос КАК З").contains("Поле не найдено"));
    assert!(
        refused("ВЫБРАТЬ З.Ссылка ИЗ Документ.Запрос КАК З ГДЕ З.Тема = &Тема")
            .contains("Не задано значение параметра \"Тема\"")
    );
    assert!(
        refused("ВЫБРАТЬ З.Ссылка ИЗ Документ.Запрос КАК З ГДЕ И З.Проведен")
            .contains("Синтаксическая ошибка")
    );
    assert!(refused("ВЫБРАТЬ З.Ссылка ИЗ Документ.Запрос.Услуги КАК З").contains("Таблица не найдена"));
    assert!(refused("ВЫБРАТЬ З.Ссылка,\nИЗ Документ.Запрос КАК З").contains("(2)"));
}
