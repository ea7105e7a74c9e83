//! Who works on what, and whose word counts.

use std::collections::HashSet;

use domain::{Intent, Side, Verdict};
use store::Settling;
use tokio::task::JoinSet;

use crate::world::on_both;

#[tokio::test]
async fn the_longest_waiting_come_first_and_no_more_than_asked_for() {
    on_both(async |world| {
        let mut links = Vec::new();
        for _ in 0..5 {
            links.push(world.offered_link().await?);
        }

        let leased = world.store.lease(Side::Bitrix, 3, world.now(), world.later(60), 1).await?;

        let leased: Vec<_> = leased.into_iter().map(|delivery| delivery.link).collect();
        assert_eq!(leased, links[..3]);
        assert_eq!(world.store.lease(Side::OneC, 3, world.now(), world.later(60), 2).await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_goes_to_another() {
    on_both(async |world| {
        world.offered_link().await?;
        let first = world.lease_one().await?;
        assert_eq!(world.store.next_due(Side::Bitrix).await?, Some(world.later(60)));

        world.pass(59);
        assert_eq!(world.lease_all().await?, []);
        world.pass(1);
        let second = world.lease_one().await?;

        assert_eq!(second.id, first.id);
        assert_ne!(second.fence, first.fence);
        assert_eq!(second.attempts, 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_old_lease_cannot_settle() {
    on_both(async |world| {
        world.offered_link().await?;
        let old = world.lease_one().await?;
        world.pass(60);
        let new = world.lease_one().await?;

        assert_eq!(world.settle(&old, Verdict::Settled).await?, Settling::Stale);
        assert_eq!(world.settle(&new, Verdict::RetryAt(world.now())).await?, Settling::Done);
        assert_eq!(world.settle(&new, Verdict::Settled).await?, Settling::Stale, "a verdict is spoken once");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_old_lease_may_not_intend() {
    on_both(async |world| {
        let (held, lost) = (world.offered_link().await?, world.offered_link().await?);
        let old = world.store.lease(Side::Bitrix, 1, world.now(), world.later(1), 101).await?.remove(0);
        assert_eq!(old.link, held);
        let other = world.store.lease(Side::Bitrix, 1, world.now(), world.later(600), 102).await?.remove(0);
        assert_eq!(other.link, lost);
        world.pass(60);
        world.lease_one().await?;

        let intent = Intent { what: "create".to_owned(), at: world.now(), written: None };
        let mut write = world.store.begin().await?;
        let held = write.intend(&[(old.id, old.fence), (other.id, other.fence)], &intent).await?;
        write.commit().await?;

        assert_eq!(held, [other.id]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_intent_that_came_to_nothing_is_cleared() {
    on_both(async |world| {
        world.offered_link().await?;
        let delivery = world.lease_one().await?;
        let lease = [(delivery.id, delivery.fence)];
        let intent = Intent { what: "create".to_owned(), at: world.now(), written: None };
        let mut write = world.store.begin().await?;
        write.intend(&lease, &intent).await?;
        assert_eq!(write.clear_intent(&lease).await?, [delivery.id]);
        write.commit().await?;

        world.settle(&delivery, Verdict::RetryAt(world.now())).await?;

        assert_eq!(world.lease_one().await?.intent, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_get_the_same_delivery() {
    const DELIVERIES: usize = 120;
    const WORKERS: i64 = 6;
    on_both(async |world| {
        for _ in 0..DELIVERIES {
            world.offered_link().await?;
        }
        let (now, until) = (world.now(), world.later(60));

        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            let store = world.store.clone();
            workers.spawn(async move {
                let mut got = Vec::new();
                loop {
                    let fence = worker * 1000 + i64::try_from(got.len()).expect("few");
                    let leased = store.lease(Side::Bitrix, 7, now, until, fence).await?;
                    if leased.is_empty() {
                        return Ok::<_, store::StoreError>(got);
                    }
                    got.extend(leased);
                }
            });
        }
        let got = workers.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?.concat();

        assert_eq!(got.len(), DELIVERIES);
        assert_eq!(got.iter().map(|delivery| delivery.id).collect::<HashSet<_>>().len(), DELIVERIES);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_restarted_single_node_takes_its_leases_back_at_once() {
    on_both(async |world| {
        world.offered_link().await?;
        let lost = world.lease_one().await?;
        assert_eq!(world.store.is_single_node(), world.place.is_sqlite());

        let mut write = world.store.begin().await?;
        assert_eq!(write.release_leases(Side::OneC).await?, 0);
        assert_eq!(write.release_leases(Side::Bitrix).await?, 1);
        write.commit().await?;

        let delivery = world.lease_one().await?;
        assert_eq!((delivery.id, delivery.attempts), (lost.id, 0));
        assert_eq!(world.settle(&lost, Verdict::Settled).await?, Settling::Stale);
        Ok(())
    })
    .await;
}
