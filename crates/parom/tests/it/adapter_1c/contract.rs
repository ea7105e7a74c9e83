//! The adapter writes only what the contract takes, and handles everything that the contract answers.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::tokens::{Kind, Token, tokens};
use super::{adapter, method, object_module, read};

fn openapi() -> Value {
    let path = adapter().join("../../docs/openapi.json");
    serde_json::from_str(&read(&path)).expect("the description is JSON")
}

/// Fields of a record of the contract.
fn fields(openapi: &Value, schema: &str) -> BTreeSet<String> {
    let properties = openapi["components"]["schemas"][schema]["properties"].as_object();
    properties.unwrap_or_else(|| panic!("no schema {schema}")).keys().cloned().collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// First texts of the calls of these functions, whatever stands in front of them.
fn named_in_calls(text: &str, functions: &[&str], argument: usize) -> BTreeSet<String> {
    let tokens = tokens(text);
    let mut names = BTreeSet::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_call = functions.contains(&token.text.as_str())
            && tokens.get(index + 1).is_some_and(|next| next.text == "(");
        if token.kind == Kind::Word && is_call {
            names.extend(argument_text(&tokens[index + 2..], argument));
        }
    }
    names
}

/// The text that is this argument of a call, if it is written there.
fn argument_text(tokens: &[Token], wanted: usize) -> Option<String> {
    let (mut depth, mut argument) = (0, 0);
    for token in tokens {
        match (token.kind, token.text.as_str()) {
            (Kind::Sign, "(") => depth += 1,
            (Kind::Sign, ")") if depth == 0 => return None,
            (Kind::Sign, ")") => depth -= 1,
            (Kind::Sign, ",") if depth == 0 => argument += 1,
            (Kind::Text, text) if depth == 0 && argument == wanted => return Some(text.to_owned()),
            _ => {}
        }
    }
    None
}

/// Names of elements that a method writes.
fn written(text: &str) -> BTreeSet<String> {
    let mut names = named_in_calls(text, &["ЭлементXML", "УзелXML", "ТекстыXML"], 0);
    names.extend(named_in_calls(text, &["ТекстыXML"], 1));
    names
}

/// Names of fields that the module reads of answers.
fn handled(text: &str) -> BTreeSet<String> {
    named_in_calls(text, &["ПолеТекст", "ПолеИстина", "ПолеСписок", "ПолеТексты", "ПолеУзел"], 1)
}

#[test]
fn every_element_that_the_adapter_writes_is_of_the_contract() {
    let (openapi, module) = (openapi(), object_module().text);
    for (writer, schema, wrappers) in [
        ("ПриветствиеXML", "Hello", &["item"][..]),
        ("КонтрагентXML", "Counterparty", &["counterparty", "phone", "email"]),
        ("СчетаXML", "BankAccount", &["bank_account"]),
        ("ДанныеЗапросов", "Inquiry", &["inquiry"]),
        ("ДокументПаромаXML", "Document", &["document"]),
        ("УдаленныйДокументXML", "Document", &["document"]),
        ("СписокОплатXML", "Payment", &["payment", "list", "payments"]),
        ("КвитанцияXML", "Receipt", &["receipt"]),
    ] {
        let allowed: BTreeSet<String> = &fields(&openapi, schema) | &set(wrappers);
        let written = written(method(&module, writer));
        assert!(!written.is_empty(), "{writer} writes nothing: the check is broken");
        assert!(written.is_subset(&allowed), "{writer}: {:?}", written.difference(&allowed));
    }
}

/// What the adapter shows, whole: a field that it forgets would never reach Bitrix24.
#[test]
fn every_field_that_1c_can_show_is_written() {
    let (openapi, module) = (openapi(), object_module().text);
    // КА 1.1 keeps no times of changes; documents and payments name the «Запрос» and not the deal.
    for (writer, schema, left_out) in [
        ("ПриветствиеXML", "Hello", &[][..]),
        ("КонтрагентXML", "Counterparty", &["changed_at"]),
        ("СчетаXML", "BankAccount", &[]),
        ("ДанныеЗапросов", "Inquiry", &["changed_at"]),
        ("ДокументПаромаXML", "Document", &["changed_at", "deal_id"]),
        ("СписокОплатXML", "Payment", &["changed_at", "deal_id"]),
        ("КвитанцияXML", "Receipt", &[]),
    ] {
        let expected: BTreeSet<String> = &fields(&openapi, schema) - &set(left_out);
        let written = written(method(&module, writer));
        assert!(expected.is_subset(&written), "{writer}: {:?}", expected.difference(&written));
    }
}

#[test]
fn every_field_of_an_answer_is_handled_or_passed_over_on_purpose() {
    let (openapi, module) = (openapi(), object_module().text);
    let mut known = handled(&module);
    // Which fields of a deal go where is said by settings; their defaults name the fields.
    for line in
        module.lines().filter(|line| line.contains("ЗапросРеквизиты ¦") || line.contains("ЗапросКолонки ¦"))
    {
        known.extend(line.split(['=', ';', ' ']).map(str::to_owned));
    }
    let passed_over = set(&[
        "changed_at",   // the adapter takes whatever is newest
        "code",         // 1C knows its own code
        "deleted",      // people decide in 1C whether to mark
        "requisite_id", // one counterparty, one requisite: the company is enough
        "problem",      // of JSON only
        "vat_included", // КА has one attribute for the whole document
        "email",        // of the responsible; the default asks for the name
    ]);
    for schema in [
        "OfferedCounterparty",
        "BankAccount",
        "OfferedInquiry",
        "Product",
        "OpenInquiry",
        "Greeting",
        "Result",
        "ReceiptResult",
        "Problem",
    ] {
        let answered = fields(&openapi, schema);
        let unknown: Vec<&String> =
            answered.difference(&known).filter(|name| !passed_over.contains(*name)).collect();
        assert!(unknown.is_empty(), "{schema}: nobody reads {unknown:?}");
    }
}

#[test]
fn the_samples_of_bodies_have_the_elements_of_their_writers() {
    let module = object_module().text;
    let mut writers = BTreeSet::new();
    for writer in [
        "ПриветствиеXML",
        "КонтрагентXML",
        "СчетаXML",
        "ДанныеЗапросов",
        "ДокументПаромаXML",
        "УдаленныйДокументXML",
        "СписокОплатXML",
        "КвитанцияXML",
    ] {
        writers.extend(written(method(&module, writer)));
    }
    let mut sampled = BTreeSet::new();
    for entry in fs::read_dir(adapter().join("tests/wire")).expect("there are samples") {
        let body = read(&entry.expect("the folder can be read").path());
        sampled.extend(
            body.split('<').skip(3).filter_map(|rest| rest.split(['>', '/']).next()).map(str::to_owned),
        );
    }
    let roots = set(&["", "hello", "counterparties", "inquiries", "documents", "complete", "receipts"]);
    let sampled: BTreeSet<String> = &sampled - &roots;
    assert_eq!(sampled, &writers - &roots);
}

#[test]
fn a_field_is_found_in_a_call_and_not_in_a_comment() {
    let text = "А = ПолеТекст(Поле(Б, \"x\"), \"name\"); // ПолеТекст(Б, \"no\")\nВ = ПолеТекст(Б, Имя);\nЭлементXML(\"ref\", \"g\");";

    assert_eq!(handled(text), set(&["name"]));
    assert_eq!(written(text), set(&["ref"]));
}
