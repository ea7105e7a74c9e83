//! The first load: a file is uploaded, planned, looked at, loaded.

use axum::http::StatusCode;
use store::{AuditFilter, AuditResult};

use crate::browser::Browser;
use crate::office::Office;

const FILE: &str = "6f9619ff-8b86-d011-b42d-000000000001;ООО «Ромашка»;7736207543\n\
                    6f9619ff-8b86-d011-b42d-000000000002;ЗАО «Лютик»;7736207544\n\
                    это не запись\n";

async fn planned(office: &Office, olga: &mut Browser) -> String {
    let answer = olga.uploads("/load", "/load/file", "клиенты.csv", FILE).await;
    let plan = answer.redirect().expect("a page of the plan");
    assert!(plan.starts_with("/jobs/"), "{plan}");
    office.works().await;
    plan
}

#[tokio::test]
async fn a_file_is_planned_with_counts_and_samples_and_then_loaded() {
    let office = Office::with_portal().await;
    let mut olga = office.signed_in("olga").await;

    let plan = planned(&office, &mut olga).await;
    let page = olga.opens(&plan).await;
    let text = page.text();
    assert!(text.contains("Прочитано: 2 записи"), "{text}");
    assert!(text.contains("| Будут созданы в Битрикс24 | 1"), "{text}");
    assert!(text.contains("| Будут ждать: Неверный ИНН | 1"), "{text}");
    assert!(text.contains("| Не прочитаны | 1") && text.contains("это не запись"), "{text}");
    assert_eq!(
        office.store.tallies().await.expect("the database is ours").links,
        0,
        "nothing is written yet"
    );
    insta::assert_snapshot!("a_plan", text);

    let apply = page.attributes("action").into_iter().find(|to| to.ends_with("/apply")).expect("a button");
    let load = olga.posts(&plan, &apply, &[]).await.redirect().expect("a page of the load");
    office.works().await;
    assert_eq!(office.store.tallies().await.expect("the database is ours").links, 2);
    let text = olga.opens(&load).await.text();
    assert!(text.contains("Приняты: 1") && text.contains("Ждут человека: 1"), "{text}");
    assert!(text.contains("идёт записи передаются в Битрикс24"), "{text}");

    let audit = office.store.audit_entries(&AuditFilter::default(), None, 10).await;
    let acts: Vec<String> = audit.expect("the database is ours").into_iter().map(|entry| entry.act).collect();
    assert!(acts.contains(&"planned".to_owned()) && acts.contains(&"loaded".to_owned()), "{acts:?}");
}

#[tokio::test]
async fn a_file_that_nobody_can_read_is_refused_before_it_is_taken() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    let answer = olga.uploads("/load", "/load/file", "клиенты.docx", "что угодно").await;

    assert_eq!(answer.redirect().as_deref(), Some("/load"));
    assert!(olga.opens("/load").await.text().contains("выгрузите контрагентов в .csv"));
    assert!(office.store.uploads().await.expect("the database is ours").is_empty());
    let audit = office.store.audit_entries(&AuditFilter::default(), None, 10).await;
    let audit = audit.expect("the database is ours");
    assert!(audit.iter().any(|entry| entry.act == "planned" && entry.result == AuditResult::Refused));
}

#[tokio::test]
async fn an_empty_file_and_a_form_without_one_are_told() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    olga.uploads("/load", "/load/file", "клиенты.csv", "").await;
    assert!(olga.opens("/load").await.text().contains("Файл пуст"));
    olga.uploads("/load", "/load/file", "", "").await;
    assert!(olga.opens("/load").await.text().contains("Файл не выбран"));
    assert!(office.engine.open_jobs().await.expect("the database is ours").is_empty());
}

#[tokio::test]
async fn a_file_is_kept_only_behind_the_token_of_the_session() {
    const FIELD: &str = "name=\"file\"; filename=\"клиенты.csv\"";
    const TOKEN: &str = "name=\"csrf\"";
    let office = Office::with_people().await;
    let mut anna = office.signed_in("anna").await;
    let strange = anna.opens("/load").await.csrf();
    let mut olga = office.signed_in("olga").await;
    let own = olga.opens("/load").await.csrf();
    let long = "x".repeat(1_000_000);

    let refused: [&[(&str, &str)]; 6] = [
        &[(FIELD, FILE)],
        &[(TOKEN, ""), (FIELD, FILE)],
        &[(TOKEN, &strange), (FIELD, FILE)],
        &[(TOKEN, &long), (FIELD, FILE)],
        // The token has to come before anything is kept.
        &[(FIELD, FILE), (TOKEN, &own)],
        &[("name=\"token\"", &own), (FIELD, FILE)],
    ];
    for parts in refused {
        let answer = olga.sends_parts("/load/file", parts).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{:?}",
            parts.iter().map(|part| part.0).collect::<Vec<_>>()
        );
    }
    let right: &[(&str, &str)] = &[(TOKEN, &own), (FIELD, FILE)];
    olga.headers.push(("origin", "https://example.com".to_owned()));
    assert_eq!(olga.sends_parts("/load/file", right).await.status, StatusCode::FORBIDDEN, "another site");
    olga.headers.clear();
    assert!(office.store.uploads().await.expect("the database is ours").is_empty());

    let answer = olga.sends_parts("/load/file", right).await;
    assert!(answer.redirect().is_some_and(|to| to.starts_with("/jobs/")), "the right one is taken");
}

#[tokio::test]
async fn a_form_of_parts_opens_no_other_action() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;
    let own = olga.opens("/load").await.csrf();

    let answer = olga.sends_parts("/load/ask", &[("name=\"csrf\"", &own)]).await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(office.engine.asked_to_show_all().await.expect("the database is ours").is_none());
}

#[tokio::test]
async fn a_viewer_sends_no_file() {
    let office = Office::with_people().await;
    let mut viktor = office.signed_in("viktor").await;

    let answer = viktor.uploads("/me", "/load/file", "клиенты.csv", FILE).await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(office.store.uploads().await.expect("the database is ours").is_empty());
}

#[tokio::test]
async fn a_plan_that_is_none_is_not_carried_out() {
    let office = Office::with_people().await;
    let job = office.job_asked_for().await;
    let mut olga = office.signed_in("olga").await;

    let answer = olga.posts("/me", &format!("/load/{job}/apply"), &[]).await;

    assert_eq!(answer.redirect(), Some(format!("/jobs/{job}")));
    assert_eq!(office.engine.open_jobs().await.expect("the database is ours").len(), 1);
}

#[tokio::test]
async fn onec_is_asked_to_show_everything() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    olga.posts("/load", "/load/ask", &[]).await;

    let text = olga.opens("/load").await.text();
    assert!(text.contains("ждём 1С"), "{text}");
    assert!(!text.contains("«Попросить 1С показать всё»"), "it is asked once: {text}");
}
