//! What an employee does in Bitrix24 reaches 1C, once, and nothing else does.

use domain::{Field, Offer, ReasonCode, Receipt, ReceiptStatus, ReceiptTaken, SignedDuration};

use crate::entities::{entity, guid, inn};
use crate::world::World;

const REDELIVER: SignedDuration = SignedDuration::from_mins(4);

impl World {
    /// Looks at the portal a minute later, and delivers what came of it.
    pub(crate) async fn look(&self) -> engine::Collected {
        self.pass(61);
        let collected = self.engine.collect().await.expect("the portal answers");
        self.until_quiet().await;
        collected
    }

    pub(crate) async fn poll(&self) -> Vec<Offer> {
        self.engine.poll(100, REDELIVER).await.expect("the database works")
    }

    /// 1C does what it is told and says so.
    pub(crate) async fn exchange(&self) -> Vec<Offer> {
        let offered = self.poll().await;
        let receipts = offered.iter().map(receipt).collect();
        let answers = self.engine.receive(receipts).await.expect("the database works");
        assert!(answers.iter().all(|answer| *answer == ReceiptTaken::Settled), "{answers:?}");
        offered
    }
}

pub(crate) fn receipt(offered: &Offer) -> Receipt {
    let status = if offered.onec_ref.is_some() { ReceiptStatus::Updated } else { ReceiptStatus::Created };
    Receipt {
        delivery: offered.delivery,
        status,
        onec_ref: Some(offered.onec_ref.unwrap_or(offered.proposed_ref)),
        code: Some("000000777".into()),
        number: None,
        date: None,
        message: String::new(),
    }
}

/// A world in which 1C and the portal agree on one counterparty, and the whole portal has been read.
pub(crate) async fn agreed() -> World {
    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;
    assert_eq!(world.poll().await, [], "1C has nothing to take of what it showed itself");
    world
}

/// A company that an employee made, with a requisite; the company and the requisite.
pub(crate) fn employee_makes(world: &World, number: u32) -> (i64, i64) {
    let employee = world.portal.employee();
    let company = employee.creates_company("Новый клиент").expect("employees may");
    let fields = [("RQ_INN", inn(number)), ("RQ_COMPANY_NAME", "ООО «Новый клиент»".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    (company, employee.adds_requisite(company, "COMPANY", &fields).expect("employees may"))
}

#[tokio::test]
async fn an_edit_of_an_employee_is_one_delivery_one_read_and_no_write() {
    let world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.portal.reset_counters();

    world.look().await;
    assert!(world.portal.http_requests() <= 2, "{} requests", world.portal.http_requests());
    let offered = world.exchange().await;

    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0].onec_ref, Some(guid(1)));
    assert_eq!(offered[0].changed, [Field::Kpp]);
    assert_eq!(offered[0].snapshot.kpp.as_deref(), Some("997950001"));
    assert_eq!(world.poll().await, []);
    world.look().await;
    assert_eq!(world.portal.writes(), 0, "the echo makes nothing");
}

#[tokio::test]
async fn an_address_leaves_no_trace_in_lists_and_is_found_by_the_full_compare() {
    let world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world
        .portal
        .employee()
        .writes_address(requisite.id, 6, &[("ADDRESS_1", "190000, г. Санкт-Петербург")])
        .unwrap();

    world.pass(24 * 3600);
    world.look().await;

    let offered = world.exchange().await;
    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0].changed, [Field::LegalAddress]);
}

#[tokio::test]
async fn a_new_client_travels_with_his_first_deal_and_not_before() {
    let world = agreed().await;
    let (company, _) = employee_makes(&world, 2);
    world.look().await;
    assert_eq!(world.poll().await, []);
    let waits = world.engine.store().portal_companies(&[company]).await.unwrap();
    assert_eq!(waits[0].waits.as_ref().map(|reason| reason.code), Some(ReasonCode::NoDeal));

    world.portal.employee().adds_deal(company, &[("TITLE", "Насосы")]).unwrap();
    world.look().await;
    let offered = world.exchange().await;

    assert_eq!(offered.len(), 1);
    assert_eq!((offered[0].onec_ref, offered[0].company_id), (None, Some(company)));
    assert_eq!(offered[0].snapshot.name.as_deref(), Some("ООО «Новый клиент»"));
    let link = world.engine.store().link_by_ref(offered[0].proposed_ref).await.unwrap().unwrap();
    assert_eq!(link.onec_code.as_deref(), Some("000000777"));
    world.look().await;
    assert_eq!(world.poll().await, []);
    let waits = world.engine.store().portal_companies(&[company]).await.unwrap();
    assert_eq!(waits[0].waits, None);
}

#[tokio::test]
async fn a_client_without_a_name_in_his_requisite_is_called_by_the_title_of_his_company() {
    let world = agreed().await;
    let employee = world.portal.employee();
    let company = employee.creates_company("Новый клиент").unwrap();
    employee.adds_requisite(company, "COMPANY", &[("RQ_INN", &inn(2))]).unwrap();
    employee.adds_deal(company, &[("TITLE", "Насосы")]).unwrap();
    world.look().await;

    let offered = world.exchange().await;
    world.portal.reset_counters();
    world.look().await;

    assert_eq!(offered[0].snapshot.name.as_deref(), Some("Новый клиент"));
    assert_eq!(world.poll().await, []);
    assert_eq!(world.portal.writes(), 0, "1C's answer is no reason to fill the requisite");
}

#[tokio::test]
async fn a_title_never_renames_what_1c_has() {
    let mut world = World::open().await;
    let employee = world.portal.employee();
    let company = employee.creates_company("Ромашка (Москва)").unwrap();
    employee.adds_requisite(company, "COMPANY", &[("RQ_INN", &inn(1))]).unwrap();
    world.look().await;

    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;

    assert_eq!(world.poll().await, []);
    let (card, requisite) = world.card(&inn(1));
    assert_eq!(
        (card.get("TITLE"), requisite.get("RQ_COMPANY_NAME")),
        ("Ромашка (Москва)", "ООО «Ромашка-1»")
    );
}

#[tokio::test]
async fn a_delivery_comes_back_until_its_receipt_and_always_with_the_same_guid() {
    let world = agreed().await;
    let (company, _) = employee_makes(&world, 2);
    world.portal.employee().adds_deal(company, &[("TITLE", "Насосы")]).unwrap();
    world.look().await;

    let first = world.poll().await;
    assert_eq!(world.poll().await, [], "held back while 1C works");
    world.pass(5 * 60);
    assert_eq!(world.poll().await, first);
}

#[tokio::test]
async fn a_late_receipt_settles_nothing_that_1c_has_not_seen() {
    let world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    let employee = world.portal.employee();
    employee.edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.look().await;
    let old = world.poll().await;
    employee
        .edits_requisite(requisite.id, &[("RQ_KPP", "770401001"), ("RQ_DIRECTOR", "Петров Пётр Петрович")])
        .unwrap();
    world.look().await;

    let answers = world.engine.receive(vec![receipt(&old[0]), receipt(&old[0])]).await.unwrap();
    assert_eq!(answers, [ReceiptTaken::Outdated, ReceiptTaken::Outdated]);

    let offered = world.exchange().await;
    assert_eq!(offered.len(), 1);
    assert_ne!(offered[0].delivery, old[0].delivery);
    assert_eq!(offered[0].snapshot.director.as_deref(), Some("Петров Пётр Петрович"));
}

#[tokio::test]
async fn edits_on_both_sides_cross_each_other() {
    let mut world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    let record = domain::Counterparty {
        director: Some("Сидоров Сидор Сидорович".into()), ..entity(1)
    };
    world.show(vec![(guid(1), record)]).await;

    world.look().await;
    let offered = world.exchange().await;
    world.until_quiet().await;

    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0].snapshot.kpp.as_deref(), Some("997950001"));
    assert_eq!(offered[0].snapshot.director.as_deref(), Some("Сидоров Сидор Сидорович"));
    let (_, requisite) = world.card(&inn(1));
    assert_eq!(
        (requisite.get("RQ_KPP"), requisite.get("RQ_DIRECTOR")),
        ("997950001", "Сидоров Сидор Сидорович")
    );
}

#[tokio::test]
async fn a_second_company_with_the_inn_waits_and_goes_on_by_itself_when_the_first_gives_it_up() {
    let world = agreed().await;
    let (second, _) = employee_makes(&world, 1);
    world.portal.employee().adds_deal(second, &[("TITLE", "Насосы")]).unwrap();
    world.look().await;
    assert_eq!(world.poll().await, []);
    let waits = world.engine.store().portal_companies(&[second]).await.unwrap();
    let reason = waits[0].waits.as_ref().expect("it waits");
    assert_eq!(reason.code, ReasonCode::DuplicateInPortal);
    assert!(reason.text.contains("Клиент с таким ИНН уже создан"), "{}", reason.text);

    let first = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().company_id.unwrap();
    world.portal.employee().deletes_company(first).unwrap();
    world.pass(24 * 3600);
    world.look().await;
    world.look().await;

    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap();
    assert_eq!(link.company_id, Some(second), "the company that is left is the counterparty of 1C");
}

#[tokio::test]
async fn a_deleted_company_deletes_nothing_in_1c() {
    let world = agreed().await;
    let (company, _) = world.card(&inn(1));
    world.portal.employee().deletes_company(company.id).unwrap();

    world.pass(24 * 3600);
    world.look().await;

    assert_eq!(world.poll().await, []);
    assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::GoneInPortal));
    assert_eq!(world.portal.company_count(), 0);
}

#[tokio::test]
async fn what_1c_rejects_waits_with_its_words_until_somebody_mends_it() {
    let world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "1")]).unwrap();
    world.look().await;
    let offered = world.poll().await;
    let rejection = Receipt {
        status: ReceiptStatus::Rejected,
        number: None,
        date: None,
        message: "КПП из девяти цифр".into(),
        ..receipt(&offered[0])
    };
    world.engine.receive(vec![rejection]).await.unwrap();
    world.pass(3600);
    assert_eq!(world.poll().await, []);

    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.look().await;

    assert_eq!(world.exchange().await[0].snapshot.kpp.as_deref(), Some("997950001"));
}

#[tokio::test]
async fn an_idle_sweep_is_one_request_and_an_idle_poll_none() {
    let world = agreed().await;
    world.pass(3600);
    world.look().await;
    world.portal.reset_counters();

    let collected = world.look().await;
    assert_eq!(world.poll().await, []);

    assert_eq!((collected.read, world.portal.http_requests()), (0, 1));
}

#[tokio::test]
async fn a_full_compare_reads_a_thousand_cards_in_a_dozen_requests_and_writes_nothing() {
    const N: u32 = 1_000;
    let mut world = World::open().await;
    for first in (0..N).step_by(250) {
        world.show((first..first + 250).map(|number| (guid(number), entity(number))).collect()).await;
    }
    world.until_quiet().await;
    world.engine.collect_all().await.unwrap();
    world.portal.reset_counters();

    let collected = world.engine.collect_all().await.unwrap();

    assert_eq!((collected.read, collected.changed, collected.gone), (N as usize, 0, 0));
    assert!(world.portal.http_requests() <= 12, "{} requests", world.portal.http_requests());
    assert_eq!(world.portal.writes(), 0);
    assert_eq!(world.poll().await, []);
}

#[tokio::test]
async fn a_notice_brings_the_card_before_the_next_sweep() {
    let world = agreed().await;
    let (company, requisite) = world.card(&inn(1));
    world
        .portal
        .employee()
        .writes_address(requisite.id, 1, &[("ADDRESS_1", "190000, г. Санкт-Петербург")])
        .unwrap();
    let notice = store::NewLook {
        entity: store::Entity::Address,
        entity_id: requisite.id,
        owner_id: Some(company.id),
    };

    world.engine.notice(&[notice, notice]).await.unwrap();
    world.engine.collect().await.unwrap();

    assert_eq!(world.exchange().await[0].changed, [Field::ActualAddress]);
    assert_eq!(world.engine.store().looks_waiting().await.unwrap(), 0);
}

#[tokio::test]
async fn branches_with_one_inn_are_clients_of_their_own_where_the_setting_says_so() {
    let settings = engine::Settings { match_by: domain::MatchBy::InnKpp, ..engine::Settings::default() };
    let world = World::open_with(settings).await;
    for kpp in ["770401001", "781401002"] {
        let (company, requisite) = employee_makes(&world, 1);
        let employee = world.portal.employee();
        employee.edits_requisite(requisite, &[("RQ_KPP", kpp)]).unwrap();
        employee.adds_deal(company, &[("TITLE", "Насосы")]).unwrap();
    }
    let (third, requisite) = employee_makes(&world, 1);
    world.portal.employee().edits_requisite(requisite, &[("RQ_KPP", "770401001")]).unwrap();

    world.look().await;
    let offered = world.exchange().await;

    let mut kpps: Vec<_> =
        offered.iter().map(|offer| offer.snapshot.kpp.clone().unwrap_or_default()).collect();
    kpps.sort();
    assert_eq!(kpps, ["770401001", "781401002"]);
    let waits = world.engine.store().portal_companies(&[third]).await.unwrap().pop().unwrap().waits;
    assert_eq!(waits.map(|reason| reason.code), Some(ReasonCode::DuplicateInPortal), "the same branch twice");
}

#[tokio::test]
async fn an_edit_is_found_whatever_the_clock_of_the_portal_says() {
    let world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    for (round, offset) in [7200, -7200, 86_400, 0].into_iter().enumerate() {
        world.portal.set_clock_offset(SignedDuration::from_secs(offset));
        world.look().await;
        let kpp = format!("99795000{round}");
        world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", &kpp)]).unwrap();
        world.look().await;
        let offered = world.exchange().await;
        assert_eq!(offered.len(), 1, "offset {offset}");
        assert_eq!(offered[0].snapshot.kpp.as_deref(), Some(kpp.as_str()), "offset {offset}");
    }
}

#[tokio::test]
async fn a_name_that_1c_cuts_to_fit_its_catalog_is_not_cut_in_the_portal() {
    let mut world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    let long = format!("ООО «{}»", "Научно-производственное объединение ".repeat(4));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_COMPANY_NAME", &long)]).unwrap();
    world.look().await;
    assert_eq!(world.exchange().await.len(), 1);
    let writes = world.portal.writes();

    let mut echo = entity(1);
    echo.name = Some(long.chars().take(100).collect());
    world.show(vec![(guid(1), echo)]).await;
    world.until_quiet().await;
    assert_eq!(world.portal.writes(), writes, "the echo is no edit");

    let mut edited = entity(1);
    edited.name = Some("ООО «НПО»".into());
    world.show(vec![(guid(1), edited)]).await;
    world.until_quiet().await;
    assert_eq!(
        world.card(&inn(1)).1.get("RQ_COMPANY_NAME"),
        "ООО «НПО»",
        "a name that people shorten is one"
    );
    world.look().await;
    assert_eq!(world.poll().await, []);
}
