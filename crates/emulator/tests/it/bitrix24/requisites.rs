//! `crm.requisite.*`, presets and bank details.

use serde_json::json;

use super::{Rest, nameless};

#[tokio::test]
async fn a_requisite_says_what_it_lacks() {
    let rest = Rest::new().await;
    let company = rest.company("x").await;
    let good = json!({"ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": 5, "NAME": "x"});
    for (key, value, text) in [
        ("ENTITY_TYPE_ID", json!(""), "ENTITY_TYPE_ID is not defined or invalid."),
        ("ENTITY_ID", json!(""), "ENTITY_ID is not defined or invalid."),
        ("PRESET_ID", json!(0), "PRESET_ID is not defined or invalid."),
        ("ENTITY_ID", json!(1), "Entity not found."),
        ("NAME", json!(""), "NAME is not defined or invalid."),
    ] {
        let mut fields = good.clone();
        fields[key] = value;
        assert_eq!(
            rest.refused("crm.requisite.add", json!({"fields": fields})).await,
            nameless(text),
            "{key}"
        );
    }
    for method in ["crm.requisite.get", "crm.requisite.delete"] {
        let refused = rest.refused(method, json!({"id": 9})).await;
        assert_eq!(refused, nameless("The Requisite with ID '9' is not found"), "{method}");
    }
}

#[tokio::test]
async fn a_preset_that_does_not_exist_is_taken_all_the_same() {
    let rest = Rest::new().await;
    let company = rest.company("x").await;
    let fields = json!({"ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": 777, "NAME": "x"});
    assert!(rest.ok("crm.requisite.add", json!({"fields": fields})).await.is_i64());
}

#[tokio::test]
async fn two_companies_may_have_the_same_inn() {
    let rest = Rest::new().await;
    for title in ["a", "b"] {
        let company = rest.company(title).await;
        rest.requisite(company, "7707083893").await;
    }
    let filter = json!({"filter": {"@RQ_INN": ["7707083893", "0000000000"], "ENTITY_TYPE_ID": 4}});
    let answer = rest.call("crm.requisite.list", filter).await;
    assert_eq!((&answer.body["total"], answer.body["result"].as_array().map(Vec::len)), (&json!(2), Some(2)));
    let wrong_kind = json!({"filter": {"RQ_INN": "7707083893", "ENTITY_TYPE_ID": 3}});
    assert_eq!(rest.ok("crm.requisite.list", wrong_kind).await, json!([]));
}

#[tokio::test]
async fn a_changed_inn_is_found_by_its_new_digits_only() {
    let rest = Rest::new().await;
    let company = rest.company("x").await;
    let id = rest.requisite(company, "7707083893").await;
    rest.ok("crm.requisite.update", json!({"id": id, "fields": {"RQ_INN": "7736050003"}})).await;
    for (inn, found) in [("7707083893", 0), ("7736050003", 1)] {
        let rows = rest.ok("crm.requisite.list", json!({"filter": {"RQ_INN": inn}})).await;
        assert_eq!(rows.as_array().map(Vec::len), Some(found), "{inn}");
    }
}

#[tokio::test]
async fn a_requisite_shows_strings_nulls_and_no_modification_date_until_it_is_changed() {
    let rest = Rest::new().await;
    let company = rest.company("x").await;
    let id = rest.requisite(company, "7707083893").await;
    let shown = rest.ok("crm.requisite.get", json!({"id": id})).await;
    assert_eq!((&shown["ENTITY_ID"], &shown["RQ_KPP"]), (&json!(company.to_string()), &json!(null)));
    assert_eq!((&shown["DATE_MODIFY"], &shown["MODIFY_BY_ID"]), (&json!(""), &json!(null)));
    assert_eq!((&shown["SORT"], &shown["ADDRESS_ONLY"]), (&json!("500"), &json!("N")));
    rest.pass(5);
    assert_eq!(
        rest.ok("crm.requisite.update", json!({"id": id, "fields": {"RQ_KPP": "773601001"}})).await,
        true
    );
    let shown = rest.ok("crm.requisite.get", json!({"id": id})).await;
    assert_eq!(
        (&shown["DATE_MODIFY"], &shown["RQ_KPP"]),
        (&json!("2026-11-23T20:48:05+03:00"), &json!("773601001"))
    );
    let never_changed = json!({"filter": {">=DATE_MODIFY": "2000-01-01T00:00:00+03:00"}});
    rest.requisite(company, "1").await;
    assert_eq!(rest.ok("crm.requisite.list", never_changed).await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn presets_are_found_by_xml_id_and_not_by_one_two_three() {
    let rest = Rest::new().await;
    let filter = json!({"XML_ID": "#CRM_REQUISITE_PRESET_DEF_RU_INDIVIDUAL#", "COUNTRY_ID": 1});
    let params = json!({"filter": filter, "select": ["ID", "XML_ID"]});
    let rows = rest.ok("crm.requisite.preset.list", params).await;
    assert_eq!(rows, json!([{"ID": "8", "XML_ID": "#CRM_REQUISITE_PRESET_DEF_RU_INDIVIDUAL#"}]));
    let fields = rest.ok("crm.requisite.preset.field.list", json!({"preset": {"ID": 8}})).await;
    let names: Vec<_> = fields.as_array().unwrap().iter().map(|field| field["FIELD_NAME"].clone()).collect();
    assert!(names.contains(&json!("RQ_OGRNIP")) && !names.contains(&json!("RQ_KPP")));
    let missing = rest.refused("crm.requisite.preset.get", json!({"id": 1})).await;
    assert_eq!(missing, nameless("The Preset with ID '1' is not found"));
}

#[tokio::test]
async fn a_bank_detail_hangs_on_a_requisite_and_needs_a_name() {
    let rest = Rest::new().await;
    let company = rest.company("x").await;
    let requisite = rest.requisite(company, "1").await;
    let bad_owner = json!({"fields": {"ENTITY_ID": company, "NAME": "x"}});
    let refused = rest.refused("crm.requisite.bankdetail.add", bad_owner).await;
    assert_eq!(refused, nameless("ENTITY_ID is not defined or invalid."), "a company is no requisite");
    let nameless_one = json!({"fields": {"ENTITY_ID": requisite}});
    let refused = rest.refused("crm.requisite.bankdetail.add", nameless_one).await;
    assert_eq!(refused, nameless("NAME is not defined or invalid."));
    let fields = json!({"ENTITY_ID": requisite, "NAME": "Сбер", "RQ_BIK": "044525225", "XML_ID": "parom:1"});
    let id = rest.ok("crm.requisite.bankdetail.add", json!({"fields": fields})).await;
    let shown = rest.ok("crm.requisite.bankdetail.get", json!({"id": id})).await;
    assert_eq!(
        (&shown["RQ_BIK"], &shown["COUNTRY_ID"], &shown["RQ_BIC"]),
        (&json!("044525225"), &json!("1"), &json!(null))
    );
    let by_key = json!({"filter": {"XML_ID": "parom:1"}, "select": ["ENTITY_ID"]});
    assert_eq!(
        rest.ok("crm.requisite.bankdetail.list", by_key).await,
        json!([{"ENTITY_ID": requisite.to_string()}])
    );
    assert_eq!(rest.ok("crm.requisite.bankdetail.delete", json!({"id": id})).await, true);
    let gone = rest.refused("crm.requisite.bankdetail.get", json!({"id": id})).await;
    assert_eq!(gone.2, format!("The RequisiteBankDetail with ID '{id}' is not found"));
}
