//! Bad weather on demand: what a server does to a request instead of answering it well.
//!
//! Three sources, asked in this order: faults for the n-th request, a queue for the next requests, and a
//! percentage drawn from a seed. The same seed and the same requests make the same faults.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// What happens to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 503 `QUERY_LIMIT_EXCEEDED`; nothing is done.
    Busy,
    /// 429 `OPERATION_TIME_LIMIT`; nothing is done.
    OperationTimeLimit,
    /// The work is done at once, its answer comes this much later.
    Slow(Duration),
    /// 500 with a page for people; nothing is done.
    Html500Before,
    /// 500 with a page for people, although the work is done.
    Html500After,
    /// The connection closes; nothing is done.
    CutBefore,
    /// The connection closes without an answer, although the work is done.
    CutAfter,
    /// The work is done; half of the answer's body arrives, then the connection closes.
    HalfAnswer,
    /// Of a batch the first `after` commands are done, then the connection closes. Another call: as
    /// [`Fault::CutBefore`] with `after: 0`, else as [`Fault::CutAfter`].
    CutInBatch {
        /// How many commands are still done.
        after: usize,
    },
}

impl Fault {
    /// All faults that pass by themselves, for [`Faults::random`].
    pub const PASSING: [Self; 8] = [
        Self::Busy,
        Self::OperationTimeLimit,
        Self::Html500Before,
        Self::Html500After,
        Self::CutBefore,
        Self::CutAfter,
        Self::HalfAnswer,
        Self::CutInBatch { after: 7 },
    ];

    /// Those after which the caller cannot know whether the work was done.
    pub const UNCLEAR: [Self; 4] =
        [Self::Html500After, Self::CutAfter, Self::HalfAnswer, Self::CutInBatch { after: 7 }];
}

/// What the server does to every request until told otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weather {
    /// It answers.
    #[default]
    Fair,
    /// It says that it is closed: 500 `PORTAL_DELETED`.
    Closed,
    /// Every connection is closed at once.
    Down,
}

/// How a forbidden method is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// 400 `""` «Access denied.»: the user lacks the right.
    AccessDenied,
    /// 403 `insufficient_scope`: the webhook lacks the scope.
    InsufficientScope,
    /// 404 `ERROR_METHOD_NOT_FOUND`: the module is missing or too old.
    MethodNotFound,
}

/// The switchboard of a server's faults. Shared by reference, every method takes `&self`.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Plan>);

#[derive(Debug, Default)]
struct Plan {
    seen: u64,
    by_number: BTreeMap<u64, Fault>,
    queue: VecDeque<Fault>,
    random: Option<Dice>,
    weather: Weather,
    forbidden: BTreeMap<String, Forbidden>,
    happened: Vec<Fault>,
}

#[derive(Debug)]
struct Dice {
    state: u64,
    percent: u8,
    of: Vec<Fault>,
}

impl Dice {
    fn next(&mut self) -> u64 {
        split_mix(&mut self.state)
    }

    fn throw(&mut self) -> Option<Fault> {
        if self.of.is_empty() || self.next() % 100 >= u64::from(self.percent) {
            return None;
        }
        let index = self.next() % self.of.len() as u64;
        usize::try_from(index).ok().and_then(|index| self.of.get(index)).cloned()
    }
}

/// SplitMix64: small, and the same on every machine.
pub(crate) fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Faults {
    /// The next request that no numbered fault takes gets this one; calls queue up.
    pub fn next(&self, fault: Fault) {
        self.plan().queue.push_back(fault);
    }

    /// The `number`-th request from now gets this one; 1 is the next request.
    pub fn at(&self, number: u64, fault: Fault) {
        let mut plan = self.plan();
        let seen = plan.seen;
        plan.by_number.insert(seen + number, fault);
    }

    /// From now on `percent` of the requests get one of `of`, drawn by `seed`.
    pub fn random(&self, seed: u64, percent: u8, of: &[Fault]) {
        self.plan().random = Some(Dice { state: seed, percent, of: of.to_vec() });
    }

    /// Changes the weather for every request.
    pub fn set_weather(&self, weather: Weather) {
        self.plan().weather = weather;
    }

    /// Refuses a method until [`Faults::permit`], inside batches too. Letter case does not matter.
    pub fn forbid(&self, method: &str, how: Forbidden) {
        self.plan().forbidden.insert(method.to_ascii_lowercase(), how);
    }

    /// Lets a forbidden method work again.
    pub fn permit(&self, method: &str) {
        self.plan().forbidden.remove(&method.to_ascii_lowercase());
    }

    /// Forgets every plan: fair weather, nothing forbidden. What has [happened](Faults::happened) stays.
    pub fn clear(&self) {
        let mut plan = self.plan();
        *plan = Plan { seen: plan.seen, happened: std::mem::take(&mut plan.happened), ..Plan::default() };
    }

    /// The faults that requests met so far, in order; weather and forbidden methods are not among them.
    pub fn happened(&self) -> Vec<Fault> {
        self.plan().happened.clone()
    }

    pub(crate) fn weather(&self) -> Weather {
        self.plan().weather
    }

    pub(crate) fn forbidden(&self, method: &str) -> Option<Forbidden> {
        self.plan().forbidden.get(&method.to_ascii_lowercase()).copied()
    }

    /// What the request that has just come has to suffer.
    pub(crate) fn take(&self) -> Option<Fault> {
        let mut plan = self.plan();
        plan.seen += 1;
        let seen = plan.seen;
        let fault = plan
            .by_number
            .remove(&seen)
            .or_else(|| plan.queue.pop_front())
            .or_else(|| plan.random.as_mut().and_then(Dice::throw));
        plan.happened.extend(fault.clone());
        fault
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().expect("nothing panics while it holds the plan")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_weather() {
        let draw = || {
            let faults = Faults::default();
            faults.random(7, 20, &Fault::PASSING);
            (0..500).map(|_| faults.take()).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        let met = draw().iter().flatten().count();
        assert!((60..140).contains(&met), "20 % of 500 requests, got {met}");
    }

    #[test]
    fn a_numbered_fault_goes_before_the_queue_and_the_queue_waits() {
        let faults = Faults::default();
        faults.next(Fault::Busy);
        faults.at(1, Fault::CutAfter);
        assert_eq!(faults.take(), Some(Fault::CutAfter));
        assert_eq!(faults.take(), Some(Fault::Busy));
        assert_eq!(faults.take(), None);
    }
}
