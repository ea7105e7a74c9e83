//! What both sides lack is listed, and what nobody carries is sent, once.

use domain::{Counterparty, Field, ReasonCode, Rule, Rules, Side, SignedDuration};
use engine::{Discrepancy, DiscrepancyFilter, DiscrepancyKind, Healing, Reconciled, Settings, Standing};

use crate::entities::{entity, guid, inn};
use crate::way_back::{agreed, employee_makes};
use crate::world::World;

impl World {
    /// Everything that differs, and what it came to.
    pub(crate) async fn reconcile(&self, healing: Healing) -> (Vec<Discrepancy>, Reconciled) {
        let mut reconciliation = self.engine.reconcile(healing).await.expect("the database works");
        let mut found = Vec::new();
        while let Some(page) = reconciliation.next().await.expect("the database works") {
            found.extend(page);
        }
        let run = reconciliation.run();
        let reconciled = reconciliation.finish().await.expect("the database works");
        self.is_kept(run, &found, &reconciled).await;
        (found, reconciled)
    }

    /// Whatever was found can be read later.
    async fn is_kept(&self, run: i64, found: &[Discrepancy], reconciled: &Reconciled) {
        let store = self.engine.store();
        let known = store.reconcile_run(run).await.expect("the database works").expect("it ended");
        let figures: i64 = known.figures.iter().map(|figure| figure.count).sum();
        assert_eq!(known.ended_at, Some(reconciled.at));
        assert_eq!((known.found.unsigned_abs(), figures), (reconciled.discrepancies, known.found));
        assert_eq!(known.needs_person.unsigned_abs(), reconciled.needs_person);
        let kept = engine::kept_discrepancies(store, run, DiscrepancyFilter::default(), 0, usize::MAX)
            .await
            .expect("the database works");
        assert_eq!(kept.into_iter().map(|kept| kept.discrepancy).collect::<Vec<_>>(), found);
    }

    /// A delivery is lost as no code should lose it.
    async fn lose(&self, number: u32, side: Side) {
        let link = self
            .engine
            .store()
            .link_by_ref(guid(number))
            .await
            .expect("the database works")
            .expect("it was shown");
        let mut write = self.engine.store().begin().await.expect("the database works");
        assert!(write.close_open(link.id, side).await.expect("the database works"), "nobody has touched it");
        write.commit().await.expect("the database works");
    }
}

fn told(found: &[Discrepancy]) -> Vec<(DiscrepancyKind, Standing, Option<ReasonCode>)> {
    found.iter().map(|found| (found.kind, found.standing, found.reason)).collect()
}

#[tokio::test]
async fn sides_that_agree_have_no_differences_however_they_spell_it() {
    let mut world = agreed().await;
    let spelled = Counterparty {
        phones: Some(vec!["8 (495) 000 01 11".into()]),
        director: Some("  Иванов   Иван Иванович".into()),
        ..entity(1)
    };
    world.show(vec![(guid(1), spelled)]).await;
    world.until_quiet().await;

    let (found, reconciled) = world.reconcile(Healing::Heal).await;

    assert_eq!(found, []);
    assert_eq!((reconciled.discrepancies, reconciled.needs_person), (0, 0));
    assert!(reconciled.compared_at.is_some());
}

#[tokio::test]
async fn reconcile_lists_what_is_under_way_with_both_values_and_the_side_that_wins() {
    let world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.look().await;
    let offered_at = world.clock_now();
    world.pass(3600);

    let (found, reconciled) = world.reconcile(Healing::Heal).await;

    assert_eq!(told(&found), [(DiscrepancyKind::Different, Standing::UnderWay, None)]);
    let difference = &found[0];
    assert_eq!((difference.towards, difference.since), (Some(Side::OneC), offered_at));
    assert_eq!((difference.inn.as_str(), difference.needs_person), (inn(1).as_str(), false));
    let field = &difference.fields[0];
    assert_eq!(
        (field.field, field.onec.as_str(), field.bitrix.as_str(), field.base.as_str()),
        (Field::Kpp, "770401001", "997950001", "770401001")
    );
    assert!(field.verdict.contains("переносится в 1С"), "{}", field.verdict);
    assert_eq!((reconciled.discrepancies, reconciled.needs_person), (1, 0));
    world.exchange().await;
    assert_eq!(world.reconcile(Healing::Look).await.0, []);
}

#[tokio::test]
async fn reconcile_lists_what_waits_and_for_whom() {
    let mut world = agreed().await;
    let wrong = Counterparty { inn: Some("7736207544".into()), ..entity(2) };
    world.show(vec![(guid(2), wrong)]).await;
    let shown_at = world.clock_now();
    let (without_deal, _) = employee_makes(&world, 3);
    let (twin, _) = employee_makes(&world, 1);
    world.portal.employee().adds_deal(twin, &[("TITLE", "Насосы")]).unwrap();
    let address_book = world.portal.employee().creates_company("Визитка с выставки").unwrap();
    let client = world.portal.employee().creates_company("Клиент без ИНН").unwrap();
    world.portal.employee().adds_deal(client, &[("TITLE", "Насосы")]).unwrap();
    world.look().await;

    let (found, reconciled) = world.reconcile(Healing::Heal).await;

    let mut told: Vec<_> = found
        .iter()
        .map(|found| {
            (found.kind.as_str(), found.company_id, found.reason.expect("it waits"), found.needs_person)
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("missing-in-1c", Some(without_deal), ReasonCode::NoDeal, false),
            ("missing-in-1c", Some(twin), ReasonCode::DuplicateInPortal, true),
            ("missing-in-1c", Some(address_book), ReasonCode::MissingInn, false),
            ("missing-in-1c", Some(client), ReasonCode::MissingInn, true),
            ("missing-in-bitrix24", None, ReasonCode::InvalidInn, true),
        ]
    );
    assert!(found.iter().all(|found| found.standing == Standing::Waits && !found.text.is_empty()));
    let wrong = found.iter().find(|found| found.reason == Some(ReasonCode::InvalidInn)).unwrap();
    assert_eq!(wrong.since, shown_at);
    assert_eq!((reconciled.discrepancies, reconciled.needs_person, reconciled.healed), (5, 3, 0));
    world.pass(3600);
    assert_eq!(world.reconcile(Healing::Heal).await.0, found, "each keeps its time");
}

#[tokio::test]
async fn healing_sends_what_was_missed_and_nothing_twice() {
    let mut world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    world.look().await;
    world.lose(1, Side::OneC).await;
    world.show(vec![(guid(2), entity(2))]).await;
    world.lose(2, Side::Bitrix).await;

    let (found, reconciled) = world.reconcile(Healing::Look).await;
    assert_eq!(
        told(&found),
        [
            (DiscrepancyKind::Different, Standing::Missed, None),
            (DiscrepancyKind::MissingInBitrix, Standing::Missed, None),
        ]
    );
    assert_eq!((reconciled.missed, reconciled.needs_person), (2, 2));
    assert_eq!(world.poll().await, [], "looking sends nothing");

    let (found, reconciled) = world.reconcile(Healing::Heal).await;
    assert!(found.iter().all(|found| found.standing == Standing::Healed), "{found:#?}");
    assert_eq!((reconciled.healed, reconciled.missed, reconciled.needs_person), (2, 0, 0));
    let (found, reconciled) = world.reconcile(Healing::Heal).await;
    assert!(found.iter().all(|found| found.standing == Standing::UnderWay), "{found:#?}");
    assert_eq!(reconciled.healed, 0);

    world.until_quiet().await;
    assert_eq!(world.exchange().await.len(), 1);
    assert_eq!(world.portal.requisites_with_inn(&inn(2)).len(), 1);
    world.look().await;
    assert_eq!(world.reconcile(Healing::Heal).await.0, []);
    world.assert_nothing_doubled();
}

#[tokio::test]
async fn healing_leaves_to_people_what_waits_for_them() {
    let mut world = agreed().await;
    let (company, _) = world.card(&inn(1));
    world.portal.employee().deletes_company(company.id).unwrap();
    let wrong = Counterparty { inn: Some("7736207544".into()), ..entity(2) };
    world.show(vec![(guid(2), wrong)]).await;
    let link = world.engine.store().link_by_ref(guid(2)).await.unwrap().unwrap();
    let parked = world.engine.store().standing(link.id, Side::Bitrix).await.unwrap().unwrap();
    let mut write = world.engine.store().begin().await.unwrap();
    write.drop_parked(parked.delivery.id, "не нужен", world.clock_now()).await.unwrap();
    write.commit().await.unwrap();
    world.pass(24 * 3600);
    world.look().await;

    let (found, reconciled) = world.reconcile(Healing::Heal).await;

    assert_eq!(
        told(&found),
        [
            (DiscrepancyKind::MissingInBitrix, Standing::Waits, Some(ReasonCode::GoneInPortal)),
            (DiscrepancyKind::MissingInBitrix, Standing::Dropped, None),
        ]
    );
    assert!(found[1].text.contains("не нужен"), "{}", found[1].text);
    assert_eq!((reconciled.healed, reconciled.needs_person), (0, 1));
    assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::GoneInPortal));
    world.until_quiet().await;
    assert_eq!(world.portal.company_count(), 0);
}

#[tokio::test]
async fn a_field_that_people_decide_is_listed_with_its_time_and_one_that_a_rule_leaves_apart_is_nobodys_task()
{
    let rules =
        Rules::default().with(Field::Director, Rule::Ask).with(Field::LegalAddress, Rule::FillIfEmpty);
    let mut world = World::open_with(Settings { rules, ..Settings::default() }).await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;
    let (_, requisite) = world.card(&inn(1));
    let employee = world.portal.employee();
    employee.edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Сидоров Сидор Сидорович")]).unwrap();
    let record = Counterparty {
        director: Some("Петров Пётр Петрович".into()),
        legal_address: Some("190000, г. Санкт-Петербург".into()),
        ..entity(1)
    };
    world.show(vec![(guid(1), record)]).await;
    world.until_quiet().await;
    world.look().await;
    let since = world.clock_now();
    world.pass(3600);

    let (found, reconciled) = world.reconcile(Healing::Heal).await;

    assert_eq!(
        told(&found),
        [
            (DiscrepancyKind::Different, Standing::Waits, Some(ReasonCode::Conflict)),
            (DiscrepancyKind::Different, Standing::KeptApart, None),
        ]
    );
    assert!(found[0].since <= since, "{}", found[0].since);
    assert_eq!(found[0].fields[0].base, "Иванов Иван Иванович");
    assert_eq!(found[1].fields[0].field, Field::LegalAddress);
    assert_eq!((reconciled.discrepancies, reconciled.needs_person, reconciled.healed), (2, 1, 0));
}

#[tokio::test]
async fn every_full_compare_is_followed_by_a_reconciliation_that_heals() {
    let mut world = agreed().await;
    world.show(vec![(guid(2), entity(2))]).await;
    world.lose(2, Side::Bitrix).await;

    world.look().await;
    assert_eq!(world.portal.company_count(), 1, "a sweep reconciles nothing");
    world.pass(24 * 3600);
    world.look().await;

    assert_eq!(world.portal.company_count(), 2);
    let reconciled = world.engine.reconciled().await.unwrap().expect("it was made");
    assert_eq!((reconciled.discrepancies, reconciled.healed), (1, 1));
    assert!(world.clock_now().duration_since(reconciled.at) < SignedDuration::from_mins(5));
}

#[tokio::test]
async fn thousands_are_looked_through_page_by_page() {
    const N: u32 = 1_200;
    let mut world = World::open().await;
    for first in (0..N).step_by(400) {
        world.show((first..first + 400).map(|number| (guid(number), entity(number))).collect()).await;
    }

    let mut reconciliation = world.engine.reconcile(Healing::Look).await.unwrap();
    let (mut pages, mut found) = (0, 0);
    while let Some(page) = reconciliation.next().await.unwrap() {
        assert!(page.len() <= 500, "{}", page.len());
        pages += 1;
        found += page.len();
    }

    assert_eq!((found, reconciliation.looked()), (N as usize, u64::from(N)));
    assert!(pages > 3, "{pages}");
}
