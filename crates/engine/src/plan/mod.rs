//! Decisions without clock, I/O or async: may a counterparty travel, what does either side lack, and what has to
//! be done in Bitrix24.

mod gate;
mod outlook;
mod step;

pub use gate::{Gate, gate, without_deal};
pub use outlook::{Outlook, outlook};
pub use step::{Candidate, Presence, Step, step, target_for_portal};
pub(crate) use step::{restored, several_in_portal, without_bad_emails};
