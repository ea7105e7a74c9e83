//! «Запрос», both ways.

use domain::{
    Amount, Date, DeliveryId, Inquiry, InquiryClient, InquiryOffer, OneCRef, OpenInquiry, Product,
    ReceiptStatus, Responsible, ShownInquiry,
};
use serde_json::{Value, json};

use crate::office::{Call, MemoryFerry, OTHER_REF, Office, REF, as_texts, read_xml, to_xml};

const DELIVERY: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

fn guid(text: &str) -> OneCRef {
    OneCRef::parse(text).expect("a GUID")
}

fn sum(text: &str) -> Amount {
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
            title: "Насосы для «ЦНС» & Ко".into(),
            stage: "Подготовка ТКП".into(),
            stage_id: "C1:PREPARATION".into(),
            closed: false,
            amount: Some(sum("120000")),
            currency: "RUB".into(),
            responsible: Responsible {
                name: "Пётр Сидоров".into(), email: "p.sidorov@example.ru".into()
            },
            comment: "Срочно".into(),
            opened_on: Some(day("2026-11-20")),
            closes_on: Some(day("2026-12-20")),
            products: vec![Product {
                name: "Насос ЦНСг 38-44".into(),
                article: "38-44".into(),
                quantity: sum("2"),
                unit: "шт".into(),
                price: sum("50000"),
                discount: Amount::ZERO,
                vat_rate: Some(sum("20")),
                vat_included: true,
                amount: sum("100000"),
            }],
            extras: [
                ("Заказчик", "АО «Север»"),
                ("ref", "чужой"),
                ("два слова", "x"),
                ("changed_at", "вчера"),
            ]
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect(),
        },
        changed_at: Some("2026-11-23T17:48:00Z".parse().expect("a moment")),
    }
}

fn office_with(offers: Vec<InquiryOffer>) -> Office {
    let office = Office::open();
    *office.ferry.inquiry_offers.lock().expect("no panic") = offers;
    office
}

#[tokio::test]
async fn a_new_inquiry_is_polled_as_the_contract_shows_it() {
    let heard = office_with(vec![offer()]).hears(Call::get("inquiries")).await;

    let expected = json!([{
        "delivery": DELIVERY, "action": "create", "proposed_ref": REF,
        "deal_id": 777, "deal_url": "https://portal/crm/deal/details/777/",
        "title": "Насосы для «ЦНС» & Ко", "stage": "Подготовка ТКП", "stage_id": "C1:PREPARATION", "closed": false,
        "counterparty": { "ref": OTHER_REF, "code": "000000123", "inn": "7736207543", "kpp": "770401001",
            "company_id": 123 },
        "amount": "120000.00", "currency": "RUB",
        "responsible": { "name": "Пётр Сидоров", "email": "p.sidorov@example.ru" },
        "comment": "Срочно", "opened_on": "2026-11-20", "closes_on": "2026-12-20",
        "products": [{ "name": "Насос ЦНСг 38-44", "article": "38-44", "quantity": "2", "unit": "шт",
            "price": "50000.00", "discount": "0.00", "vat_rate": "20", "vat_included": true, "amount": "100000.00" }],
        "changed_at": "2026-11-23T20:48:00+03:00",
        "Заказчик": "АО «Север»"
    }]);
    assert_eq!(heard.json(), expected);
}

#[tokio::test]
async fn a_known_inquiry_has_its_ref_and_number_and_what_the_deal_does_not_say_is_empty() {
    let bare = InquiryOffer {
        onec_ref: Some(guid(REF)),
        number: Some("ЗП-0017".into()),
        client: InquiryClient { code: None, inn: String::new(), kpp: String::new(), ..offer().client },
        snapshot: Inquiry { products: vec![Product::default()], ..Inquiry::default() },
        changed_at: None,
        ..offer()
    };

    let heard = office_with(vec![bare]).hears(Call::get("inquiries?limit=1")).await;

    let zero = "0.00";
    let expected = json!([{
        "delivery": DELIVERY, "action": "update", "ref": REF, "number": "ЗП-0017",
        "deal_id": 777, "deal_url": "https://portal/crm/deal/details/777/",
        "title": "", "stage": "", "stage_id": "", "closed": false,
        "counterparty": { "ref": OTHER_REF, "inn": "", "kpp": "", "company_id": 123 },
        "amount": "", "currency": "", "responsible": { "name": "", "email": "" },
        "comment": "", "opened_on": "", "closes_on": "",
        "products": [{ "name": "", "article": "", "quantity": "0", "unit": "", "price": zero, "discount": zero,
            "vat_rate": "", "vat_included": false, "amount": zero }],
        "changed_at": ""
    }]);
    assert_eq!(heard.json(), expected);
}

#[tokio::test]
async fn a_polled_inquiry_is_the_same_in_xml_for_platform_8_2() {
    let without_products = InquiryOffer { snapshot: Inquiry::default(), ..offer() };
    let office = office_with(vec![offer(), without_products]);

    let json = office.hears(Call::get("inquiries")).await.json();
    let xml = office.hears(Call::get("inquiries").with("accept", "application/xml").on_8_2()).await;

    assert_eq!(xml.status, 200);
    assert!(
        xml.text.contains("<inquiries><inquiry><delivery>01ARZ3NDEKTSV4RRFFQ69G5FAV</delivery>"),
        "{}",
        xml.text
    );
    assert!(xml.text.contains("<products><product><name>Насос ЦНСг 38-44</name>"), "{}", xml.text);
    assert_eq!(read_xml(&xml.text), as_texts(&json));
}

#[tokio::test]
async fn every_field_of_a_polled_inquiry_stands_in_the_document_for_tools() {
    let openapi = onec::openapi();
    let known = &openapi["components"]["schemas"]["OfferedInquiry"]["properties"];
    let update = InquiryOffer { onec_ref: Some(guid(REF)), number: Some("1".into()), ..offer() };

    let heard = office_with(vec![offer(), update]).hears(Call::get("inquiries")).await.json();

    let mut met: Vec<&String> = heard
        .as_array()
        .expect("an array")
        .iter()
        .flat_map(|record| record.as_object().expect("a record").keys())
        .collect();
    met.retain(|name| *name != "Заказчик");
    met.sort();
    met.dedup();
    let mut told: Vec<&String> = known.as_object().expect("fields").keys().collect();
    told.sort();
    assert_eq!(met, told);
}

#[tokio::test]
async fn a_poll_of_inquiries_takes_as_many_as_it_is_asked_for_and_refuses_nonsense() {
    let office = office_with(vec![offer(), offer(), offer()]);

    let two = office.hears(Call::get("inquiries?limit=2")).await;

    assert_eq!(two.json().as_array().map(Vec::len), Some(2));
    for nonsense in ["0", "1001", "-1", "%2B5", "all", "1&limit=2"] {
        let (slug, detail) =
            office.hears(Call::get(&format!("inquiries?limit={nonsense}"))).await.problem(422);
        assert_eq!(slug, "invalid", "{nonsense}");
        assert!(detail.contains("/1c/v1/inquiries?limit=100"), "{detail}");
    }
    assert_eq!(Office::open().hears(Call::get("inquiries")).await.text, "[]");
}

fn told() -> Value {
    json!({ "ref": REF.to_uppercase(), "deal_id": 777, "number": "ЗП-0017", "date": "2026-11-23T10:15:00",
        "status": "В работе", "deleted": false, "changed_at": "2026-11-23T20:48:00" })
}

#[tokio::test]
async fn what_1c_tells_of_an_inquiry_is_taken() {
    let office = Office::open();

    let first = office.takes("inquiries", &told()).await;
    let again = office.takes("inquiries", &told()).await;

    assert_eq!(first.json(), json!([{ "ref": REF.to_uppercase(), "status": "accepted", "message": "" }]));
    assert_eq!(again.statuses(), ["unchanged"]);
    let expected = ShownInquiry {
        onec_ref: guid(REF),
        deal_id: Some(777),
        number: Some("ЗП-0017".into()),
        date: Some(Some(day("2026-11-23"))),
        status: Some("В работе".into()),
        deleted: Some(false),
        changed_at: Some("2026-11-23T17:48:00Z".parse().expect("a moment")),
    };
    assert_eq!(MemoryFerry::only_of(&office.ferry.inquiries), expected);
}

#[tokio::test]
async fn what_1c_tells_of_an_inquiry_is_the_same_in_xml_from_platform_8_2() {
    let office = Office::open();

    office.takes("inquiries", &told()).await;
    let xml = to_xml("inquiries", &json!([told()]));
    let heard = office.hears(Call::xml("inquiries", xml).with("accept", "application/xml").on_8_2()).await;

    let expected = json!([{ "ref": REF.to_uppercase(), "status": "unchanged", "message": "" }]);
    assert_eq!(read_xml(&heard.text), expected);
}

#[tokio::test]
async fn a_field_of_an_inquiry_that_is_empty_is_not_one_that_is_absent() {
    let office = Office::open();
    let empty =
        json!({ "ref": REF, "deal_id": null, "number": "", "date": "0001-01-01T00:00:00", "status": null });

    office.hears(Call::post("inquiries", json!([{ "ref": REF }, empty]).to_string())).await;

    let told = office.ferry.inquiries.lock().expect("no panic").clone();
    let absent = ShownInquiry {
        onec_ref: guid(REF),
        deal_id: None,
        number: None,
        date: None,
        status: None,
        deleted: None,
        changed_at: None,
    };
    let cleared = ShownInquiry {
        number: Some(String::new()),
        date: Some(None),
        status: Some(String::new()),
        ..absent.clone()
    };
    assert_eq!(told, [absent, cleared]);
}

#[tokio::test]
async fn a_wrong_inquiry_says_what_to_mend_and_stops_nobody() {
    let office = Office::open();
    let wrong =
        json!({ "deal_id": "D_777", "number": "ЗП-0017", "date": "вчера", "status": "я".repeat(256) });

    let heard = office.hears(Call::post("inquiries", json!([wrong, told()]).to_string())).await;

    assert_eq!(heard.statuses(), ["rejected", "accepted"]);
    let results = heard.json();
    let message = results[0]["message"].as_str().expect("a message");
    for part in [
        "Запрос «ЗП-0017» не принят",
        "deal_id (сделка): «D_777» не номер сделки",
        "date (дата): «вчера» не дата",
        "status (состояние): 256 знаков",
        "нет поля ref: укажите GUID запроса в 1С",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

fn office_with_open_inquiries() -> Office {
    let office = Office::open();
    *office.ferry.open_inquiries.lock().expect("no panic") =
        (1..=250).map(|number| OpenInquiry { deal_id: number * 10, onec_ref: guid(REF) }).collect();
    office
}

#[tokio::test]
async fn open_inquiries_are_read_page_by_page() {
    let office = office_with_open_inquiries();
    let (mut after, mut pages, mut deals) = (0, 0, Vec::new());

    loop {
        let heard = office.hears(Call::get(&format!("open-inquiries?after={after}&limit=99"))).await.json();
        let page = heard.as_array().expect("an array");
        let Some(last) = page.last() else { break };
        assert_eq!(last["ref"], REF);
        after = last["deal_id"].as_i64().expect("a number");
        deals.extend(page.iter().map(|inquiry| inquiry["deal_id"].as_i64().expect("a number")));
        pages += 1;
    }

    assert_eq!((pages, deals.len()), (3, 250));
    assert!(deals.is_sorted());
    let first = office.hears(Call::get("open-inquiries")).await.json();
    assert_eq!(first.as_array().map(Vec::len), Some(100));
}

#[tokio::test]
async fn open_inquiries_in_xml_have_names_that_suit_a_variable() {
    let call = Call::get("open-inquiries?after=2490").with("accept", "application/xml").on_8_2();

    let xml = office_with_open_inquiries().hears(call).await.text;

    let body = format!(
        "<open_inquiries><inquiry><deal_id>2500</deal_id><ref>{REF}</ref></inquiry></open_inquiries>"
    );
    assert!(xml.ends_with(&body), "{xml}");
}

#[tokio::test]
async fn open_inquiries_after_nonsense_are_a_problem_with_an_example() {
    for query in ["after=", "after=-1", "after=D7", "after=99999999999999999999", "limit=0", "after=%FF"] {
        let heard = office_with_open_inquiries().hears(Call::get(&format!("open-inquiries?{query}"))).await;
        let (slug, detail) = heard.problem(422);
        assert_eq!(slug, "invalid", "{query}");
        assert!(detail.contains("/1c/v1/open-inquiries?after=777&limit=100"), "{query}: {detail}");
    }
}

#[tokio::test]
async fn a_receipt_of_an_inquiry_brings_its_number_and_date() {
    let office = Office::open();
    let receipts = json!([
        { "delivery": DELIVERY, "status": "created", "ref": REF, "number": "ЗП-0017", "date": "2026-11-23T10:15:00" },
        { "delivery": DELIVERY, "status": "updated", "number": "", "date": "0001-01-01T00:00:00" },
        { "delivery": DELIVERY, "status": "updated", "date": "23.11.2026" },
    ]);

    let answers = office.hears(Call::post("receipts", receipts.to_string())).await.json();
    let xml = format!(
        "<receipts><receipt><delivery>{DELIVERY}</delivery><status>created</status><number>ЗП-0017</number>\
         <date>2026-11-23</date><date/></receipt></receipts>"
    );
    let twice = office.hears(Call::xml("receipts", xml).on_8_2()).await.json();

    let taken = office.ferry.receipts.lock().expect("no panic");
    assert_eq!(taken.len(), 2);
    assert_eq!((taken[0].status, taken[0].onec_ref), (ReceiptStatus::Created, Some(guid(REF))));
    assert_eq!((taken[0].number.as_deref(), taken[0].date), (Some("ЗП-0017"), Some(day("2026-11-23"))));
    assert_eq!((taken[1].number.as_deref(), taken[1].date), (None, None));
    assert!(
        answers[2]["message"].as_str().is_some_and(|text| text.contains("поле date: «23.11.2026»")),
        "{answers}"
    );
    assert!(twice[0]["message"].as_str().is_some_and(|text| text.contains("date указано дважды")), "{twice}");
}
