//! A thousand documents of 200 KB: requests, time and memory.

use std::sync::Arc;

use bitrix::SystemClock;
use domain::{Clock, DocumentKind, Ids, OneCRef, ShownDocument, ShownInquiry, ShownPayment};
use emulator::bitrix24::{Portal, PortalSettings};

use crate::entities::guid;

const DOCUMENTS: u32 = 1000;
const BYTES: usize = 200 * 1024;
const DEALS: usize = 200;
/// Documents of one call of 1C: 20 MB, as Base64 within the limit of a body.
const TOGETHER: usize = 100;

/// The portal is in another process, so that its copies of the files are not counted.
pub(super) async fn measure() {
    let (mut process, url) = crate::portal_beside();
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let engine = crate::engine(folder.path(), &url).await;
    engine.setup().await.expect("the portal takes it");
    let deals = make_deals(&url).await;
    know(&engine, &deals).await;
    let before = crate::peak_mib();
    let began = SystemClock.now();
    let documents: Vec<u32> = (0..DOCUMENTS).collect();
    for numbers in documents.chunks(TOGETHER) {
        let shown = numbers.iter().map(|number| document(*number, deals[*number as usize % DEALS])).collect();
        engine.show_documents(shown).await.expect("the database takes it");
    }
    let taken = SystemClock.now();
    let mut files = 0;
    loop {
        let shown = engine.show_deals().await.expect("the database works");
        files += shown.files;
        if shown.due == 0 {
            break;
        }
    }
    let done = SystemClock.now();
    assert_eq!(files, DOCUMENTS as usize);
    println!(
        "papers: {DOCUMENTS} documents of {} KiB in {DEALS} deals, taken in {:.1} s, shown in {:.1} s, peak {} MiB of the \
         process ({} MiB before)",
        BYTES / 1024,
        crate::seconds(began, taken),
        crate::seconds(taken, done),
        crate::peak_mib(),
        before,
    );
    process.kill().expect("it lives");
    process.wait().expect("it was ours");
    requests().await;
}

/// The requests that one document costs, and a payment.
async fn requests() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let portal = Portal::start(PortalSettings::new(clock)).await.expect("the loopback has a free port");
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let engine = crate::engine(folder.path(), &portal.webhook_url()).await;
    engine.setup().await.expect("the portal takes it");
    let deals = make_deals(&portal.webhook_url()).await;
    know(&engine, &deals).await;
    for (what, payments) in [("documents", false), ("payments", true)] {
        portal.reset_counters();
        for (number, deal) in (0_u32..).zip(&deals) {
            if payments {
                let payment = payment(200_000 + number, *deal);
                engine.show_payments(vec![payment]).await.expect("the database takes it");
            } else {
                engine.show_documents(vec![document(number, *deal)]).await.expect("the database takes it");
            }
        }
        work_off(&engine).await;
        println!("papers: {DEALS} {what} of {DEALS} deals cost {} requests", portal.counters().http_requests);
    }
}

/// 1C has all of them as «Запрос», and Parom has read them.
async fn know(engine: &engine::Engine, deals: &[i64]) {
    let inquiries = (0_u32..).zip(deals).map(|(number, deal)| ShownInquiry {
        onec_ref: guid(100_000 + number),
        deal_id: Some(*deal),
        number: None,
        date: None,
        status: None,
        deleted: None,
        changed_at: None,
    });
    engine.show_inquiries(inquiries.collect()).await.expect("the database takes it");
    engine.collect().await.expect("the portal answers");
    work_off(engine).await;
}

async fn work_off(engine: &engine::Engine) {
    while engine.show_deals().await.expect("the database works").due > 0 {}
}

async fn make_deals(url: &str) -> Vec<i64> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let webhook = url.trim().parse().expect("the address of a webhook");
    let client = bitrix::Client::new(&bitrix::Settings::new(webhook), clock).expect("a client");
    let mut deals = Vec::new();
    for number in 0..DEALS {
        let fields = bitrix::Args::new().set("TITLE", format!("Сделка {number}"));
        let args = bitrix::Args::new().set("fields", fields);
        deals.push(client.call_as("crm.deal.add", &args).await.expect("the portal takes it"));
    }
    deals
}

fn document(number: u32, deal: i64) -> ShownDocument {
    let ids = Ids::new(Arc::new(SystemClock), u64::from(number) + 1);
    let mut content = b"%PDF-1.4\n".to_vec();
    while content.len() < BYTES {
        content.extend_from_slice(&ids.random().to_le_bytes());
    }
    ShownDocument {
        onec_ref: guid(number + 1),
        kind: Some(DocumentKind::Invoice),
        inquiry: None::<OneCRef>,
        deal_id: Some(deal),
        number: Some(format!("СЧ-{number}")),
        date: None,
        amount: None,
        currency: None,
        file_name: None,
        content: Some(content),
        deleted: None,
        changed_at: None,
    }
}

fn payment(number: u32, deal: i64) -> ShownPayment {
    ShownPayment {
        onec_ref: guid(number),
        inquiry: None,
        deal_id: Some(deal),
        number: None,
        date: None,
        amount: Some("100".parse().expect("an amount")),
        currency: None,
        cancelled: None,
        changed_at: None,
    }
}
