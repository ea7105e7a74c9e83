//! Decides and drives: what the two shores show becomes journal entries and deliveries, deliveries become as few
//! requests to Bitrix24 as possible, and nothing is ever lost or doubled on the way.
//!
//! Reading order: [`Engine`] → `accept` (1C shows) and `collect` (Bitrix24 shows) → `planning` (what a change
//! means for either side) → [`plan`] (pure decisions) → [`card`] (a counterparty as the portal keeps it) →
//! `dispatch` (leases, requests, read-back) → `feed` (what 1C polls, and its receipts) → `rehearse` (what a load
//! would do) → `reconcile` (what both sides lack after all, `show_all` with it) → `deeds` (what people do with a button) → `jobs` (what of it takes
//! its time).
//!
//! Architecture invariant: nothing reaches Bitrix24 except through a delivery whose intent is durable, and
//! no request is made while a write transaction is open.

mod accept;
mod bridge;
pub mod card;
mod check;
mod code_field;
mod collect;
mod deeds;
mod dispatch;
mod doctor;
mod engine;
mod explain;
mod face;
mod feed;
mod freed;
mod housekeeping;
mod inquiry;
mod jobs;
mod observer;
mod papers;
pub mod plan;
mod planning;
mod portal;
mod pushed;
mod reconcile;
mod rehearse;
mod restored;
mod settings;
mod setup;
mod show_all;
mod telling;
mod transcript;
mod watch;
mod words;

pub use accept::{Showing, Taken};
pub use bridge::{ADAPTERS_VERSION, BRIDGE_PROTOCOL};
pub use check::check_webhook;
pub use collect::Collected;
pub use deeds::{By, Choice, DealAgain, DeedError, Done, Retried, Seen, To, Undone, WHY_MAX, Waiting};
pub use dispatch::{Round, Trouble};
pub use doctor::{Finding, Severity, Theme, misfits};
pub use engine::{Engine, EngineError, Parts};
pub use explain::{Decided, Explained, ExplainedField, Mark, Since};
pub use face::{DealField, DealFields, PaperStanding, Shown, ShownField};
pub use housekeeping::{DELIVERY_DAYS, TRANSCRIPT_DAYS};
pub use inquiry::InquirySettings;
pub use jobs::{
    BadLine, BulkFound, Content, Found, HealFound, LoadFile, LoadFound, PlanFound, Progress, ReconcileFound,
    Records, Sample, Task, UPLOAD_MAX, Uploading, Which,
};
pub use observer::Observer;
pub use papers::documents::ContentError;
pub use pushed::Pushed;
pub use reconcile::{
    Discrepancy, DiscrepancyFilter, DiscrepancyKind, FieldDifference, Healing, KeptDiscrepancy, Reconciled,
    Reconciliation, Standing, kept_discrepancies, reconciled,
};
pub use rehearse::{Difference, Rehearsal, Rehearsed, WouldDo};
pub use restored::catch_up_after_restore;
pub use settings::Settings;
pub use setup::SetupReport;
pub use show_all::AskedToShow;
pub use telling::NotNotified;
pub use words::in_words;
