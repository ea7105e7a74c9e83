//! `crm.address.*`: no id, no timestamps, the key is (type, requisite).
//! <https://apidocs.bitrix24.com/api-reference/crm/requisites/addresses/index.html>

use super::super::REQUISITE;
use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::catalog::{ADDRESS_PARTS, Naming};
use super::super::happened::{Event, Thing};
use super::super::list::Query;
use super::super::php::{Array, Php, record};
use super::super::select::Select;
use super::super::settings::AddressUpdate;
use super::super::state::{State, write_cells};
use super::super::table::Row;
use super::{card, need};

/// `crm.enum.addresstype`. <https://apidocs.bitrix24.com/api-reference/crm/auxiliary/enum/crm-enum-address-type.html>
const TYPES: [(i64, &str); 6] = [
    (11, "Адрес доставки"),
    (1, "Фактический адрес"),
    (6, "Юридический адрес"),
    (4, "Адрес регистрации"),
    (8, "Почтовый адрес"),
    (9, "Адрес бенефициара"),
];

/// The key of an address as the id of its row.
pub(crate) fn key(requisite: i64, kind: i64) -> i64 {
    requisite * 100 + kind
}

/// The key in `fields`, or the refusal that names its wrong part.
fn read_key(state: &State, fields: &Array) -> Result<(i64, i64), Refusal> {
    let int = |name: &str| fields.get(name).map_or(0, Php::as_int);
    let kind = int("TYPE_ID");
    if !TYPES.iter().any(|(id, _)| *id == kind) {
        return Err(Refusal::nameless("TYPE_ID is not defined or invalid."));
    }
    // Linking to a company itself works only on old portals in a legacy mode; this one is not.
    if int("ENTITY_TYPE_ID") != REQUISITE {
        return Err(Refusal::nameless("ENTITY_TYPE_ID is not defined or invalid."));
    }
    let requisite = int("ENTITY_ID");
    if requisite <= 0 || state.requisites.get(requisite).is_none() {
        return Err(Refusal::nameless("ENTITY_ID is not defined or invalid."));
    }
    Ok((requisite, kind))
}

pub(super) fn add(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let fields = Params(params).fields()?;
    let (requisite, kind) = read_key(state, fields)?;
    need(caller.rights.add)?;
    let id = key(requisite, kind);
    if state.addresses.get(id).is_some() {
        return Err(Refusal::nameless("TypeAddress exists."));
    }
    let mut row = state.draft(&state.addresses.catalog, id, requisite, fields, Naming::Old, caller)?;
    forget_empty(state, &mut row);
    let company = state.requisites.get(requisite).map_or(0, |requisite| requisite.owner).to_string();
    let location = state.take_location_id().to_string();
    for (name, value) in [("ANCHOR_ID", company), ("LOC_ADDR_ID", location)] {
        if let Some(at) = state.addresses.catalog.index_of(name) {
            row.set_cell(at, Some(&value));
        }
    }
    state.addresses.insert(row);
    tell(state, requisite, kind, Event::Added);
    Ok(Answer::of(true))
}

pub(super) fn update(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let fields = Params(params).fields()?;
    let (requisite, kind) = read_key(state, fields)?;
    let id = key(requisite, kind);
    let mut row = state.addresses.get(id).ok_or_else(not_found)?.clone();
    need(caller.rights.update)?;
    if state.address_update == AddressUpdate::ClearsOthers {
        for part in ADDRESS_PARTS {
            if let Some(at) = state.addresses.catalog.index_of(part) {
                row.set_cell(at, None);
            }
        }
    }
    write_cells(&state.addresses.catalog, &mut row, fields, Naming::Old, &state.zone)?;
    forget_empty(state, &mut row);
    state.addresses.remove(id);
    state.addresses.insert(row);
    tell(state, requisite, kind, Event::Changed);
    Ok(Answer::of(true))
}

fn tell(state: &mut State, requisite: i64, kind: i64, event: Event) {
    let company = state.company_of(requisite);
    state.wrote(Thing::Address { kind, requisite, company }, event);
}

/// An empty part is shown as `null`.
fn forget_empty(state: &State, row: &mut Row) {
    for part in ADDRESS_PARTS {
        if let Some(at) = state.addresses.catalog.index_of(part).filter(|at| row.cell(*at) == Some("")) {
            row.set_cell(at, None);
        }
    }
}

pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if !caller.rights.read {
        return Err(Refusal::zero("Access denied."));
    }
    let by_company = |query: &Query| -> Option<Vec<i64>> {
        let companies = query.ids_of("ANCHOR_ID", &state.addresses.catalog)?;
        let requisites = companies.into_iter().flat_map(|company| state.requisites.of_owner(company));
        Some(requisites.flat_map(|requisite| state.addresses.of_owner(requisite)).collect())
    };
    card::page(state, &state.addresses, Params(params), Select::of_requisites, by_company)
}

pub(super) fn delete(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let (requisite, kind) = read_key(state, Params(params).fields()?)?;
    need(caller.rights.delete)?;
    state.addresses.remove(key(requisite, kind)).ok_or_else(not_found)?;
    tell(state, requisite, kind, Event::Deleted);
    Ok(Answer::of(true))
}

pub(super) fn fields(state: &mut State, _: &Array, _: &Caller) -> Outcome {
    Ok(Answer::of(state.addresses.catalog.describe(&["TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID"])))
}

pub(super) fn types(_: &mut State, _: &Array, _: &Caller) -> Outcome {
    let types: Array = TYPES
        .iter()
        .map(|(id, name)| {
            record! { "ID" => *id, "NAME" => *name, "SYMBOL_CODE" => Php::Null, "SYMBOL_CODE_SHORT" => Php::Null }
        })
        .collect();
    Ok(Answer::of(types))
}

fn not_found() -> Refusal {
    Refusal::nameless("TypeAddress not found.")
}
