//! What people read on every page. A new page adds a test here: one line per page and state.

use domain::{ReasonCode, SignedDuration};
use insta::assert_snapshot;

use crate::office::Office;

/// The text of a page as a person of this login reads it.
async fn read(office: &Office, login: &str, path: &str) -> String {
    let answer = office.signed_in(login).await.opens(path).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.status);
    answer.text()
}

#[tokio::test]
async fn the_overview_of_a_busy_day() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/").await);
}

#[tokio::test]
async fn the_overview_before_anything_has_happened() {
    assert_snapshot!(read(&Office::with_people().await, "viktor", "/").await);
}

#[tokio::test]
async fn people_as_an_administrator_sees_them() {
    assert_snapshot!(read(&Office::with_people().await, "anna", "/people").await);
}

#[tokio::test]
async fn ones_own_page() {
    assert_snapshot!(read(&Office::with_people().await, "olga", "/me").await);
}

#[tokio::test]
async fn the_audit() {
    assert_snapshot!(read(&Office::with_people().await, "anna", "/audit").await);
}

#[tokio::test]
async fn the_door_before_there_is_anybody() {
    assert_snapshot!(Office::empty().await.browser().opens("/").await.text());
}

#[tokio::test]
async fn the_door() {
    assert_snapshot!(Office::with_people().await.browser().opens("/").await.text());
}

#[tokio::test]
async fn everything_that_waits_by_its_causes() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/held").await);
}

#[tokio::test]
async fn what_waits_for_one_cause_as_a_viewer_sees_it() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/held/bitrix/duplicate-in-one-c").await);
}

#[tokio::test]
async fn what_waits_for_one_cause_as_an_operator_sees_it() {
    assert_snapshot!(read(&Office::busy().await, "olga", "/held/bitrix/invalid-inn").await);
}

#[tokio::test]
async fn the_search_before_anything_is_asked() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/search").await);
}

#[tokio::test]
async fn what_the_search_finds() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/search?q=лютик").await);
}

#[tokio::test]
async fn a_record_that_both_sides_have_changed_as_an_operator_sees_it() {
    let mut office = Office::with_people().await;
    let id = office.disputed().await;
    assert_snapshot!(read(&office, "olga", &format!("/records/{id}")).await);
}

#[tokio::test]
async fn the_history_of_a_record() {
    let mut office = Office::with_people().await;
    let id = office.disputed().await;
    assert_snapshot!(read(&office, "viktor", &format!("/records/{id}/history")).await);
}

#[tokio::test]
async fn deals_and_their_inquiries() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/inquiries").await);
}

#[tokio::test]
async fn deals_that_1c_has_rejected() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/inquiries?shelf=rejected").await);
}

#[tokio::test]
async fn a_deal_with_its_papers_as_a_viewer_sees_it() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/inquiries/801").await);
}

#[tokio::test]
async fn a_deal_that_1c_has_rejected_as_an_operator_sees_it() {
    assert_snapshot!(read(&Office::busy().await, "olga", "/inquiries/802").await);
}

#[tokio::test]
async fn a_deal_without_a_company() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/inquiries/777").await);
}

#[tokio::test]
async fn documents() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/documents").await);
}

#[tokio::test]
async fn payments_that_wait_for_their_inquiry() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/payments?shelf=unplaced").await);
}

#[tokio::test]
async fn payments() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/payments").await);
}

#[tokio::test]
async fn alerts_as_an_operator_sees_them() {
    assert_snapshot!(read(&Office::busy().await, "olga", "/alerts").await);
}

#[tokio::test]
async fn settings_as_a_viewer_sees_them() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/settings").await);
}

#[tokio::test]
async fn jobs() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/jobs").await);
}

#[tokio::test]
async fn a_job_that_nobody_has_begun_as_an_operator_sees_it() {
    let office = Office::with_people().await;
    let job = office.job_asked_for().await;
    let text = read(&office, "olga", &format!("/jobs/{job}")).await;
    assert_snapshot!(text);
}

#[tokio::test]
async fn a_job_that_is_done() {
    let mut office = Office::with_people().await;
    office.parked(ReasonCode::InvalidInn, "ООО «Ромашка»").await;
    office.clock.advance(SignedDuration::from_secs(1));
    let job = office.job_asked_for().await;
    office.works().await;
    assert_snapshot!(read(&office, "viktor", &format!("/jobs/{job}")).await);
}

#[tokio::test]
async fn reconciliations_as_an_operator_sees_them() {
    assert_snapshot!(read(&Office::busy().await, "olga", "/reconciliation").await);
}

#[tokio::test]
async fn a_reconciliation_as_an_operator_sees_it() {
    assert_snapshot!(read(&Office::busy().await, "olga", "/reconciliation/1").await);
}

#[tokio::test]
async fn a_reconciliation_on_paper() {
    assert_snapshot!(read(&Office::busy().await, "viktor", "/reconciliation/1/print?standing=waits").await);
}

#[tokio::test]
async fn the_first_load_as_an_operator_sees_it() {
    assert_snapshot!(read(&Office::busy().await, "olga", "/load").await);
}
