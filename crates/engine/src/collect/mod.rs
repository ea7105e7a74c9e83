//! Learns what employees changed in Bitrix24, and misses nothing.
//!
//! Three sources, from quick to thorough: notices ([`Engine::notice`], and [`Engine::hear`] which
//! fetches them) name cards to look at, a sweep asks for what
//! was made or changed since the last one, a full compare reads every card, for what leaves no trace in a list:
//! addresses, deletions, merged companies. All three end in the same place: the card is read whole and compared
//! with what it last showed ([`take`]).
//!
//! Architecture invariant: a card is read and taken, or written and read back, never both at once: collect and
//! dispatch share one turnstile, so that an old reading never overwrites a newer one.

mod fingerprint;
mod full;
mod notice;
mod offline;
mod owner;
mod sweep;
mod take;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use domain::{SignedDuration, Timestamp};
use store::{Look, StoreError};
use tracing::{info, warn};

use crate::Engine;
use crate::engine::EngineError;
use crate::portal::{self, cards};

pub(crate) use offline::Hearing;
pub(crate) use sweep::Swept;

/// Cards read together: their lists fit one request of fifty commands.
const CARDS_MAX: usize = 480;
/// Notices taken up together.
const LOOKS_MAX: usize = 480;
/// The cursor that holds when the portal was last compared in full.
const COMPARED: &str = "collect-compared";
/// The cursor that asks for the next full compare before its time.
const WANTED: &str = "collect-wanted";
/// A full compare that somebody asked for starts so long after the last one at the earliest.
const WANTED_PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// The cursor that asks for a full compare at once, because a person waits for it.
pub(crate) const WANTED_NOW: &str = "collect-wanted-now";
/// The cursor that holds how many companies the last full compare read.
const COMPANIES: &str = "collect-companies";

/// What one look at the portal brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Whether the whole portal was read for the first time.
    pub first: bool,
    /// Whether the whole portal was read.
    pub compared: bool,
    /// Cards that were read.
    pub read: usize,
    /// Counterparties that show something else than before.
    pub changed: usize,
    /// Companies that are not in the portal any more.
    pub gone: usize,
}

impl Engine {
    /// Looks at what is due: everything for the first time and on schedule, else what was noticed or changed.
    pub async fn collect(&self) -> Result<Collected, EngineError> {
        let mut collected = Collected::default();
        if self.is_compare_due().await? {
            self.compare_all(&mut collected).await?;
            collected.compared = true;
        } else {
            let sweep = if self.is_sweep_due() { Some(self.sweep().await?) } else { None };
            self.look(sweep, &mut collected).await?;
        }
        if collected.changed > 0 || collected.gone > 0 {
            info!(
                read = collected.read,
                changed = collected.changed,
                gone = collected.gone,
                "Bitrix24 shows {} changed counterparties",
                collected.changed
            );
            self.wake();
        }
        self.reconcile_what_was_compared().await?;
        Ok(collected)
    }

    /// Reads the whole portal now, whatever the schedule says.
    pub async fn collect_all(&self) -> Result<Collected, EngineError> {
        let mut collected = Collected { compared: true, ..Collected::default() };
        self.compare_all(&mut collected).await?;
        self.wake();
        Ok(collected)
    }

    async fn is_compare_due(&self) -> Result<bool, StoreError> {
        let Some(compared) = self.compared_at().await? else { return Ok(true) };
        if self.moment(WANTED_NOW).await?.is_some_and(|wanted| wanted > compared) {
            return Ok(true);
        }
        let since = self.clock.now().duration_since(compared);
        Ok(since >= self.settings.full_compare_every
            || (since >= WANTED_PAUSE && self.moment(WANTED).await?.is_some_and(|wanted| wanted > compared)))
    }

    /// When the last full compare began.
    pub async fn compared_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.moment(COMPARED).await
    }

    async fn moment(&self, cursor: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.store.cursor(cursor).await?.and_then(|text| text.parse().ok()))
    }

    /// Reads the cards that a sweep or notices name, and takes what they show.
    async fn look(
        &self,
        mut sweep: Option<sweep::Sweep>,
        collected: &mut Collected,
    ) -> Result<(), EngineError> {
        if let Some(sweep) = &mut sweep {
            collected.changed += self.take_deals(sweep.deals.clone(), &BTreeSet::new()).await?;
        }
        loop {
            let looks = self.store.looks(LOOKS_MAX).await?;
            let deals: BTreeSet<i64> = looks
                .iter()
                .filter(|look| look.entity == store::Entity::Deal)
                .map(|look| look.entity_id)
                .collect();
            collected.changed += self.look_at_deals(&deals).await?;
            let mut companies: BTreeSet<i64> = self.resolve(&looks).await?;
            let forced = companies.clone();
            if let Some(sweep) = &sweep {
                companies.extend(sweep.companies());
            }
            let ids: Vec<i64> = companies.into_iter().collect();
            for ids in ids.chunks(CARDS_MAX) {
                self.read_and_take(ids, &forced, collected).await?;
            }
            self.forget_looks(&looks).await?;
            if looks.len() < LOOKS_MAX {
                break;
            }
        }
        if let Some(sweep) = sweep {
            self.finish(sweep).await?;
        }
        Ok(())
    }

    async fn read_and_take(
        &self,
        companies: &[i64],
        forced: &BTreeSet<i64>,
        collected: &mut Collected,
    ) -> Result<(), EngineError> {
        let presets = *self.presets.get_or_try_init(|| portal::presets(&self.client)).await?;
        let _turn = self.turnstile.lock().await;
        let known = self.known_requisites(companies).await?;
        let without_deal = self.without_deal(companies).await?;
        let read = cards::read(&self.client, companies, &known, &without_deal).await?;
        self.take_portal(read, companies, forced, presets, collected).await
    }

    /// The requisites with an ИНН that these companies had when they were last read.
    async fn known_requisites(&self, companies: &[i64]) -> Result<Vec<i64>, StoreError> {
        let known = self.store.portal_requisites_of_companies(companies).await?;
        Ok(known.into_iter().map(|requisite| requisite.requisite_id).collect())
    }

    /// Companies of which no deal is known yet.
    async fn without_deal(&self, companies: &[i64]) -> Result<Vec<i64>, StoreError> {
        let dealt: BTreeSet<i64> = self
            .store
            .portal_companies(companies)
            .await?
            .into_iter()
            .filter(|company| company.has_deal)
            .map(|company| company.company_id)
            .collect();
        Ok(companies.iter().copied().filter(|company| !dealt.contains(company)).collect())
    }

    async fn forget_looks(&self, looks: &[Look]) -> Result<(), StoreError> {
        if looks.is_empty() {
            return Ok(());
        }
        let mut write = self.store.begin().await?;
        write.looked(looks).await?;
        write.commit().await
    }

    /// Something was deleted whose owner nobody knows.
    async fn want_compare(&self) -> Result<(), StoreError> {
        warn!("Something was deleted in Bitrix24 whose owner is not known; everything will be compared soon");
        self.ask_for_compare().await
    }

    /// Asks whoever collects to compare everything at once: a person waits for it.
    pub(crate) async fn ask_for_compare_now(&self) -> Result<(), StoreError> {
        let mut write = self.store.begin().await?;
        write.set_cursor(WANTED_NOW, &self.clock.now().to_string()).await?;
        write.commit().await?;
        self.wake_collect();
        Ok(())
    }

    /// How many companies the full compare that runs here has read, and how many the last one did.
    pub(crate) async fn comparing(&self) -> Result<(u64, Option<u64>), StoreError> {
        let last = self.store.cursor(COMPANIES).await?.and_then(|text| text.parse().ok());
        Ok((self.compared.load(Ordering::Relaxed), last))
    }

    /// Asks whoever collects to compare everything soon, be it in another process.
    pub async fn ask_for_compare(&self) -> Result<(), StoreError> {
        let mut write = self.store.begin().await?;
        write.set_cursor(WANTED, &self.clock.now().to_string()).await?;
        write.commit().await
    }
}
