//! A person has something sent or shown again, although nothing seems to be lacking.

use domain::merge::speaks;
use domain::{Field, LinkId, Reason, Side};
use store::{Deed, DeedKind, InquiryState, NewLook};
use tracing::info;

use super::{By, DeedError, Done, known, reasons};
use crate::Engine;
use crate::plan::outlook;
use crate::planning::{HeldBack, Towards};

/// To whom a record is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// One side.
    One(Side),
    /// Both.
    Both,
}

impl To {
    fn includes(self, side: Side) -> bool {
        match self {
            Self::One(one) => one == side,
            Self::Both => true,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::One(side) => side.title(),
            Self::Both => "обе стороны",
        }
    }
}

/// What came of sending a deal again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealAgain {
    /// The line in the history.
    pub deed: domain::DeedId,
    /// Why it does not travel yet, if so.
    pub waits: Option<Reason>,
}

impl Engine {
    /// Sends a counterparty again. Bitrix24's card is read and written where it differs; 1C is given all fields by name.
    /// What waits for a person tries again.
    pub async fn send_again(&self, link: LinkId, to: To, by: &By) -> Result<Done, DeedError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut link = known(&mut write, link).await?;
        let (in_onec, in_portal) = (link.onec.is_some(), link.company_id.is_some() && link.bitrix.is_some());
        if to == To::One(Side::Bitrix) && !in_onec {
            return Err(DeedError::impossible(
                "1С этого контрагента ещё не показала: отправлять в Битрикс24 нечего.",
            ));
        }
        if to == To::One(Side::OneC) && !in_portal {
            return Err(DeedError::impossible("В Битрикс24 этого контрагента нет: отправлять в 1С нечего."));
        }
        let held = self.plan(&mut write, &mut link, Towards::Both, now).await?;
        if to.includes(Side::Bitrix) && in_onec && held.from_bitrix.is_none() {
            write.offer_again(&self.ids, link.id, Side::Bitrix, &Field::ALL, now).await?;
        }
        if to.includes(Side::OneC) && in_portal && held.from_onec.is_none() {
            let all = outlook(&link, &self.settings.rules).for_onec;
            let spoken: Vec<Field> = Field::ALL.into_iter().filter(|field| speaks(&all, *field)).collect();
            write.offer_again(&self.ids, link.id, Side::OneC, &spoken, now).await?;
        }
        let said = format!("отправлено снова: {}", to.title());
        let deed = self.deed_to(link.id, DeedKind::SentAgain, by, said, now);
        write.record_deed(&deed).await?;
        write.commit().await?;
        info!(link = %link.id, deed = %deed.id, "A person has a counterparty sent again");
        self.wake_both();
        let held = HeldBack {
            from_bitrix: held.from_bitrix.filter(|_| to.includes(Side::Bitrix)),
            from_onec: held.from_onec.filter(|_| to.includes(Side::OneC)),
        };
        Ok(Done { deed: deed.id, waits: reasons(held) })
    }

    /// Sends a deal to 1C again, be it that 1C has refused it or has confirmed the same.
    pub async fn send_deal_again(&self, deal: i64, by: &By) -> Result<DealAgain, DeedError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let Some(mut row) = write.inquiry(deal).await? else { return Err(absent_deal(deal)) };
        row.taken = None;
        row.state = InquiryState::Still;
        self.plan_inquiry(&mut write, &mut row, now).await?;
        let waits = match &row.state {
            InquiryState::Waits(reason) | InquiryState::Rejected(reason) => Some(reason.clone()),
            InquiryState::Due { .. } | InquiryState::Handed { .. } => None,
            InquiryState::Still | InquiryState::Dropped(_) => {
                return Err(DeedError::impossible(format!(
                    "Сделка № {deal} в 1С не передаётся: она проиграна, удалена или её воронка не выбрана в настройках."
                )));
            }
        };
        write.put_inquiry(&row).await?;
        let said = match &waits {
            None => "отправлено снова в 1С".to_owned(),
            Some(reason) => format!("отправится в 1С снова, а пока ждёт: {}", reason.code.title()),
        };
        let deed = self.deed_to_deal(deal, DeedKind::SentAgain, by, said);
        write.record_deed(&deed).await?;
        write.commit().await?;
        info!(deal, deed = %deed.id, "A person has a deal sent again");
        Ok(DealAgain { deed: deed.id, waits })
    }

    /// Shows a deal again what 1C told: its fields are read, and what is missing or wrong is written, files included.
    pub async fn show_deal_again(&self, deal: i64, by: &By) -> Result<DealAgain, DeedError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        if write.inquiry(deal).await?.is_none() && write.face(deal).await?.is_none() {
            return Err(absent_deal(deal));
        }
        write.want_face_checked(deal, now).await?;
        let look = NewLook { entity: store::Entity::Deal, entity_id: deal, owner_id: None };
        write.look_at(&[look], now).await?;
        let deed = self.deed_to_deal(
            deal,
            DeedKind::ShownAgain,
            by,
            "поля и файлы сделки проверяются заново".to_owned(),
        );
        write.record_deed(&deed).await?;
        write.commit().await?;
        info!(deal, deed = %deed.id, "A person has a deal shown again");
        self.wake_faces();
        self.wake_collect();
        Ok(DealAgain { deed: deed.id, waits: None })
    }

    pub(super) fn deed_to_deal(&self, deal: i64, kind: DeedKind, by: &By, said: String) -> Deed {
        Deed {
            id: self.ids.deed(),
            by: by.name().to_owned(),
            at: self.clock.now(),
            kind,
            link: None,
            deal: Some(deal),
            job: None,
            said,
            chosen: Vec::new(),
            undone: None,
        }
    }
}

fn absent_deal(deal: i64) -> DeedError {
    DeedError::Absent(format!("Сделка № {deal} Парому не известна."))
}
