//! Whoever waits for an ИНН that another company has tries again by himself when that company has it no longer.

#![expect(
    clippy::unwrap_used,
    reason = "the tests rely on their own world; whatever fails there is a failed test"
)]

use domain::{Counterparty, ReasonCode};
use engine::By;

use crate::entities::{entity, guid, inn};
use crate::way_back::employee_makes;
use crate::world::World;

/// The first has crossed; then 1C gave it an ИНН that cannot be, and its old one to the second. So the portal shows the ИНН
/// of the second in the company of the first, and nobody can help that but people.
async fn one_in_the_others_way() -> World {
    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;
    let wrong = Counterparty { inn: Some("7736207544".into()), ..entity(1) };
    let second = Counterparty { name: Some("ООО «Вторая»".into()), ..entity(1) };
    world.show(vec![(guid(1), wrong)]).await;
    world.show(vec![(guid(2), second)]).await;
    world.until_quiet().await;
    assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::InvalidInn));
    assert_eq!(world.parked(guid(2)).await, Some(ReasonCode::DuplicateInPortal));
    assert_eq!(world.portal.company_count(), 1);
    world
}

/// The second travels, as one company.
async fn the_second_has_crossed(world: &World) {
    world.until_quiet().await;
    assert_eq!(world.reason(guid(2)).await, None);
    let (company, _) = world.card(&inn(1));
    let link = world.engine.store().link_by_ref(guid(2)).await.unwrap().unwrap();
    assert_eq!(link.company_id, Some(company.id));
    world.assert_nothing_doubled();
}

#[tokio::test]
async fn an_employee_mends_the_inn_of_the_company_that_is_in_the_way() {
    let world = one_in_the_others_way().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_INN", &inn(9))]).unwrap();

    world.look().await;

    the_second_has_crossed(&world).await;
    assert_eq!(world.portal.company_count(), 2);
}

#[tokio::test]
async fn an_employee_deletes_the_requisite_that_is_in_the_way() {
    let world = one_in_the_others_way().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().deletes_requisite(requisite.id).unwrap();

    world.pass(61);
    world.engine.collect_all().await.unwrap();

    the_second_has_crossed(&world).await;
}

#[tokio::test]
async fn an_employee_deletes_the_company_that_is_in_the_way() {
    let world = one_in_the_others_way().await;
    let (company, _) = world.card(&inn(1));
    world.portal.employee().deletes_company(company.id).unwrap();

    world.pass(61);
    world.engine.collect_all().await.unwrap();

    the_second_has_crossed(&world).await;
    assert_eq!(world.portal.company_count(), 1);
}

#[tokio::test]
async fn the_inn_is_mended_in_1c_and_parom_writes_it() {
    let mut world = one_in_the_others_way().await;

    world.show(vec![(guid(1), Counterparty { inn: Some(inn(9)), ..entity(1) })]).await;
    world.until_quiet().await;

    assert_eq!(world.parked(guid(1)).await, None);
    the_second_has_crossed(&world).await;
    assert_eq!(world.portal.company_count(), 2);
}

#[tokio::test]
async fn a_person_parts_the_first_from_the_company_and_the_second_takes_it_over() {
    let world = one_in_the_others_way().await;
    let first = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap();

    world.engine.unlink(first.id, &By::user("Анна")).await.unwrap();

    the_second_has_crossed(&world).await;
    assert_eq!(world.portal.company_count(), 1, "no other company was made");
}

#[tokio::test]
async fn of_several_companies_the_last_one_is_taken_over_by_itself_whatever_becomes_of_the_others() {
    for is_deleted in [true, false] {
        let mut world = World::open().await;
        let companies = [employee_makes(&world, 1), employee_makes(&world, 1), employee_makes(&world, 1)];
        world.show(vec![(guid(1), entity(1))]).await;
        world.until_quiet().await;
        assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::SeveralInPortal));

        for (left, (company, requisite)) in [(2, companies[0]), (1, companies[1])] {
            assert_eq!(
                world.parked(guid(1)).await,
                Some(ReasonCode::SeveralInPortal),
                "{} are left",
                left + 1
            );
            if is_deleted {
                world.portal.employee().deletes_company(company).unwrap();
                world.pass(61);
                world.engine.collect_all().await.unwrap();
            } else {
                let other = inn(u32::try_from(left).unwrap() + 20);
                world.portal.employee().edits_requisite(requisite, &[("RQ_INN", &other)]).unwrap();
                world.look().await;
            }
            world.until_quiet().await;
        }

        let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap();
        assert_eq!(world.parked(guid(1)).await, None);
        assert_eq!(link.company_id, Some(companies[2].0));
    }
}
