//! The calls for payments.

use uuid::Uuid;

use super::{Payment, PaymentsTold};
use crate::onec::answer::{Answer, Status};
use crate::onec::exchange::{CHUNK_MAX, PushError, if_served};
use crate::onec::open::Sending;
use crate::onec::poll::not_of_the_contract;
use crate::onec::wire::{self, Node};
use crate::onec::{Connection, Exchanged, OneC};

/// The payments of an inquiry in the order of their numbers, with their revisions.
type List = (Uuid, Vec<(Uuid, u64)>);

impl OneC {
    /// Tells the payments of these inquiries as the adapter is used to. What Parom has not answered for is told again.
    pub(in crate::onec) async fn send_payments(
        &mut self,
        with: &Connection,
        inquiries: &[Uuid],
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        match self.habits.payments {
            PaymentsTold::Complete => {
                let lists = inquiries.iter().map(|inquiry| self.list(*inquiry)).collect();
                self.send_lists(with, lists, exchanged).await
            }
            PaymentsTold::CompleteWhenChanged => {
                let nothing = Vec::new();
                let lists = inquiries.iter().map(|inquiry| self.list(*inquiry)).filter(|(inquiry, list)| {
                    self.payments.told_lists.get(inquiry).unwrap_or(&nothing) != list
                });
                let lists = lists.collect();
                self.send_lists(with, lists, exchanged).await
            }
            PaymentsTold::Singly => self.send_singly(with, inquiries, exchanged).await,
        }
    }

    fn list(&self, inquiry: Uuid) -> List {
        let payments = self.payments_of(inquiry);
        (inquiry, payments.map(|payment| (payment.reference, payment.revision)).collect())
    }

    async fn send_lists(
        &mut self,
        with: &Connection,
        lists: Vec<List>,
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        for lists in portions(lists, with.chunk()) {
            let records = lists.iter().map(|(inquiry, payments)| {
                let payments = payments.iter().filter_map(|(reference, _)| self.payment(*reference));
                let payments = payments.map(|payment| self.payment_record(payment, with, true)).collect();
                Node::Record(vec![
                    ("inquiry", wire::text(&inquiry.to_string())),
                    ("payments", Node::List("payment", payments)),
                ])
            });
            let records = Node::List("list", records.collect());
            let call = with.post("/1c/v1/payments/complete", "complete", &records);
            if self.dies_while(Sending::Payments, with, &call, exchanged).await {
                return Ok(());
            }
            let asked: Vec<Uuid> = lists.iter().map(|(inquiry, _)| *inquiry).collect();
            let pushed = self.push_lists(with, call, &asked, &mut exchanged.payments).await;
            let Some(answers) = if_served("POST payments/complete", pushed)? else {
                exchanged.note_not_served("POST payments/complete");
                return Ok(());
            };
            for (answer, (inquiry, list)) in answers.into_iter().zip(lists) {
                refuse_awaiting(&answer)?;
                self.counters.payments += list.len() as u64;
                self.payments.told_lists.insert(inquiry, list);
            }
        }
        Ok(())
    }

    async fn send_singly(
        &mut self,
        with: &Connection,
        inquiries: &[Uuid],
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        let due: Vec<(Uuid, u64)> = inquiries
            .iter()
            .flat_map(|inquiry| self.list(*inquiry).1)
            .filter(|(reference, revision)| self.payments.told.get(reference) != Some(revision))
            .collect();
        for due in due.chunks(with.chunk()) {
            let records = due.iter().filter_map(|(reference, _)| self.payment(*reference));
            let records = records.map(|payment| self.payment_record(payment, with, false)).collect();
            let call = with.post("/1c/v1/payments", "payments", &Node::List("payment", records));
            if self.dies_while(Sending::Payments, with, &call, exchanged).await {
                return Ok(());
            }
            let asked: Vec<Uuid> = due.iter().map(|(reference, _)| *reference).collect();
            let pushed = self.push_records(with, call, &asked, &mut exchanged.payments).await;
            let Some(answers) = if_served("POST payments", pushed)? else {
                exchanged.note_not_served("POST payments");
                return Ok(());
            };
            for (answer, (reference, revision)) in answers.into_iter().zip(due) {
                refuse_awaiting(&answer)?;
                self.counters.payments += 1;
                self.payments.told.insert(*reference, *revision);
                self.answers.insert(*reference, answer);
            }
        }
        Ok(())
    }

    /// `in_list`: within the list of its inquiry, which names it; the adapter does not name it twice.
    fn payment_record(&self, payment: &Payment, with: &Connection, in_list: bool) -> Node {
        let mut fields = vec![("ref", wire::text(&payment.reference.to_string()))];
        if !(in_list && with.is_terse()) {
            fields.push(self.belongs_to(payment.inquiry));
        }
        fields.extend([
            ("number", wire::text(&payment.number)),
            ("date", wire::text(&with.day(payment.date))),
            ("amount", with.sum(payment.amount)),
            ("currency", with.currency(&payment.currency)),
            ("cancelled", Node::Flag(payment.cancelled)),
        ]);
        fields.extend(with.changed(payment.changed_at));
        Node::Record(fields)
    }

    /// The inquiry of a document or payment, in the word that this adapter uses for it.
    pub(in crate::onec) fn belongs_to(&self, inquiry: Uuid) -> (&'static str, Node) {
        match self.inquiry(inquiry) {
            Some(known) if self.habits.names_deals => ("deal_id", Node::Number(known.asked.deal_id)),
            _ => ("inquiry", wire::text(&inquiry.to_string())),
        }
    }
}

/// Calls of at most `chunk` lists, and of no more payments than a call may have records, unless a single list does.
fn portions(lists: Vec<List>, chunk: usize) -> Vec<Vec<List>> {
    let mut portions: Vec<Vec<List>> = Vec::new();
    let mut payments = 0;
    for list in lists {
        payments += list.1.len();
        match portions.last_mut() {
            Some(portion) if portion.len() < chunk && payments <= CHUNK_MAX => portion.push(list),
            _ => {
                payments = list.1.len();
                portions.push(vec![list]);
            }
        }
    }
    portions
}

fn refuse_awaiting(answer: &Answer) -> Result<(), PushError> {
    if answer.status == Status::AwaitingContent {
        return Err(not_of_the_contract("a payment has no content to wait for"));
    }
    Ok(())
}
