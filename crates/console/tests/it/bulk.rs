//! Many records at once: tried again, given up, taken away as a table.

use std::io::Cursor;

use axum::http::StatusCode;
use calamine::{Reader, Xlsx};
use domain::{ReasonCode, SignedDuration};
use store::{AuditFilter, DeedKind, HeldFilter, HeldKind};

use crate::office::Office;

const GROUP: &str = "/held/bitrix/duplicate-in-one-c";

async fn two_wait() -> Office {
    let mut office = Office::with_people().await;
    office.parked(ReasonCode::DuplicateInOneC, "ЗАО «Лютик»").await;
    office.clock.advance(SignedDuration::from_mins(10));
    office.parked(ReasonCode::DuplicateInOneC, "=HYPERLINK(\"x\")").await;
    office.clock.advance(SignedDuration::from_secs(1));
    office
}

async fn waiting(office: &Office) -> i64 {
    let filter = HeldFilter::group(HeldKind::ToBitrix, ReasonCode::DuplicateInOneC);
    office.store.held_count(&filter).await.expect("the database is ours")
}

async fn audit(office: &Office) -> Vec<(String, String)> {
    let entries = office.store.audit_entries(&AuditFilter::default(), None, 10).await;
    let entries = entries.expect("the database is ours").into_iter();
    entries.map(|entry| (entry.act, entry.subject)).collect()
}

#[tokio::test]
async fn all_of_a_cause_are_given_up_with_a_reason_that_each_of_them_keeps() {
    let office = two_wait().await;
    let mut olga = office.signed_in("olga").await;

    let why = [("since", ""), ("why", "закрытые филиалы")];
    let answer = olga.posts(GROUP, &format!("{GROUP}/give-up-all"), &why).await;
    let job = answer.redirect().expect("a page of the job");
    assert!(job.starts_with("/jobs/"), "{job}");
    assert!(olga.opens(&job).await.text().contains("ждёт начала"));
    assert_eq!(waiting(&office).await, 2, "nobody has begun");
    office.works().await;

    assert_eq!(waiting(&office).await, 0);
    let text = olga.opens(&job).await.text();
    assert!(text.contains("готово 2 из 2") && text.contains("Сняты с передачи: 2"), "{text}");
    assert!(text.contains("закрытые филиалы"), "{text}");
    let deeds = office.store.deeds(None, 10).await.expect("the database is ours");
    assert_eq!(deeds.len(), 2);
    for deed in deeds {
        assert_eq!((deed.kind, deed.by.as_str()), (DeedKind::Dropped, "olga"));
        assert!(deed.said.contains("закрытые филиалы"), "{}", deed.said);
    }
    let audit = audit(&office).await;
    assert!(audit.iter().any(|(act, of)| act == "gave-up-all" && of.contains("филиалы")), "{audit:?}");
}

#[tokio::test]
async fn only_what_waits_since_a_moment_is_meant() {
    let office = two_wait().await;
    let mut olga = office.signed_in("olga").await;

    let filtered = olga.opens(&format!("{GROUP}?since=2026-11-28T12:05")).await.text();
    assert!(filtered.contains("Повторить все, что ждёт с 28.11.2026 12:05:00 (1)"), "{filtered}");
    let why = [("since", "2026-11-28T12:05"), ("why", "ошибка выгрузки")];
    olga.posts(GROUP, &format!("{GROUP}/give-up-all"), &why).await;
    office.works().await;

    assert_eq!(waiting(&office).await, 1);
}

#[tokio::test]
async fn a_job_that_somebody_stops_does_no_more() {
    let office = two_wait().await;
    let mut olga = office.signed_in("olga").await;

    let answer = olga.posts(GROUP, &format!("{GROUP}/retry-all"), &[("since", "")]).await;
    let job = answer.redirect().expect("a page of the job");
    olga.posts(&job, &format!("{job}/cancel"), &[]).await;
    office.works().await;

    let text = olga.opens(&job).await.text();
    assert!(text.contains("остановлено"), "{text}");
    let again = olga.posts("/me", &format!("{job}/cancel"), &[]).await;
    assert_eq!(again.redirect().as_deref(), Some(job.as_str()));
    assert!(olga.opens(&job).await.text().contains("уже закончилось"));
    assert!(office.store.deeds(None, 10).await.expect("the database is ours").is_empty());
}

#[tokio::test]
async fn giving_up_without_a_reason_begins_nothing() {
    let office = two_wait().await;
    let mut olga = office.signed_in("olga").await;

    let answer = olga.posts(GROUP, &format!("{GROUP}/give-up-all"), &[("since", ""), ("why", " ")]).await;

    assert_eq!(answer.redirect().as_deref(), Some(GROUP));
    assert!(office.engine.open_jobs().await.expect("the database is ours").is_empty());
}

#[tokio::test]
async fn a_moment_that_is_none_is_told() {
    let office = two_wait().await;
    let mut olga = office.signed_in("olga").await;

    let answer = olga.posts(GROUP, &format!("{GROUP}/retry-all"), &[("since", "вчера")]).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("«вчера» не дата и время"), "{}", answer.text());
}

#[tokio::test]
async fn everything_that_waits_is_tried_again_after_an_outage() {
    let office = two_wait().await;
    let mut olga = office.signed_in("olga").await;

    let answer = olga.posts("/held", "/held/retry", &[("since", "2026-11-28T12:05")]).await;
    let job = answer.redirect().expect("a page of the job");
    office.works().await;

    let text = olga.opens(&job).await.text();
    assert!(text.contains("готово 1 из 1"), "{text}");
}

#[tokio::test]
async fn a_group_is_taken_away_as_csv_that_excel_reads_and_runs_nothing_of() {
    let office = two_wait().await;
    let mut viktor = office.signed_in("viktor").await;

    let answer = viktor.opens(&format!("{GROUP}/export.csv")).await;

    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(answer.header("content-disposition").starts_with("attachment; filename="));
    assert!(answer.header("content-disposition").ends_with("202026-11-28.csv"));
    let text = answer.body.strip_prefix('\u{feff}').expect("a byte order mark");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "Запись;Причина;Что случилось и что делать;Ждёт с;Компания в Битрикс24;Сделка в Битрикс24",
            "\"'=HYPERLINK(\"\"x\"\")\";Повтор ИНН в 1С;исправьте карточку в 1С;28.11.2026 12:10:00;;",
            "ЗАО «Лютик»;Повтор ИНН в 1С;исправьте карточку в 1С;28.11.2026 12:00:00;;",
        ]
    );
}

#[tokio::test]
async fn a_group_is_taken_away_as_a_workbook_with_what_the_filter_leaves() {
    let office = two_wait().await;
    let mut viktor = office.signed_in("viktor").await;

    let answer = viktor.opens(&format!("{GROUP}/export.xlsx?since=2026-11-28T12:05")).await;

    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.content)).expect("a workbook");
    let sheet = book.worksheet_range("Ждут").expect("a sheet");
    assert_eq!(sheet.height(), 2);
    assert_eq!(sheet.get_value((1, 0)).map(ToString::to_string).as_deref(), Some("=HYPERLINK(\"x\")"));
}
