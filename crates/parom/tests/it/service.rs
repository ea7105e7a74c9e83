//! The service as a process: it starts, ends as asked, and survives being killed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bitrix::SystemClock;
use emulator::faults::{Fault, Weather};
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
    // Nobody may enter yet: the door says how that is changed.
    assert!(page.text().await.unwrap().contains("parom user add"));
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
    everything_is_there_once(&place, &onec);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_is_down_for_the_whole_load_gets_everything_when_it_is_back() {
    let place = Place::open().await;
    let mut onec = OneC::generated(40, 9, Arc::new(SystemClock));
    place.portal.faults().set_weather(Weather::Down);
    let service = place.serve();

    let push = onec.push_all(&service.connection()).await.unwrap();
    really_wait(Duration::from_secs(2)).await;

    assert_eq!(push.accepted, 40, "1C is not kept waiting for the portal");
    assert_eq!(place.status()["bitrix24"]["waiting"], 40);
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.out.contains("Битрикс24"), "{}", doctor.out);

    place.portal.faults().set_weather(Weather::Fair);
    place.arrives().await;
    everything_is_there_once(&place, &onec);
}

/// What `Done when` of the first crossing asks for.
#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_cross_a_portal_that_loses_every_twentieth_answer() {
    let place = Place::open().await;
    let mut onec = OneC::generated(2_000, 5, Arc::new(SystemClock));
    place.portal.faults().random(23, 5, &Fault::UNCLEAR);
    let service = place.serve();

    let push = onec.push_all(&service.connection()).await.unwrap();
    place.arrives().await;

    assert_eq!((push.accepted, push.taken_twice), (2_000, 0));
    everything_is_there_once(&place, &onec);
}

/// Every counterparty of 1C is one company with one requisite, its addresses, its accounts, and no telephone twice.
fn everything_is_there_once(place: &Place, onec: &OneC) {
    let mut inns: Vec<_> = onec.elements().map(|element| element.inn).collect();
    inns.sort_unstable();
    assert_eq!(place.inns(), inns);
    assert_eq!(place.portal.company_count(), inns.len());

    let distinct = |keys: Vec<(i64, String)>, what: &str| {
        let count = keys.len();
        assert_eq!(keys.into_iter().collect::<BTreeSet<_>>().len(), count, "{what}");
        count
    };
    let addresses = place.portal.addresses();
    distinct(
        addresses.iter().map(|card| (card.owner, card.get("TYPE_ID").to_owned())).collect(),
        "addresses",
    );
    let accounts = place.portal.bank_details();
    let accounts = distinct(
        accounts.iter().map(|card| (card.owner, card.get("RQ_ACC_NUM").to_owned())).collect(),
        "accounts",
    );
    assert_eq!(accounts, onec.elements().map(|element| element.accounts.len()).sum::<usize>());
    let companies = place.portal.companies();
    let phones = companies.iter().flat_map(|card| card.phones.iter().map(|phone| (card.id, digits(phone))));
    distinct(phones.collect(), "telephones");
    assert_eq!(place.status()["parked"], serde_json::json!([]));
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
