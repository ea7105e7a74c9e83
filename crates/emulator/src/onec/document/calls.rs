//! The calls for documents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use uuid::Uuid;

use super::Document;
use crate::onec::answer::{self, Status};
use crate::onec::exchange::{Call, PushError, if_served};
use crate::onec::open::Sending;
use crate::onec::poll::not_of_the_contract;
use crate::onec::wire::{self, Node};
use crate::onec::{Connection, Exchanged, OneC};

/// Bytes of PDF that are held for one call; a larger file goes by itself.
const CALL_BYTES: usize = 4 * 1024 * 1024;
/// «Base64Строка» breaks its lines there.
const BASE64_LINE: usize = 76;

/// A document on its way.
struct Outgoing {
    document: Document,
    /// `None`: it is marked for deletion, and nobody needs its file.
    content: Option<Bytes>,
    /// The content follows by `PUT …/content`.
    apart: bool,
}

impl OneC {
    /// Shows the documents of these inquiries that Parom has not answered for as they are now.
    pub(in crate::onec) async fn send_documents(
        &mut self,
        with: &Connection,
        inquiries: &[Uuid],
        exchanged: &mut Exchanged,
    ) -> Result<(), PushError> {
        let due = inquiries.iter().flat_map(|inquiry| self.documents_of(*inquiry));
        let due: Vec<Uuid> =
            due.filter(|document| self.is_due(document)).map(|document| document.reference).collect();
        let mut due = due.into_iter().peekable();
        while due.peek().is_some() {
            let mut portion = Vec::new();
            let mut bytes = 0;
            while let Some(reference) = due.next_if(|_| portion.len() < with.chunk() && bytes < CALL_BYTES) {
                let document = self.document(reference).expect("nothing of it was deleted");
                let outgoing = self.outgoing(with, document.clone());
                bytes += outgoing.content.as_ref().map_or(0, Bytes::len);
                portion.push(outgoing);
            }
            if !self.send_portion(with, &portion, exchanged).await? {
                return Ok(());
            }
            if self.habits.resends_old_versions {
                let old = portion.iter().filter_map(|sent| {
                    let old = self.documents.old.get(&sent.document.reference);
                    old.map(|old| self.outgoing(with, old.clone()))
                });
                let old: Vec<Outgoing> = old.collect();
                if !old.is_empty() && !self.send_portion(with, &old, exchanged).await? {
                    return Ok(());
                }
                for sent in old {
                    self.documents.old.remove(&sent.document.reference);
                }
            }
        }
        Ok(())
    }

    /// What was made and thrown away before Parom heard of it does not travel.
    fn is_due(&self, document: &Document) -> bool {
        let shown = self.documents.shown.get(&document.reference);
        shown != Some(&document.revision) && !(shown.is_none() && document.deletion_mark)
    }

    fn outgoing(&self, with: &Connection, document: Document) -> Outgoing {
        let content = (!document.deletion_mark).then(|| Bytes::from(document.print()));
        let apart_from = self.habits.content_apart_from;
        let apart = content.as_ref().is_some_and(|bytes| with.sends_apart(bytes.len(), apart_from));
        Outgoing { document, content, apart }
    }

    /// One call, and the contents that follow it. `false`: the session is dead, or Parom does not serve the call.
    async fn send_portion(
        &mut self,
        with: &Connection,
        portion: &[Outgoing],
        exchanged: &mut Exchanged,
    ) -> Result<bool, PushError> {
        let records = portion.iter().map(|outgoing| self.document_record(outgoing, with)).collect();
        let call = with.post("/1c/v1/documents", "documents", &Node::List("document", records));
        if self.dies_while(Sending::Documents, with, &call, exchanged).await {
            return Ok(false);
        }
        let asked: Vec<Uuid> = portion.iter().map(|outgoing| outgoing.document.reference).collect();
        let pushed = self.push_records(with, call, &asked, &mut exchanged.documents).await;
        let Some(answers) = if_served("POST documents", pushed)? else {
            exchanged.note_not_served("POST documents");
            return Ok(false);
        };
        for (answer, outgoing) in answers.into_iter().zip(portion) {
            self.counters.documents += 1;
            let Document { reference, revision, .. } = outgoing.document;
            if answer.status == Status::AwaitingContent && outgoing.content.is_some() && !outgoing.apart {
                return Err(not_of_the_contract("Parom waits for a content that it was sent"));
            }
            let rejected = answer.status == Status::Rejected;
            self.answers.insert(reference, answer);
            // The answer says nothing of whether Parom has this content, so it follows in any case.
            if outgoing.apart && !rejected && !self.send_content(with, outgoing, exchanged).await? {
                return Ok(false);
            }
            let shown = self.documents.shown.entry(reference).or_default();
            *shown = revision.max(*shown);
        }
        Ok(true)
    }

    async fn send_content(
        &mut self,
        with: &Connection,
        outgoing: &Outgoing,
        exchanged: &mut Exchanged,
    ) -> Result<bool, PushError> {
        let Some(content) = outgoing.content.clone() else { return Ok(true) };
        let reference = outgoing.document.reference;
        let call = Call::put_pdf(format!("/1c/v1/documents/{reference}/content"), content);
        if self.dies_while(Sending::Content, with, &call, exchanged).await {
            return Ok(false);
        }
        let answer = self.call(with, &mut exchanged.documents.requests, call).await;
        let Some(document) = if_served("PUT documents/…/content", answer)? else {
            exchanged.note_not_served("PUT documents/…/content");
            return Ok(false);
        };
        let answer = answer::only_answer(&document).map_err(PushError::Unexpected)?;
        if answer.reference != reference || answer.status == Status::AwaitingContent {
            return Err(not_of_the_contract("the answer is not about the content that was sent"));
        }
        if answer.status == Status::Rejected {
            exchanged.documents.rejected.push(answer.clone());
        }
        exchanged.contents += 1;
        self.counters.contents += 1;
        self.answers.insert(reference, answer);
        Ok(true)
    }

    fn document_record(&self, Outgoing { document, content, apart }: &Outgoing, with: &Connection) -> Node {
        let mut fields = vec![
            ("ref", wire::text(&document.reference.to_string())),
            ("kind", wire::text(document.kind.as_str())),
        ];
        fields.push(self.belongs_to(document.inquiry));
        if document.deletion_mark && with.is_terse() {
            fields.push(("deleted", Node::Flag(true)));
            return Node::Record(fields);
        }
        fields.extend([
            ("number", wire::text(&document.number)),
            ("date", wire::text(&with.day(document.date))),
            ("amount", with.sum(document.amount)),
            ("currency", with.currency(&document.currency)),
            ("file_name", wire::text(&document.file_name())),
        ]);
        if let (Some(content), false) = (content, apart) {
            fields.push(("content", Node::Text(base64(content))));
        }
        fields.push(("deleted", Node::Flag(document.deletion_mark)));
        fields.extend(with.changed(document.changed_at));
        Node::Record(fields)
    }
}

/// As «Base64Строка» writes it.
fn base64(bytes: &[u8]) -> String {
    let plain = STANDARD.encode(bytes);
    let mut broken = String::with_capacity(plain.len() + plain.len() / BASE64_LINE * 2);
    for (position, letter) in plain.chars().enumerate() {
        if position > 0 && position % BASE64_LINE == 0 {
            broken += "\r\n";
        }
        broken.push(letter);
    }
    broken
}
