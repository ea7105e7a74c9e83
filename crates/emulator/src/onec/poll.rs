//! One exchange of the adapter: introduce itself, show what was changed, take what waits, send receipts; first
//! counterparties, then inquiries, then what belongs to inquiries.

use domain::SignedDuration;

use super::exchange::{CHUNK_MAX, Call, PushError};
use super::inquiry::InquiriesExchanged;
use super::offered::{flag, offered};
use super::payment::PaymentsTold;
use super::receipt::{Receipt, ReceiptReport};
use super::take::{Took, What};
use super::{Connection, OneC, PushReport};

/// More polls in one exchange than any queue takes; a Parom that never says «nothing» must not hold 1C for ever.
pub(super) const POLLS_MAX: usize = 1000;

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

impl Crash {
    /// How many of the records of a poll are written before the session dies.
    pub(super) fn writes(self, polled: usize) -> usize {
        match self {
            Self::AfterPoll => 0,
            Self::AfterWriting(count) => count,
            Self::AfterReceipts => polled,
        }
    }
}

/// How this adapter works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "habits have nothing to do with each other")]
pub struct Habits {
    /// Records a poll, 1–1000.
    pub limit: usize,
    /// What the exchange writes is shown to Parom like an edit of a person: 1C registers its own writes.
    pub registers_own_writes: bool,
    /// Creates under a GUID of its own and not under the proposed one.
    pub own_guids: bool,
    /// From the beginning of an exchange to that of the next one.
    pub every: SignedDuration,
    /// Sends every call of receipts twice.
    pub receipts_twice: bool,
    /// Writes an inquiry without «Контрагент» where that is not found, and does not reject it.
    pub accepts_unknown_counterparties: bool,
    /// Rejects every inquiry and says this, in Russian: the period is closed, the rights are missing.
    pub refuses_inquiries: Option<&'static str>,
    /// Shows documents and payments of an inquiry before its receipt.
    pub documents_before_receipts: bool,
    /// After a new version of a document shows the old one again, with the old `changed_at`.
    pub resends_old_versions: bool,
    /// Contents of this many bytes and more go by `PUT …/content`; 0: all of them.
    pub content_apart_from: usize,
    /// Documents and payments name the deal and not the «Запрос».
    pub names_deals: bool,
    /// How payments are told.
    pub payments: PaymentsTold,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            limit: 100,
            registers_own_writes: true,
            own_guids: false,
            every: SignedDuration::from_mins(5),
            receipts_twice: false,
            accepts_unknown_counterparties: false,
            refuses_inquiries: None,
            documents_before_receipts: false,
            resends_old_versions: false,
            content_apart_from: 1024 * 1024,
            names_deals: false,
            payments: PaymentsTold::default(),
        }
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
    /// What Parom answered to the receipts.
    pub receipts: ReceiptReport,
    /// Polls made.
    pub polls: usize,
    /// What came of the inquiries.
    pub inquiries: InquiriesExchanged,
    /// Inquiries that Parom said are open.
    pub open_inquiries: usize,
    /// Documents that were shown, with their content or without.
    pub documents: PushReport,
    /// Contents that were shown by themselves and answered for.
    pub contents: usize,
    /// Payments that were shown, or complete lists of them, as the adapter tells them.
    pub payments: PushReport,
    /// Calls that this Parom does not serve yet, as a method and what follows `/1c/v1/`.
    pub not_served: Vec<&'static str>,
    /// HTTP requests beside those that reports count for themselves, those included whose answer was lost.
    pub requests: usize,
    /// The session was killed in between.
    pub crashed: bool,
}

impl Exchanged {
    pub(super) fn note_not_served(&mut self, call: &'static str) {
        if !self.not_served.contains(&call) {
            self.not_served.push(call);
        }
    }
}

/// What this 1C has done since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Exchanges begun.
    pub exchanges: u64,
    /// Polls that were answered.
    pub polls: u64,
    /// Deliveries that polls brought, every redelivery counted.
    pub received: u64,
    /// Elements that the exchange wrote anew.
    pub created: u64,
    /// Elements that the exchange changed.
    pub updated: u64,
    /// Deliveries that found everything as it should be.
    pub unchanged: u64,
    /// Deliveries that could not be done.
    pub rejected: u64,
    /// Sessions killed in the middle.
    pub crashes: u64,
    /// Documents that Parom has answered for, repeats and old versions counted.
    pub documents: u64,
    /// Contents that were shown by themselves and answered for.
    pub contents: u64,
    /// Payments that Parom has answered for, singly or in complete lists, repeats counted.
    pub payments: u64,
}

impl Counters {
    fn count(&mut self, what: &What) {
        let counter = match what {
            What::Created => &mut self.created,
            What::Updated(_) => &mut self.updated,
            What::Unchanged => &mut self.unchanged,
            What::Rejected(_) => &mut self.rejected,
        };
        *counter += 1;
    }
}

impl OneC {
    /// Sets how the adapter works.
    pub fn set_habits(&mut self, habits: Habits) {
        self.habits = habits;
    }

    /// The next exchange to which Parom gives something ends there.
    pub fn crash_next(&mut self, crash: Crash) {
        self.crash = Some(crash);
    }

    /// Everything that was ever taken from Parom, in order.
    pub fn history(&self) -> &[Took] {
        &self.history
    }

    /// What was done since this 1C was made.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// One run of the scheduled job: shows what was changed (or everything, if Parom asks for it), then polls until
    /// nothing is left; the same with inquiries; then shows documents and payments of those that are open. An error ends it; what was written by then stays and is in [`history`](Self::history).
    pub async fn exchange(&mut self, with: &Connection) -> Result<Exchanged, PushError> {
        self.last_exchange = Some(self.clock.now());
        self.counters.exchanges += 1;
        let mut exchanged = Exchanged::default();
        let greeting = self.greet(with, &mut exchanged.requests).await?;
        exchanged.showed_all = match greeting.get("show_all") {
            None => false,
            Some(word) => flag(word, with.format())
                .ok_or_else(|| not_of_the_contract("`show_all` is neither true nor false"))?,
        };
        exchanged.pushed =
            if exchanged.showed_all { self.push_all(with).await? } else { self.push_changed(with).await? };
        while self.poll_once(with, &mut exchanged).await? && !exchanged.crashed {
            if exchanged.polls == POLLS_MAX {
                return Err(not_of_the_contract("no poll was answered with an empty array"));
            }
        }
        if !exchanged.crashed {
            self.exchange_inquiries(with, &mut exchanged).await?;
        }
        if !exchanged.crashed {
            self.walk_open_inquiries(with, &mut exchanged).await?;
        }
        self.counters.crashes += u64::from(exchanged.crashed);
        Ok(exchanged)
    }

    /// One poll with its receipts; `false`: there was nothing.
    async fn poll_once(&mut self, with: &Connection, exchanged: &mut Exchanged) -> Result<bool, PushError> {
        let limit = self.habits.limit.clamp(1, CHUNK_MAX);
        let path = format!("/1c/v1/counterparties?limit={limit}");
        let document = self.call(with, &mut exchanged.requests, Call::get(path)).await?;
        let polled = offered(&document, with.format(), limit).map_err(PushError::Unexpected)?;
        exchanged.polls += 1;
        self.counters.polls += 1;
        self.counters.received += u64::try_from(polled.len()).expect("at most a thousand");
        if polled.is_empty() {
            return Ok(false);
        }
        if let Some(work) = self.meanwhile.take() {
            work(self);
        }
        let crash = self.crash.take();
        exchanged.crashed = crash.is_some();
        let writes = crash.map_or(polled.len(), |crash| crash.writes(polled.len()));
        let took: Vec<Took> = polled.iter().take(writes).map(|offered| self.take(offered)).collect();
        for took in &took {
            self.counters.count(&took.what);
        }
        self.history.extend(took.iter().cloned());
        exchanged.took.extend(took.iter().cloned());
        let receipts: Vec<Receipt<'_>> = took.iter().map(Took::receipt).collect();
        match crash {
            Some(Crash::AfterPoll | Crash::AfterWriting(_)) => {}
            Some(Crash::AfterReceipts) => {
                exchanged.requests += 1;
                Self::send_receipts_and_die(with, &receipts).await;
            }
            None => {
                let Exchanged { requests, receipts: report, .. } = exchanged;
                self.send_receipts(with, &receipts, requests, report).await?;
            }
        }
        Ok(true)
    }
}

pub(super) fn not_of_the_contract(what: &str) -> PushError {
    PushError::Unexpected(what.to_owned())
}
