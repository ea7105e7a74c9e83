//! The queue of the box module: a table in the portal's database, posted in batches until it is taken.
//!
//! Every event makes a row, and of rows about one card the newest speaks for all in a batch. What Parom said that it has
//! is forgotten, row by row; nothing else ever leaves. After a failed post the pauses grow, and of rows about one card the
//! newest is left.

use std::collections::{BTreeMap, VecDeque};

use domain::SignedDuration;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::super::happened::{Event, Happened, Thing};

/// Changes in one post; Parom refuses more. Bodies of so many are far below the limit in bytes.
const BATCH: usize = 1_000;
/// Nobody counts further.
const COUNTED_MAX: usize = 10_000;
/// The first pause of the agent, of which each is twice the one before, and the longest.
const PAUSES: [SignedDuration; 2] = [SignedDuration::from_mins(1), SignedDuration::from_mins(15)];

/// The table, and how posting goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    rows: VecDeque<Entry>,
    last_id: u64,
    tries: u32,
    next_try_at: Option<Timestamp>,
    last_error: String,
}

#[derive(Clone, Debug)]
struct Entry {
    id: u64,
    due: Timestamp,
    change: Change,
    at: Timestamp,
    sent_at: Option<Timestamp>,
}

/// «Look at this card.»
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    entity: &'static str,
    entity_id: i64,
    event: &'static str,
    /// The company; 0 where nobody named it.
    company: i64,
}

/// What of one card waits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OfCard {
    pub(crate) rows: usize,
    pub(crate) last_change_at: Option<Timestamp>,
    pub(crate) last_posted_at: Option<Timestamp>,
}

/// Rows that go in one post.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// As it is written on the wire, in its order.
    pub(crate) lines: Vec<Line>,
    /// The rows that each line speaks for, itself included.
    covered: BTreeMap<u64, Vec<u64>>,
}

/// `{"changes":[…]}`
#[derive(Serialize)]
struct Changes<'a> {
    changes: &'a [Line],
}

/// One change on the wire.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    id: u64,
    entity: &'static str,
    entity_id: i64,
    event: &'static str,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_id: Option<i64>,
}

/// `{"accepted_up_to":1}`
#[derive(Deserialize)]
struct Accepted {
    accepted_up_to: u64,
}

impl Outbox {
    pub(crate) fn len(&self) -> usize {
        self.rows.len().min(COUNTED_MAX)
    }

    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.rows.front().map(|row| row.at)
    }

    pub(crate) fn last_error(&self) -> &str {
        &self.last_error
    }

    /// Of a company: with its requisites, addresses and bank details.
    pub(crate) fn of_card(&self, entity: &str, id: i64) -> OfCard {
        let is_of_card = |change: &Change| match entity {
            "company" => change.company == id,
            _ => change.entity == entity && change.entity_id == id,
        };
        let rows = self.rows.iter().filter(|row| is_of_card(&row.change));
        rows.fold(OfCard::default(), |so_far, row| OfCard {
            rows: so_far.rows + 1,
            last_change_at: so_far.last_change_at.max(Some(row.at)),
            last_posted_at: so_far.last_posted_at.max(row.sent_at),
        })
    }

    pub(crate) fn push(&mut self, happened: Happened, due: Timestamp) {
        self.last_id += 1;
        let change = Change::of(&happened);
        self.rows.push_back(Entry { id: self.last_id, due, change, at: happened.at, sent_at: None });
    }

    /// What goes now: from the beginning, or nothing while the agent pauses.
    pub(crate) fn batch(&self, now: Timestamp) -> Option<Batch> {
        if self.next_try_at.is_some_and(|at| now < at) {
            return None;
        }
        let due: Vec<&Entry> = self.rows.iter().take_while(|row| row.due <= now).take(BATCH).collect();
        let mut covered: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for row in &due {
            let same = due.iter().filter(|other| other.change.is_of_same_card(&row.change));
            let ids: Vec<u64> = same.map(|other| other.id).collect();
            covered.insert(ids.last().copied().unwrap_or(row.id), ids);
        }
        let lines = due.iter().filter(|row| covered.contains_key(&row.id)).map(|row| row.line()).collect();
        (!due.is_empty()).then_some(Batch { lines, covered })
    }

    /// Parom did not take it.
    pub(crate) fn failed(&mut self, batch: &Batch, why: &str, now: Timestamp) {
        let [first, longest] = PAUSES;
        self.next_try_at = Some(now + (first * 2_i32.pow(self.tries.min(10))).min(longest));
        self.tries += 1;
        why.clone_into(&mut self.last_error);
        let sent: Vec<u64> = batch.covered.values().flatten().copied().collect();
        for row in self.rows.iter_mut().filter(|row| sent.contains(&row.id)) {
            row.sent_at = Some(now);
        }
        let newest: BTreeMap<_, u64> = self.rows.iter().map(|row| (row.change.key(), row.id)).collect();
        self.rows.retain(|row| newest[&row.change.key()] == row.id);
    }

    /// Forgets what an answer says is taken. Answers whether that was anything.
    pub(crate) fn answered(&mut self, batch: &Batch, answer: &[u8], now: Timestamp) -> bool {
        let Ok(Accepted { accepted_up_to }) = serde_json::from_slice(answer) else {
            self.failed(batch, "Ответ Парома пришёл не целиком или это отвечает другая программа.", now);
            return false;
        };
        let taken: Vec<u64> =
            batch.covered.range(..=accepted_up_to).flat_map(|(_, ids)| ids.clone()).collect();
        if taken.is_empty() {
            self.failed(batch, "Паром ответил, но ни одного изменения не принял.", now);
            return false;
        }
        self.rows.retain(|row| !taken.contains(&row.id));
        (self.tries, self.next_try_at) = (0, None);
        self.last_error.clear();
        true
    }
}

impl Entry {
    fn line(&self) -> Line {
        let Change { entity, entity_id, event, company } = self.change;
        let at = self.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Line { id: self.id, entity, entity_id, event, at, owner_id: (company > 0).then_some(company) }
    }
}

impl Change {
    /// An address has no number of its own and goes under that of its requisite; a deal names no company.
    fn of(happened: &Happened) -> Self {
        let (entity, entity_id, company) = match happened.thing {
            Thing::Company(id) => ("company", id, id),
            Thing::Requisite { id, company } => ("requisite", id, company),
            Thing::BankDetail { id, company } => ("bankdetail", id, company),
            Thing::Address { requisite, company, .. } => ("address", requisite, company),
            Thing::Deal { id, .. } => ("deal", id, 0),
        };
        let event = match happened.event {
            // The portal has one event for a new and a changed address.
            Event::Added if entity == "address" => "update",
            Event::Added => "add",
            Event::Changed => "update",
            Event::Deleted => "delete",
        };
        Self { entity, entity_id, event, company }
    }

    fn key(&self) -> (&'static str, i64, i64) {
        (self.entity, self.entity_id, self.company)
    }

    fn is_of_same_card(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

/// The body of a post.
pub(crate) fn body(lines: &[Line]) -> String {
    serde_json::to_string(&Changes { changes: lines }).expect("texts and numbers are JSON")
}

/// The value of `X-Parom-Signature`.
pub(crate) fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
