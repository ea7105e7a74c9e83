//! `crm.address.*`.

use emulator::bitrix24::AddressUpdate;
use serde_json::{Value, json};

use super::{Rest, nameless};

async fn with_address(rest: &Rest) -> (i64, i64) {
    let company = rest.company("x").await;
    let requisite = rest.requisite(company, "1").await;
    let fields = key(6, requisite, json!({"ADDRESS_1": "ул. Мира, 1", "CITY": "Пермь", "REGION": ""}));
    assert_eq!(rest.ok("crm.address.add", fields).await, true);
    (company, requisite)
}

fn key(kind: i64, requisite: i64, mut fields: Value) -> Value {
    fields["TYPE_ID"] = kind.into();
    fields["ENTITY_TYPE_ID"] = 8.into();
    fields["ENTITY_ID"] = requisite.into();
    json!({"fields": fields})
}

#[tokio::test]
async fn there_is_one_address_of_a_type() {
    let rest = Rest::new().await;
    let (_, requisite) = with_address(&rest).await;
    let again = key(6, requisite, json!({"ADDRESS_1": "y"}));
    assert_eq!(rest.refused("crm.address.add", again).await, nameless("TypeAddress exists."));
    let missing = key(1, requisite, json!({"ADDRESS_1": "y"}));
    assert_eq!(rest.refused("crm.address.update", missing.clone()).await, nameless("TypeAddress not found."));
    assert_eq!(rest.refused("crm.address.delete", missing).await, nameless("TypeAddress not found."));
    rest.ok("crm.address.delete", key(6, requisite, json!({}))).await;
    assert_eq!(rest.portal.addresses(), []);
}

#[tokio::test]
async fn an_address_has_no_id_and_no_dates_but_knows_its_company() {
    let rest = Rest::new().await;
    let (company, requisite) = with_address(&rest).await;
    let other = with_address(&rest).await;
    let by_anchor = json!({"filter": {"ANCHOR_TYPE_ID": 4, "ANCHOR_ID": company, "ENTITY_TYPE_ID": 8}});
    let rows = rest.ok("crm.address.list", by_anchor).await;
    let row = &rows[0];
    assert_eq!(rows.as_array().map(Vec::len), Some(1));
    assert!(row.get("ID").is_none() && row.get("DATE_MODIFY").is_none());
    assert_eq!(row["ENTITY_ID"], requisite.to_string());
    assert_eq!((&row["ANCHOR_TYPE_ID"], &row["ANCHOR_ID"]), (&json!("4"), &json!(company.to_string())));
    assert_eq!(
        (&row["REGION"], &row["ADDRESS_2"], &row["CITY"]),
        (&json!(null), &json!(null), &json!("Пермь"))
    );
    let by_two = json!({"filter": {"@ANCHOR_ID": [company, other.0], "@TYPE_ID": [1, 6]}});
    assert_eq!(rest.ok("crm.address.list", by_two).await.as_array().map(Vec::len), Some(2));
    let window = json!({"filter": {">ENTITY_ID": requisite, "<=ENTITY_ID": requisite + 25}, "start": -1});
    assert_eq!(rest.ok("crm.address.list", window).await[0]["ENTITY_ID"], other.1.to_string());
}

#[tokio::test]
async fn parts_that_an_update_does_not_name_stay_or_go_by_setting() {
    for (update, city) in [(AddressUpdate::KeepsOthers, "Пермь"), (AddressUpdate::ClearsOthers, "")] {
        let rest = Rest::with(|settings| settings.address_update = update).await;
        let (_, requisite) = with_address(&rest).await;
        rest.ok("crm.address.update", key(6, requisite, json!({"ADDRESS_1": "ул. Мира, 2"}))).await;
        let address = rest.portal.addresses_of(requisite).remove(0);
        assert_eq!((address.get("ADDRESS_1"), address.get("CITY")), ("ул. Мира, 2", city));
    }
}

#[tokio::test]
async fn a_wrong_part_of_the_key_is_named() {
    let rest = Rest::new().await;
    let (company, requisite) = with_address(&rest).await;
    for (change, text) in [
        (json!({"TYPE_ID": 2}), "TYPE_ID is not defined or invalid."),
        (json!({"ENTITY_TYPE_ID": 4}), "ENTITY_TYPE_ID is not defined or invalid."),
        (json!({"ENTITY_ID": ""}), "ENTITY_ID is not defined or invalid."),
        (json!({"ENTITY_ID": company}), "ENTITY_ID is not defined or invalid."),
    ] {
        let mut params = key(1, requisite, json!({}));
        for (name, value) in change.as_object().unwrap() {
            params["fields"][name] = value.clone();
        }
        assert_eq!(rest.refused("crm.address.add", params).await, nameless(text), "{change}");
    }
}

#[tokio::test]
async fn legal_is_six_and_actual_is_one() {
    let rest = Rest::new().await;
    let types = rest.ok("crm.enum.addresstype", json!({})).await;
    let ids: Vec<_> = types.as_array().unwrap().iter().map(|one| one["ID"].clone()).collect();
    assert!(ids.contains(&json!(1)) && ids.contains(&json!(6)));
    assert_eq!(types[0]["SYMBOL_CODE"], json!(null));
}
