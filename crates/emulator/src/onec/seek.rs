//! Finding counterparties by GUID and by ИНН, however many there are.

use std::collections::HashMap;

use uuid::Uuid;

use super::OneC;
use super::catalog::{Element, Item};

/// Where elements stand in the catalog.
#[derive(Default)]
pub(super) struct Places {
    /// Places in `items`.
    by_reference: HashMap<Uuid, usize>,
    /// Who has or had this ИНН; built when somebody first asks, because generated counterparties have to be made for
    /// it. Whoever reads this looks at the element itself.
    by_inn: Option<HashMap<String, Vec<Uuid>>>,
}

impl Places {
    pub(super) fn note_place(&mut self, reference: Uuid, place: usize) {
        self.by_reference.insert(reference, place);
    }

    /// The element has this ИНН now.
    pub(super) fn note_inn(&mut self, reference: Uuid, inn: &str) {
        let Some(by_inn) = &mut self.by_inn else { return };
        note(by_inn, reference, inn);
    }

    pub(super) fn place_of(&self, reference: Uuid) -> Option<usize> {
        self.by_reference.get(&reference).copied()
    }
}

fn note(by_inn: &mut HashMap<String, Vec<Uuid>>, reference: Uuid, inn: &str) {
    let inn = inn.trim();
    if inn.is_empty() {
        return;
    }
    let having = by_inn.entry(inn.to_owned()).or_default();
    if !having.contains(&reference) {
        having.push(reference);
    }
}

impl OneC {
    /// The counterparty with this GUID.
    pub fn find(&self, reference: Uuid) -> Option<Element> {
        if let Some(number) = self.generator.number_of(reference) {
            return Some(self.edited.get(&number).cloned().unwrap_or_else(|| self.generator.element(number)));
        }
        match self.items.get(self.places.place_of(reference)?) {
            Some(Item::Element(element)) => Some(Element::clone(element)),
            Some(Item::Folder(_)) | None => None,
        }
    }

    /// Elements with this ИНН that are neither folders nor marked for deletion. An empty ИНН is nobody's.
    pub fn with_inn(&mut self, inn: &str) -> Vec<Element> {
        if self.places.by_inn.is_none() {
            let mut by_inn = HashMap::new();
            for element in self.elements() {
                note(&mut by_inn, element.reference, &element.inn);
            }
            self.places.by_inn = Some(by_inn);
        }
        let inn = inn.trim();
        let having = self.places.by_inn.iter().filter_map(|by_inn| by_inn.get(inn)).flatten();
        having
            .filter_map(|reference| self.find(*reference))
            .filter(|element| !element.deletion_mark && element.inn.trim() == inn)
            .collect()
    }

    pub(super) fn element_mut(&mut self, reference: Uuid) -> Option<&mut Element> {
        if let Some(number) = self.generator.number_of(reference) {
            return Some(self.edited.entry(number).or_insert_with(|| self.generator.element(number)));
        }
        match self.items.get_mut(self.places.place_of(reference)?) {
            Some(Item::Element(element)) => Some(element.as_mut()),
            Some(Item::Folder(_)) | None => None,
        }
    }
}
