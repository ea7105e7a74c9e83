//! Files of deals: written whole, known by a number that is new at every upload, and silent about wrong formats.
//! <https://apidocs.bitrix24.com/api-reference/files/how-to-update-files.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Rest;

const FIELD: &str = "ufCrmPapers";

struct Deal {
    rest: Rest,
    id: i64,
}

impl Deal {
    async fn new() -> Self {
        let rest = Rest::new().await;
        for (name, multiple) in [("PAPERS", "Y"), ("PAPER", "N")] {
            let fields = json!({ "FIELD_NAME": name, "USER_TYPE_ID": "file", "MULTIPLE": multiple });
            rest.ok("crm.deal.userfield.add", json!({ "fields": fields })).await;
        }
        let id = rest.ok("crm.deal.add", json!({ "fields": { "TITLE": "x" } })).await;
        Self { rest, id: id.as_i64().expect("a number") }
    }

    async fn write(&self, field: &str, value: Value) -> Value {
        let fields = json!({ field: value });
        let params = json!({ "entityTypeId": 2, "id": self.id, "fields": fields });
        self.rest.ok("crm.item.update", params).await["item"][field].clone()
    }
}

fn file(name: &str) -> Value {
    json!([name, STANDARD.encode(format!("%PDF {name}"))])
}

fn numbers(files: &Value) -> Vec<i64> {
    files.as_array().expect("a list").iter().filter_map(|file| file["id"].as_i64()).collect()
}

#[tokio::test]
async fn what_a_list_does_not_name_is_deleted_and_an_upload_has_a_new_number() {
    let deal = Deal::new().await;
    let first = numbers(&deal.write(FIELD, json!([file("а.pdf"), file("б.pdf")])).await);
    assert_eq!(first.len(), 2);
    let second = numbers(&deal.write(FIELD, json!([{ "id": first[1] }, file("а.pdf")])).await);
    assert_eq!(second[0], first[1]);
    assert!(!first.contains(&second[1]), "the same content has another number");
    let third = numbers(&deal.write(FIELD, json!([{ "id": first[0] }])).await);
    assert!(third.is_empty(), "a number that is gone brings nothing back, and the rest goes too");
}

#[tokio::test]
async fn file_data_in_an_item_is_success_and_an_empty_field() {
    let deal = Deal::new().await;
    let wrong = json!({ "fileData": file("а.pdf") });
    assert_eq!(deal.write(FIELD, json!([wrong])).await, json!([]));
    deal.write("ufCrmPaper", file("а.pdf")).await;
    assert_eq!(deal.write("ufCrmPaper", wrong).await, Value::Null, "what was there is gone as well");
}

#[tokio::test]
async fn a_single_field_keeps_its_own_number_and_is_cleared_by_another() {
    let deal = Deal::new().await;
    let kept = deal.write("ufCrmPaper", file("а.pdf")).await["id"].clone();
    assert_eq!(deal.write("ufCrmPaper", json!({ "id": kept })).await["id"], kept);
    assert_eq!(deal.write("ufCrmPaper", json!({ "id": 1 })).await, Value::Null);
}

#[tokio::test]
async fn an_empty_file_is_refused() {
    let deal = Deal::new().await;
    let params = json!({ "entityTypeId": 2, "id": deal.id, "fields": { FIELD: [["а.pdf", ""]] } });
    let (status, ..) = deal.rest.refused("crm.item.update", params).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_file_is_fetched_from_its_own_address_by_a_polite_caller() {
    let deal = Deal::new().await;
    let files = deal.write(FIELD, json!([file("Счёт.pdf")])).await;
    let address = files[0]["urlMachine"].as_str().expect("an address").to_owned();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let rude = http.get(&address).send().await.expect("an answer");
    assert_eq!(rude.status().as_u16(), 404, "nginx shows its own page");
    let polite = http
        .get(&address)
        .header("User-Agent", "test")
        .header("Accept", "*/*")
        .header("Accept-Language", "ru")
        .header("Referer", "http://127.0.0.1/");
    let answer = polite.send().await.expect("an answer");
    let name = answer.headers()["content-disposition"].to_str().expect("ASCII").to_owned();
    assert!(name.contains("filename*=utf-8''%D0%A1"), "{name}");
    assert_eq!(answer.bytes().await.expect("its bytes"), "%PDF Счёт.pdf".as_bytes());
}
