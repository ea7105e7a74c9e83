//! Employees are told that a client's ИНН is taken and what 1C rejected, once; a company shows its code of 1C.

use domain::{ReasonCode, ReceiptStatus};
use emulator::bitrix24::{Portal, TimelineOf};
use emulator::faults::{Fault, Forbidden};

use crate::entities::{entity, guid, inn};
use crate::way_back::{agreed, employee_makes, receipt};
use crate::world::World;

impl World {
    /// Tells everything, whatever the pauses are.
    async fn tell(&self) {
        for _ in 0..20 {
            // A lost answer is no end of the world: the next go looks first.
            let _ = self.engine.tell().await;
            self.pass(3700);
        }
    }
}

fn comments(portal: &Portal, company: i64) -> Vec<String> {
    let records = portal.timeline();
    records
        .into_iter()
        .filter(|record| record.on == TimelineOf::Company(company))
        .map(|record| record.text)
        .collect()
}

#[tokio::test]
async fn who_makes_a_second_company_with_an_inn_is_told_once_with_links_to_both_cards() {
    let world = agreed().await;
    let (first, _) = world.card(&inn(1));
    let (second, _) = employee_makes(&world, 1);
    let maker = world.portal.requisites_of(second)[0].get("CREATED_BY_ID").parse::<i64>().unwrap();

    world.look().await;
    world.tell().await;

    let told = world.portal.notifications();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].user, maker);
    assert!(told[0].text.starts_with("Клиент с таким ИНН уже создан"), "{}", told[0].text);
    for company in [first.id, second] {
        assert!(told[0].text.contains(&format!("/crm/company/details/{company}/")), "{}", told[0].text);
        assert_eq!(comments(&world.portal, company).len(), 1, "company {company}");
    }

    world.portal.employee().edits_company(second, &[("TITLE", "Другое имя")]).unwrap();
    world.look().await;
    world.tell().await;
    assert_eq!(world.portal.notifications(), told, "an edit that mends nothing is told nobody");
    assert_eq!(comments(&world.portal, second).len(), 1);
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_notification_and_no_second_comment() {
    for fault in Fault::UNCLEAR {
        let world = agreed().await;
        let (first, _) = world.card(&inn(1));
        let (second, _) = employee_makes(&world, 1);
        world.look().await;

        world.portal.faults().next(fault.clone());
        world.tell().await;

        assert_eq!(world.portal.notifications().len(), 1, "{fault:?}");
        assert_eq!(comments(&world.portal, first.id).len(), 1, "{fault:?}");
        assert_eq!(comments(&world.portal, second).len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn what_was_mended_and_made_again_is_told_again() {
    let world = agreed().await;
    let (second, requisite) = employee_makes(&world, 1);
    world.look().await;
    world.tell().await;
    world.portal.employee().edits_requisite(requisite, &[("RQ_INN", &inn(2))]).unwrap();
    world.look().await;
    assert_eq!(world.portal.notifications().len(), 1);

    world.portal.employee().edits_requisite(requisite, &[("RQ_INN", &inn(1))]).unwrap();
    world.look().await;
    world.tell().await;

    assert_eq!(comments(&world.portal, second).len(), 2);
}

#[tokio::test]
async fn duplicates_that_a_portal_had_before_parom_came_ring_nobody() {
    let world = World::open().await;
    employee_makes(&world, 1);
    let (second, _) = employee_makes(&world, 1);
    world.look().await;
    world.tell().await;

    let waits = world.engine.store().portal_companies(&[second]).await.unwrap().pop().unwrap().waits;
    assert_eq!(waits.map(|reason| reason.code), Some(ReasonCode::DuplicateInPortal));
    assert_eq!(world.portal.notifications(), []);
    assert_eq!(world.portal.timeline(), []);
}

#[tokio::test]
async fn a_webhook_without_the_right_to_notify_still_comments() {
    let world = agreed().await;
    let (second, _) = employee_makes(&world, 1);
    world.look().await;
    world.portal.faults().forbid("im.notify.system.add", Forbidden::InsufficientScope);
    world.tell().await;

    assert_eq!(world.portal.notifications(), []);
    assert_eq!(comments(&world.portal, second).len(), 1);
    assert_eq!(world.engine.store().tellings_waiting().await.unwrap(), 0, "nobody tries for ever");
}

#[tokio::test]
async fn the_responsible_employee_sees_what_1c_rejected() {
    let world = agreed().await;
    let (company, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.look().await;
    let offered = world.poll().await;
    let mut rejected = receipt(&offered[0]);
    rejected.status = ReceiptStatus::Rejected;
    rejected.message = "КПП не принадлежит ИФНС [межрайонной]".into();
    world.engine.receive(vec![rejected]).await.unwrap();
    world.tell().await;

    let told = world.portal.notifications();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].user.to_string(), company.get("ASSIGNED_BY_ID"));
    assert!(told[0].text.contains("КПП не принадлежит ИФНС (межрайонной)"), "{}", told[0].text);
    assert_eq!(comments(&world.portal, company.id).len(), 1);
}

#[tokio::test]
async fn a_company_shows_its_code_of_1c_and_the_mark_for_deletion() {
    let mut world = agreed().await;
    world.engine.setup().await.unwrap();
    let (company, _) = employee_makes(&world, 2);
    world.portal.employee().adds_deal(company, &[("TITLE", "Насосы")]).unwrap();
    world.look().await;
    world.exchange().await;
    let code = |world: &World| world.portal.company(company).unwrap().get("UF_CRM_PAROM_CODE").to_owned();
    assert_eq!(code(&world), "", "it is written by its own step");

    world.portal.faults().next(Fault::UNCLEAR[0].clone());
    let _ = world.engine.show_codes().await;
    world.pass(300);
    world.engine.show_codes().await.unwrap();
    assert_eq!(code(&world), "000000777");

    let link = world.engine.store().links_by_company(company).await.unwrap().pop().unwrap();
    let mut marked = entity(2);
    marked.deleted = Some(true);
    world.show(vec![(link.onec_ref.unwrap(), marked)]).await;
    world.until_quiet().await;
    world.engine.show_codes().await.unwrap();
    assert_eq!(code(&world), "000000001 (помечен на удаление)");
    assert!(world.portal.company(company).is_some(), "a mark in 1C deletes nothing in the portal");

    world.portal.reset_counters();
    world.engine.show_codes().await.unwrap();
    assert_eq!(world.portal.http_requests(), 0, "nothing is written twice");
}

#[tokio::test]
async fn setup_makes_the_field_once_and_fills_it_for_those_who_crossed_before() {
    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    let made = world.engine.setup().await.unwrap().made;
    assert!(made.iter().any(|made| made.contains("Код в 1С")), "{made:?}");
    assert_eq!(world.engine.setup().await.unwrap().made, Vec::<String>::new());

    world.engine.show_codes().await.unwrap();
    let (company, _) = world.card(&inn(1));
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap();
    assert_eq!(Some(company.get("UF_CRM_PAROM_CODE").to_owned()), link.onec_code);

    world.show(vec![(guid(2), entity(2))]).await;
    world.until_quiet().await;
    let (company, _) = world.card(&inn(2));
    assert_ne!(company.get("UF_CRM_PAROM_CODE"), "", "a new company is made with it");
}

#[tokio::test]
async fn a_mark_in_1c_deletes_the_company_only_if_a_setting_says_so() {
    let settings = engine::Settings { delete_marked: true, ..engine::Settings::default() };
    let mut world = World::open_with(settings).await;
    world.show(vec![(guid(1), entity(1)), (guid(2), entity(2))]).await;
    world.until_quiet().await;
    world.look().await;
    let (company, _) = world.card(&inn(1));
    let mut marked = entity(1);
    marked.deleted = Some(true);
    world.show(vec![(guid(1), marked)]).await;

    world.portal.faults().next(Fault::UNCLEAR[0].clone());
    let _ = world.engine.show_codes().await;
    world.pass(300);
    world.engine.show_codes().await.unwrap();

    assert_eq!(world.portal.company(company.id), None);
    assert_eq!(world.portal.company_count(), 1, "the other one is untouched");
    world.engine.collect_all().await.unwrap();
    world.until_quiet().await;
    assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::MarkedDeleted));
    assert_eq!(world.poll().await, [], "nothing is deleted in 1C");

    let mut unmarked = entity(1);
    unmarked.deleted = Some(false);
    world.show(vec![(guid(1), unmarked)]).await;
    world.until_quiet().await;
    assert_eq!(world.portal.company_count(), 2, "without the mark it crosses again");
}
