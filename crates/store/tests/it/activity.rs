//! What went across is told by days.

use domain::{ReasonCode, Side, SignedDuration, Timestamp, Verdict};
use jiff::tz::TimeZone;
use store::{Happened, Received, StoreError, Subject};

use crate::world::{World, on_both};

/// Three hours before UTC, all the year.
fn moscow() -> TimeZone {
    TimeZone::fixed(jiff::tz::Offset::from_hours(3).expect("a small number"))
}

async fn count(world: &World, happened: Happened) -> Result<i64, StoreError> {
    let days = world.store.activity(world.now(), 0, &moscow()).await?;
    Ok(days[0].count(Some(Subject::Counterparty), Some(Side::Bitrix), Some(happened)))
}

#[tokio::test]
async fn what_is_settled_and_what_is_parked_counts_on_its_day() {
    on_both(async |world| {
        for _ in 0..3 {
            world.offered_link().await?;
        }
        let leased = world.lease_all().await?;
        world.settle(&leased[0], Verdict::Settled).await?;
        world.settle(&leased[1], Verdict::Settled).await?;
        world.settle(&leased[2], Verdict::RetryAt(world.later(5))).await?;
        let stale = world.settle(&leased[0], Verdict::Settled).await?;
        assert_eq!(stale, store::Settling::Stale, "what is ignored counts for nothing");
        let link = world.saved_link().await?;
        world.park(link, ReasonCode::Refused).await?;
        world.pass(60);
        world.park(link, ReasonCode::Refused).await?;

        assert_eq!(count(world, Happened::Created).await?, 2);
        assert_eq!(count(world, Happened::Parked).await?, 1, "it waited already");
        assert_eq!(count(world, Happened::Updated).await?, 0);

        // 23:48 in Moscow: the next hour is the next day there.
        world.pass(3600);
        world.park(link, ReasonCode::InvalidInn).await?;
        let days = world.store.activity(world.now(), 2, &moscow()).await?;
        let told: Vec<(String, i64)> =
            days.iter().map(|day| (day.day.to_string(), day.count(None, None, None))).collect();
        assert_eq!(
            told,
            [("2026-11-22".to_owned(), 0), ("2026-11-23".to_owned(), 3), ("2026-11-24".to_owned(), 1)]
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_1c_takes_counts_once_and_old_hours_are_forgotten() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let mut write = world.store.begin().await?;
        let id = write.offer(&world.ids, link, Side::OneC, world.now()).await?;
        let [leased] =
            write.lease(Side::OneC, 1, world.now(), world.later(60), 1).await?.try_into().expect("it is due");
        let sent = store::Sent { snapshot: domain::Counterparty::default(), changed: Vec::new() };
        write.hand_out(&[(id, leased.fence, sent)]).await?;
        for _ in 0..2 {
            write.receive(id, &Received::Taken { outcome: "updated" }, world.now()).await?;
        }
        write.happened(Subject::Document, Side::Bitrix, Happened::Created, world.now());
        write.commit().await?;
        let mut undone = world.store.begin().await?;
        undone.happened(Subject::Document, Side::Bitrix, Happened::Created, world.now());
        drop(undone);

        let today = world.store.activity(world.now(), 0, &TimeZone::UTC).await?;
        assert_eq!(today[0].count(None, Some(Side::OneC), Some(Happened::Updated)), 1);
        assert_eq!(today[0].count(Some(Subject::Document), None, None), 1);

        let mut write = world.store.begin().await?;
        assert_eq!(write.prune_activity(world.now()).await?, 0, "the hour has not ended");
        let later: Timestamp = world.now() + SignedDuration::from_hours(1);
        assert_eq!(write.prune_activity(later).await?, 2);
        write.commit().await
    })
    .await;
}

#[tokio::test]
async fn days_begin_where_whoever_looks_is_and_an_hour_with_midnight_in_it_is_of_the_day_before() {
    on_both(async |world| {
        // 20:48 of UTC is 02:18 of the next day, half an hour from a whole one; the day began at 18:30.
        let half = TimeZone::fixed(jiff::tz::Offset::from_seconds(19_800).expect("a small number"));
        let link = world.saved_link().await?;
        for (minutes_ago, code) in
            [(2, ReasonCode::Refused), (125, ReasonCode::InvalidInn), (24 * 60, ReasonCode::MissingInn)]
        {
            let at = world.now() - SignedDuration::from_mins(minutes_ago);
            let mut write = world.store.begin().await?;
            let reason = domain::Reason::new(code, "исправьте карточку");
            write.park_new(&world.ids, link, Side::Bitrix, &reason, at).await?;
            write.commit().await?;
        }
        let days = world.store.activity(world.now(), 3, &half).await?;
        let told: Vec<(String, i64)> =
            days.iter().map(|day| (day.day.to_string(), day.count(None, None, None))).collect();
        assert_eq!(
            told,
            [
                ("2026-11-21".to_owned(), 0),
                ("2026-11-22".to_owned(), 0),
                ("2026-11-23".to_owned(), 2),
                ("2026-11-24".to_owned(), 1),
            ]
        );
        Ok(())
    })
    .await;
}
