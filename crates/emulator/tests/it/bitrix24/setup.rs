//! What an integration makes in a portal before it begins, and what a webhook may not do at all.

use serde_json::json;

use super::{Rest, nameless};

#[tokio::test]
async fn a_preset_gets_a_field_once_and_no_foreign_one() {
    let rest = Rest::new().await;
    let preset = rest.portal.presets()[1].0;
    let add = |name: &str| json!({"preset": {"ID": preset}, "fields": {"FIELD_NAME": name, "FIELD_TITLE": "КПП", "SORT": 700}});
    assert_eq!(rest.ok("crm.requisite.preset.field.add", add("RQ_KPP")).await, 9);
    for refused in ["RQ_KPP", "RQ_INN", "RQ_EDRPOU", "RQ_NONSENSE", ""] {
        let text = format!("The field '{refused}' can not be added.");
        assert_eq!(rest.refused("crm.requisite.preset.field.add", add(refused)).await, nameless(&text));
    }
    let listed = rest.ok("crm.requisite.preset.field.list", json!({"preset": {"ID": preset}})).await;
    assert_eq!(
        listed[8],
        json!({"ID": 9, "FIELD_NAME": "RQ_KPP", "FIELD_TITLE": "КПП", "IN_SHORT_LIST": "N", "SORT": 700})
    );
    let left = rest.ok("crm.requisite.preset.field.availableToAdd", json!({"preset": {"ID": preset}})).await;
    let left = left.as_array().unwrap();
    assert!(left.contains(&json!("RQ_DIRECTOR")) && !left.contains(&json!("RQ_KPP")));
    let nowhere = json!({"preset": {"ID": 1}, "fields": {"FIELD_NAME": "RQ_KPP"}});
    assert_eq!(
        rest.refused("crm.requisite.preset.field.add", nowhere).await,
        nameless("The Preset with ID '1' is not found")
    );
}

#[tokio::test]
async fn a_user_field_keeps_its_type_and_changes_its_look() {
    let rest = Rest::new().await;
    let field =
        json!({"FIELD_NAME": "PAROM_CODE", "USER_TYPE_ID": "string", "LABEL": "Код 1С", "EDIT_IN_LIST": "N"});
    let id = rest.ok("crm.company.userfield.add", json!({"fields": field})).await;
    let change = json!({"id": id, "fields": {"EDIT_FORM_LABEL": {"ru": "Код в 1С"}, "USER_TYPE_ID": "file", "SORT": 30}});
    assert_eq!(rest.ok("crm.company.userfield.update", change.clone()).await, true);
    let shown = rest.ok("crm.company.userfield.get", json!({"id": id})).await;
    assert_eq!(
        (&shown["USER_TYPE_ID"], &shown["SORT"], &shown["EDIT_IN_LIST"]),
        (&json!("string"), &json!("30"), &json!("N"))
    );
    assert_eq!(
        (&shown["EDIT_FORM_LABEL"], &shown["LIST_COLUMN_LABEL"]),
        (&json!("Код в 1С"), &json!("Код 1С"))
    );
    assert_eq!(rest.refused("crm.deal.userfield.update", change).await, nameless("Access denied."));
    let nobody = json!({"id": 1, "fields": {}});
    assert_eq!(rest.refused("crm.company.userfield.update", nobody).await.1, "ERROR_NOT_FOUND");
    let fields = rest.ok("crm.company.fields", json!({})).await;
    assert_eq!(
        (&fields["UF_CRM_PAROM_CODE"]["type"], &fields["UF_CRM_PAROM_CODE"]["isDynamic"]),
        (&json!("string"), &json!(true))
    );
}

#[tokio::test]
async fn user_fields_are_not_for_everybody() {
    let rest = Rest::with(|settings| settings.admin = false).await;
    let field = json!({"fields": {"FIELD_NAME": "X", "USER_TYPE_ID": "string"}});
    for method in ["crm.company.userfield.add", "crm.company.userfield.update"] {
        let mut params = field.clone();
        params["id"] = json!(1);
        assert_eq!(rest.refused(method, params).await, nameless("Access denied."), "{method}");
    }
}

#[tokio::test]
async fn a_webhook_is_no_application() {
    let rest = Rest::new().await;
    for method in ["event.offline.get", "event.offline.list", "event.offline.clear", "event.offline.error"] {
        let refused = rest.refused(method, json!({"process_id": "x"})).await;
        assert_eq!(refused, (403, json!("ACCESS_DENIED"), "Access denied!".to_owned()), "{method}");
    }
    for method in ["event.bind", "event.get", "event.unbind", "events", "app.info"] {
        let refused = rest.refused(method, json!({"event": "ONCRMCOMPANYUPDATE"})).await;
        let text = "Access denied! Application context required".to_owned();
        assert_eq!(refused, (400, json!("ACCESS_DENIED"), text), "{method}");
    }
}
