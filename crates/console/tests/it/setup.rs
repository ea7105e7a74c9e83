//! The way from nothing to a running Parom: where each step stands, what administrators do on it, how the page hears of
//! what has changed.

use axum::http::{Method as Verb, StatusCode};
use bitrix::SystemClock;
use console::Act;
use domain::{Clock, SignedDuration};
use engine::Task;
use insta::assert_snapshot;
use store::AuditFilter;

use crate::browser::{Answer, Browser};
use crate::office::Office;

/// Longer than the portal beside the test takes for thirty answers.
const LOOKS_MAX: u32 = 1_000;

/// The page once somebody has looked at the portal.
async fn looked(browser: &mut Browser) -> Answer {
    for _ in 0..LOOKS_MAX {
        let page = browser.opens("/setup").await;
        if !page.text().contains("Паром спрашивает портал") {
            return page;
        }
        SystemClock.sleep(SignedDuration::from_millis(10)).await;
    }
    panic!("nobody has looked: {}", browser.opens("/setup").await.text());
}

/// How the steps stand, in words.
fn stages(page: &Answer) -> Vec<String> {
    let heads = page.text();
    let heads = heads.lines().filter(|line| line.starts_with("# ") && line.contains(". "));
    heads.map(|line| line.rsplit(' ').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_page_that_nobody_has_opened_yet_does_not_wait_for_the_portal() {
    let office = Office::with_people().await;
    let mut anna = office.signed_in("anna").await;
    assert_snapshot!(anna.opens("/setup").await.text());
}

#[tokio::test]
async fn a_portal_that_does_not_answer() {
    let office = Office::with_people().await;
    let mut anna = office.signed_in("anna").await;
    assert_snapshot!(looked(&mut anna).await.text());
}

#[tokio::test]
async fn a_webhook_without_its_right() {
    let office = Office::with_portal().await;
    office.portal().set_scopes(&["im"]);
    let mut anna = office.signed_in("anna").await;
    let page = looked(&mut anna).await;

    assert_eq!(stages(&page)[..3], ["готово", "сейчас", "потом"], "{}", page.text());
    assert!(page.text().contains("добавьте право «CRM»"), "{}", page.text());

    office.portal().set_scopes(&["crm", "im"]);
    let again = anna.posts("/setup", "/setup/look", &[]).await;
    assert_eq!(again.redirect().as_deref(), Some("/setup"));
    assert_eq!(stages(&looked(&mut anna).await)[..3], ["готово", "готово", "сейчас"]);
}

#[tokio::test]
async fn fields_that_are_missing_are_made_with_a_button_and_the_audit_knows_it() {
    let office = Office::with_portal().await;
    let mut anna = office.signed_in("anna").await;
    assert_snapshot!("fields_are_missing", looked(&mut anna).await.text());

    let made = anna.posts("/setup", "/setup/fields", &[]).await;

    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    assert_snapshot!("fields_were_made", made.text());
    assert_eq!(stages(&looked(&mut anna).await)[..4], ["готово", "готово", "готово", "сейчас"]);
    let audit =
        office.store.audit_entries(&AuditFilter::default(), None, 10).await.expect("the database is ours");
    let entry = audit.iter().find(|entry| entry.act == Act::MadeFields.as_str()).expect("an entry");
    assert!(entry.detail.starts_with("создано "), "{entry:?}");
    let again = anna.posts("/setup", "/setup/fields", &[]).await;
    assert!(again.text().contains("уже есть всё"), "{}", again.text());
}

#[tokio::test]
async fn one_c_that_comes_with_a_wrong_password_is_told_of() {
    let office = Office::with_portal().await;
    office.engine.setup().await.expect("the portal answers");
    office.engine.onec_was_refused(office.clock.now() - SignedDuration::from_secs(20));
    let mut anna = office.signed_in("anna").await;
    assert_snapshot!(looked(&mut anna).await.text());
}

#[tokio::test]
async fn one_c_has_introduced_itself_and_the_plan_is_next() {
    let office = Office::with_portal().await;
    office.engine.setup().await.expect("the portal answers");
    office.onec_called().await;
    let mut anna = office.signed_in("anna").await;
    assert_snapshot!(looked(&mut anna).await.text());
}

#[tokio::test]
async fn the_way_has_been_gone() {
    let mut office = Office::with_portal().await;
    office.engine.setup().await.expect("the portal answers");
    office.onec_called().await;
    office.disputed().await;
    let mut anna = office.signed_in("anna").await;
    let page = looked(&mut anna).await;

    assert_snapshot!(page.text());
    assert!(!page.body.contains("every 2s"), "nothing is waited for any more");
    let links = page.attributes("href");
    assert_eq!(links.iter().filter(|link| *link == "/setup").count(), 0, "it has left the navigation");
    assert!(anna.opens("/settings").await.attributes("href").contains(&"/setup".to_owned()));
}

#[tokio::test]
async fn an_open_page_hears_of_what_has_changed_without_losing_what_is_typed() {
    let office = Office::with_portal().await;
    let mut anna = office.signed_in("anna").await;
    let page = looked(&mut anna).await;
    let asks =
        page.attributes("hx-get").into_iter().find(|link| link.starts_with("/setup?seen=")).expect("a box");
    anna.headers = vec![("hx-request", "true".to_owned()), ("hx-target", "now".to_owned())];

    let same = anna.asks(Verb::GET, &asks, None).await;
    assert!(same.body.contains("every 2s") && !same.body.contains("hx-trigger=\"load\""), "{}", same.body);

    office.onec_called().await;
    office.clock.advance(SignedDuration::from_secs(3));
    let news = anna.asks(Verb::GET, &asks, None).await;
    assert!(news.body.contains("hx-trigger=\"load\""), "{}", news.body);
}

#[tokio::test]
async fn a_plan_under_way_is_shown_with_its_page() {
    let office = Office::with_portal().await;
    let mut olga = office.signed_in("olga").await;
    let file = "0b7e0b52-7a30-4f0e-9d3a-5a1c2f3d4e5f;ООО «Тензор»;7605016030\n";
    let planned = olga.uploads("/load", "/load/file", "clients.csv", file).await;
    let job = planned.redirect().expect("a page of the job");
    let mut anna = office.signed_in("anna").await;

    let page = looked(&mut anna).await;

    assert!(page.attributes("href").contains(&job), "{}", page.text());
    let open = office.engine.open_jobs().await.expect("the database is ours");
    assert!(open.iter().any(|job| matches!(job.task, Some(Task::Plan { .. }))));
}

#[tokio::test]
async fn it_is_for_administrators_and_everybody_else_is_told_who_does_it() {
    let office = Office::with_portal().await;
    let mut olga = office.signed_in("olga").await;

    assert_eq!(olga.opens("/setup").await.status, StatusCode::FORBIDDEN);
    for action in ["/setup/look", "/setup/fields"] {
        let refused = olga.posts("/me", action, &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    }
    let overview = olga.opens("/").await;
    assert!(overview.text().contains("Настройку закончит администратор"), "{}", overview.text());
    assert!(!overview.attributes("href").contains(&"/setup".to_owned()));

    let mut anna = office.signed_in("anna").await;
    let overview = anna.opens("/").await;
    assert!(overview.text().contains("Продолжить настройку"), "{}", overview.text());
    assert_eq!(overview.attributes("href").iter().filter(|link| *link == "/setup").count(), 2);
}
