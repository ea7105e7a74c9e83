//! Working time of each method: the portal turns a method away once it has worked too long in ten minutes.

use std::collections::{HashMap, HashSet};

use domain::{SignedDuration, Timestamp};

use crate::answer::Timing;

/// The share of the limit at which we stop by ourselves: the portal's own count includes the call under way.
const SHARE: f64 = 0.9;

/// Where the portal does not say when the budget comes back: it is counted in baskets of a minute.
pub(crate) const BASKET: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug)]
pub(super) struct Budgets {
    limit: f64,
    blocked: HashMap<String, Timestamp>,
}

impl Budgets {
    pub(super) fn new(limit: SignedDuration) -> Self {
        Self { limit: limit.as_secs_f64() * SHARE, blocked: HashMap::new() }
    }

    /// Takes notice of what the method has used up.
    pub(super) fn learn(&mut self, method: &str, timing: Timing, now: Timestamp) {
        if timing.operating.is_some_and(|used| used >= self.limit) {
            self.block(method, timing.operating_reset_at.unwrap_or(now + BASKET));
        }
    }

    pub(super) fn block(&mut self, method: &str, until: Timestamp) {
        let blocked = self.blocked.entry(method.to_owned()).or_insert(until);
        *blocked = (*blocked).max(until);
    }

    /// The last moment at which one of the methods comes free. Forgets what has passed, so that the map holds
    /// only methods that are blocked now.
    pub(super) fn blocked_until(&mut self, methods: &HashSet<&str>, now: Timestamp) -> Option<Timestamp> {
        self.blocked.retain(|_, until| *until > now);
        methods.iter().filter_map(|method| self.blocked.get(*method)).max().copied()
    }
}
