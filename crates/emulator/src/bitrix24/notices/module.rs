//! The queue of the box module: a table in the portal's database, posted in parts until it is taken.

use std::collections::VecDeque;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::super::happened::{Event, Happened, Thing};
use super::super::table::iso;
use super::Waiting;

/// Entries in one post.
const PART: usize = 100;
/// Entries that the table keeps; older ones are dropped.
const QUEUE_MAX: usize = 100_000;

/// The table.
#[derive(Clone, Debug, Default)]
pub(crate) struct ModuleQueue {
    entries: VecDeque<Waiting<(u64, Happened)>>,
    last_id: u64,
}

/// `{"changes":[…]}`
#[derive(Serialize)]
struct Changes<'a> {
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    id: u64,
    entity: &'a str,
    entity_id: i64,
    owner_id: i64,
    event: &'a str,
    at: String,
}

/// `{"accepted_up_to":1}`
#[derive(Deserialize)]
struct Accepted {
    accepted_up_to: u64,
}

impl ModuleQueue {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn push(&mut self, happened: Happened, due: Timestamp) {
        if self.entries.len() >= QUEUE_MAX {
            self.entries.pop_front();
        }
        self.last_id += 1;
        self.entries.push_back(Waiting { due, what: (self.last_id, happened) });
    }

    /// The next part of what is due: always from the beginning, so that an answer can name one number.
    pub(super) fn part(&self, now: Timestamp) -> Vec<(u64, Happened)> {
        self.entries.iter().take_while(|entry| entry.due <= now).take(PART).map(|entry| entry.what).collect()
    }

    /// Forgets what an answer says is taken. Answers whether that was anything.
    pub(super) fn forget(&mut self, answer: &[u8]) -> bool {
        let Ok(Accepted { accepted_up_to }) = serde_json::from_slice(answer) else { return false };
        let before = self.entries.len();
        self.entries.retain(|entry| entry.what.0 > accepted_up_to);
        self.entries.len() < before
    }
}

/// The body of a part.
pub(super) fn body(part: &[(u64, Happened)], zone: &TimeZone) -> String {
    let changes = part.iter().map(|(id, happened)| change(*id, happened, zone)).collect();
    serde_json::to_string(&Changes { changes }).expect("texts and numbers are JSON")
}

/// The value of `X-Parom-Signature`.
pub(super) fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

fn change(id: u64, happened: &Happened, zone: &TimeZone) -> Change<'static> {
    let (entity, entity_id, owner_id) = match happened.thing {
        Thing::Company(id) => ("company", id, id),
        Thing::Requisite { id, company } => ("requisite", id, company),
        Thing::BankDetail { id, company } => ("bankdetail", id, company),
        Thing::Address { requisite, company, .. } => ("address", requisite, company),
        Thing::Deal { id, company } => ("deal", id, company),
    };
    let event = match happened.event {
        Event::Added => "add",
        Event::Changed => "update",
        Event::Deleted => "delete",
    };
    Change { id, entity, entity_id, owner_id, event, at: iso(happened.at, zone) }
}
