//! Decisions without clock, I/O or async: may a counterparty travel, and what has to be done in Bitrix24.

mod gate;
mod step;

pub use gate::{Gate, gate};
pub(crate) use step::without_bad_emails;
pub use step::{Candidate, Presence, Step, step, target_for_portal};
