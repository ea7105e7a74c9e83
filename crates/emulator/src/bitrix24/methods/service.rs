//! Methods about the portal itself. <https://apidocs.bitrix24.com/api-reference/common/system/index.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::module::Installed;
use super::super::php::{Array, Php, record};
use super::super::state::State;
use super::super::table::iso;
use super::super::user::User;
use super::{METHODS, MODULE_SCOPE, Method, find};

pub(super) fn server_time(state: &mut State, _: &Array, _: &Caller) -> Outcome {
    Ok(Answer::of(iso(state.now(), &state.zone)))
}

pub(super) fn scope(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let has_module = Installed::running(state.module.as_ref()).is_some();
    if Params(params).get("full").is_some_and(Php::is_yes) {
        let all = ["crm", "im", "user", "user_basic", "user_brief", "userfieldconfig", "disk", "task"];
        let of_module = has_module.then_some(MODULE_SCOPE);
        return Ok(Answer::of(all.into_iter().chain(of_module).collect::<Array>()));
    }
    let scopes: Array = caller
        .scopes
        .iter()
        .map(String::as_str)
        .filter(|scope| has_module || *scope != MODULE_SCOPE)
        .collect();
    Ok(Answer::of(scopes))
}

/// `batch` is not in the table of methods but exists.
pub(super) fn method(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    // Names are compared as they are: `crm.item.batchImport` does not exist, `crm.item.batchimport` does.
    let name = Params(params).text("name");
    let found = find(state, &name);
    Ok(Answer::of(record! {
        "isExisting" => found.is_some() || name == "batch",
        "isAvailable" => found.is_some_and(|method| method.is_open_to(caller)) || name == "batch",
    }))
}

pub(super) fn methods(state: &mut State, _: &Array, caller: &Caller) -> Outcome {
    let names: Array = METHODS
        .iter()
        .filter(|method| method.is_there(state) && method.is_open_to(caller))
        .map(|method: &Method| method.name)
        .chain(["batch"])
        .collect();
    Ok(Answer::of(names))
}

pub(super) fn feature(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let code = Params(params).text("CODE");
    if code.is_empty() {
        return Err(Refusal::coded(400, "CODE_EMPTY", "CODE can't be empty"));
    }
    // There are no connectors on this portal, and events are reserved by an application only.
    let has = code == "rest_offline_extended" && caller.application.is_some() && state.offline.is_extended;
    Ok(Answer::of(record! { "value" => if has { "Y" } else { "N" } }))
}

/// What a webhook is told that calls for an application.
/// <https://apidocs.bitrix24.com/api-reference/common/system/app-info.html>
pub(super) fn application_only(_: &mut State, _: &Array, _: &Caller) -> Outcome {
    Err(Refusal::coded(400, "ACCESS_DENIED", "Access denied! Application context required"))
}

/// <https://apidocs.bitrix24.com/api-reference/common/system/app-info.html>
pub(super) fn application(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let Some(client_id) = &caller.application else { return application_only(state, params, caller) };
    Ok(Answer::of(record! {
        "ID" => 17,
        "CODE" => client_id.as_str(),
        "VERSION" => 1,
        "STATUS" => "L",
        "INSTALLED" => true,
        "PAYMENT_EXPIRED" => "N",
        "DAYS" => Php::Null,
        "LANGUAGE_ID" => "ru",
        "LICENSE" => "ru_selfhosted",
    }))
}

pub(super) fn profile(state: &mut State, _: &Array, caller: &Caller) -> Outcome {
    Ok(Answer::of(
        state.users.iter().find(|user| user.id == caller.user).map(User::profile).unwrap_or_default(),
    ))
}

pub(super) fn current_user(state: &mut State, _: &Array, caller: &Caller) -> Outcome {
    Ok(Answer::of(
        state.users.iter().find(|user| user.id == caller.user).map(User::to_php).unwrap_or_default(),
    ))
}

/// <https://apidocs.bitrix24.com/api-reference/user/user-get.html>. A filter by ID, one or several, and
/// by ACTIVE.
pub(super) fn users(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    let params = Params(params);
    let filter = params.array("filter")?;
    let by_id = params.get("ID").or(filter.get_any_case("ID")).or(filter.get_any_case("@ID"));
    let wanted: Option<Vec<i64>> = by_id.map(|value| match value {
        Php::Array(list) => list.values().map(Php::as_int).collect(),
        one => vec![one.as_int()],
    });
    let active = params.get("ACTIVE").or(filter.get_any_case("ACTIVE")).map(Php::is_yes);
    let rows: Array = state
        .users
        .iter()
        .filter(|user| wanted.as_ref().is_none_or(|ids| ids.contains(&user.id)))
        .filter(|user| active.is_none_or(|active| user.active == active))
        .map(User::to_php)
        .collect();
    let total = i64::try_from(rows.len()).ok();
    Ok(Answer { result: rows.into(), total, next: None })
}
