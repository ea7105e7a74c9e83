//! What employees have to be told: kept with what gave rise to it, told once.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dialect::Conn;
use crate::{Result, Write, codec, tallies};

/// Something that an employee must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// What it is about; the same topic is told once, until it is [taken back](Write::take_back).
    pub topic: String,
    /// The company in question.
    pub company_id: i64,
    /// What is said to whom.
    pub message: Message,
    /// What has arrived.
    pub told: Told,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was noticed.
    pub since: Timestamp,
}

/// What is said to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Employees in the order in which they are tried: the first who can be told is.
    pub users: Vec<i64>,
    /// The text of the notification.
    pub text: String,
    /// Comments for the timelines of companies.
    pub comments: Vec<Comment>,
}

/// A comment in the timeline of a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Whose timeline.
    pub company: i64,
    /// What it says.
    pub text: String,
}

/// Which parts of a [`Message`] have arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Somebody was notified, or nobody could be.
    pub notified: bool,
    /// Companies that have their comment, or cannot have it.
    pub commented: Vec<i64>,
}

impl Telling {
    /// Whether every part has arrived.
    pub fn is_done(&self) -> bool {
        let is_commented = |comment: &Comment| self.told.commented.contains(&comment.company);
        (self.told.notified || self.message.users.is_empty())
            && self.message.comments.iter().all(is_commented)
    }
}

reads! {
    /// What was noticed of this topic, told or not.
    fn telling(topic: &str) -> Option<Telling>;
    /// The topics of a company that begin with `prefix`.
    fn topics(company: i64, prefix: &str) -> Vec<String>;
    /// How many tellings wait.
    fn tellings_waiting() -> i64;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_telling {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- telling: ",
            $name,
            "
            select topic, company_id, message, told, attempts, since
              from telling ",
            $rest
        )
    };
}

async fn telling(conn: Conn<'_>, topic: &str) -> Result<Option<Telling>> {
    const SQL: &str = select_telling!("by topic", "where topic = $1");
    let row: Option<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(topic).fetch_optional(db).await?);
    row.map(Row::into_telling).transpose()
}

async fn topics(conn: Conn<'_>, company: i64, prefix: &str) -> Result<Vec<String>> {
    const SQL: &str = "
        -- telling: topics of a company
        select topic
          from telling
         where company_id = $1 and substr(topic, 1, length($2)) = $2
         order by topic";
    let rows: Vec<(String,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(company).bind(prefix).fetch_all(db).await?);
    Ok(rows.into_iter().map(|(topic,)| topic).collect())
}

async fn tellings_waiting(conn: Conn<'_>) -> Result<i64> {
    Ok(tallies::read(conn).await?.queue("telling"))
}

/// The next `limit` tellings of a company before a moment and a topic, the newest first.
pub(crate) async fn tellings_before(
    conn: Conn<'_>,
    company: i64,
    (since, topic): &(i64, String),
    limit: usize,
) -> Result<Vec<Telling>> {
    const SQL: &str = select_telling!(
        "of a company, backwards",
        "where company_id = $1 and (since, topic) < ($2, $3) order by since desc, topic desc limit $4"
    );
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(company).bind(since).bind(topic).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_telling).collect()
}

impl Write {
    /// Keeps something to tell. What is known of the topic already stays as it is: it is told once.
    pub async fn tell(&mut self, topic: &str, company: i64, message: &Message, now: Timestamp) -> Result<()> {
        const PUT: &str = "
            -- telling: put
            insert into telling (topic, company_id, message, told, attempts, since, due_at)
            values ($1, $2, $3, $4, 0, $5, $5)
            on conflict (topic) do nothing";
        on_db!(self.conn(), db => {
            sqlx::query(PUT)
                .bind(topic)
                .bind(company)
                .bind(codec::json(message))
                .bind(codec::json(&Told::default()))
                .bind(codec::micros(now))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// The matter is settled: nothing of these topics is told any more, and the next time it is news again.
    pub async fn take_back(&mut self, topics: &[&str]) -> Result<()> {
        const FORGET: &str = "
            -- telling: take back
            delete from telling
             where topic in (select value from json_each($1))";
        if topics.is_empty() {
            return Ok(());
        }
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(codec::list(topics)).execute(db).await?; });
        Ok(())
    }

    /// The next `limit` due ones, each counted as one more attempt and not due again before `until`.
    pub async fn take_tellings(
        &mut self,
        limit: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Telling>> {
        const TAKE: &str = "
            -- telling: take what is due
            update telling
               set attempts = attempts + 1, due_at = $3
             where topic in (select topic from telling where due_at <= $2 order by due_at, topic limit $1)
            returning topic, company_id, message, told, attempts, since";
        let rows: Vec<Row> = on_db!(self.conn(), db => {
            sqlx::query_as(TAKE)
                .bind(codec::limit(limit))
                .bind(codec::micros(now))
                .bind(codec::micros(until))
                .fetch_all(db)
                .await?
        });
        rows.into_iter().map(Row::into_telling).collect()
    }

    /// Keeps what has arrived, and when the rest is tried; `None`: there is no rest, or it is given up.
    pub async fn told(&mut self, topic: &str, told: &Told, again_at: Option<Timestamp>) -> Result<()> {
        const SAVE: &str = "
            -- telling: what has arrived
            update telling
               set told = $2, due_at = $3
             where topic = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SAVE)
                .bind(topic)
                .bind(codec::json(told))
                .bind(again_at.map(codec::micros))
                .execute(db)
                .await?;
        });
        Ok(())
    }
}

row! {
    Row {
        topic: String,
        company_id: i64,
        message: String,
        told: String,
        attempts: i64,
        since: i64,
    }
}

impl Row {
    fn into_telling(self) -> Result<Telling> {
        Ok(Telling {
            topic: self.topic,
            company_id: self.company_id,
            message: codec::from_json(&self.message)?,
            told: codec::from_json(&self.told)?,
            attempts: self.attempts,
            since: codec::moment(self.since)?,
        })
    }
}
