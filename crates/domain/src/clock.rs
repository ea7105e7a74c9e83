//! Time comes from outside, so that a test can hold it in its hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// What [`Clock::sleep`] returns.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The only source of time. `bitrix::SystemClock` is the one for life, [`ManualClock`] the one for tests.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Waits. A negative or zero pause returns at once.
    fn sleep(&self, pause: SignedDuration) -> Sleep<'_>;
}

/// A clock that stands still until somebody moves it. Who sleeps on it moves it forward by the length of
/// the sleep and goes on at once: waiting costs a test nothing.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(Mutex::new(at))
    }

    /// Moves the clock; a negative step is a clock that somebody set back.
    pub fn advance(&self, step: SignedDuration) {
        let mut now = self.0.lock().expect("no holder of the clock panics");
        *now += step;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no holder of the clock panics")
    }

    fn sleep(&self, pause: SignedDuration) -> Sleep<'_> {
        if pause.is_positive() {
            self.advance(pause);
        }
        Box::pin(std::future::ready(()))
    }
}
