//! What accountants do in 1C by themselves. All of it goes to Parom with the next exchange.

use uuid::Uuid;

use super::OneC;
use super::catalog::{Element, Item};
use super::random::Random;

/// The stream of GUIDs that this 1C gives to new elements.
const GUIDS: u64 = 24;

/// Work that is done in the middle of an exchange.
pub(super) type Meanwhile = Box<dyn FnOnce(&mut OneC) + Send + Sync>;

/// Work that is done on every new inquiry.
pub(super) type Clerk = Box<dyn FnMut(&mut OneC, Uuid) + Send + Sync>;

impl OneC {
    /// Writes a new counterparty. Nothing is checked: the object module of КА 1.1 checks nothing either.
    pub fn add(&mut self, element: Element) -> Uuid {
        let reference = element.reference;
        self.put(element);
        self.edit(reference, |_| {});
        reference
    }

    /// An accountant fills in the form of a new counterparty; 1C itself gives it its GUID and its «Код».
    pub fn create(&mut self, fill_in: impl FnOnce(&mut Element)) -> Uuid {
        let (reference, code) = (self.next_guid(), self.next_code());
        let mut element = Element { reference, code, ..Element::default() };
        fill_in(&mut element);
        element.reference = reference;
        self.add(element)
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
        let inn = element.inn.clone();
        self.places.note_inn(reference, &inn);
        self.changed.insert(reference);
        true
    }

    /// Somebody marks a counterparty for deletion. 1C deletes nothing at once, and Parom is shown the mark.
    /// `false`: there is none with this GUID.
    pub fn mark_for_deletion(&mut self, reference: Uuid) -> bool {
        self.edit(reference, |element| element.deletion_mark = true)
    }

    /// Somebody takes the mark back. `false`: there is none with this GUID.
    pub fn unmark(&mut self, reference: Uuid) -> bool {
        self.edit(reference, |element| element.deletion_mark = false)
    }

    /// Somebody works while the next exchange that brings something is under way: after its poll was answered, before
    /// anything of it is written. What is changed here was not yet shown to Parom.
    pub fn meanwhile(&mut self, work: impl FnOnce(&mut Self) + Send + Sync + 'static) {
        self.meanwhile = Some(Box::new(work));
    }

    /// What was changed and not yet shown to Parom, in the order of the GUIDs.
    pub fn changed(&self) -> impl Iterator<Item = Uuid> {
        self.changed.iter().copied()
    }

    /// Puts an element into the catalog without telling the exchange.
    pub(super) fn put(&mut self, element: Element) {
        self.places.note_place(element.reference, self.items.len());
        self.places.note_inn(element.reference, &element.inn);
        self.items.push(Item::Element(Box::new(element)));
    }

    pub(super) fn next_guid(&mut self) -> Uuid {
        self.guids_made += 1;
        Random::new(self.guids_made, GUIDS).guid()
    }

    /// The next free «Код», nine digits, behind those of the generated elements.
    pub(super) fn next_code(&mut self) -> String {
        loop {
            self.codes_made += 1;
            let code = format!("{:09}", 1_000_000 + self.generator.count() + self.codes_made);
            let taken = self.items.iter().any(|item| match item {
                Item::Folder(folder) => folder.code == code,
                Item::Element(element) => element.code == code,
            });
            if !taken {
                return code;
            }
        }
    }
}
