//! Finds out which counterparties the portal already has: by the GUID of an interrupted call, by the index of its
//! ИНН, and by asking for the ИНН once more right before companies are made.

use std::collections::{BTreeSet, HashMap, HashSet};

use bitrix::wire::Requisite;
use domain::Verdict;
use store::PortalRequisite;
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
            let by = self.settings.match_by;
            let may_be = |candidate: &&Candidate| candidate.may_be(&work.link, by);
            let free = candidates.get(work.inn()).cloned().unwrap_or_default();
            if free.iter().find(may_be).is_none()
                && let Some(held) = taken.get(work.inn()).into_iter().flatten().find(may_be)
            {
                let verdict = self.wait_for_inn(&work, held.company_id);
                count(&verdict, round);
                write.settle(&work.delivery, &verdict, None, self.clock.now()).await?;
                continue;
            }
            match step(&work.link, &Presence::Unlinked(free), &self.settings.rules, by) {
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
    /// not show it yet, or it is another branch. Returns them by their ИНН.
    async fn without_those_of_others(
        &self,
        works: &[Work],
        candidates: &mut HashMap<String, Vec<Candidate>>,
    ) -> Result<HashMap<String, Vec<Candidate>>, EngineError> {
        // Found by their GUID a moment ago, so no link says yet whose they are.
        let found_now: HashSet<i64> = works
            .iter()
            .filter(|work| work.link.requisite_id.is_none())
            .filter_map(|work| work.link.company_id)
            .collect();
        let mut taken: HashMap<String, Vec<Candidate>> = HashMap::new();
        for (inn, rows) in candidates {
            let mut free = Vec::with_capacity(rows.len());
            for row in rows.drain(..) {
                let linked = self.store.link_by_company_requisite(row.company_id, row.requisite_id).await?;
                if linked.is_some() || found_now.contains(&row.company_id) {
                    taken.entry(inn.clone()).or_default().push(row);
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
        let wanted: Vec<&Work> =
            works.iter().filter(|work| work.link.company_id.is_none() && !work.inn().is_empty()).collect();
        let mut inns: Vec<&str> = wanted.iter().map(|work| work.inn()).collect();
        inns.sort_unstable();
        inns.dedup();
        let mut found = by_inn(self.store.portal_requisites_by_inn(&inns).await?);
        // An employee may have made the company since the index was read, or merged one of several away.
        let by = self.settings.match_by;
        let is_clear = |work: &Work| {
            let rows = found.get(work.inn()).into_iter().flatten();
            let fitting = rows.filter(|row| row.may_be(&work.link, by));
            fitting.map(|row| row.company_id).collect::<BTreeSet<_>>().len() == 1
        };
        let mut unclear: Vec<String> =
            wanted.iter().filter(|work| !is_clear(work)).map(|work| work.inn().to_owned()).collect();
        unclear.sort_unstable();
        unclear.dedup();
        if !unclear.is_empty() {
            let fresh = portal::holders_of(&self.client, &unclear, self.clock.now()).await?;
            let mut write = self.store.begin().await?;
            self.learn_requisites(&mut write, &fresh, self.clock.now()).await?;
            write.commit().await?;
            found.retain(|inn, _| unclear.binary_search(inn).is_err());
            found.extend(by_inn(fresh));
        }
        Ok(found)
    }
}

fn by_inn(requisites: Vec<PortalRequisite>) -> HashMap<String, Vec<Candidate>> {
    let mut by_inn: HashMap<String, Vec<Candidate>> = HashMap::new();
    for PortalRequisite { requisite_id, company_id, inn, kpp, .. } in requisites {
        let kpp = kpp.unwrap_or_default();
        by_inn.entry(inn).or_default().push(Candidate { company_id, requisite_id, kpp });
    }
    by_inn
}

fn by_origin(work: &Work) -> bool {
    work.link.company_id.is_none() && (work.delivery.intent.is_some() || work.inn().is_empty())
}
