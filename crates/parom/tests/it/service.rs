//! The service as a process: it starts, ends as asked, and survives being killed.

use std::sync::Arc;
use std::time::Duration;

use bitrix::SystemClock;
use emulator::faults::Fault;
use emulator::onec::OneC;

use crate::support::{Place, really_wait};

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_it_cleanly() {
    let place = Place::open().await;
    let mut service = place.serve();

    assert_eq!(service.terminate(), Some(0));
    assert!(reqwest::get(format!("http://{}/healthz", service.address)).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_that_it_lives_that_it_is_ready_and_what_it_is() {
    let place = Place::open().await;
    let service = place.serve();
    let get = async |path: &str| reqwest::get(format!("http://{}{path}", service.address)).await.unwrap();

    assert_eq!(get("/healthz").await.text().await.unwrap(), "ok\n");
    assert_eq!(get("/readyz").await.text().await.unwrap(), "{\"ready\":true}");
    assert_eq!(get("/1c/v1/ping").await.status(), 401);
    assert_eq!(get("/нет").await.status(), 404);
    let page = get("/").await;
    for name in ["content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"] {
        assert!(page.headers().contains_key(name), "{name}: {:?}", page.headers());
    }
    assert!(page.text().await.unwrap().contains("<h1>Паром</h1>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_on_the_same_database_is_refused() {
    let place = Place::open().await;
    let _service = place.serve();

    let second = place.run(&["serve"]);

    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("эту базу уже ведёт другой Паром"), "{}", second.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_beside_the_service_leaves_the_work_to_it() {
    let place = Place::open().await;
    let _service = place.serve();
    let file = place.folder.path().join("контрагенты.jsonl");
    OneC::generated(50, 3, Arc::new(SystemClock))
        .write_file(&file, emulator::onec::FileFormat::Jsonl)
        .unwrap();

    let ran = place.run(&["load", "контрагенты.jsonl"]);

    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(place.portal.company_count(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_a_load_it_ends_with_one_company_each() {
    const COUNT: u64 = 600;
    let place = Place::open().await;
    let mut onec = OneC::generated(COUNT, 7, Arc::new(SystemClock));

    // The portal loses answers, so that the work of a killed process is in doubt too.
    place.portal.faults().random(11, 10, &Fault::UNCLEAR);
    let service = place.serve();
    onec.push_all(&service.connection()).await.unwrap();
    while place.portal.company_count() < 50 {
        really_wait(Duration::from_millis(20)).await;
    }
    service.kill();
    let halfway = place.portal.company_count();
    let _service = place.serve();
    place.arrives().await;

    assert!(halfway < 600, "the load was over before the kill");
    let inns = place.inns();
    let mut distinct = inns.clone();
    distinct.dedup();
    assert_eq!(inns.len() as u64, COUNT);
    assert_eq!(inns, distinct);
    assert_eq!(place.portal.company_count() as u64, COUNT);
    assert_eq!(place.portal.addresses().len(), distinct_addresses(&place));
    assert_eq!(place.status()["parked"], serde_json::json!([]));
}

/// Addresses by (requisite, type).
fn distinct_addresses(place: &Place) -> usize {
    let keys: std::collections::BTreeSet<_> = place
        .portal
        .addresses()
        .iter()
        .map(|address| (address.owner, address.get("TYPE_ID").to_owned()))
        .collect();
    keys.len()
}
