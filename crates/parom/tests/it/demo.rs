//! `parom demo`: the promise to somebody who has nothing but Rust.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::{parom, run_in};

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
        // What waits for the visitor: both sides changed a field, a cause with several records, deals that 1C rejected,
        // deals whose client cannot come yet.
        "Климова Ольга Сергеевна",
        "│ Неверный ИНН             ┆       7 │",
        "Период закрыт для изменений",
        "компания «Речной порт» не передаётся в 1С",
        "У сделки «Звонок с выставки»",
        // Each movement of the people there, proven on the other side.
        "1С → Битрикс24  «",
        "Битрикс24 → 1С  «",
        "стадия «Подготовка документов»",
        "в сделке № 40501 оплачено 72500.00 RUB",
        "запрос ЗПР-000001: В работе",
        // All of that is in the console.
        "│ документы с файлом PDF                   ┆       3 │",
    ] {
        assert!(ran.out.contains(told), "«{told}» is not in\n{}{}", ran.out, ran.err);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the demo leaves nothing behind");
}

#[test]
fn while_the_demo_runs_people_work_on_both_sides_until_it_is_told_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = parom(folder.path())
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary is built");
    let told = BufReader::new(demo.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
    let mut afterwards = told.skip_while(|line| !line.contains("Консоль Парома: http://127.0.0.1:"));

    assert!(afterwards.next().is_some(), "it ends with the address of the console");
    let (mut to_bitrix, mut to_onec) = (false, false);
    while !(to_bitrix && to_onec) {
        let line = afterwards.next().expect("the demo goes on");
        to_bitrix |= line.contains("1С → Битрикс24");
        to_onec |= line.contains("Битрикс24 → 1С");
    }
    let pid = demo.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("there is a kill").success());
    // Whoever stops reading would end it otherwise.
    afterwards.for_each(drop);
    assert_eq!(demo.wait().expect("it was ours").code(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the demo leaves nothing behind");
}

#[test]
fn too_few_counterparties_are_refused_before_anything_is_told() {
    let folder = tempfile::tempdir().unwrap();

    let ran = run_in(folder.path(), &["demo", "--once", "--counterparties", "5"]);

    assert_eq!(ran.code, Some(1));
    assert!(ran.out.is_empty() && ran.err.contains("не меньше 50"), "{ran:?}");
}
