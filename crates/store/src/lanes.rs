//! Lanes: whether anything travels to a side at all.

use domain::{Side, Timestamp};

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// Whether anything travels to a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lane {
    /// It does.
    Open,
    /// It waits until somebody has done what `reason` says; no delivery is to blame.
    Stopped {
        /// What happened and what to do, in Russian.
        reason: String,
        /// Since when.
        since: Timestamp,
    },
}

reads! {
    /// The lane to a side; open unless somebody stopped it.
    fn lane(side: Side) -> Lane;
}

async fn lane(conn: Conn<'_>, side: Side) -> Result<Lane> {
    const SQL: &str = "
        -- lane: state
        select reason, since
          from stopped_lane
         where side = $1";
    let row: Option<(String, i64)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(side.as_str()).fetch_optional(db).await?);
    Ok(match row {
        None => Lane::Open,
        Some((reason, since)) => Lane::Stopped { reason, since: codec::moment(since)? },
    })
}

impl Write {
    /// Stops a lane. One that stands already keeps its time and takes the newer reason.
    pub async fn stop_lane(&mut self, side: Side, reason: &str, now: Timestamp) -> Result<()> {
        const STOP: &str = "
            -- lane: stop
            insert into stopped_lane (side, reason, since)
            values ($1, $2, $3)
            on conflict (side) do update
               set reason = excluded.reason";
        on_db!(self.conn(), db => {
            sqlx::query(STOP)
                .bind(side.as_str())
                .bind(reason)
                .bind(codec::micros(now))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// Opens a lane.
    pub async fn open_lane(&mut self, side: Side) -> Result<()> {
        const OPEN: &str = "
            -- lane: open
            delete from stopped_lane
             where side = $1";
        on_db!(self.conn(), db => { sqlx::query(OPEN).bind(side.as_str()).execute(db).await?; });
        Ok(())
    }
}
