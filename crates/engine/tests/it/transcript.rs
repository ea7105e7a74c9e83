//! What was said to either side and what it answered is kept for people, without secrets.

use domain::{Receipt, ReceiptStatus, Side};
use emulator::bitrix24::BoxModule;
use emulator::faults::Fault;
use store::{LineEnd, Transcript};

use crate::entities::{entity, guid, inn};
use crate::way_back::{agreed, receipt};
use crate::world::World;

async fn of_record(world: &World, number: u32) -> Vec<Transcript> {
    let store = world.engine.store();
    let link = store.link_by_ref(guid(number)).await.expect("the store answers").expect("it was shown");
    store.transcripts_of_link(link.id, None, 100).await.expect("the store answers")
}

/// Methods with their ends, the oldest first.
fn told(transcripts: &[Transcript]) -> Vec<(&str, LineEnd)> {
    let lines = transcripts.iter().rev().flat_map(|one| &one.what.lines);
    lines.map(|line| (line.method.as_str(), line.end)).collect()
}

#[tokio::test]
async fn a_crossing_leaves_every_command_with_its_arguments_and_the_number_that_it_made() {
    let mut world = World::open().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;

    let transcripts = of_record(&world, 1).await;
    let methods = [
        ("crm.company.add", LineEnd::Done),
        ("crm.requisite.add", LineEnd::Done),
        ("crm.address.add", LineEnd::Done),
        ("crm.address.add", LineEnd::Done),
        ("crm.requisite.bankdetail.add", LineEnd::Done),
    ];
    assert_eq!(told(&transcripts), methods);
    let [one] = &transcripts[..] else { panic!("one transcript: {transcripts:?}") };
    let (company, requisite) = world.card(&inn(1));
    let [made, of_requisite, ..] = &one.what.lines[..] else { panic!("five lines") };
    assert_eq!(
        (made.answered.clone(), of_requisite.answered.clone()),
        (company.id.to_string(), requisite.id.to_string())
    );
    assert!(made.asked.contains(r#""TITLE":"ООО «Ромашка-1»""#), "{}", made.asked);
    assert!(of_requisite.asked.contains(r#""ENTITY_ID":"$result[c]""#), "{}", of_requisite.asked);
    let delivery = one.what.delivery.expect("it was for a delivery");
    assert_eq!(
        world.engine.store().delivery(delivery).await.unwrap().map(|standing| standing.delivery.side),
        Some(Side::Bitrix)
    );
}

#[tokio::test]
async fn refusals_stand_in_the_portals_own_words_and_a_lost_answer_as_lost() {
    let mut world = World::open().await;
    world.portal.module().install(BoxModule::without_address());
    let employee = world.portal.employee();
    let company = employee.creates_company("Компания сотрудника").unwrap();
    employee.adds_requisite(company, "COMPANY", &[("RQ_INN", &inn(2))]).unwrap();
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    let mut wrong = entity(1);
    wrong.inn = Some(inn(2));
    world.show(vec![(guid(1), wrong)]).await;
    world.until_quiet().await;
    let transcripts = of_record(&world, 1).await;
    let refused =
        transcripts[0].what.lines.iter().find(|line| line.end == LineEnd::Refused).expect("one was refused");
    assert_eq!(
        (refused.method.as_str(), refused.answered.as_str()),
        ("crm.requisite.update", "Клиент с таким ИНН уже создан")
    );

    world.show(vec![(guid(3), entity(3))]).await;
    // Whichever request writes loses its answer.
    world.portal.faults().random(1, 60, &[Fault::CutAfter]);
    for _ in 0..20 {
        world.tick().await;
        world.pass(60);
    }
    world.portal.faults().clear();
    world.until_quiet().await;
    let transcripts = of_record(&world, 3).await;
    let lost = transcripts.iter().flat_map(|one| &one.what.lines).find(|line| line.end == LineEnd::Unclear);
    let lost = lost.expect("an answer was lost");
    assert!(lost.answered.contains("потерян"), "{lost:?}");
}

#[tokio::test]
async fn what_1c_was_given_and_its_receipt_are_kept_once_each() {
    let world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.look().await;
    let before = of_record(&world, 1).await.len();
    let offered = world.poll().await;
    world.pass(300);
    assert_eq!(world.poll().await, offered, "it comes again until its receipt is there");
    let rejected = Receipt {
        status: ReceiptStatus::Rejected,
        message: "Не заполнен вид контрагента".to_owned(),
        ..receipt(&offered[0])
    };
    world.engine.receive(vec![rejected]).await.unwrap();

    let transcripts = of_record(&world, 1).await;
    assert_eq!(transcripts.len() - before, 2);
    let [answered, given] = &transcripts[..2] else { panic!("two: {transcripts:?}") };
    assert_eq!(given.what.lines[0].asked, r#"{"КПП":"997950001"}"#);
    assert_eq!((given.what.side, given.what.delivery), (Side::OneC, Some(offered[0].delivery)));
    let line = &answered.what.lines[0];
    assert_eq!((line.end, line.answered.as_str()), (LineEnd::Refused, "Не заполнен вид контрагента"));
}
