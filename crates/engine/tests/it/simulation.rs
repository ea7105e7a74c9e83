//! Any list of operations, any weather, any moment of death: in the end every counterparty of 1C is one company with
//! the right fields, or waits with a reason.
//!
//! `PAROM_SIMULATION_CASES=5000 cargo test -p engine simulation` tries more lists. A list that fails is shrunk and
//! printed, and kept in `simulation-regressions.txt`, which belongs into the repository.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use domain::{Counterparty, DeliveryState, Field, ReasonCode, SignedDuration, normal};
use emulator::bitrix24::{BoxModule, Employee};
use emulator::faults::{Fault, Forbidden, Weather};
use engine::{Healing, Standing};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use tokio::runtime::Runtime;

use crate::entities::{entity, guid, inn};
use crate::world::World;

/// Records of 1C that the operations speak of.
const RECORDS: u32 = 8;
/// Lists tried on every run.
const CASES: u32 = 250;

#[derive(Clone, Debug)]
enum Op {
    /// 1C shows these records in one chunk.
    Show(Vec<(u32, Edit)>),
    /// A round to the portal.
    Tick,
    /// A round that dies after so many steps, and the process starts again.
    Killed(usize),
    /// The process ends between two rounds and starts again.
    Restart,
    /// Time passes.
    Wait(i64),
    /// The clock is set back.
    ClockBack(i64),
    /// The next request of the portal meets this.
    Next(Fault),
    /// So many of a hundred requests go wrong from now on.
    Storm(u8, u64),
    /// The portal closes, is down, or is well.
    Weather(Weather),
    /// A method is refused.
    Forbid(&'static str, Forbidden),
    /// Everything is permitted again and the weather is fair.
    Clear,
    /// An employee makes a company with the ИНН of this record.
    EmployeeCreates(u32),
    /// An employee makes one right before Parom makes its own.
    EmployeeIsQuicker(u32),
    /// An employee deletes the first company with it.
    EmployeeDeletes(u32),
    /// An employee adds a telephone to it.
    EmployeeAddsPhone(u32),
    /// An employee changes the director in its requisite.
    EmployeeEdits(u32),
}

/// What a user of 1C did to a record since it was last shown.
#[derive(Clone, Copy, Debug)]
enum Edit {
    Fresh,
    Phone(u8),
    Address(u8),
    NoAddress,
    Account(u8),
    Kpp,
    WrongInn,
    /// The ИНН of another record.
    InnOf(u32),
    BadEmail,
    Entrepreneur,
}

impl Edit {
    fn apply(self, number: u32) -> Counterparty {
        let mut record = entity(number);
        match self {
            Self::Fresh => {}
            Self::Phone(n) => {
                record.phones = Some(vec![format!("8 (495) 000-00-{:02}", n % 4), "+7 912 345-67-89".into()]);
            }
            Self::Address(n) => {
                record.legal_address = Some(format!("190000, г. Санкт-Петербург, Невский пр., д. {n}"));
            }
            Self::NoAddress => record.actual_address = Some(String::new()),
            Self::Account(n) => {
                let mut second = record.bank_accounts.as_ref().expect("an entity has an account")[0].clone();
                second.number = format!("40702810500000000{:03}", n % 3);
                second.main = false;
                record.bank_accounts.as_mut().expect("an entity has an account").push(second);
            }
            Self::Kpp => record.kpp = Some("997950001".into()),
            Self::WrongInn => record.inn = Some("7736207544".into()),
            Self::InnOf(other) => record.inn = Some(inn(other)),
            Self::BadEmail => record.emails = Some(vec!["бухгалтерия".into(), "info@example.ru".into()]),
            Self::Entrepreneur => {
                record.full_name = Some("Индивидуальный предприниматель Иванов Иван Иванович".into());
            }
        }
        record
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        5 => Just(Edit::Fresh),
        2 => any::<u8>().prop_map(Edit::Phone),
        2 => any::<u8>().prop_map(Edit::Address),
        1 => Just(Edit::NoAddress),
        2 => any::<u8>().prop_map(Edit::Account),
        1 => Just(Edit::Kpp),
        1 => Just(Edit::WrongInn),
        1 => (0..RECORDS).prop_map(Edit::InnOf),
        1 => Just(Edit::BadEmail),
        1 => Just(Edit::Entrepreneur),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let record = 0..RECORDS;
    let faults = proptest::sample::select(Fault::PASSING.to_vec());
    let methods = vec![
        "crm.company.add",
        "crm.company.delete",
        "crm.requisite.add",
        "crm.address.add",
        "crm.requisite.list",
        "crm.item.update",
    ];
    let ways = vec![Forbidden::AccessDenied, Forbidden::InsufficientScope, Forbidden::MethodNotFound];
    prop_oneof![
        6 => proptest::collection::vec((record.clone(), edit()), 1..6).prop_map(Op::Show),
        6 => Just(Op::Tick),
        3 => (1_usize..60).prop_map(Op::Killed),
        1 => Just(Op::Restart),
        2 => (1_i64..4000).prop_map(Op::Wait),
        1 => (1_i64..4000).prop_map(Op::ClockBack),
        5 => faults.prop_map(Op::Next),
        1 => (1_u8..60, any::<u64>()).prop_map(|(percent, seed)| Op::Storm(percent, seed)),
        1 => proptest::sample::select(vec![Weather::Fair, Weather::Closed, Weather::Down]).prop_map(Op::Weather),
        1 => (proptest::sample::select(methods), proptest::sample::select(ways)).prop_map(|(m, w)| Op::Forbid(m, w)),
        1 => Just(Op::Clear),
        1 => record.clone().prop_map(Op::EmployeeCreates),
        2 => record.clone().prop_map(Op::EmployeeIsQuicker),
        1 => record.clone().prop_map(Op::EmployeeDeletes),
        1 => record.clone().prop_map(Op::EmployeeAddsPhone),
        1 => record.prop_map(Op::EmployeeEdits),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PAROM_SIMULATION_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES),
        max_shrink_iters: 2_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("simulation-regressions.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_counterparty_of_1c_ends_as_one_company_or_waits_with_a_reason(
        guarded: bool,
        ops in proptest::collection::vec(op(), 1..30),
    ) {
        Runtime::new().expect("a runtime").block_on(live(guarded, ops));
    }
}

/// `guarded`: the portal has the box module, which refuses a repeated ИНН.
async fn live(guarded: bool, ops: Vec<Op>) {
    let mut world = World::open().await;
    if guarded {
        world.portal.module().install(BoxModule::without_address());
    }
    let mut hands = Hands::default();
    for op in ops {
        obey(&mut world, &mut hands, op).await;
    }
    world.portal.faults().clear();
    world.until_quiet().await;
    if guarded {
        no_inn_is_there_twice(&world);
    }
    let codes = everything_arrived(&world, &hands).await;
    silence(&mut world, &codes).await;
    nobody_was_forgotten(&world).await;
}

/// What employees did, so that the checks know what to expect.
#[derive(Debug, Default)]
struct Hands {
    /// Companies that employees made, those included that they will make when Parom is about to make one.
    made: Arc<Mutex<Vec<i64>>>,
    /// Companies that employees touched: their fields are not what 1C alone says.
    touched: Vec<i64>,
}

async fn obey(world: &mut World, hands: &mut Hands, op: Op) {
    match op {
        Op::Show(records) => {
            let records =
                records.into_iter().map(|(number, edit)| (guid(number), edit.apply(number))).collect();
            world.show(records).await;
        }
        Op::Tick => {
            world.tick().await;
        }
        Op::Killed(steps) => {
            Mortal { steps, life: pin!(world.tick()) }.await;
            world.restart().await;
        }
        Op::Restart => world.restart().await,
        Op::Wait(seconds) => world.clock.advance(SignedDuration::from_secs(seconds)),
        Op::ClockBack(seconds) => world.clock.advance(SignedDuration::from_secs(-seconds)),
        Op::Next(fault) => world.portal.faults().next(fault),
        Op::Storm(percent, seed) => world.portal.faults().random(seed, percent, &Fault::PASSING),
        Op::Weather(weather) => world.portal.faults().set_weather(weather),
        Op::Forbid(method, how) => world.portal.faults().forbid(method, how),
        Op::Clear => world.portal.faults().clear(),
        Op::EmployeeCreates(number) => hands.made().push(makes(&world.portal.employee(), number)),
        Op::EmployeeIsQuicker(number) => {
            let made = Arc::clone(&hands.made);
            world.portal.before_next("crm.company.add", move |employee| {
                made.lock().expect("nobody panics").push(makes(&employee, number));
            });
        }
        Op::EmployeeDeletes(number) => {
            if let Some(requisite) = world.portal.requisites_with_inn(&inn(number)).first() {
                world.portal.employee().deletes_company(requisite.owner).expect("employees may");
                hands.touched.push(requisite.owner);
            }
        }
        Op::EmployeeAddsPhone(number) => {
            if let Some(requisite) = world.portal.requisites_with_inn(&inn(number)).first() {
                // Another one each time: what an employee types twice is there twice.
                let phone = format!("+7 499 111-22-{:02}", hands.touched.len());
                world.portal.employee().adds_phone(requisite.owner, &phone).expect("employees may");
                hands.touched.push(requisite.owner);
            }
        }
        Op::EmployeeEdits(number) => {
            if let Some(requisite) = world.portal.requisites_with_inn(&inn(number)).first() {
                let fields = [("RQ_DIRECTOR", "Петров Пётр Петрович")];
                world.portal.employee().edits_requisite(requisite.id, &fields).expect("employees may");
                hands.touched.push(requisite.owner);
            }
        }
    }
}

impl Hands {
    fn made(&self) -> MutexGuard<'_, Vec<i64>> {
        self.made.lock().expect("nobody panics")
    }

    fn touched(&self, company: i64) -> bool {
        self.touched.contains(&company) || self.made().contains(&company)
    }
}

/// An employee makes a company with the ИНН of this record. Where the module refuses that, it stays without requisites.
fn makes(employee: &Employee<'_>, number: u32) -> i64 {
    let company = employee.creates_company("Компания сотрудника").expect("employees may");
    let fields = [("RQ_INN", inn(number)), ("RQ_COMPANY_NAME", "Компания сотрудника".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    if let Err(refused) = employee.adds_requisite(company, "COMPANY", &fields) {
        assert_eq!(refused.description, "Клиент с таким ИНН уже создан");
    }
    company
}

/// The module's own promise, whatever Parom did.
fn no_inn_is_there_twice(world: &World) {
    for number in 0..RECORDS {
        let count = world.portal.requisites_with_inn(&inn(number)).len();
        assert!(count <= 1, "{count} requisites with ИНН {}", inn(number));
    }
}

/// Promises 1, 2, 4 and 5: everything arrived once or waits with a reason; nothing is doubled, nothing under way.
async fn everything_arrived(world: &World, hands: &Hands) -> Vec<ReasonCode> {
    world.assert_nothing_doubled();
    let (mut codes, mut left_behind) = (Vec::new(), Vec::new());
    for (onec_ref, shown) in &world.onec {
        match world.standing(*onec_ref).await {
            Some(DeliveryState::Settled) | None => {}
            Some(DeliveryState::Parked { reason, .. }) => {
                let expected = [
                    ReasonCode::InvalidInn,
                    ReasonCode::DuplicateInOneC,
                    ReasonCode::SeveralInPortal,
                    ReasonCode::GoneInPortal,
                    ReasonCode::Refused,
                    ReasonCode::DuplicateInPortal,
                ];
                assert!(expected.contains(&reason.code), "{onec_ref}: {reason:?}");
                assert!(!reason.text.is_empty());
                codes.push(reason.code);
                // Its company, if it has one, shows what 1C showed before.
                let link = world.engine.store().link_by_ref(*onec_ref).await.expect("the database works");
                left_behind.extend(link.and_then(|link| link.company_id));
                continue;
            }
            other => panic!("{onec_ref} is {other:?}"),
        }
        let link =
            world.engine.store().link_by_ref(*onec_ref).await.expect("the database works").expect("shown");
        let company = link.company_id.expect("a settled record has its company");
        let shown_inn = shown.inn.as_deref().unwrap_or_default();
        let touched = hands.touched(company);
        let Some(card) = world.portal.company(company) else {
            // Whoever deletes a company that 1C does not change afterwards has it his way.
            assert!(touched, "{onec_ref}: company {company} is not there");
            continue;
        };
        let requisites: Vec<_> = world
            .portal
            .requisites_of(company)
            .into_iter()
            .filter(|card| card.get("RQ_INN") == shown_inn)
            .collect();
        assert_eq!(requisites.len(), 1, "{onec_ref}: requisites with {shown_inn} in company {company}");
        if touched {
            continue;
        }
        let requisite = &requisites[0];
        for (field, name) in
            [(Field::Kpp, "RQ_KPP"), (Field::Director, "RQ_DIRECTOR"), (Field::Name, "RQ_COMPANY_NAME")]
        {
            let wanted = shown.text(field).unwrap_or_default();
            assert!(normal::equal(field, requisite.get(name), wanted), "{onec_ref} {name}: {requisite:?}");
        }
        for phone in shown.phones.iter().flatten() {
            assert!(
                card.phones.iter().any(|there| normal::equal(Field::Phones, there, phone)),
                "{phone}: {card:?}"
            );
        }
        let lines: Vec<String> = world
            .portal
            .addresses_of(requisite.id)
            .iter()
            .map(|card| card.get("ADDRESS_1").to_owned())
            .collect();
        for line in [&shown.legal_address, &shown.actual_address]
            .into_iter()
            .flatten()
            .filter(|line| !line.is_empty())
        {
            assert!(
                lines.iter().any(|there| normal::equal(Field::LegalAddress, there, line)),
                "{line}: {lines:?}"
            );
        }
        assert_eq!(
            world.portal.bank_details_of(requisite.id).len(),
            shown.bank_accounts.as_ref().map_or(0, Vec::len),
            "{onec_ref}: accounts"
        );
    }
    for number in 0..RECORDS {
        let ours = world
            .portal
            .requisites_with_inn(&inn(number))
            .iter()
            .filter(|requisite| {
                !hands.made().contains(&requisite.owner) && !left_behind.contains(&requisite.owner)
            })
            .count();
        assert!(ours <= 1, "{ours} companies were made for ИНН {}", inn(number));
    }
    codes
}

/// Promise 3: showing everything again makes no delivery and no write.
async fn silence(world: &mut World, codes: &[ReasonCode]) {
    let writes = world.portal.writes();
    let records = world.onec.clone().into_iter().collect();
    world.show(records).await;
    world.until_quiet().await;
    assert_eq!(world.portal.writes(), writes, "the second load wrote; parked: {codes:?}");
}

/// Whatever differs is under way, waits or is kept apart, before the portal is read and after: there is nothing to heal.
async fn nobody_was_forgotten(world: &World) {
    for read_first in [false, true] {
        if read_first {
            world.engine.collect_all().await.expect("the portal answers");
            world.until_quiet().await;
        }
        let (found, _) = world.reconcile(Healing::Look).await;
        let missed: Vec<_> = found.iter().filter(|found| found.standing == Standing::Missed).collect();
        assert!(missed.is_empty(), "read first: {read_first}: {missed:#?}");
    }
    world.assert_nothing_doubled();
}

/// A future that is dropped after so many steps, as a process that is killed between any two of them.
pub(crate) struct Mortal<'a, F> {
    pub(crate) steps: usize,
    pub(crate) life: Pin<&'a mut F>,
}

impl<F: Future> Future for Mortal<'_, F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.steps == 0 || self.life.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        self.steps -= 1;
        Poll::Pending
    }
}
