//! What a deal shows of 1C: number, date and status of its «Запрос», the files of its documents, «Оплачено».
//!
//! [`fields`] says which fields of the deal that is, [`desired`] what should be in them, [`schema`] what the portal calls
//! them, [`files`] which files stay, come and go, [`show`] brings it about, [`compare`] finds what somebody changed by
//! hand, [`notes`] writes into timelines.
//!
//! A field of several files can only be written whole, and what is not listed is deleted. So the deal is read right
//! before it is written, the files that were there are written down with what was about to be sent, and after an answer
//! that never came the files that are new are fetched and known by their content.

mod compare;
mod desired;
mod fields;
mod files;
mod make;
mod notes;
mod schema;
mod show;
mod standing;

pub use desired::ShownField;
pub use fields::{DealField, DealFields};
pub(crate) use schema::Schema;
pub use show::Shown;
pub use standing::PaperStanding;
