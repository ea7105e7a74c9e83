//! People edit on both sides, under any weather and any death: each edit arrives once, or was overtaken by a later one
//! of the same field, or waits with a reason; then both sides are silent.
//!
//! `PAROM_SIMULATION_CASES=5000 cargo test -p engine both_ways` tries more lists.

use std::collections::BTreeSet;
use std::pin::pin;

use domain::{BankAccount, DeliveryState, Field, Link, Rule, Rules, Side, SignedDuration, normal};
use emulator::bitrix24::BoxModule;
use emulator::faults::{Fault, Weather};
use engine::{By, Choice, DeedError, Found, Healing, Seen, Settings, Task, To, Which};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use store::{DeedKind, Entity, JobState, NewLook};
use tokio::runtime::Runtime;

use crate::entities::{entity, guid, inn};
use crate::office::{Death, Office, values};
use crate::simulation::Mortal;
use crate::world::World;

/// Counterparties that both sides have in the beginning: 1 … KNOWN.
const KNOWN: u32 = 3;
/// Counterparties that employees may make: KNOWN + 1 … ALL.
const ALL: u32 = 5;
/// Seconds that the clock is set back at most.
const CLOCK_BACK_MAX: i64 = 4000;
/// Lists tried on every run.
const CASES: u32 = 120;
/// Why people give something up.
const GIVEN_UP: &str = "не нужен";

/// What is edited. Every edit has a value of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Director,
    Kpp,
    FullName,
    LegalAddress,
    Phone,
    Account,
}

impl What {
    const ALL: [Self; 6] =
        [Self::Director, Self::Kpp, Self::FullName, Self::LegalAddress, Self::Phone, Self::Account];

    fn field(self) -> Field {
        match self {
            Self::Director => Field::Director,
            Self::Kpp => Field::Kpp,
            Self::FullName => Field::FullName,
            Self::LegalAddress => Field::LegalAddress,
            Self::Phone => Field::Phones,
            Self::Account => Field::BankAccounts,
        }
    }

    fn is_set(self) -> bool {
        matches!(self, Self::Phone | Self::Account)
    }

    fn value(self, nth: usize) -> String {
        match self {
            Self::Director => format!("Директор Номер {nth}"),
            Self::Kpp => format!("{:04}01{:03}", 7700 + nth / 1000, nth % 1000),
            Self::FullName => format!("Общество с ограниченной ответственностью «Правка {nth}»"),
            Self::LegalAddress => format!("101000, г. Москва, ул. Правки, д. {nth}"),
            Self::Phone => format!("+7 499 {:03}-{:02}-{:02}", nth / 10_000, nth / 100 % 100, nth % 100),
            Self::Account => format!("40702810900000{nth:06}"),
        }
    }
}

/// What a process may die over.
#[derive(Clone, Copy, Debug)]
enum Work {
    Collect,
    Tick,
    Tell,
    Jobs,
}

/// Work that a person asks for and that takes its time.
#[derive(Clone, Copy, Debug)]
enum Errand {
    /// Everything that waits tries again.
    Retry,
    /// What waits is given up.
    GiveUp,
    /// Both sides are compared, and what nobody carries is sent or not.
    Reconcile(bool),
    /// What the last reconciliation found is sent.
    Heal,
}

/// What a person does to a record in the console.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Resolves every conflict of it.
    Resolve(Side),
    /// Takes all values of one side.
    Take(Side),
    /// Takes back what was chosen last.
    Undo,
    /// Has it sent again.
    Again,
    Unlink,
    /// Joins it with the first company that has its ИНН.
    Join,
}

#[derive(Clone, Debug)]
enum Op {
    /// An employee edits the company of this record. Said by a notice, or found by the sweep.
    Employee(u32, What, bool),
    /// An accountant edits this record in 1C.
    Accountant(u32, What),
    /// An employee makes a company with the ИНН of this record, with a deal or without. A second one is a duplicate.
    Makes(u32, bool),
    /// A deal for every company of this record.
    Deal(u32),
    /// An employee deletes the first company of this record.
    Deletes(u32),
    /// An employee merges all companies of this record into the first.
    Merges(u32),
    /// 1C shows what was changed.
    Push,
    /// 1C polls, and perhaps dies over it.
    Poll(Death),
    /// A round to the portal.
    Tick,
    /// A look at the portal.
    Collect,
    /// Employees are told, and codes of 1C are shown.
    Tell,
    /// Every card is read.
    CompareAll,
    /// Work that dies after so many steps, and the process starts again.
    Killed(usize, Work),
    /// A person does something to this record in the console, and the process may die over it.
    Deed(u32, Deed, Option<usize>),
    /// A person asks for something that takes its time, and the process may die over it.
    Asks(Errand, Option<usize>),
    /// One step of everything that was asked for.
    Works,
    /// A person stops the oldest work that is under way.
    Stops,
    /// Time passes.
    Wait(i64),
    /// The clock of Parom is set back.
    ClockBack(i64),
    /// The portal is down for a day; people go on working.
    DayWithoutPortal,
    /// The next request meets this.
    Next(Fault),
    /// So many of a hundred requests go wrong from now on.
    Storm(u8, u64),
    /// Fair weather.
    Clear,
}

fn op() -> impl Strategy<Value = Op> {
    let known = 1..=KNOWN;
    let any_record = 1..=ALL;
    let new = KNOWN + 1..=ALL;
    let what = || proptest::sample::select(What::ALL.to_vec());
    let deaths = vec![Death::None, Death::AfterPoll, Death::BeforeReceipts, Death::ReceiptsTwice];
    let works = vec![Work::Collect, Work::Tick, Work::Tell, Work::Jobs];
    let errands =
        vec![Errand::Retry, Errand::GiveUp, Errand::Reconcile(false), Errand::Reconcile(true), Errand::Heal];
    let deeds = vec![
        Deed::Resolve(Side::OneC),
        Deed::Resolve(Side::Bitrix),
        Deed::Take(Side::OneC),
        Deed::Take(Side::Bitrix),
        Deed::Undo,
        Deed::Undo,
        Deed::Again,
        Deed::Unlink,
        Deed::Join,
        Deed::Join,
    ];
    let death = || proptest::option::weighted(0.2, 1_usize..20);
    prop_oneof![
        8 => (any_record.clone(), what(), any::<bool>()).prop_map(|(n, what, said)| Op::Employee(n, what, said)),
        6 => (any_record.clone(), what()).prop_map(|(n, what)| Op::Accountant(n, what)),
        2 => (new, any::<bool>()).prop_map(|(n, deal)| Op::Makes(n, deal)),
        1 => (known.clone(), any::<bool>()).prop_map(|(n, deal)| Op::Makes(n, deal)),
        2 => any_record.prop_map(Op::Deal),
        1 => known.clone().prop_map(Op::Deletes),
        1 => known.prop_map(Op::Merges),
        4 => Just(Op::Push),
        5 => proptest::sample::select(deaths).prop_map(Op::Poll),
        4 => Just(Op::Tick),
        5 => Just(Op::Collect),
        2 => Just(Op::Tell),
        1 => Just(Op::CompareAll),
        3 => (1_usize..80, proptest::sample::select(works)).prop_map(|(steps, work)| Op::Killed(steps, work)),
        6 => (any_deed_record(), proptest::sample::select(deeds), death())
            .prop_map(|(n, deed, death)| Op::Deed(n, deed, death)),
        2 => (proptest::sample::select(errands), death()).prop_map(|(errand, death)| Op::Asks(errand, death)),
        3 => Just(Op::Works),
        1 => Just(Op::Stops),
        3 => (1_i64..1000).prop_map(Op::Wait),
        1 => (1..CLOCK_BACK_MAX).prop_map(Op::ClockBack),
        1 => Just(Op::DayWithoutPortal),
        3 => proptest::sample::select(Fault::PASSING.to_vec()).prop_map(Op::Next),
        1 => (1_u8..40, any::<u64>()).prop_map(|(percent, seed)| Op::Storm(percent, seed)),
        1 => Just(Op::Clear),
    ]
}

fn any_deed_record() -> impl Strategy<Value = u32> {
    1..=ALL
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PAROM_SIMULATION_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES),
        max_shrink_iters: 2_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("both-ways-regressions.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_edit_of_a_person_arrives_once_or_waits_with_a_reason(
        guarded: bool,
        ops in proptest::collection::vec(op(), 1..40),
    ) {
        Runtime::new().expect("a runtime").block_on(live(guarded, ops));
    }
}

/// `guarded`: the portal has the box module, which refuses a repeated ИНН.
async fn live(guarded: bool, ops: Vec<Op>) {
    let mut story = Box::pin(Story::begin()).await;
    if guarded {
        story.world.portal.module().install(BoxModule::without_address());
    }
    for op in ops {
        story.obey(op).await;
    }
    story.end().await;
}

/// «Done when» of the way back: so many edits, so much bad weather, and then silence.
#[tokio::test]
async fn a_thousand_edits_on_both_sides_under_faults_end_equal_and_silent() {
    const EDITS: usize = 1000;
    const ROUND: usize = 25;
    let mut story = Box::pin(Story::begin()).await;
    for number in KNOWN + 1..=ALL {
        story.obey(Op::Makes(number, true)).await;
    }
    story.world.portal.faults().random(17, 5, &Fault::PASSING);
    let mut dice: u64 = 42;
    let mut roll = |bound: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % bound
    };
    let deaths = [Death::None, Death::None, Death::BeforeReceipts, Death::ReceiptsTwice];
    while story.edits.len() < EDITS {
        let number = u32::try_from(roll(u64::from(ALL))).expect("few records") + 1;
        let what = What::ALL[usize::try_from(roll(6)).expect("six")];
        if roll(2) == 0 {
            story.obey(Op::Employee(number, what, roll(2) == 0)).await;
        } else {
            story.obey(Op::Accountant(number, what)).await;
        }
        if story.edits.len().is_multiple_of(ROUND) {
            story.obey(Op::Push).await;
            story.obey(Op::Wait(61)).await;
            story.obey(Op::Collect).await;
            story.obey(Op::Tick).await;
            story.obey(Op::Poll(deaths[usize::try_from(roll(4)).expect("four")])).await;
        }
    }
    story.end_with(100).await;
}

/// An edit of a person.
#[derive(Clone, Debug)]
struct Edit {
    number: u32,
    by_employee: bool,
    what: What,
    value: String,
}

/// A world, its 1C and what people did.
struct Story {
    world: World,
    office: Office,
    edits: Vec<Edit>,
    /// Records whose company was deleted, or that have several: their edits may wait.
    disturbed: Vec<u32>,
    /// Records of which a person chose values: an older one may have won.
    ruled: Vec<u32>,
}

impl Story {
    /// Both sides have the first records and agree on them; the portal has been read.
    async fn begin() -> Self {
        let rules = Rules::default().with(Field::FullName, Rule::Ask);
        let world = World::open_with(Settings { rules, ..Settings::default() }).await;
        let mut office = Office::default();
        for number in 1..=KNOWN {
            office.write(guid(number), |card| *card = entity(number));
        }
        world.engine.setup().await.expect("the portal answers");
        office.push(&world).await;
        world.until_quiet().await;
        let mut story = Self { world, office, edits: Vec::new(), disturbed: Vec::new(), ruled: Vec::new() };
        story.settle().await;
        story
    }

    async fn obey(&mut self, op: Op) {
        let world = &mut self.world;
        match op {
            Op::Employee(number, what, said) => self.employee_edits(number, what, said).await,
            Op::Accountant(number, what) => self.accountant_edits(number, what),
            Op::Makes(number, deal) => {
                if !world.portal.requisites_with_inn(&inn(number)).is_empty() {
                    self.disturbed.push(number);
                }
                let employee = world.portal.employee();
                let company = employee.creates_company("Новый клиент").expect("employees may");
                let fields = [
                    ("RQ_INN", inn(number)),
                    ("RQ_COMPANY_NAME", format!("ООО «Ромашка-{number}»")),
                    ("RQ_COMPANY_FULL_NAME", format!("Общество «Ромашка-{number}»")),
                ];
                let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
                if let Err(refused) = employee.adds_requisite(company, "COMPANY", &fields) {
                    assert_eq!(refused.description, "Клиент с таким ИНН уже создан");
                }
                if deal {
                    employee.adds_deal(company, &[("TITLE", "Насосы")]).expect("employees may");
                }
            }
            Op::Deal(number) => {
                for requisite in world.portal.requisites_with_inn(&inn(number)) {
                    let employee = world.portal.employee();
                    employee.adds_deal(requisite.owner, &[("TITLE", "Насосы")]).expect("employees may");
                }
            }
            Op::Deletes(number) => {
                if let Some(requisite) = world.portal.requisites_with_inn(&inn(number)).first() {
                    world.portal.employee().deletes_company(requisite.owner).expect("employees may");
                    self.disturbed.push(number);
                }
            }
            Op::Merges(number) => {
                let requisites = world.portal.requisites_with_inn(&inn(number));
                let companies: BTreeSet<i64> = requisites.iter().map(|requisite| requisite.owner).collect();
                let companies: Vec<i64> = companies.into_iter().collect();
                if let [main, others @ ..] = &companies[..]
                    && !others.is_empty()
                {
                    world.portal.employee().merges_companies(*main, others).expect("employees may");
                    self.disturbed.push(number);
                }
            }
            Op::Push => self.office.push(world).await,
            Op::Poll(death) => {
                self.office.poll(world, death).await;
            }
            Op::Tick => {
                world.tick().await;
            }
            // An outage is no failure: the next look finds it.
            Op::Collect => drop(world.engine.collect().await),
            Op::Tell => {
                drop(world.engine.tell().await);
                drop(world.engine.show_codes().await);
            }
            Op::CompareAll => drop(world.engine.collect_all().await),
            Op::Killed(steps, work) => {
                match work {
                    Work::Collect => Mortal { steps, life: pin!(world.engine.collect()) }.await,
                    Work::Tick => Mortal { steps, life: pin!(world.tick()) }.await,
                    Work::Tell => Mortal { steps, life: pin!(world.engine.tell()) }.await,
                    Work::Jobs => Mortal { steps, life: pin!(world.engine.work()) }.await,
                }
                world.restart().await;
            }
            Op::Deed(number, deed, None) => {
                self.does(number, deed).await;
            }
            Op::Deed(number, deed, Some(steps)) => {
                Mortal { steps, life: pin!(self.does(number, deed)) }.await;
                self.world.restart().await;
            }
            Op::Asks(errand, None) => self.asks(errand).await,
            Op::Asks(errand, Some(steps)) => {
                Mortal { steps, life: pin!(self.asks(errand)) }.await;
                self.world.restart().await;
            }
            Op::Works => drop(world.engine.work().await.expect("jobs ask the database only")),
            Op::Stops => {
                let open = world.engine.open_jobs().await.expect("the database works");
                if let Some(oldest) = open.first() {
                    world.engine.cancel(oldest.id, &By::user("Борис")).await.expect("it is open");
                }
            }
            Op::Wait(seconds) => world.pass(seconds),
            Op::ClockBack(seconds) => world.pass(-seconds),
            Op::DayWithoutPortal => {
                world.portal.faults().set_weather(Weather::Down);
                for _ in 0..4 {
                    world.pass(6 * 3600);
                    drop(world.engine.collect().await);
                    world.tick().await;
                }
                world.portal.faults().set_weather(Weather::Fair);
            }
            Op::Next(fault) => world.portal.faults().next(fault),
            Op::Storm(percent, seed) => world.portal.faults().random(seed, percent, &Fault::PASSING),
            Op::Clear => world.portal.faults().clear(),
        }
    }

    /// A person does something in the console; a refusal is an answer like any other.
    async fn does(&mut self, number: u32, deed: Deed) {
        let by = By::user("Анна");
        let Some(link) = self.link(number).await else { return };
        if matches!(deed, Deed::Take(_) | Deed::Undo | Deed::Unlink | Deed::Join) {
            self.ruled.push(number);
        }
        let engine = &self.world.engine;
        let done = match deed {
            Deed::Resolve(side) => {
                let conflicts = engine.store().conflicts_of(link.id).await.expect("the database works");
                let choices: Vec<Choice> = conflicts
                    .iter()
                    .map(|found| Choice { field: found.field, side, seen: Some(Seen::of_conflict(found)) })
                    .collect();
                engine.resolve_conflicts(link.id, &choices, &by).await.map(drop)
            }
            Deed::Take(side) => engine.take_all(link.id, side, &by).await.map(drop),
            Deed::Undo => {
                let deeds =
                    engine.store().deeds_of_link(link.id, None, 50).await.expect("the database works");
                let last = deeds.iter().find(|deed| {
                    matches!(deed.kind, DeedKind::Resolved | DeedKind::Took) && deed.undone.is_none()
                });
                match last {
                    Some(last) => engine.undo(last.id, &by).await.map(drop),
                    None => Ok(()),
                }
            }
            Deed::Again => engine.send_again(link.id, To::Both, &by).await.map(drop),
            Deed::Unlink => engine.unlink(link.id, &by).await.map(drop),
            Deed::Join => match self.world.portal.requisites_with_inn(&inn(number)).first() {
                Some(requisite) => engine.link_by_hand(link.id, requisite.owner, &by).await.map(drop),
                None => Ok(()),
            },
        };
        if let Err(DeedError::Store(error)) = done {
            panic!("the database works: {error}");
        }
    }

    /// A person asks for something; a refusal is an answer like any other.
    async fn asks(&self, errand: Errand) {
        let engine = &self.world.engine;
        let task = match errand {
            Errand::Retry => Task::Retry(Which::default()),
            Errand::GiveUp => Task::GiveUp { which: Which::default(), why: GIVEN_UP.into() },
            Errand::Reconcile(heals) => Task::Reconcile { heals, asks_onec: false },
            Errand::Heal => {
                let runs = engine.store().reconcile_runs(None, 1).await.expect("the database works");
                let Some(last) = runs.first() else { return };
                Task::Heal { run: last.id, kind: None }
            }
        };
        if let Err(DeedError::Store(error)) = engine.start(task, &By::user("Анна")).await {
            panic!("the database works: {error}");
        }
    }

    /// Whatever was asked for has ended, has done nothing twice, and its figures add up.
    async fn check_jobs(&self) {
        let store = self.world.engine.store();
        let deeds = store.deeds(None, 10_000).await.expect("the database works");
        for job in self.world.engine.jobs(None, None, 1000).await.expect("the database works") {
            let deeds = deeds.iter().filter(|deed| deed.job == Some(job.id)).count() as u64;
            assert!(matches!(job.state, JobState::Done | JobState::Cancelled), "{job:#?}");
            assert!(job.ended_at.is_some() && job.trouble.is_none(), "{job:#?}");
            let is_done = job.state == JobState::Done;
            assert!(!is_done || job.total == Some(job.done), "{job:#?}");
            match &job.found {
                Found::Bulk(found) => {
                    let became = found.under_way
                        + found.still_wait
                        + found.needless
                        + found.given_up
                        + found.passed_over;
                    assert_eq!(became, job.done, "{job:#?}");
                    assert_eq!(deeds, found.given_up, "each is told once: {job:#?}");
                }
                Found::Heal(found) => {
                    assert_eq!(found.under_way + found.wait + found.needless, job.done, "{job:#?}");
                    assert!(deeds <= found.under_way, "{job:#?}");
                }
                Found::Reconcile(found) if is_done => {
                    let run = found.run.expect("it has ended");
                    // Only the last hundred are remembered.
                    let run =
                        store.reconcile_run(run).await.expect("the database works").expect("it was kept");
                    assert!(run.ended_at.is_some(), "{run:#?}");
                    assert_eq!(run.found.unsigned_abs(), found.found, "{job:#?}");
                    let figures: i64 = run.figures.iter().map(|figure| figure.count).sum();
                    assert_eq!(figures, run.found, "{run:#?}");
                }
                Found::Reconcile(_) | Found::Nothing | Found::Plan(_) | Found::Load(_) => {}
            }
        }
    }

    /// The link of a record, by its object in 1C.
    async fn link(&self, number: u32) -> Option<Link> {
        let onec_ref = self.office.of(number)?;
        self.world.engine.store().link_by_ref(onec_ref).await.expect("the database works")
    }

    async fn employee_edits(&mut self, number: u32, what: What, said: bool) {
        let portal = &self.world.portal;
        let Some(requisite) = portal.requisites_with_inn(&inn(number)).into_iter().next() else { return };
        let value = what.value(self.edits.len());
        let employee = portal.employee();
        match what {
            What::Director => employee.edits_requisite(requisite.id, &[("RQ_DIRECTOR", &value)]),
            What::Kpp => employee.edits_requisite(requisite.id, &[("RQ_KPP", &value)]),
            What::FullName => employee.edits_requisite(requisite.id, &[("RQ_COMPANY_FULL_NAME", &value)]),
            What::LegalAddress => employee.writes_address(requisite.id, 6, &[("ADDRESS_1", &value)]),
            What::Phone => employee.adds_phone(requisite.owner, &value),
            What::Account => {
                let fields = [
                    ("RQ_ACC_NUM", value.as_str()),
                    ("RQ_BIK", "044525225"),
                    ("RQ_BANK_NAME", "ПАО Сбербанк"),
                    ("RQ_COR_ACC_NUM", "30101810400000000225"),
                ];
                employee.adds_bank_detail(requisite.id, &fields).map(drop)
            }
        }
        .expect("employees may");
        if said {
            let look = NewLook { entity: Entity::Company, entity_id: requisite.owner, owner_id: None };
            self.world.engine.notice(&[look]).await.expect("the database works");
        }
        self.edits.push(Edit { number, by_employee: true, what, value });
    }

    fn accountant_edits(&mut self, number: u32, what: What) {
        let Some(onec_ref) = self.office.of(number) else { return };
        let value = what.value(self.edits.len());
        self.office.write(onec_ref, |card| match what {
            What::Phone => card.phones.get_or_insert_default().push(value.clone()),
            What::Account => card.bank_accounts.get_or_insert_default().push(BankAccount {
                number: value.clone(),
                bank_name: "ПАО Сбербанк".into(),
                bik: "044525225".into(),
                correspondent_account: "30101810400000000225".into(),
                main: false,
            }),
            _ => *card.text_mut(what.field()).expect("a field of text") = Some(value.clone()),
        });
        self.edits.push(Edit { number, by_employee: false, what, value });
    }

    /// Fair weather until nobody has anything to say any more.
    async fn settle(&mut self) {
        const ROUNDS_MAX: usize = 40;
        self.world.portal.faults().clear();
        // What was due before the clock was set back is due when it has caught up.
        self.world.pass(40 * CLOCK_BACK_MAX);
        for round in 0..ROUNDS_MAX {
            let writes = self.world.portal.writes();
            self.world.pass(301);
            if round % 3 == 2 {
                self.world.engine.collect_all().await.expect("the portal answers");
            } else {
                self.world.engine.collect().await.expect("the portal answers");
            }
            self.world.until_quiet().await;
            let taken = self.office.exchange(&self.world).await;
            self.world.until_quiet().await;
            self.world.engine.show_codes().await.expect("the portal answers");
            self.world.engine.tell().await.expect("the portal answers");
            while self.world.engine.work().await.expect("the database works") {}
            let open = self.world.engine.open_jobs().await.expect("the database works");
            if round >= 3 && taken == 0 && self.world.portal.writes() == writes && open.is_empty() {
                return;
            }
        }
        panic!("no rest after {ROUNDS_MAX} rounds");
    }

    async fn end(&mut self) {
        self.end_with(10).await;
    }

    /// Everything arrives, and so many polls and sweeps later nothing more was written.
    async fn end_with(&mut self, silent_rounds: usize) {
        self.settle().await;
        for number in 1..=ALL {
            self.does(number, Deed::Resolve(if number % 2 == 0 { Side::OneC } else { Side::Bitrix })).await;
        }
        self.settle().await;
        self.world.assert_nothing_doubled();
        self.everybody_was_told_once();
        self.check_jobs().await;
        for number in 1..=ALL {
            self.check_record(number).await;
        }
        let (writes, written) = (self.world.portal.writes(), self.office.written.len());
        for round in 0..silent_rounds {
            self.world.pass(301);
            let all = round + 1 == silent_rounds;
            let collected =
                if all { self.world.engine.collect_all().await } else { self.world.engine.collect().await };
            collected.expect("the portal answers");
            self.world.until_quiet().await;
            assert_eq!(self.office.exchange(&self.world).await, 0, "1C was offered something again");
        }
        assert_eq!(self.world.portal.writes(), writes, "Parom wrote without a cause");
        assert_eq!(self.office.written.len(), written);
        let (found, _) = self.world.reconcile(Healing::Look).await;
        let missed: Vec<_> =
            found.iter().filter(|found| found.standing == engine::Standing::Missed).collect();
        assert!(missed.is_empty(), "{missed:#?}");
    }

    /// Nobody's bell and nobody's timeline says the same thing twice.
    fn everybody_was_told_once(&self) {
        let portal = &self.world.portal;
        let bells = portal.notifications().into_iter().map(|told| (told.user, told.tag));
        let timelines =
            portal.timeline().into_iter().map(|record| (0, format!("{:?} {}", record.on, record.text)));
        let mut seen = BTreeSet::new();
        for told in bells.chain(timelines) {
            assert!(seen.insert(told.clone()), "told twice: {told:?}");
        }
    }

    /// The history of one record: what people did to it against what both sides show.
    async fn check_record(&self, number: u32) {
        let objects = self.office.cards.values().filter(|card| card.inn.as_deref() == Some(&inn(number)));
        assert!(objects.count() <= 1, "record {number} is there twice in 1C");
        let requisites = self.world.portal.requisites_with_inn(&inn(number));
        let waits = self.waits(number).await;
        if waits || self.disturbed.contains(&number) {
            let has_reason = waits || requisites.len() <= 1;
            assert!(has_reason, "record {number} has {} companies and no reason", requisites.len());
            return;
        }
        let ([requisite], Some(onec_ref)) = (&requisites[..], self.office.of(number)) else {
            assert!(requisites.is_empty(), "record {number} neither travels nor waits");
            return;
        };
        let link = self.link(number).await.expect("1C has shown it");
        assert!(
            link.word.rulings.is_empty() && link.word.restores.is_empty(),
            "record {number}: what people said neither came about nor was overtaken: {:?}",
            link.word
        );
        // An undone choice opens its conflict again, and a value of one side may be there in vain as long as it is asked.
        let asked: Vec<Field> = self
            .world
            .engine
            .store()
            .conflicts_of(link.id)
            .await
            .expect("the database works")
            .iter()
            .map(|conflict| conflict.field)
            .collect();
        assert_eq!(asked, [], "record {number}: everything was resolved");
        let is_ruled = self.ruled.contains(&number);
        let in_onec = &self.office.cards[&onec_ref];
        for what in What::ALL {
            let edits: Vec<&Edit> =
                self.edits.iter().filter(|edit| edit.number == number && edit.what == what).collect();
            let portal = self.portal_shows(requisite, what);
            let onec = values(in_onec, what.field());
            let same = |one: &str, other: &str| normal::equal(what.field(), one, other);
            for (side, values) in [("Битрикс24", &portal), ("1С", &onec)] {
                for edit in edits.iter().filter(|_| what.is_set()) {
                    let count = values.iter().filter(|value| same(value, &edit.value)).count();
                    let is_there = count == 1 || (is_ruled && count == 0);
                    assert!(is_there, "{side}: {edit:?} is there {count} times: {values:?}");
                }
            }
            if !what.is_set() {
                let last =
                    |by: bool| edits.iter().rev().find(|edit| edit.by_employee == by).map(|edit| &edit.value);
                let shown = portal.first().map(String::as_str).unwrap_or_default();
                let kept = onec.first().map(String::as_str).unwrap_or_default();
                assert!(same(shown, kept), "record {number}, {what:?}: «{shown}» and «{kept}»");
                let lasts: Vec<&String> = [last(true), last(false)].into_iter().flatten().collect();
                assert!(
                    is_ruled || lasts.is_empty() || lasts.iter().any(|value| same(shown, value)),
                    "record {number}, {what:?} shows «{shown}», and people wrote {edits:?} last"
                );
            }
            if !is_ruled {
                self.check_once(onec_ref, what, &edits);
            }
        }
    }

    /// What an employee typed was written into 1C once. Where an accountant edited the same text in between, his value
    /// may have been overruled, and that is a second write.
    fn check_once(&self, onec_ref: domain::OneCRef, what: What, edits: &[&Edit]) {
        if !what.is_set() && edits.iter().any(|edit| !edit.by_employee) {
            return;
        }
        for edit in edits.iter().filter(|edit| edit.by_employee) {
            let writes = self.office.written.iter().filter(|(guid, field, value)| {
                *guid == onec_ref && *field == what.field() && normal::equal(*field, value, &edit.value)
            });
            assert!(writes.count() <= 1, "{edit:?} was written into 1C twice");
        }
    }

    fn portal_shows(&self, requisite: &emulator::bitrix24::Card, what: What) -> Vec<String> {
        let portal = &self.world.portal;
        let text =
            |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty()).into_iter().collect();
        match what {
            What::Director => text(requisite.get("RQ_DIRECTOR")),
            What::Kpp => text(requisite.get("RQ_KPP")),
            What::FullName => text(requisite.get("RQ_COMPANY_FULL_NAME")),
            What::LegalAddress => portal
                .addresses_of(requisite.id)
                .iter()
                .filter(|address| address.get("TYPE_ID") == "6")
                .map(|address| address.get("ADDRESS_1").to_owned())
                .collect(),
            What::Phone => portal.company(requisite.owner).expect("it has its company").phones.clone(),
            What::Account => portal
                .bank_details_of(requisite.id)
                .iter()
                .map(|detail| detail.get("RQ_ACC_NUM").to_owned())
                .collect(),
        }
    }

    /// Whether something of the record waits with a reason that can be read.
    async fn waits(&self, number: u32) -> bool {
        let store = self.world.engine.store();
        let mut waits = false;
        for requisite in self.world.portal.requisites_with_inn(&inn(number)) {
            let company = store.portal_companies(&[requisite.owner]).await.expect("the database works").pop();
            let reason = company.and_then(|company| company.waits);
            waits |= reason.is_some_and(|reason| !reason.text.is_empty());
        }
        if let Some(onec_ref) = self.office.of(number) {
            waits |= self.world.reason(onec_ref).await.is_some_and(|reason| !reason.text.is_empty());
            let link = store.link_by_ref(onec_ref).await.expect("the database works");
            for (link, side) in link.iter().flat_map(|link| [(link, Side::OneC), (link, Side::Bitrix)]) {
                let last = store.standing(link.id, side).await.expect("the database works");
                waits |= last.is_some_and(
                    |last| matches!(last.state, DeliveryState::Dropped { why } if why.starts_with(GIVEN_UP)),
                );
            }
        }
        waits
    }
}

/// How long 1C may be away: longer than any pause of Parom.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

#[tokio::test]
async fn what_was_edited_while_1c_was_away_for_a_week_arrives_as_one_delivery_each() {
    let mut story = Box::pin(Story::begin()).await;
    for day in 0..7 {
        for number in 1..=KNOWN {
            story.obey(Op::Employee(number, What::Director, day % 2 == 0)).await;
        }
        story.world.clock.advance(WEEK / 7);
        story.obey(Op::Collect).await;
    }
    let before = story.office.written.len();
    let taken = story.office.exchange(&story.world).await;

    assert_eq!(taken, KNOWN as usize);
    assert_eq!(story.office.written.len() - before, KNOWN as usize, "only the newest state travels");
    story.end().await;
}
