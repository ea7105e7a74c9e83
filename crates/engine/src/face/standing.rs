//! What 1C is told of one object of its own: whether the deal shows it.

use domain::{OneCRef, ReasonCode};
use store::{FaceRow, StoreError};

use crate::Engine;

/// Where an inquiry, a document or a payment of 1C stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperStanding {
    /// 1C has never told of it.
    Unknown,
    /// The deal does not show it yet; the text says in Russian why, or is empty.
    Waiting(String),
    /// The deal shows it.
    Shown,
    /// It waits for a person; the text says in Russian why.
    Parked(String),
}

impl Engine {
    /// Where number, date and status of a «Запрос» stand.
    pub async fn inquiry_standing(&self, onec_ref: OneCRef) -> Result<PaperStanding, StoreError> {
        match self.store.inquiry_by_ref(onec_ref).await? {
            Some(row) => self.standing_of(row.deal_id).await,
            None => Ok(PaperStanding::Unknown),
        }
    }

    /// Where a document stands.
    pub async fn document_standing(&self, onec_ref: OneCRef) -> Result<PaperStanding, StoreError> {
        let Some(row) = self.store.document(onec_ref).await? else { return Ok(PaperStanding::Unknown) };
        if row.content.is_none() && !row.is_deleted {
            return Ok(PaperStanding::Waiting("Содержимое документа ещё не передано.".to_owned()));
        }
        match row.deal_id.or(row.placed.map(|placed| placed.deal)) {
            Some(deal) => self.standing_of(deal).await,
            None => Ok(PaperStanding::Waiting("Парому ещё не известен запрос этого документа.".to_owned())),
        }
    }

    /// Where a payment stands.
    pub async fn payment_standing(&self, onec_ref: OneCRef) -> Result<PaperStanding, StoreError> {
        let Some(row) = self.store.payment(onec_ref).await? else { return Ok(PaperStanding::Unknown) };
        match row.deal_id {
            Some(deal) => self.standing_of(deal).await,
            None => Ok(PaperStanding::Waiting("Парому ещё не известен запрос этой оплаты.".to_owned())),
        }
    }

    async fn standing_of(&self, deal: i64) -> Result<PaperStanding, StoreError> {
        Ok(match self.store.face(deal).await? {
            Some(FaceRow { due_at: None, reason: Some(reason), .. }) => PaperStanding::Parked(reason.text),
            Some(FaceRow { reason: Some(reason), .. }) if reason.code == ReasonCode::DealGone => {
                PaperStanding::Parked(reason.text)
            }
            Some(FaceRow { due_at: Some(_), reason, .. }) => {
                PaperStanding::Waiting(reason.map(|reason| reason.text).unwrap_or_default())
            }
            None | Some(FaceRow { due_at: None, reason: None, .. }) => PaperStanding::Shown,
        })
    }
}
