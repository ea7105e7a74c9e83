//! Whether the portal answers, and how fast: what the requests that were made anyway have shown.

use std::sync::{Mutex, MutexGuard};

use domain::{SignedDuration, Timestamp};

use crate::error::CallError;

/// How the portal fares, as far as this process has called it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// When it last answered, be it by a refusal. `None`: not since the start.
    pub answered_at: Option<Timestamp>,
    /// How long the answers of late have taken: a running mean.
    pub latency: Option<SignedDuration>,
    /// Why it does not answer; `None` once it does.
    pub failure: Option<Failure>,
}

/// Since when and why there are no answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The first request without an answer.
    pub since: Timestamp,
    /// What happened to the last one, without secrets.
    pub text: String,
}

/// The weight of the newest answer in the running mean.
const NEWEST: f64 = 0.2;

/// The health of one client, shared by its clones.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<Health>);

impl Record {
    pub(crate) fn read(&self) -> Health {
        self.health().clone()
    }

    pub(crate) fn note(&self, ending: Result<(), &CallError>, elapsed: SignedDuration, now: Timestamp) {
        let mut health = self.health();
        match ending {
            Err(error) if is_silence(error) => {
                let since = health.failure.as_ref().map_or(now, |failure| failure.since);
                health.failure = Some(Failure { since, text: error.to_string() });
            }
            Ok(()) | Err(_) => {
                let mean = health.latency.map_or(elapsed.as_secs_f64(), |mean| {
                    mean.as_secs_f64() * (1.0 - NEWEST) + elapsed.as_secs_f64() * NEWEST
                });
                health.answered_at = Some(now);
                health.latency = SignedDuration::try_from_secs_f64(mean).ok();
                health.failure = None;
            }
        }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.0.lock().expect("no holder of the health panics")
    }
}

/// A portal that refuses is there; one that is closed, silent or unreachable is not.
fn is_silence(error: &CallError) -> bool {
    match error {
        CallError::NotSent { .. } | CallError::Unclear { .. } | CallError::Closed { .. } => true,
        CallError::Busy { .. }
        | CallError::Denied { .. }
        | CallError::Unauthorised { .. }
        | CallError::Refused { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Lost;

    #[test]
    fn a_failure_keeps_its_beginning_until_the_portal_answers_again() {
        let record = Record::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        let lost = CallError::Unclear { method: "profile".to_owned(), why: Lost::Timeout };

        record.note(Err(&lost), SignedDuration::from_secs(120), at(100));
        record.note(Err(&lost), SignedDuration::from_secs(120), at(300));
        let health = record.read();
        assert_eq!(health.failure.as_ref().unwrap().since, at(100));
        assert_eq!((health.answered_at, health.latency), (None, None));

        record.note(Ok(()), SignedDuration::from_millis(100), at(400));
        record.note(Ok(()), SignedDuration::from_millis(200), at(401));
        let health = record.read();
        assert_eq!(health.answered_at, Some(at(401)));
        assert_eq!(health.latency, Some(SignedDuration::from_millis(120)));
        assert_eq!(health.failure, None);
    }
}
