//! What waits for a person tries again, or is given up.

use domain::{DeedId, DeliveryId, DeliveryState, JobId, Reason, ReasonCode, Side, Timestamp};
use store::{Deed, DeedKind, Entity, HeldKey, InquiryState, NewLook, StoreError, Write};
use tracing::info;

use super::{By, DeedError};
use crate::Engine;
use crate::planning::{Towards, forget_company};

/// The longest reason of giving something up that is kept, in characters.
pub const WHY_MAX: usize = 500;

/// Something that waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A counterparty's delivery.
    Delivery(DeliveryId),
    /// A deal that 1C has refused, or that cannot go to it.
    Inquiry(i64),
    /// A deal that cannot show what 1C told.
    Face(i64),
    /// A company that does not travel.
    Company(i64),
}

impl Waiting {
    /// What waits under this key; `None`: trying again is of no use, see [`HeldKind::can_be_retried`](store::HeldKind::can_be_retried).
    pub fn of(key: HeldKey) -> Option<Self> {
        match key {
            HeldKey::Delivery(id) => Some(Self::Delivery(id)),
            HeldKey::Company(company) => Some(Self::Company(company)),
            HeldKey::Inquiry(deal) => Some(Self::Inquiry(deal)),
            HeldKey::Deal(deal) => Some(Self::Face(deal)),
            HeldKey::Document(_) | HeldKey::Conflict(..) => None,
        }
    }
}

/// What came of trying again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retried {
    /// It is under way.
    UnderWay,
    /// It waits on, and this is why.
    StillWaits(Reason),
    /// There is nothing to do any more: both sides show the same.
    Needless,
}

impl Engine {
    /// Tries again what waits, as if for the first time: whether it may travel is decided anew.
    pub async fn retry(&self, what: Waiting, by: &By) -> Result<(DeedId, Retried), DeedError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let Some(retried) = self.retry_in(&mut write, what, now).await? else { return Err(waits_no_more()) };
        let said = match &retried {
            Retried::UnderWay => "снова в очереди".to_owned(),
            Retried::StillWaits(reason) => format!("по-прежнему ждёт: {}", reason.code.title()),
            Retried::Needless => "передавать больше нечего: стороны показывают одно и то же".to_owned(),
        };
        let deed = self.deed_about(&mut write, what, DeedKind::Retried, by, said, now).await?;
        write.record_deed(&deed).await?;
        write.commit().await?;
        info!(deed = %deed.id, "A person has something tried again");
        self.wake_both();
        self.wake_faces();
        Ok((deed.id, retried))
    }

    /// Gives up what waits, with a reason that stays in the history. The next change takes it up again. Only what is
    /// carried can be given up, a counterparty's delivery or a deal that 1C has refused: the rest says what is wrong with
    /// the portal, and says so until it is mended.
    pub async fn give_up(&self, what: Waiting, why: &str, by: &By) -> Result<DeedId, DeedError> {
        let now = self.clock.now();
        let why = good_reason(why)?;
        let mut write = self.store.begin().await?;
        let Some(deed) = self.give_up_in(&mut write, what, &why, by, None, now).await? else {
            return Err(waits_no_more());
        };
        write.commit().await?;
        info!(deed = %deed.id, ?what, "A person has given something up");
        Ok(deed.id)
    }

    /// `None`: it does not wait any more.
    pub(crate) async fn retry_in(
        &self,
        write: &mut Write,
        what: Waiting,
        now: Timestamp,
    ) -> Result<Option<Retried>, StoreError> {
        match what {
            Waiting::Delivery(id) => self.retry_delivery(write, id, now).await,
            Waiting::Inquiry(deal) => self.retry_inquiry(write, deal, now).await,
            Waiting::Face(deal) => {
                if write.face(deal).await?.is_none_or(|face| face.reason.is_none()) {
                    return Ok(None);
                }
                write.want_face(deal, now).await?;
                Ok(Some(Retried::UnderWay))
            }
            Waiting::Company(company) => {
                let known = write.portal_companies(&[company]).await?.pop();
                if known.is_none_or(|known| known.waits.is_none()) {
                    return Ok(None);
                }
                let look = NewLook { entity: Entity::Company, entity_id: company, owner_id: None };
                write.look_at(&[look], now).await?;
                Ok(Some(Retried::UnderWay))
            }
        }
    }

    async fn retry_delivery(
        &self,
        write: &mut Write,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Option<Retried>, StoreError> {
        let Some(standing) = write.delivery(id).await? else { return Ok(None) };
        let DeliveryState::Parked { reason, .. } = &standing.state else { return Ok(None) };
        let side = standing.delivery.side;
        let Some(mut link) = write.link(standing.delivery.link).await? else { return Ok(None) };
        if reason.code == ReasonCode::GoneInPortal {
            // Another company is made; it starts from what 1C shows.
            forget_company(&mut link);
        }
        let towards = match side {
            Side::Bitrix => Towards::Both,
            Side::OneC => Towards::OneC,
        };
        let held = self.plan(write, &mut link, towards, now).await?;
        let held = match side {
            Side::Bitrix => held.from_bitrix,
            Side::OneC => held.from_onec,
        };
        if let Some(reason) = held {
            return Ok(Some(Retried::StillWaits(reason)));
        }
        // What was given back unchanged is not news to the plan; a person wants it tried all the same.
        let retried = write.retry_parked(id, now).await?;
        let standing = write.standing(link.id, side).await?;
        let is_open = standing.is_some_and(|standing| {
            matches!(standing.state, DeliveryState::Due { .. } | DeliveryState::Leased { .. })
        });
        Ok(Some(if retried || is_open { Retried::UnderWay } else { Retried::Needless }))
    }

    async fn retry_inquiry(
        &self,
        write: &mut Write,
        deal: i64,
        now: Timestamp,
    ) -> Result<Option<Retried>, StoreError> {
        let Some(mut row) = write.inquiry(deal).await? else { return Ok(None) };
        if !matches!(row.state, InquiryState::Rejected(_) | InquiryState::Waits(_)) {
            return Ok(None);
        }
        row.state = InquiryState::Still;
        self.plan_inquiry(write, &mut row, now).await?;
        write.put_inquiry(&row).await?;
        Ok(Some(match row.state {
            InquiryState::Waits(reason) | InquiryState::Rejected(reason) => Retried::StillWaits(reason),
            InquiryState::Due { .. } | InquiryState::Handed { .. } => Retried::UnderWay,
            InquiryState::Still | InquiryState::Dropped(_) => Retried::Needless,
        }))
    }

    /// `None`: it does not wait any more.
    pub(crate) async fn give_up_in(
        &self,
        write: &mut Write,
        what: Waiting,
        why: &str,
        by: &By,
        job: Option<JobId>,
        now: Timestamp,
    ) -> Result<Option<Deed>, StoreError> {
        let text = format!("{why} ({})", by.name());
        let is_given_up = match what {
            Waiting::Delivery(delivery) => write.drop_parked(delivery, &text, now).await?,
            Waiting::Inquiry(deal) => drop_refused(write, deal, text).await?,
            Waiting::Face(_) | Waiting::Company(_) => false,
        };
        if !is_given_up {
            return Ok(None);
        }
        let said = format!("больше не передаётся: {why}");
        let mut deed = self.deed_about(write, what, DeedKind::Dropped, by, said, now).await?;
        deed.job = job;
        write.record_deed(&deed).await?;
        Ok(Some(deed))
    }

    async fn deed_about(
        &self,
        write: &mut Write,
        what: Waiting,
        kind: DeedKind,
        by: &By,
        said: String,
        now: Timestamp,
    ) -> Result<Deed, StoreError> {
        let (link, deal) = match what {
            Waiting::Delivery(id) => (write.delivery(id).await?.map(|standing| standing.delivery.link), None),
            Waiting::Inquiry(deal) | Waiting::Face(deal) => (None, Some(deal)),
            Waiting::Company(company) => {
                (write.links_by_company(company).await?.first().map(|link| link.id), None)
            }
        };
        Ok(Deed {
            id: self.ids.deed(),
            by: by.name().to_owned(),
            at: now,
            kind,
            link,
            deal,
            job: None,
            said,
            chosen: Vec::new(),
            undone: None,
        })
    }
}

/// `false`: 1C has not refused the deal, or not as it is now.
async fn drop_refused(write: &mut Write, deal: i64, why: String) -> Result<bool, StoreError> {
    let Some(mut row) = write.inquiry(deal).await? else { return Ok(false) };
    let InquiryState::Rejected(reason) = &row.state else { return Ok(false) };
    row.state = InquiryState::Dropped(Reason::new(reason.code, why));
    write.put_inquiry(&row).await?;
    Ok(true)
}

/// A reason for people, on one line.
pub(crate) fn good_reason(why: &str) -> Result<String, DeedError> {
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    if why.is_empty() {
        return Err(DeedError::impossible(
            "Напишите, почему запись больше не нужна: это останется в её истории.",
        ));
    }
    let length = why.chars().count();
    if length > WHY_MAX {
        return Err(DeedError::Impossible(format!(
            "Причина слишком длинная: {length} знаков, а помещается {WHY_MAX}."
        )));
    }
    Ok(why)
}

fn waits_no_more() -> DeedError {
    DeedError::Changed(
        "Эта запись больше не ждёт: её уже повторили, отложили или она прошла сама.".to_owned(),
    )
}
