//! Everything a portal remembers, and the rules by which a row is written and shown.

use std::sync::Arc;

use domain::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::application::OfflineQueue;
use super::call::{Caller, Refusal};
use super::catalog::{self, Catalog, Field, Kind, Naming, Source};
use super::email;
use super::files::Files;
use super::happened::{Event, Happened, Thing};
use super::list::moment;
use super::methods::ProductRow;
use super::module::Installed;
use super::multifield;
use super::php::{Array, Php};
use super::preset::Preset;
use super::select::Select;
use super::settings::{AddressUpdate, PortalSettings};
use super::table::{Row, Table, multi_item};
use super::told::Told;
use super::user::User;
use super::userfield::UserField;

/// The memory of a portal.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) zone: TimeZone,
    pub(crate) address_update: AddressUpdate,
    pub(crate) companies: Table,
    pub(crate) deals: Table,
    pub(crate) requisites: Table,
    pub(crate) bank_details: Table,
    /// Addresses have no id: their key (requisite, type) is packed as `requisite * 100 + type`.
    pub(crate) addresses: Table,
    pub(crate) presets: Vec<Preset>,
    pub(crate) users: Vec<User>,
    pub(crate) user_fields: Vec<UserField>,
    /// Product rows by deal.
    pub(crate) product_rows: std::collections::BTreeMap<i64, Vec<ProductRow>>,
    pub(crate) next_product_row: i64,
    /// The content of file fields.
    pub(crate) files: Files,
    /// What people were told.
    pub(crate) told: Told,
    /// What has happened since somebody last asked; notices are made of it.
    pub(crate) happened: Vec<Happened>,
    /// The box module, if there is one: its settings and its queue are in the portal's own database.
    pub(crate) module: Option<Installed>,
    /// What the local application subscribed to and has not taken yet.
    pub(crate) offline: OfflineQueue,
    pub(crate) next_user_field: i64,
    next_multi: i64,
    next_location: i64,
    /// Writes that changed something, for the counters.
    pub(crate) writes: u64,
}

impl State {
    pub(crate) fn new(settings: &PortalSettings) -> Self {
        let ids = settings.first_ids;
        Self {
            clock: Arc::clone(&settings.clock),
            zone: settings.time_zone.clone(),
            address_update: settings.address_update,
            companies: Table::new(catalog::company(), ids.company, &["ORIGIN_ID"]),
            deals: Table::new(catalog::deal(), ids.deal, &["ORIGIN_ID"]),
            requisites: Table::new(catalog::requisite(), ids.requisite, &["RQ_INN", "XML_ID"]),
            bank_details: Table::new(catalog::bank_detail(), ids.bank_detail, &[]),
            addresses: Table::new(catalog::address(), 0, &[]),
            presets: Preset::russian(ids.preset),
            users: User::staff(settings.user, settings.admin),
            user_fields: Vec::new(),
            product_rows: std::collections::BTreeMap::new(),
            next_product_row: 90_101,
            files: Files::default(),
            told: Told::default(),
            happened: Vec::new(),
            module: None,
            offline: OfflineQueue::default(),
            next_user_field: ids.user_field,
            next_multi: ids.multifield,
            next_location: 479,
            writes: 0,
        }
    }

    /// The present moment, in whole seconds as the portal's database keeps it.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    pub(crate) fn take_multi_id(&mut self) -> i64 {
        self.next_multi += 1;
        self.next_multi - 1
    }

    pub(crate) fn take_location_id(&mut self) -> i64 {
        self.next_location += 1;
        self.next_location - 1
    }

    /// Counts a write and remembers what it did.
    pub(crate) fn wrote(&mut self, thing: Thing, event: Event) {
        self.writes += 1;
        self.tell(thing, event);
    }

    /// The company that a requisite belongs to; 0 for a requisite that is not there.
    pub(crate) fn company_of(&self, requisite: i64) -> i64 {
        self.requisites.get(requisite).map_or(0, |row| row.owner)
    }

    /// Remembers what else a write did.
    pub(crate) fn tell(&mut self, thing: Thing, event: Event) {
        self.happened.push(Happened { thing, event, at: self.now() });
    }

    /// The multi-fields a caller gave, applied to a copy of the row's. Refuses the whole write for a bad e-mail.
    pub(crate) fn write_multi(
        &mut self,
        row: &mut Row,
        fields: &Array,
        naming: Naming,
    ) -> Result<bool, Refusal> {
        let before = row.multi.clone();
        if naming == Naming::Old {
            for type_id in multifield::TYPES {
                if let Some(Php::Array(entries)) = fields.get(type_id) {
                    multifield::apply_old(&mut row.multi, type_id, entries, || self.take_multi_id());
                }
            }
        } else if let Some(Php::Array(entries)) = fields.get("fm") {
            multifield::apply_fm(&mut row.multi, entries, || self.take_multi_id());
        }
        let bad = row.multi.iter().any(|entry| {
            entry.type_id.as_ref() == "EMAIL" && !before.contains(entry) && !email::is_accepted(&entry.value)
        });
        if bad {
            row.multi = before;
            // One bad e-mail refuses the whole card.
            // <https://apidocs.bitrix24.com/api-reference/crm/companies/crm-company-add.html>
            return Err(match naming {
                Naming::Old => {
                    Refusal::coded(400, "ERROR_CORE", "The `E-mail` field contains an invalid address")
                }
                _ => Refusal::coded(
                    400,
                    "CRM_FIELD_ERROR_VALUE_NOT_VALID",
                    "Invalid value for field \"E-mail\"",
                ),
            });
        }
        Ok(row.multi != before)
    }
}

/// Writes what the catalog knows and lets write; everything else is ignored without a word, as every page of the
/// vendor says. Answers whether anything changed.
pub(crate) fn write_cells(
    catalog: &Catalog,
    row: &mut Row,
    fields: &Array,
    naming: Naming,
    zone: &TimeZone,
) -> Result<bool, Refusal> {
    let mut changed = false;
    for (key, value) in fields.iter() {
        let Some((at, field)) = catalog.find(&key.to_string(), naming) else { continue };
        if !field.writable || field.kind == Kind::Multi {
            continue;
        }
        if field.source == Source::Owner {
            let owner = value.as_int();
            changed |= row.owner != owner;
            row.owner = owner;
            continue;
        }
        // Files need the place where they are kept: `State::write_files`.
        if field.kind == Kind::File {
            continue;
        }
        if field.multiple {
            changed |= write_list(row, at, field, value, naming)?;
            continue;
        }
        match stored(field, value, zone) {
            Stored::Text(text) => {
                let same = row.cell(at).or(field.default) == Some(text.as_str());
                changed |= !same && row.set_cell(at, Some(&text));
            }
            Stored::Nothing => changed |= row.set_cell(at, None),
            Stored::Ignored => {}
        }
    }
    Ok(changed)
}

enum Stored {
    Text(String),
    Nothing,
    /// A wrong format is skipped without a word.
    Ignored,
}

fn stored(field: &Field, value: &Php, zone: &TimeZone) -> Stored {
    let Some(text) = value.as_text() else { return Stored::Ignored };
    if matches!(value, Php::Null) {
        return Stored::Nothing;
    }
    match field.kind {
        Kind::Int | Kind::User if text.trim().is_empty() => Stored::Nothing,
        Kind::Int | Kind::User => Stored::Text(value.as_int().to_string()),
        Kind::Flag => Stored::Text(if value.is_yes() { "Y" } else { "N" }.to_owned()),
        Kind::Number | Kind::Amount => match text.trim().parse::<f64>() {
            Ok(number) => Stored::Text(number.to_string()),
            Err(_) => Stored::Ignored,
        },
        Kind::Time if text.is_empty() => Stored::Nothing,
        Kind::Time => match moment(&text, zone) {
            Some(at) => Stored::Text(super::table::iso(at, zone)),
            None => Stored::Ignored,
        },
        Kind::Money => money(&text).map_or(Stored::Nothing, Stored::Text),
        _ => Stored::Text(text),
    }
}

/// `12.5|RUB`; a bare amount gets the portal's currency, no amount clears the field, the code is checked by nobody.
fn money(text: &str) -> Option<String> {
    let (amount, currency) = text.split_once('|').unwrap_or((text, "RUB"));
    let amount = amount.trim();
    amount.parse::<f64>().ok()?;
    Some(format!("{amount}|{currency}"))
}

fn write_list(row: &mut Row, at: u16, field: &Field, value: &Php, naming: Naming) -> Result<bool, Refusal> {
    if field.multiple && naming != Naming::Old && !value.is_blank() && value.as_array().is_none() {
        return Err(Refusal::hundred("Expected iterable value for multiple field, but got string instead"));
    }
    let before = row.other(at).cloned();
    let after = if value.is_blank() { None } else { Some(value.clone()) };
    let changed = before != after;
    row.set_other(at, after);
    Ok(changed)
}

impl State {
    /// A new row with everything the caller gave, not yet in its table.
    pub(crate) fn draft(
        &self,
        catalog: &Catalog,
        id: i64,
        owner: i64,
        fields: &Array,
        naming: Naming,
        caller: &Caller,
    ) -> Result<Row, Refusal> {
        let mut row = Row::new(id, owner, self.now(), caller.user);
        write_cells(catalog, &mut row, fields, naming, &self.zone)?;
        Ok(row)
    }

    /// A row in the old methods' way. `select` of `None` is everything with multi-fields, as `get` answers.
    pub(crate) fn show_old(&self, table: &Table, row: &Row, select: Option<&Select>) -> Array {
        let mut shown = Array::default();
        for (at, field) in table.catalog.iter() {
            if select.is_some_and(|select| !select.takes(field)) {
                continue;
            }
            let value = match field.kind {
                Kind::File => {
                    Some(self.show_files(super::DEAL, row, at, &field.name, field.multiple, Naming::Old))
                }
                _ => row.show(at, field, Naming::Old, &self.zone),
            };
            if let Some(value) = value {
                shown.set(&field.name, value);
            }
        }
        shown
    }

    /// A row in the way of `crm.item.*`. `select` of `None` is everything.
    pub(crate) fn show_item(
        &self,
        table: &Table,
        row: &Row,
        kind: i64,
        naming: Naming,
        select: Option<&[String]>,
    ) -> Array {
        let mut shown = Array::default();
        for (at, field) in table.catalog.iter().filter(|(_, field)| field.kind != Kind::Multi) {
            let name = field.shown_as(naming);
            if select.is_some_and(|names| name != "id" && !names.iter().any(|wanted| wanted == name)) {
                continue;
            }
            let value = match field.kind {
                Kind::File => Some(self.show_files(kind, row, at, name, field.multiple, naming)),
                _ => row.show(at, field, naming, &self.zone),
            };
            shown.set(name, value);
        }
        if select.is_none() {
            if kind == super::COMPANY {
                // `fm` cannot be selected by name, only `*` brings it.
                shown.set("fm", multi_item(row));
            }
            shown.set("entityTypeId", kind);
        }
        shown
    }
}
