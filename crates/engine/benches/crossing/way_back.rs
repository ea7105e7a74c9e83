//! What it costs to look at a portal of ten thousand full cards.

use std::sync::Arc;

use bitrix::SystemClock;
use domain::{Clock, ManualClock, SignedDuration};
use emulator::bitrix24::{Portal, PortalSettings};

use crate::entities::inn;

/// Full cards in the portal: company, requisite, two addresses, an account, a telephone, an e-mail.
const CARDS: u32 = 10_000;
/// Cards that employees edit between two sweeps.
const EDITED: u32 = 100;
/// Longer than a sweep looks back.
const LATER: SignedDuration = SignedDuration::from_mins(10);
const REDELIVER: SignedDuration = SignedDuration::from_mins(4);

pub(super) async fn measure() {
    let clock = Arc::new(ManualClock::at("2026-11-23T06:00:00Z".parse().expect("a moment")));
    let portal =
        Portal::start(PortalSettings::new(clock.clone())).await.expect("the loopback has a free port");
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let engine = crate::engine_by(clock.clone(), folder.path(), &portal.webhook_url()).await;
    crate::show(&engine, CARDS, "шт.").await;
    crate::work_off(&engine).await;

    for what in ["first full compare", "full compare without changes"] {
        clock.advance(LATER);
        portal.reset_counters();
        let began = SystemClock.now();
        let collected = engine.collect_all().await.expect("the portal answers");
        report(&portal, &format!("{what} of {CARDS} cards"), began);
        println!("    {} read, {} changed", collected.read, collected.changed);
    }
    // Past the overlap, in which the rows of the load would come once more.
    clock.advance(LATER);
    engine.collect().await.expect("the portal answers");
    clock.advance(LATER);
    portal.reset_counters();
    let began = SystemClock.now();
    engine.collect().await.expect("the portal answers");
    report(&portal, "sweep without changes", began);

    for number in 1..=EDITED {
        let requisite = portal.requisites_with_inn(&inn(number)).remove(0);
        let fields = [("RQ_DIRECTOR", "Петров Пётр Петрович")];
        portal.employee().edits_requisite(requisite.id, &fields).expect("employees may");
    }
    clock.advance(LATER);
    portal.reset_counters();
    let began = SystemClock.now();
    let collected = engine.collect().await.expect("the portal answers");
    report(&portal, &format!("sweep after {EDITED} edits"), began);
    assert_eq!(collected.changed, EDITED as usize);
    let began = SystemClock.now();
    let offered = engine.poll(1000, REDELIVER).await.expect("the database works");
    println!(
        "poll of {} deliveries: {:.1} ms",
        offered.len(),
        crate::seconds(began, SystemClock.now()) * 1e3
    );
}

fn report(portal: &Portal, what: &str, began: domain::Timestamp) {
    let counters = portal.counters();
    println!(
        "{what}: {} requests, {} commands, {} writes, {:.2} s",
        counters.http_requests,
        counters.commands,
        portal.writes(),
        crate::seconds(began, SystemClock.now()),
    );
}
