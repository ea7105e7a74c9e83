//! An engine on a database file, the portal beside it, and what 1C last showed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bitrix::{Client, WebhookUrl};
use domain::{
    Clock, Counterparty, DeliveryState, Field, Ids, ManualClock, OneCRef, Reason, ReasonCode, Side,
    SignedDuration, Timestamp, normal,
};
use emulator::bitrix24::{Card, Portal, PortalSettings};
use engine::{BulkFound, By, Engine, Found, Parts, Round, Settings, Taken, Task, Which};
use store::Store;
use tempfile::TempDir;

use crate::entities::showing;

/// Rounds after which whatever is still under way is under way for ever.
const ROUNDS_MAX: usize = 300;

/// Everything that a test needs.
pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) portal: Portal,
    pub(crate) engine: Engine,
    /// What 1C last showed under each GUID.
    pub(crate) onec: BTreeMap<OneCRef, Counterparty>,
    folder: TempDir,
    /// Of the next start.
    pub(crate) settings: Settings,
    starts: u64,
}

impl World {
    /// An empty portal and an empty database.
    pub(crate) async fn open() -> Self {
        Self::open_with(Settings::default()).await
    }

    /// The same with other settings of the engine.
    pub(crate) async fn open_with(settings: Settings) -> Self {
        Self::open_on(settings, |_| ()).await
    }

    /// The same with another portal.
    pub(crate) async fn open_on(settings: Settings, portal: impl FnOnce(&mut PortalSettings)) -> Self {
        // A second world of this process finds the provider in place.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let morning: Timestamp = "2026-11-23T06:00:00Z".parse().expect("a moment");
        let clock = Arc::new(ManualClock::at(morning));
        let mut portal_settings = PortalSettings::new(clock.clone());
        portal(&mut portal_settings);
        let portal = Portal::start(portal_settings).await.expect("the loopback has a free port");
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let engine = start(&folder, &portal, &clock, &settings, 1).await;
        Self { clock, portal, engine, onec: BTreeMap::new(), folder, settings, starts: 1 }
    }

    /// The process is killed and started again: only the file is left.
    pub(crate) async fn restart(&mut self) {
        self.starts += 1;
        self.engine = start(&self.folder, &self.portal, &self.clock, &self.settings, self.starts).await;
        self.engine.recover().await.expect("the database opens");
    }

    /// 1C shows records, as one chunk.
    pub(crate) async fn show(&mut self, records: Vec<(OneCRef, Counterparty)>) -> Vec<Taken> {
        let showings =
            records.iter().map(|(onec_ref, snapshot)| showing(*onec_ref, snapshot.clone())).collect();
        self.onec.extend(records);
        self.engine.show(showings).await.expect("the database takes it")
    }

    /// One round to the portal.
    pub(crate) async fn tick(&self) -> Round {
        self.engine.tick().await.expect("the database works")
    }

    /// Rounds until nothing is under way any more, with the clock moved to whenever something is due.
    pub(crate) async fn until_quiet(&self) {
        for _ in 0..ROUNDS_MAX {
            let round = self.tick().await;
            if round.leased > 0 && round.trouble.is_none() {
                continue;
            }
            let Some(next) = self.engine.store().next_due(Side::Bitrix).await.expect("the database works")
            else {
                return;
            };
            let wait = next.duration_since(self.clock.now());
            if wait.is_positive() {
                self.clock.advance(wait);
            } else if round.trouble.is_some() {
                self.clock.advance(SignedDuration::from_secs(15));
            }
        }
        panic!("still under way after {ROUNDS_MAX} rounds");
    }

    /// Everything that the database has on disk.
    pub(crate) fn database_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder is ours");
        let paths = files.map(|file| file.expect("the folder is ours").path());
        paths.flat_map(|path| std::fs::read(path).expect("the file is ours")).collect()
    }

    /// A person has everything that waits for this cause tried again.
    pub(crate) async fn retry_all(&self, reason: Option<ReasonCode>) -> BulkFound {
        let which = Which { reason, ..Which::default() };
        let job = self.engine.start(Task::Retry(which), &By::command_line()).await;
        let job = job.expect("the database takes it");
        while self.engine.work().await.expect("the database works") {}
        match self.engine.progress(job).await.expect("the database works").expect("it was asked for").found {
            Found::Bulk(found) => found,
            other => panic!("{other:?}"),
        }
    }

    /// Now, by the clock of the test.
    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Seconds pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Where a record of 1C stands on its way to the portal.
    pub(crate) async fn standing(&self, onec_ref: OneCRef) -> Option<DeliveryState> {
        let store = self.engine.store();
        let link = store.link_by_ref(onec_ref).await.expect("the database works")?;
        Some(store.standing(link.id, Side::Bitrix).await.expect("the database works")?.state)
    }

    /// Why a record waits for a person, if it does.
    pub(crate) async fn reason(&self, onec_ref: OneCRef) -> Option<Reason> {
        match self.standing(onec_ref).await? {
            DeliveryState::Parked { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// The cause of it.
    pub(crate) async fn parked(&self, onec_ref: OneCRef) -> Option<ReasonCode> {
        Some(self.reason(onec_ref).await?.code)
    }

    /// The company of a record with its only requisite.
    pub(crate) fn card(&self, inn: &str) -> (Card, Card) {
        let requisites = self.portal.requisites_with_inn(inn);
        assert_eq!(requisites.len(), 1, "requisites with ИНН {inn}");
        let company = self.portal.company(requisites[0].owner).expect("a requisite has its company");
        (company, requisites[0].clone())
    }

    /// Nothing in the portal is there twice.
    pub(crate) fn assert_nothing_doubled(&self) {
        assert_distinct("GUID", self.portal.companies().iter().map(|card| card.get("ORIGIN_ID").to_owned()));
        assert_distinct(
            "адрес",
            self.portal.addresses().iter().map(|card| format!("{} {}", card.owner, card.get("TYPE_ID"))),
        );
        assert_distinct(
            "счёт",
            self.portal
                .bank_details()
                .iter()
                .map(|card| format!("{} {} {}", card.owner, card.get("RQ_BIK"), card.get("RQ_ACC_NUM"))),
        );
        for company in self.portal.companies() {
            for (field, values) in [(Field::Phones, &company.phones), (Field::Emails, &company.emails)] {
                for (index, value) in values.iter().enumerate() {
                    let twice = values[..index].iter().any(|other| normal::equal(field, other, value));
                    assert!(!twice, "{value} twice in company {}", company.id);
                }
            }
        }
    }
}

async fn start(
    folder: &TempDir,
    portal: &Portal,
    clock: &Arc<ManualClock>,
    settings: &Settings,
    seed: u64,
) -> Engine {
    let url = format!("sqlite://{}/parom.db", folder.path().display());
    let store = Store::open(&url).await.expect("the file opens");
    let webhook: WebhookUrl = portal.webhook_url().parse().expect("the address of a webhook");
    let clock: Arc<dyn Clock> = clock.clone();
    let client = Client::new(&bitrix::Settings::new(webhook), Arc::clone(&clock)).expect("a client");
    let ids = Arc::new(Ids::new(Arc::clone(&clock), seed));
    Engine::new(Parts { store, client, clock, ids, settings: settings.clone() })
}

fn assert_distinct(what: &str, keys: impl Iterator<Item = String>) {
    let mut seen = BTreeSet::new();
    for key in keys.filter(|key| !key.is_empty()) {
        assert!(seen.insert(key.clone()), "{what} twice: {key}");
    }
}
