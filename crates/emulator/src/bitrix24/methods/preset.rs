//! `crm.requisite.preset.*`. <https://apidocs.bitrix24.com/api-reference/crm/requisites/presets/index.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::php::{Array, Php, record};
use super::super::preset::Preset;
use super::super::select::Select;
use super::super::state::State;
use super::need;

/// Filters of this list that matter: equality, with or without `=` or `@`, of a text.
pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if !caller.rights.read {
        return Err(Refusal::zero("Access denied."));
    }
    let params = Params(params);
    let select = Select::of_requisites(params.array("select")?.as_ref());
    let filter = params.array("filter")?;
    let rows: Vec<Array> = state
        .presets
        .iter()
        .map(Preset::to_php)
        .filter(|row| {
            filter.iter().all(|(key, value)| {
                let key = key.to_string();
                let name = key.trim_start_matches(['=', '@', '!']);
                let Some(have) = row.get(name).and_then(Php::as_text) else { return true };
                let hit = match value {
                    Php::Array(list) => list.values().any(|one| one.as_text().as_ref() == Some(&have)),
                    one => one.as_text().as_ref() == Some(&have),
                };
                hit != key.starts_with('!')
            })
        })
        .collect();
    let total = i64::try_from(rows.len()).ok();
    let rows: Array = rows.iter().map(|row| select.cut(row)).collect();
    Ok(Answer { result: rows.into(), total, next: None })
}

pub(super) fn get(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    let id = Params(params).id()?;
    Ok(Answer::of(find(state, id)?.to_php()))
}

pub(super) fn field_list(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    Ok(Answer::of(find(state, preset_id(params))?.field_list()))
}

/// <https://apidocs.bitrix24.com/api-reference/crm/requisites/presets/fields/crm-requisite-preset-field-available-to-add.html>
pub(super) fn available_fields(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    let names = find(state, preset_id(params))?.available(&state.requisites.catalog);
    Ok(Answer::of(names.into_iter().collect::<Array>()))
}

/// <https://apidocs.bitrix24.com/api-reference/crm/requisites/presets/fields/crm-requisite-preset-field-add.html>
pub(super) fn add_field(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = preset_id(params);
    let fields = Params(params).fields()?;
    need(caller.rights.add)?;
    let text = |name: &str| fields.get(name).and_then(Php::as_text).unwrap_or_default();
    let (name, title) = (text("FIELD_NAME"), text("FIELD_TITLE"));
    let sort = fields.get("SORT").map_or(500, Php::as_int);
    if !find(state, id)?.available(&state.requisites.catalog).contains(&name) {
        return Err(Refusal::nameless(format!("The field '{name}' can not be added.")));
    }
    let preset = state.presets.iter_mut().find(|preset| preset.id == id);
    let added = preset.map_or(0, |preset| preset.add_field(&name, &title, sort));
    state.writes += 1;
    Ok(Answer::of(added))
}

fn preset_id(params: &Array) -> i64 {
    Params(params).get("preset").and_then(Php::as_array).map_or(0, |preset| Params(preset).int("ID"))
}

fn find(state: &State, id: i64) -> Result<&Preset, Refusal> {
    state
        .presets
        .iter()
        .find(|preset| preset.id == id)
        .ok_or_else(|| Refusal::nameless(format!("The Preset with ID '{id}' is not found")))
}

pub(super) fn countries(_: &mut State, _: &Array, _: &Caller) -> Outcome {
    let countries: Array = [(1_i64, "RU", "Россия"), (4, "BY", "Беларусь"), (6, "KZ", "Казахстан")]
        .iter()
        .map(|(id, code, title)| record! { "ID" => *id, "CODE" => *code, "TITLE" => *title })
        .collect();
    Ok(Answer::of(countries))
}
