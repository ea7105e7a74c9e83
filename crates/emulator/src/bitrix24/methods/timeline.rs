//! What people are told: notices and records in timelines.
//! <https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-system-add.html>,
//! <https://apidocs.bitrix24.com/api-reference/crm/timeline/index.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::php::{Array, Php, record};
use super::super::state::{Note, State};
use super::super::table::iso;
use super::super::{COMPANY, DEAL};

pub(super) fn notify(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    let params = Params(params);
    let to = params.int("USER_ID");
    if to <= 0 {
        return Err(Refusal::coded(400, "USER_ID_EMPTY", "User ID can't be empty"));
    }
    let text = params.text("MESSAGE");
    if text.is_empty() {
        return Err(Refusal::coded(400, "MESSAGE_EMPTY", "Message can't be empty"));
    }
    if !state.users.iter().any(|user| user.id == to) {
        return Ok(Answer::of(false));
    }
    // Over a webhook a TAG counts only together with a CLIENT_ID.
    let tag = if params.text("CLIENT_ID").is_empty() { String::new() } else { params.text("TAG") };
    Ok(Answer::of(state.note(Note { to, kind: "im.notify", text, tag })))
}

pub(super) fn comment(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    // Lower case only since crm 23.100.0.
    let fields = params.get("fields").and_then(Php::as_array).ok_or_else(missing)?;
    let owner = fields.get("ENTITY_ID").map_or(0, Php::as_int);
    let kind = fields.get("ENTITY_TYPE").and_then(Php::as_text).unwrap_or_default().to_ascii_lowercase();
    if owner <= 0 || kind.is_empty() {
        return Err(missing());
    }
    let kind = match kind.as_str() {
        "company" => COMPANY,
        "deal" => DEAL,
        _ => 0,
    };
    exists(state, kind, owner)?;
    let text = fields.get("COMMENT").and_then(Php::as_text).unwrap_or_default();
    if text.is_empty() {
        return Err(Refusal::coded(400, "INVALID_ARG_VALUE", "Empty comment message"));
    }
    Ok(Answer::of(state.note(Note { to: owner, kind: "comment", text, tag: String::new() })))
}

pub(super) fn log_message(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let fields = params.get("fields").and_then(Php::as_array).ok_or_else(missing)?;
    let text = |name: &str| fields.get(name).and_then(Php::as_text).filter(|text| !text.is_empty());
    let (Some(title), Some(message), Some(icon)) = (text("title"), text("text"), text("iconCode")) else {
        return Err(missing());
    };
    let owner = fields.get("entityId").map_or(0, Php::as_int);
    exists(state, fields.get("entityTypeId").map_or(0, Php::as_int), owner)?;
    let note =
        Note { to: owner, kind: "logmessage", text: format!("{title}\n{message}"), tag: String::new() };
    let id = state.note(note);
    Ok(Answer::of(record! {
        "logMessage" => record! {
            "id" => id,
            "created" => iso(state.now(), &state.zone),
            "authorId" => caller.user,
            "title" => title,
            "text" => message,
            "iconCode" => icon,
        }
    }))
}

fn exists(state: &State, kind: i64, id: i64) -> Result<(), Refusal> {
    let found = match kind {
        COMPANY => state.companies.get(id).is_some(),
        DEAL => state.deals.get(id).is_some(),
        _ => false,
    };
    if found { Ok(()) } else { Err(Refusal::coded(400, "OWNER_NOT_FOUND", "Owner not found")) }
}

fn missing() -> Refusal {
    Refusal::hundred("Required fields are not provided")
}
