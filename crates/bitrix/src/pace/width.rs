//! How many requests at once. Grows by one while answers stay quick, halves when they slow down.
//!
//! A box has no documented limit, but it has employees: what slows down our answers slows down theirs. So the
//! measure is the working time of each method against its own usual one, not an absolute number: a box that
//! always needs 300 ms for a company is not in trouble, one that needed 60 ms a minute ago is.

use std::collections::HashMap;

/// Where every client begins.
const WIDTH_START: usize = 1;
/// Twice the usual time is slow.
const SLOW_RATIO: f64 = 2.0;
/// Below this nobody feels a difference, seconds per command.
const UNFELT: f64 = 0.015;
/// How fast the usual time follows quicker answers, and how slowly slower ones: trouble must not become usual
/// before it is noticed, but a portal that has got slower for good must not hold us at one for ever.
const FOLLOW_DOWN: f64 = 0.1;
const FOLLOW_UP: f64 = 0.005;
/// The weight of the newest answer in the running ratio: one hiccup is no trend.
const NEWEST: f64 = 0.5;
/// Methods remembered; more are simply not judged.
const METHODS_MAX: usize = 64;

#[derive(Debug)]
pub(super) struct Width {
    now: usize,
    max: usize,
    /// Quick answers since the last step.
    quick: usize,
    /// Answers still to come that were asked for at the former width and prove nothing about the present one.
    stale: usize,
    ratio: f64,
    usual: HashMap<String, f64>,
}

/// What to do with the slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Keep,
    Widen,
    Narrow(usize),
}

impl Width {
    pub(super) fn new(max: usize) -> Self {
        let max = max.max(1);
        Self { now: WIDTH_START.min(max), max, quick: 0, stale: 0, ratio: 1.0, usual: HashMap::new() }
    }

    pub(super) fn now(&self) -> usize {
        self.now
    }

    /// An answer came; `seen` holds seconds per method. `crowded`: all slots are in use, so that one more
    /// would be used too.
    pub(super) fn answered(&mut self, seen: &[(&str, f64)], crowded: bool) -> Step {
        let ratio = self.judge(seen);
        self.ratio = self.ratio * (1.0 - NEWEST) + ratio * NEWEST;
        if self.stale > 0 {
            self.stale -= 1;
            return Step::Keep;
        }
        if self.ratio > SLOW_RATIO {
            return self.narrow();
        }
        self.quick += 1;
        if self.quick < self.now || self.now == self.max || !crowded {
            return Step::Keep;
        }
        self.quick = 0;
        self.now += 1;
        Step::Widen
    }

    /// No answer, or «busy».
    pub(super) fn troubled(&mut self) -> Step {
        if self.stale > 0 {
            self.stale -= 1;
            return Step::Keep;
        }
        self.narrow()
    }

    fn narrow(&mut self) -> Step {
        let before = self.now;
        self.now = (before / 2).max(1);
        self.stale = before - 1;
        self.quick = 0;
        self.ratio = 1.0;
        if before == self.now { Step::Keep } else { Step::Narrow(before - self.now) }
    }

    /// Working time against the usual one, and learns from it. 1 for what was never seen before.
    fn judge(&mut self, seen: &[(&str, f64)]) -> f64 {
        let (mut spent, mut expected) = (0.0, 0.0);
        for &(method, seconds) in seen {
            if let Some(usual) = self.usual.get_mut(method) {
                spent += seconds.max(UNFELT);
                expected += usual.max(UNFELT);
                *usual += (seconds - *usual) * if seconds < *usual { FOLLOW_DOWN } else { FOLLOW_UP };
            } else if self.usual.len() < METHODS_MAX {
                self.usual.insert(method.to_owned(), seconds);
            }
        }
        if expected > 0.0 { spent / expected } else { 1.0 }
    }
}
