//! What there is to look at, read once per look.

use domain::{ReasonCode, Side, Timestamp};
use engine::{Engine, Reconciled};
use store::{AlertChannel, Lane, Room, Store, StoreError, Tallies};

/// How the whole stands, as far as alerts and the digest are concerned.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Since when this process watches: what it could not see was not silent.
    pub watched_since: Timestamp,
    /// When 1C last called. `None`: never yet.
    pub onec_seen: Option<Timestamp>,
    /// When Bitrix24 last answered any node. `None`: never yet.
    pub portal_seen: Option<Timestamp>,
    /// Why Bitrix24 does not answer this process.
    pub portal_failure: Option<Silence>,
    /// Since when and why nothing travels to Bitrix24.
    pub stopped: Option<Silence>,
    /// What was carried, what is under way, what waits for a person.
    pub tallies: Tallies,
    /// The room of the database.
    pub room: Room,
    /// What the last reconciliation came to.
    pub reconciled: Option<Reconciled>,
    /// What does not fit of the adapter of 1C or of the module of the portal, and what to do.
    pub misfits: Vec<String>,
    /// The channels of these alerts.
    pub channels: Vec<AlertChannel>,
}

/// Since when there is nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The beginning.
    pub since: Timestamp,
    /// The reason, in Russian.
    pub text: String,
}

impl Figures {
    /// Reads them.
    pub(crate) async fn read(
        store: &Store,
        engine: Option<&Engine>,
        watched_since: Timestamp,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let health = engine.map(Engine::portal_health).unwrap_or_default();
        let stopped = match store.lane(Side::Bitrix).await? {
            Lane::Open => None,
            Lane::Stopped { reason, since } => Some(Silence { since, text: reason }),
        };
        Ok(Self {
            watched_since,
            onec_seen: store.seen_onec().await?,
            // Written down now and then; what this process has seen itself is newer.
            portal_seen: store.seen_portal().await?.max(health.answered_at),
            portal_failure: health
                .failure
                .map(|failure| Silence { since: failure.since, text: failure.text }),
            stopped,
            tallies: store.tallies().await?,
            room: store.room().await?,
            reconciled: engine::reconciled(store).await?,
            misfits: engine::misfits(store, now).await?,
            channels: store.alert_channels().await?,
        })
    }

    /// What waits for a person: records, companies, deals, documents, fields.
    pub fn parked(&self) -> i64 {
        self.tallies.needs_person()
    }

    /// The same by cause, the most frequent first.
    pub(crate) fn parked_by_reason(&self) -> Vec<(ReasonCode, i64)> {
        let mut groups: Vec<(ReasonCode, i64)> = Vec::new();
        for held in self.tallies.held.iter().filter(|held| held.kind.needs_person()) {
            match groups.iter_mut().find(|(code, _)| *code == held.code) {
                Some((_, count)) => *count += held.count,
                None => groups.push((held.code, held.count)),
            }
        }
        groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        groups
    }
}
