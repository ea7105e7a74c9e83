//! Whether anything has changed: a few numbers that are read in microseconds, for pages that stay open.

use crate::Result;
use crate::dialect::Conn;

/// Equal pulses: nothing has changed that a page would show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pulse {
    /// Journal entries, settled deliveries, new links.
    pub traffic: i64,
    /// The newest parked deliveries.
    pub parked: i64,
    /// The newest conflicts.
    pub conflicts: i64,
    /// Stopped lanes, and when 1C called last.
    pub shores: i64,
}

reads! {
    /// How things stand, as numbers that differ when something has changed.
    fn pulse() -> Pulse;
}

async fn pulse(conn: Conn<'_>) -> Result<Pulse> {
    const SQL: &str = "
        -- pulse
        select (select coalesce(max(seq), 0) from change)
               + (select coalesce(cast(sum(value) as bigint), 0) from counter),
               (select coalesce(cast(sum(at) as bigint), 0)
                  from (select at from delivery where state = 'parked' order by id desc limit 20) newest),
               (select coalesce(cast(sum(since) as bigint), 0)
                  from (select since from conflict order by link_id desc, field limit 20) newest),
               (select coalesce(cast(sum(since) as bigint), 0) from stopped_lane)
               + (select coalesce(max(at), 0) from last_seen)";
    let (traffic, parked, conflicts, shores): (i64, i64, i64, i64) =
        on_db!(conn, db => sqlx::query_as(SQL).fetch_one(db).await?);
    Ok(Pulse { traffic, parked, conflicts, shores })
}
