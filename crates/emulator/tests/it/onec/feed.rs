//! The half of the little Parom that is polled: deliveries that wait, receipts that came, wishes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

/// What waits for 1C.
#[derive(Default)]
pub(super) struct Feed {
    /// Without a receipt, in order, each with its list.
    waiting: Vec<Waiting>,
    pub(super) receipts: Vec<Value>,
    /// Numbers of deliveries that a receipt has settled.
    settled: Vec<String>,
    pub(super) wants_all: bool,
    /// Answers polls with this text, whatever waits.
    pub(super) nonsense: Option<String>,
    pub(super) polls: usize,
}

struct Waiting {
    list: &'static str,
    record: Value,
    /// 1C was given it, and it is held back.
    held: bool,
}

/// The lists of what is polled, and their elements in XML.
const LISTS: [(&str, &str); 8] = [
    ("counterparties", "counterparty"),
    ("changed", "field"),
    ("bank_accounts", "bank_account"),
    ("phones", "phone"),
    ("emails", "email"),
    ("inquiries", "inquiry"),
    ("open_inquiries", "inquiry"),
    ("products", "product"),
];

impl Feed {
    pub(super) fn offer(&mut self, list: &'static str, record: Value) {
        self.waiting.push(Waiting { list, record, held: false });
    }

    /// What was given away and has no receipt comes again.
    pub(super) fn release(&mut self) {
        for waiting in &mut self.waiting {
            waiting.held = false;
        }
    }

    /// The deal of a delivery that has no receipt yet.
    pub(super) fn deal_of(&self, delivery: &Value) -> Option<i64> {
        let waiting = self.waiting.iter().find(|waiting| waiting.record["delivery"] == *delivery)?;
        waiting.record["deal_id"].as_i64()
    }

    pub(super) fn hello(&self, xml: bool) -> String {
        if xml {
            let wish = if self.wants_all { "<show_all>true</show_all>" } else { "" };
            return format!(
                "<hello><version>1</version><time>2026-11-23T20:48:00+03:00</time>{wish}</hello>"
            );
        }
        let mut answer = json!({"version": "1", "time": "2026-11-23T20:48:00+03:00"});
        if self.wants_all {
            answer["show_all"] = Value::Bool(true);
        }
        answer.to_string()
    }

    pub(super) fn poll(&mut self, list: &str, limit: usize, xml: bool) -> String {
        self.polls += usize::from(list == "counterparties");
        if let Some(nonsense) = &self.nonsense {
            return nonsense.clone();
        }
        let mut given = Vec::new();
        let free = self.waiting.iter_mut().filter(|waiting| !waiting.held && waiting.list == list);
        for waiting in free.take(limit) {
            waiting.held = true;
            given.push(waiting.record.clone());
        }
        spelled(list, given, xml)
    }

    pub(super) fn take_receipts(&mut self, receipts: Vec<Value>) -> Vec<Value> {
        let mut answers = Vec::new();
        for receipt in receipts {
            let delivery = receipt["delivery"].as_str().expect("a `delivery`").to_owned();
            let before = self.waiting.len();
            self.waiting.retain(|waiting| waiting.record["delivery"] != delivery.as_str());
            if self.waiting.len() < before {
                self.settled.push(delivery.clone());
            }
            let status = if self.settled.contains(&delivery) { "settled" } else { "unknown" };
            self.receipts.push(receipt);
            answers.push(json!({"delivery": delivery, "status": status, "message": ""}));
        }
        answers
    }
}

/// An array as the contract writes it.
pub(super) fn spelled(list: &str, records: Vec<Value>, xml: bool) -> String {
    if !xml {
        return Value::from(records).to_string();
    }
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    spell(list, &Value::from(records), &mut text);
    text
}

fn spell(name: &str, value: &Value, out: &mut String) {
    let _ = write!(out, "<{name}>");
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| spell(name, value, out)),
        Value::Array(items) => {
            let (_, item) = LISTS.iter().find(|(list, _)| *list == name).expect("a list of the contract");
            for value in items {
                spell(item, value, out);
            }
        }
        Value::String(text) => *out += &quick_xml::escape::escape(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => *out += &value.to_string(),
    }
    let _ = write!(out, "</{name}>");
}

/// A whole polled counterparty: the action with its GUID, and what differs from the usual one.
pub(super) fn offered(delivery: &str, action: (&str, uuid::Uuid), changes: &[(&str, Value)]) -> Value {
    let (action, reference) = action;
    let mut record = json!({
        "delivery": delivery, "action": action, "company_id": 123, "requisite_id": 45,
        "changed": ["name", "inn"],
        "kind": "legal", "name": "ООО «Яндекс» & Ко", "full_name": "Общество «Яндекс»",
        "inn": "7736207543", "kpp": "770401001", "ogrn": "1027700229193", "ogrnip": "",
        "legal_address": "119021, г. Москва, ул. Льва Толстого, д. 16", "actual_address": "",
        "director": "Иванов Иван Иванович",
        "bank_accounts": [
            {"number": "40702810400000012345", "bank_name": "Чужое имя", "bik": "044525225",
             "correspondent_account": "30101810400000000000", "main": false},
            {"number": "40702810400000099999", "bank_name": "Новый банк", "bik": "044525999",
             "correspondent_account": "30101810400000000999", "main": true},
        ],
        "phones": ["+7 495 739-70-00", "+7 495 739-70-01"], "emails": ["info@example.ru"],
        "deleted": false, "changed_at": "2026-11-23T20:48:00+03:00",
    });
    let guid = if action == "create" { "proposed_ref" } else { "ref" };
    record[guid] = Value::String(reference.to_string());
    for (name, value) in changes.iter().cloned().collect::<BTreeMap<_, _>>() {
        if value.is_null() {
            record.as_object_mut().expect("a record").remove(name);
        } else {
            record[name] = value;
        }
    }
    record
}
