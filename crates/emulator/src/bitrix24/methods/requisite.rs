//! `crm.requisite.*`. Nothing here makes an ИНН unique or checks its digits: a portal does neither, but its box module may.
//! <https://apidocs.bitrix24.com/api-reference/crm/requisites/universal/index.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::catalog::Naming;
use super::super::happened::{Event, Thing};
use super::super::module::guard;
use super::super::php::{Array, Php};
use super::super::select::Select;
use super::super::state::{State, write_cells};
use super::super::{COMPANY, CONTACT};
use super::{access_denied, card, need};

pub(super) fn add(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let fields = Params(params).fields()?;
    let int = |name: &str| fields.get(name).map_or(0, Php::as_int);
    let owner_kind = int("ENTITY_TYPE_ID");
    if owner_kind != COMPANY && owner_kind != CONTACT {
        return Err(Refusal::nameless("ENTITY_TYPE_ID is not defined or invalid."));
    }
    let owner = int("ENTITY_ID");
    if owner <= 0 {
        return Err(Refusal::nameless("ENTITY_ID is not defined or invalid."));
    }
    // Whether such a preset exists is asked by nobody.
    if int("PRESET_ID") <= 0 {
        return Err(Refusal::nameless("PRESET_ID is not defined or invalid."));
    }
    // This portal keeps no contacts, so none is found.
    if owner_kind == CONTACT || state.companies.get(owner).is_none() {
        return Err(Refusal::nameless("Entity not found."));
    }
    need(caller.rights.add)?;
    guard::check(state, 0, owner, fields, caller)?;
    let mut row = state.draft(&state.requisites.catalog, 0, owner, fields, Naming::Old, caller)?;
    let name = state.requisites.catalog.index_of("NAME").and_then(|at| row.cell(at));
    if name.is_none_or(|name| name.trim().is_empty()) {
        // NAME is starred on the page, the text of its refusal is not there.
        return Err(Refusal::nameless("NAME is not defined or invalid."));
    }
    row.id = state.requisites.take_id();
    let id = row.id;
    state.requisites.insert(row);
    state.wrote(Thing::Requisite { id, company: owner }, Event::Added);
    Ok(Answer::of(id))
}

pub(super) fn update(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let params = Params(params);
    let id = params.id()?;
    let fields = params.fields()?;
    let mut row = state.requisites.get(id).ok_or_else(|| not_found(id))?.clone();
    need(caller.rights.update)?;
    if fields.get("PRESET_ID").is_some_and(|preset| preset.as_int() <= 0) {
        return Err(Refusal::nameless("PRESET_ID is not defined or invalid."));
    }
    guard::check(state, id, row.owner, fields, caller)?;
    write_cells(&state.requisites.catalog, &mut row, fields, Naming::Old, &state.zone)?;
    row.modified = Some(state.now());
    row.modified_by = Some(caller.user);
    let company = row.owner;
    state.requisites.remove(id);
    state.requisites.insert(row);
    state.wrote(Thing::Requisite { id, company }, Event::Changed);
    Ok(Answer::of(true))
}

pub(super) fn get(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    need(caller.rights.read)?;
    let row = state.requisites.get(id).ok_or_else(|| not_found(id))?;
    Ok(Answer::of(state.show_old(&state.requisites, row, None)))
}

pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if !caller.rights.read {
        return Err(Refusal::zero("Access denied."));
    }
    card::page(state, &state.requisites, Params(params), Select::of_requisites, |_| None)
}

pub(super) fn delete(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    if !caller.rights.delete {
        return Err(access_denied());
    }
    let company = state.company_of(id);
    for address in state.addresses.of_owner(id) {
        let kind = address % 100;
        state.tell(Thing::Address { kind, requisite: id, company }, Event::Deleted);
    }
    for detail in state.bank_details.of_owner(id) {
        state.tell(Thing::BankDetail { id: detail, company }, Event::Deleted);
    }
    if !card::delete_requisite(state, id) {
        return Err(not_found(id));
    }
    state.wrote(Thing::Requisite { id, company }, Event::Deleted);
    Ok(Answer::of(true))
}

pub(super) fn fields(state: &mut State, _: &Array, _: &Caller) -> Outcome {
    Ok(Answer::of(state.requisites.catalog.describe(&["ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "NAME"])))
}

fn not_found(id: i64) -> Refusal {
    Refusal::nameless(format!("The Requisite with ID '{id}' is not found"))
}
