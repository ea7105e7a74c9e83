//! Finds out which counterparties the portal already has: by the GUID of an interrupted call, by the index of its
//! ИНН, and by asking for the ИНН once more right before companies are made.

use std::collections::{BTreeSet, HashMap, HashSet};

use bitrix::wire::Requisite;
use domain::Verdict;
use store::{PortalRequisite, Write};
use tracing::{debug, info};

use super::Round;
use super::reasons::held_by_another;
use super::setback::count;
use super::work::Work;
use crate::engine::EngineError;
use crate::plan::{Candidate, Presence, Step, step};
use crate::{Engine, portal};

/// The cursor that says that the index of the portal has been read.
const INDEX: &str = "portal-index";

impl Engine {
    /// Reads every ИНН of the portal once; later changes come with the cards that are read anyway.
    pub(crate) async fn ensure_index(&self) -> Result<(), EngineError> {
        let _alone = self.indexing.lock().await;
        if self.store.cursor(INDEX).await?.is_some() {
            return Ok(());
        }
        let mut write = self.store.begin().await?;
        write.clear_portal_index().await?;
        write.commit().await?;
        let (now, mut count) = (self.clock.now(), 0);
        let mut pages = portal::all_requisites(&self.client);
        while let Some(rows) = pages.next_as::<Requisite>().await? {
            let requisites: Vec<PortalRequisite> =
                rows.iter().filter_map(|row| portal::index_row(row, now)).collect();
            count += requisites.len();
            let mut write = self.store.begin().await?;
            write.put_portal_requisites(&requisites).await?;
            write.commit().await?;
        }
        let mut write = self.store.begin().await?;
        write.set_cursor(INDEX, &self.clock.now().to_string()).await?;
        write.commit().await?;
        info!(count, "The index of the portal has {count} requisites with an ИНН");
        Ok(())
    }

    /// Gives every work its company if the portal has one; parks those that several companies claim.
    pub(super) async fn locate(&self, works: &mut Vec<Work>, round: &mut Round) -> Result<(), EngineError> {
        self.look_for_what_was_made(works).await?;
        let mut candidates = self.candidates(works).await?;
        let taken = self.without_those_of_others(works, &mut candidates).await?;
        let mut kept = Vec::with_capacity(works.len());
        let mut write = self.store.begin().await?;
        for mut work in works.drain(..) {
            if work.link.company_id.is_some() {
                kept.push(work);
                continue;
            }
            let presence = Presence::Unlinked(candidates.get(work.inn()).cloned().unwrap_or_default());
            if candidates.get(work.inn()).is_none_or(Vec::is_empty)
                && let Some(company) = taken.get(work.inn())
            {
                let verdict = self.wait_for_inn(&work, *company);
                count(&verdict, round);
                write.settle(&work.delivery, &verdict, None, self.clock.now()).await?;
                continue;
            }
            match step(&work.link, &presence, &self.settings.rules, self.settings.match_by) {
                Step::Park(reason) => {
                    write.settle(&work.delivery, &Verdict::Park(reason), None, self.clock.now()).await?;
                    round.parked += 1;
                }
                Step::Adopt(candidate) => {
                    work.link.company_id = Some(candidate.company_id);
                    work.link.requisite_id = Some(candidate.requisite_id);
                    work.adopted = true;
                    kept.push(work);
                }
                Step::Create(_) | Step::Change(..) | Step::Nothing => kept.push(work),
            }
        }
        write.commit().await?;
        *works = kept;
        Ok(())
    }

    /// Takes out the requisites that are another counterparty's: 1C gave that one another ИНН, and the portal does
    /// not show it yet. Returns a company for each ИНН that is held so.
    async fn without_those_of_others(
        &self,
        works: &[Work],
        candidates: &mut HashMap<String, Vec<Candidate>>,
    ) -> Result<HashMap<String, i64>, EngineError> {
        // Found by their GUID a moment ago, so no link says yet whose they are.
        let found_now: HashSet<i64> = works
            .iter()
            .filter(|work| work.link.requisite_id.is_none())
            .filter_map(|work| work.link.company_id)
            .collect();
        let mut taken = HashMap::new();
        for (inn, rows) in candidates {
            let mut free = Vec::with_capacity(rows.len());
            for row in rows.drain(..) {
                let linked = self.store.link_by_company_requisite(row.company_id, row.requisite_id).await?;
                if linked.is_some() || found_now.contains(&row.company_id) {
                    taken.insert(inn.clone(), row.company_id);
                } else {
                    free.push(row);
                }
            }
            *rows = free;
        }
        Ok(taken)
    }

    /// The company is another counterparty's as yet: look again when that one may have got its new ИНН.
    pub(super) fn wait_for_inn(&self, work: &Work, company: i64) -> Verdict {
        match self.settings.pauses.after(work.delivery.attempts + 1, self.ids.random()) {
            Some(pause) => Verdict::RetryAt(self.clock.now() + pause),
            None => Verdict::Park(held_by_another(work, company)),
        }
    }

    /// An intent without a company is a call whose answer was lost: what it made carries our GUID. A foreign
    /// counterparty without ИНН is known by its GUID alone.
    async fn look_for_what_was_made(&self, works: &mut [Work]) -> Result<(), EngineError> {
        let origins: Vec<String> = works.iter().filter(|work| by_origin(work)).map(Work::origin).collect();
        if origins.is_empty() {
            return Ok(());
        }
        let made = portal::made_for(&self.client, &origins).await?;
        for work in works.iter_mut().filter(|work| by_origin(work)) {
            if let Some(company) = made.get(&work.origin()).and_then(|companies| companies.first()) {
                debug!(link = %work.link.id, company, "The lost call had made company {company}");
                work.link.company_id = Some(*company);
            }
        }
        Ok(())
    }

    async fn candidates(&self, works: &[Work]) -> Result<HashMap<String, Vec<Candidate>>, EngineError> {
        let mut inns: Vec<String> = works
            .iter()
            .filter(|work| work.link.company_id.is_none())
            .map(|work| work.inn().to_owned())
            .filter(|inn| !inn.is_empty())
            .collect();
        inns.sort_unstable();
        inns.dedup();
        let texts: Vec<&str> = inns.iter().map(String::as_str).collect();
        let mut found = self.store.portal_requisites_by_inn(&texts).await?;
        // An employee may have made the company since the index was read, or merged one of several away.
        let claimants = |inn: &str| {
            found.iter().filter(|row| row.inn == inn).map(|row| row.company_id).collect::<BTreeSet<_>>().len()
        };
        inns.retain(|inn| claimants(inn) != 1);
        found.retain(|row| !inns.contains(&row.inn));
        if !inns.is_empty() {
            let fresh = portal::holders_of(&self.client, &inns, self.clock.now()).await?;
            remember(self.store.begin().await?, &fresh).await?;
            found.extend(fresh);
        }
        let mut candidates: HashMap<String, Vec<Candidate>> = HashMap::new();
        for PortalRequisite { requisite_id, company_id, inn, kpp, .. } in found {
            let kpp = kpp.unwrap_or_default();
            candidates.entry(inn).or_default().push(Candidate { company_id, requisite_id, kpp });
        }
        Ok(candidates)
    }
}

async fn remember(mut write: Write, requisites: &[PortalRequisite]) -> Result<(), EngineError> {
    if !requisites.is_empty() {
        write.put_portal_requisites(requisites).await?;
        write.commit().await?;
    }
    Ok(())
}

fn by_origin(work: &Work) -> bool {
    work.link.company_id.is_none() && (work.delivery.intent.is_some() || work.inn().is_empty())
}
