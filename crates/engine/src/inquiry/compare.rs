//! Deals that a sweep, a notice or a full compare names are read and taken.

use std::collections::BTreeSet;

use bitrix::wire::Deal;
use domain::Timestamp;

use super::read;
use crate::Engine;
use crate::engine::EngineError;

/// Rows of our own tables looked through at a time.
const PAGE: usize = 1000;
/// Deals asked for together.
const TOGETHER: usize = 2400;

impl Engine {
    /// Reads deals by their numbers, whatever their times say. What is not among them is gone.
    pub(crate) async fn look_at_deals(&self, deals: &BTreeSet<i64>) -> Result<usize, EngineError> {
        let mut changed = 0;
        let ids: Vec<i64> = deals.iter().copied().collect();
        for ids in ids.chunks(TOGETHER) {
            let listing = read::listing(&self.settings.inquiries);
            let found: Vec<Deal> = self.client.pages_of(listing, "ID", ids.iter().copied()).all_as().await?;
            let present: BTreeSet<i64> = found.iter().map(|deal| deal.id).collect();
            changed += self.take_deals(found, deals).await?;
            let gone: Vec<i64> = ids.iter().copied().filter(|id| !present.contains(id)).collect();
            self.take_gone_deals(&gone).await?;
        }
        Ok(changed)
    }

    /// Reads all deals, and says of which companies they are. Deals that were known and are not there any more are
    /// asked for once more before they count as gone.
    pub(crate) async fn compare_deals(&self, portal_now: Timestamp) -> Result<usize, EngineError> {
        self.begin_inquiries(portal_now).await?;
        let mut changed = 0;
        let mut present: BTreeSet<i64> = BTreeSet::new();
        let mut pages = self.client.pages(read::listing(&self.settings.inquiries));
        while let Some(deals) = pages.next_as::<Deal>().await? {
            present.extend(deals.iter().map(|deal| deal.id));
            let companies: BTreeSet<i64> =
                deals.iter().map(|deal| deal.company_id).filter(|id| *id > 0).collect();
            let companies: Vec<i64> = companies.into_iter().collect();
            let mut write = self.store.begin().await?;
            write.mark_deals(&companies, self.clock.now()).await?;
            write.commit().await?;
            // Product rows leave no trace in the time of a deal for sure: those of open inquiries are read again.
            let ids: Vec<i64> = deals.iter().filter(|deal| !deal.closed).map(|deal| deal.id).collect();
            let open: BTreeSet<i64> =
                self.store.inquiries(&ids).await?.into_iter().map(|row| row.deal_id).collect();
            changed += self.take_deals(deals, &open).await?;
        }
        let mut after = 0;
        loop {
            let page = self.store.inquiries_page(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.deal_id;
            let missing: BTreeSet<i64> = page
                .iter()
                .filter(|row| !row.is_gone && !present.contains(&row.deal_id))
                .map(|row| row.deal_id)
                .collect();
            if !missing.is_empty() {
                changed += self.look_at_deals(&missing).await?;
            }
        }
        Ok(changed)
    }
}
