//! `reconcile` as a command: what people, Excel and programs get of it, and how it exits.

use std::path::Path;
use std::sync::Arc;

use bitrix::SystemClock;
use calamine::{Reader, Xlsx, open_workbook};
use emulator::onec::OneC;
use serde_json::Value;

use crate::support::{Place, Ran};

/// Two that cross, one that cannot and whose name Excel would take for a formula.
const COUNTERPARTIES: &str = "\
ref;code;name;inn;kpp
6f9619ff-8b86-d011-b42d-00cf4fc964f1;000000001;ООО «Яндекс»;7736207543;770401001
6f9619ff-8b86-d011-b42d-00cf4fc964f2;000000002;ПАО Сбербанк;7707083893;773601001
6f9619ff-8b86-d011-b42d-00cf4fc964f3;000000003;=ООО «Ошибка»;7736207544;770401001
";

async fn loaded() -> Place {
    let place = Place::open().await;
    std::fs::write(place.folder.path().join("контрагенты.csv"), COUNTERPARTIES).expect("the folder is ours");
    place.run(&["load", "контрагенты.csv"]);
    place
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

#[tokio::test(flavor = "multi_thread")]
async fn sides_that_agree_have_no_differences_and_it_exits_with_0() {
    let place = Place::open().await;
    let two = COUNTERPARTIES.lines().take(3).collect::<Vec<_>>().join("\n");
    std::fs::write(place.folder.path().join("двое.csv"), two).unwrap();
    place.run(&["load", "двое.csv"]);

    let Ran { code, out, err } = place.run(&["reconcile", "--heal"]);

    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("Сверено: 2 контрагента. Портал прочитан целиком"), "{out}");
    assert!(out.contains("Расхождений нет."), "{out}");
    let status = place.run(&["status"]).out;
    assert!(status.contains("Последняя сверка: ") && status.contains("расхождений 0"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_person_is_told_and_it_exits_with_3() {
    let place = loaded().await;
    let employee = place.portal.employee();
    let requisite = place.portal.requisites_with_inn("7736207543")[0].clone();
    employee.edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();

    let told = place.run(&["reconcile"]);
    let listed = place.run(&["reconcile", "--json"]);

    assert_eq!((told.code, listed.code), (Some(3), Some(3)), "{}{}", told.out, told.err);
    for part in ["Нет в Битрикс24", "7736207544", "в 1С: 770401001", "в Битрикс24: 997950001", "в пути"]
    {
        assert!(told.out.contains(part), "{part}: {}", told.out);
    }
    let listed = document(&listed);
    let mut kinds: Vec<_> = listed["discrepancies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| format!("{} {} {}", found["kind"], found["standing"], found["reason"]).replace('"', ""))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["different under-way null", "missing-in-bitrix24 waits invalid-inn"]);
    assert_eq!(listed["summary"]["discrepancies"], 2, "{listed:#}");
    assert_eq!(listed["summary"]["needs_person"], 1, "{listed:#}");
    assert_eq!(listed["summary"]["portal_read"], true, "{listed:#}");
    assert_eq!(place.status()["reconciled"]["needs_person"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn excel_gets_a_table_and_a_workbook_and_no_formula() {
    let place = loaded().await;

    let ran = place.run(&["reconcile", "--csv", "сверка.csv", "--xlsx", "сверка.xlsx"]);

    assert!(ran.out.contains("Все расхождения: сверка.csv, сверка.xlsx"), "{}", ran.out);
    let table = std::fs::read_to_string(place.folder.path().join("сверка.csv")).unwrap();
    assert!(table.starts_with("\u{feff}Что;Как обстоит;Нужен человек;Контрагент;ИНН;"), "{table}");
    assert!(table.contains("Нет в Битрикс24;ждёт;да;'=ООО «Ошибка»;7736207544;000000003;"), "{table}");
    let rows = workbook(&place.folder.path().join("сверка.xlsx"));
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0][..4], ["Что", "Как обстоит", "Нужен человек", "Контрагент"]);
    assert_eq!(rows[1][..6], ["Нет в Битрикс24", "ждёт", "да", "=ООО «Ошибка»", "7736207544", "000000003"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_is_told_before_the_work() {
    let place = loaded().await;
    place.portal.reset_counters();

    let Ran { code, err, .. } = place.run(&["reconcile", "--xlsx", "нет/сверка.xlsx"]);

    assert_eq!(code, Some(1));
    assert!(err.contains("нет/сверка.xlsx"), "{err}");
    assert_eq!(place.portal.http_requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_is_down_cannot_be_reconciled_and_the_cure_is_told() {
    let place = loaded().await;
    place.portal.stop().await;

    let Ran { code, err, .. } = place.run(&["reconcile"]);

    assert_eq!(code, Some(1));
    assert!(err.contains("портал не прочитан") && err.contains("parom doctor"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_the_service_it_leaves_the_portal_to_it_and_tells_what_is_known() {
    let place = loaded().await;
    let _service = place.serve();

    let told = place.run(&["reconcile", "--heal"]);
    let listed = document(&place.run(&["reconcile", "--json"]));

    assert_eq!(told.code, Some(3), "{}{}", told.out, told.err);
    assert!(told.out.contains("полное сравнение заказано"), "{}", told.out);
    assert_eq!(listed["summary"]["portal_read"], false, "{listed:#}");
    assert_eq!(listed["discrepancies"][0]["reason"], "invalid-inn", "{listed:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_for_everything_1c_hears_it_at_its_hello_until_it_has_shown_all() {
    let place = Place::open().await;
    let service = place.serve();
    let connection = service.connection();
    let mut onec = OneC::generated(5, 3, Arc::new(SystemClock));
    onec.push_all(&connection).await.unwrap();
    let asked = place.run(&["reconcile", "--ask-1c"]);
    assert!(asked.out.contains("1С попросим показать всё"), "{}", asked.out);

    for _ in 0..2 {
        assert_eq!(said(&onec.hello(&connection).await.unwrap()), "true");
    }
    let push = onec.push_all(&connection).await.unwrap();

    assert_eq!((push.accepted, push.unchanged), (0, 5));
    assert_eq!(said(&onec.hello(&connection).await.unwrap()), "false");
    let known = document(&place.run(&["reconcile", "--json"]));
    assert_eq!(known["summary"]["asked_onec"]["shown"], 5, "{known:#}");
}

/// JSON or XML, as the emulated 1C speaks.
fn said(greeting: &Value) -> String {
    greeting["show_all"].to_string().replace('"', "")
}

fn workbook(path: &Path) -> Vec<Vec<String>> {
    let mut workbook: Xlsx<_> = open_workbook(path).expect("Excel would open it");
    let sheet = workbook.worksheet_range("Расхождения").expect("the sheet is there");
    sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}
