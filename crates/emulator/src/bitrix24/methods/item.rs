//! `crm.item.*` for companies (4) and deals (2): exact camelCase names, numbers as numbers, coded errors.
//! <https://apidocs.bitrix24.com/api-reference/crm/universal/index.html>

use super::super::call::{Answer, Caller, Outcome, Refusal};
use super::super::catalog::Naming;
use super::super::happened::{Event, Thing};
use super::super::list::Query;
use super::super::php::{Array, Php, record};
use super::super::pipeline;
use super::super::state::{State, write_cells};
use super::super::table::{Row, Table};
use super::super::{COMPANY, DEAL};
use super::{card, company, deal};

/// Most rows of one `crm.item.batchImport`.
const MAX_IMPORT: usize = 20;

/// What every call of these methods begins with.
struct Target {
    kind: i64,
    naming: Naming,
}

impl Target {
    fn of(params: &Array) -> Result<Self, Refusal> {
        let kind = required(params, "entityTypeId")?.as_int();
        if kind != COMPANY && kind != DEAL {
            return Err(Refusal::coded(400, "NOT_FOUND", "Smart process not found"));
        }
        let original = params.get("useOriginalUfNames").is_some_and(Php::is_yes);
        Ok(Self { kind, naming: if original { Naming::ItemOriginalUf } else { Naming::Item } })
    }

    fn table<'a>(&self, state: &'a State) -> &'a Table {
        if self.kind == COMPANY { &state.companies } else { &state.deals }
    }

    fn table_mut<'a>(&self, state: &'a mut State) -> &'a mut Table {
        if self.kind == COMPANY { &mut state.companies } else { &mut state.deals }
    }

    fn show(&self, state: &State, row: &Row) -> Array {
        let item = state.show_item(self.table(state), row, self.kind, self.naming, None);
        record! { "item" => item }
    }

    fn thing(&self, row: &Row) -> Thing {
        if self.kind == COMPANY {
            Thing::Company(row.id)
        } else {
            Thing::Deal { id: row.id, company: row.owner }
        }
    }

    fn find<'a>(&self, state: &'a State, params: &Array) -> Result<&'a Row, Refusal> {
        let id = required(params, "id")?.as_int();
        self.table(state).get(id).ok_or_else(|| Refusal::coded(400, "NOT_FOUND", "Item not found"))
    }
}

fn required<'a>(params: &'a Array, name: &str) -> Result<&'a Php, Refusal> {
    params
        .get(name)
        .filter(|value| !value.is_blank())
        .ok_or_else(|| Refusal::hundred(format!("Could not find value for parameter {{{name}}}")))
}

fn fields_of(params: &Array) -> Result<&Array, Refusal> {
    params
        .get("fields")
        .ok_or_else(|| Refusal::hundred("Could not find value for parameter {fields}"))?
        .as_array()
        .ok_or_else(|| {
            Refusal::hundred(
                "Invalid value {string} to match with parameter {fields}. Should be value of type array.",
            )
        })
}

fn need(right: bool) -> Result<(), Refusal> {
    if right { Ok(()) } else { Err(Refusal::coded(400, "ACCESS_DENIED", "Access denied")) }
}

pub(super) fn add(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let target = Target::of(params)?;
    let fields = fields_of(params)?;
    need(caller.rights.add)?;
    let id = create(state, &target, fields, caller)?;
    let row = target.table(state).get(id).ok_or_else(gone)?;
    Ok(Answer::of(target.show(state, row)))
}

fn create(state: &mut State, target: &Target, fields: &Array, caller: &Caller) -> Result<i64, Refusal> {
    let mut row = state.draft(&target.table(state).catalog, 0, 0, fields, target.naming, caller)?;
    let files = State::given_files(&target.table(state).catalog, fields, target.naming);
    state.write_files(&mut row, &files, target.naming, caller.user)?;
    if target.kind == DEAL {
        return Ok(deal::insert(state, row, caller));
    }
    state.write_multi(&mut row, fields, target.naming)?;
    let title = state.companies.catalog.index_of("TITLE");
    let untitled = title.filter(|at| row.cell(*at).is_none_or(str::is_empty));
    let id = company::insert(state, row, caller);
    // «For example, for a company with id = 13 => 'Company #13'».
    if let (Some(at), Some(mut row)) = (untitled, untitled.and_then(|_| state.companies.remove(id))) {
        row.set_cell(at, Some(&format!("Компания #{id}")));
        state.companies.insert(row);
    }
    Ok(id)
}

pub(super) fn update(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let target = Target::of(params)?;
    let mut row = target.find(state, params)?.clone();
    let fields = fields_of(params)?;
    need(caller.rights.update)?;
    let mut changed =
        write_cells(&target.table(state).catalog, &mut row, fields, target.naming, &state.zone)?;
    let files = State::given_files(&target.table(state).catalog, fields, target.naming);
    changed |= state.write_files(&mut row, &files, target.naming, caller.user)?;
    if target.kind == COMPANY {
        changed |= state.write_multi(&mut row, fields, target.naming)?;
    } else {
        pipeline::settle(&state.deals.catalog, &mut row);
    }
    // «If no field changed, the save is not performed».
    if changed {
        row.modified = Some(state.now());
        row.modified_by = Some(caller.user);
        let table = target.table_mut(state);
        table.remove(row.id);
        table.insert(row.clone());
        state.wrote(target.thing(&row), Event::Changed);
    }
    Ok(Answer::of(target.show(state, &row)))
}

pub(super) fn get(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let target = Target::of(params)?;
    if !caller.rights.read {
        return Err(Refusal::coded(400, "ACCESS_DENIED", "You do not have permission to view this item"));
    }
    let row = target.find(state, params)?;
    Ok(Answer::of(target.show(state, row)))
}

pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let target = Target::of(params)?;
    need(caller.rights.read)?;
    let table = target.table(state);
    let query = Query::item(params, &table.catalog, target.naming, &state.zone)?;
    let select: Vec<String> = params
        .get("select")
        .and_then(Php::as_array)
        .map(|names| names.values().filter_map(Php::as_text).collect())
        .unwrap_or_default();
    let everything = select.is_empty() || select.iter().any(|name| name == "*");
    let select = (!everything).then_some(select.as_slice());
    let page = query.page(table, None);
    let items: Array = page
        .rows
        .into_iter()
        .map(|row| state.show_item(table, row, target.kind, target.naming, select))
        .collect();
    Ok(Answer { result: record! { "items" => items }.into(), total: Some(page.total), next: page.next })
}

pub(super) fn delete(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let target = Target::of(params)?;
    let row = target.find(state, params)?;
    let (id, thing) = (row.id, target.thing(row));
    need(caller.rights.delete)?;
    if target.kind == COMPANY {
        card::delete_company(state, id);
    } else {
        state.deals.remove(id);
    }
    state.wrote(thing, Event::Deleted);
    // An empty array is success.
    Ok(Answer::of(Array::default()))
}

pub(super) fn fields(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    let target = Target::of(params)?;
    // The page of this method does not name `useOriginalUfNames`.
    let fields = target.table(state).catalog.describe_items(Naming::Item);
    Ok(Answer::of(record! { "fields" => fields }))
}

/// <https://apidocs.bitrix24.com/api-reference/crm/universal/import/crm-item-import.html>
pub(super) fn import(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let target = Target::of(params)?;
    let fields = fields_of(params)?;
    need(caller.rights.import)?;
    let id = create(state, &target, fields, caller)?;
    Ok(Answer::of(record! { "item" => record! { "id" => id } }))
}

/// One row's error stops no other row.
/// <https://apidocs.bitrix24.com/api-reference/crm/universal/import/crm-item-batch-import.html>
pub(super) fn batch_import(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let target = Target::of(params)?;
    let data = required(params, "data")?
        .as_array()
        .ok_or_else(|| Refusal::hundred("Could not find value for parameter {data}"))?;
    if data.len() > MAX_IMPORT {
        return Err(Refusal::coded(
            400,
            "MAX_IMPORT_BATCH_SIZE_EXCEEDED",
            format!("Maximum number of items is {MAX_IMPORT}"),
        ));
    }
    need(caller.rights.import)?;
    let mut items = Array::default();
    for fields in data.values() {
        let nothing = Array::default();
        let made = create(state, &target, fields.as_array().unwrap_or(&nothing), caller);
        items.push(match made {
            Ok(id) => record! { "item" => record! { "id" => id } },
            Err(refusal) => refusal.to_php(),
        });
    }
    Ok(Answer::of(record! { "items" => items }))
}

fn gone() -> Refusal {
    Refusal::coded(400, "NOT_FOUND", "Item not found")
}
