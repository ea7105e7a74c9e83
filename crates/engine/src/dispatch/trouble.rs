use bitrix::CallError;
use domain::{Side, Timestamp, Verdict};
use tracing::{error, warn};

use super::Round;
use super::work::Work;
use crate::engine::EngineError;
use crate::{Engine, Settings};

/// What keeps a whole round from going on. No record is to blame, so no attempt is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The portal asks for a pause.
    Busy {
        /// Until then.
        until: Timestamp,
    },
    /// The portal does not answer, or not in a way that can be understood.
    Outage {
        /// When it is asked again.
        until: Timestamp,
        /// What happened.
        text: String,
    },
    /// A right, a setting or the portal's owner stands in the way: the lane is stopped and says so.
    Stopped {
        /// When it is tried again with a single delivery.
        until: Timestamp,
        /// What happened and what to do, in Russian.
        text: String,
    },
    /// The portal is so slow that the lease would run out; the rest is taken up in the next round.
    Slow {
        /// Now.
        until: Timestamp,
    },
}

impl Trouble {
    /// Sorts the errors of the portal; [`EngineError::Store`] is no trouble of the portal and is not expected here.
    pub(super) fn of(error: &EngineError, now: Timestamp, settings: &Settings) -> Self {
        let later = now + settings.pause_of_outage;
        match error {
            EngineError::Portal(CallError::Busy { until, .. }) => Self::Busy { until: (*until).max(now) },
            EngineError::Portal(error @ (CallError::Denied { .. } | CallError::Closed { .. })) => {
                Self::Stopped { until: later, text: error.to_string() }
            }
            EngineError::Setup(text) => Self::Stopped { until: later, text: text.clone() },
            EngineError::Portal(error) => Self::Outage { until: later, text: error.to_string() },
            EngineError::Store(error) => Self::Outage { until: later, text: error.to_string() },
        }
    }

    fn until(&self) -> Timestamp {
        match self {
            Self::Busy { until }
            | Self::Outage { until, .. }
            | Self::Stopped { until, .. }
            | Self::Slow { until } => *until,
        }
    }
}

impl Engine {
    /// Puts deliveries back as they were, intents included, and raises the alarm where people have to act.
    pub(super) async fn give_back(
        &self,
        works: Vec<Work>,
        round: &mut Round,
        trouble: Trouble,
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        for work in &works {
            write.settle(&work.delivery, &Verdict::PutBackUntil(trouble.until()), None, now).await?;
        }
        match &trouble {
            Trouble::Stopped { text, .. } => {
                error!(reason = %text, "The lane to Bitrix24 is stopped: {text}");
                write.stop_lane(Side::Bitrix, text, now).await?;
            }
            Trouble::Outage { text, until } => {
                warn!(reason = %text, "Bitrix24 does not answer and is asked again at {until}: {text}");
            }
            Trouble::Busy { .. } | Trouble::Slow { .. } => {}
        }
        write.commit().await?;
        round.again += works.len();
        round.trouble = Some(trouble);
        Ok(())
    }
}
