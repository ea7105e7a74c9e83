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

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().expect("a moment")
    }

    #[test]
    fn the_clock_stands_still_until_somebody_moves_it_forth_or_back() {
        let clock = ManualClock::at(noon());
        assert_eq!((clock.now(), clock.now()), (noon(), noon()));
        clock.advance(SignedDuration::from_mins(5));
        assert_eq!(clock.now().to_string(), "2026-11-23T12:05:00Z");
        clock.advance(SignedDuration::from_hours(-1));
        assert_eq!(clock.now().to_string(), "2026-11-23T11:05:00Z");
    }

    #[test]
    fn sleeping_costs_no_time_but_the_time_of_the_clock() {
        let clock = ManualClock::at(noon());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let mut sleep = clock.sleep(SignedDuration::from_hours(4));
        assert!(sleep.as_mut().poll(&mut context).is_ready());
        assert_eq!(clock.now().to_string(), "2026-11-23T16:00:00Z");
        drop(clock.sleep(SignedDuration::from_hours(-4)));
        assert_eq!(clock.now().to_string(), "2026-11-23T16:00:00Z", "nobody sleeps into the past");
    }
}
