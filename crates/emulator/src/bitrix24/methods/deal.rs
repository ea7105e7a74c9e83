//! `crm.deal.*`, pipelines and directories, as far as gates need them.
//! <https://apidocs.bitrix24.com/api-reference/crm/deals/index.html>

use super::super::DEAL;
use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::catalog::Naming;
use super::super::happened::{Event, Thing};
use super::super::php::{Array, Php, record};
use super::super::pipeline::{self, PIPELINES, STAGES};
use super::super::select::Select;
use super::super::state::{State, write_cells};
use super::super::table::Row;
use super::{card, need};

const COMPANY_TYPES: [(&str, &str); 4] =
    [("CUSTOMER", "Клиент"), ("SUPPLIER", "Поставщик"), ("PARTNER", "Партнёр"), ("OTHER", "Другое")];

pub(super) fn add(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let params = Params(params);
    let fields = params.fields()?;
    params.array("params")?;
    need(caller.rights.add)?;
    let row = state.draft(&state.deals.catalog, 0, 0, fields, Naming::Old, caller)?;
    Ok(Answer::of(insert(state, row, caller)))
}

/// Puts a new deal into the table.
pub(super) fn insert(state: &mut State, mut row: Row, caller: &Caller) -> i64 {
    row.id = state.deals.take_id();
    row.modified = Some(row.created);
    row.modified_by = Some(caller.user);
    let defaults = [("ASSIGNED_BY_ID", caller.user.to_string()), ("TITLE", format!("Сделка #{}", row.id))];
    for (name, value) in defaults {
        if let Some(at) =
            state.deals.catalog.index_of(name).filter(|at| row.cell(*at).is_none_or(str::is_empty))
        {
            row.set_cell(at, Some(&value));
        }
    }
    pipeline::settle(&state.deals.catalog, &mut row);
    let id = row.id;
    let company = row.owner;
    state.deals.insert(row);
    state.wrote(Thing::Deal { id, company }, Event::Added);
    id
}

pub(super) fn update(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let params = Params(params);
    let id = params.id()?;
    let fields = params.fields()?;
    let mut row = state.deals.get(id).ok_or_else(not_found)?.clone();
    need(caller.rights.update)?;
    // The pipeline is changed by `crm.item.update` only.
    let category = state.deals.catalog.index_of("CATEGORY_ID");
    let pipeline = category.and_then(|at| row.cell(at)).map(str::to_owned);
    write_cells(&state.deals.catalog, &mut row, fields, Naming::Old, &state.zone)?;
    if let Some(at) = category {
        row.set_cell(at, pipeline.as_deref());
    }
    let files = State::given_files(&state.deals.catalog, fields, Naming::Old);
    state.write_files(&mut row, &files, Naming::Old, caller.user)?;
    pipeline::settle(&state.deals.catalog, &mut row);
    row.modified = Some(state.now());
    row.modified_by = Some(caller.user);
    let company = row.owner;
    state.deals.remove(id);
    state.deals.insert(row);
    state.wrote(Thing::Deal { id, company }, Event::Changed);
    Ok(Answer::of(true))
}

pub(super) fn get(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    need(caller.rights.read)?;
    let row = state.deals.get(id).ok_or_else(not_found)?;
    Ok(Answer::of(state.show_old(&state.deals, row, None)))
}

pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    need(caller.rights.read)?;
    card::page(state, &state.deals, Params(params), Select::of_cards, |_| None)
}

pub(super) fn delete(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    need(caller.rights.delete)?;
    let company = state.deals.remove(id).ok_or_else(not_found)?.owner;
    state.wrote(Thing::Deal { id, company }, Event::Deleted);
    Ok(Answer::of(true))
}

pub(super) fn fields(state: &mut State, _: &Array, _: &Caller) -> Outcome {
    Ok(Answer::of(state.deals.catalog.describe(&[])))
}

/// <https://apidocs.bitrix24.com/api-reference/crm/universal/category/crm-category-list.html>
pub(super) fn categories(_: &mut State, params: &Array, _: &Caller) -> Outcome {
    if params.get("entityTypeId").map_or(0, Php::as_int) != DEAL {
        return Err(Refusal::coded(400, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported"));
    }
    let categories: Array = PIPELINES.iter().map(pipeline::Pipeline::to_php).collect();
    let total = i64::try_from(categories.len()).ok();
    Ok(Answer { result: record! { "categories" => categories }.into(), total, next: None })
}

/// <https://apidocs.bitrix24.com/api-reference/crm/status/crm-status-list.html>
pub(super) fn statuses(_: &mut State, params: &Array, _: &Caller) -> Outcome {
    let wanted = Params(params).array("filter")?;
    let mut rows = Vec::new();
    for pipeline in &PIPELINES {
        for (sort, stage) in (1_i64..).zip(&STAGES) {
            let (directory, id) = (pipeline.directory(), pipeline.status(stage));
            rows.push(status(&directory, &id, stage.name, sort * 10, Some(stage.semantics)));
        }
    }
    for (sort, (id, name)) in (1_i64..).zip(COMPANY_TYPES) {
        rows.push(status("COMPANY_TYPE", id, name, sort * 10, None));
    }
    for (at, row) in (101_i64..).zip(&mut rows) {
        row.set("ID", at.to_string());
    }
    rows.retain(|row| {
        wanted.iter().all(|(key, value)| row.get(&key.to_string()).is_none_or(|have| have == value))
    });
    let total = i64::try_from(rows.len()).ok();
    Ok(Answer { result: rows.into_iter().collect::<Array>().into(), total, next: None })
}

fn status(directory: &str, id: &str, name: &str, sort: i64, meaning: Option<&str>) -> Array {
    let semantics = match meaning {
        Some(final_one @ ("S" | "F")) => Php::from(final_one),
        _ => Php::Null,
    };
    let mut row = record! {
        "ID" => "", "ENTITY_ID" => directory, "STATUS_ID" => id, "NAME" => name, "NAME_INIT" => name,
        "SORT" => sort.to_string(), "SYSTEM" => "Y", "CATEGORY_ID" => Php::Null, "COLOR" => "",
        "SEMANTICS" => semantics,
    };
    if let Some(meaning) = meaning {
        let word = match meaning {
            "S" => "success",
            "F" => "failure",
            _ => "process",
        };
        row.set("EXTRA", record! { "SEMANTICS" => word, "COLOR" => "" });
    }
    row
}

fn not_found() -> Refusal {
    Refusal::nameless("Not found")
}
