//! Notifications in the bells of employees.
//! <https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-system-add.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::php::Array;
use super::super::state::State;
use super::super::told::Notification;

pub(super) fn from_system(state: &mut State, params: &Array, _: &Caller) -> Outcome {
    notify(state, params, None)
}

pub(super) fn from_caller(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    notify(state, params, Some(caller.user))
}

/// `TYPE` says whose it is; the caller's by default.
pub(super) fn by_type(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let is_system = Params(params).text("TYPE").eq_ignore_ascii_case("system");
    notify(state, params, (!is_system).then_some(caller.user))
}

fn notify(state: &mut State, params: &Array, from: Option<i64>) -> Outcome {
    let params = Params(params);
    let user = params.int("USER_ID");
    if user <= 0 {
        return Err(Refusal::coded(400, "USER_ID_EMPTY", "User ID can't be empty"));
    }
    let text = params.text("MESSAGE").trim().to_owned();
    if text.is_empty() {
        return Err(Refusal::coded(400, "MESSAGE_EMPTY", "Message can't be empty"));
    }
    // «If the notification was not created, it may return `false`».
    if !state.users.iter().any(|one| one.id == user && one.active) {
        return Ok(Answer::of(false));
    }
    // Over a webhook the tags count only together with a CLIENT_ID.
    let has_client = !params.text("CLIENT_ID").is_empty();
    let tag = |name: &str| if has_client { params.text(name) } else { String::new() };
    let at = state.now();
    let (tag, sub_tag) = (tag("TAG"), tag("SUB_TAG"));
    Ok(Answer::of(state.told.notify(Notification { id: 0, user, from, text, tag, sub_tag, at })))
}
