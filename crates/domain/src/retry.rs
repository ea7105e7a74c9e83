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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pauses_grow_and_after_about_a_day_a_record_is_parked() {
        let pauses = Pauses::default();
        let taken: Vec<_> = (1..).map_while(|attempts| pauses.after(attempts, 0)).collect();
        assert_eq!(taken.len(), 11);
        assert!(taken.is_sorted());
        let day: SignedDuration = taken.iter().sum();
        assert!((24..27).contains(&day.as_hours()), "{day:?}");
    }

    #[test]
    fn an_attempt_that_nobody_counted_waits_like_the_first() {
        let pauses = Pauses::new(vec![SignedDuration::from_secs(5)]);
        assert_eq!(pauses.after(0, 0), pauses.after(1, 0));
        assert_eq!(pauses.after(2, 0), None);
        assert_eq!(Pauses::new(Vec::new()).after(1, 0), None, "no pauses: parked at once");
    }

    proptest! {
        #[test]
        fn a_pause_is_never_shorter_than_listed_nor_stretched_by_more_than_a_quarter(
            seconds in 0..1_000_000_i64, random: u64,
        ) {
            let listed = SignedDuration::from_secs(seconds);
            let pause = Pauses::new(vec![listed]).after(1, random).expect("the first pause");
            prop_assert!(listed <= pause && pause <= listed + listed / 4);
        }
    }
}
