//! Transactions roll back what was written, and remember that something went wrong.

use bsl::{Platform, Session};

use crate::support::{base, exception_in, outcome, shown_in};

const WRITE: &str =
    "О = Справочники.Контрагенты.СоздатьЭлемент(); О.Наименование = \"ООО Ромашка\"; О.Записать();";
/// An account without a currency: the configuration refuses it.
const FAIL: &str = "Попытка П = Справочники.БанковскиеСчета.СоздатьЭлемент(); П.Владелец = О.Ссылка; П.Записать(); Исключение КонецПопытки;";

#[test]
fn what_is_cancelled_was_never_there() {
    let base = base();
    let mut session = Session::new(Platform::V82, &base);
    shown_in(&mut session, &format!("НачатьТранзакцию(); {WRITE} ОтменитьТранзакцию(); Возврат 1;"));
    assert!(base.objects("Справочник.Контрагенты").is_empty());
    shown_in(&mut session, &format!("НачатьТранзакцию(); {WRITE} ЗафиксироватьТранзакцию(); Возврат 1;"));
    assert_eq!(base.objects("Справочник.Контрагенты").len(), 1);
}

#[test]
fn an_inner_transaction_is_none_of_its_own() {
    let base = base();
    let mut session = Session::new(Platform::V82, &base);
    let told = exception_in(
        &mut session,
        &format!(
            "НачатьТранзакцию(); {WRITE} НачатьТранзакцию(); ОтменитьТранзакцию(); ЗафиксироватьТранзакцию(); Возврат 1;"
        ),
    );
    assert!(told.contains("уже происходили ошибки"), "{told}");
    assert!(base.objects("Справочник.Контрагенты").is_empty(), "all of it is rolled back");
}

#[test]
fn after_an_error_of_the_base_that_was_taken_nothing_can_be_read_or_written() {
    let base = base();
    let mut session = Session::new(Platform::V82, &base);
    for next in [WRITE, "Ч = О.Ссылка.ПолучитьОбъект();", "ЗафиксироватьТранзакцию();"]
    {
        let told =
            exception_in(&mut session, &format!("НачатьТранзакцию(); {WRITE} {FAIL} {next} Возврат 1;"));
        assert!(told.contains("В данной транзакции уже происходили ошибки"), "{told}");
    }
    // Without a transaction around it, the same error hurts nobody.
    shown_in(&mut session, &format!("{WRITE} {FAIL} Ч = О.Ссылка.ПолучитьОбъект(); Возврат 1;"));
}

#[test]
fn a_transaction_left_open_is_rolled_back_and_told() {
    let base = base();
    let mut session = Session::new(Platform::V82, &base);
    shown_in(&mut session, &format!("НачатьТранзакцию(); {WRITE} Возврат 1;"));
    assert!(base.objects("Справочник.Контрагенты").is_empty());
    assert_eq!(session.complaints(), ["транзакция осталась открытой"]);
}

#[test]
fn a_death_in_a_transaction_rolls_it_back() {
    let base = base();
    let mut session = Session::new(Platform::V82, &base);
    session.die_after(4);
    let code = format!("НачатьТранзакцию(); {WRITE} ЗафиксироватьТранзакцию(); Возврат 1;");
    // Begin, create, write, and dead before the commit.
    session.die_after(3);
    assert!(outcome(&mut session, &code).is_err());
    assert!(base.objects("Справочник.Контрагенты").is_empty());
    assert!(session.complaints().is_empty());
}
