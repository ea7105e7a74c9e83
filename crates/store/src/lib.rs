//! Everything durable: journal, links, outbox, cursors, blobs. SQL lives here and nowhere else.
//!
//! Reading order: [`Store`] → [`Write`] → `links` → `keys` → `journal` → `outbox` → `parked` → the small tables
//! (`portal_index`, `lanes`, `cursors`, `adapter`, `bridge`, `tokens`, `show_all`, `tellings`, `codes_to_show`, `watches`, `alerts`, `blobs`, `transcripts`) → what people look
//! at (`tallies`, `summary`, `activity`, `held`, `search`, `pulse`, `record`, `lists`, `runs`, `room`) → whoever uses the console (`people`, `sessions`, `audit`) → copies (`sqlite_file`).
//!
//! One body serves SQLite and PostgreSQL: an open connection is an enum of the two drivers' own ones, and
//! `dialect` turns one text of Rust into an arm for each. What is read can be read from a [`Store`] and,
//! inside a transaction, from a [`Write`]; what is written is written by a [`Write`].
//!
//! Times are stored in microseconds, identifiers as text, snapshots as JSON.

#[macro_use]
mod dialect;

mod activity;
mod adapter;
mod alert_messages;
mod alerts;
mod audit;
mod blobs;
mod bridge;
mod codec;
mod codes_to_show;
mod conflicts;
mod connect;
mod cursors;
mod deeds;
mod documents;
mod error;
mod faces;
mod held;
mod inquiries;
mod jobs;
mod journal;
mod keys;
mod lanes;
mod links;
mod lists;
mod looks;
mod outbox;
mod parked;
mod payments;
mod people;
mod portal_companies;
mod portal_index;
mod pulse;
mod record;
mod room;
mod runs;
mod search;
mod sessions;
mod show_all;
mod sqlite_file;
mod store;
mod summary;
mod tallies;
mod tellings;
mod tokens;
mod transcripts;
mod uploads;
mod watches;
mod words;

pub use activity::{ActivityCount, ActivityDay, Happened, Subject};
pub use adapter::Hello;
pub use alert_messages::{AlertChannel, AlertMessage, ChannelFailure};
pub use alerts::{Alert, Mute};
pub use audit::{AuditEntry, AuditFilter, AuditResult};
pub use blobs::{Arriving, CHUNK_BYTES, Digest, Hasher};
pub use bridge::{Absence, Bridge, BridgeStanding};
pub use codes_to_show::CodeToShow;
pub use conflicts::Conflict;
pub use deeds::{Chosen, Deed, DeedKind};
pub use documents::{DocumentFigures, DocumentRow, Placed};
pub use error::{Result, StoreError};
pub use faces::{DealNote, Face, FaceIntent, FaceRow};
pub use held::{Held, HeldFilter, HeldGroup, HeldKey, HeldKind, HeldPlace};
pub use inquiries::{InquiryFigures, InquiryRow, InquiryState, SentInquiry};
pub use jobs::{Job, JobState};
pub use journal::{Change, NewChange};
pub use keys::Claim;
pub use lanes::Lane;
pub use links::Noted;
pub use lists::{DocumentShelf, InquiryShelf, ListPlace, PaymentShelf};
pub use looks::{Entity, Look, NewLook};
pub use outbox::{InHand, Received, Receiving, Sent, Settling, Standing};
pub use parked::ParkedRow;
pub use payments::PaymentRow;
pub use people::Person;
pub use portal_companies::PortalCompany;
pub use portal_index::PortalRequisite;
pub use pulse::Pulse;
pub use record::{
    DealLine, DealRecord, DeliveryEntry, HandedInquiry, HistoryEntry, HistoryEvent, HistoryPage,
    HistoryPlace, LinkLine, LinkRecord,
};
pub use room::Room;
pub use runs::{RUN_ROWS_MAX, Run, RunFigure, RunFilter, RunProgress, RunRow};
pub use search::{HITS_MAX, Hit, HitKey, Hits, Rank, SearchKind};
pub use sessions::{Session, SignInFailures};
pub use show_all::{ShowAll, ShownSince};
pub use sqlite_file::SqliteFile;
pub use store::{Store, Write};
pub use summary::{Outcomes, SideFigures, Summary};
pub use tallies::{DeliveryFigures, HeldCount, PaymentFigures, Queue, QueueKind, Tallies};
pub use tellings::{Comment, Message, Telling, Told};
pub use tokens::ApplicationTokens;
pub use transcripts::{Line, LineEnd, NewTranscript, Transcript};
pub use uploads::Upload;
