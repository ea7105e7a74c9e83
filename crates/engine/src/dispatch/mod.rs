//! Deliveries for Bitrix24 become as few requests as possible, are read back, and get their verdict.
//!
//! A round leases deliveries, finds out what the portal already has of them ([`locate`]), and works them off in
//! portions ([`portion`]): read the cards that exist, decide, make the intents durable, write in full batches,
//! read back, settle. An answer that never came leaves its intent behind, and the next attempt looks first.

mod locate;
mod portion;
mod reasons;
mod repeated;
mod sending;
mod setback;
mod settle;
mod trouble;
mod work;

use domain::{Side, SignedDuration};
use store::Lane;
use tracing::{info, warn};

use crate::engine::EngineError;
use crate::{Engine, portal};

pub use trouble::Trouble;
use work::Work;

/// Deliveries of one round; the look-up of their ИНН fits one request.
const ROUND_MAX: usize = 1920;
/// Deliveries of one portion; reading their cards back fits one request of 50 commands.
const PORTION_MAX: usize = 480;
/// How long a round may hold its deliveries. Another process takes them over afterwards.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
/// A portion is not begun with less of the lease left than this.
const LEASE_MARGIN: SignedDuration = SignedDuration::from_mins(4);

/// What one round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Deliveries that were due.
    pub leased: usize,
    /// Companies made.
    pub created: usize,
    /// Companies that were in the portal before and now belong to a counterparty of 1C.
    pub linked: usize,
    /// Companies changed.
    pub updated: usize,
    /// Deliveries that found everything as it should be.
    pub unchanged: usize,
    /// Deliveries that wait for a person now.
    pub parked: usize,
    /// Deliveries that will be tried again.
    pub again: usize,
    /// What kept the round from doing more.
    pub trouble: Option<Trouble>,
}

impl Engine {
    /// One round: takes what is due and brings it to Bitrix24. An empty round asks nothing of the portal.
    pub async fn tick(&self) -> Result<Round, EngineError> {
        let now = self.clock.now();
        let stopped = matches!(self.store.lane(Side::Bitrix).await?, Lane::Stopped { .. });
        // A stopped lane is tried with a single delivery, so that it opens by itself once the cause is mended.
        let limit = if stopped { 1 } else { ROUND_MAX };
        let fence = i64::try_from(self.ids.random() >> 1).expect("63 bits");
        let deliveries = self.store.lease(Side::Bitrix, limit, now, now + LEASE, fence).await?;
        let mut round = Round { leased: deliveries.len(), ..Round::default() };
        if deliveries.is_empty() {
            return Ok(round);
        }
        let mut works = self.load(deliveries).await?;
        match self.work_off(&mut works, now + LEASE, &mut round).await {
            Ok(()) if stopped => self.reopen().await?,
            Ok(()) => {}
            Err(EngineError::Store(error)) => return Err(error.into()),
            Err(error) => {
                let trouble = Trouble::of(&error, self.clock.now(), &self.settings);
                self.give_back(works, &mut round, trouble).await?;
            }
        }
        info!(
            leased = round.leased,
            created = round.created,
            linked = round.linked,
            updated = round.updated,
            unchanged = round.unchanged,
            parked = round.parked,
            again = round.again,
            "A round to Bitrix24 is done"
        );
        self.observer.round(&round);
        Ok(round)
    }

    async fn work_off(
        &self,
        works: &mut Vec<Work>,
        lease_until: domain::Timestamp,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        let presets = *self.presets.get_or_try_init(|| portal::presets(&self.client)).await?;
        self.ensure_index().await?;
        self.locate(works, round).await?;
        while !works.is_empty() {
            if lease_until - self.clock.now() < LEASE_MARGIN {
                return self
                    .give_back(std::mem::take(works), round, Trouble::Slow { until: self.clock.now() })
                    .await;
            }
            let _turn = self.turnstile.lock().await;
            let portion = works.split_off(works.len().saturating_sub(PORTION_MAX));
            self.work_off_portion(portion, presets, round).await?;
            if let Some(trouble) = round.trouble.clone() {
                return self.give_back(std::mem::take(works), round, trouble).await;
            }
        }
        Ok(())
    }

    async fn reopen(&self) -> Result<(), EngineError> {
        let mut write = self.store.begin().await?;
        write.open_lane(Side::Bitrix).await?;
        write.commit().await?;
        warn!("The lane to Bitrix24 is open again");
        Ok(())
    }
}
