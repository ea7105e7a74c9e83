//! ТКП, Договор and Счёт of the emulated 1C: what their PDF says, and how they reach Parom.

use std::sync::Arc;

use domain::{Clock as _, SignedDuration};
use emulator::onec::{Crash, Document, DocumentKind, Format, Kopecks, Line, OneC, Sending, Settings};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::inquiries::{habits, of_deal, office, with_client, with_inquiries};
use super::parom::{Mood, Parom};
use super::{clock, connect, with};

const DEAL: i64 = 777;

fn inquiry() -> Uuid {
    of_deal(DEAL)
}

/// A 1C with an invoice that was never shown, without any Parom.
async fn with_invoice() -> (OneC, Uuid) {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    let invoice = onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");
    (onec, invoice)
}

fn text_of(pdf: &[u8]) -> String {
    let pdf = lopdf::Document::load_mem(pdf).expect("a PDF");
    let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
    let text = pdf.extract_text(&pages).expect("with text");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[tokio::test]
async fn an_invoice_is_a_pdf_whose_russian_text_can_be_read() {
    let (onec, invoice) = with_invoice().await;

    let pdf = onec.document(invoice).expect("made").print();

    let text = text_of(&pdf);
    for words in [
        "Счёт на оплату № СЧ-0001 от 23 ноября 2026 г.",
        "Редакция 1",
        "Исполнитель: ООО «Учебная компания», ИНН 7700000009, КПП 770001001",
        "Покупатель: Общество с ограниченной ответственностью «Яндекс», ИНН 7736207543, КПП 770401001",
        "Насос ЦНСг 38-44",
        "50 000,00",
        "Итого: 120 000,00 RUB",
        "Сто двадцать тысяч рублей 00 копеек",
    ] {
        assert!(text.contains(words), "«{words}» is not in: {text}");
    }
    assert!(pdf.len() < 60 * 1024, "{} bytes", pdf.len());
}

#[tokio::test]
async fn the_same_document_prints_the_same_bytes_and_a_new_version_others() {
    let (mut first, invoice) = with_invoice().await;
    let (second, same) = with_invoice().await;
    let print = |onec: &OneC, document| onec.document(document).map(Document::print);

    assert_eq!(print(&first, invoice), print(&second, same));

    let before = print(&first, invoice);
    assert!(first.rewrite_document(invoice));
    assert_eq!(print(&first, invoice), before, "nothing of it has changed");
    assert!(first.reprint(invoice, |document| document.amount = Kopecks(9_999_950)));

    let after = print(&first, invoice).expect("still there");
    let text = text_of(&after);
    assert!(text.contains("Редакция 2") && text.contains("Итого: 99 999,50 RUB"), "{text}");
    assert_eq!(first.current_documents(inquiry())[0].sha256, sha256(&after));
}

#[tokio::test]
async fn a_long_table_goes_on_over_pages_and_loses_no_row() {
    let (mut onec, invoice) = with_invoice().await;
    let row = |number: i64| Line {
        name: format!("Насос центробежный секционный горизонтальный для чистой воды, исполнение № {number}"),
        quantity: "1".into(),
        unit: "шт".into(),
        price: Kopecks(100 * number),
        amount: Kopecks(100 * number),
    };
    onec.reprint(invoice, |document| document.lines = (1..=120).map(row).collect());

    let pdf = onec.document(invoice).expect("made").print();

    let pages = lopdf::Document::load_mem(&pdf).expect("a PDF").get_pages().len();
    assert!((3..=8).contains(&pages), "{pages} pages");
    let text = text_of(&pdf);
    assert!((1..=120).all(|number| text.contains(&format!("№ {number}"))), "{text}");
}

#[tokio::test]
async fn a_pdf_of_a_given_size_has_that_size_to_the_byte_and_the_same_text() {
    let (mut onec, invoice) = with_invoice().await;
    for size in [100_000, 200 * 1024, 3 * 1024 * 1024] {
        onec.reprint(invoice, |document| document.size = Some(size));

        let pdf = onec.document(invoice).expect("made").print();

        assert_eq!(pdf.len(), size);
        assert!(text_of(&pdf).contains("СЧ-0001"));
    }
}

#[tokio::test]
async fn documents_are_made_by_the_rows_of_the_inquiry_and_numbered_by_their_kind() {
    let (mut onec, _) = with_invoice().await;
    for kind in DocumentKind::ALL {
        onec.make_document(inquiry(), kind).expect("an inquiry");
    }
    assert_eq!(onec.make_document(Uuid::from_u128(9), DocumentKind::Invoice), None);

    let names: Vec<String> = onec.documents_of(inquiry()).map(Document::file_name).collect();

    assert_eq!(
        names,
        [
            "Счёт СЧ-0001 от 23.11.2026.pdf",
            "ТКП ТКП-0001 от 23.11.2026.pdf",
            "Договор ДГ-0001 от 23.11.2026.pdf",
            "Счёт СЧ-0002 от 23.11.2026.pdf"
        ]
    );
    let contract = onec.documents_of(inquiry()).nth(2).expect("made");
    assert_eq!((contract.amount, contract.lines.len()), (Kopecks(12_000_000), 2));
    assert!(text_of(&contract.print()).contains("Договор поставки № ДГ-0001"));
}

#[tokio::test]
async fn documents_of_open_inquiries_are_shown_once_with_their_content() {
    for (format, old_platform, apart) in [
        (Format::Json, false, false),
        (Format::Xml, true, false),
        (Format::Json, false, true),
        (Format::Xml, true, true),
    ] {
        let (parom, to, mut onec) = office(with(|settings| {
            settings.format = format;
            settings.old_platform = old_platform;
        }))
        .await;
        habits(&mut onec, |habits| {
            if apart {
                habits.content_apart_from = 0;
            }
        });
        with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
        let invoice = onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");
        let quotation = onec.make_document(inquiry(), DocumentKind::Quotation).expect("an inquiry");

        let first = onec.exchange(&to).await.expect("shown");
        let second = onec.exchange(&to).await.expect("nothing new");

        assert_eq!((first.open_inquiries, first.documents.sent, second.documents.sent), (1, 2, 0));
        assert_eq!((first.contents, first.documents.requests), if apart { (2, 3) } else { (0, 1) });
        let (documents, contents) = parom.deals(|deals| (deals.documents.clone(), deals.contents.clone()));
        assert_eq!(
            documents[&invoice.to_string()],
            json!({"ref": invoice.to_string(), "kind": "invoice", "inquiry": inquiry().to_string(), "number": "СЧ-0001",
                   "date": "2026-11-23", "amount": "120000.00", "currency": "RUB",
                   "file_name": "Счёт СЧ-0001 от 23.11.2026.pdf", "deleted": false, "changed_at": "2026-11-23T20:48:00"})
        );
        let hashes: Vec<String> =
            [invoice, quotation].map(|reference| sha256(&contents[&reference.to_string()])).into();
        let printed: Vec<String> =
            onec.current_documents(inquiry()).into_iter().map(|printed| printed.sha256).collect();
        assert_eq!(hashes, printed);
    }
}

#[tokio::test]
async fn content_is_spelled_as_1c_does_with_line_breaks() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");
    onec.exchange(&to).await.expect("shown");

    let shown = parom.deals(|deals| deals.shown_documents[0]["content"].clone());

    let lines: Vec<usize> = shown.as_str().expect("a text").split("\r\n").map(str::len).collect();
    let (last, whole) = lines.split_last().expect("many");
    assert!(whole.len() > 100 && whole.iter().all(|length| *length == 76) && *last <= 76, "{lines:?}");
}

#[tokio::test]
async fn a_large_document_goes_by_itself_and_a_small_one_does_not() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    let size = 2 * 1024 * 1024;
    let large = |document: &mut Document| document.size = Some(size);
    let scan = onec.make_document_with(inquiry(), DocumentKind::Contract, large).expect("an inquiry");
    onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");

    let exchanged = onec.exchange(&to).await.expect("shown");

    assert_eq!((exchanged.documents.sent, exchanged.contents), (2, 1));
    assert_eq!(parom.deals(|deals| deals.contents[&scan.to_string()].len()), size);
    assert_eq!((onec.counters().documents, onec.counters().contents), (2, 1));
}

#[tokio::test]
async fn a_new_version_is_shown_under_the_same_guid_and_a_mark_without_content() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    let invoice = onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");
    onec.exchange(&to).await.expect("shown");
    onec.reprint(invoice, |document| document.note = "Доставка включена".into());
    onec.exchange(&to).await.expect("shown");
    let second = parom.deals(|deals| deals.contents[&invoice.to_string()].clone());
    assert!(text_of(&second).contains("Доставка включена"));

    onec.mark_document(invoice, true);
    onec.exchange(&to).await.expect("shown");
    let marked = parom.deals(|deals| deals.shown_documents.last().cloned()).expect("shown");
    assert_eq!((&marked["deleted"], marked.get("content")), (&json!(true), None));
    assert_eq!(onec.current_documents(inquiry()), []);

    onec.mark_document(invoice, false);
    onec.exchange(&to).await.expect("shown");
    assert_eq!(parom.deals(|deals| deals.documents[&invoice.to_string()]["deleted"].clone()), false);
    assert_eq!(onec.current_documents(inquiry())[0].sha256, sha256(&second));
}

#[tokio::test]
async fn what_was_thrown_away_before_anybody_saw_it_is_not_shown() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    let invoice = onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");
    onec.mark_document(invoice, true);

    let exchanged = onec.exchange(&to).await.expect("nothing to show");

    assert_eq!((exchanged.open_inquiries, exchanged.documents.sent), (1, 0));
}

#[tokio::test]
async fn an_answer_that_nobody_read_makes_the_document_come_again() {
    for (sending, apart) in
        [(Sending::Documents, false), (Sending::Documents, true), (Sending::Content, true)]
    {
        let (parom, to, mut onec) = office(Settings::default()).await;
        habits(&mut onec, |habits| {
            if apart {
                habits.content_apart_from = 0;
            }
        });
        with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
        let invoice = onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");

        onec.crash_while_sending(sending);
        let dead = onec.exchange(&to).await.expect("it is no error of Parom");
        assert!(dead.crashed, "{sending:?}");
        assert_eq!(parom.deals(|deals| deals.documents.len()), 1);
        let again = onec.exchange(&to).await.expect("lives again");

        assert_eq!((again.documents.sent, again.contents), (1, usize::from(apart)), "{sending:?}");
        let content = parom.deals(|deals| deals.contents[&invoice.to_string()].clone());
        assert_eq!(onec.current_documents(inquiry())[0].sha256, sha256(&content));
        assert_eq!(onec.exchange(&to).await.expect("nothing new").documents.sent, 0);
    }
}

#[tokio::test]
async fn a_document_that_parom_rejected_is_not_sent_again_until_it_changes() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    parom.deals(|deals| deals.rejects_documents = Some("Файл больше 32 МиБ"));
    let invoice = onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");

    let first = onec.exchange(&to).await.expect("answered");
    let second = onec.exchange(&to).await.expect("answered");

    assert_eq!((first.documents.rejected.len(), second.documents.sent), (1, 0));
    assert_eq!(onec.answers()[&invoice].message, "Файл больше 32 МиБ");
    onec.rewrite_document(invoice);
    assert_eq!(onec.exchange(&to).await.expect("answered").documents.sent, 1);
}

#[tokio::test]
async fn open_inquiries_are_asked_for_page_by_page() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    let deals: Vec<i64> = (1..=25).collect();
    with_inquiries(&parom, &to, &mut onec, &deals).await;
    habits(&mut onec, |habits| habits.limit = 10);
    parom.deals(|deals| {
        deals.closes(3);
        deals.opens(1000, Uuid::from_u128(1000));
    });
    for deal in &deals {
        onec.make_document(of_deal(*deal), DocumentKind::Quotation).expect("an inquiry");
    }

    let exchanged = onec.exchange(&to).await.expect("shown");

    assert_eq!(
        (exchanged.open_inquiries, exchanged.documents.sent),
        (25, 24),
        "one is closed, one is unknown"
    );
    let pages: Vec<String> = parom
        .calls()
        .into_iter()
        .filter(|call| call.contains("open-inquiries") && call.ends_with("limit=10"))
        .collect();
    assert_eq!(pages.len(), 4, "{pages:?}");
    assert!(pages[1].ends_with("after=11&limit=10"), "{pages:?}");
}

#[tokio::test]
async fn a_hasty_adapter_shows_documents_before_the_receipt_of_their_inquiry() {
    for hasty in [true, false] {
        let (parom, to, mut onec) = office(Settings::default()).await;
        habits(&mut onec, |habits| habits.documents_before_receipts = hasty);
        onec.at_every_new_inquiry(|onec, inquiry| {
            onec.make_document(inquiry, DocumentKind::Quotation).expect("it was just made");
        });

        with_inquiries(&parom, &to, &mut onec, &[1, 2]).await;

        let calls = parom.calls();
        let first = |call: &str| calls.iter().position(|made| made.starts_with(call)).expect("made");
        assert_eq!(first("POST /1c/v1/documents") < first("POST /1c/v1/receipts"), hasty, "{calls:?}");
        assert_eq!(parom.deals(|deals| deals.contents.len()), 2);
    }
}

#[tokio::test]
async fn a_hasty_adapter_that_dies_before_the_receipt_has_shown_the_document() {
    let (parom, to, mut onec) = office(Settings::default()).await;
    habits(&mut onec, |habits| habits.documents_before_receipts = true);
    onec.at_every_new_inquiry(|onec, inquiry| {
        onec.make_document(inquiry, DocumentKind::Quotation).expect("it was just made");
    });
    parom.offers_inquiry(super::deals::asked("I1", ("create", inquiry()), DEAL, &[]));
    onec.crash_at_inquiries(Crash::AfterWriting(1));

    let dead = onec.exchange(&to).await.expect("it is no error of Parom");

    assert!(dead.crashed && parom.receipts().is_empty());
    assert_eq!(parom.deals(|deals| deals.documents.len()), 1);
}

#[tokio::test]
async fn an_adapter_with_an_old_queue_shows_the_old_version_after_the_new_one() {
    let clock = clock();
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, Settings::default());
    let mut onec = with_client(Arc::clone(&clock));
    habits(&mut onec, |habits| habits.resends_old_versions = true);
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    let invoice = onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");
    onec.exchange(&to).await.expect("shown");
    clock.advance(SignedDuration::from_mins(5));
    onec.reprint(invoice, |document| document.amount = Kopecks(100));
    let reprinted_at = clock.now();

    onec.exchange(&to).await.expect("shown");
    let last = onec.exchange(&to).await.expect("nothing new");

    let shown = parom.deals(|deals| deals.shown_documents.clone());
    let times: Vec<&Value> = shown.iter().map(|document| &document["changed_at"]).collect();
    assert_eq!(times, ["2026-11-23T20:48:00", "2026-11-23T20:53:00", "2026-11-23T20:48:00"]);
    assert_eq!(onec.document(invoice).expect("there").changed_at, reprinted_at);
    assert_eq!(shown[0]["content"], shown[2]["content"]);
    assert_eq!(last.documents.sent, 0);
    let kept = parom.deals(|deals| deals.contents[&invoice.to_string()].clone());
    assert_eq!(onec.current_documents(inquiry())[0].sha256, sha256(&kept));
}

#[tokio::test]
async fn an_adapter_may_name_the_deal_and_print_values_as_1c_does() {
    let (parom, to, mut onec) = office(with(|settings| settings.as_1c_prints = true)).await;
    habits(&mut onec, |habits| habits.names_deals = true);
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");

    onec.exchange(&to).await.expect("shown");

    let shown = parom.deals(|deals| deals.shown_documents[0].clone());
    assert_eq!((&shown["deal_id"], shown.get("inquiry")), (&json!(DEAL), None));
    assert_eq!(
        (&shown["amount"], &shown["currency"], &shown["date"]),
        (&json!("120\u{a0}000,00"), &json!("руб."), &json!("2026-11-23T20:48:00"))
    );
}

#[tokio::test]
async fn calls_that_are_sent_twice_are_taken_once() {
    let (parom, to, mut onec) = office(with(|settings| settings.send_twice = true)).await;
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    onec.make_document(inquiry(), DocumentKind::Invoice).expect("an inquiry");
    onec.pay(inquiry(), Kopecks(100)).expect("an inquiry");

    let exchanged = onec.exchange(&to).await.expect("shown");

    assert_eq!((exchanged.documents.accepted, exchanged.documents.taken_twice), (1, 0));
    assert_eq!((exchanged.payments.accepted, exchanged.payments.taken_twice), (1, 0));
    assert_eq!(exchanged.documents.requests, 2);
}
