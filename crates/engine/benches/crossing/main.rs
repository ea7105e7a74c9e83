//! How fast counterparties cross, what they cost, and how much memory a large load takes:
//! `cargo bench -p engine`. The numbers of docs/performance.md come from here.
//!
//! The portal waits 5 ms for every request and 2 ms for every command. For the memory it runs as a process of its own,
//! so that only the engine and its database are measured. `cargo bench -p engine -- speed way-back polls papers memory` names
//! the parts; one name measures that part alone.

#[path = "../../tests/it/entities.rs"]
mod entities;
mod papers;
mod polls;
mod way_back;

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bitrix::{Client, SystemClock, WebhookUrl};
use domain::{Clock, Ids, SignedDuration, Timestamp};
use emulator::bitrix24::{Portal, PortalSettings, serve};
use engine::{Engine, Parts, Settings};
use entities::{entity, guid, showing};
use store::Store;

/// Counterparties of the load whose speed is measured.
const SPEED: u32 = 5_000;
/// Counterparties of the load whose memory is measured.
const MEMORY: u32 = 100_000;
/// Records that 1C shows at a time, as the contract allows at most.
const CHUNK: u32 = 1_000;

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| {
        wanted.iter().all(|word| word.starts_with('-')) || wanted.iter().any(|word| word == name)
    };
    if wanted.iter().any(|word| word == "portal") {
        return be_portal().await;
    }
    if is_wanted("speed") {
        speed().await;
    }
    if is_wanted("way-back") {
        way_back::measure().await;
    }
    if is_wanted("polls") {
        polls::measure().await;
    }
    if is_wanted("papers") {
        papers::measure().await;
    }
    if is_wanted("memory") {
        memory().await;
    }
}

/// The first load and the second one, with the waits of a portal.
async fn speed() {
    let waits = (Duration::from_millis(5), Duration::from_millis(2));
    let portal = Portal::start(PortalSettings::new(Arc::new(SystemClock)).with_latency(waits.0, waits.1))
        .await
        .expect("the loopback has a free port");
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let engine = engine(folder.path(), &portal.webhook_url()).await;
    for (load, spelling) in [("first load", "шт."), ("the same records in another body", "штука")] {
        portal.reset_counters();
        let began = SystemClock.now();
        show(&engine, SPEED, spelling).await;
        let shown = SystemClock.now();
        work_off(&engine).await;
        let done = SystemClock.now();
        let counters = portal.counters();
        let per_record = |count: u64| {
            f64::from(u32::try_from(count).expect("a bench counts below four billion")) / f64::from(SPEED)
        };
        println!(
            "{load}: {SPEED} counterparties, accepted in {:.1} s ({:.0}/s), crossed in {:.1} s ({:.0}/s), \
             {} requests ({:.4} each), {} commands ({:.2} each), {} writes",
            seconds(began, shown),
            f64::from(SPEED) / seconds(began, shown),
            seconds(shown, done),
            f64::from(SPEED) / seconds(shown, done).max(0.001),
            counters.http_requests,
            per_record(counters.http_requests),
            counters.commands,
            per_record(counters.commands),
            portal.writes(),
        );
    }
}

/// The peak of the whole process after a large load.
async fn memory() {
    let (mut portal, url) = portal_beside();
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let engine = engine(folder.path(), &url).await;
    let before = peak_mib();
    let began = SystemClock.now();
    show(&engine, MEMORY, "шт.").await;
    work_off(&engine).await;
    println!(
        "memory: {MEMORY} counterparties in {:.0} s, peak {} MiB of the process ({} MiB before the load)",
        seconds(began, SystemClock.now()),
        peak_mib(),
        before,
    );
    portal.kill().expect("it lives");
    portal.wait().expect("it was ours");
}

async fn engine(folder: &std::path::Path, webhook: &str) -> Engine {
    engine_by(Arc::new(SystemClock), folder, webhook).await
}

async fn engine_by(clock: Arc<dyn Clock>, folder: &std::path::Path, webhook: &str) -> Engine {
    let url = format!("sqlite://{}/parom.db", folder.display());
    let store = Store::open(&url).await.expect("the file opens");
    let webhook: WebhookUrl = webhook.trim().parse().expect("the address of a webhook");
    let client = Client::new(&bitrix::Settings::new(webhook), Arc::clone(&clock)).expect("a client");
    let ids = Arc::new(Ids::new(Arc::clone(&clock), 1));
    Engine::new(Parts { store, client, clock, ids, settings: Settings::default() })
}

/// `spelling` makes another body of the same content.
async fn show(engine: &Engine, count: u32, spelling: &str) {
    for first in (0..count).step_by(CHUNK as usize) {
        let chunk = (first..(first + CHUNK).min(count)).map(|number| {
            let mut showing = showing(guid(number), entity(number));
            showing.fingerprint += spelling;
            showing
        });
        engine.show(chunk.collect()).await.expect("the database takes it");
    }
}

async fn work_off(engine: &Engine) {
    loop {
        let round = engine.tick().await.expect("the database works");
        assert_eq!(round.trouble, None, "the portal is well");
        if round.leased == 0 {
            return;
        }
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    SignedDuration::as_secs_f64(&to.duration_since(from))
}

/// The most memory that this process ever had, where Linux tells it.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) / 1024
}

/// A portal without waits in a process of its own.
fn portal_beside() -> (Child, String) {
    let program = std::env::current_exe().expect("this program has a file");
    let mut child =
        Command::new(program).arg("portal").stdout(Stdio::piped()).spawn().expect("it runs twice");
    let mut url = String::new();
    BufReader::new(child.stdout.take().expect("it is piped"))
        .read_line(&mut url)
        .expect("it tells its address");
    (child, url)
}

async fn be_portal() {
    let told = |portal: &Portal| {
        println!("{}", portal.webhook_url());
        std::io::stdout().flush().expect("somebody listens");
    };
    serve(PortalSettings::new(Arc::new(SystemClock)), told, std::future::pending())
        .await
        .expect("a free port");
}
