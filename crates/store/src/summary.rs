//! Figures for people: what waits, what was done, what needs a person.

use std::collections::BTreeMap;

use domain::{ReasonCode, Side, Timestamp};

use crate::dialect::Conn;
use crate::{HeldKind, Result, tallies};

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
    /// How the whole stands, from figures that are kept: costs the same however much there is.
    fn summary() -> Summary;
}

async fn summary(mut conn: Conn<'_>) -> Result<Summary> {
    let tallies = tallies::read(conn.again()).await?;
    let mut summary = Summary {
        parked: tallies.by_cause(&[HeldKind::ToBitrix, HeldKind::ToOneC]),
        links: tallies.links,
        linked: tallies.linked,
        with_remarks: tallies.with_remarks,
        ..Summary::default()
    };
    for (side, kind) in [(Side::OneC, HeldKind::ToOneC), (Side::Bitrix, HeldKind::ToBitrix)] {
        let figures = tallies.of(side);
        *summary.of_mut(side) = SideFigures {
            due: figures.due,
            leased: figures.leased,
            parked: tallies.held_of(kind),
            outcomes: figures.outcomes.clone(),
            oldest_due: tallies::oldest_due(conn.again(), side).await?,
        };
    }
    Ok(summary)
}
