//! What a counterparty of 1C becomes in the portal.

use domain::{Counterparty, Kind, MatchBy, ReasonCode};
use emulator::faults::{Fault, Forbidden};
use engine::Settings;

use crate::entities::{entity, guid, inn};
use crate::world::World;

#[tokio::test]
async fn a_legal_entity_becomes_a_company_with_requisite_addresses_and_account() {
    let mut world = World::open().await;

    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;

    let (company, requisite) = world.card(&inn(1));
    assert_eq!(company.get("TITLE"), "ООО «Ромашка-1»");
    assert_eq!(
        (company.get("ORIGINATOR_ID"), company.get("ORIGIN_ID")),
        ("PAROM", guid(1).to_string().as_str())
    );
    assert_eq!(company.phones, ["+7 495 000-01-11"]);
    assert_eq!(company.emails, ["info1@example.ru"]);
    assert_eq!((requisite.get("RQ_KPP"), requisite.get("RQ_OGRN")), ("770401001", "1027700229193"));
    assert_eq!(requisite.get("XML_ID"), format!("parom:{}", guid(1)));
    let addresses = world.portal.addresses_of(requisite.id);
    let mut kinds: Vec<_> =
        addresses.iter().map(|card| (card.get("TYPE_ID"), card.get("ADDRESS_1"))).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            ("1", "101000, г. Москва, ул. Мясницкая, д. 1"),
            ("6", "119021, г. Москва, ул. Льва Толстого, д. 1")
        ]
    );
    let accounts = world.portal.bank_details_of(requisite.id);
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].get("RQ_BIK"), "044525225");
    assert_eq!(accounts[0].get("XML_ID"), "parom:044525225:40702810400000000001");
    assert!(!accounts[0].get("NAME").is_empty());
}

#[tokio::test]
async fn an_entrepreneur_gets_his_template_and_his_name_in_three_parts() {
    let mut world = World::open().await;
    let entrepreneur = Counterparty {
        kind: Some(Kind::Entrepreneur),
        name: Some("Иванов Иван Иванович ИП".into()),
        full_name: Some("Индивидуальный предприниматель Иванов Иван Иванович".into()),
        inn: Some("500100732259".into()),
        ogrnip: Some("304500116000157".into()),
        kpp: Some(String::new()),
        ..entity(1)
    };

    world.show(vec![(guid(1), entrepreneur)]).await;
    world.until_quiet().await;

    let (_, requisite) = world.card("500100732259");
    let preset =
        world.portal.presets().into_iter().find(|(id, _)| id.to_string() == requisite.get("PRESET_ID"));
    assert!(preset.expect("a template of the portal").1.ends_with("_RU_INDIVIDUAL#"));
    let name = ["RQ_LAST_NAME", "RQ_FIRST_NAME", "RQ_SECOND_NAME"].map(|field| requisite.get(field));
    assert_eq!(name, ["Иванов", "Иван", "Иванович"]);
    assert_eq!(requisite.get("RQ_OGRNIP"), "304500116000157");
}

#[tokio::test]
async fn an_address_that_the_portal_refuses_stays_behind_and_the_rest_travels() {
    let mut world = World::open().await;
    let record = Counterparty {
        emails: Some(vec!["бухгалтерия".into(), "good@example.ru".into()]),
        ..entity(1)
    };

    world.show(vec![(guid(1), record)]).await;
    world.until_quiet().await;

    assert_eq!(world.card(&inn(1)).0.emails, ["good@example.ru"]);
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap();
    assert!(link.remarks[0].text.contains("«бухгалтерия»"), "{:?}", link.remarks);
}

/// The portal is stricter than we know: an address that looks well and that it does not take.
#[tokio::test]
async fn an_address_that_the_portal_refuses_unforeseen_holds_up_nothing_else_and_doubles_nothing() {
    let refused = Some(vec!["info@example.abcdefghijklmnopqrstuvwxyz".to_owned()]);
    let mut world = World::open().await;
    let made = Counterparty { emails: refused.clone(), ..entity(1) };
    world.show(vec![(guid(1), made), (guid(2), entity(2)), (guid(3), entity(3))]).await;
    world.until_quiet().await;
    let with_more =
        Counterparty {
            emails: refused.clone(), director: Some("Петров Пётр Петрович".into()), ..entity(2)
        };
    let alone = Counterparty { emails: refused, ..entity(3) };
    world.show(vec![(guid(2), with_more), (guid(3), alone)]).await;
    world.until_quiet().await;

    assert_eq!(world.portal.company_count(), 3);
    world.assert_nothing_doubled();
    assert_eq!(world.card(&inn(1)).1.get("RQ_KPP"), "770401001", "the rest has crossed");
    assert_eq!(world.card(&inn(2)).1.get("RQ_DIRECTOR"), "Петров Пётр Петрович", "the rest has crossed");
    for number in [1, 2, 3] {
        let reason = world.reason(guid(number)).await.expect("a person has to mend the address");
        assert!(reason.text.contains("почт"), "{number}: {reason:?}");
    }
}

#[tokio::test]
async fn a_change_in_1c_writes_only_what_differs_and_phones_by_their_id() {
    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    let (company, _) = world.card(&inn(1));
    world.portal.employee().adds_phone(company.id, "+7 499 111-22-33").unwrap();
    world.portal.reset_counters();

    let changed = Counterparty { phones: Some(vec!["+7 912 345-67-89".into()]), ..entity(1) };
    world.show(vec![(guid(1), changed)]).await;
    world.until_quiet().await;

    let (company, _) = world.card(&inn(1));
    assert_eq!(company.phones, ["+7 499 111-22-33", "+7 912 345-67-89"]);
    assert_eq!(world.portal.writes(), 1, "one edit, one write");
}

#[tokio::test]
async fn an_edit_of_an_employee_outlives_edits_of_other_fields_in_1c() {
    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();

    for director in ["Петров Пётр Петрович", "Сидоров Сидор Сидорович"]
    {
        world.show(vec![(guid(1), Counterparty { director: Some(director.into()), ..entity(1) })]).await;
        world.until_quiet().await;

        let (_, requisite) = world.card(&inn(1));
        assert_eq!((requisite.get("RQ_DIRECTOR"), requisite.get("RQ_KPP")), (director, "997950001"));
    }
}

#[tokio::test]
async fn the_same_company_of_an_employee_is_linked_and_completed_not_doubled() {
    let mut world = World::open().await;
    let employee = world.portal.employee();
    let company = employee.creates_company("Ромашка").unwrap();
    employee.adds_requisite(company, "COMPANY", &[("RQ_INN", &inn(1))]).unwrap();

    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;

    let (card, requisite) = world.card(&inn(1));
    assert_eq!(card.id, company);
    assert_eq!(card.get("TITLE"), "Ромашка", "the title that a person gave stays");
    assert_eq!(requisite.get("RQ_KPP"), "770401001");
    assert_eq!(world.portal.company_count(), 1);
}

/// A company with two requisites is two branches, and each of them is a counterparty of 1C.
#[tokio::test]
async fn two_branches_in_one_company_cross_side_by_side() {
    let settings = Settings { match_by: MatchBy::InnKpp, ..Settings::default() };
    let mut world = World::open_with(settings).await;
    let employee = world.portal.employee();
    let company = employee.creates_company("Ромашка").unwrap();
    let kpps = ["770401001", "997950001"];
    let requisites = kpps.map(|kpp| {
        let fields = [("RQ_INN", inn(1)), ("RQ_KPP", kpp.to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        employee.adds_requisite(company, "COMPANY", &fields).unwrap()
    });
    let branch = |number: usize, director: &str| {
        let record =
            Counterparty { kpp: Some(kpps[number].into()), director: Some(director.into()), ..entity(1) };
        (guid(u32::try_from(number).unwrap()), record)
    };

    for director in ["Иванов Иван Иванович", "Петров Пётр Петрович"] {
        world.show(vec![branch(0, director), branch(1, director)]).await;
        world.until_quiet().await;

        for number in [0, 1] {
            assert_eq!(world.parked(guid(number)).await, None);
        }
        let shown = world.portal.requisites_of(company);
        assert_eq!(shown.iter().map(|card| card.id).collect::<Vec<_>>(), requisites);
        assert!(shown.iter().all(|card| card.get("RQ_DIRECTOR") == director), "{shown:?}");
    }
    // One of them is known already when the other one comes.
    assert_eq!(world.portal.company_count(), 1);
}

fn branch(number: u32, kpp: &str) -> (domain::OneCRef, Counterparty) {
    (guid(number), Counterparty { kpp: Some(kpp.into()), ..entity(1) })
}

async fn of_branches() -> World {
    World::open_with(Settings { match_by: MatchBy::InnKpp, ..Settings::default() }).await
}

#[tokio::test]
async fn a_branch_that_comes_after_its_head_has_crossed_is_a_company_of_its_own() {
    let mut world = of_branches().await;
    world.show(vec![branch(1, "770401001")]).await;
    world.until_quiet().await;
    world.look().await;

    world.show(vec![branch(2, "997950001")]).await;
    assert_eq!(world.tick().await.created, 1, "it does not wait for anybody");
    world.until_quiet().await;

    let mut kpps: Vec<String> = world
        .portal
        .requisites_with_inn(&inn(1))
        .iter()
        .map(|requisite| requisite.get("RQ_KPP").to_owned())
        .collect();
    kpps.sort();
    assert_eq!(kpps, ["770401001", "997950001"]);
    assert_eq!((world.parked(guid(2)).await, world.portal.company_count()), (None, 2));
}

#[tokio::test]
async fn a_branch_that_an_employee_has_just_made_is_taken_over_also_where_its_head_is_known() {
    let mut world = of_branches().await;
    world.show(vec![branch(1, "770401001")]).await;
    world.until_quiet().await;
    let employee = world.portal.employee();
    let company = employee.creates_company("Филиал").unwrap();
    let fields = [("RQ_INN", inn(1)), ("RQ_KPP", "997950001".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    employee.adds_requisite(company, "COMPANY", &fields).unwrap();

    world.show(vec![branch(2, "997950001")]).await;
    world.until_quiet().await;

    let link = world.engine.store().link_by_ref(guid(2)).await.unwrap().unwrap();
    assert_eq!((link.company_id, world.portal.company_count()), (Some(company), 2));
}

#[tokio::test]
async fn a_branch_whose_inn_and_kpp_stand_in_the_company_of_another_one_waits_for_it() {
    let mut world = of_branches().await;
    world.show(vec![branch(1, "770401001")]).await;
    world.until_quiet().await;
    // An ИНН that cannot be: the portal goes on showing the old one.
    let wrong = Counterparty { inn: Some("7736207544".into()), ..branch(1, "770401001").1 };
    world.show(vec![(guid(1), wrong)]).await;
    world.show(vec![branch(2, "770401001"), branch(3, "781401001")]).await;
    world.until_quiet().await;

    assert_eq!(world.parked(guid(2)).await, Some(ReasonCode::DuplicateInPortal));
    assert_eq!(world.parked(guid(3)).await, None);
    assert_eq!(world.portal.company_count(), 2);
}

#[tokio::test]
async fn several_companies_with_the_inn_wait_for_a_person_and_cross_when_one_is_left() {
    let mut world = World::open().await;
    let companies = [1, 2].map(|_| {
        let employee = world.portal.employee();
        let company = employee.creates_company("Ромашка").unwrap();
        employee.adds_requisite(company, "COMPANY", &[("RQ_INN", &inn(1))]).unwrap();
        company
    });
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::SeveralInPortal));

    world.portal.employee().deletes_company(companies[1]).unwrap();
    world.retry_all(None).await;
    world.until_quiet().await;

    assert_eq!(world.parked(guid(1)).await, None);
    assert_eq!(world.card(&inn(1)).0.id, companies[0]);
}

#[tokio::test]
async fn the_owners_own_company_is_never_touched() {
    let mut world = World::open().await;
    let employee = world.portal.employee();
    let own = employee.creates_company("Мы сами").unwrap();
    employee.edits_company(own, &[("IS_MY_COMPANY", "Y")]).unwrap();
    employee.adds_requisite(own, "COMPANY", &[("RQ_INN", &inn(1))]).unwrap();
    world.portal.reset_counters();

    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;

    assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::OwnCompany));
    assert_eq!(world.portal.writes(), 0);
}

#[tokio::test]
async fn a_deleted_company_comes_back_only_when_a_person_says_so() {
    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.portal.employee().deletes_company(world.card(&inn(1)).0.id).unwrap();

    for kpp in ["997950001", "770401001"] {
        world.show(vec![(guid(1), Counterparty { kpp: Some(kpp.into()), ..entity(1) })]).await;
        world.until_quiet().await;
        assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::GoneInPortal));
        assert_eq!(world.portal.company_count(), 0);
    }
    world.retry_all(Some(ReasonCode::GoneInPortal)).await;
    world.until_quiet().await;

    assert_eq!(world.portal.company_count(), 1);
    assert_eq!(world.parked(guid(1)).await, None);
}

#[tokio::test]
async fn a_missing_right_stops_the_lane_and_parks_nobody() {
    let mut world = World::open().await;
    world.portal.faults().forbid("crm.company.add", Forbidden::AccessDenied);
    world.show((1..=5).map(|number| (guid(number), entity(number))).collect()).await;

    world.tick().await;
    let stopped = world.engine.store().lane(domain::Side::Bitrix).await.unwrap();
    assert!(
        matches!(&stopped, store::Lane::Stopped { reason, .. } if reason.contains("прав")),
        "{stopped:?}"
    );

    world.portal.faults().clear();
    world.until_quiet().await;
    assert_eq!(world.portal.company_count(), 5);
    assert_eq!(world.engine.store().lane(domain::Side::Bitrix).await.unwrap(), store::Lane::Open);
}

#[tokio::test]
async fn an_answer_lost_after_the_work_makes_no_second_company() {
    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    // Templates, index (several requests), ИНН: whichever request writes loses its answer.
    world.portal.faults().random(1, 60, &[Fault::CutAfter]);

    for _ in 0..20 {
        world.tick().await;
        world.pass(60);
    }
    world.portal.faults().clear();
    world.until_quiet().await;

    assert_eq!(world.portal.company_count(), 1);
    world.assert_nothing_doubled();
}

/// Section «Speed» of the first crossing: N/10 + N/250 + 10 requests, five commands each, and silence afterwards.
#[tokio::test]
async fn a_thousand_cross_within_their_budget_of_requests_and_the_second_load_writes_nothing() {
    const N: u32 = 1_000;
    let mut world = World::open().await;
    let records: Vec<_> = (1..=N).map(|number| (guid(number), entity(number))).collect();

    for chunk in records.chunks(250) {
        world.show(chunk.to_vec()).await;
    }
    world.until_quiet().await;

    let budget = u64::from(N / 10 + N / 250 + 10);
    let counters = world.portal.counters();
    assert!(counters.http_requests <= budget, "{} requests, {budget} at most", counters.http_requests);
    assert_eq!(world.portal.writes(), u64::from(5 * N));
    assert_eq!(world.portal.company_count(), N as usize);

    world.portal.reset_counters();
    for chunk in records.chunks(250) {
        let again = chunk.iter().map(|(onec_ref, record)| {
            // Another body with the same content: `deleted` is now spoken of.
            (*onec_ref, Counterparty { deleted: Some(false), ..record.clone() })
        });
        world.show(again.collect()).await;
    }
    world.until_quiet().await;
    assert_eq!(world.portal.writes(), 0);
    assert_eq!(world.portal.http_requests(), 0, "both sides are known to agree");
}
