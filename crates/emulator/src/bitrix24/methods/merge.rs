//! Merging duplicates: one company stays, takes over what the others have, and the others are deleted.
//! <https://apidocs.bitrix24.com/api-reference/crm/duplicates/crm-entity-merge-batch.html>

use super::super::COMPANY;
use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::catalog::{Catalog, Source};
use super::super::happened::{Event, Thing};
use super::super::php::{Array, Php, record};
use super::super::state::State;
use super::super::table::{Multi, Row};
use super::super::told::TimelineOf;
use super::address::key as address_key;
use super::card;

/// Differences in these never stand in the way: those of the company that stays are kept.
const NO_CONFLICT: [&str; 5] = ["ASSIGNED_BY_ID", "OPENED", "ORIGINATOR_ID", "ORIGIN_ID", "ORIGIN_VERSION"];

pub(super) fn batch(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let nothing = Array::default();
    let params = Params(params).get("params").and_then(Php::as_array).unwrap_or(&nothing);
    match params.get("entityTypeId").map_or(0, Php::as_int) {
        0 => return Err(Refusal::zero("The parameter entityTypeId is required.")),
        COMPANY => {}
        other => return Err(Refusal::zero(format!("Entity type {other} is not supported"))),
    }
    let ids: Vec<i64> = params
        .get("entityIds")
        .and_then(Php::as_array)
        .map(|ids| ids.values().map(Php::as_int).filter(|id| *id > 0).collect())
        .unwrap_or_default();
    let Some((main, others)) = ids.split_first() else {
        return Err(Refusal::zero("The parameter entityIds does not contains valid elements."));
    };
    if others.is_empty() {
        return Err(Refusal::zero("The parameter entityIds must contains at least two elements."));
    }
    if !(caller.rights.update && caller.rights.delete) {
        return Err(Refusal::coded(403, "ACCESS_DENIED", "Access denied"));
    }
    if others.iter().any(|other| conflict(state, *main, *other)) {
        return Ok(Answer::of(record! { "STATUS" => "CONFLICT", "ENTITY_IDS" => Array::default() }));
    }
    companies(state, *main, others, caller.user)?;
    let gone: Array = others.iter().copied().collect();
    Ok(Answer::of(record! { "STATUS" => "SUCCESS", "ENTITY_IDS" => gone }))
}

/// Whether both have a value in a field and not the same.
fn conflict(state: &State, main: i64, other: i64) -> bool {
    let (Some(main), Some(other)) = (state.companies.get(main), state.companies.get(other)) else {
        return false;
    };
    state.companies.catalog.iter().any(|(at, field)| {
        let differ = matches!((main.cell(at), other.cell(at)), (Some(a), Some(b)) if a != b);
        differ && field.source == Source::Cell && !NO_CONFLICT.contains(&field.name.as_ref())
    })
}

/// Merges whatever differs, as the page for people does: the company that stays is right.
pub(crate) fn companies(state: &mut State, main: i64, others: &[i64], user: i64) -> Result<(), Refusal> {
    let all_there = others.iter().chain([&main]).all(|id| state.companies.get(*id).is_some());
    if !all_there || others.contains(&main) {
        return Err(Refusal::zero("Owner was not found"));
    }
    for other in others {
        take_card(state, main, *other, user);
        take_requisites(state, main, *other, user);
        take_deals(state, main, *other);
        for record in &mut state.told.timeline {
            if record.on == TimelineOf::Company(*other) {
                record.on = TimelineOf::Company(main);
            }
        }
        card::delete_company(state, *other);
        state.wrote(Thing::Company(*other), Event::Deleted);
    }
    state.tell(Thing::Company(main), Event::Changed);
    Ok(())
}

fn take_card(state: &mut State, main: i64, other: i64, user: i64) {
    let Some(other) = state.companies.get(other).cloned() else { return };
    let Some(mut row) = state.companies.remove(main) else { return };
    fill(&state.companies.catalog, &mut row, &other);
    for entry in other.multi {
        let same = |mine: &Multi| mine.type_id == entry.type_id && mine.value == entry.value;
        if !row.multi.iter().any(same) {
            let id = state.take_multi_id();
            row.multi.push(Multi { id, ..entry });
        }
    }
    row.modified = Some(state.now());
    row.modified_by = Some(user);
    state.companies.insert(row);
}

/// Empty fields get the other's values. Answers whether there were any.
fn fill(catalog: &Catalog, row: &mut Row, from: &Row) -> bool {
    let mut filled = false;
    for (at, field) in catalog.iter().filter(|(_, field)| field.source == Source::Cell && field.writable) {
        if row.cell(at).or(field.default).is_none_or(str::is_empty)
            && let Some(text) = from.cell(at).filter(|text| !text.is_empty())
        {
            filled |= row.set_cell(at, Some(text));
        }
    }
    filled
}

/// A requisite that the company has already is merged into it, which is an update as any other. One that it does not
/// have is re-hung by a statement of SQL: no date moves, nobody is told.
fn take_requisites(state: &mut State, main: i64, other: i64, user: i64) {
    for theirs in state.requisites.of_owner(other) {
        let twin = state.requisites.of_owner(main).into_iter().find(|ours| same_entity(state, *ours, theirs));
        if let Some(ours) = twin {
            merge_requisite(state, ours, theirs, user);
            continue;
        }
        if let Some(mut row) = state.requisites.remove(theirs) {
            row.owner = main;
            state.requisites.insert(row);
        }
        for address in state.addresses.of_owner(theirs) {
            rehang_address(state, address, theirs, main);
        }
    }
}

fn merge_requisite(state: &mut State, ours: i64, theirs: i64, user: i64) {
    let Some(from) = state.requisites.get(theirs).cloned() else { return };
    let company = state.company_of(ours);
    if let Some(mut row) = state.requisites.remove(ours) {
        let filled = fill(&state.requisites.catalog, &mut row, &from);
        if filled {
            row.modified = Some(state.now());
            row.modified_by = Some(user);
        }
        state.requisites.insert(row);
        if filled {
            state.tell(Thing::Requisite { id: ours, company }, Event::Changed);
        }
    }
    let accounts: Vec<String> =
        state.bank_details.of_owner(ours).iter().map(|id| account(state, *id)).collect();
    for detail in state.bank_details.of_owner(theirs) {
        if !accounts.contains(&account(state, detail))
            && let Some(mut row) = state.bank_details.remove(detail)
        {
            row.owner = ours;
            state.bank_details.insert(row);
        }
    }
    for address in state.addresses.of_owner(theirs) {
        if state.addresses.get(address_key(ours, address % 100)).is_none() {
            rehang_address(state, address, ours, company);
        }
    }
}

fn rehang_address(state: &mut State, address: i64, requisite: i64, company: i64) {
    let anchor = state.addresses.catalog.index_of("ANCHOR_ID");
    let Some(mut row) = state.addresses.remove(address) else { return };
    row.id = address_key(requisite, address % 100);
    row.owner = requisite;
    if let Some(at) = anchor {
        row.set_cell(at, Some(&company.to_string()));
    }
    state.addresses.insert(row);
}

/// The same ИНН, and no two different КПП.
fn same_entity(state: &State, ours: i64, theirs: i64) -> bool {
    let text = |id: i64, name: &str| {
        let at = state.requisites.catalog.index_of(name)?;
        let text = state.requisites.get(id)?.cell(at)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let inn = text(ours, "RQ_INN");
    let kpps = (text(ours, "RQ_KPP"), text(theirs, "RQ_KPP"));
    inn.is_some() && inn == text(theirs, "RQ_INN") && !matches!(kpps, (Some(a), Some(b)) if a != b)
}

fn account(state: &State, detail: i64) -> String {
    let at = state.bank_details.catalog.index_of("RQ_ACC_NUM");
    let row = state.bank_details.get(detail);
    at.zip(row).and_then(|(at, row)| row.cell(at)).unwrap_or_default().to_owned()
}

/// Another statement of SQL: no date of a deal moves.
fn take_deals(state: &mut State, main: i64, other: i64) {
    for deal in state.deals.of_owner(other) {
        if let Some(mut row) = state.deals.remove(deal) {
            row.owner = main;
            state.deals.insert(row);
        }
    }
}
