//! «Клиент с таким ИНН уже создан»: the module stands in the way of a second company with an ИНН, however it is saved.
//!
//! It looks only at an ИНН that is new or changed, so a card that is saved again passes, and so does a merge, which
//! copies and re-hangs requisites past it. Requisites of the same company are branches of one client. Own companies of
//! the portal are no clients.

use super::super::call::{Caller, Refusal};
use super::super::php::{Array, Php};
use super::super::state::State;
use super::super::table::Row;
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
    let typed = fields.get("RQ_INN").and_then(Php::as_text).unwrap_or_default();
    let Some(inn) = inn(&typed) else { return Ok(()) };
    let stored = state.requisites.get(id);
    if stored.and_then(|row| self::inn(cell(state, row, "RQ_INN"))).as_ref() == Some(&inn)
        || fields.get("ADDRESS_ONLY").is_some_and(Php::is_yes)
        || is_own_company(state, owner)
    {
        return Ok(());
    }
    let kpp = match (fields.get("RQ_KPP").and_then(Php::as_text), stored) {
        (Some(kpp), _) => plain(&kpp),
        (None, Some(row)) => plain(cell(state, row, "RQ_KPP")),
        (None, None) => String::new(),
    };
    let by_kpp = module.settings.branches && inn.len() == ORGANISATION;
    let is_repeated = saved_with(state, &inn, typed.trim()).any(|other| {
        let is_branch = by_kpp && are_branches(&kpp, &plain(cell(state, other, "RQ_KPP")));
        other.owner != owner
            && !is_branch
            && cell(state, other, "ADDRESS_ONLY") != "Y"
            && !is_own_company(state, other.owner)
    });
    if is_repeated { Err(Refusal::nameless(REFUSAL)) } else { Ok(()) }
}

/// Digits of the ИНН of an organisation; a person has two more, and no КПП.
const ORGANISATION: usize = 10;

/// The ИНН in what somebody typed. Another length is a number of another country or a stub, zeros alone are a stub.
fn inn(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let is_inn = matches!(digits.len(), ORGANISATION | 12) && digits.chars().any(|digit| digit != '0');
    is_inn.then_some(digits)
}

/// Requisites saved with the digits, or with the very spelling: the module asks the table for no other.
fn saved_with<'s>(state: &'s State, inn: &'s str, typed: &'s str) -> impl Iterator<Item = &'s Row> {
    let at = state.requisites.catalog.index_of("RQ_INN");
    let spellings = [Some(inn), Some(typed).filter(|typed| *typed != inn)];
    spellings
        .into_iter()
        .flatten()
        .filter_map(move |text| state.requisites.by_text(at?, text))
        .flatten()
        .filter_map(|id| state.requisites.get(*id))
}

/// Both name a КПП, and not the same.
fn are_branches(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && one != other
}

/// A КПП may have letters in the middle.
fn plain(kpp: &str) -> String {
    kpp.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

fn is_own_company(state: &State, company: i64) -> bool {
    let at = state.companies.catalog.index_of("IS_MY_COMPANY");
    let row = state.companies.get(company);
    at.zip(row).and_then(|(at, row)| row.cell(at)) == Some("Y")
}

fn cell<'s>(state: &'s State, row: &'s Row, name: &str) -> &'s str {
    state.requisites.catalog.index_of(name).and_then(|at| row.cell(at)).unwrap_or_default()
}
