//! For every field a person can see where its value came from, when, and which rule decided.

#![expect(
    clippy::unwrap_used,
    reason = "the tests rely on their own world; whatever fails there is a failed test"
)]

use domain::{Counterparty, Field, LinkId, Rule, Rules, Side, Why};
use engine::{By, Choice, ExplainedField, Mark, Settings};

use crate::entities::{entity, guid, inn};
use crate::way_back::{agreed, employee_makes};
use crate::world::World;

async fn field(world: &World, field: Field) -> ExplainedField {
    let explained = world.engine.explain(link(world).await).await.unwrap().expect("a link");
    assert!(explained.is_whole);
    explained.fields.into_iter().find(|explained| explained.field == field).expect("a side speaks of it")
}

async fn link(world: &World) -> LinkId {
    world.engine.store().link_by_ref(guid(1)).await.unwrap().expect("1C has shown it").id
}

#[tokio::test]
async fn what_1c_showed_first_came_from_1c_and_was_written_by_parom() {
    let world = agreed().await;

    let kpp = field(&world, Field::Kpp).await;

    assert_eq!(
        (kpp.onec.as_deref(), kpp.bitrix.as_deref(), kpp.base.as_deref()),
        (Some("770401001"), Some("770401001"), Some("770401001"))
    );
    assert_eq!((kpp.mark, kpp.origin, kpp.decided), (Mark::Same, Some(Side::OneC), None));
    assert_eq!(kpp.onec_since.unwrap().source, "показала 1С");
    assert_eq!(kpp.bitrix_since.unwrap().source, "записано Паромом в Битрикс24");
}

#[tokio::test]
async fn an_employees_edit_is_told_on_its_way_and_after_it() {
    let world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.look().await;

    let travels = field(&world, Field::Kpp).await;
    assert_eq!((travels.mark, travels.onec.as_deref()), (Mark::Travels(Side::Bitrix), Some("770401001")));
    world.exchange().await;
    world.look().await;
    let arrived = field(&world, Field::Kpp).await;

    assert_eq!((arrived.mark, arrived.origin), (Mark::Same, Some(Side::Bitrix)));
    let decided = arrived.decided.expect("it was decided");
    assert_eq!(decided.why, Why::OnlyChangedBy(Side::Bitrix));
    assert_eq!(decided.text, "изменено только в Битрикс24, перенесено в 1С");
    let bitrix_since = arrived.bitrix_since.unwrap();
    assert_eq!((bitrix_since.source, decided.at), ("прочитано в Битрикс24", bitrix_since.seen_at));
    assert!(bitrix_since.changed_at.is_some(), "by the portal's clock");
    assert_eq!(arrived.onec_since.unwrap().source, "1С подтвердила получение");
    assert_eq!(field(&world, Field::Name).await.origin, Some(Side::OneC), "the rest is as it was");
}

#[tokio::test]
async fn an_employees_edit_that_was_read_back_with_what_parom_wrote_stays_the_employees() {
    let mut world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Сидоров Сидор")]).unwrap();
    world.show(vec![(guid(1), Counterparty { kpp: Some("781401001".into()), ..entity(1) })]).await;
    world.until_quiet().await;

    let (kpp, director) = (field(&world, Field::Kpp).await, field(&world, Field::Director).await);

    assert_eq!((kpp.bitrix.as_deref(), kpp.origin), (Some("781401001"), Some(Side::OneC)));
    assert_eq!(kpp.bitrix_since.unwrap().source, "записано Паромом в Битрикс24");
    assert_eq!(
        (director.bitrix.as_deref(), director.mark),
        (Some("Сидоров Сидор"), Mark::Travels(Side::Bitrix))
    );
    assert_eq!(director.bitrix_since.unwrap().source, "прочитано в Битрикс24");
}

#[tokio::test]
async fn the_rule_is_named_that_decided_at_the_first_meeting() {
    let rules = Rules::default().with(Field::Kpp, Rule::Onec).with(Field::Director, Rule::FillIfEmpty);
    let mut world = World::open_with(Settings { rules, ..Settings::default() }).await;
    let (_, requisite) = employee_makes(&world, 1);
    let fields = [("RQ_KPP", "997950001"), ("RQ_DIRECTOR", "Сидоров Сидор")];
    world.portal.employee().edits_requisite(requisite, &fields).unwrap();
    world.look().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;

    let kpp = field(&world, Field::Kpp).await;
    assert_eq!((kpp.mark, kpp.origin, kpp.rule_title()), (Mark::Same, Some(Side::OneC), "побеждает 1С"));
    assert_eq!(kpp.decided.unwrap().why, Why::Rule(Rule::Onec, Side::OneC));
    let director = field(&world, Field::Director).await;
    assert_eq!((director.mark, director.origin), (Mark::Apart, None));
    assert_eq!(director.decided.unwrap().why, Why::KeptApart);
}

#[tokio::test]
async fn a_persons_choice_is_told_with_the_person() {
    let rules = Rules::default().with(Field::Kpp, Rule::Ask);
    let mut world = World::open_with(Settings { rules, ..Settings::default() }).await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.show(vec![(guid(1), Counterparty { kpp: Some("781401001".into()), ..entity(1) })]).await;
    world.look().await;
    let asked = field(&world, Field::Kpp).await;
    assert_eq!((asked.mark, asked.base.as_deref()), (Mark::Conflict, Some("770401001")));
    let choice = Choice { field: Field::Kpp, side: Side::Bitrix, seen: Some(asked.seen) };

    world.pass(60);
    world.engine.resolve_conflicts(link(&world).await, &[choice], &By::user("Анна")).await.unwrap();
    world.pass(60);
    world.exchange().await;
    world.look().await;
    let kpp = field(&world, Field::Kpp).await;

    assert_eq!((kpp.mark, kpp.origin), (Mark::Same, Some(Side::Bitrix)));
    let decided = kpp.decided.unwrap();
    assert_eq!(
        (decided.by.as_deref(), decided.text.as_str()),
        (Some("Анна"), "значение выбрал человек: Анна")
    );
}
