//! Alerts: what is or was wrong with the whole, and which causes nobody wants to be told of.

use domain::Timestamp;

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// One time that something was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What is wrong: a word of whoever raised it.
    pub cause: String,
    /// Since when. With the cause it names the alert.
    pub since: Timestamp,
    /// What is wrong, in Russian, in the newest words.
    pub title: String,
    /// What to do.
    pub advice: String,
    /// Since when the cause is not seen any more.
    pub calm_since: Option<Timestamp>,
    /// How often people were told that it is so.
    pub told: i64,
    /// When they are told again.
    pub remind_at: Timestamp,
    /// When it was over. `None`: it is open.
    pub ended_at: Option<Timestamp>,
}

/// A cause of which nobody wants to be told for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mute {
    /// The cause; empty for all of them.
    pub cause: String,
    /// Until then.
    pub until: Timestamp,
    /// Who wished it.
    pub who: String,
    /// When.
    pub since: Timestamp,
}

reads! {
    /// What is wrong now, the oldest first: at most one per cause.
    fn open_alerts() -> Vec<Alert>;
    /// What was wrong, the newest first, from the one after `before` on.
    fn ended_alerts(before: Option<(Timestamp, &str)>, limit: usize) -> Vec<Alert>;
    /// The mutes that last beyond `now`.
    fn mutes(now: Timestamp) -> Vec<Mute>;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_alert {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- alert: ",
            $name,
            "
            select cause, since, title, advice, calm_since, told, remind_at, ended_at
              from alert ",
            $rest
        )
    };
}

async fn open_alerts(conn: Conn<'_>) -> Result<Vec<Alert>> {
    const SQL: &str = select_alert!("open", "where ended_at is null order by since, cause");
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).fetch_all(db).await?);
    rows.into_iter().map(Row::into_alert).collect()
}

async fn ended_alerts(conn: Conn<'_>, before: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<Alert>> {
    const SQL: &str = select_alert!(
        "ended",
        "where ended_at is not null and (since < $1 or (since = $1 and cause < $2))
         order by since desc, cause desc
         limit $3"
    );
    let (since, cause) = before.map_or((i64::MAX, ""), |(since, cause)| (codec::micros(since), cause));
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(since).bind(cause).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_alert).collect()
}

async fn mutes(conn: Conn<'_>, now: Timestamp) -> Result<Vec<Mute>> {
    const SQL: &str = "
        -- mute: all that last
        select cause, until, who, since
          from alert_mute
         where until > $1
         order by cause";
    let rows: Vec<(String, i64, String, i64)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(codec::micros(now)).fetch_all(db).await?);
    rows.into_iter()
        .map(|(cause, until, who, since)| {
            Ok(Mute { cause, until: codec::moment(until)?, who, since: codec::moment(since)? })
        })
        .collect()
}

impl Write {
    /// Keeps an alert as it stands now, new or known. Fails with [`StoreError::Taken`](crate::StoreError::Taken) where
    /// another one of the same cause is open.
    pub async fn keep_alert(&mut self, alert: &Alert) -> Result<()> {
        const KEEP: &str = "
            -- alert: keep
            insert into alert (cause, since, title, advice, calm_since, told, remind_at, ended_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (cause, since) do update
               set title = excluded.title,
                   advice = excluded.advice,
                   calm_since = excluded.calm_since,
                   told = excluded.told,
                   remind_at = excluded.remind_at,
                   ended_at = excluded.ended_at";
        on_db!(self.conn(), db => {
            sqlx::query(KEEP)
                .bind(&alert.cause)
                .bind(codec::micros(alert.since))
                .bind(&alert.title)
                .bind(&alert.advice)
                .bind(alert.calm_since.map(codec::micros))
                .bind(alert.told)
                .bind(codec::micros(alert.remind_at))
                .bind(alert.ended_at.map(codec::micros))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// Nobody is told of the cause until then; a mute of the same cause is replaced.
    pub async fn mute(&mut self, mute: &Mute) -> Result<()> {
        const MUTE: &str = "
            -- mute: set
            insert into alert_mute (cause, until, who, since)
            values ($1, $2, $3, $4)
            on conflict (cause) do update
               set until = excluded.until,
                   who = excluded.who,
                   since = excluded.since";
        on_db!(self.conn(), db => {
            sqlx::query(MUTE)
                .bind(&mute.cause)
                .bind(codec::micros(mute.until))
                .bind(&mute.who)
                .bind(codec::micros(mute.since))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// People are told of the cause again. `false`: it was not muted.
    pub async fn unmute(&mut self, cause: &str) -> Result<bool> {
        const UNMUTE: &str = "
            -- mute: end
            delete from alert_mute
             where cause = $1";
        let ended =
            on_db!(self.conn(), db => sqlx::query(UNMUTE).bind(cause).execute(db).await?.rows_affected());
        Ok(ended > 0)
    }

    /// Forgets alerts that ended, mutes that ran out and messages that were said or given up before `before`.
    pub async fn forget_alerts(&mut self, before: Timestamp) -> Result<()> {
        const FORGET: [&str; 3] = [
            "
            -- alert: forget the old
            delete from alert
             where ended_at < $1",
            "
            -- mute: forget the old
            delete from alert_mute
             where until < $1",
            "
            -- alert message: forget the old
            delete from alert_message
             where made_at < $1 and due_at is null",
        ];
        for statement in FORGET {
            on_db!(self.conn(), db => {
                sqlx::query(statement).bind(codec::micros(before)).execute(db).await?;
            });
        }
        Ok(())
    }
}

row! {
    Row {
        cause: String,
        since: i64,
        title: String,
        advice: String,
        calm_since: Option<i64>,
        told: i64,
        remind_at: i64,
        ended_at: Option<i64>,
    }
}

impl Row {
    fn into_alert(self) -> Result<Alert> {
        Ok(Alert {
            cause: self.cause,
            since: codec::moment(self.since)?,
            title: self.title,
            advice: self.advice,
            calm_since: self.calm_since.map(codec::moment).transpose()?,
            told: self.told,
            remind_at: codec::moment(self.remind_at)?,
            ended_at: self.ended_at.map(codec::moment).transpose()?,
        })
    }
}
