//! The calls for inquiries: show what was changed here, take what waits, send receipts.

use uuid::Uuid;

use super::offered::offered;
use super::{Inquiry, TookInquiry};
use crate::onec::answer::Status;
use crate::onec::exchange::{CHUNK_MAX, Call, PushError, if_served};
use crate::onec::poll::{POLLS_MAX, not_of_the_contract};
use crate::onec::receipt::{Receipt, ReceiptReport};
use crate::onec::wire::{self, Node};
use crate::onec::{Connection, Crash, Exchanged, OneC, PushReport};

/// What came of the inquiries in an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InquiriesExchanged {
    /// What was shown to Parom.
    pub shown: PushReport,
    /// What was taken from Parom.
    pub took: Vec<TookInquiry>,
    /// What Parom answered to the receipts.
    pub receipts: ReceiptReport,
    /// Polls made.
    pub polls: usize,
}

impl OneC {
    /// The next exchange to which Parom gives an inquiry ends there.
    pub fn crash_at_inquiries(&mut self, crash: Crash) {
        self.crash_at_inquiries = Some(crash);
    }

    /// Somebody sits in the office and works on every inquiry as soon as the exchange has written it anew, before
    /// Parom has its receipt.
    pub fn at_every_new_inquiry(&mut self, work: impl FnMut(&mut Self, Uuid) + Send + Sync + 'static) {
        self.clerk = Some(Box::new(work));
    }

    /// Shows the inquiries that were changed here, then polls until nothing is left.
    pub(in crate::onec) async fn exchange_inquiries(
        &mut self,
        with: &Connection,
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        self.show_inquiries(with, exchanged).await?;
        while self.poll_inquiries(with, exchanged).await? && !exchanged.crashed {
            if exchanged.inquiries.polls == POLLS_MAX {
                return Err(not_of_the_contract("no poll was answered with an empty array"));
            }
        }
        Ok(())
    }

    async fn show_inquiries(
        &mut self,
        with: &Connection,
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        let changed: Vec<Uuid> = self.changed_inquiries().collect();
        for references in changed.chunks(with.chunk()) {
            let records = references.iter().filter_map(|reference| self.inquiry(*reference));
            let records = Node::List("inquiry", records.map(|inquiry| record(inquiry, with)).collect());
            let call = with.post("/1c/v1/inquiries", "inquiries", &records);
            let shown = self.push_records(with, call, references, &mut exchanged.inquiries.shown).await;
            let Some(answers) = if_served("POST inquiries", shown)? else {
                exchanged.note_not_served("POST inquiries");
                return Ok(());
            };
            for answer in answers {
                if answer.status == Status::AwaitingContent {
                    return Err(not_of_the_contract("an inquiry has no content to wait for"));
                }
                self.inquiries.changed.remove(&answer.reference);
                self.answers.insert(answer.reference, answer);
            }
        }
        Ok(())
    }

    /// One poll with its receipts; `false`: there was nothing.
    async fn poll_inquiries(
        &mut self,
        with: &Connection,
        exchanged: &mut Exchanged,
    ) -> Result<bool, PushError> {
        let limit = self.habits.limit.clamp(1, CHUNK_MAX);
        let call = Call::get(format!("/1c/v1/inquiries?limit={limit}"));
        let answer = self.call(with, &mut exchanged.requests, call).await;
        let Some(document) = if_served("GET inquiries", answer)? else {
            exchanged.note_not_served("GET inquiries");
            return Ok(false);
        };
        let polled = offered(&document, with.format(), limit).map_err(PushError::Unexpected)?;
        exchanged.inquiries.polls += 1;
        if polled.is_empty() {
            return Ok(false);
        }
        if let Some(work) = self.meanwhile.take() {
            work(self);
        }
        let crash = self.crash_at_inquiries.take();
        let writes = crash.map_or(polled.len(), |crash| crash.writes(polled.len()));
        let mut took = Vec::new();
        for offered in polled.iter().take(writes) {
            let done = self.take_inquiry(offered);
            if let (Some(reference), crate::onec::What::Created) = (done.reference, &done.what) {
                self.let_the_clerk_work(reference);
            }
            self.inquiries.history.push(done.clone());
            took.push(done);
        }
        exchanged.inquiries.took.extend(took.iter().cloned());
        if self.habits.documents_before_receipts {
            let written: Vec<Uuid> = took.iter().filter_map(|took| took.reference).collect();
            self.send_papers(with, &written, exchanged).await?;
        }
        if exchanged.crashed {
            return Ok(true);
        }
        exchanged.crashed = crash.is_some();
        let receipts: Vec<Receipt<'_>> = took.iter().map(|took| took.receipt(with)).collect();
        match crash {
            Some(Crash::AfterPoll | Crash::AfterWriting(_)) => {}
            Some(Crash::AfterReceipts) => {
                exchanged.requests += 1;
                Self::send_receipts_and_die(with, &receipts).await;
            }
            None => {
                let Exchanged { requests, inquiries, .. } = exchanged;
                self.send_receipts(with, &receipts, requests, &mut inquiries.receipts).await?;
            }
        }
        Ok(true)
    }

    fn let_the_clerk_work(&mut self, reference: Uuid) {
        let Some(mut clerk) = self.clerk.take() else { return };
        clerk(self, reference);
        self.clerk.get_or_insert(clerk);
    }
}

impl TookInquiry {
    fn receipt(&self, with: &Connection) -> Receipt<'_> {
        let names = || {
            let date = self.date.map(|date| with.day(date)).unwrap_or_default();
            vec![("number", self.number.clone()), ("date", date)]
        };
        Receipt {
            delivery: &self.delivery,
            what: &self.what,
            object: self.reference.map(|reference| (reference, names())),
        }
    }
}

fn record(inquiry: &Inquiry, with: &Connection) -> Node {
    let mut fields = vec![
        ("ref", wire::text(&inquiry.reference.to_string())),
        ("deal_id", Node::Number(inquiry.asked.deal_id)),
        ("number", wire::text(&inquiry.number)),
        ("date", wire::text(&with.day(inquiry.date))),
        ("status", wire::text(inquiry.status.as_str())),
        ("deleted", Node::Flag(inquiry.deletion_mark)),
    ];
    fields.extend(with.changed(inquiry.changed_at));
    Node::Record(fields)
}
