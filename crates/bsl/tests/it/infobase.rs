//! Objects, registers, rights, locks.

use bsl::{Infobase, Platform, Right, Session, ka11};

use crate::support::{base, exception_in, outcome, shown_in};

fn session_of(base: &Infobase) -> Session {
    Session::new(Platform::V82, base)
}

const NEW: &str =
    "О = Справочники.Контрагенты.СоздатьЭлемент(); О.Наименование = \"ООО Ромашка\"; О.ИНН = \"7707083893\";";

#[test]
fn a_new_object_has_no_reference_until_it_is_written_and_then_a_code_of_its_own() {
    let base = base();
    let mut session = session_of(&base);
    assert_eq!(shown_in(&mut session, &format!("{NEW} Возврат О.Ссылка.Пустая();")), "Да");
    let code = format!("{NEW} О.Записать(); Возврат О.Код + О.Ссылка.Наименование + О.ЭтоНовый();");
    assert_eq!(shown_in(&mut session, &code), "000000001ООО РомашкаНет");
    assert_eq!(shown_in(&mut session, &format!("{NEW} О.Записать(); Возврат О.Код;")), "000000002");
    let head = ka11::find(&base, "Справочник.Контрагенты", "Код", "000000001").unwrap();
    assert_eq!(base.record(&head).unwrap().get("ГоловнойКонтрагент"), head.into(), "its own head");
}

#[test]
fn a_reference_can_be_given_and_a_second_object_under_it_is_refused() {
    let base = base();
    let mut session = session_of(&base);
    let code = format!(
        "С = Справочники.Контрагенты.ПолучитьСсылку(Новый УникальныйИдентификатор(\"6f9619ff-8b86-d011-b42d-00cf4fc964ff\"));\n\
        {NEW} О.УстановитьСсылкуНового(С); О.Записать(); Возврат О.Ссылка.УникальныйИдентификатор();"
    );
    assert_eq!(shown_in(&mut session, &code), "6f9619ff-8b86-d011-b42d-00cf4fc964ff");
    assert!(exception_in(&mut session, &code).contains("не уникально"));
}

#[test]
fn attributes_cut_what_is_too_long_and_lose_what_has_another_type() {
    let base = base();
    let mut session = session_of(&base);
    assert_eq!(
        shown_in(&mut session, &format!("{NEW} О.ИНН = \"1234567890123456\"; Возврат О.ИНН;")),
        "123456789012"
    );
    assert_eq!(
        shown_in(
            &mut session,
            &format!("{NEW} О.ГоловнойКонтрагент = 5; Возврат О.ГоловнойКонтрагент.Пустая();")
        ),
        "Да"
    );
    assert!(
        exception_in(&mut session, &format!("{NEW} О.ОГРН = \"1\"; Возврат 1;"))
            .contains("не обнаружено (ОГРН)")
    );
}

#[test]
fn the_configuration_refuses_what_the_family_refuses() {
    let base = base();
    let owner = ka11::add_counterparty(&base, "ООО Ромашка", "7707083893", "773601001");
    let mut session = session_of(&base);
    let account = format!(
        "О = Справочники.БанковскиеСчета.СоздатьЭлемент();\n\
        О.Владелец = Справочники.Контрагенты.ПолучитьСсылку(Новый УникальныйИдентификатор(\"{}\"));",
        owner.id()
    );
    for (more, told) in [
        ("", "валюта"),
        ("О.ВалютаДенежныхСредств = Справочники.Валюты.НайтиПоКоду(\"643\");", "номер счета"),
        (
            "О.ВалютаДенежныхСредств = Справочники.Валюты.НайтиПоКоду(\"643\"); О.НомерСчета = \"12а\";\n\
            О.Банк = Справочники.Банки.НайтиПоКоду(\"044525225\");",
            "только цифры",
        ),
    ] {
        let refused = exception_in(&mut session, &format!("{account}{more} О.Записать(); Возврат 1;"));
        assert!(refused.contains(told), "{refused}");
    }
    let refused = exception_in(
        &mut session,
        "О = Справочники.БанковскиеСчета.СоздатьЭлемент(); О.Записать(); Возврат 1;",
    );
    assert!(refused.contains("Владелец"), "{refused}");
}

#[test]
fn who_has_read_an_old_version_cannot_write() {
    let base = base();
    let mut session = session_of(&base);
    let code = format!(
        "{NEW} О.Записать(); Другой = О.Ссылка.ПолучитьОбъект(); Другой.КПП = \"1\"; Другой.Записать();\n\
        О.КПП = \"2\"; О.Записать(); Возврат 1;"
    );
    assert!(exception_in(&mut session, &code).contains("изменены или удалены другим пользователем"));
}

#[test]
fn what_a_user_has_open_cannot_be_locked_and_to_write_over_it_is_told() {
    let base = base();
    let client = ka11::add_counterparty(&base, "ООО Ромашка", "7707083893", "773601001");
    base.user_opens(&client);
    let mut session = session_of(&base);
    let object = "О = Справочники.Контрагенты.НайтиПоРеквизиту(\"ИНН\", \"7707083893\").ПолучитьОбъект();";
    let refused = exception_in(&mut session, &format!("{object} О.Заблокировать(); Возврат 1;"));
    assert!(refused.contains("Ошибка блокировки объекта"), "{refused}");
    shown_in(&mut session, &format!("{object} О.КПП = \"1\"; О.Записать(); Возврат 1;"));
    assert_eq!(session.complaints().len(), 1, "{:?}", session.complaints());
    base.user_closes(&client);
    shown_in(
        &mut session,
        &format!("{object} О.Заблокировать(); О.КПП = \"2\"; О.Записать(); О.Разблокировать(); Возврат 1;"),
    );
    assert_eq!(session.complaints().len(), 1);
}

#[test]
fn rights_are_asked_for_reading_adding_and_changing() {
    let base = base();
    ka11::add_counterparty(&base, "ООО Ромашка", "7707083893", "773601001");
    let mut session = session_of(&base);
    base.deny(Right::Add, "Справочник.Контрагенты");
    let refused = exception_in(&mut session, &format!("{NEW} О.Записать(); Возврат 1;"));
    assert!(refused.contains("Нарушение прав доступа"), "{refused}");
    base.deny(Right::Read, "Справочник.Контрагенты");
    let query = "Возврат Новый_;".replace("Новый_", "Запрос.Выполнить().Пустой()");
    let query =
        format!("Запрос = Новый Запрос(\"ВЫБРАТЬ К.Ссылка ИЗ Справочник.Контрагенты КАК К\"); {query}");
    assert!(exception_in(&mut session, &query).contains("Нарушение прав доступа"));
    let allowed = query.replace("ВЫБРАТЬ", "ВЫБРАТЬ РАЗРЕШЕННЫЕ");
    assert_eq!(shown_in(&mut session, &allowed), "Да");
    let asked = "Возврат ПравоДоступа(\"Изменение\", Метаданные.Справочники.Контрагенты);";
    assert_eq!(shown_in(&mut session, asked), "Да");
}

#[test]
fn a_set_of_records_replaces_exactly_what_its_filter_lets_through() {
    let base = base();
    let client = ka11::add_counterparty(&base, "ООО Ромашка", "7707083893", "773601001");
    let mut session = session_of(&base);
    let write = |kind: &str, filters: &str, text: &str| {
        format!(
            "К = Справочники.Контрагенты.НайтиПоКоду(\"000000001\"); Т = Перечисления.ТипыКонтактнойИнформации.Телефон;\n\
            Н = РегистрыСведений.КонтактнаяИнформация.СоздатьНаборЗаписей(); Н.Отбор.Объект.Установить(К); {filters}\n\
            З = Н.Добавить(); З.Объект = К; З.Тип = Т; З.Вид = {kind}; З.Представление = \"{text}\"; Н.Записать(); Возврат 1;"
        )
    };
    let (main, fax) = (
        "Справочники.ВидыКонтактнойИнформации.ТелефонКонтрагента",
        "Справочники.ВидыКонтактнойИнформации.ФаксКонтрагента",
    );
    let narrow = |kind: &str| format!("Н.Отбор.Тип.Установить(Т); Н.Отбор.Вид.Установить({kind});");
    shown_in(&mut session, &write(main, &narrow(main), "1"));
    shown_in(&mut session, &write(fax, &narrow(fax), "2"));
    assert_eq!(base.records("РегистрСведений.КонтактнаяИнформация").len(), 2);
    let refused = exception_in(&mut session, &write(main, &narrow(fax), "3"));
    assert!(refused.contains("не соответствует отбору"), "{refused}");
    shown_in(&mut session, &write(main, "", "4"));
    let left = base.records("РегистрСведений.КонтактнаяИнформация");
    assert_eq!(left.len(), 1, "a filter by the object alone has wiped the fax");
    assert_eq!(left[0].get("Объект"), client.into());
}

#[test]
fn a_manager_of_a_record_reads_writes_and_deletes_one() {
    let base = base();
    let mut session = session_of(&base);
    let code = format!(
        "{NEW} О.Записать(); С = ПланыВидовХарактеристик.СвойстваОбъектов.СоздатьЭлемент(); С.Наименование = \"ОГРН\"; С.Записать();\n\
        З = РегистрыСведений.ЗначенияСвойствОбъектов.СоздатьМенеджерЗаписи(); З.Объект = О.Ссылка; З.Свойство = С.Ссылка;\n\
        З.Прочитать(); Было = З.Выбран(); З.Объект = О.Ссылка; З.Свойство = С.Ссылка; З.Значение = \"1027700132195\"; З.Записать();\n\
        Стало = З.Выбран(); З.Удалить(); Возврат \"\" + Было + Стало + З.Выбран();"
    );
    assert_eq!(shown_in(&mut session, &code), "НетДаНет");
    assert!(base.records("РегистрСведений.ЗначенияСвойствОбъектов").is_empty());
}

#[test]
fn metadata_tell_what_is_there() {
    let base = base();
    let mut session = session_of(&base);
    for (asked, told) in [
        ("Метаданные.Документы.Найти(\"Запрос\").ПолноеИмя()", "Документ.Запрос"),
        ("Метаданные.Документы.Найти(\"Запросик\") = Неопределено", "Да"),
        ("Метаданные.Справочники.Контрагенты.Реквизиты.ИНН.Тип.КвалификаторыСтроки.Длина", "12"),
        ("Метаданные.Справочники.Контрагенты.Реквизиты.Найти(\"ОГРН\") = Неопределено", "Да"),
        ("Метаданные.Документы.Запрос.ТабличныеЧасти.Товары.Реквизиты.Найти(\"Цена\").Имя", "Цена"),
        ("Метаданные.НайтиПоТипу(Тип(\"СправочникСсылка.Банки\")).Имя", "Банки"),
        ("Справочники.Контрагенты.ПустаяСсылка().Метаданные().ДлинаНаименования", "100"),
        (
            "Метаданные.РегистрыСведений.КонтактнаяИнформация.Измерения.Вид.Тип.СодержитТип(Тип(\"Строка\"))",
            "Да",
        ),
        ("ТипЗнч(Справочники.Банки.ПустаяСсылка()) = Тип(\"СправочникСсылка.Банки\")", "Да"),
        ("Перечисления.СостоянияЗапросов.ВРаботе", "В работе"),
    ] {
        assert_eq!(shown_in(&mut session, &format!("Возврат {asked};")), told, "{asked}");
    }
    assert!(exception_in(&mut session, "Возврат Документы.Запросик;").contains("Запросик"));
    assert!(
        exception_in(&mut session, "Возврат Тип(\"СправочникСсылка.Нету\");").contains("Тип не определен")
    );
}

#[test]
fn attributes_of_a_reference_are_read_from_the_base() {
    let base = base();
    let client = ka11::add_counterparty(&base, "ООО Ромашка", "7707083893", "773601001");
    let mut session = session_of(&base);
    let code = "К = Справочники.Контрагенты.НайтиПоНаименованию(\"ромашка\"); Возврат К.Пустая();";
    assert_eq!(shown_in(&mut session, code), "Да", "by the beginning of the name");
    let code = "К = Справочники.Контрагенты.НайтиПоНаименованию(\"ооо ром\"); Возврат К.ИНН + К;";
    assert_eq!(shown_in(&mut session, code), "7707083893ООО Ромашка");
    assert!(
        exception_in(&mut session, "К = Справочники.Контрагенты.ПустаяСсылка(); К.ИНН = \"1\"; Возврат 1;")
            .contains("ИНН")
    );
    base.edit(&client, &[("ПометкаУдаления", true.into())]);
    assert!(
        outcome(&mut session, "Возврат Справочники.Контрагенты.НайтиПоКоду(\"000000001\").ПометкаУдаления;")
            .unwrap()
            == true.into()
    );
}
