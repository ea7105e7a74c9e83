//! A row of the queue of offline events. Vendor page: `api-reference/events/event-offline-get.md`.

use serde_json::Value;

use super::posted::Form;
use super::{Entity, Event, Notice, name};

/// One offline event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Queued {
    /// Its number in the queue.
    pub(crate) id: String,
    /// What has happened.
    pub(crate) notice: Notice,
}

impl Queued {
    /// Reads a row of `event.offline.get` or `event.offline.list`; `None` where it has no number, because then nobody
    /// could forget it. What names no object, or something unknown, is a notice of something else.
    pub(crate) fn read(row: &Value) -> Option<Self> {
        let id = match row.get("ID")? {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let (entity, event) = name::of_event(text("EVENT_NAME"));
        let form = Form::of_data(row.get("EVENT_DATA").unwrap_or(&Value::Null));
        let notice = form.notice(entity, event).unwrap_or(Notice {
            entity: Entity::Other,
            event: Event::Other,
            id: 0,
            company: None,
            at: None,
        });
        let at = text("TIMESTAMP_X").parse().ok();
        Some(Self { id, notice: Notice { at, ..notice } })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(name: &str, data: &Value) -> Notice {
        let row = json!({
            "ID": "17", "TIMESTAMP_X": "2026-11-24T12:00:00+03:00", "EVENT_NAME": name, "EVENT_DATA": data,
            "EVENT_ADDITIONAL": { "user_id": "1" }, "MESSAGE_ID": "b0c7f7c2a3f1e4d5c6b7a8f9e0d1c2b3",
        });
        let queued = Queued::read(&row).expect("a row with a number");
        assert_eq!(queued.id, "17");
        queued.notice
    }

    #[test]
    fn an_event_is_read_as_its_online_twin_would_be() {
        let at = "2026-11-24T09:00:00Z".parse().ok();
        let company = read("ONCRMCOMPANYUPDATE", &json!({ "FIELDS": { "ID": "123" } }));
        let expected =
            Notice { entity: Entity::Company, event: Event::Changed, id: 123, company: Some(123), at };
        assert_eq!(company, expected);
        let fields = json!({ "TYPE_ID": 6, "ENTITY_TYPE_ID": 8, "ENTITY_ID": 45, "ANCHOR_TYPE_ID": 4, "ANCHOR_ID": 7 });
        let address = read("ONCRMADDRESSREGISTER", &json!({ "FIELDS": fields }));
        assert_eq!((address.entity, address.id, address.company), (Entity::Address, 45, Some(7)));
    }

    #[test]
    fn what_names_no_object_is_something_else_and_can_still_be_forgotten() {
        for data in [json!(false), json!(null), json!([]), json!({ "FIELDS": { "ID": "x" } }), json!("odd")] {
            assert_eq!(read("ONCRMCOMPANYUPDATE", &data).entity, Entity::Other, "{data}");
        }
        assert_eq!(read("ONTASKADD", &json!({ "FIELDS": { "ID": 3 } })).entity, Entity::Other);
        assert_eq!(Queued::read(&json!({ "EVENT_NAME": "ONCRMCOMPANYADD" })), None);
    }
}
