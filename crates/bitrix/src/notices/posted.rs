//! What an outgoing webhook or a local application posts. Vendor page: `api-reference/events/index.md`.

use std::collections::HashMap;

use domain::Timestamp;
use serde_json::Value;

use super::{BadNotice, Entity, Event, Notice, Token, name};
use crate::wire;

/// A longer body is not read. A real one has less than two kilobytes.
pub const POSTED_BYTES_MAX: usize = 64 * 1024;
/// Fields of a form beyond these are not read.
const FIELDS_MAX: usize = 200;

/// A notice with what it says of its sender. Trust it only when [`token`](Posted::token) is the portal's.
#[derive(Clone, Debug)]
pub struct Posted {
    /// What has happened.
    pub notice: Notice,
    /// `auth[application_token]`; the only thing that tells a portal from a stranger.
    pub token: Token,
    /// `event` as it came, cut short: to name what was not understood.
    pub event_name: String,
    /// `auth[domain]`: the portal, for messages to people. Anybody can write anything here.
    pub domain: String,
}

impl Posted {
    /// Reads a body of `application/x-www-form-urlencoded` with PHP's nested names.
    pub fn read(body: &[u8]) -> Result<Self, BadNotice> {
        if body.len() > POSTED_BYTES_MAX {
            return Err(BadNotice::TooLong(POSTED_BYTES_MAX));
        }
        let form = Form::read(body);
        let event_name = form.text("event");
        if event_name.is_empty() {
            return Err(BadNotice::NoEvent);
        }
        let (entity, event) = name::of_event(event_name);
        Ok(Self {
            notice: form.notice(entity, event)?,
            token: Token::new(form.text("auth[application_token]")),
            event_name: event_name.chars().take(100).collect(),
            domain: form.text("auth[domain]").chars().take(255).collect(),
        })
    }
}

/// The fields by their names as PHP would see them; of two with one name the last.
pub(crate) struct Form(HashMap<String, String>);

impl Form {
    pub(crate) fn read(body: &[u8]) -> Self {
        let fields = url::form_urlencoded::parse(body).take(FIELDS_MAX);
        Self(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The same fields where they come as JSON, in a row of the queue of offline events.
    pub(super) fn of_data(data: &Value) -> Self {
        let fields = data.get("FIELDS").and_then(Value::as_object).into_iter().flatten().take(FIELDS_MAX);
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Self(fields.map(|(name, value)| (format!("data[FIELDS][{name}]"), text(value))).collect())
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    fn id(&self, field: &str) -> Option<i64> {
        self.text(&format!("data[FIELDS][{field}]")).parse().ok().filter(|id| *id > 0)
    }

    pub(super) fn notice(&self, entity: Entity, event: Event) -> Result<Notice, BadNotice> {
        let (id, company) = match entity {
            Entity::Company => {
                let id = self.id("ID");
                (id, id)
            }
            Entity::Requisite | Entity::BankDetail | Entity::Deal => (self.id("ID"), None),
            Entity::Address => self.address(),
            Entity::Other => (self.id("ID").or(Some(0)), None),
        };
        let at = self.text("ts").parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        Ok(Notice { entity, event, id: id.ok_or(BadNotice::NoId)?, company, at })
    }

    /// An address names its owner and its owner's owner. On old portals the owner may be the company itself.
    fn address(&self) -> (Option<i64>, Option<i64>) {
        let owner = self.id("ENTITY_ID");
        let company = match (self.id("ENTITY_TYPE_ID"), self.id("ANCHOR_TYPE_ID")) {
            (Some(wire::COMPANY), _) => owner,
            (_, Some(wire::COMPANY)) => self.id("ANCHOR_ID"),
            _ => None,
        };
        (owner, company)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Notice, BadNotice> {
        Posted::read(body.as_bytes()).map(|posted| posted.notice)
    }

    #[test]
    fn a_notice_is_read_as_the_vendor_shows_it() {
        let body = "event=ONCRMCOMPANYUPDATE&event_handler_id=735&data%5BFIELDS%5D%5BID%5D=2917&ts=1743165490\
                    &auth%5Bdomain%5D=portal.example.ru&auth%5Bmember_id%5D=0123&auth%5Bapplication_token%5D=s3cr3t";
        let posted = Posted::read(body.as_bytes()).expect("a notice");

        let at = Timestamp::from_second(1_743_165_490).ok();
        let (entity, event) = (Entity::Company, Event::Changed);
        assert_eq!(posted.notice, Notice { entity, event, id: 2917, company: Some(2917), at });
        assert_eq!(
            (posted.event_name.as_str(), posted.domain.as_str()),
            ("ONCRMCOMPANYUPDATE", "portal.example.ru")
        );
        assert!(posted.token.is(&"s3cr3t".into()));
        assert!(!format!("{posted:?}").contains("s3cr3t"));
    }

    #[test]
    fn brackets_need_not_be_encoded() {
        let notice = read("event=onCrmBankDetailDelete&data[FIELDS][ID]=5").expect("a notice");
        assert_eq!((notice.entity, notice.event, notice.id), (Entity::BankDetail, Event::Deleted, 5));
        assert_eq!((notice.company, notice.at), (None, None));
    }

    #[test]
    fn an_address_is_told_by_its_requisite_and_its_company() {
        let address = |anchor: i64| {
            read(&format!(
                "event=ONCRMADDRESSREGISTER&data[FIELDS][TYPE_ID]=6&data[FIELDS][ENTITY_TYPE_ID]=8\
                 &data[FIELDS][ENTITY_ID]=45&data[FIELDS][ANCHOR_TYPE_ID]={anchor}&data[FIELDS][ANCHOR_ID]=123"
            ))
        };
        let of_company = address(wire::COMPANY).expect("a notice");
        assert_eq!((of_company.entity, of_company.id, of_company.company), (Entity::Address, 45, Some(123)));
        assert_eq!(address(3).expect("of a person").company, None);
        let old =
            read("event=ONCRMADDRESSREGISTER&data[FIELDS][ENTITY_TYPE_ID]=4&data[FIELDS][ENTITY_ID]=123");
        assert_eq!(old.expect("of an old portal").company, Some(123));
    }

    #[test]
    fn what_names_no_event_or_no_number_is_refused_with_its_reason() {
        assert_eq!(read(""), Err(BadNotice::NoEvent));
        assert_eq!(read("data[FIELDS][ID]=1"), Err(BadNotice::NoEvent));
        for id in
            ["", "&data[FIELDS][ID]=", "&data[FIELDS][ID]=x", "&data[FIELDS][ID]=-1", "&data[FIELDS][ID]=0"]
        {
            assert_eq!(read(&format!("event=ONCRMDEALADD{id}")), Err(BadNotice::NoId), "{id}");
        }
        let long = vec![b'a'; POSTED_BYTES_MAX + 1];
        assert_eq!(
            Posted::read(&long).map(|posted| posted.notice),
            Err(BadNotice::TooLong(POSTED_BYTES_MAX))
        );
    }

    #[test]
    fn an_unknown_event_is_a_notice_of_something_else() {
        let notice = read("event=ONTASKADD&data[FIELDS_AFTER][ID]=3").expect("a notice");
        assert_eq!((notice.entity, notice.event, notice.id), (Entity::Other, Event::Other, 0));
    }
}
