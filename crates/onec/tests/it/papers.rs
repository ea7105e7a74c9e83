//! Inquiries, documents and payments: what 1C polls, what it tells, what it hears.

use std::collections::BTreeMap;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{
    Amount, Date, DeliveryId, DocumentKind, Inquiry, InquiryClient, InquiryOffer, OneCRef, OpenInquiry,
    Product, Responsible,
};
use serde_json::{Value, json};

use crate::office::{Call, DOCUMENT_LIMIT, OTHER_REF, Office, REF};

const DELIVERY: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n";

fn guid(text: &str) -> OneCRef {
    OneCRef::parse(text).expect("a GUID")
}

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn offer() -> InquiryOffer {
    InquiryOffer {
        delivery: DELIVERY.parse::<DeliveryId>().expect("a ULID"),
        onec_ref: None,
        proposed_ref: guid(REF),
        number: None,
        deal_id: 777,
        deal_url: "https://portal/crm/deal/details/777/".into(),
        client: InquiryClient {
            onec_ref: guid(OTHER_REF),
            code: Some("000000123".into()),
            inn: "7736207543".into(),
            kpp: "770401001".into(),
            company_id: 123,
        },
        snapshot: Inquiry {
            title: "Насосы для ЦНС".into(),
            stage: "Подготовка ТКП".into(),
            stage_id: "C1:PREPARATION".into(),
            closed: false,
            amount: Some(amount("120000")),
            currency: "RUB".into(),
            responsible: Responsible {
                name: "Пётр Сидоров".into(), email: "p.sidorov@example.ru".into()
            },
            comment: "Срочно".into(),
            opened_on: Some(day("2026-11-20")),
            closes_on: None,
            products: vec![Product {
                name: "Насос ЦНСг 38-44".into(),
                quantity: amount("2"),
                unit: "шт".into(),
                price: amount("50000"),
                vat_rate: Some(amount("20")),
                vat_included: true,
                amount: amount("100000"),
                ..Product::default()
            }],
            extras: BTreeMap::from([
                ("delivery_terms".to_owned(), "самовывоз".to_owned()),
                ("title".to_owned(), "a name that is taken".to_owned()),
            ]),
        },
        changed_at: Some("2026-11-23T17:48:00Z".parse().expect("a moment")),
    }
}

#[tokio::test]
async fn a_polled_inquiry_is_that_of_the_contract() {
    let office = Office::open();
    *office.ferry.deals.lock().expect("no panic") = vec![
        offer(),
        InquiryOffer { onec_ref: Some(guid(REF)), number: Some("ЗПР-000001".into()), ..offer() },
    ];
    let heard = office.hears(Call::get("inquiries?limit=10")).await.json();
    assert_eq!(
        heard[0],
        json!({
            "delivery": DELIVERY, "action": "create", "proposed_ref": REF, "deal_id": 777,
            "deal_url": "https://portal/crm/deal/details/777/", "title": "Насосы для ЦНС", "stage": "Подготовка ТКП",
            "stage_id": "C1:PREPARATION", "closed": false,
            "counterparty": { "ref": OTHER_REF, "code": "000000123", "inn": "7736207543", "kpp": "770401001", "company_id": 123 },
            "amount": "120000.00", "currency": "RUB",
            "responsible": { "name": "Пётр Сидоров", "email": "p.sidorov@example.ru" },
            "comment": "Срочно", "opened_on": "2026-11-20", "closes_on": "",
            "products": [{
                "name": "Насос ЦНСг 38-44", "article": "", "quantity": "2", "unit": "шт", "price": "50000.00",
                "discount": "0.00", "vat_rate": "20", "vat_included": true, "amount": "100000.00"
            }],
            "changed_at": "2026-11-23T20:48:00+03:00",
            "delivery_terms": "самовывоз",
        })
    );
    assert_eq!(
        (&heard[1]["action"], &heard[1]["ref"], &heard[1]["number"], heard[1].get("proposed_ref")),
        (&json!("update"), &json!(REF), &json!("ЗПР-000001"), None)
    );
}

#[tokio::test]
async fn a_polled_inquiry_is_read_by_platform_8_2_as_xml() {
    let office = Office::open();
    *office.ferry.deals.lock().expect("no panic") = vec![offer()];
    let call = Call::get("inquiries").with("accept", "application/xml").with("x-parom-platform", "8.2");
    let heard = office.hears(call).await.text;
    for part in [
        "<inquiries><inquiry><delivery>01ARZ3NDEKTSV4RRFFQ69G5FAV</delivery>",
        "<counterparty><ref>7f9619ff-8b86-d011-b42d-00cf4fc964ff</ref>",
        "<products><product><name>Насос ЦНСг 38-44</name><article/>",
        "<vat_included>true</vat_included>",
        "<closes_on/>",
    ] {
        assert!(heard.contains(part), "{part} in {heard}");
    }
}

#[tokio::test]
async fn the_open_inquiries_come_in_pages() {
    let office = Office::open();
    *office.ferry.open.lock().expect("no panic") =
        [5, 7, 9].map(|deal_id| OpenInquiry { deal_id, onec_ref: guid(REF) }).to_vec();
    let heard = office.hears(Call::get("open-inquiries?after=5&limit=1")).await.json();
    assert_eq!(heard, json!([{ "deal_id": 7, "ref": REF }]));
    assert_eq!(office.hears(Call::get("open-inquiries")).await.json().as_array().map(Vec::len), Some(3));
    let (problem, detail) = office.hears(Call::get("open-inquiries?after=x")).await.problem(422);
    assert_eq!(problem, "invalid");
    assert!(detail.contains("after=0"), "{detail}");
}

#[tokio::test]
async fn an_inquiry_is_told_with_what_is_spoken_of_and_no_more() {
    let office = Office::open();
    let told = json!([
        { "ref": REF.to_uppercase(), "deal_id": "1 024", "number": "ЗПР-1", "date": "2026-11-23T10:00:00", "status": "" },
        { "ref": OTHER_REF, "deleted": true, "date": null },
    ]);
    let heard = office.hears(Call::post("inquiries", told.to_string())).await;
    assert_eq!(heard.statuses(), ["accepted", "accepted"]);
    assert_eq!(heard.json()[0]["ref"], json!(REF.to_uppercase()), "as 1C wrote it");
    let taken = office.ferry.inquiries.lock().expect("no panic").clone();
    assert_eq!((taken[0].deal_id, taken[0].date), (Some(1024), Some(Some(day("2026-11-23")))));
    assert_eq!((taken[0].status.as_deref(), taken[0].deleted), (Some(""), None));
    assert_eq!((taken[1].deal_id, taken[1].date, taken[1].deleted), (None, Some(None), Some(true)));
    assert_eq!(taken[1].number, None, "not spoken of");
}

#[tokio::test]
async fn a_document_comes_with_its_content_in_json_and_in_xml() {
    let office = Office::open();
    let broken_into_lines = STANDARD.encode(PDF).replace('0', "0\r\n");
    let told = json!([{
        "ref": REF, "kind": "invoice", "inquiry": OTHER_REF, "number": "СЧ-0042", "date": "2026-11-23",
        "amount": "120 000,00", "currency": "руб.", "file_name": "Счёт СЧ-0042.pdf", "content": broken_into_lines
    }]);
    assert_eq!(office.hears(Call::post("documents", told.to_string())).await.statuses(), ["accepted"]);
    let xml = format!(
        "<documents><document><ref>{REF}</ref><kind>invoice</kind><inquiry>{OTHER_REF}</inquiry><number>СЧ-0042</number>\
         <date>2026-11-23T00:00:00</date><amount>120000</amount><currency>RUB</currency>\
         <file_name>Счёт СЧ-0042.pdf</file_name><content>{}</content></document></documents>",
        STANDARD.encode(PDF)
    );
    assert_eq!(office.hears(Call::xml("documents", xml)).await.statuses(), ["accepted"]);
    let taken = office.ferry.documents.lock().expect("no panic").clone();
    assert_eq!(taken[0], taken[1]);
    assert_eq!(taken[0].kind, Some(DocumentKind::Invoice));
    assert_eq!(taken[0].amount, Some(Some(amount("120000"))));
    assert_eq!(taken[0].currency.as_deref(), Some("RUB"));
    assert_eq!(taken[0].content.as_deref(), Some(PDF));
}

#[tokio::test]
async fn a_document_that_is_no_document_is_rejected_and_the_others_are_taken() {
    let office = Office::open();
    let big = STANDARD.encode([PDF, &vec![b' '; DOCUMENT_LIMIT]].concat());
    let wrong = [
        (json!({ "ref": REF, "content": STANDARD.encode("PK\u{3}\u{4}") }), "не PDF"),
        (json!({ "ref": REF, "content": "" }), "пусто"),
        (json!({ "ref": REF, "content": big }), "document_limit"),
        (json!({ "ref": REF, "content": "data:application/pdf;base64,AAAA" }), "без префикса data:"),
        (json!({ "ref": REF, "kind": "act" }), "quotation, contract, invoice"),
        (json!({ "ref": REF, "amount": "сто" }), "не сумма"),
        (json!({ "ref": "нет" }), "не GUID"),
        (json!({ "kind": "invoice" }), "нет поля ref"),
    ];
    let mut records: Vec<Value> = wrong.iter().map(|(record, _)| record.clone()).collect();
    records.push(json!({ "ref": OTHER_REF, "kind": "contract", "deal_id": 7 }));
    let heard = office.hears(Call::post("documents", Value::from(records).to_string())).await.json();
    for (place, (_, why)) in wrong.iter().enumerate() {
        assert_eq!(heard[place]["status"], "rejected");
        let message = heard[place]["message"].as_str().unwrap_or_default();
        assert!(message.contains(why), "{why}: {message}");
    }
    assert_eq!(heard[wrong.len()]["status"], "awaiting-content");
    assert_eq!(office.ferry.documents.lock().expect("no panic").len(), 1);
}

#[tokio::test]
async fn a_content_is_brought_as_raw_bytes() {
    let office = Office::open();
    let path = format!("documents/{REF}/content");
    let pieces: Vec<Result<&'static [u8], std::io::Error>> = vec![Ok(b"%P"), Ok(b"DF-1.7 "), Ok(b"rest")];
    let body = Body::from_stream(futures::stream::iter(pieces));
    let heard = office.hears(Call::put_pdf(&path, body)).await;
    assert_eq!(heard.json(), json!([{ "ref": REF, "status": "accepted", "message": "" }]));
    let contents = office.ferry.contents.lock().expect("no panic").clone();
    assert_eq!(contents, [(guid(REF), b"%PDF-1.7 rest".to_vec())]);
}

#[tokio::test]
async fn a_content_that_is_wrong_is_rejected_with_what_to_do() {
    let office = Office::open();
    let path = format!("documents/{REF}/content");
    for (body, why) in [
        (Vec::new(), "пусто"),
        (b"PK\x03\x04 zip".to_vec(), "не PDF"),
        (b"%P".to_vec(), "не PDF"),
        ([PDF, &vec![b' '; DOCUMENT_LIMIT]].concat(), "document_limit"),
    ] {
        let heard = office.hears(Call::put_pdf(&path, body)).await.json();
        assert_eq!(heard[0]["status"], "rejected");
        let message = heard[0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(why), "{why}: {message}");
    }
    let heard = office.hears(Call::put_pdf("documents/42/content", PDF.to_vec())).await.json();
    assert_eq!(heard[0]["status"], "rejected");
    let cut: Vec<Result<&'static [u8], std::io::Error>> = vec![Ok(PDF), Err(std::io::Error::other("gone"))];
    let call = Call::put_pdf(&path, Body::from_stream(futures::stream::iter(cut)));
    assert_eq!(office.hears(call).await.problem(400).0, "cut-short");
    assert!(office.ferry.contents.lock().expect("no panic").is_empty(), "nothing of it was kept");
    let call = Call::put_pdf(&path, PDF.to_vec()).with_password("1c", "wrong");
    assert_eq!(office.hears(call).await.problem(401).0, "unauthorized");
}

#[tokio::test]
async fn payments_are_taken_one_by_one_and_refunds_are_negative() {
    let office = Office::open();
    let told = json!([
        { "ref": REF, "inquiry": OTHER_REF, "number": "ПП-17", "date": "2026-11-23", "amount": "15000.00", "currency": "RUB" },
        { "ref": OTHER_REF, "deal_id": 7, "amount": -500.5, "cancelled": "Да" },
        { "ref": OTHER_REF, "amount": "" },
    ]);
    let heard = office.hears(Call::post("payments", told.to_string())).await;
    assert_eq!(heard.statuses(), ["accepted", "accepted", "rejected"]);
    let taken = office.ferry.payments.lock().expect("no panic").clone();
    assert_eq!(taken[0].amount, Some(amount("15000")));
    assert_eq!((taken[1].amount, taken[1].cancelled), (Some(amount("-500.5")), Some(true)));
}

#[tokio::test]
async fn a_complete_list_is_taken_whole_or_not_at_all() {
    let office = Office::open();
    let told = json!([
        { "inquiry": REF, "payments": [{ "ref": OTHER_REF, "amount": "1" }] },
        { "inquiry": REF, "payments": [] },
        { "inquiry": REF, "payments": [{ "ref": OTHER_REF, "amount": "1" }, { "ref": REF, "amount": "два" }] },
        { "inquiry": REF, "payments": [{ "ref": OTHER_REF, "amount": "1" }, { "ref": OTHER_REF, "amount": "2" }] },
        { "inquiry": REF, "payments": [{ "ref": OTHER_REF, "amount": "1", "inquiry": OTHER_REF }] },
        { "inquiry": REF },
    ]);
    let heard = office.hears(Call::post("payments/complete", told.to_string())).await;
    assert_eq!(heard.statuses(), ["accepted", "accepted", "rejected", "rejected", "rejected", "rejected"]);
    assert_eq!(heard.json()[0]["ref"], REF);
    let xml = format!(
        "<complete><list><inquiry>{REF}</inquiry><payments><payment><ref>{OTHER_REF}</ref><amount>1</amount></payment>\
         </payments></list><list><inquiry>{REF}</inquiry><payments/></list></complete>"
    );
    assert_eq!(office.hears(Call::xml("payments/complete", xml)).await.statuses(), ["accepted", "accepted"]);
    let lists = office.ferry.lists.lock().expect("no panic").clone();
    assert_eq!(lists[..2], lists[2..], "JSON and XML say the same");
    assert_eq!(lists[0].payments.len(), 1);
}

#[tokio::test]
async fn every_kind_can_be_asked_about() {
    let office = Office::open();
    for kind in ["inquiry", "document", "payment"] {
        let heard = office.hears(Call::get(&format!("state?kind={kind}&ref={REF}"))).await.json();
        assert_eq!((&heard["state"], &heard["reason"]), (&json!("waiting"), &json!(kind)));
    }
}

#[tokio::test]
async fn a_receipt_of_an_inquiry_brings_number_and_date() {
    let office = Office::open();
    let told = json!([{
        "delivery": DELIVERY, "status": "created", "ref": REF, "number": "ЗПР-000001", "date": "2026-11-23T10:15:00"
    }]);
    office.hears(Call::post("receipts", told.to_string())).await;
    let receipts = office.ferry.receipts.lock().expect("no panic").clone();
    assert_eq!(
        (receipts[0].number.as_deref(), receipts[0].date),
        (Some("ЗПР-000001"), Some(day("2026-11-23")))
    );
}
