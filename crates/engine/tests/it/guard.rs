//! The box module refuses a repeated ИНН, Parom's own one too: an employee may always be quicker.

use domain::{DeliveryState, Field, ReasonCode};
use emulator::bitrix24::{BoxModule, Employee, Portal};

use crate::entities::{entity, guid, inn};
use crate::world::World;

/// A portal with the module.
async fn guarded() -> World {
    let world = World::open().await;
    world.portal.module().install(BoxModule::without_address());
    world
}

/// An employee makes a company with the ИНН of the record right before Parom makes its own.
fn employee_is_quicker(portal: &Portal, number: u32) {
    portal.before_next("crm.company.add", move |employee| {
        makes(&employee, number);
    });
}

fn makes(employee: &Employee<'_>, number: u32) -> i64 {
    let company = employee.creates_company("Компания сотрудника").expect("employees may");
    employee.adds_requisite(company, "COMPANY", &[("RQ_INN", &inn(number))]).expect("nobody has the ИНН yet");
    company
}

#[tokio::test]
async fn a_company_that_an_employee_made_a_moment_before_is_taken_over_and_the_half_made_one_taken_back() {
    let mut world = guarded().await;
    employee_is_quicker(&world.portal, 1);
    world.show(vec![(guid(1), entity(1)), (guid(2), entity(2))]).await;
    world.until_quiet().await;

    assert_eq!(world.standing(guid(1)).await, Some(DeliveryState::Settled));
    assert_eq!(world.standing(guid(2)).await, Some(DeliveryState::Settled));
    let (company, requisite) = world.card(&inn(1));
    assert_eq!(company.get("TITLE"), "Компания сотрудника");
    assert_eq!(requisite.get("RQ_COMPANY_NAME"), "ООО «Ромашка-1»");
    assert_eq!(world.portal.companies().len(), 2, "nothing is left of what Parom had begun to make");
    let settled = world.engine.store().summary().await.unwrap().bitrix.outcomes;
    assert_eq!((settled.get("linked"), settled.get("created")), (Some(&1), Some(&1)));
    world.assert_nothing_doubled();
}

#[tokio::test]
async fn a_half_made_company_that_somebody_works_with_already_is_left_to_people() {
    let mut world = guarded().await;
    employee_is_quicker(&world.portal, 1);
    let portal = world.portal.clone();
    world.portal.before_next("crm.requisite.add", move |employee| {
        let half = portal.companies().iter().map(|company| company.id).max().expect("it was just made");
        employee.adds_deal(half, &[("TITLE", "Насосы")]).expect("employees may");
    });
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;

    let reason = world.reason(guid(1)).await.expect("it waits");
    assert_eq!(reason.code, ReasonCode::SeveralInPortal);
    for part in ["клиент с таким ИНН уже создан", "Объедините обе"] {
        assert!(reason.text.contains(part), "{}", reason.text);
    }

    assert_eq!(world.portal.companies().len(), 2);
    let holder = world.portal.requisites_with_inn(&inn(1))[0].owner;
    let half = world.portal.companies().iter().map(|company| company.id).find(|id| *id != holder).unwrap();
    world.portal.employee().merges_companies(holder, &[half]).unwrap();
    assert_eq!(world.retry_all(None).await.under_way, 1);
    world.until_quiet().await;
    assert_eq!(world.standing(guid(1)).await, Some(DeliveryState::Settled));
    assert_eq!(world.card(&inn(1)).0.id, holder);
}

#[tokio::test]
async fn an_inn_that_another_client_has_is_not_written_over_and_says_where_it_stands() {
    let mut world = guarded().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    let other = makes(&world.portal.employee(), 2);

    let mut wrong = entity(1);
    wrong.inn = Some(inn(2));
    wrong.phones = Some(vec!["+7 495 000-00-01".to_owned()]);
    world.show(vec![(guid(1), wrong)]).await;
    world.until_quiet().await;

    let reason = world.reason(guid(1)).await.expect("it waits");
    assert_eq!(reason.code, ReasonCode::DuplicateInPortal);
    for part in [format!("№ {other}"), inn(2), "Исправьте ИНН".to_owned()] {
        assert!(reason.text.contains(&part), "{}", reason.text);
    }
    assert_eq!(world.portal.requisites_with_inn(&inn(2)).len(), 1);

    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    assert_eq!(world.standing(guid(1)).await, Some(DeliveryState::Settled));
}

#[tokio::test]
async fn two_records_that_change_their_inn_one_after_the_other_wait_for_each_other_and_arrive() {
    let mut world = guarded().await;
    world.show(vec![(guid(1), entity(1)), (guid(2), entity(2))]).await;
    world.until_quiet().await;

    let with_inn = |number: u32, of: u32| {
        let mut record = entity(number);
        record.inn = Some(inn(of));
        (guid(number), record)
    };
    world.show(vec![with_inn(2, 3), with_inn(1, 2)]).await;
    world.until_quiet().await;

    for (number, of) in [(1, 2), (2, 3)] {
        assert_eq!(world.standing(guid(number)).await, Some(DeliveryState::Settled), "record {number}");
        let (_, requisite) = world.card(&inn(of));
        assert_eq!(requisite.get("RQ_COMPANY_NAME"), entity(number).text(Field::Name).unwrap());
    }
}

#[tokio::test]
async fn a_holder_who_goes_away_while_he_is_looked_for_costs_another_attempt() {
    let mut world = guarded().await;
    let portal = world.portal.clone();
    world.portal.before_next("crm.company.add", move |employee| {
        let company = makes(&employee, 1);
        portal.before_next("crm.requisite.list", move |employee| {
            employee.deletes_company(company).expect("employees may");
        });
    });
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    assert_eq!(world.standing(guid(1)).await, Some(DeliveryState::Settled));
    assert_eq!(world.portal.companies().len(), 1);
}
