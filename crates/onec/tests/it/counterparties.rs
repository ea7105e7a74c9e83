//! 1C shows counterparties.

use axum::http::StatusCode;
use domain::{BankAccount, Counterparty, Kind};
use serde_json::json;

use crate::office::{Call, OTHER_REF, Office, REF};

const FULL_JSON: &str = r#"[{
    "ref": "6F9619FF-8B86-D011-B42D-00CF4FC964FF", "code": "000000123", "kind": "legal",
    "name": "ООО «Яндекс»", "full_name": "Общество с ограниченной ответственностью «Яндекс»",
    "inn": "7736207543", "kpp": "770401001", "ogrn": "1027700229193", "ogrnip": "",
    "legal_address": "119021, г. Москва, ул. Льва Толстого, д. 16", "actual_address": null,
    "director": "Иванов Иван Иванович",
    "bank_accounts": [{ "number": "40702810400000012345", "bank_name": "ПАО Сбербанк", "bik": "044525225",
        "correspondent_account": "30101810400000000225", "main": true }],
    "phones": ["+7 495 739-70-00", "8 (495) 974-35-81 доб. 1"], "emails": ["info@example.ru"],
    "deleted": false, "changed_at": "2026-11-23T20:48:00+03:00"
}]"#;

const FULL_XML: &str = "\u{feff}\r\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<counterparties>
  <counterparty>
    <ref>6f9619ff-8b86-d011-b42d-00cf4fc964ff</ref><code>000000123</code><kind>legal</kind>
    <name>ООО &#171;Яндекс&#xBB;</name>
    <full_name><![CDATA[Общество с ограниченной ответственностью «Яндекс»]]></full_name>
    <inn>7736207543</inn><kpp>770401001</kpp><ogrn>1027700229193</ogrn><ogrnip/>
    <legal_address>119021,&#160;г. Москва,
      ул. Льва Толстого, д. 16</legal_address>
    <actual_address xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/>
    <director>Иванов Иван Иванович</director>
    <bank_accounts><bank_account>
      <number>40702810400000012345</number><bank_name>ПАО Сбербанк</bank_name><bik>044525225</bik>
      <correspondent_account>30101810400000000225</correspondent_account><main>Да</main>
    </bank_account></bank_accounts>
    <phones><phone>+7 495 739-70-00</phone><phone>8 (495) 974-35-81 доб. 1</phone></phones>
    <emails><email>info@example.ru</email></emails>
    <deleted>Ложь</deleted><changed_at>2026-11-23T20:48:00</changed_at>
  </counterparty>
</counterparties>";

fn yandex() -> Counterparty {
    let text = |text: &str| Some(text.to_owned());
    Counterparty {
        kind: Some(Kind::Legal),
        name: text("ООО «Яндекс»"),
        full_name: text("Общество с ограниченной ответственностью «Яндекс»"),
        inn: text("7736207543"),
        kpp: text("770401001"),
        ogrn: text("1027700229193"),
        ogrnip: text(""),
        legal_address: text("119021, г. Москва, ул. Льва Толстого, д. 16"),
        actual_address: text(""),
        director: text("Иванов Иван Иванович"),
        bank_accounts: Some(vec![BankAccount {
            number: "40702810400000012345".to_owned(),
            bank_name: "ПАО Сбербанк".to_owned(),
            bik: "044525225".to_owned(),
            correspondent_account: "30101810400000000225".to_owned(),
            main: true,
        }]),
        phones: Some(vec!["+7 495 739-70-00".to_owned(), "8 (495) 974-35-81 доб. 1".to_owned()]),
        emails: Some(vec!["info@example.ru".to_owned()]),
        deleted: Some(false),
    }
}

#[tokio::test]
async fn a_full_card_is_taken_as_shown() {
    let office = Office::open();

    let heard = office.hears(Call::post("counterparties", FULL_JSON)).await;

    assert_eq!(heard.json(), json!([{ "ref": REF.to_uppercase(), "status": "accepted", "message": "" }]));
    let shown = office.ferry.only();
    assert_eq!(shown.onec_ref.to_string(), REF);
    assert_eq!(shown.code.as_deref(), Some("000000123"));
    assert_eq!(shown.changed_at.map(|at| at.to_string()).as_deref(), Some("2026-11-23T17:48:00Z"));
    assert_eq!(shown.snapshot, yandex());
}

#[tokio::test]
async fn the_same_card_in_xml_is_the_same_card() {
    let office = Office::open();
    office.hears(Call::post("counterparties", FULL_JSON)).await;

    let call = Call::xml("counterparties", FULL_XML).with("accept", "application/xml");
    let heard = office.hears(call).await;

    assert_eq!(
        heard.text,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<results><result><ref>{REF}</ref>\
             <status>unchanged</status><message/></result></results>"
        )
    );
}

#[tokio::test]
async fn a_card_that_differs_only_in_its_time_is_unchanged() {
    let office = Office::open();
    office.hears(Call::post("counterparties", FULL_JSON)).await;

    let later = FULL_JSON.replace("20:48:00+03:00", "23:59:00+03:00");
    let heard = office.hears(Call::post("counterparties", later)).await;

    assert_eq!(heard.statuses(), ["unchanged"]);
}

#[tokio::test]
async fn every_field_counts_for_the_fingerprint() {
    let office = Office::open();
    office.hears(Call::post("counterparties", FULL_JSON)).await;

    for (before, after) in [
        ("000000123", "000000124"),
        ("\"legal\"", "\"person\""),
        ("770401001", ""),
        ("\"main\": true", "\"main\": false"),
        ("\"deleted\": false", "\"deleted\": true"),
        ("\"actual_address\": null,", ""),
    ] {
        let heard = office.hears(Call::post("counterparties", FULL_JSON.replace(before, after))).await;
        assert_eq!(heard.statuses(), ["accepted"], "{before} → {after}");
    }
}

#[tokio::test]
async fn what_is_absent_is_not_spoken_of_and_what_is_empty_is_cleared() {
    let office = Office::open();

    office.shows(&json!([{ "ref": REF, "kpp": "", "ogrn": null, "phones": [], "emails": null }])).await;
    let xml = format!(
        "<counterparties><counterparty><ref>{OTHER_REF}</ref><kpp/><ogrn></ogrn><phones> </phones><emails/>\
         </counterparty></counterparties>"
    );
    office.hears(Call::xml("counterparties", xml)).await;

    for shown in office.ferry.shown() {
        let expected = Counterparty {
            kpp: Some(String::new()),
            ogrn: Some(String::new()),
            phones: Some(vec![]),
            emails: Some(vec![]),
            ..Counterparty::default()
        };
        assert_eq!(shown.snapshot, expected);
        assert_eq!((shown.code, shown.changed_at), (None, None));
    }
}

#[tokio::test]
async fn empty_rows_of_lists_are_left_out() {
    let office = Office::open();

    office
        .shows(&json!([{ "ref": REF, "phones": ["", "  ", "+7 495 1"], "bank_accounts": [{}, null] }]))
        .await;

    let snapshot = office.ferry.only().snapshot;
    assert_eq!(snapshot.phones, Some(vec!["+7 495 1".to_owned()]));
    assert_eq!(snapshot.bank_accounts, Some(vec![]));
}

#[tokio::test]
async fn fields_of_a_later_contract_are_passed_over() {
    let office = Office::open();

    let heard = office.shows(&json!([{ "ref": REF, "name": "А", "segment": { "deep": [1, 2] } }])).await;

    assert_eq!(heard.statuses(), ["accepted"]);
}

#[tokio::test]
async fn answers_stand_in_the_order_of_the_records() {
    let office = Office::open();

    let heard = office
        .shows(&json!([
            { "ref": OTHER_REF, "name": "Первый" },
            { "name": "Без ссылки" },
            { "ref": REF, "kind": "alien" },
            { "ref": REF, "name": "Второй" },
            { "ref": REF, "name": "Второй" },
            "не запись",
            { "ref": REF, "name": "Второй, исправлен" },
        ]))
        .await;

    let expected = ["accepted", "rejected", "rejected", "accepted", "unchanged", "rejected", "accepted"];
    assert_eq!(heard.statuses(), expected);
    let refs: Vec<_> = heard.json().as_array().expect("an array").iter().map(|r| r["ref"].clone()).collect();
    assert_eq!(refs, [OTHER_REF, "", REF, REF, REF, "", REF]);
    let names: Vec<_> = office.ferry.shown().into_iter().filter_map(|shown| shown.snapshot.name).collect();
    assert_eq!(names, ["Первый", "Второй", "Второй, исправлен"]);
}

#[tokio::test]
async fn nothing_shown_is_answered_with_nothing() {
    let office = Office::open();

    assert_eq!(office.shows(&json!([])).await.text, "[]");
    let heard =
        office.hears(Call::xml("counterparties", "<counterparties/>").with("accept", "text/xml")).await;
    assert_eq!(heard.text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<results/>");
}

#[tokio::test]
async fn a_thousand_records_are_taken_and_one_more_is_too_many() {
    let office = Office::open();
    let records: Vec<_> =
        (0..1001).map(|number| json!({ "ref": format!("00000000-0000-0000-0001-{number:012}") })).collect();

    let heard = office.shows(&records[..1000].to_vec().into()).await;
    assert_eq!(heard.status, StatusCode::OK);
    assert_eq!(office.ferry.shown().len(), 1000);

    let office = Office::open();
    let (slug, detail) = office.shows(&records.into()).await.problem(422);
    assert_eq!(slug, "too-many-records");
    assert!(detail.contains("1000"), "{detail}");
    assert_eq!(office.ferry.shown(), []);
}

#[tokio::test]
async fn a_thousand_and_one_records_of_xml_are_too_many_as_well() {
    let office = Office::open();
    let xml = format!("<counterparties>{}</counterparties>", "<counterparty/>".repeat(1001));

    let (slug, _) = office.hears(Call::xml("counterparties", xml)).await.problem(422);

    assert_eq!(slug, "too-many-records");
}

#[tokio::test]
async fn while_the_store_is_out_of_service_nothing_is_taken() {
    let office = Office::open();
    office.ferry.goes_out_of_service();

    let heard = office.shows(&json!([{ "ref": REF }])).await;

    let (slug, detail) = heard.problem(503);
    assert_eq!(slug, "unavailable");
    assert!(detail.contains("не приняты") && !detail.contains("disk full"), "{detail}");
    assert_eq!(heard.header("retry-after"), "30");
}
