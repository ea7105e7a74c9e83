//! The figures agree with what happened.

use domain::{ReasonCode, Verdict};
use tokio::task::JoinSet;

use crate::world::on_both;

#[tokio::test]
async fn figures_tell_what_waits_what_was_done_and_what_needs_a_person() {
    on_both(async |world| {
        // Two settled, one waits for its retry, one is leased, one is parked, one is due.
        for _ in 0..3 {
            world.offered_link().await?;
        }
        let leased = world.lease_all().await?;
        world.settle(&leased[0], Verdict::Settled).await?;
        world.settle(&leased[1], Verdict::Settled).await?;
        let retry_at = world.later(5);
        world.settle(&leased[2], Verdict::RetryAt(retry_at)).await?;
        world.offered_link().await?;
        world.lease_one().await?;
        let parked = world.saved_link().await?;
        world.park(parked, ReasonCode::Refused).await?;
        let mut linked = world.store.link(leased[0].link).await?.expect("it was saved");
        linked.company_id = Some(1);
        for _ in 0..2 {
            let mut write = world.store.begin().await?;
            write.save_link(&linked).await?;
            write.commit().await?;
        }
        world.pass(60);
        world.offered_link().await?;

        let summary = world.store.summary().await?;

        let figures = &summary.bitrix;
        assert_eq!((figures.due, figures.leased, figures.parked, figures.settled()), (2, 1, 1, 2));
        assert_eq!(figures.outcomes["created"], 2);
        assert_eq!(figures.oldest_due, Some(retry_at));
        assert_eq!(summary.onec, store::SideFigures::default());
        assert_eq!(summary.parked, [(ReasonCode::Refused, 1)]);
        assert_eq!((summary.links, summary.linked, summary.with_remarks), (6, 1, 0));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_link_that_lost_its_company_is_not_counted_as_linked() {
    on_both(async |world| {
        let mut link = world.shown_link();
        for company_id in [None, Some(1), Some(2), None, Some(3)] {
            link.company_id = company_id;
            let mut write = world.store.begin().await?;
            write.save_link(&link).await?;
            write.commit().await?;

            let summary = world.store.summary().await?;
            assert_eq!((summary.links, summary.linked), (1, i64::from(company_id.is_some())));
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn totals_are_right_when_many_write_at_once() {
    const WRITERS: i64 = 6;
    on_both(async |world| {
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            let link = world.shown_link();
            let store = world.store.clone();
            writers.spawn(async move {
                let mut write = store.begin().await?;
                write.save_link(&link).await?;
                write.commit().await
            });
        }
        writers.join_all().await.into_iter().collect::<Result<Vec<()>, _>>()?;

        assert_eq!(world.store.summary().await?.links, WRITERS);
        Ok(())
    })
    .await;
}
