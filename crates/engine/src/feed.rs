//! What 1C polls, and what it answers.
//!
//! A delivery that was handed out stands for exactly one state. When something newer comes while 1C works on it,
//! it is replaced by another delivery, so that a late receipt can never settle what 1C has not seen.

use domain::{
    DeliveryId, Link, Offer, OneCRef, Reason, ReasonCode, Receipt, ReceiptStatus, ReceiptTaken, Shown, Side,
    SignedDuration, Timestamp, quoted,
};
use store::{NewChange, NewTranscript, Received, Receiving, Sent, StoreError, Write};
use tracing::{debug, warn};

use crate::Engine;
use crate::code_field::{code_of, show_new_code};
use crate::plan::outlook;
use crate::planning::Towards;
use crate::telling::{settle_rejections, tell_of_rejection};
use crate::transcript;

/// Where the state that 1C confirmed came from, in the journal.
const SOURCE: &str = "receipt";

impl Engine {
    /// Hands out what 1C has to take, the longest waiting first; at most `limit`. Held back afterwards for
    /// `redeliver_after`, unless something newer replaces it. Asks nothing of the portal.
    pub async fn poll(
        &self,
        limit: usize,
        redeliver_after: SignedDuration,
    ) -> Result<Vec<Offer>, StoreError> {
        let now = self.clock.now();
        let fence = i64::try_from(self.ids.random() >> 1).expect("63 bits");
        let mut write = self.store.begin().await?;
        let deliveries = write.lease(Side::OneC, limit, now, now + redeliver_after, fence).await?;
        if deliveries.is_empty() {
            // The transaction has written nothing: dropping it is the cheapest end.
            return Ok(Vec::new());
        }
        let ids: Vec<_> = deliveries.iter().map(|delivery| delivery.id).collect();
        let links: Vec<_> = deliveries.iter().map(|delivery| delivery.link).collect();
        let mut sent = write.sent(&ids).await?;
        let mut named = write.named(&ids).await?;
        let links: std::collections::HashMap<_, Link> =
            write.links_by_ids(&links).await?.into_iter().map(|link| (link.id, link)).collect();
        let mut offered = Vec::with_capacity(deliveries.len());
        let mut handed_out = Vec::new();
        let mut said = Vec::new();
        for delivery in deliveries {
            let Some(link) = links.get(&delivery.link) else { continue };
            // The same body at every redelivery.
            let state = sent.remove(&delivery.id).unwrap_or_else(|| {
                let outlook = outlook(link, &self.settings.rules);
                let mut changed = outlook.onec_lacks;
                changed.extend(named.remove(&delivery.id).unwrap_or_default());
                changed.sort_unstable();
                changed.dedup();
                let sent = Sent { snapshot: outlook.for_onec, changed };
                let told = transcript::given(&sent.snapshot, &sent.changed, link.onec_ref.is_none());
                let given = transcript::of_delivery(&delivery, now, SignedDuration::ZERO, told);
                said.push(NewTranscript { took: None, ..given });
                handed_out.push((delivery.id, delivery.fence, sent.clone()));
                sent
            });
            offered.push(offer(&delivery.id, link, state));
        }
        write.hand_out(&handed_out).await?;
        write.keep_transcripts(&said, transcript::KEPT_MAX).await?;
        write.commit().await?;
        Ok(offered)
    }

    /// Takes 1C's receipts, all of them in one transaction; the answers stand in their order.
    pub async fn receive(&self, receipts: Vec<Receipt>) -> Result<Vec<ReceiptTaken>, StoreError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut answers = Vec::with_capacity(receipts.len());
        let mut said = Vec::with_capacity(receipts.len());
        for receipt in receipts {
            answers.push(self.receive_one(&mut write, receipt, &mut said, now).await?);
        }
        write.keep_transcripts(&said, transcript::KEPT_MAX).await?;
        write.commit().await?;
        self.wake();
        self.wake_faces();
        Ok(answers)
    }

    async fn receive_one(
        &self,
        write: &mut Write,
        receipt: Receipt,
        said: &mut Vec<NewTranscript>,
        now: Timestamp,
    ) -> Result<ReceiptTaken, StoreError> {
        let received = match receipt.status {
            ReceiptStatus::Rejected => Received::Rejected(rejected(&receipt.message)),
            taken => Received::Taken { outcome: taken.as_str() },
        };
        let is_taken = matches!(received, Received::Taken { .. });
        match write.receive(receipt.delivery, &received, now).await? {
            Receiving::Unknown => self.receive_inquiry(write, &receipt, said, now).await,
            Receiving::Settled { link, sent } => {
                said.push(transcript::of_receipt(&receipt, Some(link), None, now));
                if is_taken {
                    Box::pin(self.confirmed(write, link, &receipt, Some(sent), now)).await?;
                } else {
                    warn!(%link, "1C rejected a delivery");
                    if let Some(link) = write.link(link).await? {
                        tell_of_rejection(write, &link, &receipt, now).await?;
                    }
                }
                Ok(ReceiptTaken::Settled)
            }
            Receiving::Outdated { link, sent } => {
                said.push(transcript::of_receipt(&receipt, Some(link), None, now));
                if is_taken {
                    // 1C may have shown something newer since, so what it was sent counts only if it has shown nothing.
                    let is_first = write.link(link).await?.is_some_and(|link| link.onec.is_none());
                    Box::pin(self.confirmed(write, link, &receipt, is_first.then_some(sent), now)).await?;
                }
                Ok(ReceiptTaken::Outdated)
            }
        }
    }

    /// 1C has the object now: its identifiers and the state that it took become those of the link.
    async fn confirmed(
        &self,
        write: &mut Write,
        link: domain::LinkId,
        receipt: &Receipt,
        sent: Option<Sent>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(mut link) = write.link(link).await? else { return Ok(()) };
        let code_before = code_of(&link);
        if let Some(company) = link.company_id {
            settle_rejections(write, company).await?;
        }
        if let Some(onec_ref) = receipt.onec_ref.filter(|onec_ref| link.onec_ref != Some(*onec_ref)) {
            match write.link_by_ref(onec_ref).await? {
                Some(other) if other.id != link.id => return self.join(write, link, other, now).await,
                _ => link.onec_ref = Some(onec_ref),
            }
        }
        if let Some(code) = receipt.code.as_ref().filter(|code| !code.is_empty()) {
            link.onec_code = Some(code.clone());
        }
        show_new_code(write, &link, code_before, now).await?;
        if let Some(sent) = sent {
            let before = link.onec.as_ref();
            if before.is_none_or(|before| before.snapshot != sent.snapshot) {
                write
                    .record(&NewChange {
                        link: link.id,
                        side: Side::OneC,
                        source: SOURCE,
                        changed_at: Some(now),
                        seen_at: now,
                        snapshot: &sent.snapshot,
                        note: "",
                    })
                    .await?;
            }
            let changed_at = link.bitrix.as_ref().and_then(|bitrix| bitrix.changed_at).or(Some(now));
            link.onec = Some(Shown { snapshot: sent.snapshot, changed_at, seen_at: now });
            self.plan(write, &mut link, Towards::Both, now).await?;
            // What 1C showed before is not what it has now: the same body shown again is news.
            if link.onec_ref.is_some() {
                write.set_fingerprint(link.id, "").await?;
            }
        } else {
            self.plan(write, &mut link, Towards::Both, now).await?;
        }
        Ok(())
    }

    /// 1C found the counterparty under a GUID that Parom knows already: the company belongs to that one.
    async fn join(
        &self,
        write: &mut Write,
        mut link: Link,
        mut known: Link,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        debug!(link = %link.id, known = %known.id, "1C answered with a counterparty that was known");
        if known.company_id.is_some() && known.company_id != link.company_id {
            let reason = Reason::new(
                ReasonCode::DuplicateInPortal,
                format!(
                    "Клиент с таким ИНН уже создан: 1С нашла контрагента {} (код {}), а он связан с компанией № {}. \
                     Объедините её с компанией № {} в Битрикс24 или исправьте ИНН.",
                    quoted(known.onec.as_ref().map_or("", |onec| onec.snapshot.title())),
                    known.onec_code.as_deref().unwrap_or("не известен"),
                    known.company_id.unwrap_or_default(),
                    link.company_id.unwrap_or_default(),
                ),
            );
            write.park_new(&self.ids, link.id, Side::OneC, &reason, now).await?;
            return Ok(());
        }
        known.company_id = link.company_id.take();
        known.requisite_id = link.requisite_id.take();
        known.bitrix = link.bitrix.take();
        write.close_open(link.id, Side::OneC).await?;
        write.close_open(link.id, Side::Bitrix).await?;
        write.claim_key(link.id, None).await?;
        write.save_link(&link).await?;
        self.plan(write, &mut known, Towards::Both, now).await?;
        Ok(())
    }
}

fn offer(delivery: &DeliveryId, link: &Link, state: Sent) -> Offer {
    Offer {
        delivery: *delivery,
        onec_ref: link.onec_ref,
        proposed_ref: OneCRef::proposed(link.id),
        code: link.onec_code.clone(),
        company_id: link.company_id,
        requisite_id: link.requisite_id,
        snapshot: state.snapshot,
        changed: state.changed,
        changed_at: link.bitrix.as_ref().and_then(|bitrix| bitrix.changed_at.or(Some(bitrix.seen_at))),
    }
}

fn rejected(message: &str) -> Reason {
    let message = message.trim();
    let message = if message.is_empty() { "без объяснения" } else { message };
    Reason::new(
        ReasonCode::RejectedByOneC,
        format!(
            "1С не приняла контрагента: {message}. Исправьте данные в Битрикс24, и передача повторится сама, или \
             повторите её командой parom parked retry."
        ),
    )
}
