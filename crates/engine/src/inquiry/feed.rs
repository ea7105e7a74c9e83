//! What 1C polls of deals, and its receipts.

use domain::{
    DeliveryId, InquiryClient, InquiryOffer, InquiryPaper, OneCRef, OpenInquiry, Receipt, ReceiptStatus,
    ReceiptTaken, Side, SignedDuration, Timestamp,
};
use store::{Happened, InquiryRow, InquiryState, NewTranscript, SentInquiry, StoreError, Subject, Write};
use tracing::{debug, warn};

use super::take::refused;
use crate::Engine;
use crate::telling::tell_of_refused_deal;
use crate::transcript;

impl Engine {
    /// Hands out what 1C has to create or update as «Запрос», the longest waiting first; at most `limit`. Held back
    /// afterwards for `redeliver_after`, unless something newer replaces it. Asks nothing of the portal.
    pub async fn poll_inquiries(
        &self,
        limit: usize,
        redeliver_after: SignedDuration,
    ) -> Result<Vec<InquiryOffer>, StoreError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let ready = write.inquiries_ready(limit, now).await?;
        if ready.is_empty() {
            return Ok(Vec::new());
        }
        let mut offered = Vec::with_capacity(ready.len());
        for mut row in ready {
            // Its client may have become another since: what is handed out is decided now.
            self.plan_inquiry(&mut write, &mut row, now).await?;
            if let Some(offer) = self.hand(&mut write, &mut row, now, now + redeliver_after).await? {
                offered.push(offer);
            }
            write.put_inquiry(&row).await?;
        }
        write.commit().await?;
        Ok(offered)
    }

    async fn hand(
        &self,
        write: &mut Write,
        row: &mut InquiryRow,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<InquiryOffer>, StoreError> {
        let (delivery, sent) = match (&row.state, row.delivery) {
            // The same body at every redelivery.
            (InquiryState::Handed { .. }, Some(delivery)) => match write.handed_inquiry(delivery).await? {
                Some((_, sent)) => (delivery, sent),
                None => return Ok(None),
            },
            (InquiryState::Due { .. }, _) => {
                let super::plan::Outlook::Wanted(sent) = self.outlook(write, row).await? else {
                    return Ok(None);
                };
                let delivery = self.ids.delivery();
                write.hand_inquiry(delivery, row.deal_id, &sent, now).await?;
                let given = transcript::given_inquiry(delivery, row.deal_id, &sent, now);
                write.keep_transcripts(&[given], transcript::KEPT_MAX).await?;
                (delivery, *sent)
            }
            _ => return Ok(None),
        };
        row.delivery = Some(delivery);
        row.state = InquiryState::Handed { until };
        self.offer(write, row, delivery, sent).await
    }

    async fn offer(
        &self,
        write: &mut Write,
        row: &InquiryRow,
        delivery: DeliveryId,
        sent: SentInquiry,
    ) -> Result<Option<InquiryOffer>, StoreError> {
        let Some(link) = write.link(sent.link).await? else { return Ok(None) };
        let Some(onec_ref) = link.onec_ref else { return Ok(None) };
        let known = link.onec.as_ref().or(link.bitrix.as_ref()).map(|shown| shown.snapshot.clone());
        let known = known.unwrap_or_default();
        let portal = self.client.origin();
        Ok(Some(InquiryOffer {
            delivery,
            onec_ref: row.onec_ref,
            proposed_ref: self.proposed_ref(row.deal_id),
            number: row.paper.as_ref().map(|paper| paper.number.clone()).filter(|number| !number.is_empty()),
            deal_id: row.deal_id,
            deal_url: format!("{portal}/crm/deal/details/{}/", row.deal_id),
            client: InquiryClient {
                onec_ref,
                code: link.onec_code,
                inn: known.inn.unwrap_or_default(),
                kpp: known.kpp.unwrap_or_default(),
                company_id: sent.company_id,
            },
            snapshot: sent.snapshot,
            changed_at: row.changed_at,
        }))
    }

    fn proposed_ref(&self, deal: i64) -> OneCRef {
        OneCRef::proposed_for_deal(&self.client.origin(), deal)
    }

    /// Takes a receipt for a deal. [`ReceiptTaken::Unknown`]: there was no such delivery of a deal.
    pub(crate) async fn receive_inquiry(
        &self,
        write: &mut Write,
        receipt: &Receipt,
        said: &mut Vec<NewTranscript>,
        now: Timestamp,
    ) -> Result<ReceiptTaken, StoreError> {
        let Some((deal, sent)) = write.handed_inquiry(receipt.delivery).await? else {
            return Ok(ReceiptTaken::Unknown);
        };
        said.push(transcript::of_receipt(receipt, None, Some(deal), now));
        let Some(mut row) = write.inquiry(deal).await? else { return Ok(ReceiptTaken::Outdated) };
        let is_newest = row.delivery == Some(receipt.delivery);
        let is_open = matches!(row.state, InquiryState::Handed { .. });
        if receipt.status == ReceiptStatus::Rejected {
            if !(is_newest && is_open) {
                return Ok(ReceiptTaken::Outdated);
            }
            warn!(deal, "1C rejected an inquiry");
            let reason = refused(&row, &receipt.message);
            tell_of_refused_deal(write, &row, receipt.delivery, &reason, now).await?;
            row.state = InquiryState::Rejected(reason);
            write.put_inquiry(&row).await?;
            write.happened(Subject::Inquiry, Side::OneC, Happened::Parked, now);
            return Ok(ReceiptTaken::Settled);
        }
        let was_known = row.onec_ref;
        let said = receipt.onec_ref.or(row.onec_ref).unwrap_or_else(|| self.proposed_ref(deal));
        match write.inquiry_by_ref(said).await? {
            Some(other) if other.deal_id != deal => {
                let text = format!(
                    "она назвала документ, который уже связан со сделкой № {}. Оставьте у каждой сделки свой запрос",
                    other.deal_id
                );
                row.state = InquiryState::Rejected(refused(&row, &text));
                write.put_inquiry(&row).await?;
                write.happened(Subject::Inquiry, Side::OneC, Happened::Parked, now);
                return Ok(ReceiptTaken::Settled);
            }
            _ => row.onec_ref = Some(said),
        }
        let mut paper = row.paper.clone().unwrap_or_default();
        note_paper(&mut paper, receipt);
        let is_news = row.paper.as_ref() != Some(&paper) || was_known != row.onec_ref;
        row.paper = Some(paper);
        let taken = if is_newest && is_open {
            row.taken = Some(sent);
            row.state = InquiryState::Still;
            if let Some(happened) = Happened::parse(receipt.status.as_str()) {
                write.happened(Subject::Inquiry, Side::OneC, happened, now);
            }
            ReceiptTaken::Settled
        } else {
            debug!(deal, "A receipt speaks of an older state");
            ReceiptTaken::Outdated
        };
        self.plan_inquiry(write, &mut row, now).await?;
        write.put_inquiry(&row).await?;
        if is_news {
            write.want_face(deal, now).await?;
        }
        Ok(taken)
    }

    /// The next inquiries that are still open, of deals with a greater number than `after`, in their order.
    pub async fn open_inquiries(&self, after: i64, limit: usize) -> Result<Vec<OpenInquiry>, StoreError> {
        self.store.open_inquiries(after, limit).await
    }
}

fn note_paper(paper: &mut InquiryPaper, receipt: &Receipt) {
    if let Some(number) = receipt.number.as_ref().filter(|number| !number.is_empty()) {
        paper.number.clone_from(number);
    }
    if receipt.date.is_some() {
        paper.date = receipt.date;
    }
}
