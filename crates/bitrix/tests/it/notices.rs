//! Notices come from the network, where anybody may write anything.

use bitrix::notices::{Entity, Event, Posted, Reported, Signature};
use proptest::prelude::*;

/// Texts made of what real bodies are made of, so that the readers get far before they give up.
fn shreds(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

const FORM: &[&str] = &[
    "event=",
    "ONCRMCOMPANYUPDATE",
    "onCrmAddressRegister",
    "&",
    "=",
    "data[FIELDS][ID]=",
    "data%5BFIELDS%5D%5BID%5D=",
    "data[FIELDS][ENTITY_ID]=",
    "data[FIELDS][ENTITY_TYPE_ID]=4",
    "data[FIELDS][ANCHOR_TYPE_ID]=4",
    "data[FIELDS][ANCHOR_ID]=",
    "ts=",
    "auth[application_token]=",
    "1",
    "9223372036854775807",
    "-1",
    "%",
    "%F",
    "%FF",
    "+",
];
const QUEUE: &[&str] = &[
    "{\"changes\":[",
    "]}",
    "{",
    "}",
    ",",
    "\"id\":",
    "\"entity\":",
    "\"entity_id\":",
    "\"owner_id\":",
    "\"event\":",
    "\"at\":",
    "\"company\"",
    "\"delete\"",
    "1",
    "18446744073709551615",
    "-1",
    "1e400",
    "null",
    "[]",
    "\"2026-99-99\"",
    "\\u0000",
];

proptest! {
    #[test]
    fn no_form_breaks_us_and_no_card_is_looked_at_without_its_number(body in shreds(FORM)) {
        if let Ok(posted) = Posted::read(&body) {
            let notice = posted.notice;
            prop_assert!(notice.id > 0 || notice.entity == Entity::Other);
            prop_assert_eq!(notice.entity == Entity::Other, notice.event == Event::Other);
            prop_assert!(notice.company.is_none_or(|company| company > 0));
            prop_assert!(!posted.token.is(&"the portal's".into()));
        }
    }

    #[test]
    fn no_queue_breaks_us_and_no_card_is_looked_at_without_its_number(body in shreds(QUEUE)) {
        for entry in Reported::read(&body).unwrap_or_default() {
            prop_assert!(entry.notice.id > 0 || entry.notice.entity == Entity::Other);
            prop_assert!(entry.notice.company.is_none_or(|company| company > 0));
        }
    }

    #[test]
    fn no_header_is_taken_for_a_signature_that_it_is_not(header in ".{0,80}", body in ".{0,80}") {
        if let Ok(signature) = Signature::read(&header) {
            prop_assert!(signature.check(body.as_bytes(), &"secret".into()).is_err());
        }
    }

    #[test]
    fn a_notice_says_what_was_posted(
        id in 1..i64::MAX,
        verb in prop::sample::select(&[("ADD", Event::Added), ("UPDATE", Event::Changed), ("DELETE", Event::Deleted)]),
        token in "[ -~]{1,40}",
    ) {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("event", &format!("ONCRMREQUISITE{}", verb.0))
            .append_pair("data[FIELDS][ID]", &id.to_string())
            .append_pair("auth[application_token]", token.trim())
            .finish();
        let posted = Posted::read(body.as_bytes()).expect("a notice");
        prop_assert_eq!((posted.notice.entity, posted.notice.event, posted.notice.id), (Entity::Requisite, verb.1, id));
        prop_assert_eq!(posted.token.is(&token.trim().into()), !token.trim().is_empty());
    }
}
