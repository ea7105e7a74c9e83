//! «Клиент с таким ИНН уже создан»: the module stands in the way of a second company with an ИНН, however it is saved.
//!
//! It looks only at an ИНН that is new or changed, so a card that is saved again passes, and so does a merge, which
//! copies and re-hangs requisites past it. Requisites of the same company are branches of one client.

use super::super::call::{Caller, Refusal};
use super::super::php::{Array, Php};
use super::super::state::State;
use super::Installed;

/// What the employee reads, and whoever calls over REST.
pub(crate) const REFUSAL: &str = "Клиент с таким ИНН уже создан";

/// Refuses the requisite of a company, new (`id` 0) or changed.
pub(crate) fn check(
    state: &State,
    id: i64,
    owner: i64,
    fields: &Array,
    caller: &Caller,
) -> Result<(), Refusal> {
    let module = Installed::running(state.module.as_ref());
    let Some(module) = module.filter(|module| module.settings.guard && !caller.unseen) else { return Ok(()) };
    let Some(inn) = fields.get("RQ_INN").and_then(Php::as_text).map(|inn| digits(&inn)) else {
        return Ok(());
    };
    if inn.is_empty() || inn == digits(&cell(state, id, "RQ_INN")) {
        return Ok(());
    }
    let kpp = match fields.get("RQ_KPP").and_then(Php::as_text) {
        Some(kpp) => digits(&kpp),
        None => digits(&cell(state, id, "RQ_KPP")),
    };
    let at = state.requisites.catalog.index_of("RQ_INN");
    let same_inn = at.and_then(|at| state.requisites.by_text(at, &inn)).unwrap_or_default();
    let repeated = same_inn.iter().any(|other| {
        let of_another = state.requisites.get(*other).is_some_and(|other| other.owner != owner);
        let is_branch =
            module.settings.branches && are_branches(&kpp, &digits(&cell(state, *other, "RQ_KPP")));
        of_another && !is_branch
    });
    if repeated { Err(Refusal::nameless(REFUSAL)) } else { Ok(()) }
}

/// Both name a КПП, and not the same.
fn are_branches(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && one != other
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn cell(state: &State, requisite: i64, name: &str) -> String {
    let at = state.requisites.catalog.index_of(name);
    let row = state.requisites.get(requisite);
    at.zip(row).and_then(|(at, row)| row.cell(at)).unwrap_or_default().to_owned()
}
