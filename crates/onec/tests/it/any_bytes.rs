//! Whatever arrives: no panic, and either an answer per record or a problem.

use axum::body::Body;
use domain::{BankAccount, Counterparty};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::office::{Call, DOCUMENT_LIMIT, Heard, Office, REF, to_xml};

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

fn is_an_answer(heard: &Heard) -> bool {
    match heard.status.as_u16() {
        200 => heard.json().is_array(),
        400 | 422 => !heard.problem(heard.status.as_u16()).1.is_empty(),
        _ => false,
    }
}

/// Texts that look like the contract, so that more than the first byte is read.
fn almost(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words), 0..60).prop_map(|words| words.concat())
}

const JSON_WORDS: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "null",
    "true",
    "-1.5e3",
    "1e999",
    "\"\"",
    "\"ref\"",
    "\"phones\"",
    "\"kind\"",
    "\"bank_accounts\"",
    "\"deleted\"",
    "\"changed_at\"",
    "\"content\"",
    "\"amount\"",
    "\"payments\"",
    "\"inquiry\"",
    "\"JVBERi0xLjQ=\"",
    "\"legal\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\u{feff}",
    "\n",
    "\"6f9619ff-8b86-d011-b42d-00cf4fc964ff\"",
];

const XML_WORDS: &[&str] = &[
    "<counterparties>",
    "</counterparties>",
    "<counterparty>",
    "</counterparty>",
    "<ref>",
    "</ref>",
    "<phones>",
    "</phones>",
    "<phone/>",
    "<payment>",
    "</payment>",
    "<document><ref>6f9619ff-8b86-d011-b42d-00cf4fc964ff</ref><content>JVBERi0xLjQ=</content></document>",
    "<list><inquiry>6f9619ff-8b86-d011-b42d-00cf4fc964ff</inquiry><payments/></list>",
    "<kind>legal</kind>",
    "<x xsi:nil='true'/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&lt;",
    "&#0;",
    "&#x110000;",
    "&x;",
    "<?xml version='1.0'?>",
    "<?x?>",
    "<!DOCTYPE",
    ">",
    "текст",
    "\u{feff}",
    "\0",
    "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
];

/// The calls that show something, with the roots of their XML.
const PUSHES: &[(&str, &str)] = &[
    ("counterparties", "counterparties"),
    ("inquiries", "inquiries"),
    ("documents", "documents"),
    ("payments", "payments"),
    ("payments/complete", "complete"),
    ("receipts", "receipts"),
];

const FIELDS: &[&str] = &[
    "deal_id",
    "number",
    "date",
    "status",
    "kind",
    "amount",
    "currency",
    "file_name",
    "content",
    "deleted",
    "cancelled",
    "changed_at",
    "payments",
    "delivery",
];

/// What hand-written adapters might put anywhere.
fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[-+0-9 ,.:T]{0,20}".prop_map(Value::from),
        "[а-яA-Z0-9+/=.-]{0,30}".prop_map(Value::from),
        Just(json!([])),
        Just(json!([{ "ref": REF, "amount": "1" }])),
        Just(json!({ "a": { "b": [1, 2] } })),
    ]
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        (path, _) in prop::sample::select(PUSHES),
        xml: bool,
    ) {
        let call = if xml { Call::xml(path, bytes) } else { Call::post(path, bytes) };
        let heard = runtime().block_on(Office::open().hears(call));
        prop_assert!(is_an_answer(&heard), "{} {}", heard.status, heard.text);
    }

    #[test]
    fn anything_like_json_gets_an_answer(
        text in almost(JSON_WORDS),
        (path, _) in prop::sample::select(PUSHES),
    ) {
        let heard = runtime().block_on(Office::open().hears(Call::post(path, format!("[{text}"))));
        prop_assert!(is_an_answer(&heard), "{} {}", heard.status, heard.text);
    }

    #[test]
    fn anything_like_xml_gets_an_answer(
        text in almost(XML_WORDS),
        (path, root) in prop::sample::select(PUSHES),
    ) {
        let call = Call::xml(path, format!("<{root}>{text}"));
        let heard = runtime().block_on(Office::open().hears(call));
        prop_assert!(is_an_answer(&heard), "{} {}", heard.status, heard.text);
    }

    #[test]
    fn any_value_in_any_field_gets_an_answer_in_both_formats(
        (path, root) in prop::sample::select(PUSHES),
        record in prop::collection::btree_map(prop::sample::select(FIELDS), any_value(), 0..8),
    ) {
        let mut record = json!(record);
        record["ref"] = REF.into();
        record["inquiry"] = REF.into();
        let records = json!([record]);
        let office = Office::open();

        let (json, xml) = runtime().block_on(async {
            let json = office.hears(Call::post(path, records.to_string())).await;
            (json, office.hears(Call::xml(path, to_xml(root, &records)).on_8_2()).await)
        });

        prop_assert_eq!(json.statuses().len(), 1);
        prop_assert!(xml.status == 200 && (xml.json().is_array() || xml.json()["problem"] == true), "{}", xml.text);
    }

    #[test]
    fn a_raw_body_is_taken_exactly_when_it_is_a_pdf_within_the_limit(
        begin in prop_oneof![Just(&b"%PDF-"[..]), Just(&b"%PDF"[..]), Just(&b""[..]), Just(&b" %PDF-"[..])],
        rest in prop::collection::vec(any::<u8>(), 0..100),
        long: bool,
        size in 1_usize..50,
    ) {
        let mut file = [begin, &rest].concat();
        if long {
            file.resize(DOCUMENT_LIMIT + rest.len() - 50.min(rest.len()), b'x');
        }
        let good = file.starts_with(b"%PDF-") && file.len() <= DOCUMENT_LIMIT;
        let size = if long { size * 1000 } else { size };
        let pieces: Vec<_> = file.chunks(size).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
        let office = Office::open();

        let heard = runtime().block_on(async {
            office.takes("documents", &json!({ "ref": REF })).await;
            let body = Body::from_stream(futures::stream::iter(pieces));
            office.hears(Call::put(&format!("documents/{REF}/content"), body)).await
        });

        prop_assert_eq!(heard.statuses(), [if good { "accepted" } else { "rejected" }]);
        prop_assert_eq!(office.ferry.file(), good.then_some(file));
    }

    #[test]
    fn anything_in_a_file_is_read_to_its_end(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            almost(JSON_WORDS).prop_map(String::into_bytes),
            almost(XML_WORDS).prop_map(|text| format!("<counterparties>{text}").into_bytes()),
            "(ref[;,\"\n|a]){0,20}".prop_map(String::into_bytes),
        ],
        extension in prop::sample::select(&["jsonl", "json", "xml", "csv"][..]),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(format!("file.{extension}"));
        std::fs::write(&path, &bytes).expect("written");
        if let Ok(file) = onec::read_file(&path, &crate::office::moscow()) {
            prop_assert!(file.take(1000).count() < 1000, "reading ends");
        }
    }

    #[test]
    fn json_and_xml_of_one_record_are_read_alike(card in card()) {
        let office = Office::open();
        let json = json!([to_json(&card)]).to_string();
        let xml = format!("<counterparties>{}</counterparties>", to_xml("counterparty", &to_json(&card)));

        let heard = runtime().block_on(async {
            office.hears(Call::post("counterparties", json)).await;
            office.hears(Call::xml("counterparties", xml)).await
        });

        prop_assert_eq!(heard.statuses(), ["unchanged"]);
        prop_assert_eq!(office.ferry.only().snapshot, card);
    }
}

/// Cards whose texts are clean already, so that they come back as they were.
fn card() -> impl Strategy<Value = Counterparty> {
    let text = || "[А-Яа-я«»&<>\"'0-9]{1,9}( [а-я.,-]{1,9}){0,3}";
    let account = (text(), "[0-9]{9}", any::<bool>()).prop_map(|(bank_name, bik, main)| BankAccount {
        bank_name,
        bik,
        main,
        number: "40702810400000012345".to_owned(),
        ..BankAccount::default()
    });
    (
        prop::option::of(text()),
        prop::option::of("[0-9]{0,12}"),
        prop::option::of(prop::collection::vec(text(), 0..4)),
        prop::option::of(prop::collection::vec(account, 0..3)),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(name, inn, phones, bank_accounts, deleted)| Counterparty {
            name,
            inn,
            phones,
            bank_accounts,
            deleted,
            ..Counterparty::default()
        })
}

/// The words of the store and of the contract are the same for these fields.
fn to_json(card: &Counterparty) -> Value {
    let mut json = serde_json::to_value(card).expect("a card has a JSON");
    json["ref"] = REF.into();
    json
}
