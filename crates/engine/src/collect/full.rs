//! The full compare: every card of the portal, for what leaves no trace in a list.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use bitrix::wire::Company;
use domain::{ReasonCode, Timestamp};
use store::StoreError;
use tracing::info;

use super::{COMPANIES, COMPARED, Collected};
use crate::Engine;
use crate::card::Presets;
use crate::engine::EngineError;
use crate::portal::{self, cards};

/// Companies whose requisites, addresses and bank details fit one request of fifty commands: 12 + 24 + 12.
const CHUNK: usize = 588;
/// Rows of our own tables looked through at a time.
const PAGE: usize = 1000;

impl Engine {
    /// Reads every card and takes it; finds what is gone.
    pub(super) async fn compare_all(&self, collected: &mut Collected) -> Result<(), EngineError> {
        let presets = *self.presets.get_or_try_init(|| portal::presets(&self.client)).await?;
        collected.first = self.store.cursor(COMPARED).await?.is_none();
        let began = self.clock.now();
        let portal_began = self.client.server_time().await?;
        collected.changed += self.compare_deals(portal_began).await?;
        // With the numbers of its requisites known, a card needs one request. Sweeps keep the index fresh; what it lacks
        // all the same is asked for once more.
        self.ensure_index().await?;

        let mut present: BTreeSet<i64> = BTreeSet::new();
        self.compared.store(0, Ordering::Relaxed);
        let mut waiting: Vec<Company> = Vec::new();
        let mut pages = self.client.pages(Company::listing());
        loop {
            let page = pages.next_as::<Company>().await?;
            let is_last = page.is_none();
            waiting.extend(page.into_iter().flatten());
            while waiting.len() >= CHUNK || (is_last && !waiting.is_empty()) {
                let chunk: Vec<Company> = waiting.drain(..waiting.len().min(CHUNK)).collect();
                present.extend(chunk.iter().map(|company| company.id));
                self.compare_chunk(chunk, began, presets, collected).await?;
                self.compared.store(present.len() as u64, Ordering::Relaxed);
            }
            if is_last {
                break;
            }
        }
        self.find_gone(&present, presets, collected).await?;
        self.compare_faces().await?;
        self.forget_the_old().await?;
        // A card that was changed while this ran is found by the sweep that follows.
        self.mark_sweep(portal_began).await?;
        let mut write = self.store.begin().await?;
        write.set_cursor(COMPARED, &began.to_string()).await?;
        write.set_cursor(COMPANIES, &present.len().to_string()).await?;
        write.commit().await?;
        info!(
            companies = present.len(),
            changed = collected.changed,
            "All {} companies were compared",
            present.len()
        );
        Ok(())
    }

    /// The list of companies may be some minutes old when its cards are taken, and dispatch may have written one of
    /// them meanwhile: then they are read anew.
    async fn compare_chunk(
        &self,
        companies: Vec<Company>,
        began: Timestamp,
        presets: Presets,
        collected: &mut Collected,
    ) -> Result<(), EngineError> {
        let ids: Vec<i64> = companies.iter().map(|company| company.id).collect();
        let _turn = self.turnstile.lock().await;
        let known = self.known_requisites(&ids).await?;
        let without_deal = self.new_without_deal(&ids).await?;
        let read = if self.is_any_newer(&ids, began).await? {
            cards::read(&self.client, &ids, &known, &without_deal).await?
        } else {
            cards::read_hanging(&self.client, companies, &known, &without_deal).await?
        };
        self.take_portal(read, &ids, &BTreeSet::new(), presets, collected).await
    }

    /// Whether one of these was seen after `began`: its row in the list may be older than what is known.
    async fn is_any_newer(&self, companies: &[i64], began: Timestamp) -> Result<bool, StoreError> {
        let links = self.store.links_by_companies(companies).await?;
        Ok(links.iter().filter_map(|link| link.bitrix.as_ref()).any(|shown| shown.seen_at >= began))
    }

    /// Deals are asked for where a missed one would keep a company waiting for ever.
    async fn new_without_deal(&self, companies: &[i64]) -> Result<Vec<i64>, StoreError> {
        let waiting: BTreeSet<i64> = self
            .store
            .portal_companies(companies)
            .await?
            .into_iter()
            .filter(|company| company.waits.as_ref().is_some_and(|reason| reason.code == ReasonCode::NoDeal))
            .map(|company| company.company_id)
            .collect();
        Ok(waiting.into_iter().collect())
    }

    /// Companies that were known and were not in the list. They are asked for once more before they count as gone.
    async fn find_gone(
        &self,
        present: &BTreeSet<i64>,
        presets: Presets,
        collected: &mut Collected,
    ) -> Result<(), EngineError> {
        let mut after = 0;
        loop {
            let page = self.store.portal_companies_page(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.company_id;
            let missing: Vec<i64> =
                page.iter().map(|company| company.company_id).filter(|id| !present.contains(id)).collect();
            for ids in missing.chunks(CHUNK) {
                let _turn = self.turnstile.lock().await;
                let known = self.known_requisites(ids).await?;
                let read = cards::read(&self.client, ids, &known, &[]).await?;
                self.take_portal(read, ids, &BTreeSet::new(), presets, collected).await?;
            }
        }
    }
}
