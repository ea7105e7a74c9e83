//! The walk over the inquiries that are still open: what 1C has made for them and not shown yet goes to Parom.

use serde_json::Value;
use uuid::Uuid;

use super::exchange::{CHUNK_MAX, Call, Format, PushError, if_served};
use super::offered::records;
use super::poll::{POLLS_MAX, not_of_the_contract};
use super::{Connection, Exchanged, OneC};

/// Where the session of 1C is killed while it shows documents and payments: the call was sent, and nobody read the
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// `POST documents`.
    Documents,
    /// `PUT documents/…/content`.
    Content,
    /// `POST payments` or `POST payments/complete`.
    Payments,
}

/// An inquiry for which Parom wants documents and payments.
struct Open {
    deal_id: i64,
    reference: Uuid,
}

impl OneC {
    /// The next exchange that makes such a call ends there.
    pub fn crash_while_sending(&mut self, sending: Sending) {
        self.crash_while_sending = Some(sending);
    }

    /// Asks page by page which inquiries are open, and shows what is new of each.
    pub(super) async fn walk_open_inquiries(
        &mut self,
        with: &Connection,
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        let limit = self.habits.limit.clamp(1, CHUNK_MAX);
        let mut after = 0;
        for _ in 0..POLLS_MAX {
            let call = Call::get(format!("/1c/v1/open-inquiries?after={after}&limit={limit}"));
            let answer = self.call(with, &mut exchanged.requests, call).await;
            let Some(document) = if_served("GET open-inquiries", answer)? else {
                exchanged.note_not_served("GET open-inquiries");
                return Ok(());
            };
            let page = open(&document, with.format(), after, limit).map_err(PushError::Unexpected)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.deal_id;
            exchanged.open_inquiries += page.len();
            // A base that was restored from a copy does not know the latest ones.
            let known = page.iter().map(|open| open.reference).filter(|known| self.inquiry(*known).is_some());
            let known: Vec<Uuid> = known.collect();
            self.send_papers(with, &known, exchanged).await?;
            if exchanged.crashed {
                return Ok(());
            }
        }
        Err(not_of_the_contract("there is no end of open inquiries"))
    }

    /// Shows what is new of these inquiries.
    pub(super) async fn send_papers(
        &mut self,
        with: &Connection,
        inquiries: &[Uuid],
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        self.send_documents(with, inquiries, exchanged).await?;
        if exchanged.crashed {
            return Ok(());
        }
        self.send_payments(with, inquiries, exchanged).await
    }

    /// Sends a call and dies if the session is to be killed there; `true`: it is dead.
    pub(super) async fn dies_while(
        &mut self,
        sending: Sending,
        with: &Connection,
        call: &Call,
        exchanged: &mut Exchanged,
    ) -> bool {
        let dies = self.crash_while_sending.take_if(|crash| *crash == sending).is_some();
        if dies {
            with.send_and_die(call).await;
            exchanged.requests += 1;
            exchanged.crashed = true;
        }
        dies
    }
}

fn open(document: &Value, format: Format, after: i64, limit: usize) -> Result<Vec<Open>, String> {
    let mut last = after;
    let mut page = Vec::new();
    for record in records(document, format, limit)? {
        let deal_id = record.number("deal_id")?;
        if deal_id <= last {
            return Err(format!(
                "open inquiries are not in the order of their deals: {deal_id} after {last}"
            ));
        }
        last = deal_id;
        let reference = record.text("ref")?;
        let reference = Uuid::parse_str(&reference).map_err(|error| format!("`ref` is no GUID: {error}"))?;
        page.push(Open { deal_id, reference });
    }
    Ok(page)
}
