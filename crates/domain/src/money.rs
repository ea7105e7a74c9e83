//! Sums of money, exact to the last digit.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A sum in some currency, or a price with as many digits as 1C keeps. Never a binary fraction: kopecks add up.
///
/// `Display` writes at least two digits after the point (`15000.00`, `0.1250`); the same number written in other ways
/// is equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// So many kopecks (cents, …).
    pub fn from_minor(minor: i64) -> Self {
        Self(Decimal::new(minor, 2))
    }

    /// Rounded to two digits, half away from zero as accountants do.
    #[must_use]
    pub fn to_kopecks(self) -> Self {
        Self(self.0.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
    }

    /// The sum of both, or nothing if it does not fit 28 digits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// So many of it. Beyond 28 digits it stays at the bound.
    #[must_use]
    pub fn times(self, quantity: Self) -> Self {
        Self(self.0.saturating_mul(quantity.0))
    }

    /// As few digits as it takes: `2`, `0.5`. For quantities and rates.
    pub fn plain(self) -> String {
        self.0.normalize().to_string()
    }

    /// Whether it is less than nothing, as a refund is.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }
}

/// A text that is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» не сумма; нужно, например, 15000.00")]
pub struct InvalidAmount(pub String);

impl FromStr for Amount {
    type Err = InvalidAmount;

    /// Reads `15000.00` as well as `15 000,00`: spaces of every sort are passed over, a comma is a point. An exponent is
    /// no way to write money.
    fn from_str(text: &str) -> Result<Self, InvalidAmount> {
        let invalid = || InvalidAmount(text.trim().to_owned());
        let mut plain = String::with_capacity(text.len());
        for letter in text.trim().chars() {
            match letter {
                ',' | '.' if plain.contains('.') => return Err(invalid()),
                ',' => plain.push('.'),
                '-' | '\u{2212}' if plain.is_empty() => plain.push('-'),
                letter if letter.is_whitespace() => {}
                letter if letter.is_ascii_digit() || letter == '.' => plain.push(letter),
                _ => return Err(invalid()),
            }
        }
        if !plain.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        Decimal::from_str_exact(&plain).map(Self).map_err(|_| invalid())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.0.normalize();
        let scale = number.scale().max(2) as usize;
        write!(f, "{number:.scale$}")
    }
}

impl Add for Amount {
    type Output = Self;
    /// Beyond 28 digits it stays at the bound instead of ending the program: no company has that much.
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

impl TryFrom<String> for Amount {
    type Error = InvalidAmount;
    fn try_from(text: String) -> Result<Self, InvalidAmount> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().expect("an amount")
    }

    #[test]
    fn an_amount_is_read_as_1c_and_people_write_it() {
        for text in ["15000.00", "15 000,00", "15\u{a0}000,00", "15\u{202f}000", " 15000 ", "15000.0"] {
            assert_eq!(amount(text), Amount::from_minor(1_500_000), "{text}");
        }
        assert_eq!(amount("-0,5"), Amount::from_minor(-50));
        assert_eq!(amount("\u{2212}7"), Amount::from_minor(-700));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", " ", "-", ".", "1.2.3", "1,2.3", "1e3", "12 руб", "--1", "1-2", "NaN"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_amount_is_written_with_at_least_two_digits() {
        assert_eq!(amount("15000").to_string(), "15000.00");
        assert_eq!(amount("-0.5").to_string(), "-0.50");
        assert_eq!(amount("0.12500").to_string(), "0.125");
        assert_eq!(amount("0").to_string(), "0.00");
    }

    #[test]
    fn kopecks_add_up() {
        let sum: Amount = std::iter::repeat_n(amount("0.1"), 1000).sum();
        assert_eq!(sum, amount("100"));
        assert_eq!(amount("100") - amount("0.01"), amount("99.99"));
    }

    #[test]
    fn half_a_kopeck_is_rounded_away_from_zero() {
        assert_eq!(amount("0.125").to_kopecks(), amount("0.13"));
        assert_eq!(amount("-0.125").to_kopecks(), amount("-0.13"));
    }
}
