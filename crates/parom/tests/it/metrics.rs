//! Figures of the running service.

use std::sync::Arc;

use bitrix::SystemClock;
use emulator::onec::OneC;

use crate::support::Place;

async fn scraped(address: &str) -> String {
    let answer = reqwest::get(format!("http://{address}/metrics")).await.expect("it listens");
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().expect("it is text").to_owned();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    answer.text().await.expect("it is text")
}

fn sample(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crossing_shows_in_the_figures_on_a_listener_of_their_own() {
    let place = Place::open().await;
    place.set_in_server("metrics_listen = \"127.0.0.1:0\"");
    let running = place.serve();
    let metrics = running.metrics.clone().expect("it says where");
    let mut onec = OneC::generated(3, 5, Arc::new(SystemClock));
    onec.push_all(&running.connection()).await.expect("it takes them");
    place.arrives().await;

    let text = scraped(&metrics).await;
    for name in [
        "parom_onec_requests_total{call=\"POST /counterparties\",status=\"200\"}",
        "parom_onec_request_seconds_count{call=\"POST /counterparties\"}",
        "parom_verdicts_total{side=\"bitrix\",verdict=\"created\"}",
        "parom_portal_requests_total{method=\"batch\",ending=\"answered\"}",
        "parom_portal_request_seconds_count{method=\"batch\"}",
        "parom_portal_batch_commands_count",
    ] {
        assert!(sample(&text, name).is_some_and(|value| value >= 1.0), "{name}\n{text}");
    }
    let created = sample(&text, "parom_delivered_total{side=\"bitrix\",outcome=\"created\"}");
    assert!(created.is_some_and(|count| count > 0.0), "{text}");
    assert_eq!(sample(&text, "parom_links{state=\"linked\"}"), created, "{text}");
    assert_eq!(sample(&text, "parom_queue{queue=\"to-bitrix24\"}"), Some(0.0));
    assert!(text.ends_with("# EOF\n"));

    // What 1C and the console use knows nothing of figures, and the other way round.
    let status =
        |address: String| async move { reqwest::get(address).await.expect("it listens").status().as_u16() };
    assert_ne!(status(format!("http://{}/metrics", running.address)).await, 200);
    assert_eq!(status(format!("http://{metrics}/readyz")).await, 404);
    assert_eq!(status(format!("http://{}/readyz", running.address)).await, 200);
    assert_eq!(status(format!("http://{}/healthz", running.address)).await, 200);
}
