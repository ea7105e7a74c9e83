//! The emulated 1C speaks as the modules of `adapters/1c` do: the same elements in the same order, the same headers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use emulator::onec::{DocumentKind, InquiryStatus, Kopecks, OneC, Settings};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::json;
use uuid::Uuid;

use super::connect;
use super::feed::offered;
use super::inquiries::{of_deal, office, with_inquiries};
use super::parom::{Mood, Parom};

const DEAL: i64 = 777;

/// What elements of each kind may hold, by the names of their children in order; neighbours of one name count once.
type Shape = BTreeMap<String, BTreeSet<Vec<String>>>;

/// A body that the modules write.
fn sample(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../adapters/1c/tests/wire");
    std::fs::read_to_string(folder.join(format!("{name}.xml")))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn shape(xml: &str, into: &mut Shape) {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    let mut open: Vec<(String, Vec<String>)> = Vec::new();
    loop {
        match reader.read_event().expect("well formed") {
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                if let Some((_, children)) = open.last_mut()
                    && children.last() != Some(&name)
                {
                    children.push(name.clone());
                }
                open.push((name, Vec::new()));
            }
            Event::End(_) => {
                let path: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).collect();
                let path = path.join("/");
                let (_, children) = open.pop().expect("it was opened");
                if !children.is_empty() {
                    into.entry(path).or_default().insert(children);
                }
            }
            Event::Eof => return,
            _ => {}
        }
    }
}

fn of_samples(names: &[&str]) -> Shape {
    let mut of_samples = Shape::new();
    for name in names {
        shape(&sample(name), &mut of_samples);
    }
    of_samples
}

/// Everything that the emulated 1C says in XML when its day is full.
async fn of_a_day(settings: Settings) -> (Shape, Parom) {
    let missing = vec!["Настройка «ТКП»: в конфигурации нет «Документ.ТКП»".to_owned()];
    let (parom, to, mut onec) = office(Settings { missing, ..settings }).await;
    let client = onec.elements().next().expect("a client").reference;
    onec.edit(client, |element| {
        element.contacts.insert(emulator::onec::ContactKind::Phone, "+7 495 739-70-00".to_owned());
        element.contacts.insert(emulator::onec::ContactKind::Email, "info@example.ru".to_owned());
    });
    let new_client = ("create", Uuid::from_u128(7));
    parom.offers(offered("D1", new_client, &[("inn", json!("7707083893"))]));
    with_inquiries(&parom, &to, &mut onec, &[DEAL]).await;
    let inquiry = of_deal(DEAL);
    onec.make_document(inquiry, DocumentKind::Quotation);
    let invoice = onec.make_document(inquiry, DocumentKind::Invoice).expect("an inquiry");
    onec.pay(inquiry, Kopecks(1_500_000));
    onec.refund(inquiry, Kopecks(50_025));
    onec.set_inquiry_status(inquiry, InquiryStatus::QuotationSent);
    onec.exchange(&to).await.expect("exchanged");
    onec.mark_document(invoice, true);
    onec.exchange(&to).await.expect("exchanged");
    let mut said = Shape::new();
    for body in parom.bodies().iter().filter(|body| body.contains("<?xml")) {
        shape(body, &mut said);
    }
    (said, parom)
}

fn assert_speaks_as(said: &Shape, samples: &Shape) {
    for (path, children) in said {
        let known = samples.get(path).unwrap_or_else(|| panic!("the adapter writes no <{path}>"));
        for children in children {
            assert!(known.contains(children), "<{path}> holds {children:?}; the adapter writes {known:?}");
        }
    }
    for path in samples.keys() {
        assert!(said.contains_key(path), "the emulated 1C never wrote <{path}>");
    }
}

#[tokio::test]
async fn its_bodies_have_the_elements_of_the_adapters_in_their_order() {
    let (said, parom) = of_a_day(Settings::of_adapter()).await;
    let names =
        ["hello", "counterparties", "receipts", "inquiries", "documents", "documents-deleted", "complete"];
    assert_speaks_as(&said, &of_samples(&names));

    let bodies = parom.bodies().concat();
    for spelled in ["<currency>643</currency>", "<amount>15000</amount>", "<amount>-500.25</amount>"] {
        assert!(bodies.contains(spelled), "{spelled}");
    }
    let head = &parom.heads()[0].to_lowercase();
    assert!(
        head.contains("content-type: application/xml; charset=utf-8")
            && head.contains("accept: application/xml"),
        "{head}"
    );
    assert!(!head.contains("x-parom-platform"), "{head}");
    assert!(
        parom.calls().iter().any(|call| call.starts_with("PUT /1c/v1/documents/")),
        "{:?}",
        parom.calls()
    );
}

#[tokio::test]
async fn on_platform_8_2_contents_stand_in_their_records_behind_a_byte_order_mark() {
    let (said, parom) = of_a_day(Settings::of_adapter().on_old_platform()).await;
    let names = [
        "hello",
        "counterparties",
        "receipts",
        "inquiries",
        "documents-8.2",
        "documents-deleted",
        "complete",
    ];
    assert_speaks_as(&said, &of_samples(&names));

    assert!(parom.heads()[0].to_lowercase().contains("x-parom-platform: 8.2"));
    let posted: Vec<String> = parom.bodies().into_iter().filter(|body| body.contains("<?xml")).collect();
    assert!(posted.iter().all(|body| body.starts_with('\u{feff}')));
    assert!(!parom.calls().iter().any(|call| call.starts_with("PUT ")));
}

#[tokio::test]
async fn an_exchange_goes_in_the_order_of_the_adapter() {
    let parom = Parom::open(Mood::Friendly).await;
    let to = connect(&parom, Settings::of_adapter());
    let mut onec = OneC::with_real_entities(super::clock());
    onec.exchange(&to).await.expect("exchanged");
    let first = onec.elements().next().expect("an element").reference;
    onec.edit(first, |element| element.kpp = "997950001".to_owned());
    let before = parom.calls().len();
    onec.exchange(&to).await.expect("exchanged");

    let calls: Vec<String> = parom.calls().split_off(before);
    let places: Vec<&str> = calls.iter().map(|call| call.split('?').next().unwrap_or_default()).collect();
    let order = [
        "POST /1c/v1/hello",
        "POST /1c/v1/counterparties",
        "GET /1c/v1/counterparties",
        "GET /1c/v1/inquiries",
        "GET /1c/v1/open-inquiries",
    ];
    assert_eq!(places, order);
}

#[tokio::test]
async fn the_adapter_calls_three_times_and_leaves_the_rest_to_the_next_exchange() {
    let parom = Parom::open(Mood::Busy).await;
    let mut onec = OneC::empty(super::clock());
    onec.exchange(&connect(&parom, Settings::of_adapter())).await.unwrap_err();
    assert_eq!(parom.calls().len(), 3);
}
