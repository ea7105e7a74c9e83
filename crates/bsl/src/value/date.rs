//! Dates: a day and a time without a zone; the first moment of the first year is the empty one.

use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Unit};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// `'00010101'`
pub(crate) const EMPTY: DateTime = date(1, 1, 1).at(0, 0, 0, 0);

/// Eight or fourteen digits, or twelve without seconds.
pub(crate) fn from_digits(digits: &str) -> Option<DateTime> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || ![8, 12, 14].contains(&digits.len()) {
        return None;
    }
    let padded = format!("{digits:0<14}");
    let part = |from: usize, to: usize| padded[from..to].parse::<i16>().ok();
    let small = |from: usize, to: usize| padded[from..to].parse::<i8>().ok();
    let year = part(0, 4)?;
    if year == 0 {
        return Some(EMPTY);
    }
    DateTime::new(year, small(4, 6)?, small(6, 8)?, small(8, 10)?, small(10, 12)?, small(12, 14)?, 0).ok()
}

/// So many seconds later.
pub(crate) fn plus(date: DateTime, seconds: Decimal) -> Option<DateTime> {
    let seconds = seconds.round().to_i64()?;
    date.checked_add(SignedDuration::from_secs(seconds)).ok().filter(|date| (1..=3999).contains(&date.year()))
}

/// Seconds from `earlier` to `later`.
pub(crate) fn seconds_between(earlier: DateTime, later: DateTime) -> Decimal {
    let span = later.since((Unit::Second, earlier)).expect("two years of four digits are not too far apart");
    Decimal::from(span.get_seconds())
}
