//! Figures for people: what waits, what was done, what needs a person.

use std::collections::BTreeMap;

use domain::{ReasonCode, Side, Timestamp};

use crate::dialect::Conn;
use crate::{Result, codec, parked};

/// How often each outcome happened, by its word (`created`, `linked`, `updated`, `unchanged`).
pub type Outcomes = BTreeMap<String, i64>;

/// How the whole stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Deliveries to 1C.
    pub onec: SideFigures,
    /// Deliveries to Bitrix24.
    pub bitrix: SideFigures,
    /// What waits for a person, by cause, of both sides.
    pub parked: Vec<(ReasonCode, i64)>,
    /// Counterparties known to Parom.
    pub links: i64,
    /// Those of them that are known on both shores.
    pub linked: i64,
    /// Counterparties with remarks.
    pub with_remarks: i64,
}

/// Deliveries to one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideFigures {
    /// Wait for their time.
    pub due: i64,
    /// Somebody works on them.
    pub leased: i64,
    /// Wait for a person.
    pub parked: i64,
    /// Settled since the beginning, by outcome; a counterparty that was changed twice counts twice.
    pub outcomes: Outcomes,
    /// Since when the one that waits longest was due. `None`: nothing waits. In the future: it waits for its retry.
    pub oldest_due: Option<Timestamp>,
}

impl SideFigures {
    /// Settled since the beginning.
    pub fn settled(&self) -> i64 {
        self.outcomes.values().sum()
    }
}

impl Summary {
    /// The figures of a side.
    pub fn of(&self, side: Side) -> &SideFigures {
        match side {
            Side::OneC => &self.onec,
            Side::Bitrix => &self.bitrix,
        }
    }

    fn of_mut(&mut self, side: Side) -> &mut SideFigures {
        match side {
            Side::OneC => &mut self.onec,
            Side::Bitrix => &mut self.bitrix,
        }
    }
}

/// The counter of all links.
pub(crate) const LINKS: &str = "links";

/// The counter of links known on both shores.
pub(crate) const LINKED: &str = "linked";

/// The counter of deliveries that ended in an outcome.
pub(crate) fn outcome(side: Side, outcome: &str) -> String {
    format!("settled/{}/{outcome}", side.as_str())
}

reads! {
    /// How the whole stands. What is open is counted in indexes that hold nothing else, so this costs a step for
    /// everything that waits or has a remark; what is done is read from counters, however much it is.
    fn summary() -> Summary;
}

async fn summary(mut conn: Conn<'_>) -> Result<Summary> {
    const OPEN: &str = "
        -- summary: due and leased
        select side, state, count(*), min(at)
          from delivery
         where state in ('due', 'leased')
         group by side, state";
    const PARKED: &str = "
        -- summary: parked
        select side, count(*)
          from delivery
         where state = 'parked'
         group by side";
    const REMARKS: &str = "
        -- summary: remarks
        select count(*)
          from link
         where remark_count > 0";
    const COUNTERS: &str = "
        -- summary: counters
        select name, value
          from counter";
    let open: Vec<(String, String, i64, i64)>;
    let parked: Vec<(String, i64)>;
    let counters: Vec<(String, i64)>;
    let with_remarks: (i64,);
    on_db!(conn.again(), db => {
        open = sqlx::query_as(OPEN).fetch_all(&mut *db).await?;
        parked = sqlx::query_as(PARKED).fetch_all(&mut *db).await?;
        counters = sqlx::query_as(COUNTERS).fetch_all(&mut *db).await?;
        with_remarks = sqlx::query_as(REMARKS).fetch_one(db).await?;
    });

    let mut summary = Summary { with_remarks: with_remarks.0, ..Summary::default() };
    for (side, state, count, oldest) in open {
        let figures = summary.of_mut(codec::side(&side)?);
        if state == "leased" {
            figures.leased = count;
        } else {
            figures.due = count;
            figures.oldest_due = Some(codec::moment(oldest)?);
        }
    }
    for (side, count) in parked {
        summary.of_mut(codec::side(&side)?).parked = count;
    }
    for (name, value) in counters {
        summary.take_counter(&name, value)?;
    }
    summary.parked = parked::parked_groups(conn).await?;
    Ok(summary)
}

impl Summary {
    fn take_counter(&mut self, name: &str, value: i64) -> Result<()> {
        match name.split('/').collect::<Vec<_>>()[..] {
            [LINKS] => self.links = value,
            [LINKED] => self.linked = value,
            ["settled", side, outcome] => {
                self.of_mut(codec::side(side)?).outcomes.insert(outcome.to_owned(), value);
            }
            // A newer version may count more; an older one that reads it need not know.
            _ => {}
        }
        Ok(())
    }
}
