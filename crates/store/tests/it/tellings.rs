//! Employees are told once; companies get their code; one node keeps watch.

use domain::SignedDuration;
use store::{Comment, Message, Told};

use crate::world::on_both;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn message(text: &str) -> Message {
    Message {
        users: vec![7, 1],
        text: text.into(),
        comments: vec![Comment { company: 123, text: text.into() }],
    }
}

#[tokio::test]
async fn the_same_topic_is_told_once_until_it_is_taken_back() {
    on_both(async |world| {
        let now = world.now();
        let mut write = world.store.begin().await?;
        write.tell("duplicate/123/7736207543", 123, &message("первое"), now).await?;
        write.tell("duplicate/123/7736207543", 123, &message("второе"), now).await?;
        let taken = write.take_tellings(10, now, now + MINUTE).await?;
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].message, message("первое"));
        assert_eq!((taken[0].attempts, taken[0].is_done()), (1, false));
        assert!(write.take_tellings(10, now, now + MINUTE).await?.is_empty(), "somebody is at it");

        let told = Told { notified: true, commented: vec![123] };
        write.told("duplicate/123/7736207543", &told, None).await?;
        write.tell("duplicate/123/7736207543", 123, &message("третье"), now).await?;
        assert!(write.take_tellings(10, now + MINUTE, now + MINUTE).await?.is_empty(), "it was told");
        assert!(write.telling("duplicate/123/7736207543").await?.expect("it is kept").is_done());

        let topics = write.topics(123, "duplicate/").await?;
        assert_eq!(topics, ["duplicate/123/7736207543"]);
        write.take_back(&["duplicate/123/7736207543"]).await?;
        write.tell("duplicate/123/7736207543", 123, &message("снова"), now).await?;
        assert_eq!(write.tellings_waiting().await?, 1);
        write.commit().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_telling_that_was_interrupted_comes_back_with_what_has_arrived() {
    on_both(async |world| {
        let now = world.now();
        let mut write = world.store.begin().await?;
        write.tell("rejected/1", 123, &message("1С не приняла"), now).await?;
        write.take_tellings(10, now, now + MINUTE).await?;
        let told = Told { notified: true, commented: vec![] };
        write.told("rejected/1", &told, Some(now + MINUTE)).await?;
        let again = write.take_tellings(10, now + MINUTE, now + MINUTE * 2).await?;
        assert_eq!((again[0].attempts, again[0].told.clone(), again[0].is_done()), (2, told, false));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_code_that_is_wished_for_while_it_is_written_is_written_again() {
    on_both(async |world| {
        let now = world.now();
        let mut write = world.store.begin().await?;
        write.want_code_shown(&[5, 6], now).await?;
        let taken = write.take_codes_to_show(10, now, now + MINUTE).await?;
        assert_eq!(taken.len(), 2);
        write.want_code_shown(&[6], now).await?;
        write.code_shown(&taken).await?;
        let left = write.take_codes_to_show(10, now, now + MINUTE).await?;
        assert_eq!(left.iter().map(|code| code.company_id).collect::<Vec<_>>(), [6]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn one_node_has_the_watch_until_it_leaves_or_its_time_is_over() {
    on_both(async |world| {
        let now = world.now();
        let mut write = world.store.begin().await?;
        assert!(write.take_watch("engine", "a", now, now + MINUTE).await?);
        assert!(!write.take_watch("engine", "b", now, now + MINUTE).await?);
        assert!(write.take_watch("engine", "a", now, now + MINUTE).await?, "it renews its own");
        assert!(write.take_watch("engine", "b", now + MINUTE, now + MINUTE * 2).await?, "it ran out");
        write.leave_watch("engine", "a").await?;
        assert!(!write.take_watch("engine", "a", now + MINUTE, now + MINUTE * 2).await?);
        write.leave_watch("engine", "b").await?;
        assert!(write.take_watch("engine", "a", now + MINUTE, now + MINUTE * 2).await?);
        Ok(())
    })
    .await;
}
