//! Deals, their documents and payments: what is handed out, and what people do with them.

use axum::http::StatusCode;
use domain::{DocumentKind, OneCRef, SignedDuration};
use store::{AuditFilter, AuditResult, DeedKind, InquiryState, Placed};

use crate::office::Office;
use crate::office::papers::{DEAL, INVOICE, PDF, REJECTED};

#[tokio::test]
async fn a_document_is_opened_as_it_is_and_nothing_in_it_may_run() {
    let office = Office::busy().await;
    let mut viktor = office.signed_in("viktor").await;

    let answer = viktor.opens(&format!("/documents/{INVOICE}")).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body.as_bytes(), PDF);
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert_eq!(answer.header("content-length"), PDF.len().to_string());
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(
        answer.header("content-disposition"),
        "inline; filename=\"____ __-0042.pdf\"; \
         filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82%20%D0%A1%D0%A7-0042.pdf"
    );
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("script-src") && !policy.contains("connect-src"), "{policy}");
}

#[tokio::test]
async fn a_document_without_a_file_says_so() {
    let office = Office::busy().await;
    let mut viktor = office.signed_in("viktor").await;

    let without = viktor.opens("/documents/0a0a0a0a-0000-4000-8000-000000000002").await;
    let unknown = viktor.opens("/documents/0a0a0a0a-0000-4000-8000-00000000ffff").await;

    assert_eq!((without.status, unknown.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert!(without.text().contains("ещё не передала"), "{}", without.text());
    assert!(unknown.text().contains("не знает"), "{}", unknown.text());
}

#[tokio::test]
async fn a_rejected_deal_is_sent_again_and_the_audit_knows_who_did_it() {
    let office = Office::busy().await;
    let mut olga = office.signed_in("olga").await;
    office.clock.advance(SignedDuration::from_secs(1));
    let page = format!("/inquiries/{REJECTED}");

    let answer = olga.posts(&page, &format!("{page}/retry"), &[("what", "inquiry")]).await;

    assert_eq!(answer.redirect().as_deref(), Some(page.as_str()));
    let row = office.store.inquiries(&[REJECTED]).await.expect("the database is ours").remove(0);
    assert!(matches!(row.state, InquiryState::Due { .. }), "{:?}", row.state);
    assert!(olga.opens(&page).await.text().contains("Передаётся снова"));
    let (entry, deed) = last(&office, REJECTED).await;
    assert_eq!((entry.0.as_str(), entry.1.as_str(), entry.2), ("olga", "retried", AuditResult::Done));
    assert_eq!(deed, DeedKind::Retried);
}

#[tokio::test]
async fn a_refused_deal_is_given_up_with_a_reason_that_its_page_keeps() {
    let office = Office::busy().await;
    let mut olga = office.signed_in("olga").await;
    office.clock.advance(SignedDuration::from_secs(1));
    let group = "/held/inquiry/rejected-by-one-c";

    let key = REJECTED.to_string();
    let given_up = [("key", key.as_str()), ("why", "учебная сделка")];
    olga.posts(group, &format!("{group}/give-up"), &given_up).await;

    let left = olga.opens(group).await.body;
    assert!(!left.contains(&format!("value=\"{REJECTED}\"")), "it waits for nobody: {left}");
    let text = olga.opens(&format!("/inquiries/{REJECTED}")).await.text();
    assert!(text.contains("снята с передачи") && text.contains("учебная сделка (olga)"), "{text}");
    assert_eq!(last(&office, REJECTED).await.1, DeedKind::Dropped);
}

#[tokio::test]
async fn a_deal_is_sent_and_shown_again_by_its_buttons() {
    let office = Office::busy().await;
    let mut olga = office.signed_in("olga").await;
    office.clock.advance(SignedDuration::from_secs(1));
    let page = format!("/inquiries/{DEAL}");

    olga.posts(&page, &format!("{page}/send"), &[]).await;
    let row = office.store.inquiries(&[DEAL]).await.expect("the database is ours").remove(0);
    assert!(matches!(row.state, InquiryState::Due { .. }), "{:?}", row.state);
    assert_eq!(last(&office, DEAL).await.1, DeedKind::SentAgain);
    office.clock.advance(SignedDuration::from_secs(1));

    olga.posts(&page, &format!("{page}/show"), &[]).await;
    let face = office.store.face(DEAL).await.expect("the database is ours").expect("it was wanted");
    assert!(face.checks);
    assert_eq!(last(&office, DEAL).await.1, DeedKind::ShownAgain);
}

#[tokio::test]
async fn a_deal_that_cannot_travel_says_why_and_the_audit_has_it_as_refused() {
    let office = Office::busy().await;
    let mut olga = office.signed_in("olga").await;
    office.clock.advance(SignedDuration::from_secs(1));

    olga.posts("/inquiries/777", "/inquiries/777/send", &[]).await;

    assert_eq!(last_entry(&office).await.2, AuditResult::Refused);
    assert!(olga.opens("/inquiries/777").await.text().contains("не передаётся"));
}

#[tokio::test]
async fn an_older_version_in_the_deal_is_told_from_the_newest() {
    let office = Office::busy().await;
    let mut viktor = office.signed_in("viktor").await;
    let placed = Placed {
        deal: DEAL,
        kind: DocumentKind::Invoice,
        file_id: 15,
        digest: "00".repeat(32),
        file_name: "Счёт.pdf".to_owned(),
    };
    let mut write = office.store.begin().await.expect("the database is ours");
    let invoice = OneCRef::parse(INVOICE).expect("a GUID");
    write.place_document(invoice, Some(&placed)).await.expect("a known document");
    write.commit().await.expect("the database is ours");

    let text = viktor.opens(&format!("/inquiries/{DEAL}")).await.text();

    assert!(text.contains("в сделке прежняя версия"), "{text}");
}

/// Login, act and result of the newest entry of the audit; the newest deed to a deal.
async fn last(office: &Office, deal: i64) -> ((String, String, AuditResult), DeedKind) {
    let deeds = office.store.deeds_of_deal(deal, None, 1).await.expect("the database is ours");
    (last_entry(office).await, deeds[0].kind)
}

async fn last_entry(office: &Office) -> (String, String, AuditResult) {
    let entries = office.store.audit_entries(&AuditFilter::default(), None, 1).await;
    let entry = entries.expect("the database is ours").remove(0);
    (entry.login, entry.act, entry.result)
}
