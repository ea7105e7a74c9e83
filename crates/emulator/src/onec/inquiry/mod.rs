//! «Документ.Запрос»: what this 1C keeps of an inquiry, and what managers do with it.

mod calls;
mod offered;
mod take;

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use uuid::Uuid;

use super::OneC;

pub use calls::InquiriesExchanged;
pub use take::TookInquiry;

/// A document «Запрос».
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// «Ссылка».
    pub reference: Uuid,
    /// «Номер»: `ЗПР-000123`.
    pub number: String,
    /// «Дата».
    pub date: Timestamp,
    /// «Состояние».
    pub status: InquiryStatus,
    /// «ПометкаУдаления».
    pub deletion_mark: bool,
    /// «Контрагент»; `None`: it was not found, and the adapter wrote the document all the same.
    pub counterparty: Option<Uuid>,
    /// What the deal says, whole and as it came.
    pub asked: Asked,
    /// When somebody or the exchange changed it last.
    pub changed_at: Timestamp,
}

/// «Состояние» of an inquiry. The document is the customer's own, so that its words are, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InquiryStatus {
    /// «Новый».
    #[default]
    New,
    /// «В работе».
    InWork,
    /// «ТКП отправлено».
    QuotationSent,
    /// «Выполнен».
    Done,
    /// «Отменён».
    Cancelled,
    /// A state that the users have made up.
    Other(String),
}

impl InquiryStatus {
    /// The word that people see.
    pub fn as_str(&self) -> &str {
        match self {
            Self::New => "Новый",
            Self::InWork => "В работе",
            Self::QuotationSent => "ТКП отправлено",
            Self::Done => "Выполнен",
            Self::Cancelled => "Отменён",
            Self::Other(word) => word,
        }
    }
}

/// What a deal asks for. Texts, numbers and dates are kept as Parom wrote them; empty where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The deal in Bitrix24.
    pub deal_id: i64,
    /// Where a person opens the deal.
    pub deal_url: String,
    /// Its name.
    pub title: String,
    /// The name of the pipeline.
    pub pipeline: String,
    /// Its stage as people read it.
    pub stage: String,
    /// Its stage as the portal names it.
    pub stage_id: String,
    /// Won, lost, or gone.
    pub closed: bool,
    /// Whose inquiry it is.
    pub counterparty: AskedCounterparty,
    /// The sum, `120000.00`.
    pub amount: String,
    /// Its currency, `RUB`.
    pub currency: String,
    /// The name of the responsible employee.
    pub responsible: String,
    /// His e-mail.
    pub responsible_email: String,
    /// The comment.
    pub comment: String,
    /// `2026-11-20`.
    pub opened_on: String,
    /// `2026-12-20`.
    pub closes_on: String,
    /// The rows.
    pub products: Vec<AskedProduct>,
    /// Fields that this adapter does not know by name: what the customer maps beyond the contract.
    pub extras: BTreeMap<String, String>,
}

/// How a deal names its counterparty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedCounterparty {
    /// Its GUID, if Parom knows it.
    pub reference: Option<Uuid>,
    /// Its «Код».
    pub code: String,
    /// ИНН.
    pub inn: String,
    /// КПП.
    pub kpp: String,
    /// The company in Bitrix24.
    pub company_id: i64,
}

/// A row of a deal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedProduct {
    /// The name.
    pub name: String,
    /// «Артикул».
    pub article: String,
    /// How many.
    pub quantity: String,
    /// The unit of measure.
    pub unit: String,
    /// Of one unit.
    pub price: String,
    /// Off one unit.
    pub discount: String,
    /// In per cent; empty: without НДС.
    pub vat_rate: String,
    /// The price contains НДС.
    pub vat_included: bool,
    /// Of the row.
    pub amount: String,
}

/// All inquiries of the infobase.
#[derive(Debug, Default)]
pub(super) struct Inquiries {
    by_reference: BTreeMap<Uuid, Inquiry>,
    by_deal: BTreeMap<i64, Uuid>,
    /// Changed, and not yet shown to Parom.
    changed: BTreeSet<Uuid>,
    numbers_made: u64,
    history: Vec<TookInquiry>,
}

impl OneC {
    /// All inquiries, in the order of their GUIDs.
    pub fn inquiries(&self) -> impl Iterator<Item = &Inquiry> {
        self.inquiries.by_reference.values()
    }

    /// The inquiry with this GUID.
    pub fn inquiry(&self, reference: Uuid) -> Option<&Inquiry> {
        self.inquiries.by_reference.get(&reference)
    }

    /// The inquiry of this deal.
    pub fn inquiry_of_deal(&self, deal_id: i64) -> Option<&Inquiry> {
        self.inquiry(*self.inquiries.by_deal.get(&deal_id)?)
    }

    /// Everything that was ever taken from Parom for inquiries, in order.
    pub fn inquiry_history(&self) -> &[TookInquiry] {
        &self.inquiries.history
    }

    /// Inquiries that were changed and not yet shown to Parom, in the order of the GUIDs.
    pub fn changed_inquiries(&self) -> impl Iterator<Item = Uuid> {
        self.inquiries.changed.iter().copied()
    }

    /// A manager puts an inquiry into another state. `false`: there is none with this GUID.
    pub fn set_inquiry_status(&mut self, reference: Uuid, status: InquiryStatus) -> bool {
        self.edit_inquiry(reference, |inquiry| inquiry.status = status)
    }

    /// Somebody marks an inquiry for deletion, or takes the mark back. `false`: there is none with this GUID.
    pub fn mark_inquiry(&mut self, reference: Uuid, deletion_mark: bool) -> bool {
        self.edit_inquiry(reference, |inquiry| inquiry.deletion_mark = deletion_mark)
    }

    /// Somebody changes anything in the form of an inquiry; Parom is shown it with the next exchange. `false`: there
    /// is none with this GUID.
    pub fn edit_inquiry(&mut self, reference: Uuid, change: impl FnOnce(&mut Inquiry)) -> bool {
        let now = self.clock.now();
        let Some(inquiry) = self.inquiries.by_reference.get_mut(&reference) else { return false };
        change(inquiry);
        // Nobody changes «Ссылка», and the deal is what the exchange says.
        inquiry.reference = reference;
        inquiry.changed_at = now;
        self.inquiries.changed.insert(reference);
        true
    }
}
