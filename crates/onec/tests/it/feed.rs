//! What 1C polls, and its receipts.

use domain::{BankAccount, Counterparty, DeliveryId, Field, Kind, Offer, OneCRef, ReceiptStatus};
use serde_json::json;

use crate::office::{Call, Office, REF};

const DELIVERY: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

fn offer() -> Offer {
    Offer {
        delivery: DELIVERY.parse::<DeliveryId>().expect("a ULID"),
        onec_ref: None,
        proposed_ref: OneCRef::parse(REF).expect("a GUID"),
        code: None,
        company_id: Some(123),
        requisite_id: Some(45),
        snapshot: Counterparty {
            kind: Some(Kind::Legal),
            name: Some("ООО «Яндекс»".into()),
            inn: Some("7736207543".into()),
            phones: Some(vec!["+7 495 739-70-00".into()]),
            bank_accounts: Some(vec![BankAccount {
                number: "40702810400000012345".into(),
                main: true,
                ..BankAccount::default()
            }]),
            ..Counterparty::default()
        },
        changed: vec![Field::Inn, Field::Name],
        changed_at: Some("2026-11-23T17:48:00Z".parse().expect("a moment")),
    }
}

fn office_with_offers() -> Office {
    let office = Office::open();
    *office.ferry.offers.lock().expect("no panic") =
        vec![offer(), Offer { onec_ref: OneCRef::parse(REF), code: Some("000000123".into()), ..offer() }];
    office
}

#[tokio::test]
async fn a_poll_is_an_array_with_every_field_and_the_proposed_guid_for_what_is_new() {
    let heard = office_with_offers().hears(Call::get("counterparties")).await;

    let records = heard.json();
    let new = &records[0];
    assert_eq!(
        (&new["delivery"], &new["action"], &new["proposed_ref"]),
        (&json!(DELIVERY), &json!("create"), &json!(REF))
    );
    assert!(new.get("ref").is_none() && new.get("code").is_none());
    for field in Field::ALL {
        assert!(new.get(field.as_str()).is_some(), "{field:?} is absent");
    }
    assert_eq!((&new["company_id"], &new["requisite_id"]), (&json!(123), &json!(45)));
    assert_eq!(
        (&new["kpp"], &new["emails"], &new["changed"]),
        (&json!(""), &json!([]), &json!(["inn", "name"]))
    );
    assert_eq!(new["changed_at"], "2026-11-23T20:48:00+03:00");
    let known = &records[1];
    assert_eq!(
        (&known["action"], &known["ref"], &known["code"]),
        (&json!("update"), &json!(REF), &json!("000000123"))
    );
    assert!(known.get("proposed_ref").is_none());
}

#[tokio::test]
async fn an_idle_poll_is_an_empty_array_in_both_formats() {
    let office = Office::open();

    assert_eq!(office.hears(Call::get("counterparties")).await.json(), json!([]));
    let xml = office.hears(Call::get("counterparties").with("accept", "application/xml")).await.text;
    assert!(
        xml.ends_with("<counterparties></counterparties>") || xml.ends_with("<counterparties/>"),
        "{xml}"
    );
}

#[tokio::test]
async fn a_poll_in_xml_has_the_names_of_the_json() {
    let xml =
        office_with_offers().hears(Call::get("counterparties").with("accept", "application/xml")).await.text;

    for part in [
        "<counterparties><counterparty><delivery>01ARZ3NDEKTSV4RRFFQ69G5FAV</delivery><action>create</action>",
        "<phones><phone>+7 495 739-70-00</phone></phones>",
        "<bank_accounts><bank_account><number>40702810400000012345</number>",
        "<changed><field>inn</field><field>name</field></changed>",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
}

#[tokio::test]
async fn a_poll_takes_as_many_as_it_is_asked_for_and_refuses_nonsense() {
    let office = office_with_offers();

    assert_eq!(
        office.hears(Call::get("counterparties?limit=1")).await.json().as_array().map(Vec::len),
        Some(1)
    );
    for nonsense in ["0", "1001", "-1", "all"] {
        let heard = office.hears(Call::get(&format!("counterparties?limit={nonsense}"))).await;
        assert_eq!(heard.status.as_u16(), 422, "{nonsense}: {}", heard.text);
    }
}

#[tokio::test]
async fn receipts_are_answered_one_by_one_and_a_wrong_one_stops_nobody() {
    let office = office_with_offers();
    let receipts = json!([
        { "delivery": DELIVERY, "status": "created", "ref": REF, "code": "000000123" },
        { "delivery": "01BX5ZZKBKACTAV9WEVGEMMVRZ", "status": "updated" },
        { "delivery": DELIVERY, "status": "done" },
        { "status": "created" },
        { "delivery": DELIVERY, "status": "rejected", "message": "Период закрыт" },
    ]);

    let answers = office.hears(Call::post("receipts", receipts.to_string())).await.json();

    let statuses: Vec<_> =
        answers.as_array().expect("an array").iter().map(|answer| answer["status"].clone()).collect();
    assert_eq!(statuses, ["settled", "unknown", "unknown", "unknown", "settled"]);
    assert!(answers[2]["message"].as_str().expect("a text").contains("status"), "{answers}");
    assert!(answers[3]["message"].as_str().expect("a text").contains("delivery"), "{answers}");
    let taken = office.ferry.receipts.lock().expect("no panic");
    assert_eq!(taken.len(), 3);
    assert_eq!((taken[0].onec_ref, taken[0].code.as_deref()), (OneCRef::parse(REF), Some("000000123")));
    assert_eq!((taken[2].status, taken[2].message.as_str()), (ReceiptStatus::Rejected, "Период закрыт"));
}

#[tokio::test]
async fn receipts_in_xml_are_the_same_receipts() {
    let office = office_with_offers();
    let body = format!(
        "<receipts><receipt><delivery>{DELIVERY}</delivery><status>unchanged</status></receipt></receipts>"
    );

    let heard = office.hears(Call::xml("receipts", body)).await;

    assert_eq!(heard.json()[0]["status"], "settled");
}
