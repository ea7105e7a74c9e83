//! `crm.company.*`: what is ignored, what doubles, what is refused.

use serde_json::json;

use super::{Rest, nameless};

#[tokio::test]
async fn unknown_fields_are_ignored_without_a_word() {
    let rest = Rest::new().await;
    let fields = json!({"TITLE": "Ромашка", "INN": "7707083893", "UF_CRM_NONE": 1, "ID": 5, "DATE_CREATE": "2001-01-01"});
    let id = rest.ok("crm.company.add", json!({"fields": fields})).await.as_i64().unwrap();
    let card = rest.portal.company(id).unwrap();
    assert!(!card.fields.contains_key("INN") && !card.fields.contains_key("UF_CRM_NONE"));
    assert_eq!(card.get("DATE_CREATE"), "2026-11-23T20:48:00+03:00");
}

#[tokio::test]
async fn a_new_company_belongs_to_the_user_of_the_webhook_and_is_open() {
    let rest = Rest::new().await;
    let id = rest.company("Ромашка").await;
    let card = rest.ok("crm.company.get", json!({"id": id})).await;
    assert_eq!(
        (&card["ASSIGNED_BY_ID"], &card["CREATED_BY_ID"], &card["OPENED"]),
        (&json!("7"), &json!("7"), &json!("Y"))
    );
    assert_eq!((&card["HAS_PHONE"], &card["ORIGIN_ID"]), (&json!("N"), &json!(null)));
    assert!(card.get("PHONE").is_none(), "a card without telephones has no such key");
    let fields = json!({"TITLE": "x", "ASSIGNED_BY_ID": 12});
    let other = rest.ok("crm.company.add", json!({"FIELDS": fields})).await;
    assert_eq!(rest.portal.company(other.as_i64().unwrap()).unwrap().get("ASSIGNED_BY_ID"), "12");
}

#[tokio::test]
async fn one_bad_e_mail_refuses_the_whole_company() {
    let rest = Rest::new().await;
    let fields = json!({"TITLE": "x", "EMAIL": [{"VALUE": "info@example.ru"}, {"VALUE": "нет почты"}]});
    let refused = rest.refused("crm.company.add", json!({"fields": fields})).await;
    assert_eq!((refused.0, &refused.1), (400, &json!("ERROR_CORE")));
    assert_eq!(rest.portal.company_count(), 0);
    let id = rest.company("x").await;
    let update = json!({"id": id, "fields": {"TITLE": "y", "EMAIL": [{"VALUE": "a@b"}]}});
    assert_eq!(rest.refused("crm.company.update", update).await.1, "ERROR_CORE");
    assert_eq!(rest.portal.company(id).unwrap().get("TITLE"), "x");
}

#[tokio::test]
async fn a_phone_without_an_id_is_added_and_one_with_an_id_is_changed_or_deleted() {
    let rest = Rest::new().await;
    let fields = json!({"TITLE": "x", "PHONE": [{"VALUE": "+74951234567", "VALUE_TYPE": "WORK"}]});
    let id = rest.ok("crm.company.add", json!({"fields": fields})).await.as_i64().unwrap();
    let update = |phones| json!({"id": id, "fields": {"PHONE": phones}});
    // Sent again without its id the same telephone doubles.
    rest.ok("crm.company.update", update(json!([{"VALUE": "+74951234567"}]))).await;
    assert_eq!(rest.portal.company(id).unwrap().phones, ["+74951234567", "+74951234567"]);
    let card = rest.ok("crm.company.get", json!({"id": id})).await;
    let second = card["PHONE"][1]["ID"].as_str().unwrap().to_owned();
    assert_eq!(card["PHONE"][1]["TYPE_ID"], "PHONE");
    rest.ok("crm.company.update", update(json!([{"ID": second, "VALUE": "+74950000000"}]))).await;
    assert_eq!(rest.portal.company(id).unwrap().phones, ["+74951234567", "+74950000000"]);
    rest.ok("crm.company.update", update(json!([{"ID": second, "DELETE": "Y"}]))).await;
    assert_eq!(rest.portal.company(id).unwrap().phones, ["+74951234567"]);
    rest.ok("crm.company.update", update(json!([]))).await;
    assert_eq!(rest.portal.company(id).unwrap().phones.len(), 1, "what is not mentioned stays");
}

#[tokio::test]
async fn refusals_speak_the_documented_words() {
    let rest = Rest::new().await;
    let id = rest.company("x").await;
    for (method, params, text) in [
        ("crm.company.add", json!({}), "Parameter 'fields' must be array."),
        (
            "crm.company.add",
            json!({"fields": {"TITLE": "x"}, "params": "x"}),
            "Parameter 'params' must be array.",
        ),
        ("crm.company.add", json!({"fields": {"TITLE": " "}}), "Required field \"TITLE\" is missing."),
        ("crm.company.update", json!({"id": 1, "fields": {}}), "Company is not found"),
        ("crm.company.update", json!({"id": id}), "Parameter 'fields' must be array."),
        ("crm.company.get", json!({"id": 1}), "Not found"),
        ("crm.company.get", json!({}), "ID is not defined or invalid."),
        ("crm.company.delete", json!({"id": 1}), "Company is not found"),
        ("crm.company.list", json!({"filter": "x"}), "Parameter 'filter' must be array."),
        ("crm.company.list", json!({"order": "x"}), "Parameter 'order' must be array."),
    ] {
        assert_eq!(rest.refused(method, params.clone()).await, nameless(text), "{method} {params}");
    }
}

#[tokio::test]
async fn deleting_a_company_takes_requisites_addresses_and_bank_details_along() {
    let rest = Rest::new().await;
    let (gone, stays) = (rest.company("gone").await, rest.company("stays").await);
    for company in [gone, stays] {
        let requisite = rest.requisite(company, "7707083893").await;
        let employee = rest.portal.employee();
        employee.writes_address(requisite, 6, &[("ADDRESS_1", "x")]).unwrap();
        employee.adds_bank_detail(requisite, &[]).unwrap();
        employee.adds_deal(company, &[("TITLE", "d")]).unwrap();
    }
    assert_eq!(rest.ok("crm.company.delete", json!({"id": gone})).await, true);
    let portal = &rest.portal;
    assert_eq!((portal.companies().len(), portal.requisites().len()), (1, 1));
    assert_eq!((portal.addresses().len(), portal.bank_details().len()), (1, 1));
    assert_eq!(portal.requisites_with_inn("7707083893")[0].owner, stays);
    assert_eq!(portal.deals()[0].owner, 0, "its deals stay without a company");
}

#[tokio::test]
async fn an_update_moves_the_modification_date_and_names_the_user() {
    let rest = Rest::new().await;
    let id = rest.portal.employee().creates_company("x").unwrap();
    rest.pass(61);
    rest.ok("crm.company.update", json!({"id": id, "fields": {"TITLE": "y"}})).await;
    let card = rest.portal.company(id).unwrap();
    assert_eq!(card.get("DATE_CREATE"), "2026-11-23T20:48:00+03:00");
    assert_eq!(card.get("DATE_MODIFY"), "2026-11-23T20:49:01+03:00");
    assert_eq!((card.get("CREATED_BY_ID"), card.get("MODIFY_BY_ID")), ("12", "7"));
}

#[tokio::test]
async fn a_user_field_can_be_added_once_and_then_written() {
    let rest = Rest::new().await;
    let field = json!({"fields": {"FIELD_NAME": "1c_ref", "USER_TYPE_ID": "string", "LABEL": "Ссылка"}});
    assert!(rest.ok("crm.company.userfield.add", field.clone()).await.is_i64());
    assert_eq!(rest.refused("crm.company.userfield.add", field).await.1, "ERROR_CORE");
    let listed = json!({"filter": {"FIELD_NAME": "UF_CRM_1C_REF"}});
    let rows = rest.ok("crm.company.userfield.list", listed).await;
    assert!(rows[0].get("EDIT_FORM_LABEL").is_none(), "labels come only with LANG");
    let id = rest.company("x").await;
    rest.ok("crm.company.update", json!({"id": id, "fields": {"UF_CRM_1C_REF": "abc"}})).await;
    assert_eq!(rest.ok("crm.company.get", json!({"id": id})).await["UF_CRM_1C_REF"], "abc");
    let list =
        rest.ok("crm.company.list", json!({"filter": {"UF_CRM_1C_REF": "abc"}, "select": ["UF_*"]})).await;
    assert_eq!(list, json!([{"ID": id.to_string(), "UF_CRM_1C_REF": "abc"}]));
}
