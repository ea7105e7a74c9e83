//! From when on something is wrong.

use domain::SignedDuration;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::WorkingHours;

/// What of the configuration decides about alerts. `None` switches a cause off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// More records than these wait for a person.
    pub parked_above: Option<u32>,
    /// A reconciliation found more than these that need a person.
    pub differences_above: Option<u32>,
    /// 1C has not called for so long.
    pub onec_silent_after: Option<SignedDuration>,
    /// Bitrix24 has not answered for so long.
    pub portal_silent_after: Option<SignedDuration>,
    /// The disk of the database has fewer bytes left.
    pub disk_free_below: Option<u64>,
    /// When 1C is expected to call; always where it is `None`.
    pub working_hours: Option<WorkingHours>,
    /// The pause before the first reminder of an open alert; it doubles up to [`REMIND_MAX`].
    pub remind_after: SignedDuration,
    /// When the summary of a day is sent.
    pub digest_at: Option<Time>,
    /// Where hours and dates of messages belong.
    pub zone: TimeZone,
    /// The console as people open it, for the last line of a message.
    pub address: Option<String>,
}

/// The longest pause between two reminders.
pub const REMIND_MAX: SignedDuration = SignedDuration::from_hours(24);

impl Default for Rules {
    fn default() -> Self {
        Self {
            parked_above: Some(50),
            differences_above: Some(50),
            onec_silent_after: Some(SignedDuration::from_mins(30)),
            portal_silent_after: Some(SignedDuration::from_mins(15)),
            disk_free_below: Some(1024 * 1024 * 1024),
            working_hours: None,
            remind_after: SignedDuration::from_hours(1),
            digest_at: None,
            zone: TimeZone::get("Europe/Moscow").expect("the zone is in the built-in database"),
            address: None,
        }
    }
}

impl Rules {
    /// The pause after something was told `told` times.
    pub(crate) fn pause(&self, told: i64) -> SignedDuration {
        let doublings = u32::try_from(told - 1).unwrap_or_default().min(16);
        self.remind_after.saturating_mul(2_i32.pow(doublings)).min(REMIND_MAX)
    }
}
