//! The wish that 1C show everything again, and what it has shown since.

use std::collections::HashSet;

use domain::{LinkId, OneCRef, Timestamp};

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// The last wish that 1C show everything. When it ends is decided by whoever keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowAll {
    /// When somebody wished it.
    pub asked_at: Timestamp,
    /// When 1C was told first. `None`: it has not said hello since.
    pub told_at: Option<Timestamp>,
    /// Whether 1C has shown anything since it was told last.
    pub is_answered: bool,
    /// How often 1C was told, showed something, and said hello again.
    pub runs: i64,
    /// When 1C was told no more. `None`: the wish is open.
    pub ended_at: Option<Timestamp>,
}

/// How much of what 1C has was shown since a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShownSince {
    /// Counterparties that 1C is known to have.
    pub known: i64,
    /// Of these: shown since.
    pub shown: i64,
}

reads! {
    /// The last wish, open or ended.
    fn show_all() -> Option<ShowAll>;
    /// How many counterparties of 1C were shown at `since` or later, while a wish was open. Looks at every link.
    fn shown_since(since: Timestamp) -> ShownSince;
    /// Those of `links` that 1C is known to have and has not shown at `since` or later, while a wish was open.
    fn not_shown_since(since: Timestamp, links: &[LinkId]) -> HashSet<LinkId>;
}

async fn show_all(conn: Conn<'_>) -> Result<Option<ShowAll>> {
    const SQL: &str = "
        -- show all: get
        select asked_at, told_at, is_answered, runs, ended_at
          from show_all
         where id = 1";
    let row: Option<Row> = on_db!(conn, db => sqlx::query_as(SQL).fetch_optional(db).await?);
    row.map(Row::into_wish).transpose()
}

async fn shown_since(conn: Conn<'_>, since: Timestamp) -> Result<ShownSince> {
    const SQL: &str = "
        -- show all: how much was shown
        select count(*), count(case when onec_shown_at >= $1 then 1 end)
          from link
         where onec_ref is not null";
    let (known, shown): (i64, i64) =
        on_db!(conn, db => sqlx::query_as(SQL).bind(codec::micros(since)).fetch_one(db).await?);
    Ok(ShownSince { known, shown })
}

async fn not_shown_since(conn: Conn<'_>, since: Timestamp, links: &[LinkId]) -> Result<HashSet<LinkId>> {
    const SQL: &str = "
        -- show all: what was not shown
        select id
          from link
         where id in (select value from json_each($2))
           and onec_ref is not null
           and (onec_shown_at is null or onec_shown_at < $1)";
    let rows: Vec<(String,)> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(codec::micros(since)).bind(codec::list(links)).fetch_all(db).await?
    });
    rows.into_iter().map(|(id,)| codec::id(&id)).collect()
}

impl Write {
    /// A new wish takes the place of the one before.
    pub async fn ask_to_show_all(&mut self, now: Timestamp) -> Result<()> {
        const ASK: &str = "
            -- show all: ask
            insert into show_all (id, asked_at, told_at, is_answered, runs, ended_at)
            values (1, $1, null, 0, 0, null)
            on conflict (id) do update
               set asked_at = excluded.asked_at,
                   told_at = null,
                   is_answered = 0,
                   runs = 0,
                   ended_at = null";
        on_db!(self.conn(), db => { sqlx::query(ASK).bind(codec::micros(now)).execute(db).await?; });
        Ok(())
    }

    /// How the wish stands now. Says nothing of a newer wish that has taken its place meanwhile.
    pub async fn keep_show_all(&mut self, wish: &ShowAll) -> Result<()> {
        const KEEP: &str = "
            -- show all: keep
            update show_all
               set told_at = $2,
                   is_answered = $3,
                   runs = $4,
                   ended_at = $5
             where id = 1 and asked_at = $1";
        on_db!(self.conn(), db => {
            sqlx::query(KEEP)
                .bind(codec::micros(wish.asked_at))
                .bind(wish.told_at.map(codec::micros))
                .bind(i64::from(wish.is_answered))
                .bind(wish.runs)
                .bind(wish.ended_at.map(codec::micros))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// 1C has shown these, changed or not.
    pub async fn mark_shown(&mut self, refs: &[OneCRef], now: Timestamp) -> Result<()> {
        const MARK: &str = "
            -- show all: shown
            update link
               set onec_shown_at = $2
             where onec_ref in (select value from json_each($1))";
        on_db!(self.conn(), db => {
            sqlx::query(MARK).bind(codec::list(refs)).bind(codec::micros(now)).execute(db).await?;
        });
        Ok(())
    }
}

row! {
    Row {
        asked_at: i64,
        told_at: Option<i64>,
        is_answered: i64,
        runs: i64,
        ended_at: Option<i64>,
    }
}

impl Row {
    fn into_wish(self) -> Result<ShowAll> {
        Ok(ShowAll {
            asked_at: codec::moment(self.asked_at)?,
            told_at: self.told_at.map(codec::moment).transpose()?,
            is_answered: self.is_answered == 1,
            runs: self.runs,
            ended_at: self.ended_at.map(codec::moment).transpose()?,
        })
    }
}
