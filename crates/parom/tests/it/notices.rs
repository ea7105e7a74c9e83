//! Bitrix24 says that something has changed, and the card reaches 1C without waiting for the next sweep.

use std::time::Duration;

use emulator::bitrix24::{BoxModule, OutgoingWebhook};
use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{PASSWORD, Place, Running, really_wait};

const TOKEN: &str = "токен-из-портала";
const SECRET: &str = "тайна портала";

/// Sweeps are a day apart: what arrives was noticed.
async fn place() -> Place {
    let place = Place::open().await;
    let file = place.folder.path().join("parom.toml");
    let settings = std::fs::read_to_string(&file).expect("the folder is ours");
    let own = format!(
        "application_token = \"{TOKEN}\"\nmodule_secret = \"{SECRET}\"\nsweep_every = \"24h\"\n[onec]"
    );
    std::fs::write(&file, settings.replace("[onec]", &own)).expect("the folder is ours");
    place
}

/// A client whom 1C does not know yet, with a deal.
fn employee_makes_a_client(place: &Place) -> i64 {
    let employee = place.portal.employee();
    let company = employee.creates_company("ООО «Яндекс»").expect("employees may");
    let fields = [("RQ_INN", "7736207543"), ("RQ_COMPANY_NAME", "ООО «Яндекс»")];
    let requisite = employee.adds_requisite(company, "COMPANY", &fields).expect("employees may");
    employee.adds_deal(company, &[("TITLE", "Насосы")]).expect("employees may");
    requisite
}

async fn poll(service: &Running) -> Vec<Value> {
    let url = format!("http://{}/1c/v1/counterparties?limit=100", service.address);
    let answer = reqwest::Client::new()
        .get(url)
        .basic_auth("1c", Some(PASSWORD))
        .send()
        .await
        .expect("the service answers");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("the service answers")
}

async fn polled(service: &Running) -> Vec<Value> {
    for _ in 0..200 {
        let offered = poll(service).await;
        if !offered.is_empty() {
            return offered;
        }
        really_wait(Duration::from_millis(100)).await;
    }
    panic!("nothing came");
}

/// Waits until the service has read the empty portal once.
async fn first_compare(place: &Place) {
    for _ in 0..200 {
        if place.portal.http_requests() > 0 {
            really_wait(Duration::from_millis(500)).await;
            return;
        }
        really_wait(Duration::from_millis(50)).await;
    }
    panic!("the portal was never read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_of_the_outgoing_webhook_brings_a_client_to_1c() {
    let place = place().await;
    let service = place.serve();
    first_compare(&place).await;
    let url = format!("http://{}/bitrix24/events", service.address);
    place.portal.notices().set_webhook(Some(OutgoingWebhook { url, token: TOKEN.into() }));

    employee_makes_a_client(&place);
    place.portal.notices().deliver().await;

    let offered = polled(&service).await;
    assert_eq!(offered[0]["inn"], "7736207543");
    assert_eq!(offered[0]["action"], "create");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_the_box_module_brings_a_client_to_1c() {
    let place = place().await;
    let service = place.serve();
    first_compare(&place).await;
    let url = format!("http://{}/bitrix24/changes", service.address);
    place.portal.module().install(BoxModule::new(url, SECRET));

    employee_makes_a_client(&place);
    place.portal.notices().deliver().await;

    assert_eq!(polled(&service).await[0]["inn"], "7736207543");
    assert_eq!(place.portal.notices().waiting(), 0, "the module was told that its queue is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_turned_away_and_told_what_is_wrong() {
    let place = place().await;
    let service = place.serve();
    let post = async |path: &str, signature: &str, body: String| {
        let url = format!("http://{}{path}", service.address);
        let request = reqwest::Client::new().post(url).header("X-Parom-Signature", signature).body(body);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let event = "event=ONCRMCOMPANYUPDATE&data[FIELDS][ID]=7&auth[application_token]=";

    let (status, text) = post("/bitrix24/events", "", format!("{event}чужой")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(text.contains("application_token") && !text.contains(TOKEN), "{text}");
    let (status, _) = post("/bitrix24/events", "", event.into()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = post("/bitrix24/events", "", format!("{event}{TOKEN}")).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = post("/bitrix24/events", "", "а".repeat(70_000)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);

    let changes = r#"{"changes":[]}"#;
    let (status, text) = post("/bitrix24/changes", "", changes.into()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{text}");
    let wrong = format!("sha256={}", "0".repeat(64));
    let (status, text) = post("/bitrix24/changes", &wrong, changes.into()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(text.contains("секрет модуля") && !text.contains(SECRET), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_where_no_secret_is_set() {
    let place = Place::open().await;
    let service = place.serve();
    for (path, key) in [("events", "application_token"), ("changes", "module_secret")] {
        let url = format!("http://{}/bitrix24/{path}", service.address);
        let answer = reqwest::Client::new().post(url).body("event=X").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        let text = answer.text().await.unwrap();
        assert!(text.contains(key), "{text}");
    }
}
