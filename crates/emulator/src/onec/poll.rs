//! One exchange of the adapter: introduce itself, show what was changed, take what waits, send receipts.

use serde_json::Value;

use super::exchange::{Call, PushError};
use super::offered::offered;
use super::take::{Took, What};
use super::wire::{self, Node};
use super::{Connection, OneC, PushReport};

/// More polls in one exchange than any queue takes; a Parom that never says «nothing» must not hold 1C for ever.
const POLLS_MAX: usize = 1000;

/// Where the session of 1C is killed. What was written stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The array was read, nothing was done.
    AfterPoll,
    /// So many of its records were written, no receipt was sent.
    AfterWriting(usize),
    /// The receipts were sent, and nobody read the answer.
    AfterReceipts,
}

/// How this adapter works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Records a poll, 1–1000.
    pub limit: usize,
    /// What the exchange writes is shown to Parom like an edit of a person: 1C registers its own writes.
    pub registers_own_writes: bool,
    /// Creates under a GUID of its own and not under the proposed one.
    pub own_guids: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self { limit: 100, registers_own_writes: true, own_guids: false }
    }
}

/// What came of an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchanged {
    /// What was shown to Parom.
    pub pushed: PushReport,
    /// Parom asked 1C to show everything, and 1C did.
    pub showed_all: bool,
    /// What was taken from Parom.
    pub took: Vec<Took>,
    /// Polls made.
    pub polls: usize,
    /// The session was killed in between.
    pub crashed: bool,
}

impl OneC {
    /// Sets how the adapter works.
    pub fn set_habits(&mut self, habits: Habits) {
        self.habits = habits;
    }

    /// The next exchange ends there.
    pub fn crash_next(&mut self, crash: Crash) {
        self.crash = Some(crash);
    }

    /// Everything that was ever taken from Parom, in order.
    pub fn history(&self) -> &[Took] {
        &self.history
    }

    /// One run of the scheduled job: shows what was changed (or everything, if Parom asks for it), then polls until
    /// nothing is left.
    pub async fn exchange(&mut self, with: &Connection) -> Result<Exchanged, PushError> {
        let greeting = self.hello(with).await?;
        let asked_for_all = greeting.get("show_all").is_some_and(|flag| *flag == true || *flag == "true");
        let pushed = if asked_for_all { self.push_all(with).await? } else { self.push_changed(with).await? };
        let mut exchanged = Exchanged { pushed, showed_all: asked_for_all, ..Exchanged::default() };
        while exchanged.polls < POLLS_MAX && !exchanged.crashed {
            exchanged.polls += 1;
            if !self.poll_once(with, &mut exchanged).await? {
                break;
            }
        }
        Ok(exchanged)
    }

    /// One poll with its receipts; `false`: there was nothing.
    async fn poll_once(&mut self, with: &Connection, exchanged: &mut Exchanged) -> Result<bool, PushError> {
        let path = format!("/1c/v1/counterparties?limit={}", self.habits.limit);
        let document = self.call(with, &mut 0, Call::get(path)).await?;
        let polled = offered(&document).map_err(PushError::Unexpected)?;
        if polled.is_empty() {
            return Ok(false);
        }
        let crash = self.crash.take();
        let writes = match crash {
            Some(Crash::AfterPoll) => 0,
            Some(Crash::AfterWriting(count)) => count,
            Some(Crash::AfterReceipts) | None => polled.len(),
        };
        let took: Vec<Took> = polled.iter().take(writes).map(|offered| self.take(offered)).collect();
        self.history.extend(took.iter().cloned());
        exchanged.took.extend(took.iter().cloned());
        if matches!(crash, Some(Crash::AfterPoll | Crash::AfterWriting(_))) {
            exchanged.crashed = true;
            return Ok(true);
        }
        self.send_receipts(with, &took).await?;
        exchanged.crashed = crash.is_some();
        Ok(true)
    }

    async fn send_receipts(&self, with: &Connection, took: &[Took]) -> Result<(), PushError> {
        let body = with.spell("receipts", &Node::List("receipt", took.iter().map(receipt).collect()));
        let answer = self.call(with, &mut 0, Call::post("/1c/v1/receipts", body)).await?;
        let answers =
            answer.as_array().ok_or_else(|| not_of_the_contract("receipts are answered per record"))?;
        if answers.len() != took.len() {
            return Err(not_of_the_contract("a receipt has no answer"));
        }
        for answer in answers {
            match answer.get("status").and_then(Value::as_str) {
                Some("settled" | "outdated") => {}
                other => return Err(not_of_the_contract(&format!("a receipt was answered with {other:?}"))),
            }
        }
        Ok(())
    }
}

fn receipt(took: &Took) -> Node {
    let (status, message) = match &took.what {
        What::Created => ("created", ""),
        What::Updated(_) => ("updated", ""),
        What::Unchanged => ("unchanged", ""),
        What::Rejected(text) => ("rejected", text.as_str()),
    };
    let mut fields = vec![("delivery", wire::text(&took.delivery)), ("status", wire::text(status))];
    if let Some(reference) = took.reference {
        fields.push(("ref", wire::text(&reference.to_string())));
        fields.push(("code", wire::text(&took.code)));
    }
    fields.push(("message", wire::text(message)));
    Node::Record(fields)
}

fn not_of_the_contract(what: &str) -> PushError {
    PushError::Unexpected(what.to_owned())
}
