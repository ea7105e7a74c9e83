//! `batch`.

use serde_json::{Value, json};

use super::Rest;

#[tokio::test]
async fn a_chain_hands_ids_on_in_the_order_it_was_written() {
    let rest = Rest::new().await;
    let preset = rest.portal.presets()[0].0;
    // Keys whose alphabetic order is not the order of the chain, written by hand because `json!` sorts them.
    let body = format!(
        r#"{{"halt": 0, "cmd": {{
            "z": "crm.company.add?fields[TITLE]=%D0%A0%26%D0%9A",
            "r": "crm.requisite.add?fields[ENTITY_TYPE_ID]=4&fields[ENTITY_ID]=$result[z]&fields[PRESET_ID]={preset}&fields[NAME]=x",
            "a": "crm.address.add?fields[TYPE_ID]=6&fields[ENTITY_TYPE_ID]=8&fields[ENTITY_ID]=%24result%5Br%5D&fields[ADDRESS_1]=%D0%B4.1",
            "b": "crm.requisite.bankdetail.add?fields[ENTITY_ID]=$result[r]&fields[NAME]=y"
        }}}}"#
    );
    let request = rest.http.post(format!("{}batch", rest.portal.webhook_url()));
    let response = request.header("Content-Type", "application/json").body(body).send().await.unwrap();
    let answer: Value = response.json().await.unwrap();
    let result = &answer["result"];
    assert_eq!(result["result_error"], json!([]));
    let company = result["result"]["z"].as_i64().unwrap();
    let requisite = rest.portal.requisites_of(company).remove(0);
    assert_eq!(result["result"]["r"], requisite.id);
    assert_eq!(rest.portal.company(company).unwrap().get("TITLE"), "Р&К");
    assert_eq!(rest.portal.addresses_of(requisite.id)[0].get("ADDRESS_1"), "д.1");
    assert_eq!(rest.portal.bank_details_of(requisite.id).len(), 1);
    assert_eq!((rest.portal.http_requests(), rest.portal.commands(), rest.portal.writes()), (1, 4, 4));
}

#[tokio::test]
async fn a_reference_to_a_failed_command_is_empty_and_only_its_own_chain_fails() {
    let rest = Rest::new().await;
    let result = rest
        .ok(
            "batch",
            json!({"cmd": {
                "bad": "crm.company.add?fields[TITLE]=x&fields[EMAIL][0][VALUE]=nonsense",
                "r": "crm.requisite.add?fields[ENTITY_TYPE_ID]=4&fields[ENTITY_ID]=$result[bad]&fields[PRESET_ID]=1&fields[NAME]=x",
                "good": "crm.company.add?fields[TITLE]=y",
            }}),
        )
        .await;
    assert_eq!(result["result_error"]["bad"]["error"], "ERROR_CORE");
    assert_eq!(result["result_error"]["r"]["error"], "");
    assert_eq!(result["result_error"]["r"]["error_description"], "ENTITY_ID is not defined or invalid.");
    assert!(result["result"]["good"].is_i64());
    assert!(result["result_time"].get("bad").is_none());
}

#[tokio::test]
async fn halt_stops_at_the_first_error() {
    let rest = Rest::new().await;
    let cmd = json!({"a": "crm.company.get?id=1", "b": "crm.company.add?fields[TITLE]=y"});
    let result = rest.ok("batch", json!({"halt": 1, "cmd": cmd})).await;
    assert_eq!(result["result"], json!([]));
    assert!(result["result_error"].get("b").is_none(), "a command that did not run is in neither map");
    assert_eq!(rest.portal.company_count(), 0);
}

#[tokio::test]
async fn numeric_keys_come_back_as_lists_and_empty_maps_too() {
    let rest = Rest::new().await;
    let result = rest.ok("batch", json!({"cmd": ["crm.company.list", "profile"]})).await;
    assert_eq!(result["result"].as_array().map(Vec::len), Some(2));
    assert_eq!(result["result_total"], json!([0]));
    for map in ["result_error", "result_next"] {
        assert_eq!(result[map], json!([]), "{map}");
    }
}

#[tokio::test]
async fn the_fifty_first_command_fails_by_itself() {
    let rest = Rest::new().await;
    let cmd: serde_json::Map<String, Value> =
        (0..52).map(|at| (format!("c{at:02}"), json!("crm.company.add?fields[TITLE]=x"))).collect();
    let result = rest.ok("batch", json!({"cmd": cmd})).await;
    assert_eq!(rest.portal.company_count(), 50);
    for key in ["c50", "c51"] {
        assert_eq!(result["result_error"][key]["error"], "ERROR_BATCH_LENGTH_EXCEEDED");
    }
}

#[tokio::test]
async fn a_batch_in_a_batch_is_not_allowed() {
    let rest = Rest::new().await;
    let result = rest.ok("batch", json!({"cmd": {"b": "batch?cmd[x]=profile", "p": "profile"}})).await;
    assert_eq!(result["result_error"]["b"]["error"], "ERROR_BATCH_METHOD_NOT_ALLOWED");
    assert_eq!(result["result"]["p"]["ID"], "7");
}

#[tokio::test]
async fn a_batch_may_come_as_a_doubly_encoded_query() {
    let rest = Rest::new().await;
    let url = format!(
        "{}batch?halt=0&cmd[c]=crm.company.add%3Ffields%5BTITLE%5D%3DA%2526B",
        rest.portal.webhook_url()
    );
    rest.http.get(url).send().await.unwrap();
    assert_eq!(rest.portal.companies()[0].get("TITLE"), "A&B");
}

#[tokio::test]
async fn totals_and_next_pages_of_lists_come_by_command() {
    let rest = Rest::new().await;
    for at in 0..51 {
        rest.portal.employee().creates_company(&format!("n{at}")).unwrap();
    }
    let cmd =
        json!({"all": "crm.company.list?select[]=ID", "quick": "crm.company.list?select[]=ID&start=-1"});
    let result = rest.ok("batch", json!({"cmd": cmd})).await;
    assert_eq!(result["result_total"], json!({"all": 51, "quick": 0}));
    assert_eq!(result["result_next"], json!({"all": 50}));
}
