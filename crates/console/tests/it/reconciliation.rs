//! Both sides compared: begun, watched, read, put right, taken away, printed.

use std::io::Cursor;

use axum::http::StatusCode;
use calamine::{Reader, Xlsx};
use domain::{Side, SignedDuration};
use store::{AuditFilter, DeedKind};

use crate::office::Office;

async fn compared() -> (Office, String) {
    let mut office = Office::with_people().await;
    office.missed("ООО «Ландыш»").await;
    office.missed("=ООО «Формула»").await;
    let run = office.compared().await;
    (office, format!("/reconciliation/{run}"))
}

#[tokio::test]
async fn an_operator_begins_it_and_watches_it() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    let answer =
        olga.posts("/reconciliation", "/reconciliation", &[("heals", "yes"), ("asks_onec", "yes")]).await;
    assert_eq!(answer.redirect().as_deref(), Some("/reconciliation"));
    office.works().await;

    let page = olga.opens("/reconciliation").await;
    assert!(page.text().contains("идёт читается портал"), "{}", page.text());
    assert!(page.body.contains("hx-trigger=\"every 1s\""));
    assert!(office.engine.asked_to_show_all().await.expect("the database is ours").is_some());
    let job = &office.engine.open_jobs().await.expect("the database is ours")[0];
    let text = olga.opens(&format!("/jobs/{}", job.id)).await.text();
    assert!(text.contains("с отправкой пропущенного, 1С показывает всё снова"), "{text}");

    let second = olga.posts("/me", "/reconciliation", &[]).await;
    assert_eq!(second.redirect().as_deref(), Some("/reconciliation"));
    assert!(olga.opens("/reconciliation").await.text().contains("Уже идёт: Сверка"));
}

#[tokio::test]
async fn what_nobody_carries_is_sent_and_the_run_knows_it() {
    let (office, page) = compared().await;
    let mut olga = office.signed_in("olga").await;
    let before = olga.opens(&page).await.text();
    assert!(before.contains("Отправить всё (2)"), "{before}");

    let answer = olga.posts(&page, &format!("{page}/heal"), &[("kind", "different")]).await;
    let job = answer.redirect().expect("a page of the job");
    office.works().await;

    let text = olga.opens(&job).await.text();
    assert!(text.contains("готово 2 из 2") && text.contains("Передаются: 2"), "{text}");
    let after = olga.opens(&page).await.text();
    assert!(!after.contains("Отправить всё"), "{after}");
    assert!(after.contains("| Различается | отправлено сейчас | 2"), "{after}");
    assert!(!after.contains("Нужен человек"), "{after}");
    let under_way = office.store.tallies().await.expect("the database is ours").of(Side::Bitrix).due;
    assert_eq!(under_way, 2);
    let deeds = office.store.deeds(None, 10).await.expect("the database is ours");
    assert!(
        deeds.len() == 2 && deeds.iter().all(|deed| deed.kind == DeedKind::SentAgain && deed.by == "olga")
    );
    let audit = office.store.audit_entries(&AuditFilter::default(), None, 10).await;
    let audit = audit.expect("the database is ours");
    assert!(audit.iter().any(|entry| entry.act == "healed" && entry.login == "olga"));
}

#[tokio::test]
async fn a_number_leads_to_its_rows_and_a_filter_to_fewer() {
    let (office, page) = compared().await;
    let mut viktor = office.signed_in("viktor").await;

    let all = viktor.opens(&page).await;
    let links = all.attributes("href");
    let rows = format!("{page}?kind=different&standing=missed");
    assert!(links.contains(&rows), "{links:#?}");
    assert!(!all.text().contains("Отправить всё"), "a viewer may not");

    assert!(viktor.opens(&rows).await.text().contains("ООО «Ландыш»"));
    let none = viktor.opens(&format!("{page}?kind=missing-in-1c")).await.text();
    assert!(none.contains("Таких расхождений нет"), "{none}");
}

#[tokio::test]
async fn a_long_list_goes_on_behind_its_last_row() {
    let mut office = Office::with_people().await;
    for number in 0..53 {
        office.missed(&format!("ООО «Номер {number}»")).await;
    }
    let page = format!("/reconciliation/{}", office.compared().await);
    let mut viktor = office.signed_in("viktor").await;

    let first = viktor.opens(&page).await;
    let next = first.attributes("href").into_iter().find(|href| href.contains("after=")).expect("it goes on");
    let second = viktor.opens(&next).await.text();

    assert_eq!(second.matches("ООО «Номер").count(), 3, "{second}");
    assert!(second.contains("К началу") && !second.contains("Дальше"), "{second}");
}

#[tokio::test]
async fn it_is_taken_away_as_the_command_line_writes_it() {
    let (office, page) = compared().await;
    let mut viktor = office.signed_in("viktor").await;

    let csv = viktor.opens(&format!("{page}/export.csv?kind=different")).await;
    let text = csv.body.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut lines = text.lines();
    assert!(
        lines.next().is_some_and(|heads| heads.starts_with("Что;Как обстоит;Нужен человек;Контрагент;ИНН"))
    );
    assert!(text.contains("Различается;никто не везёт;да;'=ООО «Формула»;7736000027;"), "{text}");
    assert!(csv.header("content-disposition").contains("2026-11-28.csv"));

    let xlsx = viktor.opens(&format!("{page}/export.xlsx")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.content)).expect("a workbook");
    assert_eq!(book.worksheet_range("Расхождения").expect("a sheet").height(), 3);
}

#[tokio::test]
async fn a_place_among_those_who_write_tables_is_given_back() {
    let (office, page) = compared().await;
    let mut viktor = office.signed_in("viktor").await;

    for _ in 0..5 {
        let answer = viktor.opens(&format!("{page}/export.csv")).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_run_that_was_interrupted_says_so() {
    let office = Office::with_people().await;
    let run = office.engine.reconcile(engine::Healing::Look).await.expect("the database is ours").run();
    let mut viktor = office.signed_in("viktor").await;

    assert!(viktor.opens("/reconciliation").await.text().contains("| идёт |"));
    office.clock.advance(SignedDuration::from_mins(11));
    assert!(viktor.opens("/reconciliation").await.text().contains("| прервана |"));
    assert!(viktor.opens(&format!("/reconciliation/{run}")).await.text().contains("прервана"));
    assert_eq!(viktor.opens("/reconciliation/777").await.status, StatusCode::NOT_FOUND);
}
