//! Lengths of time and sizes: a whole number and its unit.

use domain::SignedDuration;

use super::setting::Setting;

/// A size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(u64);

impl Size {
    /// So many mebibytes.
    pub(crate) const fn mebibytes(count: u64) -> Self {
        Self(count * 1024 * 1024)
    }

    /// So many bytes.
    pub(crate) const fn of_bytes(count: u64) -> Self {
        Self(count)
    }

    /// The number of bytes, as places on a disk are counted.
    pub(crate) fn to_bytes(self) -> u64 {
        self.0
    }

    /// The number of bytes, as lengths in memory are counted.
    pub(crate) fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Setting for SignedDuration {
    const EXPECTED: &'static str = "промежуток времени с единицей: \"30s\", \"4m\", \"24h\" или \"7d\"";

    fn parse(text: &str) -> Option<Self> {
        let (count, unit) = number_and_unit(text)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 24 * 3600,
            _ => return None,
        };
        // Nothing in Parom is meant to happen all the time, or once in a lifetime.
        let seconds = count.checked_mul(seconds).filter(|seconds| (1..=YEAR_SECONDS).contains(seconds))?;
        Some(Self::from_secs(i64::try_from(seconds).ok()?))
    }
}

/// The longest length of time that is taken for meant.
const YEAR_SECONDS: u64 = 366 * 24 * 3600;

impl Setting for Size {
    const EXPECTED: &'static str = "размер с единицей: \"512KiB\", \"64MiB\" или \"1GiB\"";

    fn parse(text: &str) -> Option<Self> {
        let (count, unit) = number_and_unit(text)?;
        let bytes = match unit {
            "B" => 1,
            "KiB" => 1024,
            "MiB" => 1024 * 1024,
            "GiB" => 1024 * 1024 * 1024,
            _ => return None,
        };
        count.checked_mul(bytes).filter(|size| *size > 0).map(Self)
    }
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_need_a_number_and_a_unit() {
        let check = |text: &str, seconds: Option<i64>| {
            assert_eq!(SignedDuration::parse(text).map(|length| length.as_secs()), seconds, "{text}");
        };

        check("60s", Some(60));
        check("4m", Some(240));
        check("4 m", Some(240));
        check("24h", Some(86_400));
        check("7d", Some(604_800));
        for wrong in ["", "4", "m", "-4m", "4M", "0s", "1.5h", "4m30s", "367d", "99999999999999999999s"] {
            check(wrong, None);
        }
    }

    #[test]
    fn sizes_need_a_number_and_a_binary_unit() {
        let check = |text: &str, bytes: Option<usize>| {
            assert_eq!(Size::parse(text).map(Size::bytes), bytes, "{text}");
        };

        check("64MiB", Some(64 << 20));
        check("1 GiB", Some(1 << 30));
        check("512KiB", Some(512 << 10));
        check("10B", Some(10));
        for wrong in ["", "64", "64MB", "64мб", "0B", "99999999999GiB"] {
            check(wrong, None);
        }
    }
}
