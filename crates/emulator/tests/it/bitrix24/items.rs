//! `crm.item.*`.

use serde_json::{Value, json};

use super::{Rest, ids};

async fn add(rest: &Rest, fields: Value) -> Value {
    rest.ok("crm.item.add", json!({"entityTypeId": 4, "fields": fields})).await["item"].clone()
}

async fn update(rest: &Rest, id: &Value, fields: Value) -> Value {
    rest.ok("crm.item.update", json!({"entityTypeId": 4, "id": id, "fields": fields})).await["item"].clone()
}

fn phones(item: &Value) -> Vec<String> {
    let entries = item["fm"].as_array().expect("fm");
    entries.iter().map(|entry| entry["value"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn an_item_comes_whole_with_numbers_as_numbers() {
    let rest = Rest::new().await;
    let item =
        add(&rest, json!({"title": "x", "originId": "g", "revenue": 19000, "TITLE": "not this"})).await;
    assert!(item["id"].is_i64());
    assert_eq!(
        (&item["title"], &item["originId"], &item["assignedById"]),
        (&json!("x"), &json!("g"), &json!(7))
    );
    assert_eq!(
        (&item["revenue"], &item["entityTypeId"], &item["fm"]),
        (&json!(19000), &json!(4), &json!([]))
    );
    let untitled = add(&rest, json!({})).await;
    assert_eq!(untitled["title"], format!("Компания #{}", untitled["id"]));
}

#[tokio::test]
async fn parameters_are_named_exactly() {
    let rest = Rest::new().await;
    for params in [json!({"entitytypeid": 4, "fields": {}}), json!({"entityTypeId": 4, "FIELDS": {}})] {
        let (status, error, _) = rest.refused("crm.item.add", params).await;
        assert_eq!((status, error), (400, json!(100)));
    }
    let unknown = rest.refused("crm.item.get", json!({"entityTypeId": 4, "id": 1})).await;
    assert_eq!((unknown.0, unknown.1), (400, json!("NOT_FOUND")));
    let smart = rest.refused("crm.item.list", json!({"entityTypeId": 177})).await;
    assert_eq!(smart.1, "NOT_FOUND");
}

#[tokio::test]
async fn a_list_of_telephones_doubles_them_and_an_object_says_what_to_do() {
    let rest = Rest::new().await;
    let phone = json!({"typeId": "PHONE", "valueType": "WORK", "value": "+74951234567"});
    let item = add(&rest, json!({"title": "x", "fm": [phone]})).await;
    let (id, first) = (&item["id"], item["fm"][0]["id"].to_string());
    let item = update(&rest, id, json!({"fm": [phone]})).await;
    assert_eq!(phones(&item), ["+74951234567", "+74951234567"]);
    let second = item["fm"][1]["id"].to_string();
    let item = update(&rest, id, json!({"fm": {&second: {"typeId": "PHONE", "value": "+7495"}}})).await;
    assert_eq!(phones(&item), ["+74951234567", "+7495"]);
    let item = update(&rest, id, json!({"fm": {&second: {"value": ""}}})).await;
    assert_eq!(phones(&item).len(), 2, "without typeId nothing is deleted, and nothing is said");
    let item = update(&rest, id, json!({"fm": {&second: {"typeId": "PHONE", "value": ""}}})).await;
    assert_eq!(phones(&item), ["+74951234567"]);
    let item = update(&rest, id, json!({"fm": {"n0": {"typeId": "PHONE", "value": "a"}}})).await;
    assert_eq!(phones(&item), ["+74951234567", "a"]);
    let item = update(&rest, id, json!({"fm": {"99": {"typeId": "PHONE", "value": "b"}}})).await;
    assert_eq!(phones(&item), ["+74951234567", "a", "b"], "an id that nobody has adds");
    assert_eq!(item["fm"][0]["id"].to_string(), first);
}

#[tokio::test]
async fn an_update_that_changes_nothing_is_not_saved() {
    let rest = Rest::new().await;
    let item = add(&rest, json!({"title": "x"})).await;
    let writes = rest.portal.writes();
    rest.pass(10);
    let same = update(&rest, &item["id"], json!({"title": "x", "opened": "Y", "unknown": 1})).await;
    assert_eq!((&same["updatedTime"], rest.portal.writes()), (&item["updatedTime"], writes));
    let other = update(&rest, &item["id"], json!({"title": "y"})).await;
    assert_ne!(other["updatedTime"], item["updatedTime"]);
    // The old method saves all the same.
    rest.ok("crm.company.update", json!({"id": item["id"], "fields": {"TITLE": "y"}})).await;
    assert_eq!(rest.portal.writes(), writes + 2);
}

#[tokio::test]
async fn a_list_knows_or_and_refuses_fields_it_does_not_know() {
    let rest = Rest::new().await;
    for title in ["a", "b", "c"] {
        add(&rest, json!({"title": title})).await;
    }
    let or = json!({"0": {"logic": "OR", "0": {"=title": "a"}, "1": {"%title": "C"}}});
    let found = rest.ok("crm.item.list", json!({"entityTypeId": 4, "filter": or, "select": ["title"]})).await;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(2));
    assert!(found["items"][0].get("fm").is_none() && found["items"][0].get("id").is_some());
    for (params, text) in [
        (json!({"filter": {"TITLE": "a"}}), "Invalid filter: field 'TITLE' is not allowed in filter"),
        (json!({"filter": {">id": "x"}}), "Invalid filter: field 'id' has invalid value"),
        (json!({"order": {"nothing": "ASC"}}), "Invalid order: field 'nothing' is not allowed in order"),
    ] {
        let mut params = params;
        params["entityTypeId"] = 4.into();
        let refused = rest.refused("crm.item.list", params).await;
        assert_eq!(refused, (400, json!("INVALID_ARG_VALUE"), text.to_owned()));
    }
    let whole =
        rest.ok("crm.item.list", json!({"entityTypeId": 4, "select": ["*"], "order": {"id": "DESC"}})).await;
    assert!(whole["items"][0].get("fm").is_some(), "only * brings fm");
    assert!(ids(&whole["items"]).is_sorted_by(|a, b| a > b));
}

#[tokio::test]
async fn deleting_answers_with_an_empty_array() {
    let rest = Rest::new().await;
    let item = add(&rest, json!({"title": "x"})).await;
    let deleted = rest.ok("crm.item.delete", json!({"entityTypeId": 4, "id": item["id"]})).await;
    assert_eq!(deleted, json!([]));
}

#[tokio::test]
async fn one_bad_row_of_an_import_stops_no_other() {
    let rest = Rest::new().await;
    let bad = json!({"title": "x", "fm": [{"typeId": "EMAIL", "value": "nonsense"}]});
    let data = json!([bad, {"title": "y"}]);
    let made = rest.ok("crm.item.batchImport", json!({"entityTypeId": 4, "data": data})).await;
    assert_eq!(made["items"][0]["error"], "CRM_FIELD_ERROR_VALUE_NOT_VALID");
    assert!(made["items"][1]["item"]["id"].is_i64());
    let many: Vec<Value> = (0..21).map(|_| json!({"title": "z"})).collect();
    let refused = rest.refused("crm.item.batchimport", json!({"entityTypeId": 4, "data": many})).await;
    assert_eq!(refused.1, "MAX_IMPORT_BATCH_SIZE_EXCEEDED");
}

#[tokio::test]
async fn user_fields_go_by_both_names_but_each_in_its_mode() {
    let rest = Rest::new().await;
    let field = json!({"fields": {"FIELD_NAME": "PAID", "USER_TYPE_ID": "money"}});
    rest.ok("crm.deal.userfield.add", field).await;
    let params = json!({"entityTypeId": 2, "fields": {"ufCrmPaid": "12.5", "UF_CRM_PAID": "99|USD"}});
    let item = rest.ok("crm.item.add", params).await["item"].clone();
    assert_eq!(item["ufCrmPaid"], "12.5|RUB", "a bare amount gets the portal's currency");
    let params = json!({
        "entityTypeId": 2, "id": item["id"], "fields": {"UF_CRM_PAID": "7.00|RUB"}, "useOriginalUfNames": "Y",
    });
    let item = rest.ok("crm.item.update", params).await["item"].clone();
    assert_eq!(item["UF_CRM_PAID"], "7.00|RUB");
    assert_eq!((&item["companyId"], &item["stageId"]), (&json!(0), &json!("NEW")));
}
