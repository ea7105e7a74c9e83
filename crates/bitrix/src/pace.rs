//! How fast: no faster than the portal allows, and on a box no faster than its employees can bear.
//!
//! Four brakes, each of which is free when it has nothing to say: a hold after «busy», the budget of working
//! time per method, the leaky bucket of the cloud, and the number of requests that are under way at once.
//! Vendor page: `settings/performance/limits.md`.

mod bucket;
mod operating;
mod width;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

use domain::{Clock, SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::answer::Timing;
use crate::error::BusyBy;
use bucket::Bucket;
pub(crate) use operating::BASKET;
use operating::Budgets;
use width::{Step, Width};

/// How fast the client may go.
#[derive(Clone, Debug, PartialEq)]
pub struct PaceSettings {
    /// Requests per second that the cloud forgets; 0 for a box, which has no such limit.
    pub requests_per_second: f64,
    /// Requests that the cloud takes at once: 50, or 250 for Enterprise.
    pub burst: u32,
    /// Requests under way at once, at most. The client starts with one and widens while answers stay quick.
    pub concurrency_max: usize,
    /// Working time that a method may use up in ten minutes: 480 s in the cloud, 420 s on a box that has the
    /// limiter switched on.
    pub operating_limit: SignedDuration,
    /// A call that would have to wait longer than this fails with `Busy` at once, so that the caller can do
    /// something else.
    pub wait_max: SignedDuration,
}

impl Default for PaceSettings {
    /// A box: no rate, up to four requests at once.
    fn default() -> Self {
        Self {
            requests_per_second: 0.0,
            burst: 50,
            concurrency_max: 4,
            operating_limit: SignedDuration::from_secs(420),
            wait_max: SignedDuration::from_secs(60),
        }
    }
}

/// First pause after «busy» without a moment to wait for; it doubles with every further one.
const BUSY_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// The longest of these pauses.
const BUSY_PAUSE_MAX: SignedDuration = SignedDuration::from_secs(60);

/// The brakes of one client, shared by its clones.
#[derive(Debug)]
pub(crate) struct Pace {
    settings: PaceSettings,
    clock: Arc<dyn Clock>,
    slots: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    bucket: Option<Bucket>,
    budgets: Budgets,
    width: Width,
    hold: Option<(Timestamp, BusyBy)>,
    busy_streak: u32,
    /// Slots that have to be given up but are in use.
    debt: usize,
}

/// The right to send one request. Dropping it frees the slot.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    pace: &'a Pace,
    slot: Option<OwnedSemaphorePermit>,
    sent_at: Timestamp,
}

/// The wait would be too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong {
    pub(crate) until: Timestamp,
    pub(crate) by: BusyBy,
}

impl Pace {
    pub(crate) fn new(settings: PaceSettings, clock: Arc<dyn Clock>) -> Self {
        let width = Width::new(settings.concurrency_max);
        let state = State {
            bucket: Bucket::new(settings.requests_per_second, settings.burst, clock.now()),
            budgets: Budgets::new(settings.operating_limit),
            hold: None,
            busy_streak: 0,
            debt: 0,
            width,
        };
        let slots = Arc::new(Semaphore::new(state.width.now()));
        Self { settings, clock, slots, state: Mutex::new(state) }
    }

    /// Waits for a slot and until every brake is free. The wait for a slot ends with the requests under way,
    /// which have their timeout; the rest is bounded by `wait_max`.
    pub(crate) async fn permit(&self, methods: &HashSet<&str>) -> Result<Permit<'_>, TooLong> {
        let slot = Arc::clone(&self.slots).acquire_owned().await.expect("the semaphore is never closed");
        let mut waited = SignedDuration::ZERO;
        loop {
            let now = self.clock.now();
            let Some((until, by)) = self.state().brake(methods, now) else {
                return Ok(Permit { pace: self, slot: Some(slot), sent_at: now });
            };
            let pause = until.duration_since(now);
            if waited + pause > self.settings.wait_max {
                return Err(TooLong { until, by });
            }
            tracing::debug!(pause_ms = pause.as_millis(), "waiting for Bitrix24: {by:?}");
            self.clock.sleep(pause).await;
            waited += pause;
        }
    }

    /// How many requests may be under way at present.
    pub(crate) fn width(&self) -> usize {
        self.state().width.now()
    }

    /// Until when to wait after a «busy» that names no moment.
    pub(crate) fn busy_until(&self, now: Timestamp) -> Timestamp {
        let doublings = self.state().busy_streak.min(6);
        now + (BUSY_PAUSE * (1 << doublings)).min(BUSY_PAUSE_MAX)
    }

    /// Nothing is sent before `until`.
    pub(crate) fn hold(&self, until: Timestamp, by: BusyBy) {
        let mut state = self.state();
        state.busy_streak = state.busy_streak.saturating_add(1);
        if state.hold.is_none_or(|(held, _)| held < until) {
            state.hold = Some((until, by));
        }
    }

    /// This method is not called before `until`.
    pub(crate) fn block(&self, method: &str, until: Timestamp) {
        self.state().budgets.block(method, until);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the pace panics")
    }

    fn resize(&self, state: &mut State, step: Step) {
        match step {
            Step::Keep => {}
            Step::Widen if state.debt > 0 => state.debt -= 1,
            Step::Widen => self.slots.add_permits(1),
            Step::Narrow(by) => state.debt += by - self.slots.forget_permits(by),
        }
    }
}

impl State {
    /// What stands in the way the longest. Takes a drop from the bucket if nothing does.
    fn brake(&mut self, methods: &HashSet<&str>, now: Timestamp) -> Option<(Timestamp, BusyBy)> {
        self.hold = self.hold.filter(|(until, _)| *until > now);
        let budget = self.budgets.blocked_until(methods, now).map(|until| (until, BusyBy::Operating));
        let waiting = self.hold.into_iter().chain(budget).max_by_key(|(until, _)| *until);
        if waiting.is_some() {
            return waiting;
        }
        self.bucket.as_mut()?.take(now).map(|until| (until, BusyBy::Pace))
    }
}

impl Permit<'_> {
    /// How long the request has been under way.
    pub(crate) fn elapsed(&self) -> SignedDuration {
        self.pace.clock.now().duration_since(self.sent_at)
    }

    /// The portal answered; `work` is what it said about each method. `name` stands for the whole request
    /// where it said nothing.
    pub(crate) fn answered<'w>(&self, name: &str, work: impl Iterator<Item = (&'w str, Timing)>) {
        let work: Vec<_> = work.collect();
        let now = self.pace.clock.now();
        let mut state = self.pace.state();
        state.busy_streak = 0;
        for (method, timing) in &work {
            state.budgets.learn(method, *timing, now);
        }
        let mut seen: Vec<(&str, f64)> =
            work.iter().filter_map(|(method, timing)| Some((*method, timing.duration?))).collect();
        if seen.is_empty() {
            let commands = f64::from(u32::try_from(work.len().max(1)).unwrap_or(u32::MAX));
            seen.push((name, self.elapsed().as_secs_f64() / commands));
        }
        let crowded = self.pace.slots.available_permits() == 0;
        let step = state.width.answered(&seen, crowded);
        self.pace.resize(&mut state, step);
    }

    /// Busy, broken or silent: go narrower.
    pub(crate) fn troubled(&self) {
        let mut state = self.pace.state();
        let step = state.width.troubled();
        self.pace.resize(&mut state, step);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if state.debt > 0
            && let Some(slot) = self.slot.take()
        {
            state.debt -= 1;
            slot.forget();
        }
    }
}

#[cfg(test)]
mod tests;
