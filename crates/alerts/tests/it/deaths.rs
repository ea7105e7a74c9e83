//! Processes die between any two steps: nothing is lost, and nothing is said more than twice.

use domain::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::sinks::Mood;
use crate::world::World;

#[tokio::test]
async fn a_process_that_dies_after_deciding_leaves_its_messages_behind() {
    let mut world = World::open().await;
    world.stop_lane().await;
    world.alarm.look().await.unwrap();
    world.dies().await;
    world.turn().await;

    assert_eq!(
        (world.mails().len(), world.telegram.got().len(), world.portal.notifications().len()),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn a_process_that_dies_while_sending_doubles_a_message_at_most() {
    let mut world = World::open().await;
    // Nobody confirms, so the sender is still at it when it dies.
    world.smtp.is(Mood::HangsUpAfterwards);
    world.stop_lane().await;
    world.alarm.look().await.unwrap();
    for _ in 0..5 {
        let mut write = world.store.begin().await.unwrap();
        let now = domain::Clock::now(&*world.clock);
        let name = world.channel("email").await.name;
        // What the sender does before the first byte leaves. Then it is gone.
        write.take_alert_messages(&name, 1, now, now + SignedDuration::from_mins(2)).await.unwrap();
        write.commit().await.unwrap();
        world.dies().await;
        world.passes(2);
        world.say().await;
    }
    // Two attempts died before a byte left; the third would have been the second of which nobody knows.
    assert!(world.mails().len() <= 2, "{:#?}", world.mails());
    assert_eq!(world.telegram.got().len(), 1);
}

#[tokio::test]
async fn a_sender_that_is_cut_off_in_the_middle_is_taken_up_by_the_next() {
    let mut world = World::open().await;
    world.stop_lane().await;
    world.alarm.look().await.unwrap();
    {
        let stop = CancellationToken::new();
        let saying = world.alarm.say(&stop);
        tokio::pin!(saying);
        // A few polls: somewhere between the first taking and the last receipt.
        for _ in 0..3 {
            let _ = futures::poll!(&mut saying);
            tokio::task::yield_now().await;
        }
    }
    world.dies().await;
    world.passes(2);
    world.say().await;
    let counts = [world.mails().len(), world.telegram.got().len(), world.portal.notifications().len()];
    assert!(counts.iter().all(|count| (1..=2).contains(count)), "{counts:?}");
}
