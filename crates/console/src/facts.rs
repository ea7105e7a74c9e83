//! How the whole stands, read at most every few seconds however many pages ask.

use std::sync::Arc;

use domain::{Side, SignedDuration, Timestamp};
use engine::Reconciled;
use store::{Hello, Lane, StoreError, Summary};

use crate::state::Console;

/// Figures that are older are read again.
const FRESH: SignedDuration = SignedDuration::from_secs(2);

/// More conflicts than this are told as «more than».
pub(crate) const CONFLICTS_SHOWN_MAX: usize = 100;

/// How the whole stands.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// When this was read.
    pub(crate) at: Timestamp,
    pub(crate) summary: Summary,
    /// Whether anything travels to Bitrix24.
    pub(crate) lane: Lane,
    /// When 1C called last.
    pub(crate) onec_seen: Option<Timestamp>,
    pub(crate) adapter: Option<Hello>,
    /// Fields that wait for a decision; at most one more than [`CONFLICTS_SHOWN_MAX`].
    pub(crate) conflicts: usize,
    pub(crate) reconciled: Option<Reconciled>,
}

impl Facts {
    async fn read(console: &Console) -> Result<Self, StoreError> {
        let store = &console.store;
        Ok(Self {
            at: console.now(),
            summary: store.summary().await?,
            lane: store.lane(Side::Bitrix).await?,
            onec_seen: store.seen_onec().await?,
            adapter: store.adapter().await?,
            conflicts: store.conflicts(None, CONFLICTS_SHOWN_MAX + 1).await?.len(),
            reconciled: engine::reconciled(store).await?,
        })
    }

    /// Records that wait for a person.
    pub(crate) fn parked(&self) -> i64 {
        self.summary.onec.parked + self.summary.bitrix.parked
    }

    /// Deliveries under way to a side.
    pub(crate) fn under_way(&self, side: Side) -> i64 {
        let figures = self.summary.of(side);
        figures.due + figures.leased
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
