//! `crm.company.*`. <https://apidocs.bitrix24.com/api-reference/crm/companies/index.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::catalog::Naming;
use super::super::happened::{Event, Thing};
use super::super::php::{Array, Php};
use super::super::select::Select;
use super::super::state::{State, write_cells};
use super::{card, need};

pub(super) fn add(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let params = Params(params);
    let fields = params.fields()?;
    params.array("params")?;
    need(caller.rights.add || caller.rights.import)?;
    let mut row = state.draft(&state.companies.catalog, 0, 0, fields, Naming::Old, caller)?;
    if blank(state, &row, "TITLE") {
        return Err(Refusal::nameless("Required field \"TITLE\" is missing."));
    }
    state.write_multi(&mut row, fields, Naming::Old)?;
    Ok(Answer::of(insert(state, row, caller)))
}

/// Puts a new company into the table: the caller answers for it unless another was named.
pub(super) fn insert(state: &mut State, mut row: super::super::table::Row, caller: &Caller) -> i64 {
    let assigned = state.companies.catalog.index_of("ASSIGNED_BY_ID");
    if let Some(at) = assigned.filter(|at| row.cell(*at).is_none_or(|user| user == "0")) {
        row.set_cell(at, Some(&caller.user.to_string()));
    }
    row.id = state.companies.take_id();
    row.modified = Some(row.created);
    row.modified_by = Some(caller.user);
    let id = row.id;
    state.companies.insert(row);
    state.wrote(Thing::Company(id), Event::Added);
    id
}

fn blank(state: &State, row: &super::super::table::Row, field: &str) -> bool {
    state
        .companies
        .catalog
        .index_of(field)
        .and_then(|at| row.cell(at))
        .is_none_or(|text| text.trim().is_empty())
}

pub(super) fn update(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let params = Params(params);
    let id = params.id()?;
    let fields = params.fields()?;
    params.array("params")?;
    let Some(row) = state.companies.get(id) else { return Err(not_found()) };
    need(caller.rights.update)?;
    let mut row = row.clone();
    write_cells(&state.companies.catalog, &mut row, fields, Naming::Old, &state.zone)?;
    if blank(state, &row, "TITLE") {
        return Err(Refusal::nameless("Required field \"TITLE\" is missing."));
    }
    state.write_multi(&mut row, fields, Naming::Old)?;
    row.modified = Some(state.now());
    row.modified_by = Some(caller.user);
    state.companies.remove(id);
    state.companies.insert(row);
    state.wrote(Thing::Company(id), Event::Changed);
    Ok(Answer::of(true))
}

pub(super) fn get(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    need(caller.rights.read)?;
    let row = state.companies.get(id).ok_or_else(|| Refusal::nameless("Not found"))?;
    Ok(Answer::of(state.show_old(&state.companies, row, None)))
}

pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    need(caller.rights.read)?;
    card::page(state, &state.companies, Params(params), Select::of_cards, |_| None)
}

pub(super) fn delete(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    need(caller.rights.delete)?;
    if !card::delete_company(state, id) {
        return Err(not_found());
    }
    // The company goes to the recycle bin with all its own, and only of it one hears.
    state.wrote(Thing::Company(id), Event::Deleted);
    Ok(Answer::of(true))
}

pub(super) fn fields(state: &mut State, _: &Array, _: &Caller) -> Outcome {
    Ok(Answer::of(Php::Array(state.companies.catalog.describe(&["TITLE"]))))
}

fn not_found() -> Refusal {
    Refusal::nameless("Company is not found")
}
