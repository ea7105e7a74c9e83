//! `crm.requisite.bankdetail.*`. Nothing makes an account number unique.
//! <https://apidocs.bitrix24.com/api-reference/crm/requisites/bank-detail/index.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::catalog::Naming;
use super::super::happened::{Event, Thing};
use super::super::php::{Array, Php};
use super::super::select::Select;
use super::super::state::{State, write_cells};
use super::{card, need};

pub(super) fn add(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let fields = Params(params).fields()?;
    let owner = fields.get("ENTITY_ID").map_or(0, Php::as_int);
    if owner <= 0 || state.requisites.get(owner).is_none() {
        return Err(Refusal::nameless("ENTITY_ID is not defined or invalid."));
    }
    need(caller.rights.add)?;
    let mut row = state.draft(&state.bank_details.catalog, 0, owner, fields, Naming::Old, caller)?;
    let name = state.bank_details.catalog.index_of("NAME").and_then(|at| row.cell(at));
    if name.is_none_or(|name| name.trim().is_empty()) {
        // NAME is starred on the page, the text of its refusal is not there.
        return Err(Refusal::nameless("NAME is not defined or invalid."));
    }
    row.id = state.bank_details.take_id();
    let id = row.id;
    state.bank_details.insert(row);
    let company = state.company_of(owner);
    state.wrote(Thing::BankDetail { id, company }, Event::Added);
    Ok(Answer::of(id))
}

pub(super) fn update(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let params = Params(params);
    let id = params.id()?;
    let fields = params.fields()?;
    let mut row = state.bank_details.get(id).ok_or_else(|| not_found(id))?.clone();
    need(caller.rights.update)?;
    write_cells(&state.bank_details.catalog, &mut row, fields, Naming::Old, &state.zone)?;
    row.modified = Some(state.now());
    row.modified_by = Some(caller.user);
    let company = state.company_of(row.owner);
    state.bank_details.remove(id);
    state.bank_details.insert(row);
    state.wrote(Thing::BankDetail { id, company }, Event::Changed);
    Ok(Answer::of(true))
}

pub(super) fn get(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    need(caller.rights.read)?;
    let row = state.bank_details.get(id).ok_or_else(|| not_found(id))?;
    Ok(Answer::of(state.show_old(&state.bank_details, row, None)))
}

pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    need(caller.rights.read)?;
    card::page(state, &state.bank_details, Params(params), Select::of_requisites, |_| None)
}

pub(super) fn delete(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    need(caller.rights.delete)?;
    let row = state.bank_details.remove(id).ok_or_else(|| not_found(id))?;
    let company = state.company_of(row.owner);
    state.wrote(Thing::BankDetail { id, company }, Event::Deleted);
    Ok(Answer::of(true))
}

pub(super) fn fields(state: &mut State, _: &Array, _: &Caller) -> Outcome {
    Ok(Answer::of(state.bank_details.catalog.describe(&["ENTITY_ID", "NAME"])))
}

fn not_found(id: i64) -> Refusal {
    Refusal::nameless(format!("The RequisiteBankDetail with ID '{id}' is not found"))
}
