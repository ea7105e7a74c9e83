//! The queue of the box module: a table in the portal's database, posted in parts until it is taken.

use std::collections::{BTreeMap, VecDeque};

use domain::SignedDuration;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::super::happened::{Event, Happened, Thing};
use super::super::table::iso;

/// Entries in one post.
const PART: usize = 100;
/// Entries that the table keeps; older ones are dropped.
const QUEUE_MAX: usize = 100_000;
/// How long the agent waits after the first, second, … failed post; the last of them is never exceeded.
const PAUSES: [SignedDuration; 4] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(15),
];

/// The table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    entries: VecDeque<Entry>,
    last_id: u64,
    failures: usize,
    not_before: Option<Timestamp>,
    last_error: String,
    /// When the last change of each card was posted.
    posted: BTreeMap<(&'static str, i64), Timestamp>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: u64,
    due: Timestamp,
    happened: Happened,
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

impl Outbox {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.entries.front().map(|entry| entry.happened.at)
    }

    pub(crate) fn last_error(&self) -> &str {
        &self.last_error
    }

    /// How many changes of a card wait, when the last of them happened, and when one was posted last.
    pub(crate) fn of(&self, entity: &str, id: i64) -> (usize, Option<Timestamp>, Option<Timestamp>) {
        let mine = |happened: &Happened| {
            let (name, own, _) = named(happened.thing);
            name == entity && own == id
        };
        let waiting: Vec<_> = self.entries.iter().filter(|entry| mine(&entry.happened)).collect();
        let posted = self.posted.iter().find(|((name, own), _)| *name == entity && *own == id);
        let last = waiting.last().map(|entry| entry.happened.at);
        (waiting.len(), last, posted.map(|(_, at)| *at))
    }

    pub(crate) fn push(&mut self, happened: Happened, due: Timestamp) {
        if self.entries.len() >= QUEUE_MAX {
            self.entries.pop_front();
        }
        self.last_id += 1;
        self.entries.push_back(Entry { id: self.last_id, due, happened });
    }

    /// The next part of what is due: always from the beginning, so that an answer can name one number.
    pub(crate) fn part(&self, now: Timestamp) -> Vec<(u64, Happened)> {
        if self.not_before.is_some_and(|not_before| now < not_before) {
            return Vec::new();
        }
        let due = self.entries.iter().take_while(|entry| entry.due <= now);
        due.take(PART).map(|entry| (entry.id, entry.happened)).collect()
    }

    /// A post failed: the pauses grow.
    pub(crate) fn put_off(&mut self, why: &str, now: Timestamp) {
        let pause = PAUSES[self.failures.min(PAUSES.len() - 1)];
        self.failures += 1;
        self.not_before = Some(now + pause);
        why.clone_into(&mut self.last_error);
    }

    /// Forgets what an answer says is taken. Answers whether that was anything.
    pub(crate) fn take_answer(&mut self, answer: &[u8], now: Timestamp) -> bool {
        let Ok(Accepted { accepted_up_to }) = serde_json::from_slice(answer) else {
            self.put_off("Паром ответил не так, как договорено", now);
            return false;
        };
        let before = self.entries.len();
        while let Some(entry) = self.entries.pop_front_if(|entry| entry.id <= accepted_up_to) {
            let (name, own, _) = named(entry.happened.thing);
            self.posted.insert((name, own), now);
        }
        if self.entries.len() == before {
            self.put_off("Паром ничего не принял", now);
            return false;
        }
        (self.failures, self.not_before) = (0, None);
        self.last_error.clear();
        true
    }
}

/// The body of a part.
pub(crate) fn body(part: &[(u64, Happened)], zone: &TimeZone) -> String {
    let changes = part.iter().map(|(id, happened)| change(*id, happened, zone)).collect();
    serde_json::to_string(&Changes { changes }).expect("texts and numbers are JSON")
}

/// The value of `X-Parom-Signature`.
pub(crate) fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

fn change(id: u64, happened: &Happened, zone: &TimeZone) -> Change<'static> {
    let (entity, entity_id, owner_id) = named(happened.thing);
    let event = match happened.event {
        Event::Added => "add",
        Event::Changed => "update",
        Event::Deleted => "delete",
    };
    Change { id, entity, entity_id, owner_id, event, at: iso(happened.at, zone) }
}

/// What the module calls a thing, with its own number and that of its company.
fn named(thing: Thing) -> (&'static str, i64, i64) {
    match thing {
        Thing::Company(id) => ("company", id, id),
        Thing::Requisite { id, company } => ("requisite", id, company),
        Thing::BankDetail { id, company } => ("bankdetail", id, company),
        Thing::Address { requisite, company, .. } => ("address", requisite, company),
        Thing::Deal { id, company } => ("deal", id, company),
    }
}
