//! How the whole stands, read at most every few seconds however many pages ask.

use std::sync::Arc;

use ::alerts::desk;
use domain::{Side, SignedDuration, Timestamp};
use engine::Reconciled;
use store::{Alert, HeldKind, Hello, Lane, Queue, StoreError, Tallies};

use crate::state::Console;

/// Figures that are older are read again.
const FRESH: SignedDuration = SignedDuration::from_secs(2);

/// How the whole stands.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// When this was read.
    pub(crate) at: Timestamp,
    pub(crate) tallies: Tallies,
    pub(crate) queues: Vec<Queue>,
    /// Whether anything travels to Bitrix24.
    pub(crate) lane: Lane,
    /// When 1C called last.
    pub(crate) onec_seen: Option<Timestamp>,
    pub(crate) adapter: Option<Hello>,
    pub(crate) reconciled: Option<Reconciled>,
    /// What people are alarmed of, the oldest first.
    pub(crate) alerts: Vec<Alert>,
}

impl Facts {
    async fn read(console: &Console) -> Result<Self, StoreError> {
        let store = &console.store;
        let adapter = store.adapter().await?;
        Ok(Self {
            at: console.now(),
            tallies: store.tallies().await?,
            queues: store.queues().await?,
            lane: store.lane(Side::Bitrix).await?,
            // That 1C called is written down once a minute, its hello at once.
            onec_seen: store.seen_onec().await?.max(adapter.as_ref().map(|hello| hello.at)),
            adapter,
            reconciled: engine::reconciled(store).await?,
            alerts: desk::open(store).await?,
        })
    }

    /// Whether the way of the first start has been gone: 1C calls, and both sides share a counterparty.
    pub(crate) fn is_set_up(&self) -> bool {
        self.onec_seen.is_some() && self.tallies.linked > 0
    }

    /// Fields that wait for a decision.
    pub(crate) fn conflicts(&self) -> u64 {
        self.tallies.held_of(HeldKind::Conflict).unsigned_abs()
    }

    /// Everything else that waits for a person.
    pub(crate) fn parked(&self) -> u64 {
        self.tallies.needs_person().unsigned_abs() - self.conflicts()
    }
}

impl Console {
    /// How the whole stands, at most some seconds old.
    pub(crate) async fn facts(&self) -> Result<Arc<Facts>, StoreError> {
        // Held while reading: of many pages that ask at once one reads.
        let mut kept = self.facts.lock().await;
        if let Some(facts) = kept.as_ref()
            && self.now().duration_since(facts.at).abs() < FRESH
        {
            return Ok(Arc::clone(facts));
        }
        let facts = Arc::new(Facts::read(self).await?);
        *kept = Some(Arc::clone(&facts));
        Ok(facts)
    }
}
