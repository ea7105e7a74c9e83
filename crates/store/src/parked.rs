//! Deliveries that wait for a person.

use domain::{DeliveryId, LinkId, Reason, ReasonCode, Side, Timestamp};

use crate::dialect::Conn;
use crate::outbox::reason_code;
use crate::{HeldKind, Result, Write, codec, tallies};

/// A delivery that waits for a person, with what a list of them shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedRow {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// Of which counterparty.
    pub link: LinkId,
    /// Who cannot take it.
    pub side: Side,
    /// Why, and what to do.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
    /// The name that people know the counterparty by.
    pub title: String,
}

reads! {
    /// How many wait for each cause, by the word of the cause.
    fn parked_groups() -> Vec<(ReasonCode, i64)>;
    /// The next `limit` parked deliveries after `after`, of one cause or of all, the oldest first.
    fn parked(code: Option<ReasonCode>, after: Option<DeliveryId>, limit: usize) -> Vec<ParkedRow>;
}

async fn parked_groups(conn: Conn<'_>) -> Result<Vec<(ReasonCode, i64)>> {
    Ok(tallies::read(conn).await?.by_cause(&[HeldKind::ToBitrix, HeldKind::ToOneC]))
}

/// The columns of [`Row`], with or without a cause, so that each has its index.
macro_rules! select_parked {
    ($name:literal, $condition:literal) => {
        concat!(
            "-- parked: ",
            $name,
            "
            select delivery.id, link_id, side, at, reason_code, reason_text, link.title
              from delivery
              join link on link.id = link_id
             where state = 'parked' and delivery.id > $1",
            $condition,
            "
             order by delivery.id
             limit $2"
        )
    };
}

async fn parked(
    conn: Conn<'_>,
    code: Option<ReasonCode>,
    after: Option<DeliveryId>,
    limit: usize,
) -> Result<Vec<ParkedRow>> {
    const ALL: &str = select_parked!("page", "");
    const OF_CAUSE: &str = select_parked!("page of a cause", " and reason_code = $3");
    let (after, limit) = (codec::after(after), codec::limit(limit));
    let rows: Vec<Row> = on_db!(conn, db => match code {
        None => sqlx::query_as(ALL).bind(after).bind(limit).fetch_all(db).await?,
        Some(code) => {
            sqlx::query_as(OF_CAUSE).bind(after).bind(limit).bind(code.as_str()).fetch_all(db).await?
        }
    });
    rows.into_iter().map(Row::into_parked).collect()
}

impl Write {
    /// Tries a parked delivery again, as if for the first time. `false`: it is not parked (any more).
    pub async fn retry_parked(&mut self, id: DeliveryId, now: Timestamp) -> Result<bool> {
        const RETRY: &str = "
            -- parked: retry
            update delivery
               set state = 'due',
                   at = $2,
                   attempts = 0,
                   reason_code = null,
                   reason_text = null
             where id = $1 and state = 'parked'";
        let retried = on_db!(self.conn(), db => {
            sqlx::query(RETRY).bind(id.to_string()).bind(codec::micros(now)).execute(db).await?.rows_affected()
        });
        Ok(retried > 0)
    }

    /// Tries again all parked deliveries, or those of one cause; returns how many.
    pub async fn retry_parked_all(&mut self, code: Option<ReasonCode>, now: Timestamp) -> Result<i64> {
        const RETRY_ALL: &str = "
            -- parked: retry all
            update delivery
               set state = 'due',
                   at = $1,
                   attempts = 0,
                   reason_code = null,
                   reason_text = null
             where state = 'parked' and reason_code = coalesce($2, reason_code)";
        let retried = on_db!(self.conn(), db => {
            sqlx::query(RETRY_ALL)
                .bind(codec::micros(now))
                .bind(code.map(ReasonCode::as_str))
                .execute(db)
                .await?
                .rows_affected()
        });
        Ok(i64::try_from(retried).unwrap_or(i64::MAX))
    }

    /// Gives a parked delivery up; the row stays, with `why`. `false`: it is not parked (any more).
    pub async fn drop_parked(&mut self, id: DeliveryId, why: &str, now: Timestamp) -> Result<bool> {
        const DROP: &str = "
            -- parked: drop
            update delivery
               set state = 'dropped',
                   at = $3,
                   reason_code = null,
                   reason_text = $2
             where id = $1 and state = 'parked'";
        let dropped = on_db!(self.conn(), db => {
            sqlx::query(DROP)
                .bind(id.to_string())
                .bind(why)
                .bind(codec::micros(now))
                .execute(db)
                .await?
                .rows_affected()
        });
        Ok(dropped > 0)
    }
}

row! {
    Row {
        id: String,
        link_id: String,
        side: String,
        at: i64,
        reason_code: String,
        reason_text: String,
        title: String,
    }
}

impl Row {
    fn into_parked(self) -> Result<ParkedRow> {
        Ok(ParkedRow {
            delivery: codec::id(&self.id)?,
            link: codec::id(&self.link_id)?,
            side: codec::side(&self.side)?,
            reason: Reason::new(reason_code(&self.reason_code)?, self.reason_text),
            since: codec::moment(self.at)?,
            title: self.title,
        })
    }
}
