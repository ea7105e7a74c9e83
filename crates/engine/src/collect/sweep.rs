//! What was made or changed since the last look, in one request.
//!
//! Times are the portal's alone. Every sweep looks a little further back than the last one ended, since a slow
//! transaction shows its rows late; what comes back unchanged because of that is known by its time and not read
//! again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::MutexGuard;

use bitrix::wire::{BankDetail, Company, Deal, Requisite};
use bitrix::{CallError, Client, Listing};
use domain::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Entity, PortalRequisite};

use crate::Engine;
use crate::card::COMPANY;
use crate::engine::EngineError;
use crate::portal;

/// How far a sweep looks back behind the end of the last one.
const OVERLAP: SignedDuration = SignedDuration::from_mins(3);
/// Times have whole seconds: a row read within its second may change once more without showing another time.
const TIE: SignedDuration = SignedDuration::from_secs(2);
/// Rows remembered from the overlap. Forgetting them costs a reading, nothing else.
const REMEMBERED_MAX: usize = 50_000;
/// How far back the first sweep looks when nobody knows where the last one ended.
const UNKNOWN: SignedDuration = SignedDuration::from_hours(24);
/// What a sweep needs of a requisite, for the index too.
const REQUISITE_FIELDS: [&str; 8] =
    ["ID", "ENTITY_ID", "ENTITY_TYPE_ID", "RQ_INN", "RQ_KPP", "ADDRESS_ONLY", "DATE_CREATE", "DATE_MODIFY"];
/// What a sweep needs of a bank detail.
const BANK_FIELDS: [&str; 4] = ["ID", "ENTITY_ID", "DATE_CREATE", "DATE_MODIFY"];
/// The cursor that holds where the last sweep ended.
const CURSOR: &str = "collect-swept";

/// Rows that were read after their second had passed, with their time.
#[derive(Debug, Default)]
pub(crate) struct Swept {
    rows: BTreeMap<(Entity, i64), Timestamp>,
    last: Option<Timestamp>,
}

/// Where a sweep ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Mark {
    /// By the portal's clock.
    portal: Timestamp,
    /// By ours: tells a portal whose clock was set back.
    ours: Timestamp,
}

/// What a sweep found.
#[derive(Debug)]
pub(super) struct Sweep {
    mark: Mark,
    from: Timestamp,
    news: Vec<Row>,
    /// Deals that were not read since they last changed.
    pub(super) deals: Vec<Deal>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    entity: Entity,
    id: i64,
    company: i64,
    at: Timestamp,
}

impl Sweep {
    /// The companies whose cards are to be read.
    pub(super) fn companies(&self) -> impl Iterator<Item = i64> {
        self.news.iter().map(|row| row.company)
    }
}

impl Engine {
    pub(super) fn is_sweep_due(&self) -> bool {
        let last = self.swept().last;
        last.is_none_or(|last| {
            let since = self.clock.now().duration_since(last);
            // A clock that was set back must not stop the sweeps until it has caught up.
            since >= self.settings.sweep_every || since.is_negative()
        })
    }

    /// Asks for everything that is new since the last sweep.
    pub(super) async fn sweep(&self) -> Result<Sweep, EngineError> {
        let now = self.clock.now();
        let before = self.mark().await?.unwrap_or(Mark { portal: now - UNKNOWN, ours: now - UNKNOWN });
        let mut from = before.portal - OVERLAP;
        let deals = crate::inquiry::deals(&self.settings.inquiries);
        let (mut portal_now, mut rows) = since(&self.client, &deals, from).await?;
        if portal_now < before.portal {
            // The portal's clock was set back: what was changed since then has times from before the mark.
            let elapsed = now.duration_since(before.ours).max(SignedDuration::ZERO);
            from = portal_now - elapsed - OVERLAP;
            (portal_now, rows) = since(&self.client, &deals, from).await?;
        }
        let deals = self.news_of_deals(&rows.deals);
        let news = self.news(rows).await?;
        Ok(Sweep { mark: Mark { portal: portal_now, ours: now }, from, news, deals })
    }

    /// Sets the mark where a full compare began: what changed while it ran is found by the next sweep.
    pub(super) async fn mark_sweep(&self, portal: Timestamp) -> Result<(), EngineError> {
        self.save(Mark { portal, ours: self.clock.now() }).await
    }

    /// The cards of a sweep have been read: the next one begins where it ended.
    pub(super) async fn finish(&self, sweep: Sweep) -> Result<(), EngineError> {
        self.save(sweep.mark).await?;
        let mut swept = self.swept();
        swept.last = Some(sweep.mark.ours);
        swept.rows.retain(|_, at| *at >= sweep.from);
        for row in sweep.news.into_iter().filter(|row| row.at + TIE <= sweep.mark.portal) {
            swept.rows.insert((row.entity, row.id), row.at);
        }
        for deal in sweep.deals {
            if let Some(at) = deal.date_modify.filter(|at| *at + TIE <= sweep.mark.portal) {
                swept.rows.insert((Entity::Deal, deal.id), at);
            }
        }
        if swept.rows.len() > REMEMBERED_MAX {
            swept.rows.clear();
        }
        Ok(())
    }

    async fn mark(&self) -> Result<Option<Mark>, EngineError> {
        Ok(self.store.cursor(CURSOR).await?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    async fn save(&self, mark: Mark) -> Result<(), EngineError> {
        let text = serde_json::to_string(&mark).expect("two times are JSON");
        let mut write = self.store.begin().await?;
        write.set_cursor(CURSOR, &text).await?;
        write.commit().await?;
        Ok(())
    }

    fn swept(&self) -> MutexGuard<'_, Swept> {
        self.swept.lock().expect("no holder of the sweep's memory panics")
    }

    /// The deals that were not read since they last changed.
    fn news_of_deals(&self, deals: &[Deal]) -> Vec<Deal> {
        let swept = self.swept();
        let is_known = |deal: &Deal| {
            deal.date_modify.is_some()
                && swept.rows.get(&(Entity::Deal, deal.id)) == deal.date_modify.as_ref()
        };
        deals.iter().filter(|deal| !is_known(deal)).cloned().collect()
    }

    /// The rows that were not read since they last changed, each with its company. A requisite teaches the index
    /// whose it is, so that its bank details are found.
    async fn news(&self, rows: Rows) -> Result<Vec<Row>, EngineError> {
        let now = self.clock.now();
        let index: Vec<PortalRequisite> =
            rows.requisites.iter().filter_map(|requisite| portal::index_row(requisite, now)).collect();
        if !index.is_empty() {
            let mut write = self.store.begin().await?;
            self.learn_requisites(&mut write, &index, now).await?;
            write.commit().await?;
        }
        let owners: Vec<i64> = rows.banks.iter().map(|bank| bank.entity_id).collect();
        let owners: BTreeMap<i64, i64> = self
            .store
            .portal_requisites_by_ids(&owners)
            .await?
            .into_iter()
            .map(|requisite| (requisite.requisite_id, requisite.company_id))
            .collect();

        let mut news: BTreeMap<(Entity, i64), Row> = BTreeMap::new();
        let mut add = |entity, id, company, at: Option<Timestamp>| {
            let at = at.unwrap_or(now);
            news.insert((entity, id), Row { entity, id, company, at });
        };
        for company in &rows.companies {
            add(Entity::Company, company.id, company.id, company.date_modify);
        }
        for requisite in &rows.requisites {
            let at = requisite.date_modify.or(requisite.date_create);
            add(Entity::Requisite, requisite.id, requisite.entity_id, at);
        }
        for bank in &rows.banks {
            if let Some(company) = owners.get(&bank.entity_id) {
                add(Entity::BankDetail, bank.id, *company, bank.date_modify.or(bank.date_create));
            }
        }
        for deal in rows.deals.iter().filter(|deal| deal.company_id > 0) {
            add(Entity::Deal, deal.id, deal.company_id, deal.date_modify);
        }
        let dealt: Vec<i64> = news
            .values()
            .filter(|row| row.entity == Entity::Deal)
            .map(|row| row.company)
            .collect::<BTreeSet<i64>>()
            .into_iter()
            .collect();
        // A deal says nothing but that there is one: it matters only to a company that had none.
        let first_deals: BTreeSet<i64> = self.without_deal(&dealt).await?.into_iter().collect();
        let swept = self.swept();
        Ok(news
            .into_values()
            .filter(|row| row.entity != Entity::Deal || first_deals.contains(&row.company))
            .filter(|row| swept.rows.get(&(row.entity, row.id)) != Some(&row.at))
            .collect())
    }
}

/// What a sweep read.
#[derive(Debug, Default)]
struct Rows {
    companies: Vec<Company>,
    requisites: Vec<Requisite>,
    banks: Vec<BankDetail>,
    deals: Vec<Deal>,
}

/// What was made or changed since `from`, and the portal's time when the reading began. `DATE_MODIFY` of requisites
/// and bank details is empty until their first change, so each has two lists.
/// <https://apidocs.bitrix24.com/api-reference/crm/requisites/universal/crm-requisite-list.html>
async fn since(client: &Client, deals: &Listing, from: Timestamp) -> Result<(Timestamp, Rows), CallError> {
    let from = from.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let (modified, created) = (">=DATE_MODIFY", ">=DATE_CREATE");
    let requisites =
        || Listing::new("crm.requisite.list").filter("ENTITY_TYPE_ID", COMPANY).select(REQUISITE_FIELDS);
    let banks = || Listing::new("crm.requisite.bankdetail.list").select(BANK_FIELDS);
    let companies = Listing::new("crm.company.list").select(["ID", "DATE_MODIFY"]);

    let mut lists = client.lists();
    let companies = lists.add(companies.filter(modified, from.as_str()));
    let requisites = [modified, created].map(|date| lists.add(requisites().filter(date, from.as_str())));
    let banks = [modified, created].map(|date| lists.add(banks().filter(date, from.as_str())));
    let deals = lists.add(deals.clone().filter(modified, from.as_str()));
    let mut rows = Rows::default();
    while let Some(pages) = lists.next().await? {
        for page in pages {
            match page.list {
                list if list == companies => rows.companies.extend(page.parse()?),
                list if requisites.contains(&list) => rows.requisites.extend(page.parse()?),
                list if banks.contains(&list) => rows.banks.extend(page.parse()?),
                list if list == deals => rows.deals.extend(page.parse()?),
                _ => unreachable!("a page of a list that was not asked for"),
            }
        }
    }
    match lists.began() {
        Some(began) => Ok((began, rows)),
        // A portal that does not say costs another request; what is changed between the two comes again.
        None => Ok((client.server_time().await? - OVERLAP, rows)),
    }
}
