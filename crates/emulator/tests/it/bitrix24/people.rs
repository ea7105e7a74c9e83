//! What people are told.

use emulator::bitrix24::TimelineOf;
use serde_json::json;

use super::{Rest, ids, nameless};

#[tokio::test]
async fn a_tag_that_comes_again_replaces_the_notification_of_whoever_had_it() {
    let rest = Rest::new().await;
    for (user, text) in [(12, "первому"), (15, " второму ")] {
        let notice =
            json!({"USER_ID": user, "MESSAGE": text, "TAG": "INN|1", "SUB_TAG": "x", "CLIENT_ID": "parom"});
        assert!(rest.ok("im.notify.system.add", notice).await.is_i64());
    }
    let seen = rest.portal.notifications();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].user, seen[0].text.as_str(), seen[0].from), (15, "второму", None));
    assert_eq!((seen[0].tag.as_str(), seen[0].sub_tag.as_str()), ("INN|1", "x"));
}

#[tokio::test]
async fn a_notification_comes_from_the_system_or_from_the_caller() {
    let rest = Rest::new().await;
    for (method, kind, from) in [
        ("im.notify.system.add", "", None),
        ("im.notify.personal.add", "", Some(7)),
        ("im.notify", "", Some(7)),
        ("im.notify", "SYSTEM", None),
    ] {
        rest.ok(method, json!({"USER_ID": 12, "MESSAGE": "x", "TYPE": kind})).await;
        assert_eq!(rest.portal.notifications().last().unwrap().from, from, "{method} {kind}");
    }
    assert_eq!(
        rest.refused("im.notify.personal.add", json!({"USER_ID": 12, "MESSAGE": "  "})).await.1,
        "MESSAGE_EMPTY"
    );
}

#[tokio::test]
async fn without_the_scope_nobody_is_told_anything() {
    let rest = Rest::with(|settings| settings.scopes = vec!["crm".into()]).await;
    for method in ["im.notify", "im.notify.system.add", "im.notify.personal.add"] {
        let (status, error, _) = rest.refused(method, json!({"USER_ID": 12, "MESSAGE": "x"})).await;
        assert_eq!((status, error), (403, json!("insufficient_scope")), "{method}");
    }
}

#[tokio::test]
async fn who_has_left_is_told_nothing_and_shown_as_inactive() {
    let rest = Rest::new().await;
    rest.portal.dismiss(12);
    assert_eq!(rest.ok("im.notify.system.add", json!({"USER_ID": 12, "MESSAGE": "x"})).await, false);
    assert_eq!(rest.portal.notifications(), []);
    let both = rest.ok("user.get", json!({"FILTER": {"@ID": [12, 15]}})).await;
    assert_eq!((ids(&both), &both[0]["ACTIVE"]), (vec![12, 15], &json!(false)));
    let active = rest.ok("user.get", json!({"FILTER": {"ID": [12, 15], "ACTIVE": true}})).await;
    assert_eq!(ids(&active), [15]);
}

#[tokio::test]
async fn a_comment_hangs_on_its_card_and_can_be_read_again() {
    let rest = Rest::new().await;
    let (one, other) = (rest.company("a").await, rest.company("b").await);
    for (company, text) in [(one, "Клиент с таким ИНН уже создан"), (other, "чужой"), (one, "ещё")]
    {
        let fields = json!({"ENTITY_ID": company, "ENTITY_TYPE": "company", "COMMENT": text});
        assert!(rest.ok("crm.timeline.comment.add", json!({"fields": fields})).await.is_i64());
    }
    let filter = json!({"ENTITY_ID": one, "ENTITY_TYPE": "company"});
    let list = rest.ok("crm.timeline.comment.list", json!({"filter": filter, "order": {"ID": "DESC"}})).await;
    assert_eq!(
        (&list[0]["COMMENT"], &list[1]["COMMENT"]),
        (&json!("ещё"), &json!("Клиент с таким ИНН уже создан"))
    );
    assert_eq!(
        (&list[0]["ENTITY_ID"], &list[0]["AUTHOR_ID"], &list[0]["FILES"]),
        (&json!(one.to_string()), &json!("7"), &json!([]))
    );
    let blind =
        rest.refused("crm.timeline.comment.list", json!({"filter": {"ENTITY_TYPE": "company"}})).await;
    assert_eq!(blind, nameless("Access denied."));
    let gone = json!({"fields": {"ENTITY_ID": 1, "ENTITY_TYPE": "company", "COMMENT": "x"}});
    assert_eq!(rest.refused("crm.timeline.comment.add", gone).await.1, "OWNER_NOT_FOUND");
}

#[tokio::test]
async fn a_record_of_the_log_has_a_title_and_is_no_comment() {
    let rest = Rest::new().await;
    let company = rest.company("a").await;
    let fields = json!({"entityTypeId": 4, "entityId": company, "title": "1С", "text": "обновлено", "iconCode": "info"});
    let made = rest.ok("crm.timeline.logmessage.add", json!({"fields": fields})).await;
    let record = rest.portal.timeline().remove(0);
    assert_eq!(
        (made["logMessage"]["id"].as_i64(), record.on),
        (Some(record.id), TimelineOf::Company(company))
    );
    assert_eq!((record.title.as_deref(), record.text.as_str(), record.author), (Some("1С"), "обновлено", 7));
    let filter = json!({"ENTITY_ID": company, "ENTITY_TYPE": "company"});
    assert_eq!(rest.ok("crm.timeline.comment.list", json!({"filter": filter})).await, json!([]));
}

#[tokio::test]
async fn a_timeline_moves_with_its_company() {
    let rest = Rest::new().await;
    let (main, other) = (rest.company("a").await, rest.company("a").await);
    let fields = json!({"ENTITY_ID": other, "ENTITY_TYPE": "company", "COMMENT": "x"});
    rest.ok("crm.timeline.comment.add", json!({"fields": fields})).await;
    rest.portal.employee().merges_companies(main, &[other]).unwrap();
    assert_eq!(rest.portal.timeline()[0].on, TimelineOf::Company(main));
}
