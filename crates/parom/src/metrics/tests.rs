use std::collections::BTreeSet;
use std::path::Path;

use bitrix::{BusyBy, CallError, Lost, Observer as _, Requested, SystemClock};
use domain::{LinkId, Reason, ReasonCode};
use engine::Observer as _;
use engine::{Round, Trouble};
use serde_json::Value;

use super::*;

async fn store(folder: &Path) -> Store {
    Store::open(&format!("sqlite://{}/parom.db", folder.display())).await.unwrap()
}

/// Every figure once.
async fn everything() -> String {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let clock = SystemClock;
    let metrics = Metrics::new(clock.now());
    let lost = CallError::Unclear { method: "batch".to_owned(), why: Lost::Timeout };
    let requested = Requested {
        method: "batch",
        commands: 40,
        elapsed: SignedDuration::from_millis(300),
        ending: Err(&lost),
    };
    metrics.counters.requested(&requested);
    metrics.counters.requested(&Requested { method: "profile", commands: 1, ending: Ok(()), ..requested });
    metrics.counters.held_back(BusyBy::Operating);
    let trouble = Some(Trouble::Slow { until: clock.now() });
    metrics.counters.round(&Round { leased: 3, created: 2, parked: 1, trouble, ..Round::default() });
    metrics.counters.receipt("updated");
    fill(&store, &clock).await;
    let text = metrics.told(&store, &clock).await;
    store.close().await;
    text
}

/// Something of everything that the database counts.
async fn fill(store: &Store, clock: &SystemClock) {
    let now = clock.now();
    let ids = domain::Ids::new(Arc::new(SystemClock), 5);
    let link: LinkId = ids.link();
    let mut write = store.begin().await.unwrap();
    write.save_link(&domain::Link::new(link)).await.unwrap();
    let reason = Reason::new(ReasonCode::MissingInn, "заполните ИНН");
    write.park_new(&ids, link, domain::Side::Bitrix, &reason, now).await.unwrap();
    write.seen_onec(now).await.unwrap();
    write.seen_portal(now).await.unwrap();
    write.set_alert_channels(&[("portal", "портал")]).await.unwrap();
    let other: LinkId = ids.link();
    write.save_link(&domain::Link::new(other)).await.unwrap();
    write.offer(&ids, other, domain::Side::Bitrix, now).await.unwrap();
    for delivery in write.lease(domain::Side::Bitrix, 9, now, now + READ_EVERY, 1).await.unwrap() {
        write.settle(&delivery, &domain::Verdict::Settled, Some("created"), now).await.unwrap();
    }
    write.commit().await.unwrap();
}

/// The samples by name with labels.
fn sample(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

/// The names of all samples.
fn exported(text: &str) -> BTreeSet<&str> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.filter_map(|line| line.split(['{', ' ']).next()).collect()
}

/// Every word of a text that names a figure of ours.
fn named(text: &str) -> BTreeSet<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.split(|letter| !is_part(letter)).filter(|word| word.starts_with("parom_")).collect()
}

fn doc(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn what_happens_is_counted() {
    let text = everything().await;
    for (name, expected) in [
        ("parom_portal_requests_total{method=\"batch\",ending=\"unclear\"}", 1.0),
        ("parom_portal_requests_total{method=\"profile\",ending=\"answered\"}", 1.0),
        ("parom_portal_commands_total", 41.0),
        ("parom_portal_batch_commands_sum", 40.0),
        ("parom_portal_batch_commands_count", 1.0),
        ("parom_portal_request_seconds_bucket{le=\"0.4\",method=\"batch\"}", 1.0),
        ("parom_portal_request_seconds_bucket{le=\"0.2\",method=\"batch\"}", 0.0),
        ("parom_portal_held_back_total{by=\"operating\"}", 1.0),
        ("parom_troubles_total{trouble=\"slow\"}", 1.0),
        ("parom_verdicts_total{side=\"bitrix\",verdict=\"created\"}", 2.0),
        ("parom_verdicts_total{side=\"bitrix\",verdict=\"parked\"}", 1.0),
        ("parom_verdicts_total{side=\"onec\",verdict=\"updated\"}", 1.0),
        ("parom_held{kind=\"bitrix\",reason=\"missing-inn\"}", 1.0),
        ("parom_links{state=\"known\"}", 2.0),
        ("parom_delivered_total{side=\"bitrix\",outcome=\"created\"}", 1.0),
        ("parom_lane_stopped{side=\"bitrix\"}", 0.0),
        ("parom_alert_open{cause=\"disk\"}", 0.0),
        ("parom_alert_channels{state=\"works\"}", 1.0),
        ("parom_store_up", 1.0),
    ] {
        assert_eq!(sample(&text, name), Some(expected), "{name}\n{text}");
    }
    assert!(sample(&text, "parom_database_bytes").unwrap() > 4096.0);
    assert!(sample(&text, "parom_last_seen_timestamp_seconds{side=\"bitrix\"}").unwrap() > 1.7e9);
    assert_eq!(sample(&text, "parom_verdicts_total{side=\"bitrix\",verdict=\"linked\"}"), None);
}

#[tokio::test]
async fn a_cause_for_which_nothing_waits_any_more_is_gone_and_a_failing_database_is_a_figure() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let clock = domain::ManualClock::at("2026-11-27T09:00:00Z".parse().unwrap());
    let metrics = Metrics::new(clock.now());
    fill(&store, &SystemClock).await;
    let held = "parom_held{kind=\"bitrix\",reason=\"missing-inn\"}";
    assert_eq!(sample(&metrics.told(&store, &clock).await, held), Some(1.0));

    let parked = store.parked(None, None, 10).await.unwrap();
    let mut write = store.begin().await.unwrap();
    write.drop_parked(parked[0].delivery, "не нужна", clock.now()).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(sample(&metrics.told(&store, &clock).await, held), Some(1.0), "asked a moment ago");
    clock.advance(READ_EVERY);
    assert_eq!(sample(&metrics.told(&store, &clock).await, held), None);

    store.close().await;
    clock.advance(READ_EVERY);
    assert_eq!(sample(&metrics.told(&store, &clock).await, "parom_store_up"), Some(0.0));
}

#[test]
fn every_call_of_the_contract_has_its_figure_and_strangers_make_none() {
    let contract: Value = serde_json::from_str(&doc("openapi.json")).unwrap();
    for path in contract["paths"].as_object().unwrap().keys() {
        let below = path.strip_prefix(onec::BASE_PATH).unwrap_or(path);
        assert_eq!(counters::call_of(&format!("{}{below}", onec::BASE_PATH)), below);
    }
    for stranger in ["/1c/v1/", "/1c/v1/pinge", "/1c/v1/documents/a/b/content", "/healthz"] {
        assert_eq!(counters::call_of(stranger), "other");
    }
    assert_eq!(counters::call_of("/1c/v1/documents/0b7e0b52/content"), "/documents/{ref}/content");
}

#[tokio::test]
async fn the_dashboard_and_the_rules_of_the_docs_name_figures_that_are_there() {
    let text = everything().await;
    // Nobody called as 1C here; the test of the whole service sees these.
    let of_onec = ["parom_onec_requests_total", "parom_onec_request_seconds_bucket"];
    let mut exported: BTreeSet<&str> = exported(&text).into_iter().chain(of_onec).collect();
    // The docs explain a histogram by the name of its family.
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" histogram"));
    exported.extend(families.chain(["parom_onec_request_seconds"]));
    let dashboard: Value = serde_json::from_str(&doc("grafana-dashboard.json")).unwrap();
    let mut asked = BTreeSet::new();
    let panels = dashboard["panels"].as_array().unwrap();
    for panel in panels {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let expr = target["expr"].as_str().unwrap();
            assert!(!named(expr).is_empty(), "{expr}");
            asked.extend(named(expr));
        }
    }
    assert!(panels.len() > 20 && asked.len() > 20, "{asked:?}");
    let operations = doc("operations.md");
    asked.extend(named(&operations));
    let strangers: Vec<_> = asked.difference(&exported).collect();
    assert!(strangers.is_empty(), "nobody exports {strangers:?}");

    // And the other way round: every figure is explained.
    let families: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let unexplained: Vec<_> = families.iter().filter(|family| !operations.contains(**family)).collect();
    assert!(unexplained.is_empty(), "docs/operations.md does not explain {unexplained:?}");
}
