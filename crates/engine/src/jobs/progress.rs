//! How far jobs are, for people who watch.

use domain::{JobId, Timestamp};
use store::{HeldKind, Job, JobState, StoreError};

use super::{BulkFound, HealFound, LoadFound, PlanFound, ReconcileFound, Task};
use crate::Engine;

/// How far a job is. Costs one look-up, so pages may ask every second.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Which job.
    pub id: JobId,
    /// What it is to do. `None`: another version of Parom wrote it.
    pub task: Option<Task>,
    /// Where it stands.
    pub state: JobState,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub asked_at: Timestamp,
    /// When the work began.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What is being done, in Russian.
    pub phase: &'static str,
    /// How much of the phase is done.
    pub done: u64,
    /// Of about how much; `None`: nobody knows.
    pub total: Option<u64>,
    /// What it came to so far.
    pub found: Found,
    /// A person wants it to end.
    pub is_cancelled: bool,
    /// What holds it up, or why it failed, in Russian.
    pub trouble: Option<String>,
}

/// What a job came to so far.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Nothing yet.
    Nothing,
    /// Of many records.
    Bulk(BulkFound),
    /// Of a reconciliation.
    Reconcile(ReconcileFound),
    /// Of healing.
    Heal(HealFound),
    /// Of a plan.
    Plan(PlanFound),
    /// Of a load.
    Load(LoadFound),
}

impl Engine {
    /// How far a job is.
    pub async fn progress(&self, id: JobId) -> Result<Option<Progress>, StoreError> {
        Ok(self.store.job(id).await?.map(Progress::of))
    }

    /// The next `limit` jobs before `before`, of one kind ([`Task::kind`]) or of all, the newest first.
    pub async fn jobs(
        &self,
        kind: Option<&str>,
        before: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Progress>, StoreError> {
        Ok(self.store.jobs(kind, before, limit).await?.into_iter().map(Progress::of).collect())
    }

    /// Jobs with something to do, the oldest first.
    pub async fn open_jobs(&self) -> Result<Vec<Progress>, StoreError> {
        Ok(self.store.open_jobs().await?.into_iter().map(Progress::of).collect())
    }
}

impl Progress {
    /// As the store keeps it.
    pub fn of(job: Job) -> Self {
        let task: Option<Task> = serde_json::from_str(&job.task).ok();
        let found = match &task {
            Some(Task::Retry(_) | Task::GiveUp { .. }) => read(&job.found).map(Found::Bulk),
            Some(Task::Reconcile { .. }) => read(&job.found).map(Found::Reconcile),
            Some(Task::Heal { .. }) => read(&job.found).map(Found::Heal),
            Some(Task::Plan { .. }) => read(&job.found).map(Found::Plan),
            Some(Task::Load { .. }) => read(&job.found).map(Found::Load),
            None => None,
        };
        Self {
            id: job.id,
            phase: phase(&job),
            task,
            state: job.state,
            by: job.by,
            asked_at: job.asked_at,
            began_at: job.began_at,
            ended_at: job.ended_at,
            done: job.done.unsigned_abs(),
            total: job.total.map(i64::unsigned_abs),
            found: found.unwrap_or(Found::Nothing),
            is_cancelled: job.is_cancelled,
            trouble: job.trouble,
        }
    }

    /// What people call the job.
    pub fn title(&self) -> &'static str {
        self.task.as_ref().map_or("Задание другой версии", Task::title)
    }
}

/// Nothing where nothing was found yet, or another version has written it.
fn read<T: serde::de::DeserializeOwned>(found: &str) -> Option<T> {
    serde_json::from_str(found).ok()
}

pub(super) fn title_of(job: &Job) -> &'static str {
    serde_json::from_str::<Task>(&job.task)
        .map_or("задание другой версии", |task| task.title())
}

fn phase(job: &Job) -> &'static str {
    match (job.state, job.phase.as_str()) {
        (JobState::Done, _) => "готово",
        (JobState::Cancelled, _) => "остановлено",
        (JobState::Failed, _) => "не вышло",
        (JobState::Open, "") => "ждёт начала",
        (JobState::Open, "reads") => "читается портал",
        (JobState::Open, "links") => "сверяются контрагенты",
        (JobState::Open, "companies") => "сверяются компании без контрагентов",
        (JobState::Open, "heals") => "отправляется то, что никто не вёз",
        (JobState::Open, "plans") => "файл сравнивается с порталом",
        (JobState::Open, "takes") => "записи принимаются",
        (JobState::Open, "crosses") => "записи передаются в Битрикс24",
        (JobState::Open, word) => HeldKind::parse(word).map_or("в работе", HeldKind::title),
    }
}
