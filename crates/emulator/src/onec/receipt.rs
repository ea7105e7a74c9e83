//! What 1C tells Parom of each delivery, and what Parom answers to that.

use serde_json::Value;

use super::exchange::{Call, PushError};
use super::poll::not_of_the_contract;
use super::take::{Took, What};
use super::wire::{self, Node};
use super::{Connection, Exchanged, OneC};

const PATH: &str = "/1c/v1/receipts";

/// What Parom answered to receipts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiptReport {
    /// The delivery is done.
    pub settled: usize,
    /// Something newer is under way.
    pub outdated: usize,
}

impl OneC {
    /// Sends the receipts of one poll. Parom knows every delivery that it has given away, so `unknown` is an error.
    pub(super) async fn send_receipts(
        &self,
        with: &Connection,
        took: &[Took],
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        let document = self.call(with, &mut exchanged.requests, receipts(with, took)).await?;
        let answers =
            document.as_array().ok_or_else(|| not_of_the_contract("receipts are answered per record"))?;
        if answers.len() != took.len() {
            return Err(not_of_the_contract("there are more or fewer answers than receipts"));
        }
        for (answer, took) in answers.iter().zip(took) {
            let text = |name| answer.get(name).and_then(Value::as_str);
            if text("delivery") != Some(&took.delivery) {
                return Err(not_of_the_contract("the answers are not in the order of the receipts"));
            }
            match text("status") {
                Some("settled") => exchanged.receipts.settled += 1,
                Some("outdated") => exchanged.receipts.outdated += 1,
                other => {
                    let (delivery, message) = (&took.delivery, text("message").unwrap_or_default());
                    let what = format!("the receipt of {delivery} was answered with {other:?}: {message}");
                    return Err(not_of_the_contract(&what));
                }
            }
        }
        Ok(())
    }

    /// Sends the receipts once; nobody is there any more to read the answer or to send them again.
    pub(super) async fn send_receipts_and_die(with: &Connection, took: &[Took]) {
        let _ = with.send(&receipts(with, took)).await;
    }
}

fn receipts(with: &Connection, took: &[Took]) -> Call {
    let body = with.spell("receipts", &Node::List("receipt", took.iter().map(receipt).collect()));
    Call::post(PATH, body)
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
