//! One open delivery per link and side, always the newest state.

use domain::{DeliveryState, Intent, Reason, ReasonCode, Side, Timestamp, Verdict};
use store::{Settling, Store};
use tokio::task::JoinSet;

use crate::world::on_both;

fn intent(at: Timestamp) -> Intent {
    Intent { what: "create".to_owned(), at, written: None }
}

#[tokio::test]
async fn a_link_has_one_open_delivery_per_side() {
    on_both(async |world| {
        let link = world.saved_link().await?;

        let first = world.offer(link).await?;
        let second = world.offer(link).await?;
        let mut write = world.store.begin().await?;
        let to_onec = write.offer(&world.ids, link, Side::OneC, world.now()).await?;
        write.commit().await?;

        assert_eq!(first, second);
        assert_ne!(first, to_onec);
        let delivery = world.lease_one().await?;
        assert_eq!((delivery.id, delivery.version), (first, 2));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn many_who_offer_the_same_link_at_once_make_one_delivery() {
    const OFFERS: i64 = 8;
    on_both(async |world| {
        let link = world.saved_link().await?;
        let now = world.now();

        let mut offers = JoinSet::new();
        for seed in 0..OFFERS {
            let store = world.store.clone();
            let clock = world.clock.clone();
            offers.spawn(async move {
                let ids = domain::Ids::new(clock, 100 + seed.unsigned_abs());
                let mut write = store.begin().await?;
                let id = write.offer(&ids, link, Side::Bitrix, now).await?;
                write.commit().await?;
                Ok::<_, store::StoreError>(id)
            });
        }
        let ids = offers.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;

        let delivery = world.lease_one().await?;
        assert!(ids.iter().all(|&id| id == delivery.id));
        assert_eq!(delivery.version, OFFERS);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_settled_delivery_is_followed_by_a_new_one() {
    on_both(async |world| {
        let link = world.offered_link().await?;
        let first = world.lease_one().await?;
        assert_eq!(world.settle(&first, Verdict::Settled).await?, Settling::Done);
        assert_eq!(world.lease_all().await?, []);

        world.pass(1);
        let second = world.offer(link).await?;

        assert_ne!(second, first.id);
        let settled = world.store.delivery(first.id).await?.expect("the old one is kept for people");
        assert_eq!(settled.state, DeliveryState::Settled);
        let open = world.store.standing(link, Side::Bitrix).await?.expect("the new one");
        assert_eq!((open.delivery.id, open.state), (second, DeliveryState::Due { at: world.now() }));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_newer_state_comes_due_when_the_older_one_was_settled() {
    on_both(async |world| {
        let link = world.offered_link().await?;
        let older = world.lease_one().await?;
        let mut write = world.store.begin().await?;
        write.intend(&[(older.id, older.fence)], &intent(world.now())).await?;
        write.commit().await?;

        world.offer(link).await?;
        assert_eq!(world.lease_all().await?, [], "it stays with the one who works on it");
        assert_eq!(world.settle(&older, Verdict::Settled).await?, Settling::Newer);

        let newer = world.lease_one().await?;
        assert_eq!((newer.id, newer.version, newer.attempts), (older.id, older.version + 1, 0));
        assert_eq!(newer.intent, None, "what was intended is done");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_newer_state_comes_due_when_the_older_one_would_be_parked() {
    on_both(async |world| {
        let link = world.offered_link().await?;
        let older = world.lease_one().await?;
        let mut write = world.store.begin().await?;
        write.intend(&[(older.id, older.fence)], &intent(world.now())).await?;
        write.commit().await?;

        world.offer(link).await?;
        let park = Verdict::Park(Reason::new(ReasonCode::Refused, "портал отказал"));
        assert_eq!(world.settle(&older, park).await?, Settling::Newer);

        let newer = world.lease_one().await?;
        assert_eq!(newer.intent, Some(intent(world.now())), "nobody knows whether it was done");
        assert_eq!(world.store.parked_groups().await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_retry_waits_for_its_time_and_counts() {
    on_both(async |world| {
        world.offered_link().await?;
        let first = world.lease_one().await?;
        let mut write = world.store.begin().await?;
        write.intend(&[(first.id, first.fence)], &intent(world.now())).await?;
        write.commit().await?;
        let at = world.later(30);

        assert_eq!(world.settle(&first, Verdict::RetryAt(at)).await?, Settling::Done);

        assert_eq!(world.store.next_due(Side::Bitrix).await?, Some(at));
        world.pass(29);
        assert_eq!(world.lease_all().await?, []);
        world.pass(1);
        let second = world.lease_one().await?;
        assert_eq!(second.attempts, 1);
        assert!(second.intent.is_some(), "the next attempt looks first");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_is_put_back_has_not_been_tried() {
    on_both(async |world| {
        world.offered_link().await?;
        let first = world.lease_one().await?;

        world.settle(&first, Verdict::PutBackUntil(world.later(30))).await?;

        assert_eq!(world.lease_all().await?, []);
        world.pass(30);
        assert_eq!(world.lease_one().await?.attempts, 0);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_untouched_delivery_can_be_taken_back() {
    on_both(async |world| {
        let link = world.offered_link().await?;

        let mut write = world.store.begin().await?;
        let closed = write.close_open(link, Side::Bitrix).await?;
        write.commit().await?;

        assert!(closed);
        assert_eq!(world.store.standing(link, Side::Bitrix).await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_somebody_works_on_is_looked_at_again_instead_of_taken_back() {
    on_both(async |world| {
        let link = world.offered_link().await?;
        let older = world.lease_one().await?;

        // 1C went back to what the portal showed, while the change was on its way to the portal.
        let mut write = world.store.begin().await?;
        let closed = write.close_open(link, Side::Bitrix).await?;
        write.commit().await?;

        assert!(!closed);
        assert_eq!(world.settle(&older, Verdict::Settled).await?, Settling::Newer);
        assert_eq!(world.lease_one().await?.id, older.id);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_may_have_been_done_is_looked_at_again_instead_of_taken_back() {
    on_both(async |world| {
        let link = world.offered_link().await?;
        let first = world.lease_one().await?;
        let mut write = world.store.begin().await?;
        write.intend(&[(first.id, first.fence)], &intent(world.now())).await?;
        write.commit().await?;
        let park = Verdict::Park(Reason::new(ReasonCode::Exhausted, "портал молчит"));
        world.settle(&first, park).await?;

        let mut write = world.store.begin().await?;
        let closed = write.close_open(link, Side::Bitrix).await?;
        write.commit().await?;

        assert!(!closed);
        assert_eq!(world.lease_one().await?.intent, Some(intent(world.now())));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_dropped_delivery_is_gone_for_its_worker_and_kept_for_people() {
    on_both(async |world| {
        let link = world.offered_link().await?;
        let leased = world.lease_one().await?;

        let mut write = world.store.begin().await?;
        assert!(write.drop_delivery(link, Side::Bitrix, "объединён с другим", world.now()).await?);
        assert!(!write.drop_delivery(link, Side::Bitrix, "ещё раз", world.now()).await?);
        write.commit().await?;

        assert_eq!(world.settle(&leased, Verdict::Settled).await?, Settling::Stale);
        let standing = world.store.delivery(leased.id).await?.expect("it is kept");
        assert_eq!(standing.state, DeliveryState::Dropped { why: "объединён с другим".to_owned() });
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn old_settled_deliveries_are_forgotten_and_open_ones_never() {
    on_both(async |world| {
        for _ in 0..3 {
            world.offered_link().await?;
        }
        for delivery in world.lease_all().await? {
            world.settle(&delivery, Verdict::Settled).await?;
        }
        world.offered_link().await?;
        world.pass(3600);

        assert_eq!(prune(&world.store, world.now(), 2).await?, 2);
        assert_eq!(prune(&world.store, world.now(), 2).await?, 1);
        assert_eq!(prune(&world.store, world.now(), 2).await?, 0);
        assert_eq!(world.lease_all().await?.len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_a_person_dropped_is_remembered_until_something_newer_comes() {
    on_both(async |world| {
        let link = world.offered_link().await?;
        let mut write = world.store.begin().await?;
        write.drop_delivery(link, Side::Bitrix, "клиент ушёл", world.now()).await?;
        write.commit().await?;
        world.pass(3600);

        assert_eq!(prune(&world.store, world.now(), 10).await?, 0);
        let dropped = world.store.standing(link, Side::Bitrix).await?.expect("it stays").state;
        assert_eq!(dropped, DeliveryState::Dropped { why: "клиент ушёл".to_owned() });

        let newer = world.offer(link).await?;
        assert_eq!(prune(&world.store, world.now(), 10).await?, 1);
        let left = world.store.link_history(link, None, 10).await?;
        let told: Vec<_> = left
            .entries
            .iter()
            .filter_map(|entry| match &entry.what {
                store::HistoryEvent::Delivery(entry) => Some(entry.standing.delivery.id),
                _ => None,
            })
            .collect();
        assert_eq!(told, [newer]);
        Ok(())
    })
    .await;
}

async fn prune(store: &Store, before: Timestamp, limit: usize) -> store::Result<u64> {
    let mut write = store.begin().await?;
    let pruned = write.prune_settled(before, limit).await?;
    write.commit().await?;
    Ok(pruned)
}
