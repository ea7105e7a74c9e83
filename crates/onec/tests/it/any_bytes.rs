//! Whatever arrives: no panic, and either an answer per record or a problem.

use domain::{BankAccount, Counterparty};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::office::{Call, Heard, Office, REF};

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

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200), xml: bool) {
        let call = if xml { Call::xml("counterparties", bytes) } else { Call::post("counterparties", bytes) };
        let heard = runtime().block_on(Office::open().hears(call));
        prop_assert!(is_an_answer(&heard), "{} {}", heard.status, heard.text);
    }

    #[test]
    fn anything_like_json_gets_an_answer(text in almost(JSON_WORDS)) {
        let heard = runtime().block_on(Office::open().hears(Call::post("counterparties", format!("[{text}"))));
        prop_assert!(is_an_answer(&heard), "{} {}", heard.status, heard.text);
    }

    #[test]
    fn anything_like_xml_gets_an_answer(text in almost(XML_WORDS)) {
        let call = Call::xml("counterparties", format!("<counterparties>{text}"));
        let heard = runtime().block_on(Office::open().hears(call));
        prop_assert!(is_an_answer(&heard), "{} {}", heard.status, heard.text);
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

fn to_xml(name: &str, value: &Value) -> String {
    let content = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| to_xml(name, value)).collect(),
        Value::Array(items) => items.iter().map(|item| to_xml(name.trim_end_matches('s'), item)).collect(),
        Value::String(text) => text.replace('&', "&amp;").replace('<', "&lt;"),
        other => other.to_string(),
    };
    format!("<{name}>{content}</{name}>")
}
