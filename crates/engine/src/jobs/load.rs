//! A first load from a file: what it would do, with counts and samples; then exactly that, and no more.

use std::collections::BTreeMap;

use domain::{JobId, OneCRef, Side, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Job, JobState};

use super::file::Chunk;
use super::{Step, Task, as_json, end};
use crate::engine::EngineError;
use crate::rehearse::{Rehearsed, WouldDo};
use crate::{DeedError, Engine, Taken};

/// Records of one step of a plan: their companies are read together.
const PLANNED_TOGETHER: usize = 400;
/// Records of one step of a load.
const TAKEN_TOGETHER: usize = 200;
/// Samples that are kept of each thing that a load would do.
const SAMPLES: usize = 10;
/// Differences that are kept of one sample.
const DIFFERENCES: usize = 20;
/// Unreadable records that are told one by one.
const BAD_LINES: usize = 20;
/// Whoever waits for a single record longer than this waits for nothing: its retry is the queue's affair.
const RETRY_WORTH_WAITING: SignedDuration = SignedDuration::from_mins(2);

/// What a load of a file would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanFound {
    /// Records that could be read.
    pub records: u64,
    /// How many of them by what would be done: `create`, `link`, `update`, `nothing`, or the word of the cause for which
    /// they would wait.
    pub counts: BTreeMap<String, u64>,
    /// The first few of each.
    pub samples: Vec<Sample>,
    /// Records that could not be read.
    pub bad: u64,
    /// The first of them.
    pub bad_lines: Vec<String>,
    /// What the plan was made under; see [`Engine::start`].
    pub print: String,
}

/// A record of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// What would be done: a word of [`PlanFound::counts`].
    pub would: String,
    /// The GUID in 1C.
    pub onec_ref: OneCRef,
    /// Its name.
    pub title: String,
    /// ИНН as 1C shows it.
    pub inn: String,
    /// «Код» in 1C.
    pub code: Option<String>,
    /// The company in the portal, if there is one.
    pub company_id: Option<i64>,
    /// Why it would wait; empty where it would not.
    pub text: String,
    /// Fields that would change: title, what the portal shows, what it would show.
    pub differences: Vec<(String, String, String)>,
    /// What would stay behind.
    pub remarks: Vec<String>,
}

/// What a load came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadFound {
    /// Records that could be read.
    pub records: u64,
    /// Will travel, or agree already.
    pub accepted: u64,
    /// Exactly as shown before.
    pub unchanged: u64,
    /// Wait for a person.
    pub parked: u64,
    /// Records that could not be read.
    pub bad: u64,
    /// The first of them.
    pub bad_lines: Vec<String>,
    /// Deliveries to the portal that are still under way.
    pub left: u64,
}

impl Engine {
    /// A plan may be carried out while everything is as it was when it was made.
    pub(super) async fn must_be_as_planned(&self, plan: JobId) -> Result<(), DeedError> {
        let planned = self.store.job(plan).await?;
        let Some(planned) = planned.filter(|job| job.state == JobState::Done) else {
            return Err(DeedError::impossible("План не закончен или забыт: составьте его снова."));
        };
        let Ok(Task::Plan { digest, .. }) = serde_json::from_str::<Task>(&planned.task) else {
            return Err(DeedError::impossible("Это не план загрузки."));
        };
        let found: PlanFound = serde_json::from_str(&planned.found).unwrap_or_default();
        if found.print != self.plan_print(&digest) {
            return Err(DeedError::Changed(CHANGED.to_owned()));
        }
        Ok(())
    }

    pub(super) async fn plan_step(
        &self,
        job: &mut Job,
        digest: &str,
        now: Timestamp,
    ) -> Result<Step, EngineError> {
        "plans".clone_into(&mut job.phase);
        let mut found: PlanFound = serde_json::from_str(&job.found).unwrap_or_default();
        let print = self.plan_print(digest);
        if !found.print.is_empty() && found.print != print {
            // The process was started anew with other settings: what was planned so far counts no longer.
            found = PlanFound::default();
            job.done = 0;
        }
        found.print = print;
        let open = match self.open_at(job.id, digest, job.done.unsigned_abs(), true).await? {
            Ok(open) => open,
            Err(why) => return Ok(fail(job, why, now)),
        };
        let (mut open, chunk) = match self.next_chunk(open, PLANNED_TOGETHER).await {
            Ok(read) => read,
            Err(why) => return Ok(fail(job, why, now)),
        };
        let Chunk { showings, bad, records, is_last } = chunk;
        found.records += showings.len() as u64;
        found.bad += bad.len() as u64;
        let room = BAD_LINES.saturating_sub(found.bad_lines.len());
        found.bad_lines.extend(bad.into_iter().take(room).map(|bad| bad.text));
        let rehearsal = open.rehearsal.as_mut().expect("opened to rehearse");
        for rehearsed in rehearsal.look_at(showings).await? {
            found.note(rehearsed);
        }
        job.done += i64::try_from(records).unwrap_or_default();
        job.found = as_json(&found);
        if is_last {
            job.total = Some(job.done);
            return Ok(end(job, JobState::Done, now));
        }
        self.keep_open(open).await;
        Ok(Step::On)
    }

    /// Takes the next records of the file, in the transaction that moves the job behind them; then waits until they have
    /// crossed.
    pub(super) async fn load_step(
        &self,
        id: JobId,
        plan: JobId,
        now: Timestamp,
    ) -> Result<Step, EngineError> {
        let Some(job) = self.store.job(id).await? else { return Ok(Step::Ended) };
        if job.phase == "crosses" {
            return self.cross_step(id, now).await;
        }
        let read = job.done.unsigned_abs();
        let planned = match self.must_be_as_planned(plan).await {
            Ok(()) => self.store.job(plan).await?,
            Err(DeedError::Store(error)) => return Err(error.into()),
            Err(why) => return self.fail_job(id, why.to_string(), now).await,
        };
        let Some(Task::Plan { digest, .. }) =
            planned.as_ref().and_then(|planned| serde_json::from_str(&planned.task).ok())
        else {
            return self.fail_job(id, CHANGED.to_owned(), now).await;
        };
        let open = match self.open_at(id, &digest, read, false).await? {
            Ok(open) => open,
            Err(why) => return self.fail_job(id, why, now).await,
        };
        let (open, chunk) = match self.next_chunk(open, TAKEN_TOGETHER).await {
            Ok(read) => read,
            Err(why) => return self.fail_job(id, why, now).await,
        };
        let mut write = self.store.begin().await?;
        let Some(mut job) = write.hold_job(id).await?.filter(|job| job.state == JobState::Open) else {
            return Ok(Step::Ended);
        };
        if job.done.unsigned_abs() != read {
            // Another process has taken the same step.
            return Ok(Step::On);
        }
        let mut found: LoadFound = serde_json::from_str(&job.found).unwrap_or_default();
        let Chunk { showings, bad, records, is_last } = chunk;
        found.records += showings.len() as u64;
        for taken in self.show_in(&mut write, showings, now).await? {
            match taken {
                Taken::Accepted => found.accepted += 1,
                Taken::Parked(_) => found.parked += 1,
                Taken::Unchanged => found.unchanged += 1,
            }
        }
        found.bad += bad.len() as u64;
        let room = BAD_LINES.saturating_sub(found.bad_lines.len());
        found.bad_lines.extend(bad.into_iter().take(room).map(|bad| bad.text));
        job.began_at.get_or_insert(now);
        job.total = planned.and_then(|planned| planned.total).map(|total| total.max(job.done));
        job.done += i64::try_from(records).unwrap_or_default();
        "takes".clone_into(&mut job.phase);
        if is_last {
            "crosses".clone_into(&mut job.phase);
            job.place = None;
        }
        job.found = as_json(&found);
        write.put_job(&job).await?;
        write.commit().await?;
        self.wake();
        if !is_last {
            self.keep_open(open).await;
        }
        Ok(Step::On)
    }

    /// Everything was taken; it crosses by itself, and a person watches.
    async fn cross_step(&self, id: JobId, now: Timestamp) -> Result<Step, EngineError> {
        let figures = self.store.summary().await?.bitrix;
        let left = (figures.due + figures.leased).unsigned_abs();
        let is_idle = figures.leased == 0
            && figures.oldest_due.is_none_or(|due| due.duration_since(now) > RETRY_WORTH_WAITING);
        let mut write = self.store.begin().await?;
        let Some(mut job) = write.hold_job(id).await?.filter(|job| job.state == JobState::Open) else {
            return Ok(Step::Ended);
        };
        let mut found: LoadFound = serde_json::from_str(&job.found).unwrap_or_default();
        found.left = left;
        let most = job.place.as_deref().and_then(|place| place.parse().ok()).unwrap_or_default();
        let most = left.max(most);
        job.place = Some(most.to_string());
        (job.done, job.total) = (to_signed(most - left), Some(to_signed(most)));
        job.trouble = match self.store.lane(Side::Bitrix).await? {
            store::Lane::Open => None,
            store::Lane::Stopped { reason, .. } => Some(reason),
        };
        job.found = as_json(&found);
        let step = if left == 0 || is_idle { end(&mut job, JobState::Done, now) } else { Step::Waits };
        write.put_job(&job).await?;
        write.commit().await?;
        Ok(step)
    }
}

const CHANGED: &str = "С тех пор как составлен план, изменились настройки или портал: то, что показал план, уже не то, что \
                       сделала бы загрузка. Составьте план снова.";

fn fail(job: &mut Job, why: String, now: Timestamp) -> Step {
    job.trouble = Some(why);
    end(job, JobState::Failed, now)
}

fn to_signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl PlanFound {
    fn note(&mut self, rehearsed: Rehearsed) {
        let (would, text, differences) = match rehearsed.would {
            WouldDo::Create => ("create", String::new(), Vec::new()),
            WouldDo::Nothing => ("nothing", String::new(), Vec::new()),
            WouldDo::Link(differences) => ("link", String::new(), differences),
            WouldDo::Update(differences) => ("update", String::new(), differences),
            WouldDo::Park(reason) => (reason.code.as_str(), reason.text, Vec::new()),
        };
        *self.counts.entry(would.to_owned()).or_default() += 1;
        if self.samples.iter().filter(|sample| sample.would == would).count() >= SAMPLES {
            return;
        }
        let differences = differences.into_iter().take(DIFFERENCES);
        self.samples.push(Sample {
            would: would.to_owned(),
            onec_ref: rehearsed.onec_ref,
            title: rehearsed.title,
            inn: rehearsed.inn,
            code: rehearsed.code,
            company_id: rehearsed.company_id,
            text,
            differences: differences
                .map(|difference| (difference.field.title().to_owned(), difference.now, difference.then))
                .collect(),
            remarks: rehearsed.remarks.into_iter().map(|remark| remark.text).collect(),
        });
    }
}
