//! What nobody asks for any more is forgotten, and nothing else.

#![expect(
    clippy::unwrap_used,
    reason = "the tests rely on their own world; whatever fails there is a failed test"
)]

use domain::{Counterparty, DeliveryState, LinkId, ReasonCode};
use engine::{By, DiscrepancyKind, Healing, Standing, Waiting};
use store::HistoryEvent;

use crate::entities::{entity, guid, inn};
use crate::way_back::agreed;
use crate::world::World;

const DAY: i64 = 24 * 3600;

/// The history of a counterparty in words: what came to be known, what travelled, what was said.
async fn history(world: &World, link: LinkId) -> Vec<&'static str> {
    let page = world.engine.store().link_history(link, None, 100).await.unwrap();
    assert_eq!(page.next, None);
    let named = |event: &HistoryEvent| match event {
        HistoryEvent::Shown { .. } => "shown",
        HistoryEvent::Delivery(delivery) if delivery.is_closed() => "carried",
        HistoryEvent::Delivery(_) => "under way",
        HistoryEvent::Told(_) => "told",
        HistoryEvent::Deed(_) => "deed",
        HistoryEvent::Said(_) => "said",
    };
    let mut told: Vec<&str> = page.entries.iter().map(|entry| named(&entry.what)).collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn what_was_carried_long_ago_is_forgotten_and_what_explains_it_stays() {
    let mut world = agreed().await;
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().id;
    let young = history(&world, link).await;
    assert_eq!(young.iter().filter(|told| **told == "carried").count(), 1, "{young:?}");
    world.pass(60 * DAY);
    world.show(vec![(guid(1), Counterparty { kpp: Some("997950001".into()), ..entity(1) })]).await;
    world.until_quiet().await;
    world.look().await;
    assert_eq!(history(&world, link).await.iter().filter(|told| **told == "carried").count(), 2);

    world.pass(45 * DAY);
    world.engine.collect_all().await.unwrap();

    let left = history(&world, link).await;
    assert_eq!(left.iter().filter(|told| **told == "carried").count(), 1, "the newer one: {left:?}");
    assert!(!left.contains(&"said"), "{left:?}");
    world.pass(100 * DAY);
    world.engine.collect_all().await.unwrap();
    let left = history(&world, link).await;
    assert!(!left.contains(&"carried"), "{left:?}");
    let shown = |told: &[&str]| told.iter().filter(|word| **word == "shown").count();
    assert!(shown(&left) > shown(&young), "what the sides showed is never forgotten: {left:?}");
    assert!(world.engine.explain(link).await.unwrap().unwrap().is_whole);
    // What is forgotten is not taken for something that was missed.
    assert_eq!(world.reconcile(Healing::Heal).await.0, []);
    let writes = world.portal.writes();
    world.until_quiet().await;
    assert_eq!((world.portal.writes(), world.poll().await), (writes, vec![]));
}

#[tokio::test]
async fn what_waits_and_what_a_person_gave_up_are_never_forgotten() {
    let mut world = agreed().await;
    let wrong = |number| Counterparty { inn: Some("7736207544".into()), ..entity(number) };
    world.show(vec![(guid(2), wrong(2)), (guid(3), wrong(3))]).await;
    let link = world.engine.store().link_by_ref(guid(3)).await.unwrap().unwrap();
    let parked = world.engine.store().open_deliveries(&[link.id]).await.unwrap().remove(0);
    world.engine.give_up(Waiting::Delivery(parked.delivery.id), "не нужен", &By::user("Анна")).await.unwrap();

    for _ in 0..4 {
        world.pass(100 * DAY);
        world.engine.collect_all().await.unwrap();
    }

    assert_eq!(world.parked(guid(2)).await, Some(ReasonCode::InvalidInn));
    assert_eq!(world.standing(guid(3)).await, Some(DeliveryState::Dropped { why: "не нужен (Анна)".into() }));
    assert!(history(&world, link.id).await.contains(&"deed"));
    let (found, _) = world.reconcile(Healing::Heal).await;
    let told: Vec<_> = found.iter().map(|found| (found.kind, found.standing)).collect();
    assert_eq!(
        told,
        [
            (DiscrepancyKind::MissingInBitrix, Standing::Waits),
            (DiscrepancyKind::MissingInBitrix, Standing::Dropped)
        ]
    );
    assert_eq!(world.portal.requisites_with_inn(&inn(1)).len(), 1);
    let id = world.engine.store().open_deliveries(&[link.id]).await.unwrap();
    assert!(id.is_empty(), "{id:?}");
    let gone = world.engine.retry(Waiting::Delivery(parked.delivery.id), &By::user("Анна")).await;
    assert!(gone.is_err(), "it was given up");
}
