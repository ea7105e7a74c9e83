//! What the portal answered to a plain call.

use domain::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The envelope of a successful answer. Vendor page: `settings/how-to-call-rest-api/list-methods-pecularities.md`.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the method returned.
    pub result: Value,
    /// How many rows there are, for lists that were not asked with `start=-1`.
    pub total: Option<u64>,
    /// Where the next page of a list starts; absent on the last one.
    pub next: Option<u64>,
    /// How long it took, if the portal says.
    pub time: Timing,
}

impl Answer {
    /// The result as a type of ours.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, serde_json::Error> {
        serde_json::from_value(self.result)
    }
}

/// The block `time`. Its composition differs between versions, so everything is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timing {
    /// Seconds that the portal worked.
    pub duration: Option<f64>,
    /// Seconds that this method has used up in the last ten minutes, where the limiter is on.
    pub operating: Option<f64>,
    /// When a part of that budget comes back.
    pub operating_reset_at: Option<Timestamp>,
    /// When the portal began, by its own clock, in whole seconds.
    pub began: Option<Timestamp>,
}

impl Timing {
    pub(crate) fn read(time: Option<&Value>) -> Self {
        let number = |name| time.and_then(|time| time.get(name)).and_then(as_f64);
        Self {
            duration: number("duration").or_else(|| number("processing")),
            operating: number("operating"),
            operating_reset_at: time.and_then(|time| time.get("operating_reset_at")).and_then(as_moment),
            began: time.and_then(|time| time.get("date_start")?.as_str()?.trim().parse().ok()),
        }
    }
}

/// A number in either style: JSON number or text.
pub(crate) fn as_f64(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

/// A whole number in either style.
pub(crate) fn as_u64(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A moment as seconds since 1970 in either style.
pub(crate) fn as_moment(value: &Value) -> Option<Timestamp> {
    as_u64(value).and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_portal_says_when_it_began_by_its_own_clock() {
        let time = json!({ "duration": 0.5, "date_start": "2025-09-09T16:31:11+03:00" });
        let began = Timing::read(Some(&time)).began;
        assert_eq!(began, Some("2025-09-09T13:31:11Z".parse().expect("a moment")));
        assert_eq!(Timing::read(Some(&json!({ "date_start": "" }))).began, None);
        assert_eq!(Timing::read(None), Timing::default());
    }
}
