//! Messages leave: each channel by itself, each message until it has arrived, and at most twice where nobody knows.

use domain::{SignedDuration, Timestamp};
use futures::future::join_all;
use store::{AlertMessage, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::Alarm;
use crate::channel::{Channel, NotSaid};
use crate::message::{Letter, TEST};

/// An attempt takes no longer; what was taken and not settled after twice this is taken again.
pub(crate) const SEND_MAX: SignedDuration = SignedDuration::from_secs(60);
/// The pause before the second attempt; it doubles up to [`PAUSE_MAX`].
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause between two attempts.
const PAUSE_MAX: SignedDuration = SignedDuration::from_mins(30);
/// What could not be said for so long is no news any more.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A message of which nobody knows whether it arrived is sent so often at most.
const UNCLEAR_MAX: i64 = 2;

impl Alarm {
    /// Says what is due on every channel. A channel that is slow or broken keeps no other one waiting.
    pub async fn say(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        let said = join_all(self.channels().iter().map(|channel| self.say_on(channel, stop))).await;
        said.into_iter().collect()
    }

    async fn say_on(&self, channel: &Channel, stop: &CancellationToken) -> Result<(), StoreError> {
        while !stop.is_cancelled() {
            let now = self.now();
            // One at a time: whatever dies, at most one message is left of which nobody knows.
            let mut write = self.store().begin().await?;
            let taken = write.take_alert_messages(channel.name(), 1, now, now + SEND_MAX * 2).await?;
            let Some(message) = taken.into_iter().next() else { return Ok(()) };
            write.commit().await?;
            self.say_one(channel, message).await?;
        }
        Ok(())
    }

    async fn say_one(&self, channel: &Channel, message: AlertMessage) -> Result<(), StoreError> {
        let is_worn = message.unclear > UNCLEAR_MAX && !channel.may_repeat();
        let said = if is_worn {
            Err(NotSaid::Perhaps {
                why: "отправка дважды прервалась; больше не повторяется".to_owned()
            })
        } else {
            let letter = Letter {
                topic: message.topic.clone(),
                subject: message.subject.clone(),
                body: message.body.clone(),
            };
            channel.say(&letter, message.made_at).await
        };
        let now = self.now();
        let mut write = self.store().begin().await?;
        match said {
            Ok(()) => {
                info!(channel = channel.kind(), topic = message.topic, "People were told: {}", message.topic);
                write.message_was_said(&message, now).await?;
            }
            Err(error) => {
                let (message, again_at) = after(message, &error, channel.may_repeat(), now);
                let why = error.why();
                warn!(channel = channel.kind(), topic = message.topic, "An alert was not told: {why}");
                write.message_failed(&message, why, again_at, now).await?;
            }
        }
        write.commit().await
    }
}

/// What becomes of a message that did not arrive, or of which nobody knows. Pure.
fn after(
    message: AlertMessage,
    error: &NotSaid,
    may_repeat: bool,
    now: Timestamp,
) -> (AlertMessage, Option<Timestamp>) {
    let doublings = u32::try_from(message.attempts - 1).unwrap_or_default().min(16);
    let pause = PAUSE.saturating_mul(2_i32.pow(doublings)).min(PAUSE_MAX);
    // Whoever tries the channels wants to know now, not tomorrow.
    let is_over = message.topic.starts_with(TEST) || now.duration_since(message.made_at) > GIVEN_UP_AFTER;
    match error {
        NotSaid::Surely { pause: at_least, .. } => {
            let message = AlertMessage { unclear: message.unclear - 1, ..message };
            (message, (!is_over).then_some(now + pause.max(*at_least)))
        }
        NotSaid::Perhaps { .. } => {
            let is_worn = message.unclear >= UNCLEAR_MAX && !may_repeat;
            (message, (!is_over && !is_worn).then_some(now + pause))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: &str, attempts: i64, unclear: i64) -> AlertMessage {
        AlertMessage {
            topic: topic.to_owned(),
            channel: "email:a@example.ru".to_owned(),
            subject: String::new(),
            body: String::new(),
            made_at: Timestamp::UNIX_EPOCH,
            attempts,
            unclear,
        }
    }

    #[test]
    fn what_surely_did_not_arrive_is_repeated_and_what_may_have_arrived_once_only() {
        let surely =
            |seconds| NotSaid::Surely { why: String::new(), pause: SignedDuration::from_secs(seconds) };
        let perhaps = || NotSaid::Perhaps { why: String::new() };
        // Topic, attempts, of these unclear with the present one, error, repeating is harmless: seconds, unclear.
        for (topic, attempts, unclear, error, may_repeat, pause, left) in [
            ("disk/1/1", 1, 1, surely(0), false, Some(30), 0),
            ("disk/1/1", 3, 1, surely(0), false, Some(120), 0),
            ("disk/1/1", 90, 1, surely(0), false, Some(1800), 0),
            ("disk/1/1", 1, 1, surely(600), false, Some(600), 0),
            ("disk/1/1", 1, 1, perhaps(), false, Some(30), 1),
            ("disk/1/1", 2, 2, perhaps(), false, None, 2),
            ("disk/1/1", 9, 9, perhaps(), true, Some(1800), 9),
            ("disk/1/1", 9, 2, surely(0), false, Some(1800), 1),
            ("test/1", 1, 1, surely(0), false, None, 0),
            ("test/1", 1, 1, perhaps(), true, None, 1),
        ] {
            let now = Timestamp::UNIX_EPOCH;
            let (message, again_at) = after(message(topic, attempts, unclear), &error, may_repeat, now);
            let seconds = again_at.map(|at| at.duration_since(now).as_secs());
            assert_eq!((seconds, message.unclear), (pause, left), "{topic} {attempts} {unclear} {error:?}");
        }
    }
}
