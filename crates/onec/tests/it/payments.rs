//! 1C shows payments, one by one and in complete lists.

use domain::{Amount, CompletePayments, OneCRef, ShownPayment};
use serde_json::{Value, json};

use crate::office::{Call, MemoryFerry, OTHER_REF, Office, REF, read_xml, to_xml};

/// The «Запрос» for which is paid.
const INQUIRY: &str = "8f9619ff-8b86-d011-b42d-00cf4fc964ff";
const OTHER_INQUIRY: &str = "9f9619ff-8b86-d011-b42d-00cf4fc964ff";

fn guid(text: &str) -> OneCRef {
    OneCRef::parse(text).expect("a GUID")
}

fn payment() -> Value {
    json!({ "ref": REF, "inquiry": INQUIRY.to_uppercase(), "deal_id": null, "number": "ПП-17",
        "date": "2026-11-23", "amount": "15000.00", "currency": "RUB", "cancelled": false,
        "changed_at": "2026-11-23T20:48:00" })
}

fn shown() -> ShownPayment {
    ShownPayment {
        onec_ref: guid(REF),
        inquiry: Some(guid(INQUIRY)),
        deal_id: None,
        number: Some("ПП-17".into()),
        date: Some(Some("2026-11-23".parse().expect("a day"))),
        amount: Some(Amount::from_minor(1_500_000)),
        currency: Some("RUB".into()),
        cancelled: Some(false),
        changed_at: Some("2026-11-23T17:48:00Z".parse().expect("a moment")),
    }
}

#[tokio::test]
async fn a_payment_is_taken_as_shown() {
    let office = Office::open();

    let first = office.takes("payments", &payment()).await;
    let again = office.takes("payments", &payment()).await;

    assert_eq!(first.json(), json!([{ "ref": REF, "status": "accepted", "message": "" }]));
    assert_eq!(again.statuses(), ["unchanged"]);
    assert_eq!(MemoryFerry::only_of(&office.ferry.payments), shown());
}

#[tokio::test]
async fn a_payment_is_the_same_in_xml_from_platform_8_2() {
    let office = Office::open();

    office.takes("payments", &payment()).await;
    let xml = to_xml("payments", &json!([payment()]));
    let heard = office.hears(Call::xml("payments", xml).with("accept", "application/xml").on_8_2()).await;

    assert_eq!(read_xml(&heard.text), json!([{ "ref": REF, "status": "unchanged", "message": "" }]));
}

#[tokio::test]
async fn sums_are_understood_as_1c_writes_them() {
    let office = Office::open();
    let sums = [
        (json!("15000.00"), "15000.00"),
        (json!("15 000,00"), "15000.00"),
        (json!("15\u{a0}000,5"), "15000.50"),
        (json!("-0,01"), "-0.01"),
        (json!(15000), "15000.00"),
        (json!(-15000.1), "-15000.10"),
        (json!(0), "0.00"),
    ];
    let records: Vec<_> = sums.iter().map(|(sum, _)| json!({ "ref": REF, "amount": sum })).collect();

    let heard = office.hears(Call::post("payments", Value::Array(records).to_string())).await;

    assert!(heard.statuses().iter().all(|status| status != "rejected"), "{}", heard.text);
    let taken = office.ferry.payments.lock().expect("no panic");
    let distinct: Vec<_> =
        taken.iter().map(|payment| payment.amount.expect("an amount").to_string()).collect();
    assert_eq!(distinct, ["15000.00", "15000.50", "-0.01", "-15000.10", "0.00"]);
}

#[tokio::test]
async fn a_number_of_more_digits_than_json_keeps_is_rejected_rather_than_rounded() {
    let office = Office::open();
    let body = format!(r#"[{{ "ref": "{REF}", "amount": 12345678901234.567 }}]"#);

    let heard = office.hears(Call::post("payments", body)).await;

    assert_eq!(heard.statuses(), ["rejected"]);
    assert!(heard.text.contains("передайте сумму строкой"), "{}", heard.text);
}

#[tokio::test]
async fn a_field_of_a_payment_that_is_empty_is_not_one_that_is_absent() {
    let office = Office::open();
    let empty = json!({ "ref": REF, "inquiry": "00000000-0000-0000-0000-000000000000", "deal_id": "", "number": "",
        "date": "", "currency": null, "cancelled": "Да" });

    office.hears(Call::post("payments", json!([{ "ref": REF }, empty]).to_string())).await;

    let absent = ShownPayment {
        onec_ref: guid(REF),
        inquiry: None,
        deal_id: None,
        number: None,
        date: None,
        amount: None,
        currency: None,
        cancelled: None,
        changed_at: None,
    };
    let cleared = ShownPayment {
        number: Some(String::new()),
        date: Some(None),
        currency: Some(String::new()),
        cancelled: Some(true),
        ..absent.clone()
    };
    assert_eq!(*office.ferry.payments.lock().expect("no panic"), [absent, cleared]);
}

#[tokio::test]
async fn a_wrong_payment_says_what_to_mend_and_stops_nobody() {
    let office = Office::open();
    let wrong = json!({ "ref": "ПП-17", "number": "ПП-17", "inquiry": "000000123", "amount": "12 руб",
        "currency": "рублей", "cancelled": "может быть" });
    let empty = json!({ "ref": OTHER_REF, "amount": "" });

    let heard = office.hears(Call::post("payments", json!([wrong, empty, payment()]).to_string())).await;

    assert_eq!(heard.statuses(), ["rejected", "rejected", "accepted"]);
    let results = heard.json();
    let message = results[0]["message"].as_str().expect("a message");
    for part in [
        "Оплата «ПП-17» не принята",
        "inquiry (запрос): «000000123» не GUID",
        "amount (сумма): «12 руб» не сумма; нужно, например, 15000.00",
        "currency (валюта): «РУБЛЕЙ» не валюта",
        "cancelled (отменена): «может быть»",
        "ref «ПП-17» не GUID оплаты",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(
        results[1]["message"].as_str().is_some_and(|text| text.contains("ноль передаётся как 0")),
        "{results}"
    );
}

fn complete(payments: &Value) -> Value {
    json!({ "inquiry": INQUIRY, "payments": payments })
}

#[tokio::test]
async fn a_complete_list_is_taken_as_a_whole_and_its_payments_belong_to_its_inquiry() {
    let office = Office::open();
    let refund = json!({ "ref": OTHER_REF, "amount": "-500,00" });

    let heard = office.takes("payments/complete", &complete(&json!([payment(), refund]))).await;

    assert_eq!(heard.json(), json!([{ "ref": INQUIRY, "status": "accepted", "message": "" }]));
    let refund = ShownPayment {
        onec_ref: guid(OTHER_REF),
        inquiry: Some(guid(INQUIRY)),
        deal_id: None,
        number: None,
        date: None,
        amount: Some(Amount::from_minor(-50_000)),
        currency: None,
        cancelled: None,
        changed_at: None,
    };
    let expected = CompletePayments { inquiry: guid(INQUIRY), payments: vec![shown(), refund] };
    assert_eq!(MemoryFerry::only_of(&office.ferry.lists), expected);
}

#[tokio::test]
async fn a_complete_list_is_the_same_in_xml_from_platform_8_2() {
    let office = Office::open();
    let lists = [complete(&json!([payment()])), json!({ "inquiry": OTHER_INQUIRY, "payments": [] })];

    office.hears(Call::post("payments/complete", json!(lists).to_string())).await;
    let xml = to_xml("complete", &json!(lists));
    assert!(xml.contains("<complete><list><inquiry>") && xml.contains("<payments></payments>"), "{xml}");
    let call = Call::xml("payments/complete", xml).with("accept", "application/xml").on_8_2();
    let heard = office.hears(call).await;

    let unchanged = |inquiry: &str| json!({ "ref": inquiry, "status": "unchanged", "message": "" });
    assert_eq!(read_xml(&heard.text), json!([unchanged(INQUIRY), unchanged(OTHER_INQUIRY)]));
}

#[tokio::test]
async fn no_payments_are_a_list_too_but_a_list_must_be_given() {
    for none in [json!([]), json!(null), json!("")] {
        let office = Office::open();
        assert_eq!(
            office.takes("payments/complete", &complete(&none)).await.statuses(),
            ["accepted"],
            "{none}"
        );
        let expected = CompletePayments { inquiry: guid(INQUIRY), payments: Vec::new() };
        assert_eq!(MemoryFerry::only_of(&office.ferry.lists), expected);
    }

    let office = Office::open();
    let absent = office.rejects("payments/complete", &json!({ "inquiry": INQUIRY })).await;
    let nobody = office.rejects("payments/complete", &json!({ "payments": [] })).await;
    let record = office.rejects("payments/complete", &complete(&payment())).await;

    assert!(absent.contains("нет поля payments; если оплат больше нет, передайте пустой список"), "{absent}");
    assert!(nobody.contains("нет поля inquiry: укажите GUID запроса в 1С"), "{nobody}");
    assert!(
        record.contains("payments (оплаты): нужен список: в JSON [ … ], в XML элементы <payment>"),
        "{record}"
    );
    assert_eq!(*office.ferry.lists.lock().expect("no panic"), []);
}

#[tokio::test]
async fn one_wrong_payment_rejects_its_whole_list_by_name_and_no_other_list() {
    let office = Office::open();
    let wrong = json!({ "ref": OTHER_REF, "number": "ПП-18", "amount": "много" });
    let lists = json!([
        complete(&json!([payment(), wrong])),
        { "inquiry": OTHER_INQUIRY, "payments": [] },
    ]);

    let heard = office.hears(Call::post("payments/complete", lists.to_string())).await;

    assert_eq!(heard.statuses(), ["rejected", "accepted"]);
    let results = heard.json();
    assert_eq!(results[0]["ref"], INQUIRY);
    assert_eq!(
        results[0]["message"],
        "Список оплат не принят целиком: оплата 2: Оплата «ПП-18» не принята: поле amount (сумма): «много» не сумма; \
         нужно, например, 15000.00."
    );
    assert_eq!(MemoryFerry::only_of(&office.ferry.lists).inquiry, guid(OTHER_INQUIRY));
}

#[tokio::test]
async fn a_payment_of_another_inquiry_or_one_that_stands_twice_rejects_the_list() {
    let office = Office::open();
    let foreign = json!({ "ref": REF, "number": "ПП-17", "inquiry": OTHER_INQUIRY, "amount": "1" });
    let again = json!({ "ref": REF.to_uppercase(), "amount": "1" });

    let foreign = office.rejects("payments/complete", &complete(&json!([foreign]))).await;
    let twice = office.rejects("payments/complete", &complete(&json!([payment(), again]))).await;

    assert!(
        foreign.contains("«ПП-17» относится к другому запросу") && foreign.contains(OTHER_INQUIRY),
        "{foreign}"
    );
    assert!(twice.contains("оплата 2: та же, что и оплата 1") && twice.contains(REF), "{twice}");
    assert_eq!(*office.ferry.lists.lock().expect("no panic"), []);
}

fn many(lists: u32, payments: u32) -> String {
    let list = |number: u32| {
        let payments: Vec<_> = (0..payments)
            .map(|payment| json!({ "ref": format!("{payment:08x}-8b86-d011-b42d-00cf4fc964ff"), "amount": "1" }))
            .collect();
        json!({ "inquiry": format!("{number:08x}-8b86-d011-b42d-00cf4fc964ff"), "payments": payments })
    };
    Value::Array((0..lists).map(list).collect()).to_string()
}

#[tokio::test]
async fn a_call_of_complete_lists_has_at_most_ten_thousand_payments_and_a_list_a_thousand() {
    let office = Office::open();

    let full = office.hears(Call::post("payments/complete", many(10, 1000))).await;
    let (slug, detail) = office.hears(Call::post("payments/complete", many(11, 910))).await.problem(422);
    let long = office.hears(Call::post("payments/complete", many(1, 1001))).await;

    assert_eq!(full.statuses(), ["accepted"; 10]);
    assert_eq!(slug, "too-many-records");
    assert!(detail.contains("10000 оплат"), "{detail}");
    assert_eq!(long.statuses(), ["rejected"]);
    assert!(long.text.contains("1001 значений, а допустимо 1000"), "{}", long.text);
    assert_eq!(office.ferry.lists.lock().expect("no panic").len(), 10);
}

#[tokio::test]
async fn a_list_full_of_faults_names_the_first_ones() {
    let payments: Vec<_> = (0..500).map(|_| json!({ "amount": "?" })).collect();

    let message = Office::open().rejects("payments/complete", &complete(&json!(payments))).await;

    assert!(message.contains("оплата 20:") && !message.contains("оплата 21:"), "{message}");
    assert!(message.ends_with("и ещё ошибок: 480."), "{message}");
}
