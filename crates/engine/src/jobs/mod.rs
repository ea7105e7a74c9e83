//! Work that a person asks for and that takes its time: trying many records again, giving them up, a first load, a
//! reconciliation. It survives `kill -9`, shows how far it is, and ends when a person wants that.
//!
//! A job is worked off in small steps by [`Engine::run`], one step of every open job in turn, so that neither a job nor
//! the deliveries wait long for another. A step and the place where the next one begins are one transaction.

mod bulk;
mod file;
mod load;
mod progress;
mod reconcile;

use domain::{JobId, ReasonCode, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Digest, Job, JobState, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::deeds::good_reason;
use crate::engine::EngineError;
use crate::reconcile::{DiscrepancyKind, Healing};
use crate::{By, DeedError, Engine};

pub use bulk::BulkFound;
pub(crate) use file::OpenLoad;
pub use file::{BadLine, Content, LoadFile, Records, UPLOAD_MAX, Uploading};
pub use load::{LoadFound, PlanFound, Sample};
pub use progress::{Found, Progress};
pub use reconcile::{HealFound, ReconcileFound};

/// What a person may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub enum Task {
    /// Try again what waits: deliveries, deals, companies.
    Retry(Which),
    /// Give up what waits: deliveries, deals that 1C has refused.
    GiveUp {
        /// Those of which cause and time.
        which: Which,
        /// Why, for the history.
        why: String,
    },
    /// Read the portal and compare both sides.
    Reconcile {
        /// Whether to send what nobody carries.
        heals: bool,
        /// Whether to ask 1C to show everything again; it hears of it at its next exchange.
        asks_onec: bool,
    },
    /// Send what a run of the reconciliation found and nobody carries.
    Heal {
        /// The run.
        run: i64,
        /// Only what is wrong in this way; `None`: all.
        kind: Option<DiscrepancyKind>,
    },
    /// Find out what a load of an uploaded file would do. Writes nothing anywhere.
    Plan {
        /// Its content, by [`store::Upload::digest`].
        digest: String,
        /// What it is called.
        name: String,
    },
    /// Load what was planned, as long as nothing has changed since.
    Load {
        /// The plan.
        plan: JobId,
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
/// How long an uploaded file can be planned and loaded.
const UPLOAD_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Jobs forgotten in one go.
const PRUNED_TOGETHER: usize = 500;

impl Task {
    /// The word for programs and for lists of one kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Retry(_) => "retry",
            Self::GiveUp { .. } => "give-up",
            Self::Reconcile { .. } => "reconcile",
            Self::Heal { .. } => "heal",
            Self::Plan { .. } => "plan",
            Self::Load { .. } => "load",
        }
    }

    /// What people call it.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Retry(_) => "Повторить",
            Self::GiveUp { .. } => "Отложить насовсем",
            Self::Reconcile { .. } => "Сверка",
            Self::Heal { .. } => "Исправление расхождений",
            Self::Plan { .. } => "План загрузки",
            Self::Load { .. } => "Загрузка",
        }
    }

    /// Those of which only one is open at a time.
    fn excludes(&self) -> &'static [&'static str] {
        match self {
            Self::Retry(_) | Self::GiveUp { .. } => &[],
            Self::Reconcile { .. } | Self::Heal { .. } => &["reconcile", "heal"],
            Self::Plan { .. } | Self::Load { .. } => &["plan", "load"],
        }
    }
}

impl Engine {
    /// Begins a job. It is durable when this returns, and worked off by whoever [runs](Self::run).
    pub async fn start(&self, mut task: Task, by: &By) -> Result<JobId, DeedError> {
        if let Task::GiveUp { why, .. } = &mut task {
            *why = good_reason(why)?;
        }
        if let Task::Load { plan } = &task {
            self.must_be_as_planned(*plan).await?;
        }
        if let Task::Plan { digest, name } = &mut task {
            let upload = match Digest::parse(digest) {
                Some(digest) => self.store.upload(&digest).await?,
                None => None,
            };
            let Some(upload) = upload else {
                return Err(DeedError::Absent(
                    "Такого загруженного файла нет: загрузите его снова.".to_owned(),
                ));
            };
            *name = upload.name;
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

    /// One step of every open job. Says whether any of them has more to do right now. One that cannot go on, because the
    /// portal does not answer, takes nobody else's step away; the first such failure is told.
    pub async fn work(&self) -> Result<bool, EngineError> {
        let (mut has_more, mut failure) = (false, None);
        for job in self.store.open_jobs().await? {
            match self.step_of(job.id).await {
                Ok(step) => has_more |= step == Step::On,
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(has_more), Err)
    }

    /// Works one job off to its end, for a command that waits for it.
    pub async fn work_off_job(
        &self,
        id: JobId,
        stop: &CancellationToken,
        mut tell: impl FnMut(&Progress),
    ) -> Result<Option<Progress>, EngineError> {
        loop {
            let went = self.step_of(id).await?;
            let Some(progress) = self.progress(id).await? else { return Ok(None) };
            tell(&progress);
            if went == Step::Ended || stop.is_cancelled() {
                return Ok(Some(progress));
            }
            if went == Step::Waits {
                self.rest(NAP, &self.wake_jobs, stop).await;
            }
        }
    }

    async fn step_of(&self, id: JobId) -> Result<Step, EngineError> {
        let Some(job) = self.store.job(id).await?.filter(|job| job.state == JobState::Open) else {
            return Ok(Step::Ended);
        };
        let now = self.clock.now();
        let step = match serde_json::from_str::<Task>(&job.task) {
            _ if job.is_cancelled => self.end_job(id, JobState::Cancelled, None, now).await?,
            Err(error) => {
                error!(job = %id, error = %error, "A job cannot be read: {error}");
                let why = "Задание записано другой версией Парома: начните его заново.".to_owned();
                self.fail_job(id, why, now).await?
            }
            Ok(task @ (Task::Retry(_) | Task::GiveUp { .. } | Task::Heal { .. })) => {
                self.step_within(id, task, now).await?
            }
            Ok(Task::Load { plan }) => self.load_step(id, plan, now).await?,
            Ok(task @ (Task::Reconcile { .. } | Task::Plan { .. })) => {
                self.step_beside(job, task, now).await?
            }
        };
        if step == Step::Ended {
            info!(job = %id, "A job has ended");
        }
        Ok(step)
    }

    /// A step that writes in the transaction that moves the job behind it.
    async fn step_within(&self, id: JobId, task: Task, now: Timestamp) -> Result<Step, EngineError> {
        let mut write = self.store.begin().await?;
        let Some(mut job) = write.hold_job(id).await?.filter(|job| job.state == JobState::Open) else {
            return Ok(Step::Ended);
        };
        job.began_at.get_or_insert(now);
        let step = match task {
            Task::Retry(which) => self.retry_step(&mut write, &mut job, &which, now).await?,
            Task::GiveUp { which, why } => self.give_up_step(&mut write, &mut job, &which, &why, now).await?,
            Task::Heal { run, kind } => self.heal_step(&mut write, &mut job, run, kind, now).await?,
            Task::Reconcile { .. } | Task::Plan { .. } | Task::Load { .. } => Step::Ended,
        };
        write.put_job(&job).await?;
        write.commit().await?;
        Ok(step)
    }

    /// A step that asks the portal, or writes what may be written twice; the job moves behind it afterwards.
    async fn step_beside(&self, before: Job, task: Task, now: Timestamp) -> Result<Step, EngineError> {
        let mut job = before.clone();
        job.began_at.get_or_insert(now);
        let step = match task {
            Task::Reconcile { heals, asks_onec } => {
                let healing = if heals { Healing::Heal } else { Healing::Look };
                self.reconcile_step(&mut job, healing, asks_onec, now).await?
            }
            Task::Plan { digest, .. } => self.plan_step(&mut job, &digest, now).await?,
            Task::Retry(_) | Task::GiveUp { .. } | Task::Heal { .. } | Task::Load { .. } => Step::Ended,
        };
        if job == before {
            return Ok(step);
        }
        let mut write = self.store.begin().await?;
        let held = write.hold_job(job.id).await?;
        let is_ours = held.is_some_and(|held| {
            (held.state, held.done, &held.phase, &held.place)
                == (JobState::Open, before.done, &before.phase, &before.place)
        });
        if !is_ours {
            // Another process has taken the same step.
            return Ok(Step::On);
        }
        write.put_job(&job).await?;
        write.commit().await?;
        Ok(step)
    }

    async fn fail_job(&self, id: JobId, why: String, now: Timestamp) -> Result<Step, EngineError> {
        self.end_job(id, JobState::Failed, Some(why), now).await
    }

    async fn end_job(
        &self,
        id: JobId,
        state: JobState,
        why: Option<String>,
        now: Timestamp,
    ) -> Result<Step, EngineError> {
        let mut write = self.store.begin().await?;
        if let Some(mut job) = write.hold_job(id).await?.filter(|job| job.state == JobState::Open) {
            job.trouble = why;
            end(&mut job, state, now);
            write.put_job(&job).await?;
            write.commit().await?;
        }
        Ok(Step::Ended)
    }

    /// Forgets jobs that ended long ago.
    pub(crate) async fn prune_jobs(&self) -> Result<(), StoreError> {
        let mut write = self.store.begin().await?;
        let now = self.clock.now();
        write.prune_jobs(now - KEPT, PRUNED_TOGETHER).await?;
        let is_used = |job: &Job, digest: &str| job.task.contains(digest);
        let open = write.open_jobs().await?;
        for upload in write.uploads().await? {
            let is_old = now.duration_since(upload.at) > UPLOAD_KEPT;
            if is_old && !open.iter().any(|job| is_used(job, &upload.digest)) {
                write.forget_upload(&upload.digest).await?;
            }
        }
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
