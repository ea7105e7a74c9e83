//! A living 1C: «Комплексная автоматизация 1.1» as far as counterparties and the customer's «Запрос» go, with the dirt
//! that ten years of work leave behind, and an adapter that speaks `docs/onec-api.md` as a client of Parom.
//!
//! Reading order: [`OneC`] → `catalog` (what 1C keeps) → `real` and `generate` (where records come from) →
//! `wire` (the words of the contract) → `exchange` (the calls) → `answer` → `file`; the other way: `poll` →
//! `offered` → `take` → `write`, with `seek` for finding; `own` is what accountants do.
//!
//! Then `inquiry` (deals that became «Запрос»), `document` (ТКП, Договор, Счёт and their PDF), `payment`, and `open`,
//! which shows them to Parom.

mod answer;
mod catalog;
mod digits;
mod dirt;
mod document;
mod exchange;
mod file;
mod generate;
mod inquiry;
mod money;
mod offered;
mod open;
mod own;
mod payment;
mod poll;
mod random;
mod real;
mod receipt;
mod schedule;
mod seek;
mod take;
mod wire;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use domain::{Clock, Timestamp};
use uuid::Uuid;

pub use answer::{Answer, Problem, Status};
pub use catalog::{
    Account, Bank, ContactKind, ContactPerson, DIRECTOR, Element, Folder, Item, LegalStatus, OGRN, OGRNIP,
};
pub use document::{Buyer, Document, DocumentKind, Line, Printed};
pub use exchange::{CHUNK_MAX, Connection, Format, PushError, PushReport, Settings};
pub use file::FileFormat;
pub use generate::Generator;
pub use inquiry::{
    Asked, AskedCounterparty, AskedProduct, InquiriesExchanged, Inquiry, InquiryStatus, TookInquiry,
};
pub use money::Kopecks;
pub use open::Sending;
pub use payment::{Payment, PaymentsTold};
pub use poll::{Counters, Crash, Exchanged, Habits};
pub use receipt::ReceiptReport;
pub use take::{COMPANY_ID, Took, What};
pub use wire::Dates;

use document::Documents;
use inquiry::Inquiries;
use own::{Clerk, Meanwhile};
use payment::Payments;
use seek::Places;

/// An infobase. Generated counterparties are made anew whenever they are looked at, so that only those
/// which somebody edited take memory.
pub struct OneC {
    clock: Arc<dyn Clock>,
    items: Vec<Item>,
    places: Places,
    generator: Generator,
    edited: BTreeMap<u64, Element>,
    banks: BTreeMap<String, Bank>,
    changed: BTreeSet<Uuid>,
    answers: BTreeMap<Uuid, Answer>,
    inquiries: Inquiries,
    documents: Documents,
    payments: Payments,
    habits: Habits,
    crash: Option<Crash>,
    crash_at_inquiries: Option<Crash>,
    crash_while_sending: Option<Sending>,
    history: Vec<Took>,
    counters: Counters,
    last_exchange: Option<Timestamp>,
    meanwhile: Option<Meanwhile>,
    clerk: Option<Clerk>,
    /// How many GUIDs and codes this 1C has given away.
    guids_made: u64,
    codes_made: u64,
}

impl OneC {
    /// An infobase with folders and banks and no counterparties. The clock tells when something was changed
    /// and lets the adapter wait.
    pub fn empty(clock: Arc<dyn Clock>) -> Self {
        Self::generated(0, 0, clock)
    }

    /// Real legal entities from public registers, and beside them one record of each sort that makes trouble:
    /// a branch with the ИНН of its head, an entrepreneur, a foreigner, names full of no-break spaces, a wrong
    /// ИНН, no ИНН at all, a record marked for deletion.
    pub fn with_real_entities(clock: Arc<dyn Clock>) -> Self {
        let mut onec = Self::empty(clock);
        let [buyers, suppliers] = real::folders().map(|folder| folder.reference);
        let entities = real::entities(buyers);
        let neighbours = real::neighbours(suppliers, &entities[0]);
        for element in entities.into_iter().chain(neighbours) {
            onec.put(element);
        }
        onec
    }

    /// `count` different counterparties with right check digits, typed as people type. The same seed makes the
    /// same ones.
    pub fn generated(count: u64, seed: u64, clock: Arc<dyn Clock>) -> Self {
        let banks = real::banks().into_iter().map(|real| {
            (real.bik, Bank { name: real.bank_name, correspondent_account: real.correspondent_account })
        });
        Self {
            clock,
            items: real::folders().map(Item::Folder).into(),
            places: Places::default(),
            generator: Generator::new(count, seed),
            edited: BTreeMap::new(),
            banks: banks.collect(),
            changed: BTreeSet::new(),
            answers: BTreeMap::new(),
            inquiries: Inquiries::default(),
            documents: Documents::default(),
            payments: Payments::default(),
            habits: Habits::default(),
            crash: None,
            crash_at_inquiries: None,
            crash_while_sending: None,
            history: Vec::new(),
            counters: Counters::default(),
            last_exchange: None,
            meanwhile: None,
            clerk: None,
            guids_made: 0,
            codes_made: 0,
        }
    }

    /// Folders and elements that are kept in memory, as the form of the list shows them.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// All counterparties, one after the other, without the folders.
    pub fn elements(&self) -> impl Iterator<Item = Element> {
        self.elements_from(0)
    }

    /// The counterparties after the first `from`; those are not made.
    fn elements_from(&self, from: usize) -> impl Iterator<Item = Element> {
        let kept = || {
            self.items.iter().filter_map(|item| match item {
                Item::Folder(_) => None,
                Item::Element(element) => Some(element),
            })
        };
        let first = u64::try_from(from.saturating_sub(kept().count())).expect("usize fits u64");
        let generated = (first..self.generator.count()).map(|number| {
            self.edited.get(&number).cloned().unwrap_or_else(|| self.generator.element(number))
        });
        kept().skip(from).map(|element| Element::clone(element)).chain(generated)
    }

    /// What Parom answered last for each counterparty, inquiry, document and payment that was shown by itself.
    pub fn answers(&self) -> &BTreeMap<Uuid, Answer> {
        &self.answers
    }
}

impl fmt::Debug for OneC {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneC")
            .field("kept", &self.items.len())
            .field("generated", &self.generator.count())
            .field("changed", &self.changed.len())
            .finish()
    }
}
