//! A state of one counterparty that one side still has to take.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Counterparty, DeliveryId, LinkId, Reason, Side};

/// Work that somebody leased. At most one is open per (link, side); it always means the newest state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Ours; 1C returns it in its receipt.
    pub id: DeliveryId,
    /// Whose state.
    pub link: LinkId,
    /// Who has to take it.
    pub side: Side,
    /// Grows with every newer state; a verdict about an older one leaves the delivery due.
    pub version: i64,
    /// The lease's number: a verdict with an older one is ignored.
    pub fence: i64,
    /// How often it was tried since the state last changed.
    pub attempts: u32,
    /// What was about to be called when an earlier attempt began and did not end.
    pub intent: Option<Intent>,
}

/// Written before a call that makes something, so that the next attempt knows to look first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What the call was to make, for logs and people: `create`, `update`.
    pub what: String,
    /// When it was written.
    pub at: Timestamp,
    /// What 1C had shown of the state that the call was to bring about. Where the portal shows it afterwards, both
    /// have agreed: it is our own doing and nobody's edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Box<Counterparty>>,
}

/// Where a delivery stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waits for its time.
    Due {
        /// Not before.
        at: Timestamp,
    },
    /// Somebody works on it.
    Leased {
        /// Until then; afterwards another may take it.
        until: Timestamp,
    },
    /// Waits for a person.
    Parked {
        /// Why.
        reason: Reason,
        /// Since when.
        since: Timestamp,
    },
    /// Taken by the side.
    Settled,
    /// Given up by a person or a rule.
    Dropped {
        /// Why.
        why: String,
    },
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The side has it.
    Settled,
    /// Try again, not before this moment. The intent is kept: the next attempt looks first.
    RetryAt(Timestamp),
    /// Not this record's fault (a stopped lane, an outage): try again then, and do not count the attempt.
    PutBackUntil(Timestamp),
    /// A person is needed.
    Park(Reason),
}
