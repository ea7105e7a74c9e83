//! The shore of 1C: the HTTP contract that `docs/onec-api.md` describes, in JSON and in XML, and the same
//! counterparties read from files.
//!
//! 1C is always the client. What it shows is read here into domain types, handed to a [`Ferry`], and answered
//! only after the ferry has made it durable. This crate keeps nothing itself except who mistyped a password.
//!
//! Reading order: [`Ferry`] → [`router`] → `calls` → `record`, `counterparty`, `inquiry`, `document`, `payment` (what a
//! record may look like) → `content` (a PDF as it arrives) → `feed` (what 1C polls, and its receipts) → `json`, `xml` (two spellings of one `value`) → `problem` and `speech` (what 1C hears) → [`files`].

mod body;
mod calls;
mod content;
mod counterparty;
mod document;
mod door;
mod feed;
mod ferry;
pub mod files;
mod format;
mod inquiry;
mod json;
mod openapi;
mod payment;
mod pdf;
mod problem;
mod record;
mod router;
mod scalar;
mod source;
mod speech;
mod value;
mod xml;

pub use ferry::{
    BadContent, Content, Ferry, Greeting, Hello, ObjectKind, ObjectState, Promise, ShownCounterparty, Taken,
    TakenStatus, Unavailable,
};
pub use files::{BadRecord, CounterpartyFile, FileError, Reading, is_readable, read_content, read_file};
pub use inquiry::bad_extra_name;
pub use openapi::openapi;
pub use router::{BASE_PATH, Settings, router};
