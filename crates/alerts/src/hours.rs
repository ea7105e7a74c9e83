//! When people work: 1C that is switched off for the night is not silent.

use std::fmt;
use std::str::FromStr;

use domain::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// Days of the week and a span of the day: «пн-пт 09:00-18:00».
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// From Monday on.
    days: [bool; 7],
    from: Time,
    to: Time,
}

/// The text is no span of working hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ожидаются дни и часы, например \"пн-пт 09:00-18:00\" или \"пн,ср,пт 10:00-16:00\"")]
pub struct BadHours;

const DAYS: [&str; 7] = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"];

impl WorkingHours {
    /// When today's hours have begun, if `at` lies in them.
    pub fn begun(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = at.to_zoned_datetime(zone.clone());
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
        let is_open = self.days[day] && (self.from..self.to).contains(&local.time());
        is_open
            .then(|| {
                local
                    .date()
                    .to_datetime(self.from)
                    .to_zoned_datetime(zone.clone())
                    .map(|begun| begun.timestamp())
            })?
            .ok()
    }
}

impl FromStr for WorkingHours {
    type Err = BadHours;

    fn from_str(text: &str) -> Result<Self, BadHours> {
        let (days, hours) = text.trim().split_once(char::is_whitespace).ok_or(BadHours)?;
        let (from, to) = hours.trim().split_once('-').ok_or(BadHours)?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).map_err(|_| BadHours);
        let (from, to) = (time(from)?, time(to)?);
        if from >= to {
            return Err(BadHours);
        }
        Ok(Self { days: read_days(days)?, from, to })
    }
}

fn read_days(text: &str) -> Result<[bool; 7], BadHours> {
    let day = |word: &str| DAYS.iter().position(|day| *day == word.trim().to_lowercase()).ok_or(BadHours);
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        if first > last {
            return Err(BadHours);
        }
        days[first..=last].fill(true);
    }
    Ok(days)
}

impl fmt::Display for WorkingHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<_> =
            DAYS.iter().zip(self.days).filter(|(_, works)| *works).map(|(day, _)| *day).collect();
        write!(f, "{} {}-{}", days.join(","), self.from.strftime("%H:%M"), self.to.strftime("%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moscow() -> TimeZone {
        TimeZone::get("Europe/Moscow").unwrap()
    }

    fn begun(hours: &str, at: &str) -> Option<String> {
        let hours: WorkingHours = hours.parse().unwrap();
        hours.begun(at.parse().unwrap(), &moscow()).map(|begun| begun.to_string())
    }

    #[test]
    fn hours_are_told_in_the_zone_of_the_settings() {
        // A Friday.
        let friday = |time: &str| format!("2026-11-27T{time}Z");
        assert_eq!(begun("пн-пт 09:00-18:00", &friday("05:59:59")), None);
        assert_eq!(begun("пн-пт 09:00-18:00", &friday("06:00:00")).unwrap(), friday("06:00:00"));
        assert_eq!(begun("пн-пт 09:00-18:00", &friday("14:59:59")).unwrap(), friday("06:00:00"));
        assert_eq!(begun("пн-пт 09:00-18:00", &friday("15:00:00")), None);
        assert_eq!(begun("пн,ср 09:00-18:00", &friday("07:00:00")), None);
        assert_eq!(begun("ПН-пт 9:00-18:00", &friday("07:00:00")).unwrap(), friday("06:00:00"));
    }

    #[test]
    fn what_is_no_span_of_hours_is_refused() {
        for wrong in [
            "",
            "09:00-18:00",
            "пн-пт",
            "пн-пт 18:00-09:00",
            "пт-пн 09:00-18:00",
            "mon 09:00-18:00",
            "пн 9-18",
        ] {
            assert_eq!(wrong.parse::<WorkingHours>(), Err(BadHours), "{wrong}");
        }
        assert_eq!(
            "пн-ср,сб 09:00-18:00".parse::<WorkingHours>().unwrap().to_string(),
            "пн,вт,ср,сб 09:00-18:00"
        );
    }
}
