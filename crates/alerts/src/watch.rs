//! A look at the whole, made durable: alerts and what is said of them change in one transaction.

use domain::{SignedDuration, Timestamp};
use store::{StoreError, Write};
use tracing::{info, warn};

use crate::digest::{self, Due};
use crate::message::{self, Letter};
use crate::{Alarm, Figures, Judgement, Say, judge, look};

/// Ended alerts are kept for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

impl Alarm {
    /// Looks at everything; raises, repeats and ends alerts. Sends nothing: that is [`say`](Self::say).
    pub async fn look(&self) -> Result<(), StoreError> {
        let now = self.now();
        let figures = Figures::read(self.store(), self.engine(), self.watched_since(), now).await?;
        let seen = look(&figures, self.rules(), now);
        let mut write = self.store().begin().await?;
        let (open, mutes) = (write.open_alerts().await?, write.mutes(now).await?);
        let judgements = judge(&seen, &open, &mutes, self.rules(), now);
        for judgement in &judgements {
            self.keep(&mut write, judgement, now).await?;
        }
        self.digest(&mut write, &figures, now).await?;
        write.commit().await?;
        for judgement in judgements {
            report(&judgement);
        }
        Ok(())
    }

    async fn keep(&self, write: &mut Write, judgement: &Judgement, now: Timestamp) -> Result<(), StoreError> {
        let Judgement { alert, say } = judgement;
        write.keep_alert(alert).await?;
        if say.is_some() || alert.ended_at.is_some() {
            // Newer words take the place of those that did not leave yet.
            write.withdraw_messages(&message::topics_of(alert)).await?;
        }
        if let Some(say) = say {
            put(write, &message::of_alert(alert, *say, self.rules()), now).await?;
        }
        Ok(())
    }

    async fn digest(&self, write: &mut Write, figures: &Figures, now: Timestamp) -> Result<(), StoreError> {
        // A record that cannot be read is that of another version: begin anew.
        let last = write.cursor(digest::CURSOR).await?.and_then(|last| serde_json::from_str(&last).ok());
        let open = write.open_alerts().await?;
        let last = match digest::due(last, figures, &open, self.rules(), now) {
            Due::Nothing => return Ok(()),
            Due::Begin(last) => last,
            Due::Digest(letter, last) => {
                write.withdraw_messages(digest::TOPICS).await?;
                put(write, &letter, now).await?;
                write.forget_alerts(now - KEPT).await?;
                last
            }
        };
        let last = serde_json::to_string(&last).expect("totals have text keys");
        write.set_cursor(digest::CURSOR, &last).await
    }
}

async fn put(write: &mut Write, letter: &Letter, now: Timestamp) -> Result<(), StoreError> {
    write.say_on_channels(&letter.topic, &letter.subject, &letter.body, now).await
}

/// The log has it too, whether there are channels or not.
fn report(judgement: &Judgement) {
    let Judgement { alert, say } = judgement;
    match say {
        Some(Say::Raised | Say::Again) => warn!(cause = alert.cause, "Alert: {}", alert.title),
        Some(Say::Ended) => info!(cause = alert.cause, "Alert has ended: {}", alert.title),
        None => {}
    }
}
