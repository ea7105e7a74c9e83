//! What the box module in `adapters/bitrix24` writes is what this client reads: its own tests hold it to the same files.

use std::path::Path;

use bitrix::notices::{Entity, Event, Reported};
use bitrix::{ApiErrorKind, wire};
use serde_json::Value;

use crate::portal::{self, Portal};

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../adapters/bitrix24/tests/wire");
    std::fs::read(folder.join(format!("{name}.json"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn its_changes_are_read_with_their_company_where_it_names_one() {
    let reported = Reported::read(&sample("changes")).expect("the module writes so");
    let notices: Vec<_> = reported.into_iter().map(|reported| reported.notice).collect();
    let told: Vec<_> =
        notices.iter().map(|notice| (notice.entity, notice.event, notice.id, notice.company)).collect();
    assert_eq!(
        told,
        [(Entity::Requisite, Event::Changed, 45, Some(123)), (Entity::Deal, Event::Changed, 7, None)]
    );
    assert!(notices.iter().all(|notice| notice.at.is_some()));
}

#[test]
fn what_it_says_of_itself_is_read_whole() {
    let bridge: wire::Bridge = serde_json::from_slice(&sample("ping")).expect("the module says so");
    assert_eq!((bridge.version.as_str(), bridge.protocol, bridge.guard), ("1.0.0", 1, true));
    assert_eq!((bridge.outbox.enabled, bridge.outbox.length), (true, 1));
    assert_eq!(bridge.outbox.oldest_at, "2027-01-15T08:00:00Z".parse().ok());
    assert_eq!((bridge.php.as_str(), bridge.main.as_str()), ("8.2.28", "26.250.100"));
}

#[tokio::test]
async fn its_refusal_is_a_repeated_inn() {
    let refusal: Value = serde_json::from_slice(&sample("refusal")).expect("JSON");
    let portal = Portal::answering(move |_, _| portal::json(400, &refusal)).await;
    let error = portal.client().call("crm.requisite.add", &bitrix::Args::new()).await.expect_err("refused");
    assert_eq!(error.api().map(bitrix::ApiError::kind), Some(ApiErrorKind::RepeatedInn));
}
