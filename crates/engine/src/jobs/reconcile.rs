//! A reconciliation that a person asks for, and the healing of what a run found.

use domain::{LinkId, Side, Timestamp};
use serde::{Deserialize, Serialize};
use store::{DeedKind, Job, JobState, StoreError, Write};

use super::{Step, as_json, end};
use crate::engine::EngineError;
use crate::planning::Towards;
use crate::reconcile::{
    Discrepancy, DiscrepancyFilter, DiscrepancyKind, Healing, Passed, Standing, kept_discrepancies,
};
use crate::{By, Engine};

/// Differences healed in one step.
const HEALED_TOGETHER: usize = 50;

/// What a reconciliation came to. Its differences are read by the number of its run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReconcileFound {
    /// The run under which everything is kept; `None`: the portal is still being read.
    pub run: Option<i64>,
    /// Differences.
    pub found: u64,
    /// Of these: a person has to do something.
    pub needs_person: u64,
    /// Of these: nobody carries them.
    pub missed: u64,
    /// Of these: nobody carried them; they are under way now.
    pub healed: u64,
}

/// What healing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HealFound {
    /// Are under way now.
    pub under_way: u64,
    /// Wait for a person after all.
    pub wait: u64,
    /// Somebody had brought them meanwhile.
    pub needless: u64,
}

impl Engine {
    pub(super) async fn reconcile_step(
        &self,
        job: &mut Job,
        healing: Healing,
        asks_onec: bool,
        now: Timestamp,
    ) -> Result<Step, EngineError> {
        match job.phase.as_str() {
            "" => {
                if asks_onec {
                    self.ask_to_show_all().await?;
                }
                self.ask_for_compare_now().await?;
                "reads".clone_into(&mut job.phase);
                Ok(Step::Waits)
            }
            "reads" => {
                if self.compared_at().await?.is_some_and(|compared| compared >= job.asked_at) {
                    "links".clone_into(&mut job.phase);
                    (job.done, job.total, job.trouble) = (0, None, None);
                    return Ok(Step::On);
                }
                let (read, last) = self.comparing().await?;
                job.done = i64::try_from(read).unwrap_or_default();
                job.total = last.and_then(|last| i64::try_from(last.max(read)).ok());
                // Whoever lost the wish by a restart is told again; a wish that is heard already changes nothing.
                self.wake_collect();
                Ok(Step::Waits)
            }
            _ => self.compare_step(job, healing, now).await,
        }
    }

    async fn compare_step(
        &self,
        job: &mut Job,
        healing: Healing,
        now: Timestamp,
    ) -> Result<Step, EngineError> {
        let passed: Option<Passed> = job.place.as_deref().and_then(|place| serde_json::from_str(place).ok());
        let mut reconciliation = match passed {
            Some(passed) => self.resume_reconciliation(healing, passed).await?,
            None => self.reconcile(healing).await?,
        };
        let has_more = reconciliation.next().await?.is_some();
        let total = self.store.tallies().await?.links;
        job.done = i64::try_from(reconciliation.looked()).unwrap_or_default();
        job.total = Some(total.max(job.done));
        let passed = reconciliation.passed().await?;
        let word = if passed.is_at_companies() { "companies" } else { "links" };
        word.clone_into(&mut job.phase);
        job.place = Some(as_json(&passed));
        let mut found = ReconcileFound { run: Some(reconciliation.run()), ..ReconcileFound::default() };
        for ((_, standing), count) in reconciliation.figures() {
            found.found += count;
            match standing {
                Standing::Missed => found.missed += count,
                Standing::Healed => found.healed += count,
                Standing::UnderWay | Standing::Waits | Standing::KeptApart | Standing::Dropped => {}
            }
        }
        found.needs_person = reconciliation.needs_person();
        job.found = as_json(&found);
        if has_more {
            return Ok(Step::On);
        }
        reconciliation.finish().await?;
        Ok(end(job, JobState::Done, now))
    }

    /// Plans again what a run found and nobody carries.
    pub(super) async fn heal_step(
        &self,
        write: &mut Write,
        job: &mut Job,
        run: i64,
        kind: Option<DiscrepancyKind>,
        now: Timestamp,
    ) -> Result<Step, StoreError> {
        let filter = DiscrepancyFilter { kind, standing: Some(Standing::Missed), needs_person: false };
        if job.phase.is_empty() {
            "heals".clone_into(&mut job.phase);
            let figures = write.reconcile_run(run).await?.map(|run| run.figures).unwrap_or_default();
            let meant = figures.iter().filter(|figure| {
                figure.standing == Standing::Missed.as_str()
                    && kind.is_none_or(|kind| kind.as_str() == figure.kind)
            });
            job.total = Some(meant.map(|figure| figure.count).sum());
        }
        let after = job.place.as_deref().and_then(|place| place.parse().ok()).unwrap_or_default();
        let page = kept_discrepancies(&self.store, run, filter, after, HEALED_TOGETHER).await?;
        let Some(last) = page.last().map(|kept| kept.position) else {
            job.total = Some(job.done);
            return Ok(end(job, JobState::Done, now));
        };
        let mut found: HealFound = serde_json::from_str(&job.found).unwrap_or_default();
        for kept in page {
            let mut discrepancy = kept.discrepancy;
            let (Some(link), Some(side)) = (discrepancy.link, discrepancy.towards) else { continue };
            match self.heal_one(write, job, link, side, &mut discrepancy, now).await? {
                Healed::UnderWay => found.under_way += 1,
                Healed::Waits => found.wait += 1,
                Healed::Needless => found.needless += 1,
            }
            let (word, body) = (discrepancy.standing.as_str(), as_json(&discrepancy));
            let needs_person = discrepancy.needs_person;
            write.set_reconcile_standing(run, kept.position, word, needs_person, &body).await?;
            job.done += 1;
        }
        job.place = Some(last.to_string());
        job.found = as_json(&found);
        self.wake_both();
        Ok(Step::On)
    }

    async fn heal_one(
        &self,
        write: &mut Write,
        job: &Job,
        link: LinkId,
        side: Side,
        discrepancy: &mut Discrepancy,
        now: Timestamp,
    ) -> Result<Healed, StoreError> {
        discrepancy.needs_person = false;
        discrepancy.standing = Standing::Healed;
        "Уже исправлено: передавать нечего.".clone_into(&mut discrepancy.text);
        let Some(mut found) = write.link(link).await? else { return Ok(Healed::Needless) };
        if is_open(write, link, side).await? {
            discrepancy.standing = Standing::UnderWay;
            "Уже в очереди.".clone_into(&mut discrepancy.text);
            return Ok(Healed::UnderWay);
        }
        let towards = match side {
            Side::Bitrix => Towards::Both,
            Side::OneC => Towards::OneC,
        };
        let held = self.plan(write, &mut found, towards, now).await?;
        let reason = match side {
            Side::Bitrix => held.from_bitrix,
            Side::OneC => held.from_onec,
        };
        if let Some(reason) = reason {
            discrepancy.standing = Standing::Waits;
            discrepancy.needs_person = true;
            discrepancy.reason = Some(reason.code);
            discrepancy.text = reason.text;
            return Ok(Healed::Waits);
        }
        if !is_open(write, link, side).await? {
            return Ok(Healed::Needless);
        }
        let said = format!("расхождение из сверки: отправлено в {}", side.title());
        let mut deed = self.deed_to(link, DeedKind::SentAgain, &By::user(job.by.clone()), said, now);
        deed.job = Some(job.id);
        write.record_deed(&deed).await?;
        "Поставлено в очередь.".clone_into(&mut discrepancy.text);
        Ok(Healed::UnderWay)
    }
}

/// What became of a difference.
enum Healed {
    UnderWay,
    Waits,
    Needless,
}

async fn is_open(write: &mut Write, link: LinkId, side: Side) -> Result<bool, StoreError> {
    Ok(write.open_deliveries(&[link]).await?.iter().any(|open| open.delivery.side == side))
}
