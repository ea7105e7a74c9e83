//! What deals show becomes inquiries and deliveries for 1C.

use std::collections::{BTreeMap, BTreeSet};

use bitrix::wire::Deal;
use domain::{Reason, ReasonCode, Timestamp};
use store::{InquiryRow, InquiryState, StoreError, Write};

use super::plan::{self, Outlook};
use super::read;
use crate::Engine;
use crate::engine::EngineError;

/// Deals read together: their rows, stages and people fit two requests.
const TOGETHER: usize = 480;
/// The cursor that says since when Parom looks at deals: what was closed before is history.
const SINCE: &str = "inquiries-since";
/// What a deleted deal is called in 1C, where its stage stands.
const DELETED: &str = "Сделка удалена в Битрикс24";

impl Engine {
    /// Takes deals as they were listed, with their product rows. Those that are `forced` are read even if their time
    /// says that nothing changed. Returns how many show something new.
    pub(crate) async fn take_deals(
        &self,
        deals: Vec<Deal>,
        forced: &BTreeSet<i64>,
    ) -> Result<usize, EngineError> {
        let since = self.inquiries_since().await?;
        let mut changed = 0;
        for deals in deals.chunks(TOGETHER) {
            let ids: Vec<i64> = deals.iter().map(|deal| deal.id).collect();
            let known: BTreeMap<i64, InquiryRow> =
                self.store.inquiries(&ids).await?.into_iter().map(|row| (row.deal_id, row)).collect();
            let news: Vec<Deal> = deals
                .iter()
                .filter(|deal| match known.get(&deal.id) {
                    Some(row) => {
                        forced.contains(&deal.id)
                            || row.snapshot.is_none()
                            || row.changed_at != deal.date_modify
                    }
                    None => self.may_travel(deal, since),
                })
                .cloned()
                .collect();
            if news.is_empty() {
                continue;
            }
            let mut terms = self.terms.lock().await;
            terms.learn(&self.client, &news, self.clock.now()).await?;
            let ids: Vec<i64> = news.iter().map(|deal| deal.id).collect();
            let mut products = if self.settings.inquiries.sends("products") {
                read::products(&self.client, &ids).await?
            } else {
                BTreeMap::new()
            };
            let mut write = self.store.begin().await?;
            for deal in &news {
                let rows = products.remove(&deal.id).unwrap_or_default();
                let snapshot = read::snapshot(deal, &rows, &terms, &self.settings.inquiries);
                changed += usize::from(self.take_deal(&mut write, deal, snapshot).await?);
            }
            write.commit().await?;
        }
        Ok(changed)
    }

    async fn take_deal(
        &self,
        write: &mut Write,
        deal: &Deal,
        snapshot: domain::Inquiry,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let before = write.inquiry(deal.id).await?;
        let mut row = before.clone().unwrap_or_else(|| InquiryRow::new(deal.id, now));
        row.title.clone_from(&deal.title);
        row.company_id = Some(deal.company_id).filter(|company| *company > 0);
        row.responsible_id = Some(deal.assigned_by_id).filter(|user| *user > 0);
        row.changed_at = deal.date_modify;
        row.is_closed = deal.closed;
        row.is_lost = deal.stage_semantic_id == "F";
        row.is_gone = false;
        let is_news = row.snapshot.as_ref() != Some(&snapshot);
        let shows_other_sums = row
            .snapshot
            .as_ref()
            .is_none_or(|known| (known.amount, &known.currency) != (snapshot.amount, &snapshot.currency));
        row.snapshot = Some(snapshot);
        row.seen_at = now;
        self.plan_inquiry(write, &mut row, now).await?;
        if before.as_ref() != Some(&row) {
            write.put_inquiry(&row).await?;
        }
        // Sums are in the currency of the deal, and the debt is a part of its amount.
        if shows_other_sums && write.face(deal.id).await?.is_some() {
            write.want_face(deal.id, now).await?;
        }
        Ok(is_news)
    }

    /// These deals are not in the portal any more. 1C is told of those that it has; nothing is deleted there.
    pub(crate) async fn take_gone_deals(&self, gone: &[i64]) -> Result<(), StoreError> {
        let now = self.clock.now();
        for gone in gone.chunks(TOGETHER) {
            let mut write = self.store.begin().await?;
            for row in write.inquiries(gone).await? {
                let Some(mut row) = write.inquiry(row.deal_id).await? else { continue };
                if row.is_gone {
                    continue;
                }
                row.is_gone = true;
                row.is_closed = true;
                if let Some(snapshot) = &mut row.snapshot {
                    snapshot.closed = true;
                    DELETED.clone_into(&mut snapshot.stage);
                }
                row.seen_at = now;
                self.plan_inquiry(&mut write, &mut row, now).await?;
                if row.is_known_to_onec() {
                    write.put_inquiry(&row).await?;
                } else {
                    write.forget_inquiry(row.deal_id).await?;
                }
            }
            write.commit().await?;
        }
        Ok(())
    }

    /// Decides anew what 1C has to take of the deal; the caller saves the row.
    pub(crate) async fn plan_inquiry(
        &self,
        write: &mut Write,
        row: &mut InquiryRow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let outlook = self.outlook(write, row).await?;
        let handed = match (&row.state, row.delivery) {
            (
                InquiryState::Handed { .. } | InquiryState::Rejected(_) | InquiryState::Dropped(_),
                Some(delivery),
            ) => write.handed_inquiry(delivery).await?.map(|(_, sent)| sent),
            _ => None,
        };
        plan::next(row, outlook, handed.as_ref(), now);
        Ok(())
    }

    /// Decides anew about the deals of a company that wait for it.
    pub(crate) async fn plan_waiting_inquiries(
        &self,
        write: &mut Write,
        company: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for mut row in write.inquiries_waiting_for(company).await? {
            self.plan_inquiry(write, &mut row, now).await?;
            write.put_inquiry(&row).await?;
        }
        Ok(())
    }

    pub(super) async fn outlook(&self, write: &mut Write, row: &InquiryRow) -> Result<Outlook, StoreError> {
        let pipelines = &self.settings.inquiries.pipelines;
        if !row.is_known_to_onec() && !pipelines.is_empty() {
            let pipeline = row.snapshot.as_ref().map_or(0, |snapshot| pipeline_of(&snapshot.stage_id));
            if !pipelines.contains(&pipeline) {
                return Ok(Outlook::Nothing);
            }
        }
        let (clients, company) = match row.company_id {
            Some(company) => {
                (write.links_by_company(company).await?, write.portal_companies(&[company]).await?.pop())
            }
            None => (Vec::new(), None),
        };
        Ok(plan::outlook(row, &clients, company.as_ref()))
    }

    /// Whether a deal that Parom does not know may ever travel: it is of a pipeline that does, and it was not closed
    /// before Parom came.
    fn may_travel(&self, deal: &Deal, since: Option<Timestamp>) -> bool {
        let pipelines = &self.settings.inquiries.pipelines;
        let is_history = deal.closed
            && match (deal.date_create, since) {
                (Some(made), Some(since)) => made < since,
                (_, None) => true,
                (None, Some(_)) => false,
            };
        !is_history && (pipelines.is_empty() || pipelines.contains(&deal.category_id))
    }

    /// Since when Parom looks at deals, by the portal's clock.
    async fn inquiries_since(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.store.cursor(SINCE).await?.and_then(|text| text.parse().ok()))
    }

    /// Remembers when Parom looked at deals first.
    pub(super) async fn begin_inquiries(&self, portal_now: Timestamp) -> Result<(), StoreError> {
        if self.inquiries_since().await?.is_none() {
            let mut write = self.store.begin().await?;
            write.set_cursor(SINCE, &portal_now.to_string()).await?;
            write.commit().await?;
        }
        Ok(())
    }
}

/// The pipeline of a stage: `C1:NEW` is of pipeline 1, `NEW` of the one that every portal has.
fn pipeline_of(stage: &str) -> i64 {
    stage.strip_prefix('C').and_then(|rest| rest.split_once(':')?.0.parse().ok()).unwrap_or_default()
}

/// What 1C said when it refused a deal.
pub(super) fn refused(row: &InquiryRow, said: &str) -> Reason {
    let said = match said.trim() {
        "" => "причина не названа",
        said => said,
    };
    Reason::new(
        ReasonCode::RejectedByOneC,
        format!(
            "1С не приняла запрос по сделке «{}» (№ {}): {}. Исправьте сделку: после изменения она будет передана снова.",
            row.title,
            row.deal_id,
            said.trim_end_matches('.')
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_names_its_pipeline() {
        assert_eq!(pipeline_of("C12:PREPARATION"), 12);
        assert_eq!(pipeline_of("NEW"), 0);
        assert_eq!(pipeline_of("CUSTOM"), 0);
    }
}
