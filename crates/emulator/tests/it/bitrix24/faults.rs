//! Bad weather: what the client gets and what the portal has done by then.

use std::time::Duration;

use emulator::faults::{Fault, Weather};
use serde_json::{Value, json};

use super::Rest;

async fn add_company(rest: &Rest) -> Result<super::Answer, reqwest::Error> {
    rest.send("crm.company.add", &json!({"fields": {"TITLE": "x"}})).await
}

#[tokio::test]
async fn faults_before_the_work_leave_nothing_behind() {
    let rest = Rest::new().await;
    for (fault, status) in [
        (Fault::Busy, Some(503)),
        (Fault::OperationTimeLimit, Some(429)),
        (Fault::Html500Before, Some(500)),
        (Fault::CutBefore, None),
        (Fault::CutInBatch { after: 0 }, None),
    ] {
        rest.portal.faults().next(fault.clone());
        let answer = add_company(&rest).await;
        assert_eq!(answer.ok().map(|answer| answer.status), status, "{fault:?}");
        assert_eq!(rest.portal.company_count(), 0, "{fault:?}");
    }
    assert_eq!(add_company(&rest).await.unwrap().status, 200);
}

#[tokio::test]
async fn faults_after_the_work_lose_the_answer_but_not_the_company() {
    let rest = Rest::new().await;
    let faults = [Fault::CutAfter, Fault::Html500After, Fault::HalfAnswer, Fault::CutInBatch { after: 1 }];
    for (made, fault) in (1..).zip(faults) {
        rest.portal.faults().next(fault.clone());
        match (add_company(&rest).await, &fault) {
            (Ok(answer), Fault::Html500After) => assert!(answer.body.as_str().unwrap().contains("<html>")),
            (Ok(answer), _) => panic!("{fault:?} answered {answer:?}"),
            (Err(_), _) => {}
        }
        assert_eq!(rest.portal.company_count(), made, "{fault:?}");
    }
}

#[tokio::test]
async fn half_an_answer_is_a_good_status_and_a_broken_body() {
    let rest = Rest::new().await;
    rest.portal.faults().next(Fault::HalfAnswer);
    let url = format!("{}methods", rest.portal.webhook_url());
    let response = rest.http.get(url).send().await.expect("the head arrives");
    assert_eq!(response.status().as_u16(), 200);
    let promised = response.content_length().unwrap();
    let mut stream = response;
    let mut arrived = 0;
    let broken = loop {
        match stream.chunk().await {
            Ok(Some(chunk)) => arrived += chunk.len() as u64,
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken && arrived == promised / 2, "{arrived} of {promised} came, broken: {broken}");
}

#[tokio::test]
async fn a_batch_that_is_cut_has_done_its_first_commands() {
    let rest = Rest::new().await;
    rest.portal.faults().next(Fault::CutInBatch { after: 3 });
    let cmd: Vec<Value> = (0..10).map(|_| json!("crm.company.add?fields[TITLE]=x")).collect();
    assert!(rest.send("batch", &json!({"cmd": cmd})).await.is_err());
    assert_eq!(rest.portal.company_count(), 3);
}

#[tokio::test]
async fn a_slow_answer_comes_late_but_the_work_is_done_at_once() {
    let rest = Rest::new().await;
    rest.portal.faults().next(Fault::Slow(Duration::from_secs(30)));
    let url = format!("{}crm.company.add", rest.portal.webhook_url());
    let request = rest.http.post(url).json(&json!({"fields": {"TITLE": "x"}}));
    let answer = request.timeout(Duration::from_millis(300)).send().await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(rest.portal.company_count(), 1);
}

#[tokio::test]
async fn a_closed_portal_says_so_and_one_that_is_down_says_nothing() {
    let rest = Rest::new().await;
    rest.portal.faults().set_weather(Weather::Closed);
    let answer = add_company(&rest).await.unwrap();
    assert_eq!((answer.status, &answer.body["error"]), (500, &json!("PORTAL_DELETED")));
    rest.portal.faults().set_weather(Weather::Down);
    assert!(add_company(&rest).await.is_err());
    rest.portal.faults().set_weather(Weather::Fair);
    assert_eq!(add_company(&rest).await.unwrap().status, 200);
    assert_eq!(rest.portal.company_count(), 1);
}

#[tokio::test]
async fn the_nth_request_can_be_chosen() {
    let rest = Rest::new().await;
    rest.portal.faults().at(2, Fault::Busy);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(add_company(&rest).await.unwrap().status);
    }
    assert_eq!(statuses, [200, 503, 200]);
    assert_eq!(rest.portal.faults().happened(), [Fault::Busy]);
}

#[tokio::test]
async fn random_faults_never_break_the_portal_itself() {
    let rest = Rest::new().await;
    rest.portal.faults().random(42, 50, &Fault::PASSING);
    let mut answered = 0;
    for _ in 0..100 {
        answered += usize::from(add_company(&rest).await.is_ok_and(|answer| answer.status == 200));
    }
    rest.portal.faults().clear();
    let made = rest.portal.company_count();
    assert!(answered < made && made < 100, "answered {answered}, made {made}");
    assert_eq!(add_company(&rest).await.unwrap().status, 200);
}
