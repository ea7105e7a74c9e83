//! What people said of a counterparty: it stands above every rule, until it has come about or was overtaken.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::merge::{same, speaks};
use crate::{Counterparty, Field, Side};

/// Everything that people said of one link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Word {
    /// Values that people chose; at most one per field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rulings: Vec<Ruling>,
    /// Values that come back to a side because a choice was undone; at most one per field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restores: Vec<Restore>,
    /// The company that 1C's counterparty shall not be taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parted: Option<Parted>,
    /// The company that a person chose for it, be there others with the same ИНН.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen: Option<i64>,
}

/// A value that a person chose for one field. It stands until both sides show it; an edit of either side overtakes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// Which field.
    pub field: Field,
    /// What both sides shall show: speaks of this field alone.
    pub value: Counterparty,
    /// What either side showed, or was about to show, when the person chose. A side that shows one of these was not
    /// edited since.
    pub known: Vec<Counterparty>,
}

/// A value that comes back to the side that lost it. Until it is there, the side counts as showing it already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// Which field.
    pub field: Field,
    /// To whom.
    pub side: Side,
    /// What comes back: speaks of this field alone.
    pub value: Counterparty,
    /// What it takes the place of: a side that shows something else was edited since.
    pub over: Counterparty,
}

/// Two that a person has parted. Nothing travels between them, and nobody but a person joins them again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parted {
    /// The company.
    pub company_id: i64,
    /// Its requisite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requisite_id: Option<i64>,
    /// The key by which they were taken for the same one. With another key the counterparty is free again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Who parted them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Word {
    /// Whether nobody said anything.
    pub fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// What a person chose for the field.
    pub fn ruling(&self, field: Field) -> Option<&Ruling> {
        self.rulings.iter().find(|ruling| ruling.field == field)
    }

    /// A person chooses; what was said of the field before counts no longer.
    pub fn rule(&mut self, ruling: Ruling) {
        self.forget_field(ruling.field);
        self.rulings.push(ruling);
    }

    /// A value comes back; what was said of the field before counts no longer.
    pub fn restore(&mut self, restore: Restore) {
        self.forget_field(restore.field);
        self.restores.push(restore);
    }

    /// Nobody said anything of this field.
    pub fn forget_field(&mut self, field: Field) {
        self.rulings.retain(|ruling| ruling.field != field);
        self.restores.retain(|restore| restore.field != field);
    }

    /// Nobody said anything of any field: what it was about is not there any more.
    pub fn forget_fields(&mut self) {
        self.rulings.clear();
        self.restores.clear();
    }

    /// What a side shows, with the values that are on their way back to it.
    pub fn restored<'a>(&self, side: Side, shown: &'a Counterparty) -> Cow<'a, Counterparty> {
        let mut restored = Cow::Borrowed(shown);
        for restore in
            self.restores.iter().filter(|restore| restore.side == side && restore.is_pending(shown))
        {
            restored.to_mut().put(restore.field, &restore.value);
        }
        restored
    }
}

impl Ruling {
    /// Whether nobody has edited the field since. A side that does not speak of it has not.
    pub fn stands(&self, onec: &Counterparty, bitrix: &Counterparty) -> bool {
        let is_known = |shown: &Counterparty| {
            !speaks(shown, self.field)
                || same(self.field, shown, &self.value)
                || self.known.iter().any(|known| same(self.field, shown, known))
        };
        is_known(onec) && is_known(bitrix)
    }
}

impl Restore {
    /// Whether the side still shows what the value takes the place of.
    pub fn is_pending(&self, shown: &Counterparty) -> bool {
        !same(self.field, shown, &self.value) && same(self.field, shown, &self.over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn director(name: &str) -> Counterparty {
        Counterparty { director: Some(name.into()), ..Counterparty::default() }
    }

    fn ruling() -> Ruling {
        Ruling {
            field: Field::Director,
            value: director("Петров"),
            known: vec![director("Петров"), director("Сидоров"), director("Иванов")],
        }
    }

    #[test]
    fn a_choice_stands_while_either_side_shows_what_was_known_and_falls_with_an_edit() {
        let stands = |onec: &str, bitrix: &str| ruling().stands(&director(onec), &director(bitrix));

        assert!(stands("Петров", "Сидоров"));
        assert!(stands("ПЕТРОВ", "Петров"), "its own spelling is no edit");
        assert!(stands("Иванов", "Петров"), "what was under way arrives late");
        assert!(!stands("Петров", "Кузнецов"));
        assert!(!stands("", "Петров"), "cleared is edited");
        assert!(ruling().stands(&Counterparty::default(), &director("Сидоров")));
    }

    #[test]
    fn a_value_on_its_way_back_counts_as_shown_until_the_side_shows_something_else() {
        let mut word = Word::default();
        let (value, over) = (director("Сидоров"), director("Петров"));
        word.restore(Restore { field: Field::Director, side: Side::Bitrix, value, over });
        let restored = |side, name: &str| word.restored(side, &director(name)).into_owned();

        assert_eq!(restored(Side::Bitrix, "Петров"), director("Сидоров"));
        assert_eq!(restored(Side::OneC, "Петров"), director("Петров"));
        assert_eq!(restored(Side::Bitrix, "Кузнецов"), director("Кузнецов"), "an edit overtakes it");
    }

    #[test]
    fn a_second_choice_takes_the_place_of_the_first() {
        let mut word = Word::default();
        word.rule(ruling());
        word.rule(Ruling { value: director("Сидоров"), ..ruling() });

        assert_eq!(word.rulings.len(), 1);
        assert_eq!(word.ruling(Field::Director).map(|ruling| &ruling.value), Some(&director("Сидоров")));
        assert!(!word.is_silent());
    }
}
