//! `parom demo`: the promise to somebody who has nothing but Rust.

use crate::support::run_in;

#[test]
fn the_demo_tells_its_story_to_the_end() {
    let folder = tempfile::tempdir().unwrap();

    let ran = run_in(folder.path(), &["demo", "--once"]);

    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    for told in [
        // A company that came over with ИНН, КПП and its address.
        "7736207543",
        "770401001",
        "Льва Толстого",
        // The branch that has the ИНН of its head, the one with a wrong ИНН, the one without.
        "Повтор ИНН в 1С",
        "Неверный ИНН",
        "Нет ИНН",
        // Both adapters, as doctor would see them.
        "«Паром для 1С 1.0.0»",
        "модуль parom.bridge 1.0.0",
        // The second showing.
        "Записей в Битрикс24: 0.",
        // The way back: an edit, a new client, a repeated ИНН, silence.
        "теперь КПП 997950001",
        "у компании нет ни одной сделки",
        "создала",
        "Модуль портала не сохраняет: Клиент с таким ИНН уже создан",
        "Уведомление сотруднику: Клиент с таким ИНН уже создан",
        "взяла 0; записей в Битрикс24: 0.",
        // A deal, its documents, what was paid; and silence.
        "поле сделки «Оплачено»",
        "ЗПР-000001",
        "СЧ-0001",
        "«Оплачено» в сделке: 60000.00 RUB",
        "  Записей в Битрикс24: 0.",
    ] {
        assert!(ran.out.contains(told), "«{told}» is not in\n{}{}", ran.out, ran.err);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the demo leaves nothing behind");
}
