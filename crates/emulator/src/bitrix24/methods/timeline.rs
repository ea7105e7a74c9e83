//! Records in the timelines of cards. <https://apidocs.bitrix24.com/api-reference/crm/timeline/index.html>

use super::super::call::{Answer, Caller, Outcome, Params, Refusal};
use super::super::list::PAGE;
use super::super::php::{Array, Php, record};
use super::super::state::State;
use super::super::table::iso;
use super::super::told::{TimelineOf, TimelineRecord};
use super::super::{COMPANY, DEAL};

pub(super) fn comment(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    // Lower case only since crm 23.100.0.
    let fields = params.get("fields").and_then(Php::as_array).ok_or_else(missing)?;
    let owner = fields.get("ENTITY_ID").map_or(0, Php::as_int);
    let kind = fields.get("ENTITY_TYPE").and_then(Php::as_text).unwrap_or_default();
    if owner <= 0 || kind.is_empty() {
        return Err(missing());
    }
    let on = card_of(state, kind_number(&kind), owner)?;
    let text = fields.get("COMMENT").and_then(Php::as_text).unwrap_or_default();
    if text.is_empty() {
        return Err(Refusal::coded(400, "INVALID_ARG_VALUE", "Empty comment message"));
    }
    let at = state.now();
    let record = TimelineRecord { id: 0, on, title: None, text, author: caller.user, at };
    Ok(Answer::of(state.told.record(record)))
}

/// «The filter works on two mandatory fields».
/// <https://apidocs.bitrix24.com/api-reference/crm/timeline/comments/crm-timeline-comment-list.html>
pub(super) fn comments(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let params = Params(params);
    let filter = params.array("filter")?;
    let owner = filter.get("ENTITY_ID").map_or(0, Php::as_int);
    let kind = filter.get("ENTITY_TYPE").and_then(Php::as_text).unwrap_or_default();
    if !caller.rights.read || owner <= 0 || kind.is_empty() {
        return Err(super::access_denied());
    }
    let on = timeline_of(kind_number(&kind), owner);
    let order = params.array("order")?;
    let is_backwards =
        order.iter().any(|(_, way)| way.as_text().is_some_and(|way| way.eq_ignore_ascii_case("desc")));
    let comments =
        state.told.timeline.iter().filter(|record| record.title.is_none() && Some(record.on) == on);
    let mut rows: Vec<Array> = comments.map(|record| shown(record, &kind, state)).collect();
    if is_backwards {
        rows.reverse();
    }
    let skip = usize::try_from(params.int("start")).unwrap_or(0);
    let total = rows.len();
    let page: Array = rows.into_iter().skip(skip).take(PAGE).collect();
    let after = skip + page.len();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let next = (after < total).then(|| number(after));
    Ok(Answer { result: page.into(), total: Some(number(total)), next })
}

fn shown(record: &TimelineRecord, kind: &str, state: &State) -> Array {
    let (TimelineOf::Company(owner) | TimelineOf::Deal(owner)) = record.on;
    record! {
        "ID" => record.id.to_string(),
        "ENTITY_ID" => owner.to_string(),
        "ENTITY_TYPE" => kind.to_ascii_lowercase(),
        "CREATED" => iso(record.at, &state.zone),
        "COMMENT" => record.text.as_str(),
        "AUTHOR_ID" => record.author.to_string(),
        "FILES" => Array::default(),
    }
}

/// <https://apidocs.bitrix24.com/api-reference/crm/timeline/logmessage/crm-timeline-logmessage-add.html>
pub(super) fn log_message(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let fields = params.get("fields").and_then(Php::as_array).ok_or_else(missing)?;
    let text = |name: &str| fields.get(name).and_then(Php::as_text).filter(|text| !text.is_empty());
    let (Some(title), Some(message), Some(icon)) = (text("title"), text("text"), text("iconCode")) else {
        return Err(missing());
    };
    let owner = fields.get("entityId").map_or(0, Php::as_int);
    let on = card_of(state, fields.get("entityTypeId").map_or(0, Php::as_int), owner)?;
    let at = state.now();
    let author = caller.user;
    let id = state.told.record(TimelineRecord {
        id: 0,
        on,
        title: Some(title.clone()),
        text: message.clone(),
        author,
        at,
    });
    Ok(Answer::of(record! {
        "logMessage" => record! {
            "id" => id,
            "created" => iso(at, &state.zone),
            "authorId" => author,
            "title" => title,
            "text" => message,
            "iconCode" => icon,
        }
    }))
}

/// <https://apidocs.bitrix24.com/api-reference/crm/timeline/logmessage/crm-timeline-logmessage-list.html>
pub(super) fn log_messages(state: &mut State, params: &Array, caller: &Caller) -> Outcome {
    let owner = params.get("entityId").map_or(0, Php::as_int);
    let kind = params.get("entityTypeId").map_or(0, Php::as_int);
    if !caller.rights.read || owner <= 0 || kind <= 0 {
        return Err(missing());
    }
    let on = timeline_of(kind, owner);
    let mut rows: Vec<Array> = state
        .told
        .timeline
        .iter()
        .filter(|record| Some(record.on) == on)
        .filter_map(|record| {
            Some(record! {
                "id" => record.id,
                "created" => iso(record.at, &state.zone),
                "authorId" => record.author,
                "title" => record.title.as_deref()?,
                "text" => record.text.as_str(),
                "iconCode" => "info",
            })
        })
        .collect();
    let order = Params(params).array("order")?;
    if order.iter().any(|(_, way)| way.as_text().is_some_and(|way| way.eq_ignore_ascii_case("desc"))) {
        rows.reverse();
    }
    let total = i64::try_from(rows.len()).ok();
    let page: Array = rows.into_iter().take(PAGE).collect();
    Ok(Answer { result: record! { "logMessages" => page }.into(), total, next: None })
}

fn kind_number(kind: &str) -> i64 {
    match kind.to_ascii_lowercase().as_str() {
        "company" => COMPANY,
        "deal" => DEAL,
        _ => 0,
    }
}

fn timeline_of(kind: i64, id: i64) -> Option<TimelineOf> {
    match kind {
        COMPANY => Some(TimelineOf::Company(id)),
        DEAL => Some(TimelineOf::Deal(id)),
        _ => None,
    }
}

/// The card, if it is there.
fn card_of(state: &State, kind: i64, id: i64) -> Result<TimelineOf, Refusal> {
    timeline_of(kind, id)
        .filter(|on| match on {
            TimelineOf::Company(id) => state.companies.get(*id).is_some(),
            TimelineOf::Deal(id) => state.deals.get(*id).is_some(),
        })
        .ok_or_else(|| Refusal::coded(400, "OWNER_NOT_FOUND", "Owner not found"))
}

fn missing() -> Refusal {
    Refusal::hundred("Required fields are not provided")
}
