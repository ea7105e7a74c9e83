//! `crm.company.userfield.*`, `crm.deal.userfield.*`.
//! <https://apidocs.bitrix24.com/api-reference/crm/deals/user-defined-fields/crm-deal-userfield-add.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::catalog::{Field, Kind};
use super::super::php::{Array, Php};
use super::super::state::State;
use super::super::userfield::{Look, UserField};
use super::access_denied;

/// The whole name with its prefix.
const MAX_NAME: usize = 50;
const PREFIX: &str = "UF_CRM_";

pub(super) fn add_to_company(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    add(state, params, caller, "CRM_COMPANY")
}

pub(super) fn add_to_deal(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    add(state, params, caller, "CRM_DEAL")
}

pub(super) fn list_of_company(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    list(state, params, "CRM_COMPANY")
}

pub(super) fn list_of_deal(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    list(state, params, "CRM_DEAL")
}

pub(super) fn get_of_company(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    get(state, params, "CRM_COMPANY")
}

pub(super) fn get_of_deal(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    get(state, params, "CRM_DEAL")
}

pub(super) fn update_of_company(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    update(state, params, caller, "CRM_COMPANY")
}

pub(super) fn update_of_deal(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    update(state, params, caller, "CRM_DEAL")
}

/// The field goes with everything in it.
pub(super) fn delete_of_deal(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let id = Params(params).id()?;
    if !caller.admin {
        return Err(access_denied());
    }
    let place = state.user_fields.iter().position(|field| field.id == id && field.entity == "CRM_DEAL");
    let field = state.user_fields.remove(place.ok_or_else(|| not_found(id))?);
    state.deals.catalog.remove(&field.name);
    state.writes += 1;
    Ok(Answer::of(true))
}

fn get(state: &mut State, params: &Array, entity: &str) -> Outcome {
    let id = Params(params).id()?;
    let field = state.user_fields.iter().find(|field| field.id == id && field.entity == entity);
    Ok(Answer::of(field.ok_or_else(|| not_found(id))?.to_php(true)))
}

/// <https://apidocs.bitrix24.com/api-reference/crm/companies/userfields/crm-company-userfield-update.html>
fn update(state: &mut State, params: &Array, caller: &Caller, entity: &str) -> Outcome {
    let params = Params(params);
    let id = params.id()?;
    let fields = params.fields()?;
    if !caller.admin {
        return Err(access_denied());
    }
    let field = state.user_fields.iter_mut().find(|field| field.id == id).ok_or_else(|| not_found(id))?;
    if field.entity != entity {
        // «The user tries to change a user field not linked to companies».
        return Err(access_denied());
    }
    field.look.change(fields);
    state.writes += 1;
    Ok(Answer::of(true))
}

fn not_found(id: i64) -> Refusal {
    Refusal::coded(400, "ERROR_NOT_FOUND", format!("The entity with ID '{id}' is not found"))
}

fn add(state: &mut State, params: &Array, caller: &Caller, entity: &'static str) -> Outcome {
    let fields = Params(params).fields()?;
    if !caller.admin {
        return Err(access_denied());
    }
    let text = |name: &str| fields.get(name).and_then(Php::as_text).unwrap_or_default();
    let name = text("FIELD_NAME").to_ascii_uppercase();
    if name.is_empty() {
        return Err(Refusal::nameless("The 'FIELD_NAME' field is not found."));
    }
    let type_id = text("USER_TYPE_ID");
    if type_id.is_empty() {
        return Err(Refusal::nameless("The 'USER_TYPE_ID' field is not found."));
    }
    let name = if name.starts_with(PREFIX) { name } else { format!("{PREFIX}{name}") };
    if name.len() > MAX_NAME {
        return Err(core("Field name is too long (more than 50 characters)."));
    }
    if !name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_') {
        return Err(core("Field name contains invalid characters. Allowed characters are: A-Z, 0-9 and _."));
    }
    let kind = kind(&type_id).ok_or_else(|| core("Invalid custom type specified."))?;
    if state.user_fields.iter().any(|field| field.entity == entity && field.name == name) {
        return Err(core(&format!("Field {name} already exists.")));
    }
    let id = state.next_user_field;
    state.next_user_field += 1;
    let multiple = fields.get("MULTIPLE").is_some_and(Php::is_yes);
    let table = if entity == "CRM_DEAL" { &mut state.deals } else { &mut state.companies };
    table.catalog.add(Field::user(name.clone(), kind, multiple));
    let look = Look::new(&name, fields);
    state.user_fields.push(UserField { id, entity, name, type_id, multiple, look });
    state.writes += 1;
    Ok(Answer::of(id))
}

fn kind(type_id: &str) -> Option<Kind> {
    Some(match type_id {
        "string" | "url" | "address" | "enumeration" | "crm_status" | "crm" => Kind::Text,
        "integer" | "employee" => Kind::Int,
        "double" => Kind::Number,
        "boolean" => Kind::Flag,
        "datetime" | "date" => Kind::Time,
        "money" => Kind::Money,
        "file" => Kind::File,
        _ => return None,
    })
}

fn list(state: &mut State, params: &Array, entity: &str) -> Outcome {
    let filter = Params(params).array("filter")?;
    let with_labels = filter.get("LANG").is_some();
    let rows: Vec<Array> = state
        .user_fields
        .iter()
        .filter(|field| field.entity == entity)
        .map(|field| field.to_php(with_labels))
        .filter(|row| {
            filter.iter().all(|(key, value)| {
                row.get(&key.to_string()).is_none_or(|have| have.as_text() == value.as_text())
            })
        })
        .collect();
    let total = i64::try_from(rows.len()).ok();
    Ok(Answer { result: rows.into_iter().collect::<Array>().into(), total, next: None })
}

fn core(text: &str) -> Refusal {
    Refusal::coded(400, "ERROR_CORE", text.to_owned())
}
