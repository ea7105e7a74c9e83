//! Sums of money to the kopeck, or to the cent of another currency.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg};

/// A sum in hundredths of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kopecks(pub i64);

impl Kopecks {
    /// Reads `"120000.00"`; `None`: it is no sum of at most two decimals.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || part.len() > 2 || !all_digits(whole) || !all_digits(part) {
            return None;
        }
        let hundredths: i64 = format!("{part:0<2}").parse().ok()?;
        let whole: i64 = whole.parse().ok()?;
        Some(Self(sign * whole.checked_mul(100)?.checked_add(hundredths)?))
    }

    /// As «XMLСтрока(Число)» writes it: `120000`, `-500.25`, `120000.5`.
    pub fn as_number(self) -> String {
        let text = self.to_string();
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// As «Строка(Число)» and printed forms write it: `120 000,00` with no-break spaces.
    pub fn printed(self) -> String {
        let plain = self.to_string();
        let (sign, plain) = match plain.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", plain.as_str()),
        };
        let (whole, part) = plain.split_once('.').expect("`Display` writes two decimals");
        let mut grouped = String::new();
        for (position, digit) in whole.chars().enumerate() {
            if position > 0 && (whole.len() - position).is_multiple_of(3) {
                grouped.push('\u{a0}');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped},{part}")
    }
}

/// `120000.00`, as the contract writes it.
impl fmt::Display for Kopecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:02}", size / 100, size % 100)
    }
}

impl Add for Kopecks {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Neg for Kopecks {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Kopecks {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_and_written_to_the_kopeck() {
        for (text, kopecks, printed) in [
            ("120000.00", 12_000_000, "120\u{a0}000,00"),
            ("-15000.05", -1_500_005, "-15\u{a0}000,05"),
            ("-0.50", -50, "-0,50"),
            ("999.99", 99_999, "999,99"),
        ] {
            assert_eq!(Kopecks::parse(text), Some(Kopecks(kopecks)));
            assert_eq!(Kopecks(kopecks).to_string(), text);
            assert_eq!(Kopecks(kopecks).printed(), printed);
        }
        assert_eq!(Kopecks::parse("7.5"), Some(Kopecks(750)));
        for wrong in ["", "-", "1.234", "1,5", "1 000.00", "+5", "1.-5"] {
            assert_eq!(Kopecks::parse(wrong), None, "{wrong:?}");
        }
    }
}
