//! The clock of life. The one place of the project that asks the operating system for the time.

use domain::clock::Sleep;
use domain::{Clock, SignedDuration, Timestamp};

/// Time as the operating system tells it, waiting as tokio does it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "this is the Clock that everybody else has to use")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, pause: SignedDuration) -> Sleep<'_> {
        match std::time::Duration::try_from(pause) {
            Ok(pause) => Box::pin(tokio::time::sleep(pause)),
            Err(_negative) => Box::pin(std::future::ready(())),
        }
    }
}
