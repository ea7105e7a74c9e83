//! A living 1C: «Комплексная автоматизация 1.1» as far as counterparties go, with the dirt that ten years of
//! work leave behind, and an adapter that speaks `docs/onec-api.md` as a client of Parom.
//!
//! Reading order: [`OneC`] → `catalog` (what 1C keeps) → `real` and `generate` (where records come from) →
//! `wire` (the words of the contract) → `exchange` (the calls) → `answer` → `file`; the other way: `poll` →
//! `offered` → `take`.

mod answer;
mod catalog;
mod digits;
mod dirt;
mod exchange;
mod file;
mod generate;
mod offered;
mod poll;
mod random;
mod real;
mod take;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use domain::Clock;
use uuid::Uuid;

pub use answer::{Answer, Problem, Status};
pub use catalog::{
    Account, Bank, ContactKind, ContactPerson, DIRECTOR, Element, Folder, Item, LegalStatus, OGRN, OGRNIP,
};
pub use exchange::{CHUNK_MAX, Connection, Format, PushError, PushReport, Settings};
pub use file::FileFormat;
pub use generate::Generator;
pub use poll::{Crash, Exchanged, Habits};
pub use take::{COMPANY_ID, Took, What};
pub use wire::Dates;

/// An infobase. Generated counterparties are made anew whenever they are looked at, so that only those
/// which somebody edited take memory.
pub struct OneC {
    clock: Arc<dyn Clock>,
    items: Vec<Item>,
    generator: Generator,
    edited: BTreeMap<u64, Element>,
    banks: BTreeMap<String, Bank>,
    changed: BTreeSet<Uuid>,
    answers: BTreeMap<Uuid, Answer>,
    habits: Habits,
    crash: Option<Crash>,
    history: Vec<Took>,
    /// Elements and accounts that the exchange made, for codes and GUIDs.
    created: u64,
    accounts_made: usize,
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
            onec.items.push(Item::Element(Box::new(element)));
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
            generator: Generator::new(count, seed),
            edited: BTreeMap::new(),
            banks: banks.collect(),
            changed: BTreeSet::new(),
            answers: BTreeMap::new(),
            habits: Habits::default(),
            crash: None,
            history: Vec::new(),
            created: 0,
            accounts_made: 0,
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

    /// The counterparty with this GUID.
    pub fn find(&self, reference: Uuid) -> Option<Element> {
        if let Some(number) = self.generator.number_of(reference) {
            return Some(self.edited.get(&number).cloned().unwrap_or_else(|| self.generator.element(number)));
        }
        self.items.iter().find_map(|item| match item {
            Item::Element(element) if element.reference == reference => Some(Element::clone(element)),
            Item::Element(_) | Item::Folder(_) => None,
        })
    }

    /// Writes a new counterparty. Nothing is checked: the object module of КА 1.1 checks nothing either.
    pub fn add(&mut self, element: Element) -> Uuid {
        let reference = element.reference;
        self.items.push(Item::Element(Box::new(element)));
        self.edit(reference, |_| {});
        reference
    }

    /// Lets somebody change a counterparty; it goes with the next [`push_changed`](Self::push_changed).
    /// `false`: there is none with this GUID.
    pub fn edit(&mut self, reference: Uuid, change: impl FnOnce(&mut Element)) -> bool {
        let now = self.clock.now();
        let Some(element) = self.element_mut(reference) else { return false };
        change(element);
        // Nobody changes «Ссылка».
        element.reference = reference;
        element.changed_at = Some(now);
        self.changed.insert(reference);
        true
    }

    /// What Parom answered last for each counterparty.
    pub fn answers(&self) -> &BTreeMap<Uuid, Answer> {
        &self.answers
    }

    fn element_mut(&mut self, reference: Uuid) -> Option<&mut Element> {
        if let Some(number) = self.generator.number_of(reference) {
            return Some(self.edited.entry(number).or_insert_with(|| self.generator.element(number)));
        }
        self.items.iter_mut().find_map(|item| match item {
            Item::Element(element) if element.reference == reference => Some(element.as_mut()),
            Item::Element(_) | Item::Folder(_) => None,
        })
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
