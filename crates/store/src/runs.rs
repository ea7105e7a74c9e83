//! Runs of the reconciliation, with what they found: shown, exported and healed later. The newest few keep their rows.

use domain::{LinkId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// A run of the reconciliation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number; later ones have greater numbers.
    pub id: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When everything was looked through. `None`: it is under way, or was interrupted.
    pub ended_at: Option<Timestamp>,
    /// When it last came further.
    pub seen_at: Timestamp,
    /// Whether it sends what was missed.
    pub heals: bool,
    /// Counterparties that were looked at so far.
    pub looked: i64,
    /// Differences so far for which a person is needed.
    pub needs_person: i64,
    /// Differences so far.
    pub found: i64,
    /// How many of them are kept; less than were found where they are too many, or the run is old.
    pub kept: i64,
    /// Differences so far by what is wrong and how that stands.
    pub figures: Vec<RunFigure>,
}

/// How many differences of a kind a run found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFigure {
    /// What is wrong: a word of the reconciliation.
    pub kind: String,
    /// Whether it goes by itself: a word of the reconciliation.
    pub standing: String,
    /// How many.
    pub count: i64,
}

/// A difference as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Its place in the run.
    pub position: i64,
    /// What is wrong.
    pub kind: String,
    /// Whether it goes by itself.
    pub standing: String,
    /// Whether somebody has to do something.
    pub needs_person: bool,
    /// Whose it is; `None`: a company that never became a counterparty.
    pub link: Option<LinkId>,
    /// The name that people know it by.
    pub title: String,
    /// Everything that the reconciliation says of it, in its JSON.
    pub body: String,
}

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// Counterparties that were looked at so far.
    pub looked: i64,
    /// Differences so far for which a person is needed.
    pub needs_person: i64,
    /// Differences so far.
    pub found: i64,
    /// The same by kind and standing.
    pub figures: Vec<RunFigure>,
    /// Whether everything was looked through.
    pub has_ended: bool,
}

/// Which differences of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only that stand like this.
    pub standing: Option<String>,
    /// Only those for which a person is needed.
    pub needs_person: bool,
}

/// How many differences of a run are kept.
pub const RUN_ROWS_MAX: i64 = 100_000;
/// How many runs keep their rows.
const RUNS_WITH_ROWS: i64 = 3;
/// How many runs are remembered.
const RUNS_MAX: i64 = 100;

reads! {
    /// The next `limit` runs before `before`, the newest first.
    fn reconcile_runs(before: Option<i64>, limit: usize) -> Vec<Run>;
    /// A run by its number.
    fn reconcile_run(id: i64) -> Option<Run>;
    /// The next `limit` differences of a run after the place `after` (0: from the first), in the order in which they were
    /// found.
    fn reconcile_rows(run: i64, filter: &RunFilter, after: i64, limit: usize) -> Vec<RunRow>;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_run {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- reconcile run: ",
            $name,
            "
            select id, started_at, ended_at, seen_at, heals, looked, needs_person, found, kept, figures
              from reconcile_run ",
            $rest
        )
    };
}

async fn reconcile_runs(conn: Conn<'_>, before: Option<i64>, limit: usize) -> Result<Vec<Run>> {
    const SQL: &str = select_run!("page", "where id < $1 order by id desc limit $2");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(before.unwrap_or(i64::MAX)).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_run).collect()
}

async fn reconcile_run(conn: Conn<'_>, id: i64) -> Result<Option<Run>> {
    const SQL: &str = select_run!("by number", "where id = $1");
    let row: Option<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(id).fetch_optional(db).await?);
    row.map(Row::into_run).transpose()
}

async fn reconcile_rows(
    conn: Conn<'_>,
    run: i64,
    filter: &RunFilter,
    after: i64,
    limit: usize,
) -> Result<Vec<RunRow>> {
    const SQL: &str = "
        -- reconcile run: rows
        select position, kind, standing, needs_person, link_id, title, body
          from reconcile_row
         where run = $1
           and position > $2
           and kind = coalesce($3, kind)
           and standing = coalesce($4, standing)
           and needs_person >= $5
         order by position
         limit $6";
    const OF_KIND: &str = "
        -- reconcile run: rows of a kind that stand alike
        select position, kind, standing, needs_person, link_id, title, body
          from reconcile_row
         where run = $1
           and position > $2
           and kind = $3
           and standing = $4
           and needs_person >= $5
         order by position
         limit $6";
    // Both together have an index; of one alone so many rows are that a page is soon full.
    let sql = if filter.kind.is_some() && filter.standing.is_some() { OF_KIND } else { SQL };
    let rows: Vec<KeptRow> = on_db!(conn, db => {
        sqlx::query_as(sql)
            .bind(run)
            .bind(after)
            .bind(&filter.kind)
            .bind(&filter.standing)
            .bind(i64::from(filter.needs_person))
            .bind(codec::limit(limit))
            .fetch_all(db)
            .await?
    });
    rows.into_iter().map(KeptRow::into_row).collect()
}

impl Write {
    /// A run begins; its number. Rows of older runs are forgotten, and those runs themselves after many more.
    pub async fn begin_reconcile_run(&mut self, heals: bool, now: Timestamp) -> Result<i64> {
        const BEGIN: &str = "
            -- reconcile run: begin
            insert into reconcile_run (started_at, seen_at, heals, looked, needs_person, found, kept, figures)
            values ($1, $1, $2, 0, 0, 0, 0, '[]')
            returning id";
        const FORGET_ROWS: &str = "
            -- reconcile run: forget the rows of older runs
            delete from reconcile_row
             where run <= $1";
        const KEEP_NONE: &str = "
            -- reconcile run: older runs have no rows
            update reconcile_run
               set kept = 0
             where id <= $1 and kept > 0";
        const FORGET: &str = "
            -- reconcile run: forget old runs
            delete from reconcile_run
             where id <= $1";
        let (id,): (i64,) = on_db!(self.conn(), db => {
            sqlx::query_as(BEGIN).bind(codec::micros(now)).bind(i64::from(heals)).fetch_one(db).await?
        });
        on_db!(self.conn(), db => {
            sqlx::query(FORGET_ROWS).bind(id - RUNS_WITH_ROWS).execute(&mut *db).await?;
            sqlx::query(KEEP_NONE).bind(id - RUNS_WITH_ROWS).execute(&mut *db).await?;
            sqlx::query(FORGET).bind(id - RUNS_MAX).execute(db).await?;
        });
        Ok(id)
    }

    /// A run goes on after an interruption: what was kept beyond these rows is found again.
    pub async fn rewind_reconcile_run(&mut self, run: i64, kept: i64) -> Result<()> {
        const DROP: &str = "
            -- reconcile run: drop what is found again
            delete from reconcile_row
             where run = $1 and position > $2";
        const KEPT: &str = "
            -- reconcile run: rewind
            update reconcile_run
               set kept = $2
             where id = $1 and kept > $2";
        on_db!(self.conn(), db => {
            sqlx::query(DROP).bind(run).bind(kept).execute(&mut *db).await?;
            sqlx::query(KEPT).bind(run).bind(kept).execute(db).await?;
        });
        Ok(())
    }

    /// A difference of a run stands otherwise now; the figures of the run say so too.
    pub async fn set_reconcile_standing(
        &mut self,
        run: i64,
        position: i64,
        standing: &str,
        needs_person: bool,
        body: &str,
    ) -> Result<()> {
        const BEFORE: &str = "
            -- reconcile run: how a difference stood
            select w.kind, w.standing, w.needs_person, r.figures, r.needs_person
              from reconcile_row w
              join reconcile_run r on r.id = w.run
             where w.run = $1 and w.position = $2";
        const SET: &str = "
            -- reconcile run: a difference stands otherwise
            update reconcile_row
               set standing = $3,
                   needs_person = $4,
                   body = $5
             where run = $1 and position = $2";
        const COUNT: &str = "
            -- reconcile run: the figures say so too
            update reconcile_run
               set figures = $2,
                   needs_person = $3
             where id = $1";
        let before: Option<(String, String, i64, String, i64)> = on_db!(self.conn(), db => {
            sqlx::query_as(BEFORE).bind(run).bind(position).fetch_optional(db).await?
        });
        let Some((kind, stood, needed, figures, people)) = before else { return Ok(()) };
        let mut figures: Vec<RunFigure> = codec::from_json(&figures)?;
        move_one(&mut figures, &kind, &stood, standing);
        let people = people - needed + i64::from(needs_person);
        on_db!(self.conn(), db => {
            sqlx::query(SET)
                .bind(run)
                .bind(position)
                .bind(standing)
                .bind(i64::from(needs_person))
                .bind(body)
                .execute(&mut *db)
                .await?;
            sqlx::query(COUNT).bind(run).bind(codec::json(&figures)).bind(people).execute(db).await?;
        });
        Ok(())
    }

    /// A run came further and found these. Of too many, the first are kept; the figures count all.
    pub async fn keep_reconcile_rows(
        &mut self,
        run: i64,
        rows: &[RunRow],
        progress: &RunProgress,
        now: Timestamp,
    ) -> Result<()> {
        const KEPT: &str = "
            -- reconcile run: how many rows it has
            select kept from reconcile_run where id = $1";
        const KEEP: &str = "
            -- reconcile run: came further
            update reconcile_run
               set seen_at = $2,
                   ended_at = case when $3 = 1 then $2 else ended_at end,
                   looked = $4,
                   needs_person = $5,
                   found = $6,
                   kept = $7,
                   figures = $8
             where id = $1";
        let row: Option<(i64,)> =
            on_db!(self.conn(), db => sqlx::query_as(KEPT).bind(run).fetch_optional(db).await?);
        // Another hundred runs have begun since: nobody asks for this one any more.
        let Some((kept,)) = row else { return Ok(()) };
        let room = usize::try_from(RUN_ROWS_MAX - kept).unwrap_or_default();
        let rows = &rows[..rows.len().min(room)];
        for (position, row) in (kept + 1..).zip(rows) {
            self.put_reconcile_row(run, position, row).await?;
        }
        let kept = kept + codec::limit(rows.len());
        on_db!(self.conn(), db => {
            sqlx::query(KEEP)
                .bind(run)
                .bind(codec::micros(now))
                .bind(i64::from(progress.has_ended))
                .bind(progress.looked)
                .bind(progress.needs_person)
                .bind(progress.found)
                .bind(kept)
                .bind(codec::json(&progress.figures))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    async fn put_reconcile_row(&mut self, run: i64, position: i64, row: &RunRow) -> Result<()> {
        const PUT: &str = "
            -- reconcile run: put a row
            insert into reconcile_row (run, position, kind, standing, needs_person, link_id, title, body)
            values ($1, $2, $3, $4, $5, $6, $7, $8)";
        on_db!(self.conn(), db => {
            sqlx::query(PUT)
                .bind(run)
                .bind(position)
                .bind(&row.kind)
                .bind(&row.standing)
                .bind(i64::from(row.needs_person))
                .bind(row.link.map(|link| link.to_string()))
                .bind(&row.title)
                .bind(&row.body)
                .execute(db)
                .await?;
        });
        Ok(())
    }
}

/// One difference of a kind stands otherwise than before.
fn move_one(figures: &mut Vec<RunFigure>, kind: &str, from: &str, to: &str) {
    let mut change = |standing: &str, by: i64| match figures
        .iter_mut()
        .find(|figure| figure.kind == kind && figure.standing == standing)
    {
        Some(figure) => figure.count += by,
        None => figures.push(RunFigure { kind: kind.to_owned(), standing: standing.to_owned(), count: by }),
    };
    change(from, -1);
    change(to, 1);
    figures.retain(|figure| figure.count > 0);
}

row! {
    Row {
        id: i64,
        started_at: i64,
        ended_at: Option<i64>,
        seen_at: i64,
        heals: i64,
        looked: i64,
        needs_person: i64,
        found: i64,
        kept: i64,
        figures: String,
    }
}

impl Row {
    fn into_run(self) -> Result<Run> {
        Ok(Run {
            id: self.id,
            started_at: codec::moment(self.started_at)?,
            ended_at: self.ended_at.map(codec::moment).transpose()?,
            seen_at: codec::moment(self.seen_at)?,
            heals: self.heals == 1,
            looked: self.looked,
            needs_person: self.needs_person,
            found: self.found,
            kept: self.kept,
            figures: codec::from_json(&self.figures)?,
        })
    }
}

row! {
    KeptRow {
        position: i64,
        kind: String,
        standing: String,
        needs_person: i64,
        link_id: Option<String>,
        title: String,
        body: String,
    }
}

impl KeptRow {
    fn into_row(self) -> Result<RunRow> {
        Ok(RunRow {
            position: self.position,
            kind: self.kind,
            standing: self.standing,
            needs_person: self.needs_person == 1,
            link: self.link_id.as_deref().map(codec::id).transpose()?,
            title: self.title,
            body: self.body,
        })
    }
}
