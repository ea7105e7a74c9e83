//! Compares both sides by what they last showed, lists what differs, and sends what was missed.
//!
//! Everything that differs has a delivery under way, waits for a person, or is left apart by a rule. Whatever is none of
//! the three was missed by somebody; [`Healing::Heal`] plans it again. What waits for a person goes on waiting.
//!
//! Reading order: [`Discrepancy`] → [`Reconciliation`] → `look` (one link) → `company` (companies that do not travel) →
//! `heal` → `kept` (what people look at later).

mod company;
mod discrepancy;
mod heal;
mod kept;
mod look;

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Link, LinkId, Side, Timestamp};
use serde::{Deserialize, Serialize};
use store::{PortalCompany, Standing as Delivered, StoreError};
use tracing::info;

use crate::{AskedToShow, Engine};

pub use discrepancy::{Discrepancy, DiscrepancyKind, FieldDifference, Standing};
pub use kept::{DiscrepancyFilter, KeptDiscrepancy, kept_discrepancies};

/// Links, or companies, that are looked at together.
const PAGE: usize = 500;
/// The cursor that holds what the last reconciliation came to.
const RECONCILED: &str = "reconciled";
/// The cursor that names the full compare after which everything was looked through and healed.
const CHECKED: &str = "reconcile-checked";

/// Whether to send what was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Healing {
    /// Look only.
    Look,
    /// Plan again what nobody carries.
    Heal,
}

/// Goes through everything that is known, page by page, so that memory does not grow with it.
#[derive(Debug)]
pub struct Reconciliation<'a> {
    engine: &'a Engine,
    healing: Healing,
    at: At,
    looked: u64,
    asked: Option<AskedToShow>,
    figures: BTreeMap<(DiscrepancyKind, Standing), u64>,
    needs_person: u64,
    run: i64,
    quiet_pages: u64,
}

/// How far it has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum At {
    Links(Option<LinkId>),
    Companies(i64),
    End,
}

/// What a reconciliation came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciled {
    /// When.
    pub at: Timestamp,
    /// When the portal was last read as a whole. `None`: not yet.
    pub compared_at: Option<Timestamp>,
    /// Everything that differs.
    pub discrepancies: u64,
    /// Of these: a person has to do something.
    pub needs_person: u64,
    /// Of these: nobody carries them.
    pub missed: u64,
    /// Of these: nobody carried them; they are under way now.
    pub healed: u64,
}

/// How far a reconciliation has come that is to go on later, or in another process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Passed {
    run: i64,
    /// Differences that are kept. What was kept beyond them is found again.
    kept: i64,
    at: At,
    looked: u64,
    figures: Vec<((DiscrepancyKind, Standing), u64)>,
    needs_person: u64,
    quiet_pages: u64,
}

impl Passed {
    /// Whether all counterparties were looked at.
    pub(crate) fn is_at_companies(&self) -> bool {
        !matches!(self.at, At::Links(_))
    }
}

/// What is known beside the links of a page.
struct Facts {
    open: HashMap<(LinkId, Side), Delivered>,
    companies: HashMap<i64, PortalCompany>,
    not_shown: HashSet<LinkId>,
}

impl Engine {
    /// Begins to compare both sides by what they last showed. To know what the portal shows now, read it first with
    /// [`collect_all`](Self::collect_all).
    pub async fn reconcile(&self, healing: Healing) -> Result<Reconciliation<'_>, StoreError> {
        let mut write = self.store.begin().await?;
        let run = write.begin_reconcile_run(healing == Healing::Heal, self.clock.now()).await?;
        write.commit().await?;
        Ok(Reconciliation {
            engine: self,
            healing,
            at: At::Links(None),
            looked: 0,
            asked: self.asked_to_show_all().await?,
            figures: BTreeMap::new(),
            needs_person: 0,
            run,
            quiet_pages: 0,
        })
    }

    /// Goes on with a reconciliation that has come so far.
    pub(crate) async fn resume_reconciliation(
        &self,
        healing: Healing,
        passed: Passed,
    ) -> Result<Reconciliation<'_>, StoreError> {
        let mut write = self.store.begin().await?;
        write.rewind_reconcile_run(passed.run, passed.kept).await?;
        write.commit().await?;
        Ok(Reconciliation {
            engine: self,
            healing,
            at: passed.at,
            looked: passed.looked,
            asked: self.asked_to_show_all().await?,
            figures: passed.figures.into_iter().collect(),
            needs_person: passed.needs_person,
            run: passed.run,
            quiet_pages: passed.quiet_pages,
        })
    }

    /// What the last reconciliation came to, whoever made it.
    pub async fn reconciled(&self) -> Result<Option<Reconciled>, StoreError> {
        reconciled(&self.store).await
    }

    /// After every full compare everything is looked through, and what was missed is sent.
    pub(crate) async fn reconcile_what_was_compared(&self) -> Result<(), StoreError> {
        let Some(compared) = self.compared_at().await? else { return Ok(()) };
        let compared = compared.to_string();
        if self.store.cursor(CHECKED).await?.as_deref() == Some(compared.as_str()) {
            return Ok(());
        }
        let mut reconciliation = self.reconcile(Healing::Heal).await?;
        while reconciliation.next().await?.is_some() {}
        let reconciled = reconciliation.finish().await?;
        let mut write = self.store.begin().await?;
        write.set_cursor(CHECKED, &compared).await?;
        write.commit().await?;
        info!(
            discrepancies = reconciled.discrepancies,
            needs_person = reconciled.needs_person,
            healed = reconciled.healed,
            "Both sides were reconciled: {} differences, {} wait for a person, {} are sent again",
            reconciled.discrepancies,
            reconciled.needs_person,
            reconciled.healed
        );
        Ok(())
    }
}

/// What the last reconciliation of a store came to.
pub async fn reconciled(store: &store::Store) -> Result<Option<Reconciled>, StoreError> {
    let text = store.cursor(RECONCILED).await?;
    // What another version wrote may read differently: then it is as if there had been none.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

impl Reconciliation<'_> {
    /// The differences of the next page, which may be none. `None`: everything was looked through.
    pub async fn next(&mut self) -> Result<Option<Vec<Discrepancy>>, StoreError> {
        let found = match self.at {
            At::Links(after) => self.links(after).await?,
            At::Companies(after) => self.companies(after).await?,
            At::End => return Ok(None),
        };
        for discrepancy in &found {
            *self.figures.entry((discrepancy.kind, discrepancy.standing)).or_default() += 1;
            self.needs_person += u64::from(discrepancy.needs_person);
        }
        self.keep(&found).await?;
        Ok(Some(found))
    }

    /// How many counterparties were looked at so far.
    pub fn looked(&self) -> u64 {
        self.looked
    }

    /// How many differences of each kind were found so far, by how they stand.
    pub fn figures(&self) -> &BTreeMap<(DiscrepancyKind, Standing), u64> {
        &self.figures
    }

    /// For how many of them a person is needed.
    pub(crate) fn needs_person(&self) -> u64 {
        self.needs_person
    }

    /// How far it has come.
    pub(crate) async fn passed(&self) -> Result<Passed, StoreError> {
        let kept = self.engine.store.reconcile_run(self.run).await?.map_or(0, |run| run.kept);
        Ok(Passed {
            run: self.run,
            kept,
            at: self.at.clone(),
            looked: self.looked,
            figures: self.figures.iter().map(|(figure, count)| (*figure, *count)).collect(),
            needs_person: self.needs_person,
            quiet_pages: self.quiet_pages,
        })
    }

    /// How the last wish stands that 1C show everything.
    pub fn asked(&self) -> Option<&AskedToShow> {
        self.asked.as_ref()
    }

    /// Keeps what it came to, for people who ask later.
    pub async fn finish(self) -> Result<Reconciled, StoreError> {
        self.write_down(&[], true).await?;
        let standing = |standing: Standing| -> u64 {
            self.figures.iter().filter(|((_, found), _)| *found == standing).map(|(_, count)| count).sum()
        };
        let reconciled = Reconciled {
            at: self.engine.clock.now(),
            compared_at: self.engine.compared_at().await?,
            discrepancies: self.figures.values().sum(),
            needs_person: self.needs_person,
            missed: standing(Standing::Missed),
            healed: standing(Standing::Healed),
        };
        let text = serde_json::to_string(&reconciled).expect("numbers and moments have a JSON");
        let mut write = self.engine.store.begin().await?;
        write.set_cursor(RECONCILED, &text).await?;
        write.commit().await?;
        Ok(reconciled)
    }

    async fn links(&mut self, after: Option<LinkId>) -> Result<Vec<Discrepancy>, StoreError> {
        let page = self.engine.store.links_page(after, PAGE).await?;
        self.at = match page.last() {
            Some(last) if page.len() == PAGE => At::Links(Some(last.id)),
            _ => At::Companies(0),
        };
        self.looked += page.len() as u64;
        let mut found = self.look_at(&page).await?;
        self.look_again(&mut found).await?;
        if self.healing == Healing::Heal {
            self.heal(&mut found).await?;
        }
        Ok(found)
    }

    async fn look_at(&self, links: &[Link]) -> Result<Vec<Discrepancy>, StoreError> {
        let facts = self.facts(links).await?;
        let mut found = Vec::new();
        for link in links {
            self.look(link, &facts, &mut found).await?;
        }
        Ok(found)
    }

    /// Links and deliveries are read one after the other, and others work meanwhile: what was brought in between looks
    /// as if nobody carried it. A second look at those few tells.
    async fn look_again(&self, found: &mut Vec<Discrepancy>) -> Result<(), StoreError> {
        let missed: HashSet<LinkId> = found
            .iter()
            .filter(|discrepancy| discrepancy.standing == Standing::Missed)
            .filter_map(|discrepancy| discrepancy.link)
            .collect();
        if missed.is_empty() {
            return Ok(());
        }
        found.retain(|discrepancy| discrepancy.link.is_none_or(|link| !missed.contains(&link)));
        let missed: Vec<LinkId> = missed.into_iter().collect();
        let links = self.engine.store.links_by_ids(&missed).await?;
        found.extend(self.look_at(&links).await?);
        found.sort_by_key(|discrepancy| discrepancy.link);
        Ok(())
    }

    async fn facts(&self, page: &[Link]) -> Result<Facts, StoreError> {
        let store = &self.engine.store;
        let ids: Vec<LinkId> = page.iter().map(|link| link.id).collect();
        let companies: Vec<i64> = page.iter().filter_map(|link| link.company_id).collect();
        let not_shown = match self.asked.as_ref().filter(|asked| asked.proves_absence()) {
            Some(asked) => store.not_shown_since(asked.wish.asked_at, &ids).await?,
            None => HashSet::new(),
        };
        let open = store.open_deliveries(&ids).await?;
        let companies = store.portal_companies(&companies).await?;
        Ok(Facts {
            open: open.into_iter().map(|open| ((open.delivery.link, open.delivery.side), open)).collect(),
            companies: companies.into_iter().map(|company| (company.company_id, company)).collect(),
            not_shown,
        })
    }
}
