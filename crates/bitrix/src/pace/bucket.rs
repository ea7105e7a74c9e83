//! The leaky bucket of the cloud: every request is a drop, the bucket leaks evenly and overflows at `burst`.

use domain::{SignedDuration, Timestamp};

#[derive(Debug)]
pub(super) struct Bucket {
    leak_per_second: f64,
    capacity: f64,
    level: f64,
    seen: Timestamp,
}

impl Bucket {
    /// `None` where nothing limits the rate.
    pub(super) fn new(requests_per_second: f64, burst: u32, now: Timestamp) -> Option<Self> {
        let limited = requests_per_second.is_finite() && requests_per_second > 0.0;
        let capacity = f64::from(burst.max(1));
        limited.then_some(Self { leak_per_second: requests_per_second, capacity, level: 0.0, seen: now })
    }

    /// Adds a drop, or says when there will be room for one.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Timestamp> {
        // A clock that was set back leaks nothing.
        let passed = now.duration_since(self.seen).as_secs_f64().max(0.0);
        self.level = (self.level - passed * self.leak_per_second).max(0.0);
        self.seen = now;
        // A millionth of a drop of rounding must not cost a round of waiting.
        let excess = self.level + 1.0 - self.capacity - 1e-6;
        if excess > 0.0 {
            return Some(now + SignedDuration::from_secs_f64(excess / self.leak_per_second) + ROUND_UP);
        }
        self.level += 1.0;
        None
    }
}

/// What rounding of a pause to nanoseconds may have cut off.
const ROUND_UP: SignedDuration = SignedDuration::from_micros(1);
