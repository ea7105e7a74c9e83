//! Moments as people of one zone read them.

use domain::Timestamp;
use jiff::tz::TimeZone;

/// «24.11.2026 10:05».
pub(crate) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%d.%m.%Y %H:%M").to_string()
}
