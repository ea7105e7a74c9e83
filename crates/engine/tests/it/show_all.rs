//! 1C is asked to show everything again: the wish cannot get lost and cannot go on for ever.

use domain::Counterparty;
use engine::{DiscrepancyKind, Healing};

use crate::entities::{entity, guid};
use crate::world::World;

impl World {
    /// 1C says hello; whether it is asked for everything.
    async fn hello(&self) -> bool {
        let hello = store::Hello {
            adapter: "1.0".into(),
            platform: String::new(),
            compatibility_mode: String::new(),
            configuration: String::new(),
            configuration_version: String::new(),
            missing: Vec::new(),
            at: self.clock_now(),
        };
        self.pass(300);
        self.engine.greet(&hello).await.expect("the database works")
    }

    async fn not_shown(&self) -> Vec<String> {
        let mut reconciliation = self.engine.reconcile(Healing::Look).await.expect("the database works");
        let mut titles = Vec::new();
        while let Some(page) = reconciliation.next().await.expect("the database works") {
            titles.extend(
                page.into_iter()
                    .filter(|found| found.kind == DiscrepancyKind::NotShown)
                    .map(|found| found.title),
            );
        }
        titles
    }
}

fn records(numbers: std::ops::Range<u32>) -> Vec<(domain::OneCRef, Counterparty)> {
    numbers.map(|number| (guid(number), entity(number))).collect()
}

/// A world in which 1C has shown four counterparties some time ago.
async fn known() -> World {
    let mut world = World::open().await;
    world.show(records(0..4)).await;
    world.until_quiet().await;
    world.look().await;
    world
}

#[tokio::test]
async fn nobody_who_was_not_asked_is_told_to_show_everything() {
    let world = known().await;

    assert!(!world.hello().await);
    assert_eq!(world.engine.asked_to_show_all().await.unwrap(), None);
}

#[tokio::test]
async fn a_wish_ends_when_everything_was_shown_be_it_unchanged() {
    let mut world = known().await;
    world.pass(60);
    world.engine.ask_to_show_all().await.unwrap();

    assert!(world.hello().await);
    world.show(records(0..4)).await;

    assert!(!world.hello().await);
    assert!(!world.hello().await);
    assert_eq!(world.not_shown().await, [""; 0]);
}

#[tokio::test]
async fn a_1c_that_dies_before_it_showed_all_is_told_again_however_often() {
    let mut world = known().await;
    world.pass(60);
    world.engine.ask_to_show_all().await.unwrap();
    world.pass(7 * 24 * 3600);

    for _ in 0..10 {
        assert!(world.hello().await, "a wish waits for 1C, and a hello without a showing is no run");
    }
    world.show(records(0..2)).await;
    world.restart().await;
    assert!(world.hello().await);
    world.show(records(2..4)).await;
    assert!(!world.hello().await);
}

#[tokio::test]
async fn what_1c_has_no_more_is_told_after_three_showings() {
    let mut world = known().await;
    world.pass(60);
    world.engine.ask_to_show_all().await.unwrap();

    let mut showings = 0;
    while world.hello().await {
        showings += 1;
        assert_eq!(world.not_shown().await, [""; 0], "1C has not had its chance");
        world.show(records(0..3)).await;
    }

    assert_eq!(showings, 3);
    assert_eq!(world.not_shown().await, ["ООО «Ромашка-3»"]);
    world.show(vec![(guid(3), Counterparty { kpp: Some("997950001".into()), ..entity(3) })]).await;
    assert_eq!(world.not_shown().await, [""; 0], "it is there after all");
}

#[tokio::test]
async fn an_adapter_that_passes_the_wish_over_proves_nothing() {
    let mut world = known().await;
    world.pass(60);
    world.engine.ask_to_show_all().await.unwrap();

    while world.hello().await {
        world.show(records(0..1)).await;
    }

    assert_eq!(world.not_shown().await, [""; 0]);
    let asked = world.engine.asked_to_show_all().await.unwrap().unwrap();
    assert_eq!((asked.since.known, asked.since.shown, asked.proves_absence()), (4, 1, false));
}

#[tokio::test]
async fn a_wish_that_1c_has_heard_lapses_after_a_day() {
    let world = known().await;
    world.engine.ask_to_show_all().await.unwrap();

    assert!(world.hello().await);
    world.pass(24 * 3600);
    assert!(!world.hello().await);
    assert_eq!(world.not_shown().await, [""; 0]);
}
