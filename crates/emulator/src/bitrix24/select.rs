//! `select` of an old list.

use super::catalog::{Field, Kind, Source};
use super::php::{Array, Php};

/// Which fields a caller wants to see.
pub(crate) struct Select {
    names: Vec<String>,
    star: bool,
    user_fields: bool,
    /// `ID` comes along even when nobody asked for it.
    always_id: bool,
}

impl Select {
    /// Lists of companies and deals: nothing selected is `*` and `UF_*`, multi-fields only by name.
    pub(crate) fn of_cards(select: &Array) -> Self {
        Self { always_id: true, ..Self::of_requisites(select) }
    }

    /// Lists of requisites, bank details, addresses and presets: nothing selected is everything.
    pub(crate) fn of_requisites(select: &Array) -> Self {
        let names: Vec<String> = select.values().filter_map(Php::as_text).collect();
        let empty = names.is_empty();
        Self {
            star: empty || names.iter().any(|name| name == "*"),
            user_fields: empty || names.iter().any(|name| name == "UF_*"),
            names,
            always_id: false,
        }
    }

    pub(crate) fn takes(&self, field: &Field) -> bool {
        self.takes_name(&field.name)
            || (self.always_id && field.source == Source::Id)
            || match (field.kind, field.is_custom) {
                (Kind::Multi, _) => false,
                (_, true) => self.user_fields && !field.multiple,
                (_, false) => self.star,
            }
    }

    fn takes_name(&self, name: &str) -> bool {
        self.names.iter().any(|wanted| wanted == name)
    }

    pub(crate) fn cut(&self, row: &Array) -> Array {
        let mut cut = Array::default();
        for (key, value) in row.iter() {
            let key = key.to_string();
            if self.star || self.takes_name(&key) {
                cut.set(key, value.clone());
            }
        }
        cut
    }
}
