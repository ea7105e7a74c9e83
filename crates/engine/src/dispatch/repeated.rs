//! The box module refused a second company with an ИНН: an employee was quicker, or a wrong ИНН was typed in 1C. Whoever has
//! the ИНН is looked up, and what Parom had begun to make beside it is taken away again.

use std::collections::HashMap;

use bitrix::{Args, CallError};
use domain::Verdict;
use store::PortalRequisite;
use tracing::info;

use super::Round;
use super::reasons::{half_made, refused, repeated_in_portal};
use super::work::Work;
use crate::Engine;
use crate::card::ORIGINATOR;
use crate::engine::EngineError;
use crate::plan::{Candidate, Presence, Step, step};
use crate::portal::{self, cards};
use crate::transcript;

/// A work whose ИНН was refused.
pub(super) struct Repeated {
    pub(super) work: Work,
    /// The company that was made for it and has no requisite.
    pub(super) half: Option<i64>,
}

/// Takes back a company.
const DELETE: &str = "crm.company.delete";
/// What is said when nobody can be seen who has the ИНН.
const NOBODY: &str = "клиент с таким ИНН уже создан, но вебхуку не видно, у кого он";

impl Engine {
    /// Finds out who has the ИНН and decides: the next attempt takes that company over, or a person is needed.
    pub(super) async fn meet_holders(
        &self,
        repeated: Vec<Repeated>,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        if repeated.is_empty() {
            return Ok(());
        }
        let mut inns: Vec<String> = repeated.iter().map(|one| one.work.inn().to_owned()).collect();
        inns.sort_unstable();
        inns.dedup();
        let holders = match portal::holders_of(&self.client, &inns, self.clock.now()).await {
            Ok(holders) => holders,
            Err(error) => {
                let works = repeated.into_iter().map(|one| one.work).collect();
                return self.fail(error.into(), works, round).await;
            }
        };
        let mut write = self.store.begin().await?;
        self.learn_requisites(&mut write, &holders, self.clock.now()).await?;
        write.commit().await?;
        let mut by_inn: HashMap<String, Vec<PortalRequisite>> = HashMap::new();
        for holder in holders {
            by_inn.entry(holder.inn.clone()).or_default().push(holder);
        }
        for one in repeated {
            let mine = [one.half, one.work.link.company_id];
            let mut others = by_inn.get(one.work.inn()).cloned().unwrap_or_default();
            others.retain(|holder| !mine.contains(&Some(holder.company_id)));
            match self.meet(&one, &others).await {
                Ok(verdict) => {
                    self.set_back(std::slice::from_ref(&one.work), |_| verdict.clone(), round).await?;
                }
                Err(error) => self.fail(error, vec![one.work], round).await?,
            }
        }
        Ok(())
    }

    async fn meet(&self, one: &Repeated, others: &[PortalRequisite]) -> Result<Verdict, EngineError> {
        let work = &one.work;
        let Some(first) = others.first() else {
            // Deleted since, or a company that the owner of the webhook may not see.
            let pause = self.settings.pauses.after(work.delivery.attempts + 1, self.ids.random());
            return Ok(match pause {
                Some(pause) => Verdict::RetryAt(self.clock.now() + pause),
                None => Verdict::Park(refused(work, NOBODY)),
            });
        };
        if let Some(half) = one.half {
            self.let_go_of_half(work, half).await?;
            if !self.withdraw(work, half).await? {
                return Ok(Verdict::Park(half_made(work, half, first.company_id)));
            }
        }
        let (mut free, mut taken) = (Vec::new(), None);
        for PortalRequisite { company_id, requisite_id, kpp, .. } in others.iter().cloned() {
            let linked = self.store.link_by_company_requisite(company_id, requisite_id).await?;
            let candidate = Candidate { company_id, requisite_id, kpp: kpp.unwrap_or_default() };
            if linked.is_none() {
                free.push(candidate);
            } else if candidate.may_be(&work.link, self.settings.match_by) {
                taken = Some(company_id);
            }
        }
        if let (true, Some(company)) = (free.is_empty(), taken) {
            return Ok(self.wait_for_inn(work, company));
        }
        if one.half.is_none() {
            // Its own company shows another ИНН, so this one can not become it.
            return Ok(Verdict::Park(repeated_in_portal(work, first.company_id)));
        }
        let presence = Presence::Unlinked(free);
        Ok(match step(&work.link, &presence, &self.settings.rules, self.settings.match_by) {
            Step::Adopt(_) => Verdict::RetryAt(self.clock.now()),
            Step::Park(reason) => Verdict::Park(reason),
            Step::Create(_) | Step::Change(..) | Step::Nothing => {
                Verdict::Park(repeated_in_portal(work, first.company_id))
            }
        })
    }

    /// Deletes the company that Parom has just begun to make, if nobody has touched it. The portal keeps it in its recycle
    /// bin. Says whether it is gone.
    async fn withdraw(&self, work: &Work, half: i64) -> Result<bool, EngineError> {
        let read = cards::read(&self.client, &[half], &[], &[half]).await?;
        let Some(whole) = read.wholes.get(&half) else { return Ok(true) };
        let company = &whole.company;
        let is_ours = company.originator_id == ORIGINATOR
            && company.origin_id.eq_ignore_ascii_case(&work.origin())
            && company.modify_by_id == company.created_by_id;
        if !is_ours || !whole.cards.is_empty() || read.dealt.contains(&half) {
            return Ok(false);
        }
        let (at, args) = (self.clock.now(), Args::new().set("id", half));
        let answer = self.client.call(DELETE, &args).await;
        let lines = transcript::of_call(&self.client, DELETE, &args, &answer);
        let mut write = self.store.begin().await?;
        let said = transcript::of_delivery(&work.delivery, at, self.since(at), lines);
        write.keep_transcripts(&[said], transcript::KEPT_MAX).await?;
        write.commit().await?;
        match answer {
            Ok(_) => {
                info!(link = %work.link.id, company = half, "Company {half} is taken back: another has its ИНН");
                Ok(true)
            }
            Err(CallError::Denied { .. } | CallError::Refused { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The company is nobody's before it is deleted: whatever happens in between, its GUID leads back to it.
    async fn let_go_of_half(&self, work: &Work, half: i64) -> Result<(), EngineError> {
        let mut write = self.store.begin().await?;
        if let Some(mut link) = write.link(work.link.id).await?
            && link.company_id == Some(half)
        {
            link.company_id = None;
            link.requisite_id = None;
            link.bitrix = None;
            write.save_link(&link).await?;
        }
        write.commit().await?;
        Ok(())
    }
}
