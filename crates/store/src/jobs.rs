//! Work that a person asked for and that takes its time: what it is, how far it has come, what it came to.
//!
//! A chunk of the work and the step of its row are one transaction, so that a job goes on exactly where it stopped.

use domain::{JobId, Timestamp};

use crate::dialect::{Conn, Dialects};
use crate::{Result, StoreError, Write, codec};

/// A piece of work that a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Which one.
    pub id: JobId,
    /// The word of its task.
    pub kind: String,
    /// Its task, in JSON.
    pub task: String,
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
    /// The word for what is being done.
    pub phase: String,
    /// How much of it is done.
    pub done: i64,
    /// Of about how much; `None`: nobody knows.
    pub total: Option<i64>,
    /// Where to go on; `None`: at the beginning of the phase.
    pub place: Option<String>,
    /// What it came to so far, in JSON.
    pub found: String,
    /// A person wants it to end.
    pub is_cancelled: bool,
    /// What holds it up, or why it failed.
    pub trouble: Option<String>,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// There is something to do.
    Open,
    /// Everything was done.
    Done,
    /// A person ended it; what was done stays done.
    Cancelled,
    /// It could not go on.
    Failed,
}

impl JobState {
    const ALL: [Self; 4] = [Self::Open, Self::Done, Self::Cancelled, Self::Failed];

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

reads! {
    /// A job by its identifier. One look-up: pages ask every second.
    fn job(id: JobId) -> Option<Job>;
    /// Jobs with something to do, the oldest first.
    fn open_jobs() -> Vec<Job>;
    /// The next `limit` jobs before `before`, of one kind or of all, the newest first.
    fn jobs(kind: Option<&str>, before: Option<JobId>, limit: usize) -> Vec<Job>;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_job {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- job: ",
            $name,
            "
            select id, kind, task, state, by_whom, asked_at, began_at, ended_at, phase, done, total, place, found,
                   is_cancelled, trouble
              from job ",
            $rest
        )
    };
}

async fn job(conn: Conn<'_>, id: JobId) -> Result<Option<Job>> {
    const SQL: &str = select_job!("by id", "where id = $1");
    let row: Option<Row> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await?);
    row.map(Row::into_job).transpose()
}

async fn open_jobs(conn: Conn<'_>) -> Result<Vec<Job>> {
    const SQL: &str = select_job!("open ones", "where state = 'open' order by id");
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).fetch_all(db).await?);
    rows.into_iter().map(Row::into_job).collect()
}

async fn jobs(conn: Conn<'_>, kind: Option<&str>, before: Option<JobId>, limit: usize) -> Result<Vec<Job>> {
    const ALL: &str = select_job!("page", "where id < $1 order by id desc limit $2");
    const OF_KIND: &str =
        select_job!("page of a kind", "where id < $1 and kind = $3 order by id desc limit $2");
    let (before, limit) = (codec::before(before), codec::limit(limit));
    let rows: Vec<Row> = on_db!(conn, db => match kind {
        None => sqlx::query_as(ALL).bind(before).bind(limit).fetch_all(db).await?,
        Some(kind) => sqlx::query_as(OF_KIND).bind(before).bind(limit).bind(kind).fetch_all(db).await?,
    });
    rows.into_iter().map(Row::into_job).collect()
}

impl Write {
    /// A job that this transaction works on: nobody else takes the same step.
    pub async fn hold_job(&mut self, id: JobId) -> Result<Option<Job>> {
        const HOLD: Dialects = locking!(
            "
            -- job: hold
            select id, kind, task, state, by_whom, asked_at, began_at, ended_at, phase, done, total, place, found,
                   is_cancelled, trouble
              from job
             where id = $1",
            " for update"
        );
        let mut conn = self.conn();
        let sql = conn.pick(&HOLD);
        let row: Option<Row> = on_db!(conn.again(), db => {
            sqlx::query_as(sql).bind(id.to_string()).fetch_optional(db).await?
        });
        row.map(Row::into_job).transpose()
    }

    /// Keeps a job as it is now, new or known. Whether a person wants it to end is [`cancel_job`](Self::cancel_job)'s.
    pub async fn put_job(&mut self, job: &Job) -> Result<()> {
        const PUT: &str = "
            -- job: put
            insert into job (id, kind, task, state, by_whom, asked_at, began_at, ended_at, phase, done, total,
                             place, found, is_cancelled, trouble)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            on conflict (id) do update
               set state = excluded.state,
                   began_at = excluded.began_at,
                   ended_at = excluded.ended_at,
                   phase = excluded.phase,
                   done = excluded.done,
                   total = excluded.total,
                   place = excluded.place,
                   found = excluded.found,
                   trouble = excluded.trouble";
        on_db!(self.conn(), db => {
            sqlx::query(PUT)
                .bind(job.id.to_string())
                .bind(&job.kind)
                .bind(&job.task)
                .bind(job.state.as_str())
                .bind(&job.by)
                .bind(codec::micros(job.asked_at))
                .bind(job.began_at.map(codec::micros))
                .bind(job.ended_at.map(codec::micros))
                .bind(&job.phase)
                .bind(job.done)
                .bind(job.total)
                .bind(&job.place)
                .bind(&job.found)
                .bind(i64::from(job.is_cancelled))
                .bind(&job.trouble)
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// A person wants an open job to end. `false`: it has ended by itself.
    pub async fn cancel_job(&mut self, id: JobId) -> Result<bool> {
        const CANCEL: &str = "
            -- job: cancel
            update job
               set is_cancelled = 1
             where id = $1 and state = 'open'";
        let cancelled = on_db!(self.conn(), db => {
            sqlx::query(CANCEL).bind(id.to_string()).execute(db).await?.rows_affected()
        });
        Ok(cancelled > 0)
    }

    /// Forgets up to `limit` jobs that ended before `before`; returns how many.
    pub async fn prune_jobs(&mut self, before: Timestamp, limit: usize) -> Result<u64> {
        const PRUNE: &str = "
            -- job: prune
            delete from job
             where id in (select id
                            from job
                           where state <> 'open' and ended_at < $1
                           order by id
                           limit $2)";
        Ok(on_db!(self.conn(), db => {
            sqlx::query(PRUNE)
                .bind(codec::micros(before))
                .bind(codec::limit(limit))
                .execute(db)
                .await?
                .rows_affected()
        }))
    }
}

row! {
    Row {
        id: String,
        kind: String,
        task: String,
        state: String,
        by_whom: String,
        asked_at: i64,
        began_at: Option<i64>,
        ended_at: Option<i64>,
        phase: String,
        done: i64,
        total: Option<i64>,
        place: Option<String>,
        found: String,
        is_cancelled: i64,
        trouble: Option<String>,
    }
}

impl Row {
    fn into_job(self) -> Result<Job> {
        let state = JobState::ALL.into_iter().find(|state| state.as_str() == self.state);
        Ok(Job {
            id: codec::id(&self.id)?,
            kind: self.kind,
            task: self.task,
            state: state
                .ok_or_else(|| StoreError::corrupt(format!("`{}` не состояние задания", self.state)))?,
            by: self.by_whom,
            asked_at: codec::moment(self.asked_at)?,
            began_at: self.began_at.map(codec::moment).transpose()?,
            ended_at: self.ended_at.map(codec::moment).transpose()?,
            phase: self.phase,
            done: self.done,
            total: self.total,
            place: self.place,
            found: self.found,
            is_cancelled: self.is_cancelled != 0,
            trouble: self.trouble,
        })
    }
}
