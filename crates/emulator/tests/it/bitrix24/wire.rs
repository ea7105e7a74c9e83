//! Addresses, bodies, envelopes, rights.

use emulator::bitrix24::Rights;
use emulator::faults::Forbidden;
use serde_json::json;

use super::{Rest, nameless};

#[tokio::test]
async fn a_query_a_form_and_json_say_the_same() {
    let rest = Rest::new().await;
    let id = rest.company("Ромашка").await;
    let url = format!("{}crm.company.get", rest.portal.webhook_url());
    let by_query = rest.http.get(format!("{url}.json?ID={id}")).send().await.unwrap();
    let by_form = rest
        .http
        .post(format!("{url}/"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(format!("id={id}"))
        .send()
        .await
        .unwrap();
    for response in [by_query, by_form] {
        let text = response.text().await.unwrap();
        let body: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["result"]["TITLE"], "Ромашка", "{text}");
    }
    assert_eq!(rest.ok("CRM.Company.GET", json!({"Id": id})).await["ID"], id.to_string());
}

#[tokio::test]
async fn a_wrong_code_and_a_wrong_user_are_not_let_in() {
    let rest = Rest::new().await;
    let base = format!("http://{}", rest.portal.address());
    for (path, error) in [
        ("/rest/7/wrong/profile", "NO_AUTH_FOUND"),
        ("/rest/8/k3y0fth3p0rtal1a/profile", "INVALID_CREDENTIALS"),
        ("/rest/profile", "NO_AUTH_FOUND"),
    ] {
        let response = rest.http.get(format!("{base}{path}")).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 401, "{path}");
        assert!(response.text().await.unwrap().contains(error), "{path}");
    }
    assert_eq!(rest.portal.commands(), 0);
}

#[tokio::test]
async fn an_answer_comes_in_the_documented_envelope() {
    let rest = Rest::new().await;
    let answer = rest.call("server.time", json!({})).await;
    assert_eq!(answer.body["result"], "2026-11-23T20:48:00+03:00");
    assert_eq!(answer.body["time"]["date_start"], "2026-11-23T20:48:00+03:00");
    assert!(answer.body["time"]["duration"].is_number());
    assert!(answer.body.get("total").is_none());
}

#[tokio::test]
async fn a_method_that_this_portal_lacks_is_not_found() {
    let rest = Rest::new().await;
    let (status, error, _) = rest.refused("crm.contact.add", json!({})).await;
    assert_eq!((status, error), (404, json!("ERROR_METHOD_NOT_FOUND")));
    let found = rest.ok("method.get", json!({"name": "crm.item.batchimport"})).await;
    assert_eq!(found, json!({"isExisting": true, "isAvailable": true}));
    let found = rest.ok("method.get", json!({"name": "crm.item.batchImport"})).await;
    assert_eq!(found["isExisting"], false, "names are compared in lower case");
}

#[tokio::test]
async fn a_webhook_without_the_scope_is_refused_and_told_so() {
    let rest = Rest::with(|settings| settings.scopes = vec!["im".to_owned()]).await;
    let (status, error, _) = rest.refused("crm.company.list", json!({})).await;
    assert_eq!((status, error), (403, json!("insufficient_scope")));
    assert_eq!(rest.ok("scope", json!({})).await, json!(["im"]));
    assert_eq!(rest.ok("method.get", json!({"name": "crm.company.list"})).await["isAvailable"], false);
}

#[tokio::test]
async fn a_user_who_may_only_read_cannot_write() {
    let rest = Rest::with(|settings| settings.rights = Rights::READ_ONLY).await;
    let add = rest.refused("crm.company.add", json!({"fields": {"TITLE": "x"}})).await;
    assert_eq!(add, nameless("Access denied."));
    let (_, error, _) = rest.refused("crm.item.add", json!({"entityTypeId": 4, "fields": {}})).await;
    assert_eq!(error, "ACCESS_DENIED");
    assert_eq!(rest.ok("crm.company.list", json!({})).await, json!([]));
}

#[tokio::test]
async fn lists_of_requisites_refuse_with_the_number_zero() {
    let rest = Rest::with(|settings| settings.rights = Rights { read: false, ..Rights::ALL }).await;
    for method in ["crm.requisite.list", "crm.requisite.preset.list", "crm.address.list"] {
        assert_eq!(
            rest.refused(method, json!({})).await,
            (400, json!(0), "Access denied.".to_owned()),
            "{method}"
        );
    }
    for method in ["crm.requisite.bankdetail.list", "crm.company.list"] {
        assert_eq!(rest.refused(method, json!({})).await, nameless("Access denied."), "{method}");
    }
}

#[tokio::test]
async fn a_forbidden_method_is_refused_until_it_is_permitted() {
    let rest = Rest::new().await;
    rest.portal.faults().forbid("crm.company.ADD", Forbidden::MethodNotFound);
    let (status, error, _) = rest.refused("crm.company.add", json!({"fields": {"TITLE": "x"}})).await;
    assert_eq!((status, error), (404, json!("ERROR_METHOD_NOT_FOUND")));
    rest.portal.faults().permit("crm.company.add");
    rest.company("x").await;
}

#[tokio::test]
async fn a_body_that_is_not_json_is_no_parameters_at_all() {
    let rest = Rest::new().await;
    let url = format!("{}crm.company.add", rest.portal.webhook_url());
    let response = rest.http.post(url).header("Content-Type", "application/json").body("{oops").send().await;
    let text = response.unwrap().text().await.unwrap();
    assert!(text.contains("Parameter 'fields' must be array."), "{text}");
}

#[tokio::test]
async fn the_technical_user_knows_himself() {
    let rest = Rest::new().await;
    let profile = rest.ok("profile", json!({})).await;
    assert_eq!((&profile["ID"], &profile["ADMIN"]), (&json!("7"), &json!(true)));
    assert_eq!(
        rest.ok("user.get", json!({"FILTER": {"ID": [12, 999]}})).await.as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn a_notice_with_a_tag_takes_the_place_of_the_old_one_only_with_a_client_id() {
    let rest = Rest::new().await;
    for client in ["", "parom", "parom"] {
        let notice = json!({"USER_ID": 12, "MESSAGE": "Дубль", "TAG": "INN|7707083893", "CLIENT_ID": client});
        assert!(rest.ok("im.notify.system.add", notice).await.is_i64());
    }
    assert_eq!(rest.portal.notifications().len(), 2);
    let (_, error, _) = rest.refused("im.notify.system.add", json!({"MESSAGE": "кому?"})).await;
    assert_eq!(error, "USER_ID_EMPTY");
}
