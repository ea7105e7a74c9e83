//! PHONE, EMAIL, WEB and IM: what an element with and without an id does.
//! <https://apidocs.bitrix24.com/api-reference/crm/contacts/crm-contact-update.html>,
//! <https://apidocs.bitrix24.com/tutorials/crm/how-to-edit-crm-objects/how-to-change-email-or-phone.html>

use super::php::{Array, Key, Php};
use super::table::Multi;

/// The kinds of multi-fields.
pub(crate) const TYPES: [&str; 4] = ["PHONE", "EMAIL", "WEB", "IM"];

/// What an element without `VALUE_TYPE` becomes.
const DEFAULT_TYPE: &str = "WORK";

/// `PHONE: [{ID?, VALUE, VALUE_TYPE, DELETE?}]` of the old methods. Entries that are not mentioned stay.
pub(crate) fn apply_old(
    multi: &mut Vec<Multi>,
    type_id: &str,
    entries: &Array,
    mut take_id: impl FnMut() -> i64,
) {
    for entry in entries.values().filter_map(Php::as_array) {
        let text = |key: &str| entry.get(key).and_then(Php::as_text).unwrap_or_default();
        let id = entry.get("ID").map_or(0, Php::as_int);
        let (value, value_type) = (text("VALUE"), text("VALUE_TYPE"));
        let known = multi.iter().position(|one| one.id == id && one.type_id.as_ref() == type_id);
        match known {
            Some(at) if value.is_empty() || text("DELETE") == "Y" => drop(multi.remove(at)),
            Some(at) => change(&mut multi[at], &value, &value_type),
            None if value.is_empty() || text("DELETE") == "Y" => {}
            None => multi.push(new(take_id(), type_id, &value, &value_type)),
        }
    }
}

/// `fm` of `crm.item.*`: an object whose key says what to do. A list adds and never replaces, so telephones double.
pub(crate) fn apply_fm(multi: &mut Vec<Multi>, entries: &Array, mut take_id: impl FnMut() -> i64) {
    let adds_only = entries.is_list();
    for (key, entry) in entries.iter() {
        let Some(entry) = entry.as_array() else { continue };
        let text = |key: &str| entry.get(key).and_then(Php::as_text).unwrap_or_default();
        let (value, value_type, type_id) = (text("value"), text("valueType"), text("typeId"));
        let id = match key {
            Key::Index(id) if !adds_only => Some(*id),
            _ => None,
        };
        match id.and_then(|id| multi.iter().position(|one| one.id == id)) {
            // Without `typeId` nothing is deleted, and nothing is said.
            Some(_) if value.is_empty() && type_id.is_empty() => {}
            Some(at) if value.is_empty() => drop(multi.remove(at)),
            Some(at) => change(&mut multi[at], &value, &value_type),
            None if value.is_empty() || type_id.is_empty() => {}
            // An id that nobody has adds a new entry.
            None => multi.push(new(take_id(), &type_id, &value, &value_type)),
        }
    }
}

fn change(entry: &mut Multi, value: &str, value_type: &str) {
    entry.value = value.into();
    if !value_type.is_empty() {
        entry.value_type = value_type.into();
    }
}

fn new(id: i64, type_id: &str, value: &str, value_type: &str) -> Multi {
    let value_type = if value_type.is_empty() { DEFAULT_TYPE } else { value_type };
    Multi { id, type_id: type_id.into(), value_type: value_type.into(), value: value.into() }
}
