//! The portal's own clock, which may be wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::clock::Sleep;
use domain::{Clock, SignedDuration};
use jiff::Timestamp;

/// The clock of the settings with an offset that somebody may change.
#[derive(Debug)]
pub(crate) struct PortalClock {
    right: Arc<dyn Clock>,
    offset_ms: AtomicI64,
}

impl PortalClock {
    pub(crate) fn new(right: Arc<dyn Clock>) -> Self {
        Self { right, offset_ms: AtomicI64::new(0) }
    }

    /// How much the portal is ahead; negative when it is behind.
    pub(crate) fn set_offset(&self, offset: SignedDuration) {
        let ms = i64::try_from(offset.as_millis()).unwrap_or(0);
        self.offset_ms.store(ms, Ordering::Relaxed);
    }

    /// What the clock of the settings shows: the world outside the portal.
    pub(crate) fn true_now(&self) -> Timestamp {
        self.right.now()
    }
}

impl Clock for PortalClock {
    fn now(&self) -> Timestamp {
        self.right.now() + SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed))
    }

    fn sleep(&self, pause: SignedDuration) -> Sleep<'_> {
        self.right.sleep(pause)
    }
}
