//! What the box module posts: a part of its own queue, which it repeats until it is told that we have it.

use domain::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{BadNotice, Entity, Notice, name};
use crate::answer::as_u64;

/// A longer body is not read.
pub const REPORTED_BYTES_MAX: usize = 1 << 20;
/// More changes at once are refused as a whole: the module sends parts.
pub const REPORTED_CHANGES_MAX: usize = 1000;

/// One entry of the module's queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Its number in the queue, growing. The answer names the greatest one that we have and may forget.
    pub number: u64,
    /// What has happened.
    pub notice: Notice,
}

/// `{"changes":[{"id":1,"entity":"requisite","entity_id":45,"owner_id":123,"event":"update","at":"…"}]}`
#[derive(Deserialize)]
struct Body {
    changes: Vec<Value>,
}

impl Reported {
    /// Reads a body in the module's order. Check the [`Signature`](super::Signature) of the same bytes first.
    ///
    /// An entry of which even the number cannot be read makes the whole body unreadable, because nothing could be
    /// answered to it; an entry of something unknown is [`Entity::Other`].
    pub fn read(body: &[u8]) -> Result<Vec<Self>, BadNotice> {
        if body.len() > REPORTED_BYTES_MAX {
            return Err(BadNotice::TooLong(REPORTED_BYTES_MAX));
        }
        let body: Body = serde_json::from_slice(body).map_err(|_| BadNotice::NotJson)?;
        if body.changes.len() > REPORTED_CHANGES_MAX {
            return Err(BadNotice::TooMany);
        }
        body.changes.iter().map(|entry| Self::entry(entry).ok_or(BadNotice::NotJson)).collect()
    }

    fn entry(entry: &Value) -> Option<Self> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = |name: &str| {
            entry.get(name).and_then(as_u64).and_then(|id| i64::try_from(id).ok()).filter(|id| *id > 0)
        };
        let number = entry.get("id").and_then(as_u64)?;
        let (entity, event) = name::of_module(text("entity"), text("event"));
        // What names no number cannot be looked at.
        let entity = if id("entity_id").is_some() { entity } else { Entity::Other };
        let company = match entity {
            Entity::Company => id("entity_id"),
            Entity::Requisite | Entity::BankDetail | Entity::Address | Entity::Deal => id("owner_id"),
            Entity::Other => None,
        };
        let at = text("at").parse::<Timestamp>().ok();
        let notice = Notice { entity, event, id: id("entity_id").unwrap_or(0), company, at };
        Some(Self { number, notice })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Event;
    use super::*;

    fn read(body: &Value) -> Result<Vec<Reported>, BadNotice> {
        Reported::read(body.to_string().as_bytes())
    }

    #[test]
    fn the_queue_is_read_in_its_order_and_names_the_company_of_a_deleted_requisite() {
        let body = json!({ "changes": [
            { "id": 1, "entity": "requisite", "entity_id": 45, "owner_id": 123, "event": "delete", "at": "2026-11-23T12:00:00+03:00" },
            { "id": "2", "entity": "company", "entity_id": "7", "event": "add", "at": "" },
        ] });
        let at = "2026-11-23T09:00:00Z".parse().ok();
        let gone =
            Notice { entity: Entity::Requisite, event: Event::Deleted, id: 45, company: Some(123), at };
        let made = Notice { entity: Entity::Company, event: Event::Added, id: 7, company: Some(7), at: None };
        let expected = vec![Reported { number: 1, notice: gone }, Reported { number: 2, notice: made }];
        assert_eq!(read(&body), Ok(expected));
        assert_eq!(read(&json!({ "changes": [] })), Ok(vec![]));
    }

    #[test]
    fn an_entry_of_a_newer_module_does_not_hold_up_the_rest() {
        let entry = json!({ "id": 9, "entity": "smart_process", "entity_id": 4, "event": "explode" });
        let body = json!({ "changes": [entry, { "id": 10, "entity": "deal", "event": "add" }] });
        let seen = read(&body).expect("two entries");
        assert_eq!(
            (seen[0].number, seen[0].notice.entity, seen[0].notice.event),
            (9, Entity::Other, Event::Other)
        );
        assert_eq!((seen[1].number, seen[1].notice.entity), (10, Entity::Other));
    }

    #[test]
    fn what_is_not_the_queue_is_refused_with_its_reason() {
        for body in
            [json!([]), json!({}), json!({ "changes": {} }), json!({ "changes": [{ "entity": "deal" }] })]
        {
            assert_eq!(read(&body), Err(BadNotice::NotJson), "{body}");
        }
        let many = vec![json!({ "id": 1 }); REPORTED_CHANGES_MAX + 1];
        assert_eq!(read(&json!({ "changes": many })), Err(BadNotice::TooMany));
        let long = vec![b' '; REPORTED_BYTES_MAX + 1];
        assert_eq!(Reported::read(&long), Err(BadNotice::TooLong(REPORTED_BYTES_MAX)));
    }
}
