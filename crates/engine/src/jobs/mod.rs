//! Work that a person asks for and that takes its time: trying many records again, giving them up, a first load, a
//! reconciliation. It survives `kill -9`, shows how far it is, and ends when a person wants that.
//!
//! A job is worked off in small steps by [`Engine::run`], one step of every open job in turn, so that neither a job nor
//! the deliveries wait long for another. A step and the place where the next one begins are one transaction.

mod bulk;
mod progress;

use domain::{JobId, ReasonCode, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Job, JobState, StoreError, Write};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::deeds::good_reason;
use crate::engine::EngineError;
use crate::{By, DeedError, Engine};

pub use bulk::BulkFound;
pub use progress::{Found, Progress};

/// What a person may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub enum Task {
    /// Try again what waits: deliveries, deals, companies.
    Retry(Which),
    /// Give up deliveries that wait.
    GiveUp {
        /// Those of which cause and time.
        which: Which,
        /// Why, for the history.
        why: String,
    },
}

/// What waits and is meant. What comes to wait after the job was asked for is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Which {
    /// Only this kind, by its word ([`store::HeldKind::as_str`]); `None`: all that are somebody's task.
    pub kind: Option<String>,
    /// Only this cause; `None`: all.
    pub reason: Option<ReasonCode>,
    /// Only what waits since then or later.
    pub since: Option<Timestamp>,
}

/// Whether a job has something to do right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Another step can follow at once.
    On,
    /// It waits for somebody else.
    Waits,
    /// It has ended.
    Ended,
}

/// How long jobs leave the database to others between two steps.
const BREATH: SignedDuration = SignedDuration::from_millis(20);
/// How often an idle engine looks for jobs that another process was asked for.
const NAP: SignedDuration = SignedDuration::from_secs(2);
/// How long jobs that have ended can be read.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Jobs forgotten in one go.
const PRUNED_TOGETHER: usize = 500;

impl Task {
    /// The word for programs and for lists of one kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Retry(_) => "retry",
            Self::GiveUp { .. } => "give-up",
        }
    }

    /// What people call it.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Retry(_) => "Повторить",
            Self::GiveUp { .. } => "Отложить насовсем",
        }
    }

    /// Those of which only one is open at a time.
    fn excludes(&self) -> &'static [&'static str] {
        match self {
            Self::Retry(_) | Self::GiveUp { .. } => &[],
        }
    }
}

impl Engine {
    /// Begins a job. It is durable when this returns, and worked off by whoever [runs](Self::run).
    pub async fn start(&self, mut task: Task, by: &By) -> Result<JobId, DeedError> {
        if let Task::GiveUp { why, .. } = &mut task {
            *why = good_reason(why)?;
        }
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let open = write.open_jobs().await?;
        if let Some(other) = open.iter().find(|job| task.excludes().contains(&job.kind.as_str())) {
            return Err(DeedError::Impossible(format!(
                "Уже идёт: {}. Дождитесь конца или остановите.",
                progress::title_of(other)
            )));
        }
        let job = Job {
            id: self.ids.job(),
            kind: task.kind().to_owned(),
            task: as_json(&task),
            state: JobState::Open,
            by: by.name().to_owned(),
            asked_at: now,
            began_at: None,
            ended_at: None,
            phase: String::new(),
            done: 0,
            total: None,
            place: None,
            found: "null".to_owned(),
            is_cancelled: false,
            trouble: None,
        };
        write.put_job(&job).await?;
        write.commit().await?;
        info!(job = %job.id, kind = job.kind, "A person has asked for a job");
        self.wake_jobs();
        Ok(job.id)
    }

    /// Ends an open job. What it did stays done.
    pub async fn cancel(&self, id: JobId, by: &By) -> Result<(), DeedError> {
        let mut write = self.store.begin().await?;
        let is_open = write.cancel_job(id).await?;
        write.commit().await?;
        if !is_open {
            return Err(DeedError::Changed("Это задание уже закончилось.".to_owned()));
        }
        info!(job = %id, by = by.name(), "A person wants a job to end");
        self.wake_jobs();
        Ok(())
    }

    pub(crate) async fn work_for_life(&self, shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            let nap = match self.work().await {
                Ok(true) => BREATH,
                Ok(false) => NAP,
                Err(error) => {
                    warn!(error = %error, "A step of a job failed and will be repeated: {error}");
                    self.settings.pause_of_outage
                }
            };
            self.rest(nap, &self.wake_jobs, shutdown).await;
        }
    }

    /// One step of every open job. Says whether any of them has more to do right now.
    pub async fn work(&self) -> Result<bool, EngineError> {
        let mut has_more = false;
        for job in self.store.open_jobs().await? {
            has_more |= self.step_of(job.id).await? == Step::On;
        }
        Ok(has_more)
    }

    /// Works one job off to its end, for a command that waits for it.
    pub async fn work_off_job(
        &self,
        id: JobId,
        stop: &CancellationToken,
        mut tell: impl FnMut(&Progress),
    ) -> Result<Option<Progress>, EngineError> {
        loop {
            let step = self.step_of(id).await?;
            let Some(progress) = self.progress(id).await? else { return Ok(None) };
            tell(&progress);
            if step == Step::Ended || stop.is_cancelled() {
                return Ok(Some(progress));
            }
            if step == Step::Waits {
                self.rest(NAP, &self.wake_jobs, stop).await;
            }
        }
    }

    async fn step_of(&self, id: JobId) -> Result<Step, EngineError> {
        let mut write = self.store.begin().await?;
        let Some(mut job) = write.hold_job(id).await?.filter(|job| job.state == JobState::Open) else {
            return Ok(Step::Ended);
        };
        let now = self.clock.now();
        job.began_at.get_or_insert(now);
        let step = if job.is_cancelled {
            end(&mut job, JobState::Cancelled, now)
        } else {
            match serde_json::from_str::<Task>(&job.task) {
                Ok(task) => self.step(&mut write, &mut job, task, now).await?,
                Err(error) => {
                    error!(job = %id, error = %error, "A job cannot be read: {error}");
                    job.trouble =
                        Some("Задание записано другой версией Парома: начните его заново.".to_owned());
                    end(&mut job, JobState::Failed, now)
                }
            }
        };
        write.put_job(&job).await?;
        write.commit().await?;
        if step == Step::Ended {
            info!(job = %id, kind = job.kind, state = job.state.as_str(), "A job has ended");
        }
        Ok(step)
    }

    async fn step(
        &self,
        write: &mut Write,
        job: &mut Job,
        task: Task,
        now: Timestamp,
    ) -> Result<Step, EngineError> {
        match task {
            Task::Retry(which) => Ok(self.retry_step(write, job, &which, now).await?),
            Task::GiveUp { which, why } => Ok(self.give_up_step(write, job, &which, &why, now).await?),
        }
    }

    /// Forgets jobs that ended long ago.
    pub(crate) async fn prune_jobs(&self) -> Result<(), StoreError> {
        let mut write = self.store.begin().await?;
        write.prune_jobs(self.clock.now() - KEPT, PRUNED_TOGETHER).await?;
        write.commit().await
    }
}

fn end(job: &mut Job, state: JobState, now: Timestamp) -> Step {
    job.state = state;
    job.ended_at = Some(now);
    Step::Ended
}

fn as_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("words, numbers and moments have a JSON")
}
