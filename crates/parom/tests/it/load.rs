//! `load`, `plan` and what one does with the records that wait, as commands.

use serde_json::Value;

use crate::support::{Place, Ran, parom, ran};

/// Nine records of ten cross: one that is wrong, and one that doubles another.
const COUNTERPARTIES: &str = "\
    ref;code;name;inn;kpp;legal_address;phones
6f9619ff-8b86-d011-b42d-00cf4fc964f1;000000001;ООО «Яндекс»;7736207543;770401001;119021, г. Москва, ул. Льва Толстого, д. 16;+7 495 739-70-00
6f9619ff-8b86-d011-b42d-00cf4fc964f2;000000002;ПАО Сбербанк;7707083893;773601001;117312, г. Москва, ул. Вавилова, д. 19;
6f9619ff-8b86-d011-b42d-00cf4fc964f3;000000003;ООО «Ошибка»;7736207544;770401001;;
6f9619ff-8b86-d011-b42d-00cf4fc964f4;000000004;Яндекс ООО (дубль);7736207543;770401001;;
не GUID;000000005;ООО «Без ссылки»;7707083893;;;
";

async fn place_with_file() -> Place {
    let place = Place::open().await;
    std::fs::write(place.folder.path().join("контрагенты.csv"), COUNTERPARTIES).expect("the folder is ours");
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_makes_companies_parks_what_is_wrong_and_exits_with_3() {
    let place = place_with_file().await;

    let Ran { code, out, err } = place.run(&["load", "контрагенты.csv"]);

    assert_eq!(code, Some(3), "{out}{err}");
    assert_eq!(place.inns(), ["7707083893", "7736207543"]);
    for told in ["Неверный ИНН", "Повтор ИНН в 1С", "строка 6", "Приём из файла", "Передача в Битрикс24"]
    {
        assert!(out.contains(told) || err.contains(told), "{told}:\n{out}{err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_load_crosses_by_way_of_postgresql() {
    let Ok(url) = std::env::var("PAROM_TEST_POSTGRES_URL") else {
        panic!("no PAROM_TEST_POSTGRES_URL: scripts/postgres-for-tests cargo test -p parom");
    };
    let place = place_with_file().await;

    for known in [0, 4] {
        let mut load = parom(place.folder.path());
        load.args(["load", "контрагенты.csv", "--json"]).env("PAROM_STORE__URL", &url);
        let Ran { code, out, err } = ran(&mut load);

        assert_eq!(code, Some(3), "{out}{err}");
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
        assert_eq!(report["read"]["known"], known, "{report:#}");
        assert_eq!(place.inns(), ["7707083893", "7736207543"]);
    }
    assert!(!place.folder.path().join("parom.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_load_again_writes_nothing() {
    let place = place_with_file().await;
    place.run(&["load", "контрагенты.csv"]);
    place.portal.reset_counters();

    let Ran { out, err, .. } = place.run(&["load", "контрагенты.csv", "--json"]);

    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    assert_eq!(report["read"]["records"], 4, "{report:#}");
    assert_eq!(report["read"]["known"], 4, "{report:#}");
    assert_eq!(place.portal.writes(), 0);
    assert_eq!(place.portal.http_requests(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_counts_and_writes_a_sheet_but_nothing_into_the_portal() {
    let place = place_with_file().await;

    let Ran { code, out, err } = place.run(&["plan", "контрагенты.csv", "--out", "план.csv", "--json"]);

    assert_eq!(code, Some(3), "{out}{err}");
    let plan: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    assert_eq!((&plan["create"], &plan["bad"]), (&2.into(), &1.into()), "{plan:#}");
    assert_eq!(plan["parked"]["Неверный ИНН"], 1, "{plan:#}");
    assert_eq!(place.portal.writes(), 0);
    assert_eq!(place.status()["counterparties"], 0);
    let sheet = std::fs::read_to_string(place.folder.path().join("план.csv")).unwrap();
    assert!(sheet.starts_with("\u{feff}Действие;Контрагент;ИНН;"), "{sheet}");
    assert!(sheet.contains("создать;ООО «Яндекс»;7736207543;000000001;"), "{sheet}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_after_the_load_shows_the_differences_field_by_field() {
    let place = place_with_file().await;
    place.run(&["load", "контрагенты.csv"]);
    let changed = COUNTERPARTIES.replace("ул. Вавилова, д. 19", "ул. Вавилова, д. 20");
    std::fs::write(place.folder.path().join("новые.csv"), changed).unwrap();

    let Ran { out, err, .. } = place.run(&["plan", "новые.csv", "--json"]);

    let plan: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    assert_eq!((&plan["update"], &plan["nothing"]), (&1.into(), &1.into()), "{plan:#}");
    let difference = &plan["first_differences"][0];
    assert_eq!(difference["field"], "юридический адрес");
    assert!(difference["now"].as_str().unwrap().ends_with("д. 19"), "{plan:#}");
    assert!(difference["then"].as_str().unwrap().ends_with("д. 20"), "{plan:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_records_are_listed_retried_and_dropped() {
    let place = place_with_file().await;
    place.run(&["load", "контрагенты.csv"]);

    let listed = place.run(&["parked", "list", "--json"]);
    assert_eq!(listed.code, Some(3));
    let lines: Vec<Value> = listed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut reasons: Vec<_> = lines.iter().map(|line| line["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["duplicate-in-one-c", "invalid-inn"]);

    let number = lines[0]["delivery"].as_str().unwrap();
    let dropped = place.run(&["parked", "drop", number, "--why", "не нужен"]);
    assert_eq!(dropped.code, Some(0), "{}", dropped.err);
    let again = place.run(&["parked", "drop", number]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains(number), "{}", again.err);

    let retried = place.run(&["parked", "retry", "--all"]);
    assert!(retried.out.contains("Ждут по-прежнему, причина не устранена: 1 запись"), "{}", retried.out);
    assert_eq!(retried.code, Some(3), "nothing goes around the gates because a person insists");
    let dropped = place.run(&["parked", "drop", "--all", "--why", "не нужны"]);
    assert!(dropped.out.contains("Больше не ждут: 1 запись"), "{}", dropped.out);
    assert_eq!(place.run(&["parked", "list"]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_explained_sent_again_and_parted_from_the_command_line() {
    let place = place_with_file().await;
    place.run(&["load", "контрагенты.csv"]);
    let company = place.portal.companies()[0].id;
    let inn = place.portal.requisites()[0].get("RQ_INN").to_owned();

    let shown = place.run(&["record", "show", &inn, "--json"]);
    let fields: Vec<Value> = serde_json::from_str(&shown.out).unwrap_or_else(|_| panic!("{shown:?}"));
    let field = fields.iter().find(|field| field["field"] == "inn").expect("the ИНН");
    assert_eq!((field["same"].as_bool(), field["origin"].as_str()), (Some(true), Some("onec")));
    let sent = place.run(&["record", "send", &inn, "--to", "bitrix24"]);
    assert_eq!(sent.code, Some(0), "{}", sent.err);
    let taken = place.run(&["record", "take", &inn, "--from", "1c"]);
    assert_eq!(taken.code, Some(1));
    assert!(taken.err.contains("одно и то же"), "{}", taken.err);
    assert_eq!(place.run(&["record", "unlink", &inn]).code, Some(0));
    let history = place.run(&["record", "history", &inn]);
    for part in ["Связь разорвана", "Отправлено снова", "parom CLI"] {
        assert!(history.out.contains(part), "{}", history.out);
    }
    let joined = place.run(&["record", "link", &inn, "--company", &company.to_string()]);
    assert!(joined.code == Some(0) || joined.err.contains("Паром не знает"), "{joined:?}");
    assert_eq!(place.run(&["record", "show", "нет такой"]).code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_makes_what_is_missing_once_and_doctor_has_nothing_bad_to_say() {
    let place = Place::open().await;

    let first = place.run(&["setup"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    let writes = place.portal.writes();
    let second = place.run(&["setup"]);
    assert_eq!(second.code, Some(0));
    assert_eq!(place.portal.writes(), writes, "{}", second.out);

    let doctor = place.run(&["doctor", "--json"]);
    let findings: Vec<Value> = serde_json::from_str(&doctor.out).unwrap();
    assert!(findings.iter().all(|finding| finding["severity"] != "bad"), "{findings:#?}");
    assert_eq!(doctor.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_of_a_dead_portal_exits_with_1_and_says_where_to_look() {
    let place = Place::open().await;
    place.portal.stop().await;

    let Ran { code, out, .. } = place.run(&["doctor"]);

    assert_eq!(code, Some(1));
    assert!(out.contains("плохо") && out.contains("webhook_url"), "{out}");
}
