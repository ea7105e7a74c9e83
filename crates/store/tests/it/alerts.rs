//! Alerts are kept, one per cause; what is said of them outlives whoever was saying it.

use store::{Alert, Mute, StoreError};

use crate::world::{World, on_both};

fn alert(world: &World, cause: &str) -> Alert {
    Alert {
        cause: cause.to_owned(),
        since: world.now(),
        title: "1С молчит".to_owned(),
        advice: "Проверьте".to_owned(),
        calm_since: None,
        told: 1,
        remind_at: world.later(3600),
        ended_at: None,
    }
}

#[tokio::test]
async fn one_alert_per_cause_is_open_and_the_ended_ones_are_read_page_by_page() {
    on_both(async |world| {
        let first = alert(world, "onec-silent");
        let mut write = world.store.begin().await?;
        write.keep_alert(&first).await?;
        write.keep_alert(&alert(world, "disk")).await?;
        write.commit().await?;
        world.pass(60);
        let mut write = world.store.begin().await?;
        let twice = write.keep_alert(&alert(world, "disk")).await;
        assert!(matches!(twice, Err(StoreError::Taken { .. })), "{twice:?}");
        drop(write);

        let ended = Alert { told: 2, ended_at: Some(world.now()), ..first.clone() };
        let mut write = world.store.begin().await?;
        write.keep_alert(&ended).await?;
        let newer = Alert { ended_at: Some(world.later(1)), ..alert(world, "onec-silent") };
        write.keep_alert(&newer).await?;
        assert_eq!(write.open_alerts().await?.len(), 1);
        write.commit().await?;
        let page = world.store.ended_alerts(None, 1).await?;
        assert_eq!(page, [newer]);
        let page = world.store.ended_alerts(Some((page[0].since, &page[0].cause)), 5).await?;
        assert_eq!(page, [ended]);

        let mut write = world.store.begin().await?;
        write.forget_alerts(world.later(60)).await?;
        assert!(write.ended_alerts(None, 5).await?.is_empty());
        assert_eq!(write.open_alerts().await?.len(), 1, "what is open is never forgotten");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_message_is_kept_for_every_channel_and_taken_until_it_was_said() {
    on_both(async |world| {
        let now = world.now();
        let mut write = world.store.begin().await?;
        write.set_alert_channels(&[("email:a@b.ru", "почта a@b.ru"), ("portal", "портал")]).await?;
        write.say_on_channels("disk/1/1", "Паром: диск", "Освободите место", now).await?;
        write.say_on_channels("disk/1/1", "дважды", "не говорится", now).await?;
        write.commit().await?;
        assert!(world.store.alert_messages_due(now).await?);

        let mut write = world.store.begin().await?;
        let taken = write.take_alert_messages("portal", 5, now, world.later(120)).await?;
        assert_eq!((taken.len(), taken[0].attempts, taken[0].unclear), (1, 1, 1));
        assert_eq!(taken[0].subject, "Паром: диск");
        assert!(write.take_alert_messages("portal", 5, now, world.later(120)).await?.is_empty());
        write.commit().await?;
        // Whoever took it has died.
        world.restart().await;
        let mut write = world.store.begin().await?;
        let taken = write.take_alert_messages("portal", 5, world.later(120), world.later(240)).await?;
        assert_eq!((taken[0].attempts, taken[0].unclear), (2, 2));
        let mut message = taken[0].clone();
        message.unclear = 1;
        write.message_failed(&message, "занято", Some(world.later(300)), world.later(121)).await?;
        write.message_failed(&message, "занято всё ещё", Some(world.later(300)), world.later(130)).await?;
        let channels = write.alert_channels().await?;
        let failure = channels[1].failure.clone().expect("it failed");
        assert_eq!((failure.since, failure.at), (world.later(121), world.later(130)));
        assert_eq!((failure.error.as_str(), channels[1].waiting), ("занято всё ещё", 1));

        let taken = write.take_alert_messages("portal", 5, world.later(300), world.later(420)).await?;
        assert_eq!(taken[0].unclear, 2);
        write.message_was_said(&taken[0], world.later(301)).await?;
        let channels = write.alert_channels().await?;
        assert_eq!(
            (&channels[1].failure, channels[1].said_at, channels[1].waiting),
            (&None, Some(world.later(301)), 0)
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_nobody_has_heard_is_withdrawn_and_what_a_channel_had_to_say_goes_with_it() {
    on_both(async |world| {
        let now = world.now();
        let mut write = world.store.begin().await?;
        write.set_alert_channels(&[("one", "один"), ("two", "два")]).await?;
        write.say_on_channels("disk/1/1", "диск", "", now).await?;
        write.say_on_channels("disk/10/1", "другой раз", "", now).await?;
        write.take_alert_messages("two", 5, now, world.later(9)).await?;
        write.withdraw_messages("disk/1/").await?;
        let topics: Vec<_> = write
            .take_alert_messages("one", 5, now, world.later(9))
            .await?
            .into_iter()
            .map(|one| one.topic)
            .collect();
        assert_eq!(topics, ["disk/10/1"]);
        assert_eq!(
            write.alert_channels().await?[1].waiting,
            2,
            "what may have been heard is settled by its sender"
        );

        write.set_alert_channels(&[("one", "первый")]).await?;
        let channels = write.alert_channels().await?;
        assert_eq!((channels.len(), channels[0].target.as_str()), (1, "первый"));
        assert!(write.take_alert_messages("two", 5, world.later(99), world.later(99)).await?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_mute_lasts_until_its_time_or_until_somebody_ends_it() {
    on_both(async |world| {
        let mute = |cause: &str, until| Mute {
            cause: cause.to_owned(),
            until,
            who: "Иванова".to_owned(),
            since: world.now(),
        };
        let mut write = world.store.begin().await?;
        write.mute(&mute("disk", world.later(60))).await?;
        write.mute(&mute("disk", world.later(90))).await?;
        write.mute(&mute("", world.later(30))).await?;
        assert_eq!(write.mutes(world.now()).await?.len(), 2);
        assert_eq!(write.mutes(world.later(30)).await?, [mute("disk", world.later(90))]);
        assert!(write.mutes(world.later(90)).await?.is_empty());
        assert!(write.unmute("disk").await? && !write.unmute("disk").await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_room_of_the_database_is_told() {
    on_both(async |world| {
        world.saved_link().await?;
        let room = world.store.room().await?;
        assert!(room.taken > 4096, "{room:?}");
        assert_eq!(room.free.is_some(), world.place.is_sqlite());
        assert!(room.free.is_none_or(|free| free > 0));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn either_side_is_known_to_have_been_heard_of() {
    on_both(async |world| {
        let mut write = world.store.begin().await?;
        write.seen_portal(world.now()).await?;
        write.seen_onec(world.later(5)).await?;
        write.commit().await?;
        assert_eq!(world.store.seen_portal().await?, Some(world.now()));
        assert_eq!(world.store.seen_onec().await?, Some(world.later(5)));
        Ok(())
    })
    .await;
}
