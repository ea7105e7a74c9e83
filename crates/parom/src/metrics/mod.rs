//! Figures for Prometheus. Everybody else only tells what happens, by small traits; that these are counters and gauges is
//! known here alone.

mod counters;
mod gauges;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::{Clock, SignedDuration, Timestamp};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use store::{Store, StoreError};
use tokio::sync::Mutex;
use tracing::warn;

pub(crate) use counters::{Counters, count_onec};

use gauges::Gauges;

/// Names with values; every family has the same names throughout.
type Labels<const N: usize> = [(&'static str, String); N];

/// The database is asked so often at most, however many scrape.
const READ_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// What OpenMetrics calls itself.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All figures of this process.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) counters: Arc<Counters>,
    gauges: Gauges,
    /// When the gauges were read last. Held while they are read and told, so that nobody is told half of them.
    read_at: Mutex<Option<Timestamp>>,
}

impl Metrics {
    /// All at nought.
    pub(crate) fn new(now: Timestamp) -> Self {
        let mut registry = Registry::with_prefix("parom");
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program that runs", build);
        let started: Gauge = Gauge::default();
        started.set(now.as_second());
        registry.register("started_timestamp_seconds", "When the process began", started);
        let counters = Arc::new(Counters::register(&mut registry));
        let gauges = Gauges::register(&mut registry);
        Self { registry, counters, gauges, read_at: Mutex::new(None) }
    }

    /// Everything, as Prometheus reads it. A database that fails is a figure too.
    pub(crate) async fn told(&self, store: &Store, clock: &dyn Clock) -> String {
        let mut read_at = self.read_at.lock().await;
        let now = clock.now();
        if read_at.is_none_or(|at| now.duration_since(at).abs() >= READ_EVERY) {
            let read = self.gauges.read(store, now).await;
            self.gauges.is_up(read.is_ok());
            match read {
                Ok(()) => *read_at = Some(now),
                Err(error) => log(&error),
            }
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}

fn log(error: &StoreError) {
    warn!(error = %error, "Figures could not be read: {error}");
}

#[derive(Clone)]
struct Scraped {
    metrics: Arc<Metrics>,
    store: Store,
    clock: Arc<dyn Clock>,
}

/// `GET /metrics`, for a listener of its own: figures need no password, so they are no business of whoever comes for 1C.
pub(crate) fn routes(metrics: Arc<Metrics>, store: Store, clock: Arc<dyn Clock>) -> Router {
    Router::new().route("/metrics", get(metrics_page)).with_state(Scraped { metrics, store, clock })
}

async fn metrics_page(State(scraped): State<Scraped>) -> Response {
    let text = scraped.metrics.told(&scraped.store, scraped.clock.as_ref()).await;
    (StatusCode::OK, [(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response()
}

#[cfg(test)]
mod tests;
