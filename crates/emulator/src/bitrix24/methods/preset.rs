//! `crm.requisite.preset.*`. <https://apidocs.bitrix24.com/api-reference/crm/requisites/presets/index.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::php::{Array, Php, record};
use super::super::preset::Preset;
use super::super::state::{Select, State};

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
    let id =
        Params(params).get("preset").and_then(Php::as_array).map_or(0, |preset| Params(preset).int("ID"));
    Ok(Answer::of(find(state, id)?.field_list()))
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
