//! How everything stands, read from the database when somebody asks.

use std::sync::atomic::{AtomicU64, Ordering};

use alerts::Cause;
use domain::{Side, Timestamp};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use store::{HeldKind, Lane, Store, StoreError, Tallies};

use super::Labels;

type Counts<const N: usize> = Family<Labels<N>, Gauge>;

/// Gauges, and one counter that the database keeps.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    up: Gauge,
    links: Counts<1>,
    deliveries: Counts<2>,
    delivered: Family<Labels<2>, Counter>,
    queue: Counts<1>,
    lag_seconds: Family<Labels<1>, Gauge<f64, AtomicU64>>,
    held: Counts<2>,
    conflicts: Gauge,
    inquiries: Counts<1>,
    documents: Counts<1>,
    payments: Counts<1>,
    last_seen: Counts<1>,
    lane_stopped: Counts<1>,
    database_bytes: Gauge,
    disk_free_bytes: Gauge,
    alerts: Counts<1>,
    alert_channels: Counts<1>,
    reconciled: Gauge,
    discrepancies: Counts<1>,
}

impl Gauges {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let gauges = Self::default();
        let mut register = |name: &str, help: &str, counts: &Counts<1>| {
            registry.register(name, help, counts.clone());
        };
        register("links", "Counterparties that Parom knows, and on both shores", &gauges.links);
        register("queue", "What waits for its turn, by queue", &gauges.queue);
        register("inquiries", "Deals that are, or become, inquiries of 1C", &gauges.inquiries);
        register("documents", "Documents of 1C", &gauges.documents);
        register("payments", "Payments of 1C that count", &gauges.payments);
        register("last_seen_timestamp_seconds", "When a side was last heard of", &gauges.last_seen);
        register(
            "lane_stopped",
            "1: nothing travels to this side before a person has acted",
            &gauges.lane_stopped,
        );
        register("alert_open", "1: an alert of this cause is open", &gauges.alerts);
        register("alert_channels", "Channels of alerts that work and that fail", &gauges.alert_channels);
        register("discrepancies", "What the last reconciliation found", &gauges.discrepancies);
        let mut register =
            |name: &str, help: &str, gauge: &Gauge| registry.register(name, help, gauge.clone());
        register("store_up", "1: the database answers; 0: the other figures are old", &gauges.up);
        register("conflicts", "Fields that both sides changed and a person has to choose", &gauges.conflicts);
        register("database_bytes", "Room that the database takes", &gauges.database_bytes);
        register(
            "disk_free_bytes",
            "Room left on the disk of a database in a file; -1: not known",
            &gauges.disk_free_bytes,
        );
        register(
            "reconciled_timestamp_seconds",
            "When both sides were last reconciled; 0: never",
            &gauges.reconciled,
        );
        registry.register(
            "deliveries",
            "Deliveries that are open, by side and state",
            gauges.deliveries.clone(),
        );
        registry.register(
            "delivered",
            "Deliveries that were settled since the beginning, by side and outcome",
            gauges.delivered.clone(),
        );
        registry.register(
            "lag_seconds",
            "How long the first of a queue has been waiting for its turn",
            gauges.lag_seconds.clone(),
        );
        registry.register(
            "held",
            "What waits for a person or for something else, by kind and cause",
            gauges.held.clone(),
        );
        gauges
    }

    pub(super) fn is_up(&self, is_up: bool) {
        self.up.set(i64::from(is_up));
    }

    /// Reads everything before anything is changed: what cannot be read leaves all figures as they were.
    pub(super) async fn read(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let tallies = store.tallies().await?;
        let queues = store.queues().await?;
        let lane = store.lane(Side::Bitrix).await?;
        let seen = [(Side::OneC, store.seen_onec().await?), (Side::Bitrix, store.seen_portal().await?)];
        let room = store.room().await?;
        let (alerts, channels) = (store.open_alerts().await?, store.alert_channels().await?);
        let reconciled = engine::reconciled(store).await?;

        self.tallies(&tallies);
        for queue in queues {
            let labels = [("queue", queue.kind.as_str().to_owned())];
            let lag = queue.oldest_due.map_or(0.0, |due| now.duration_since(due).as_secs_f64().max(0.0));
            self.queue.get_or_create(&labels).set(queue.waiting);
            self.lag_seconds.get_or_create(&labels).set(lag);
        }
        self.lane_stopped.get_or_create(&[side(Side::Bitrix)]).set(i64::from(lane != Lane::Open));
        for (of, seen) in seen {
            // A side that was never heard of has no last time.
            if let Some(seen) = seen {
                self.last_seen.get_or_create(&[side(of)]).set(seen.as_second());
            }
        }
        self.database_bytes.set(whole(room.taken));
        self.disk_free_bytes.set(room.free.map_or(-1, whole));
        for cause in Cause::ALL {
            let is_open = alerts.iter().any(|alert| alert.cause == cause.as_str());
            self.alerts.get_or_create(&[("cause", cause.as_str().to_owned())]).set(i64::from(is_open));
        }
        let failing = channels.iter().filter(|channel| channel.failure.is_some()).count();
        for (state, count) in [("works", channels.len() - failing), ("fails", failing)] {
            self.alert_channels.get_or_create(&[("state", state.to_owned())]).set(whole(count as u64));
        }
        self.reconciled.set(reconciled.as_ref().map_or(0, |last| last.at.as_second()));
        let found = reconciled
            .map_or([0; 4], |last| [last.discrepancies, last.needs_person, last.missed, last.healed]);
        for (standing, count) in ["all", "needs-person", "missed", "healed"].into_iter().zip(found) {
            self.discrepancies.get_or_create(&[("standing", standing.to_owned())]).set(whole(count));
        }
        Ok(())
    }

    fn tallies(&self, tallies: &Tallies) {
        let set = |counts: &Counts<1>, name: &'static str, values: &[(&str, i64)]| {
            for (value, count) in values {
                counts.get_or_create(&[(name, (*value).to_owned())]).set(*count);
            }
        };
        let Tallies { links, linked, with_remarks, inquiries, documents, payments, .. } = tallies;
        set(&self.links, "state", &[("known", *links), ("linked", *linked), ("with-remarks", *with_remarks)]);
        set(
            &self.inquiries,
            "state",
            &[
                ("known", inquiries.known),
                ("under-way", inquiries.under_way),
                ("waiting", inquiries.waiting),
                ("rejected", inquiries.rejected),
            ],
        );
        set(
            &self.documents,
            "state",
            &[
                ("placed", documents.placed),
                ("without-content", documents.without_content),
                ("without-inquiry", documents.without_inquiry),
            ],
        );
        set(&self.payments, "state", &[("counted", payments.counted), ("unplaced", payments.unplaced)]);
        for of in [Side::OneC, Side::Bitrix] {
            let figures = tallies.of(of);
            for (state, count) in [("due", figures.due), ("leased", figures.leased)] {
                self.deliveries.get_or_create(&[side(of), ("state", state.to_owned())]).set(count);
            }
            for (outcome, count) in &figures.outcomes {
                let settled = self.delivered.get_or_create_owned(&[side(of), ("outcome", outcome.clone())]);
                settled.inner().store(count.unsigned_abs(), Ordering::Relaxed);
            }
        }
        // A cause for which nothing waits any more is gone.
        self.held.clear();
        for held in &tallies.held {
            let labels = [("kind", held.kind.as_str().to_owned()), ("reason", held.code.as_str().to_owned())];
            self.held.get_or_create(&labels).set(held.count);
        }
        self.conflicts.set(tallies.held_of(HeldKind::Conflict));
    }
}

fn side(side: Side) -> (&'static str, String) {
    ("side", side.as_str().to_owned())
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
