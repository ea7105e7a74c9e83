//! What waits for a person can be found, tried again and given up.

use domain::{DeliveryState, ReasonCode, Verdict};
use store::Settling;

use crate::world::on_both;

#[tokio::test]
async fn parked_records_are_listed_by_cause_and_page_by_page() {
    on_both(async |world| {
        let mut parked = Vec::new();
        for number in 0..7 {
            let link = world.saved_link().await?;
            let code = if number % 3 == 0 { ReasonCode::InvalidInn } else { ReasonCode::Refused };
            parked.push((world.park(link, code).await?, code));
        }

        let first = world.store.parked(None, None, 4).await?;
        let rest = world.store.parked(None, first.last().map(|row| row.delivery), 100).await?;
        let invalid = world.store.parked(Some(ReasonCode::InvalidInn), Some(parked[0].0), 100).await?;

        assert_eq!(
            world.store.parked_groups().await?,
            [(ReasonCode::InvalidInn, 3), (ReasonCode::Refused, 4)]
        );
        assert_eq!(first[0].title, "ООО «Ромашка-1»");
        assert_eq!(first[0].reason.text, "исправьте карточку");
        let listed: Vec<_> = first.iter().chain(&rest).map(|row| (row.delivery, row.reason.code)).collect();
        assert_eq!(listed, parked);
        let invalid: Vec<_> = invalid.iter().map(|row| row.delivery).collect();
        assert_eq!(invalid, [parked[3].0, parked[6].0]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_is_parked_is_leased_by_nobody() {
    on_both(async |world| {
        let link = world.offered_link().await?;
        let worker = world.lease_one().await?;

        let parked = world.park(link, ReasonCode::InvalidInn).await?;
        world.pass(3600);

        assert_eq!(parked, worker.id, "it is the same delivery");
        assert_eq!(world.lease_all().await?, []);
        assert_eq!(world.settle(&worker, Verdict::Settled).await?, Settling::Stale);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_record_parked_again_for_the_same_cause_waits_since_the_first_time() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        world.park(link, ReasonCode::InvalidInn).await?;
        let since = world.now();

        world.pass(60);
        world.park(link, ReasonCode::InvalidInn).await?;
        assert_eq!(world.store.parked(None, None, 10).await?[0].since, since);

        world.park(link, ReasonCode::MissingInn).await?;
        assert_eq!(world.store.parked(None, None, 10).await?[0].since, world.now());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_newer_state_frees_a_parked_record() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let parked = world.park(link, ReasonCode::InvalidInn).await?;

        world.offer(link).await?;

        assert_eq!(world.store.parked_groups().await?, []);
        assert_eq!(world.lease_one().await?.id, parked);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn one_parked_record_is_tried_again() {
    on_both(async |world| {
        let (first, second) = (world.saved_link().await?, world.saved_link().await?);
        let first = world.park(first, ReasonCode::Refused).await?;
        world.park(second, ReasonCode::Refused).await?;

        let mut write = world.store.begin().await?;
        assert!(write.retry_parked(first, world.now()).await?);
        assert!(!write.retry_parked(first, world.now()).await?, "it is not parked any more");
        write.commit().await?;

        assert_eq!(world.lease_one().await?.id, first);
        assert_eq!(world.store.parked_groups().await?, [(ReasonCode::Refused, 1)]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn all_parked_records_of_a_cause_are_tried_again() {
    on_both(async |world| {
        for code in [ReasonCode::Refused, ReasonCode::InvalidInn, ReasonCode::Refused] {
            let link = world.saved_link().await?;
            world.park(link, code).await?;
        }

        let mut write = world.store.begin().await?;
        assert_eq!(write.retry_parked_all(Some(ReasonCode::Refused), world.now()).await?, 2);
        write.commit().await?;
        assert_eq!(world.lease_all().await?.len(), 2);

        let mut write = world.store.begin().await?;
        assert_eq!(write.retry_parked_all(None, world.now()).await?, 1);
        write.commit().await?;
        assert_eq!(world.lease_all().await?.len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_parked_record_that_was_given_up_stays_on_record() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let parked = world.park(link, ReasonCode::Refused).await?;

        let mut write = world.store.begin().await?;
        assert!(write.drop_parked(parked, "не нужен", world.now()).await?);
        assert!(!write.drop_parked(parked, "не нужен", world.now()).await?);
        write.commit().await?;

        assert_eq!(world.store.parked(None, None, 10).await?, []);
        let standing = world.store.delivery(parked).await?.expect("it is kept");
        assert_eq!(standing.state, DeliveryState::Dropped { why: "не нужен".to_owned() });
        Ok(())
    })
    .await;
}
