//! What is said of alerts, on which channels, and how these fare.

use domain::Timestamp;

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// Something to say on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertMessage {
    /// What it is about; the same is said once on a channel.
    pub topic: String,
    /// Where it is said.
    pub channel: String,
    /// One line.
    pub subject: String,
    /// The whole.
    pub body: String,
    /// When it was decided.
    pub made_at: Timestamp,
    /// How often it was tried, the present attempt included.
    pub attempts: i64,
    /// Attempts of which nobody knows whether they arrived, the present one included.
    pub unclear: i64,
}

/// A channel of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertChannel {
    /// Its word.
    pub name: String,
    /// Whom it reaches, for people.
    pub target: String,
    /// When something was said last.
    pub said_at: Option<Timestamp>,
    /// How it fails; `None`: it works, as far as anybody knows.
    pub failure: Option<ChannelFailure>,
    /// Messages that wait for their time.
    pub waiting: i64,
}

/// How a channel fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelFailure {
    /// Since when.
    pub since: Timestamp,
    /// The last time.
    pub at: Timestamp,
    /// In Russian, without secrets.
    pub error: String,
}

reads! {
    /// The channels that the service was set to use last, and how they fare.
    fn alert_channels() -> Vec<AlertChannel>;
    /// Whether there is anything to say at `now`.
    fn alert_messages_due(now: Timestamp) -> bool;
}

async fn alert_messages_due(conn: Conn<'_>, now: Timestamp) -> Result<bool> {
    const SQL: &str = "
        -- alert message: is one due?
        select 1
          from alert_message
         where due_at <= $1
         limit 1";
    let row: Option<(i32,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(codec::micros(now)).fetch_optional(db).await?);
    Ok(row.is_some())
}

async fn alert_channels(conn: Conn<'_>) -> Result<Vec<AlertChannel>> {
    const SQL: &str = "
        -- alert channel: all
        select name, target, said_at, fails_since, failed_at, error,
               (select count(*)
                  from alert_message
                 where channel = alert_channel.name and due_at is not null) as waiting
          from alert_channel
         order by name";
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).fetch_all(db).await?);
    rows.into_iter().map(Row::into_channel).collect()
}

impl Write {
    /// These are the channels (names with whom they reach); others are gone with what they had to say.
    pub async fn set_alert_channels(&mut self, channels: &[(&str, &str)]) -> Result<()> {
        const KEEP: &str = "
            -- alert channel: keep
            insert into alert_channel (name, target)
            values ($1, $2)
            on conflict (name) do update
               set target = excluded.target";
        const FORGET: &str = "
            -- alert channel: forget the others
            delete from alert_channel
             where name not in (select value from json_each($1))";
        const SILENCE: &str = "
            -- alert message: nobody says it any more
            delete from alert_message
             where due_at is not null and channel not in (select value from json_each($1))";
        for (name, target) in channels {
            on_db!(self.conn(), db => { sqlx::query(KEEP).bind(*name).bind(*target).execute(db).await?; });
        }
        let names = codec::list(&channels.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for statement in [FORGET, SILENCE] {
            on_db!(self.conn(), db => { sqlx::query(statement).bind(&names).execute(db).await?; });
        }
        Ok(())
    }

    /// Keeps something to say on every channel. What was kept of the topic before stays as it is.
    pub async fn say_on_channels(
        &mut self,
        topic: &str,
        subject: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<()> {
        const SAY: &str = "
            -- alert message: say on every channel
            insert into alert_message (topic, channel, subject, body, made_at, attempts, unclear, due_at)
            select $1, name, $2, $3, $4, 0, 0, $4
              from alert_channel
             where true
            on conflict (topic, channel) do nothing";
        on_db!(self.conn(), db => {
            sqlx::query(SAY)
                .bind(topic)
                .bind(subject)
                .bind(body)
                .bind(codec::micros(now))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// What nobody has been told yet of the topics that begin with `prefix` need not be said any more.
    pub async fn withdraw_messages(&mut self, prefix: &str) -> Result<()> {
        const WITHDRAW: &str = "
            -- alert message: withdraw
            delete from alert_message
             where due_at is not null and unclear = 0 and substr(topic, 1, length($1)) = $1";
        on_db!(self.conn(), db => { sqlx::query(WITHDRAW).bind(prefix).execute(db).await?; });
        Ok(())
    }

    /// The next due ones of a channel. Each is counted as one more attempt of which nobody knows how it ends, and is not
    /// due again before `until`: that is what stays when the process dies.
    pub async fn take_alert_messages(
        &mut self,
        channel: &str,
        limit: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<AlertMessage>> {
        const TAKE: &str = "
            -- alert message: take what is due
            update alert_message
               set attempts = attempts + 1, unclear = unclear + 1, due_at = $4
             where channel = $1
               and topic in (select topic
                               from alert_message
                              where channel = $1 and due_at <= $3
                              order by due_at, topic
                              limit $2)
            returning topic, channel, subject, body, made_at, attempts, unclear";
        let rows: Vec<MessageRow> = on_db!(self.conn(), db => {
            sqlx::query_as(TAKE)
                .bind(channel)
                .bind(codec::limit(limit))
                .bind(codec::micros(now))
                .bind(codec::micros(until))
                .fetch_all(db)
                .await?
        });
        let mut messages = rows.into_iter().map(MessageRow::into_message).collect::<Result<Vec<_>>>()?;
        messages.sort_by(|one, other| (one.made_at, &one.topic).cmp(&(other.made_at, &other.topic)));
        Ok(messages)
    }

    /// It was said.
    pub async fn message_was_said(&mut self, message: &AlertMessage, now: Timestamp) -> Result<()> {
        const SAID: &str = "
            -- alert message: said
            update alert_message
               set due_at = null, said_at = $3
             where topic = $1 and channel = $2";
        on_db!(self.conn(), db => {
            sqlx::query(SAID)
                .bind(&message.topic)
                .bind(&message.channel)
                .bind(codec::micros(now))
                .execute(db)
                .await?;
        });
        self.channel_works(&message.channel, now).await
    }

    /// Something was said on the channel.
    pub async fn channel_works(&mut self, channel: &str, now: Timestamp) -> Result<()> {
        const WORKS: &str = "
            -- alert channel: works
            update alert_channel
               set said_at = $2, fails_since = null, failed_at = null, error = null
             where name = $1";
        on_db!(self.conn(), db => {
            sqlx::query(WORKS).bind(channel).bind(codec::micros(now)).execute(db).await?;
        });
        Ok(())
    }

    /// It was not said, or nobody knows; it is tried again then. `None`: it is given up.
    pub async fn message_failed(
        &mut self,
        message: &AlertMessage,
        error: &str,
        again_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<()> {
        const WAITS: &str = "
            -- alert message: waits
            update alert_message
               set due_at = $4, unclear = $3
             where topic = $1 and channel = $2";
        on_db!(self.conn(), db => {
            sqlx::query(WAITS)
                .bind(&message.topic)
                .bind(&message.channel)
                .bind(message.unclear)
                .bind(again_at.map(codec::micros))
                .execute(db)
                .await?;
        });
        self.channel_failed(&message.channel, error, now).await
    }

    /// The channel has failed; since when stays as it is while it goes on failing.
    pub async fn channel_failed(&mut self, channel: &str, error: &str, now: Timestamp) -> Result<()> {
        const FAILED: &str = "
            -- alert channel: fails
            update alert_channel
               set fails_since = coalesce(fails_since, $2), failed_at = $2, error = $3
             where name = $1";
        on_db!(self.conn(), db => {
            sqlx::query(FAILED).bind(channel).bind(codec::micros(now)).bind(error).execute(db).await?;
        });
        Ok(())
    }
}

row! {
    Row {
        name: String,
        target: String,
        said_at: Option<i64>,
        fails_since: Option<i64>,
        failed_at: Option<i64>,
        error: Option<String>,
        waiting: i64,
    }
}

impl Row {
    fn into_channel(self) -> Result<AlertChannel> {
        let failure = match (self.fails_since, self.failed_at) {
            (Some(since), Some(at)) => Some(ChannelFailure {
                since: codec::moment(since)?,
                at: codec::moment(at)?,
                error: self.error.unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(AlertChannel {
            name: self.name,
            target: self.target,
            said_at: self.said_at.map(codec::moment).transpose()?,
            failure,
            waiting: self.waiting,
        })
    }
}

row! {
    MessageRow {
        topic: String,
        channel: String,
        subject: String,
        body: String,
        made_at: i64,
        attempts: i64,
        unclear: i64,
    }
}

impl MessageRow {
    fn into_message(self) -> Result<AlertMessage> {
        Ok(AlertMessage {
            topic: self.topic,
            channel: self.channel,
            subject: self.subject,
            body: self.body,
            made_at: codec::moment(self.made_at)?,
            attempts: self.attempts,
            unclear: self.unclear,
        })
    }
}
