//! What the shore of 1C asks, answered by the engine and the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::{
    Clock, CompletePayments, DeliveryState, InquiryOffer, Offer, OneCRef, OpenInquiry, Receipt, ReceiptTaken,
    ShownDocument, ShownInquiry, ShownPayment, Side, SignedDuration, Timestamp,
};
use engine::{ContentError, Engine, PaperStanding, Pushed, Showing};
use onec::{
    Content, Ferry, Greeting, Hello, ObjectKind, ObjectState, Promise, ShownCounterparty, Taken, Unavailable,
};
use store::{Lane, StoreError};

use crate::metrics::Counters;

/// The engine as 1C sees it.
pub(crate) struct EngineFerry {
    engine: Engine,
    clock: Arc<dyn Clock>,
    /// How long a polled delivery waits for its receipt.
    redeliver_after: SignedDuration,
    counters: Arc<Counters>,
    /// When 1C last called, in microseconds; 0: not since the start. Written down now and then, not at every call.
    seen: AtomicI64,
    /// When Bitrix24 last answered, as far as it is written down.
    portal_written: AtomicI64,
}

impl EngineFerry {
    /// A ferry without passengers.
    pub(crate) fn new(
        engine: Engine,
        clock: Arc<dyn Clock>,
        redeliver_after: SignedDuration,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            engine,
            clock,
            redeliver_after,
            counters,
            seen: AtomicI64::new(0),
            portal_written: AtomicI64::new(0),
        }
    }

    /// Writes down when 1C last called and Bitrix24 last answered, if they have since this was last asked for.
    pub(crate) async fn write_down_seen(&self) -> Result<(), StoreError> {
        let seen = self.seen.swap(0, Ordering::Relaxed);
        let onec = Timestamp::from_microsecond(seen).ok().filter(|_| seen > 0);
        let portal = self.engine.portal_health().answered_at;
        let portal = portal.filter(|at| {
            self.portal_written.fetch_max(at.as_microsecond(), Ordering::Relaxed) < at.as_microsecond()
        });
        if onec.is_none() && portal.is_none() {
            return Ok(());
        }
        let mut write = self.engine.store().begin().await?;
        if let Some(at) = onec {
            write.seen_onec(at).await?;
        }
        if let Some(at) = portal {
            write.seen_portal(at).await?;
        }
        write.commit().await
    }

    async fn find_state(&self, onec_ref: OneCRef) -> Result<ObjectState, StoreError> {
        let store = self.engine.store();
        let Some(link) = store.link_by_ref(onec_ref).await? else { return Ok(ObjectState::Unknown) };
        let Some(standing) = store.standing(link.id, Side::Bitrix).await? else {
            // Nothing was ever to be carried: both sides agreed from the start.
            return Ok(ObjectState::Delivered);
        };
        Ok(match standing.state {
            DeliveryState::Settled => ObjectState::Delivered,
            DeliveryState::Parked { reason, .. } => ObjectState::Parked(reason.text),
            DeliveryState::Dropped { why, .. } => ObjectState::Parked(format!("Больше не передаётся: {why}")),
            DeliveryState::Due { .. } | DeliveryState::Leased { .. } => match store.lane(Side::Bitrix).await?
            {
                Lane::Open => ObjectState::Waiting(String::new()),
                Lane::Stopped { reason, .. } => ObjectState::Waiting(reason),
            },
        })
    }
}

/// The same counterparty in the engine's words.
pub(crate) fn showing(shown: ShownCounterparty) -> Showing {
    let ShownCounterparty { onec_ref, code, snapshot, changed_at, fingerprint } = shown;
    Showing { onec_ref, code, snapshot, changed_at, fingerprint }
}

impl Ferry for EngineFerry {
    fn show(&self, shown: Vec<ShownCounterparty>) -> Promise<'_, Vec<Taken>> {
        Box::pin(async move {
            let showings = shown.into_iter().map(showing).collect();
            let taken = self.engine.show(showings).await.map_err(Unavailable::new)?;
            Ok(taken.into_iter().map(answer).collect())
        })
    }

    fn poll(&self, limit: usize) -> Promise<'_, Vec<Offer>> {
        Box::pin(async move { self.engine.poll(limit, self.redeliver_after).await.map_err(Unavailable::new) })
    }

    fn receipts(&self, receipts: Vec<Receipt>) -> Promise<'_, Vec<ReceiptTaken>> {
        Box::pin(async move {
            let statuses: Vec<_> = receipts.iter().map(|receipt| receipt.status).collect();
            let taken = Box::pin(self.engine.receive(receipts)).await.map_err(Unavailable::new)?;
            for (status, taken) in statuses.iter().zip(&taken) {
                if *taken == ReceiptTaken::Settled {
                    self.counters.receipt(status.as_str());
                }
            }
            Ok(taken)
        })
    }

    fn show_inquiries(&self, shown: Vec<ShownInquiry>) -> Promise<'_, Vec<Taken>> {
        Box::pin(async move { pushed(self.engine.show_inquiries(shown).await) })
    }

    fn poll_inquiries(&self, limit: usize) -> Promise<'_, Vec<InquiryOffer>> {
        Box::pin(async move {
            self.engine.poll_inquiries(limit, self.redeliver_after).await.map_err(Unavailable::new)
        })
    }

    fn open_inquiries(&self, after: i64, limit: usize) -> Promise<'_, Vec<OpenInquiry>> {
        Box::pin(async move { self.engine.open_inquiries(after, limit).await.map_err(Unavailable::new) })
    }

    fn show_documents(&self, shown: Vec<ShownDocument>) -> Promise<'_, Vec<Taken>> {
        Box::pin(async move { pushed(self.engine.show_documents(shown).await) })
    }

    fn content<'a>(&'a self, onec_ref: OneCRef, content: Content<'a>) -> Promise<'a, Taken> {
        Box::pin(async move {
            match self.engine.take_content(onec_ref, content).await {
                Ok(taken) => Ok(told(taken)),
                Err(ContentError::Broken(why)) => Ok(Taken::rejected(why.to_string())),
                Err(ContentError::Store(error)) => Err(Unavailable::new(error)),
            }
        })
    }

    fn show_payments(&self, shown: Vec<ShownPayment>) -> Promise<'_, Vec<Taken>> {
        Box::pin(async move { pushed(self.engine.show_payments(shown).await) })
    }

    fn complete_payments(&self, lists: Vec<CompletePayments>) -> Promise<'_, Vec<Taken>> {
        Box::pin(async move { pushed(self.engine.complete_payments(lists).await) })
    }

    fn hello(&self, hello: Hello) -> Promise<'_, Greeting> {
        Box::pin(async move {
            let Hello {
                adapter,
                platform,
                compatibility_mode,
                configuration,
                configuration_version,
                missing,
            } = hello;
            let hello = store::Hello {
                adapter,
                platform,
                compatibility_mode,
                configuration,
                configuration_version,
                missing,
                at: self.clock.now(),
            };
            let show_all = self.engine.greet(&hello).await.map_err(Unavailable::new)?;
            Ok(Greeting { show_all })
        })
    }

    fn state(&self, kind: ObjectKind, onec_ref: OneCRef) -> Promise<'_, ObjectState> {
        match kind {
            ObjectKind::Counterparty => {
                Box::pin(async move { self.find_state(onec_ref).await.map_err(Unavailable::new) })
            }
            ObjectKind::Inquiry => Box::pin(async move {
                Ok(standing(self.engine.inquiry_standing(onec_ref).await.map_err(Unavailable::new)?))
            }),
            ObjectKind::Document => Box::pin(async move {
                Ok(standing(self.engine.document_standing(onec_ref).await.map_err(Unavailable::new)?))
            }),
            ObjectKind::Payment => Box::pin(async move {
                Ok(standing(self.engine.payment_standing(onec_ref).await.map_err(Unavailable::new)?))
            }),
        }
    }

    fn seen(&self, at: Timestamp) {
        self.seen.fetch_max(at.as_microsecond(), Ordering::Relaxed);
    }

    fn refused(&self, at: Timestamp) {
        self.engine.onec_was_refused(at);
    }
}

fn pushed(answers: Result<Vec<Pushed>, StoreError>) -> Result<Vec<Taken>, Unavailable> {
    Ok(answers.map_err(Unavailable::new)?.into_iter().map(told).collect())
}

fn told(pushed: Pushed) -> Taken {
    match pushed {
        Pushed::Accepted(message) => Taken { message, ..Taken::accepted() },
        Pushed::Unchanged => Taken::unchanged(),
        Pushed::AwaitingContent => Taken::awaiting_content(),
        Pushed::Rejected(message) => Taken::rejected(message),
    }
}

/// What the engine says of an inquiry, a document or a payment.
fn standing(standing: PaperStanding) -> ObjectState {
    match standing {
        PaperStanding::Unknown => ObjectState::Unknown,
        PaperStanding::Waiting(why) => ObjectState::Waiting(why),
        PaperStanding::Shown => ObjectState::Delivered,
        PaperStanding::Parked(why) => ObjectState::Parked(why),
    }
}

/// A parked record is taken: it is durable, and only a person can say more. The message tells 1C why it waits.
fn answer(taken: engine::Taken) -> Taken {
    match taken {
        engine::Taken::Accepted => Taken::accepted(),
        engine::Taken::Unchanged => Taken::unchanged(),
        engine::Taken::Parked(reason) => Taken { message: reason.text, ..Taken::accepted() },
    }
}
