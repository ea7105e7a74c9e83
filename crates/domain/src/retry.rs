//! When to try again: a list of pauses, not a formula.

use jiff::SignedDuration;

/// The pauses after the first, second, … failed attempt. After the last one the record is parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pauses(Vec<SignedDuration>);

impl Pauses {
    /// These pauses.
    pub fn new(pauses: Vec<SignedDuration>) -> Self {
        Self(pauses)
    }

    /// The pause after `attempts` failed attempts (1 for the first), stretched by up to a quarter by
    /// `random`, so that many failures do not come back in the same second. `None`: no more.
    pub fn after(&self, attempts: u32, random: u64) -> Option<SignedDuration> {
        let index = usize::try_from(attempts.max(1) - 1).expect("u32 fits usize");
        let pause = *self.0.get(index)?;
        let stretch = i32::try_from(random % 256).expect("below 256");
        Some(pause + pause / 4 * stretch / 256)
    }
}

impl Default for Pauses {
    /// Five seconds, half a minute, two and ten minutes, an hour, then four hours six times: a record that
    /// fails for a day by itself is parked.
    fn default() -> Self {
        let mut seconds = vec![5, 30, 120, 600, 3600];
        seconds.extend([4 * 3600; 6]);
        Self(seconds.into_iter().map(SignedDuration::from_secs).collect())
    }
}
