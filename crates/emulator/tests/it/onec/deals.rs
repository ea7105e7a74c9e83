//! The half of the little Parom that knows of deals: which are open, and what 1C has shown of them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::feed::{Feed, spelled};

/// What 1C has shown, as it stands now.
#[derive(Default)]
pub(super) struct Deals {
    pub(super) inquiries: BTreeMap<String, Value>,
    /// Without their content.
    pub(super) documents: BTreeMap<String, Value>,
    pub(super) contents: BTreeMap<String, Vec<u8>>,
    pub(super) payments: BTreeMap<String, Value>,
    /// Every document as it came, with its content.
    pub(super) shown_documents: Vec<Value>,
    /// What to say to documents instead of taking them.
    pub(super) rejects_documents: Option<&'static str>,
    /// What to say to complete lists: nothing of whose they are.
    pub(super) names_no_lists: bool,
    open: BTreeMap<i64, String>,
}

impl Deals {
    pub(super) fn opens(&mut self, deal_id: i64, inquiry: Uuid) {
        self.open.insert(deal_id, inquiry.to_string());
    }

    pub(super) fn closes(&mut self, deal_id: i64) {
        self.open.remove(&deal_id);
    }

    /// An inquiry of which 1C has told the GUID is open.
    pub(super) fn note_receipts(&mut self, receipts: &[Value], feed: &Feed) {
        for receipt in receipts {
            if let (Some(deal_id), Some(inquiry)) =
                (feed.deal_of(&receipt["delivery"]), receipt["ref"].as_str())
            {
                self.open.insert(deal_id, inquiry.to_owned());
            }
        }
    }

    pub(super) fn open_page(&self, path: &str, xml: bool) -> String {
        let number = |name: &str| -> i64 {
            let (_, rest) = path.split_once(name).expect("a parameter");
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().expect("a number")
        };
        let (after, limit) = (number("after="), number("limit="));
        let page = self.open.range(after + 1..).take(usize::try_from(limit).expect("a limit"));
        let page = page.map(|(deal_id, inquiry)| json!({"deal_id": deal_id, "ref": inquiry})).collect();
        spelled("open_inquiries", page, xml)
    }

    /// What was paid for an inquiry in kopecks, in roubles.
    pub(super) fn paid(&self, inquiry: Uuid) -> i64 {
        let counts = |payment: &&Value| {
            payment["inquiry"] == inquiry.to_string()
                && payment["cancelled"] == false
                && payment["currency"] == "RUB"
        };
        let kopecks = |payment: &Value| -> i64 {
            let amount = payment["amount"].as_str().expect("a sum");
            amount.replace('.', "").parse().expect("with two decimals")
        };
        self.payments.values().filter(counts).map(kopecks).sum()
    }

    pub(super) fn take(&mut self, path: &str, records: Vec<Value>) -> Vec<Value> {
        match path {
            "inquiries" => records.into_iter().map(|record| kept(&mut self.inquiries, record)).collect(),
            "documents" => records.into_iter().map(|record| self.take_document(record)).collect(),
            "payments" => records.into_iter().map(|record| kept(&mut self.payments, record)).collect(),
            "payments/complete" => records.into_iter().map(|list| self.take_list(&list)).collect(),
            other => panic!("the contract has no POST {other}"),
        }
    }

    fn take_document(&mut self, mut record: Value) -> Value {
        self.shown_documents.push(record.clone());
        if let Some(why) = self.rejects_documents {
            return json!({"ref": record["ref"], "status": "rejected", "message": why});
        }
        let reference = text(&record, "ref");
        let content = record.as_object_mut().expect("a record").remove("content");
        // An adapter may say no times.
        let changed = |record: &Value| record["changed_at"].as_str().unwrap_or_default().to_owned();
        if self.documents.get(&reference).map(changed) > Some(changed(&record)) {
            return json!({"ref": reference, "status": "unchanged", "message": "Есть более новая версия"});
        }
        let before = self.contents.get(&reference).cloned();
        let gone = record["deleted"] == true;
        let without_time = |record: &Value| {
            let mut record = record.clone();
            record.as_object_mut().expect("a record").remove("changed_at");
            record
        };
        let same = self.documents.get(&reference).map(without_time) == Some(without_time(&record));
        self.documents.insert(reference.clone(), record);
        let Some(content) = content else {
            let status = if gone { "accepted" } else { "awaiting-content" };
            return json!({"ref": reference, "status": status, "message": ""});
        };
        let text: String = content.as_str().expect("a text").split_whitespace().collect();
        let content = STANDARD.decode(text).expect("Base64");
        assert!(content.starts_with(b"%PDF-"));
        let same = same && before.as_ref() == Some(&content);
        self.contents.insert(reference.clone(), content);
        json!({"ref": reference, "status": if same { "unchanged" } else { "accepted" }, "message": ""})
    }

    /// `PUT documents/{ref}/content`
    pub(super) fn take_content(&mut self, path: &str, head: &str, bytes: &[u8]) -> Value {
        assert!(head.to_lowercase().contains("content-type: application/pdf"), "{head}");
        assert!(bytes.starts_with(b"%PDF-"));
        let reference = path.split('/').nth(1).expect("a `ref`");
        assert!(self.documents.contains_key(reference), "a content without its document");
        let same = self.contents.insert(reference.to_owned(), bytes.to_vec()).as_deref() == Some(bytes);
        json!({"ref": reference, "status": if same { "unchanged" } else { "accepted" }, "message": ""})
    }

    fn take_list(&mut self, list: &Value) -> Value {
        let inquiry = text(list, "inquiry");
        let before: Vec<Value> = self
            .payments
            .values()
            .filter(|payment| payment["inquiry"] == inquiry.as_str())
            .cloned()
            .collect();
        self.payments.retain(|_, payment| payment["inquiry"] != inquiry.as_str());
        let mut payments = list["payments"].as_array().expect("a list").clone();
        for payment in &mut payments {
            payment["inquiry"] = Value::from(inquiry.clone());
            self.payments.insert(text(payment, "ref"), payment.clone());
        }
        payments.sort_by_key(|payment| text(payment, "ref"));
        let status = if payments == before { "unchanged" } else { "accepted" };
        let named = if self.names_no_lists { "" } else { &inquiry };
        json!({"ref": named, "status": status, "message": ""})
    }
}

fn kept(known: &mut BTreeMap<String, Value>, record: Value) -> Value {
    let reference = text(&record, "ref");
    let same = known.insert(reference.clone(), record.clone()) == Some(record);
    json!({"ref": reference, "status": if same { "unchanged" } else { "accepted" }, "message": ""})
}

fn text(record: &Value, name: &str) -> String {
    record[name].as_str().unwrap_or_else(|| panic!("{record} has no `{name}`")).to_owned()
}

/// A whole polled inquiry of this deal: the action with its GUID, and what differs from the usual one.
pub(super) fn asked(delivery: &str, action: (&str, Uuid), deal_id: i64, changes: &[(&str, Value)]) -> Value {
    let (action, reference) = action;
    let mut record = json!({
        "delivery": delivery, "action": action, "deal_id": deal_id,
        "deal_url": format!("https://portal/crm/deal/details/{deal_id}/"),
        "title": "Насосы для ЦНС", "pipeline": "Продажи", "stage": "Подготовка ТКП", "stage_id": "C1:PREPARATION", "closed": false,
        "counterparty": {"inn": "7736207543", "kpp": "770401001", "company_id": 123},
        "amount": "120000.00", "currency": "RUB",
        "responsible": {"name": "Пётр Сидоров", "email": "p.sidorov@example.ru"},
        "comment": "Срочно & в срок", "opened_on": "2026-11-20", "closes_on": "2026-12-20",
        "products": [
            {"name": "Насос ЦНСг 38-44", "article": "N-38", "quantity": "2", "unit": "шт", "price": "50000.00",
             "discount": "0.00", "vat_rate": "20", "vat_included": true, "amount": "100000.00"},
            {"name": "Шеф-монтаж", "article": "", "quantity": "1", "unit": "усл", "price": "20000.00",
             "discount": "0.00", "vat_rate": "", "vat_included": false, "amount": "20000.00"},
        ],
        "changed_at": "2026-11-23T20:40:00+03:00",
        "delivery_terms": "Самовывоз",
    });
    record[if action == "create" { "proposed_ref" } else { "ref" }] = Value::from(reference.to_string());
    for (name, value) in changes {
        record[*name] = value.clone();
    }
    record
}
