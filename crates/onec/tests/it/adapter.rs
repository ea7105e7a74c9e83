//! What the adapter in `adapters/1c` writes, letter by letter, is what this shore reads.

use std::path::Path;

use domain::{Amount, DocumentKind, Kind, OneCRef, ReceiptStatus};
use serde_json::json;

use crate::office::{Call, MemoryFerry, OTHER_REF, Office, REF, read_xml};

const INQUIRY: &str = "8f9619ff-8b86-d011-b42d-00cf4fc964ff";

/// A body that the modules of the adapter write.
fn wire(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../adapters/1c/tests/wire");
    std::fs::read(folder.join(format!("{name}.xml"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The adapter posts it; the same behind the byte order mark of platform 8.2 is taken alike.
async fn sends(office: &Office, call: &str, name: &str) -> serde_json::Value {
    let spoken = Call::xml(call, wire(name)).with("accept", "application/xml");
    let heard = office.hears(spoken).await;
    assert_eq!(heard.status, 200, "{name}: {}", heard.text);
    let marked = [b"\xef\xbb\xbf", wire(name).as_slice()].concat();
    let on_8_2 = Call::xml(call, marked).with("accept", "application/xml").on_8_2();
    let again = office.hears(on_8_2).await;
    assert!(!again.text.contains("<problem>"), "{name}: {}", again.text);
    read_xml(&heard.text)
}

fn guid(text: &str) -> OneCRef {
    OneCRef::parse(text).expect("a GUID")
}

#[tokio::test]
async fn the_adapter_introduces_itself() {
    let office = Office::open();

    let heard = office.hears(Call::xml("hello", wire("hello"))).await;

    assert_eq!(heard.status, 200, "{}", heard.text);
    let hello = &office.ferry.hellos()[0];
    assert_eq!(hello.adapter, "Паром для 1С 1.0.0");
    assert_eq!(hello.compatibility_mode, "Версия8_2_16");
    assert_eq!(hello.missing.len(), 2);
}

#[tokio::test]
async fn its_counterparties_are_read_with_everything_they_say() {
    let office = Office::open();

    let answers = sends(&office, "counterparties", "counterparties").await;

    assert_eq!(
        answers,
        json!([{ "ref": REF, "status": "accepted", "message": "" },
               { "ref": OTHER_REF, "status": "accepted", "message": "" }])
    );
    let shown = office.ferry.shown();
    assert_eq!(shown.len(), 2, "a byte order mark makes no change: {shown:?}");
    let (legal, entrepreneur) = (&shown[0], &shown[1]);
    assert_eq!(legal.code.as_deref(), Some("000000123"));
    assert_eq!(legal.snapshot.name.as_deref(), Some("ООО «Север & Юг»"));
    let accounts = legal.snapshot.bank_accounts.as_deref().expect("accounts are spoken of");
    assert_eq!(accounts.len(), 2);
    assert!(accounts[0].main && !accounts[1].main);
    assert_eq!(accounts[0].correspondent_account, "30101810400000000225");
    assert_eq!(
        legal.snapshot.phones.as_deref(),
        Some(&["+7 495 739-70-00".to_owned(), "8 (800) 250-96-39 <приёмная>".to_owned()][..])
    );
    assert_eq!(legal.snapshot.deleted, Some(false));
    assert_eq!(entrepreneur.snapshot.kind, Some(Kind::Entrepreneur));
    assert_eq!(entrepreneur.snapshot.ogrnip.as_deref(), Some("304500116000157"));
    assert_eq!(entrepreneur.snapshot.phones.as_deref(), Some(&[][..]), "an empty list is spoken of");
    assert_eq!(entrepreneur.snapshot.deleted, Some(true));
}

#[tokio::test]
async fn its_inquiries_are_read() {
    let office = Office::open();

    let answers = sends(&office, "inquiries", "inquiries").await;

    assert_eq!(answers, json!([{ "ref": INQUIRY, "status": "accepted", "message": "" }]));
    let inquiry = MemoryFerry::only_of(&office.ferry.inquiries);
    assert_eq!((inquiry.deal_id, inquiry.status.as_deref()), (Some(777), Some("Новый")));
    assert_eq!(inquiry.date, Some(Some("2026-11-23".parse().expect("a day"))));
}

#[tokio::test]
async fn its_documents_are_read_with_their_file_and_without() {
    let office = Office::open();

    let apart = sends(&office, "documents", "documents").await;
    let inside = sends(&office, "documents", "documents-8.2").await;
    sends(&office, "documents", "documents-deleted").await;

    assert_eq!(apart[0]["status"], "awaiting-content");
    assert_eq!(inside[0]["status"], "accepted");
    let documents = office.ferry.documents.lock().expect("no panic").clone();
    let kinds: Vec<_> = documents.iter().step_by(2).map(|document| document.kind).collect();
    assert_eq!(
        kinds,
        [Some(DocumentKind::Quotation), Some(DocumentKind::Invoice), Some(DocumentKind::Contract)]
    );
    assert!(documents.iter().all(|document| document.inquiry == Some(guid(INQUIRY))));
    assert_eq!(documents[0].amount, Some(Some(Amount::from_minor(12_000_000))));
    assert_eq!(documents[0].currency.as_deref(), Some("RUB"), "the code of the currency of 1C");
    assert_eq!(documents[2].amount, Some(Some(Amount::from_minor(12_000_050))));
    assert_eq!(documents[2].file_name.as_deref(), Some("Счёт 00000000017 от 23.11.2026.pdf"));
    assert!(documents[2].content.as_deref().is_some_and(|file| file.starts_with(b"%PDF-1.4\n")));
    assert_eq!(documents[4].deleted, Some(true));
    assert_eq!(documents[4].number, None, "of what was deleted nothing else is spoken");
}

#[tokio::test]
async fn its_complete_lists_of_payments_are_read_the_empty_one_too() {
    let office = Office::open();

    let answers = sends(&office, "payments/complete", "complete").await;

    assert_eq!(answers[0]["ref"], INQUIRY);
    assert_eq!(answers[1]["status"], "accepted");
    let lists = office.ferry.lists.lock().expect("no panic").clone();
    let sums: Vec<_> = lists[0].payments.iter().map(|payment| payment.amount).collect();
    assert_eq!(sums, [Some(Amount::from_minor(1_500_000)), Some(Amount::from_minor(-50_025))]);
    assert_eq!(lists[1].payments, []);
}

#[tokio::test]
async fn its_receipts_are_read() {
    let office = Office::open();

    let answers = sends(&office, "receipts", "receipts").await;

    let messages: Vec<_> =
        answers.as_array().expect("a list").iter().map(|answer| &answer["message"]).collect();
    assert_eq!(messages, ["", "", ""], "nothing is wrong with them: {answers}");
    let receipts = office.ferry.receipts.lock().expect("no panic").clone();
    assert_eq!(receipts[0].code.as_deref(), Some("000000123"));
    assert_eq!(receipts[1].date, Some("2026-11-23".parse().expect("a day")));
    assert_eq!(receipts[2].status, ReceiptStatus::Rejected);
    assert!(receipts[2].message.contains("коды 000000001"));
}
