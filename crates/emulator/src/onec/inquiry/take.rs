//! What 1C does with a polled inquiry: which document it means, whose it is, and what of it is written.

use domain::Timestamp;
use uuid::Uuid;

use super::offered::OfferedInquiry;
use super::{Asked, AskedCounterparty, Inquiry, InquiryStatus};
use crate::onec::OneC;
use crate::onec::offered::Action;
use crate::onec::take::{What, several_with_inn};

/// What 1C did with a delivery of an inquiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TookInquiry {
    /// The delivery's number.
    pub delivery: String,
    /// The deal in Bitrix24.
    pub deal_id: i64,
    /// The document; `None`: none was touched.
    pub reference: Option<Uuid>,
    /// Its «Номер».
    pub number: String,
    /// Its «Дата».
    pub date: Option<Timestamp>,
    /// What was done.
    pub what: What,
}

impl OneC {
    /// Does what Parom asks for, as one transaction of 1C would.
    pub(super) fn take_inquiry(&mut self, offered: &OfferedInquiry) -> TookInquiry {
        let (reference, what) = match self.write_inquiry(offered) {
            Ok((reference, what)) => (Some(reference), what),
            Err(why) => (None, What::Rejected(why)),
        };
        let inquiry = reference.and_then(|reference| self.inquiry(reference));
        TookInquiry {
            delivery: offered.delivery.clone(),
            deal_id: offered.asked.deal_id,
            reference,
            number: inquiry.map(|inquiry| inquiry.number.clone()).unwrap_or_default(),
            date: inquiry.map(|inquiry| inquiry.date),
            what,
        }
    }

    fn write_inquiry(&mut self, offered: &OfferedInquiry) -> Result<(Uuid, What), String> {
        if let Some(why) = self.habits.refuses_inquiries {
            return Err(why.to_owned());
        }
        let asked = &offered.asked;
        let spoken = match offered.action {
            Action::Create(reference) | Action::Update(reference) => reference,
        };
        // After a crash the document is there already, under the proposed GUID or under one of its own.
        let known = self.inquiry(spoken).or_else(|| self.inquiry_of_deal(asked.deal_id));
        let known = known.map(|inquiry| inquiry.reference);
        let counterparty = match self.counterparty_of(&asked.counterparty) {
            Ok(reference) => Some(reference),
            Err(_) if self.habits.accepts_unknown_counterparties => None,
            Err(why) => return Err(why),
        };
        match (known, offered.action) {
            (Some(reference), _) => Ok((reference, self.rewrite(reference, asked, counterparty))),
            (None, Action::Create(proposed)) => {
                Ok((self.create_inquiry(proposed, asked, counterparty), What::Created))
            }
            (None, Action::Update(reference)) => Err(format!("В 1С нет запроса с GUID {reference}")),
        }
    }

    fn create_inquiry(&mut self, proposed: Uuid, asked: &Asked, counterparty: Option<Uuid>) -> Uuid {
        let reference = if self.habits.own_guids { self.next_guid() } else { proposed };
        let now = self.clock.now();
        self.inquiries.numbers_made += 1;
        let inquiry = Inquiry {
            reference,
            number: format!("ЗПР-{:06}", self.inquiries.numbers_made),
            date: now,
            status: if asked.closed { status_of_closed(asked) } else { InquiryStatus::New },
            deletion_mark: false,
            counterparty,
            asked: asked.clone(),
            changed_at: now,
        };
        self.inquiries.by_deal.insert(asked.deal_id, reference);
        self.inquiries.by_reference.insert(reference, inquiry);
        // The receipt tells number and date, and says nothing of the state.
        self.inquiries.changed.insert(reference);
        reference
    }

    fn rewrite(&mut self, reference: Uuid, asked: &Asked, counterparty: Option<Uuid>) -> What {
        let now = self.clock.now();
        let inquiry = self.inquiries.by_reference.get_mut(&reference).expect("found before");
        let mut changed = differences(&inquiry.asked, asked);
        if inquiry.counterparty != counterparty && !changed.contains(&"counterparty") {
            changed.push("counterparty");
        }
        if changed.is_empty() {
            return What::Unchanged;
        }
        let status = match (inquiry.asked.closed, asked.closed) {
            (false, true) => Some(status_of_closed(asked)),
            (true, false) => Some(InquiryStatus::InWork),
            (true, true) | (false, false) => None,
        };
        let own_half = status.as_ref().is_some_and(|status| *status != inquiry.status);
        inquiry.status = status.unwrap_or_else(|| inquiry.status.clone());
        inquiry.asked.clone_from(asked);
        inquiry.counterparty = counterparty;
        inquiry.changed_at = now;
        self.inquiries.by_deal.insert(asked.deal_id, reference);
        if own_half || self.habits.registers_own_writes {
            self.inquiries.changed.insert(reference);
        }
        What::Updated(changed)
    }

    /// The counterparty that a deal names: by its GUID, else by the ИНН; the КПП decides between branches.
    fn counterparty_of(&mut self, asked: &AskedCounterparty) -> Result<Uuid, String> {
        if let Some(element) = asked.reference.and_then(|reference| self.find(reference)) {
            return Ok(element.reference);
        }
        let inn = asked.inn.trim();
        let mut having = self.with_inn(inn);
        if having.len() > 1 {
            having.retain(|element| element.kpp.trim() == asked.kpp.trim());
        }
        match having.as_slice() {
            [only] => Ok(only.reference),
            [] if !inn.is_empty() => {
                Err(format!("В 1С нет контрагента с ИНН {inn}. Создайте его и повторите обмен."))
            }
            [] => {
                Err("В 1С нет такого контрагента, а ИНН не передан. Создайте его и повторите обмен."
                    .to_owned())
            }
            several => Err(several_with_inn(inn, several)),
        }
    }
}

/// A deal that was won or not; the portal names the stages so in every pipeline.
fn status_of_closed(asked: &Asked) -> InquiryStatus {
    let stage = asked.stage_id.rsplit(':').next().unwrap_or_default();
    if stage == "WON" { InquiryStatus::Done } else { InquiryStatus::Cancelled }
}

/// The fields in which two states differ, as the contract names them.
fn differences(before: &Asked, after: &Asked) -> Vec<&'static str> {
    let same = [
        ("deal_id", before.deal_id == after.deal_id),
        ("deal_url", before.deal_url == after.deal_url),
        ("title", before.title == after.title),
        ("pipeline", before.pipeline == after.pipeline),
        ("stage", before.stage == after.stage),
        ("stage_id", before.stage_id == after.stage_id),
        ("closed", before.closed == after.closed),
        ("counterparty", before.counterparty == after.counterparty),
        ("amount", before.amount == after.amount),
        ("currency", before.currency == after.currency),
        (
            "responsible",
            before.responsible == after.responsible && before.responsible_email == after.responsible_email,
        ),
        ("comment", before.comment == after.comment),
        ("opened_on", before.opened_on == after.opened_on),
        ("closes_on", before.closes_on == after.closes_on),
        ("products", before.products == after.products),
        ("extras", before.extras == after.extras),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}
