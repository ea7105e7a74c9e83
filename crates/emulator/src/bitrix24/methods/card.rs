//! What companies and deals have in common in the old methods: list, get, and deleting a company with all its own.

use super::super::call::{Answer, Outcome, Params};
use super::super::list::Query;
use super::super::php::{Array, Php};
use super::super::select::Select;
use super::super::state::State;
use super::super::table::Table;

/// A page of an old list as an answer.
pub(super) fn page(
    state: &State,
    table: &Table,
    params: Params<'_>,
    select: impl Fn(&Array) -> Select,
    hint: impl Fn(&Query) -> Option<Vec<i64>>,
) -> Outcome {
    let select = select(params.array("select")?.as_ref());
    let query = Query::old(params, &table.catalog, &state.zone)?;
    let hint = hint(&query);
    let page = query.page(table, hint);
    let rows: Array = page.rows.into_iter().map(|row| state.show_old(table, row, Some(&select))).collect();
    Ok(Answer { result: Php::Array(rows), total: Some(page.total), next: page.next })
}

/// Deletes a requisite with its addresses and bank details.
pub(super) fn delete_requisite(state: &mut State, id: i64) -> bool {
    for address in state.addresses.of_owner(id) {
        state.addresses.remove(address);
    }
    for detail in state.bank_details.of_owner(id) {
        state.bank_details.remove(detail);
    }
    state.requisites.remove(id).is_some()
}

/// «Deletes a company and all related objects»; deals stay and lose their company.
pub(super) fn delete_company(state: &mut State, id: i64) -> bool {
    if state.companies.remove(id).is_none() {
        return false;
    }
    for requisite in state.requisites.of_owner(id) {
        delete_requisite(state, requisite);
    }
    for deal in state.deals.of_owner(id) {
        if let Some(mut row) = state.deals.remove(deal) {
            row.owner = 0;
            state.deals.insert(row);
        }
    }
    true
}
