//! Subscriptions of an application and its queue of offline events.
//! <https://apidocs.bitrix24.com/api-reference/events/index.html>

use super::super::application::queue::{Filter, Order, Row};
use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::php::{Array, Php, record};
use super::super::state::State;
use super::super::table::iso;
use super::service::application_only;

/// A page of `event.offline.list`, and of `event.offline.get` where nothing else is asked for.
const PAGE: usize = 50;

/// Fields by which a parcel may be chosen.
const OF_GET: [&str; 4] = ["ID", "TIMESTAMP_X", "EVENT_NAME", "MESSAGE_ID"];
/// Fields by which the queue may be read.
const OF_LIST: [&str; 6] = ["ID", "TIMESTAMP_X", "EVENT_NAME", "MESSAGE_ID", "PROCESS_ID", "ERROR"];

/// Every event that an application may subscribe to here.
const EVENTS: [&str; 15] = [
    "ONCRMADDRESSREGISTER",
    "ONCRMADDRESSUNREGISTER",
    "ONCRMBANKDETAILADD",
    "ONCRMBANKDETAILDELETE",
    "ONCRMBANKDETAILUPDATE",
    "ONCRMCOMPANYADD",
    "ONCRMCOMPANYDELETE",
    "ONCRMCOMPANYUPDATE",
    "ONCRMDEALADD",
    "ONCRMDEALDELETE",
    "ONCRMDEALMOVETOCATEGORY",
    "ONCRMDEALUPDATE",
    "ONCRMREQUISITEADD",
    "ONCRMREQUISITEDELETE",
    "ONCRMREQUISITEUPDATE",
];

/// <https://apidocs.bitrix24.com/api-reference/events/events.html>
pub(super) fn events(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if caller.application.is_none() {
        return application_only(state, params, caller);
    }
    Ok(Answer::of(EVENTS.into_iter().collect::<Array>()))
}

/// <https://apidocs.bitrix24.com/api-reference/events/event-bind.html>
pub(super) fn bind(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if caller.application.is_none() {
        return application_only(state, params, caller);
    }
    let name = Params(params).text("event").to_ascii_uppercase();
    if !EVENTS.contains(&name.as_str()) {
        return Err(Refusal::coded(400, "ERROR_EVENT_NOT_FOUND", "Event not found"));
    }
    let is_offline = Params(params).text("event_type").eq_ignore_ascii_case("offline");
    if is_offline && !caller.admin {
        return Err(access_denied());
    }
    if !is_offline && Params(params).text("handler").is_empty() {
        return Err(Refusal::coded(400, "ERROR_ARGUMENT", "Argument 'HANDLER' is null or empty"));
    }
    if !state.offline.bound.insert((name, is_offline)) {
        let text = "Unable to set event handler: Handler already binded";
        return Err(Refusal::coded(400, "ERROR_CORE", text));
    }
    Ok(Answer::of(true))
}

/// <https://apidocs.bitrix24.com/api-reference/events/event-get.html>
pub(super) fn get(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if caller.application.is_none() {
        return application_only(state, params, caller);
    }
    let row = |(name, is_offline): &(String, bool)| -> Array {
        record! {
            "event" => name.as_str(), "handler" => "", "auth_type" => "0", "offline" => i64::from(*is_offline),
        }
    };
    Ok(Answer::of(state.offline.bound.iter().map(row).collect::<Array>()))
}

/// <https://apidocs.bitrix24.com/api-reference/events/event-unbind.html>
pub(super) fn unbind(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    if caller.application.is_none() {
        return application_only(state, params, caller);
    }
    let name = Params(params).text("event").to_ascii_uppercase();
    let is_offline = Params(params).text("event_type").eq_ignore_ascii_case("offline");
    let count = i64::from(state.offline.bound.remove(&(name, is_offline)));
    Ok(Answer::of(record! { "count" => count }))
}

/// <https://apidocs.bitrix24.com/api-reference/events/event-offline-get.html>
pub(super) fn reserve(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    for_administrators(caller)?;
    let params = Params(params);
    let filter = Filter::read(params.get("filter"), &OF_GET)?;
    let order = Order::read(params.get("order"), &OF_GET, "TIMESTAMP_X")?;
    let limit = match params.get("limit") {
        None => PAGE,
        Some(limit) => usize::try_from(limit.as_int())
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| Refusal::coded(400, "ERROR_ARGUMENT", "Value must be positive integer"))?,
    };
    let clears = params.get("clear").is_none_or(|clear| clear.as_int() != 0);
    if !clears && !state.offline.is_extended {
        let text = "This feature is not enabled for the current license: extended offline events handling";
        return Err(Refusal::coded(403, "WRONG_LICENSE", text));
    }
    let is_failed = params.int("error") == 1;
    let given = Some(params.text("process_id")).filter(|process| !process.is_empty());
    let process = given.clone().unwrap_or_else(|| state.offline.take_process());
    let of_process = given.clone().unwrap_or_default();
    let mut rows: Vec<&mut Row> = state
        .offline
        .rows
        .iter_mut()
        .filter(|row| row.process == of_process && row.is_failed == is_failed && filter.takes(row))
        .collect();
    order.sort(&mut rows);
    rows.truncate(limit);
    let zone = state.zone.clone();
    let mut events = Array::default();
    for row in rows {
        row.process.clone_from(&process);
        events.push(shown(row, &zone));
    }
    if clears {
        state.offline.rows.retain(|row| row.process != process);
    }
    let process = (!clears || given.is_some()).then_some(process);
    Ok(Answer::of(record! { "process_id" => Php::from(process), "events" => events }))
}

/// <https://apidocs.bitrix24.com/api-reference/events/event-offline-list.html>
pub(super) fn list(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    for_administrators(caller)?;
    let params = Params(params);
    let filter = Filter::read(params.get("filter"), &OF_LIST)?;
    let order = Order::read(params.get("order"), &OF_LIST, "ID")?;
    let start = usize::try_from(params.int("start")).unwrap_or(0);
    let mut rows: Vec<&mut Row> = state.offline.rows.iter_mut().filter(|row| filter.takes(row)).collect();
    order.sort(&mut rows);
    let total = rows.len();
    let mut page = Array::default();
    for row in rows.into_iter().skip(start).take(PAGE) {
        let row = shown(row, &state.zone)
            .with("PROCESS_ID", row.process.as_str())
            .with("ERROR", if row.is_failed { "1" } else { "0" });
        page.push(row);
    }
    let next = (start + PAGE < total).then(|| i64::try_from(start + PAGE).unwrap_or(i64::MAX));
    Ok(Answer { result: page.into(), total: i64::try_from(total).ok(), next })
}

/// <https://apidocs.bitrix24.com/api-reference/events/event-offline-clear.html>
pub(super) fn clear(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    for_administrators(caller)?;
    let process = process(Params(params))?;
    let chosen = Chosen::read(Params(params));
    state.offline.rows.retain(|row| row.process != process || !chosen.takes(row));
    Ok(Answer::of(true))
}

/// <https://apidocs.bitrix24.com/api-reference/events/event-offline-error.html>
pub(super) fn fail(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    for_administrators(caller)?;
    let process = process(Params(params))?;
    let chosen = Chosen::read(Params(params));
    for row in state.offline.rows.iter_mut().filter(|row| row.process == process && chosen.takes(row)) {
        row.is_failed = true;
    }
    Ok(Answer::of(true))
}

/// Which rows of a parcel: by their numbers, else by their keys, else all.
enum Chosen {
    Ids(Vec<i64>),
    Messages(Vec<String>),
    All,
}

impl Chosen {
    fn read(params: Params<'_>) -> Self {
        if let Some(ids) = params.get("id").and_then(Php::as_array) {
            return Self::Ids(ids.values().map(Php::as_int).collect());
        }
        match params.get("message_id").and_then(Php::as_array) {
            Some(messages) => Self::Messages(messages.values().filter_map(Php::as_text).collect()),
            None => Self::All,
        }
    }

    fn takes(&self, row: &Row) -> bool {
        match self {
            Self::Ids(ids) => ids.contains(&row.id),
            Self::Messages(messages) => messages.contains(&row.message),
            Self::All => true,
        }
    }
}

fn process(params: Params<'_>) -> Result<String, Refusal> {
    let process = params.text("process_id");
    if process.is_empty() {
        return Err(Refusal::coded(400, "ERROR_ARGUMENT", "Argument 'PROCESS_ID' is null or empty"));
    }
    Ok(process)
}

fn for_administrators(caller: &Caller) -> Result<(), Refusal> {
    if caller.application.is_none() || !caller.admin { Err(access_denied()) } else { Ok(()) }
}

fn access_denied() -> Refusal {
    Refusal::coded(403, "ACCESS_DENIED", "Access denied!")
}

fn shown(row: &Row, zone: &jiff::tz::TimeZone) -> Array {
    record! {
        "ID" => row.id.to_string(),
        "TIMESTAMP_X" => iso(row.at, zone),
        "EVENT_NAME" => row.name.as_str(),
        "EVENT_DATA" => row.data.clone(),
        "EVENT_ADDITIONAL" => record! { "user_id" => "0" },
        "MESSAGE_ID" => row.message.as_str(),
    }
}
