//! Attempts that did not bring a card to where it should be.

use domain::{Side, Verdict};
use tracing::{debug, warn};

use super::Round;
use super::reasons::{exhausted, refused};
use super::trouble::Trouble;
use super::work::Work;
use crate::Engine;
use crate::engine::EngineError;
use crate::planning::gone_from_portal;

/// A delivery that was tried so often travels in a batch of its own, so that a record on which the portal breaks
/// takes nobody along.
pub(super) const ALONE_AFTER: u32 = 2;

impl Engine {
    pub(super) async fn fail(
        &self,
        error: EngineError,
        works: Vec<Work>,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        if let EngineError::Store(error) = error {
            return Err(error.into());
        }
        let trouble = Trouble::of(&error, self.clock.now(), &self.settings);
        self.give_back(works, round, trouble).await
    }

    /// Nobody knows whether these were written. If the portal is well otherwise, the attempt counts.
    pub(super) async fn settle_unclear(
        &self,
        works: Vec<Work>,
        answered: bool,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        if works.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let quiet = now + self.settings.quiet_after_unclear;
        if !answered && self.client.call("server.time", &bitrix::Args::new()).await.is_err() {
            let text =
                "ответы на запись не приходят; после паузы будет проверено, что успело записаться".to_owned();
            let until = quiet.max(now + self.settings.pause_of_outage);
            return self.give_back(works, round, Trouble::Outage { until, text }).await;
        }
        let verdict =
            |work: &Work| match self.settings.pauses.after(work.delivery.attempts + 1, self.ids.random()) {
                Some(pause) => Verdict::RetryAt(quiet.max(now + pause)),
                None => Verdict::Park(exhausted(work)),
            };
        self.set_back(&works, verdict, round).await
    }

    /// Ends attempts that did not bring the card to where it should be.
    pub(super) async fn set_back(
        &self,
        works: &[Work],
        verdict: impl Fn(&Work) -> Verdict,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        if works.is_empty() {
            return Ok(());
        }
        let mut write = self.store.begin().await?;
        for work in works {
            let verdict = verdict(work);
            count(&verdict, round);
            write.settle(&work.delivery, &verdict, None, self.clock.now()).await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// The card exists by half: the next attempt reads it and writes the rest.
    pub(super) async fn go_on_later(
        &self,
        work: &Work,
        text: &str,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        if work.delivery.attempts >= ALONE_AFTER {
            return self.refuse(work, text, round).await;
        }
        debug!(link = %work.link.id, %text, "A part was refused; the card will be read and completed");
        self.set_back(std::slice::from_ref(work), |_| Verdict::RetryAt(now), round).await
    }

    pub(super) async fn refuse(&self, work: &Work, text: &str, round: &mut Round) -> Result<(), EngineError> {
        self.set_back(std::slice::from_ref(work), |work| Verdict::Park(refused(work, text)), round).await
    }

    /// The portal has no company of that id any more.
    pub(super) async fn settle_gone(&self, works: &[Work], round: &mut Round) -> Result<(), EngineError> {
        if works.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        for work in works {
            let Some(company) = work.link.company_id else { continue };
            write.forget_company(company).await?;
            // A company found in the index only may have been deleted since: look again, do not ask people.
            let verdict = if work.adopted {
                Verdict::RetryAt(now)
            } else {
                Verdict::Park(gone_from_portal(&work.link, company))
            };
            count(&verdict, round);
            // What a company showed that is gone is nothing to compare with.
            if let Some(mut link) = write.link(work.link.id).await?.filter(|link| link.bitrix.is_some()) {
                link.bitrix = None;
                write.save_link(&link).await?;
                write.close_open(link.id, Side::OneC).await?;
                write.set_conflicts(link.id, &[]).await?;
            }
            write.settle(&work.delivery, &verdict, None, now).await?;
            warn!(link = %work.link.id, company, "Company {company} is not in the portal any more");
        }
        write.commit().await?;
        Ok(())
    }
}

pub(super) fn count(verdict: &Verdict, round: &mut Round) {
    match verdict {
        Verdict::Park(_) => round.parked += 1,
        Verdict::RetryAt(_) | Verdict::PutBackUntil(_) => round.again += 1,
        Verdict::Settled => {}
    }
}
