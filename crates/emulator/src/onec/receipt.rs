//! What 1C tells Parom of each delivery, and what Parom answers to that.

use serde_json::Value;
use uuid::Uuid;

use super::exchange::{Call, PushError};
use super::poll::not_of_the_contract;
use super::take::{Took, What};
use super::wire::{self, Node};
use super::{Connection, OneC};

const PATH: &str = "/1c/v1/receipts";

/// What Parom answered to receipts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiptReport {
    /// The delivery is done.
    pub settled: usize,
    /// Something newer is under way.
    pub outdated: usize,
}

/// What became of a delivery, before anybody knows how it is spelled.
pub(super) struct Receipt<'t> {
    pub(super) delivery: &'t str,
    pub(super) what: &'t What,
    /// The object, and what 1C calls it, under the names that the contract has for that.
    pub(super) object: Option<(Uuid, Vec<(&'static str, String)>)>,
}

impl Took {
    pub(super) fn receipt(&self) -> Receipt<'_> {
        Receipt {
            delivery: &self.delivery,
            what: &self.what,
            object: self.reference.map(|reference| (reference, vec![("code", self.code.clone())])),
        }
    }
}

impl OneC {
    /// Sends the receipts of one poll, twice if this adapter is like that. Parom knows every delivery that it has given
    /// away, so `unknown` is an error.
    pub(super) async fn send_receipts(
        &self,
        with: &Connection,
        receipts: &[Receipt<'_>],
        requests: &mut usize,
        report: &mut ReceiptReport,
    ) -> Result<(), PushError> {
        let call = call(with, receipts);
        check(&self.call(with, requests, call.clone()).await?, receipts, report)?;
        if self.habits.receipts_twice {
            check(&self.call(with, requests, call).await?, receipts, &mut ReceiptReport::default())?;
        }
        Ok(())
    }

    /// Sends the receipts once, and the session is gone.
    pub(super) async fn send_receipts_and_die(with: &Connection, receipts: &[Receipt<'_>]) {
        with.send_and_die(&call(with, receipts)).await;
    }
}

fn check(document: &Value, receipts: &[Receipt<'_>], report: &mut ReceiptReport) -> Result<(), PushError> {
    let answers =
        document.as_array().ok_or_else(|| not_of_the_contract("receipts are answered per record"))?;
    if answers.len() != receipts.len() {
        return Err(not_of_the_contract("there are more or fewer answers than receipts"));
    }
    for (answer, receipt) in answers.iter().zip(receipts) {
        let text = |name| answer.get(name).and_then(Value::as_str);
        if text("delivery") != Some(receipt.delivery) {
            return Err(not_of_the_contract("the answers are not in the order of the receipts"));
        }
        match text("status") {
            Some("settled") => report.settled += 1,
            Some("outdated") => report.outdated += 1,
            other => {
                let (delivery, message) = (receipt.delivery, text("message").unwrap_or_default());
                let what = format!("the receipt of {delivery} was answered with {other:?}: {message}");
                return Err(not_of_the_contract(&what));
            }
        }
    }
    Ok(())
}

fn call(with: &Connection, receipts: &[Receipt<'_>]) -> Call {
    let records = receipts.iter().map(Receipt::spell).collect();
    with.post(PATH, "receipts", &Node::List("receipt", records))
}

impl Receipt<'_> {
    fn spell(&self) -> Node {
        let (status, message) = match self.what {
            What::Created => ("created", ""),
            What::Updated(_) => ("updated", ""),
            What::Unchanged => ("unchanged", ""),
            What::Rejected(text) => ("rejected", text.as_str()),
        };
        let mut fields = vec![("delivery", wire::text(self.delivery)), ("status", wire::text(status))];
        if let Some((reference, names)) = &self.object {
            fields.push(("ref", wire::text(&reference.to_string())));
            fields.extend(names.iter().map(|(name, text)| (*name, wire::text(text))));
        }
        fields.push(("message", wire::text(message)));
        Node::Record(fields)
    }
}
