//! Whether anything has changed: a few rows that are read in microseconds, for pages that stay open.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use crate::Result;
use crate::dialect::Conn;

/// Equal pulses: nothing has changed that a page would show. Numbers that mean nothing by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pulse {
    /// What crossed, what queues, what is known.
    pub traffic: u64,
    /// What waits for a person or for something.
    pub held: u64,
    /// Fields that both sides changed.
    pub conflicts: u64,
    /// Stopped lanes, and when the sides were heard of last.
    pub shores: u64,
}

reads! {
    /// How things stand, as numbers that differ when something has changed.
    fn pulse() -> Pulse;
}

async fn pulse(mut conn: Conn<'_>) -> Result<Pulse> {
    const COUNTERS: &str = "
        -- pulse: counters
        select name, value
          from counter
         order by name";
    const NEWEST: &str = "
        -- pulse: newest entry of the journal
        select coalesce(max(seq), 0)
          from change";
    // One that goes while another comes leaves the figure as it was.
    const CONFLICTS: &str = "
        -- pulse: newest conflicts
        select link_id, since
          from conflict
         order by since desc
         limit 5";
    const HELD: &str = "
        -- pulse: newest parked deliveries
        select id, at
          from delivery
         where state = 'parked'
         order by id desc
         limit 5";
    const SHORES: &str = "
        -- pulse: shores
        select side, since from stopped_lane
         union all
        select 'seen ' || side, at from last_seen
         order by 1";
    type Rows = Vec<(String, i64)>;
    let (counters, held, conflicts, shores): (Rows, Rows, Rows, Rows);
    let newest: (i64,);
    on_db!(conn.again(), db => {
        counters = sqlx::query_as(COUNTERS).fetch_all(&mut *db).await?;
        newest = sqlx::query_as(NEWEST).fetch_one(&mut *db).await?;
        held = sqlx::query_as(HELD).fetch_all(&mut *db).await?;
        conflicts = sqlx::query_as(CONFLICTS).fetch_all(&mut *db).await?;
        shores = sqlx::query_as(SHORES).fetch_all(db).await?;
    });
    let is_held = |(name, _): &&(String, i64)| name.starts_with("held/");
    let is_conflict = |(name, _): &&(String, i64)| name.starts_with("held/conflict/");
    Ok(Pulse {
        traffic: print(&(newest, counters.iter().filter(|row| !is_held(row)).collect::<Vec<_>>())),
        held: print(&(held, counters.iter().filter(is_held).collect::<Vec<_>>())),
        conflicts: print(&(conflicts, counters.iter().filter(is_conflict).collect::<Vec<_>>())),
        shores: print(&shores),
    })
}

/// The same for equal things within one process; nobody keeps it.
fn print(things: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    things.hash(&mut hasher);
    hasher.finish()
}
