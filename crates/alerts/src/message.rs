//! What people read.

use domain::Timestamp;
use jiff::tz::TimeZone;
use store::Alert;

use crate::{Rules, Say};

/// Something to say, whatever the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// What it is about: `cause/since/which`. Said once on a channel.
    pub(crate) topic: String,
    /// One line.
    pub(crate) subject: String,
    /// Everything, in plain text.
    pub(crate) body: String,
}

/// What all topics of an alert begin with.
pub(crate) fn topics_of(alert: &Alert) -> String {
    format!("{}/{}/", alert.cause, alert.since.as_microsecond())
}

/// What several letters of one matter have in common: a thread of mails, the tag of a notification.
pub(crate) fn matter(topic: &str) -> &str {
    topic.rsplit_once('/').map_or(topic, |(matter, _)| matter)
}

/// What people are told of an alert.
pub(crate) fn of_alert(alert: &Alert, say: Say, rules: &Rules) -> Letter {
    let Alert { cause, title, advice, told, .. } = alert;
    let since = moment(alert.since, &rules.zone);
    let mute = format!("Не напоминать до завтра: parom alerts mute {cause} --for 24h");
    let (which, subject, mut body) = match say {
        Say::Raised => {
            (told.to_string(), format!("Паром: {title}"), format!("{title}.\n\n{advice}\n\n{mute}"))
        }
        Say::Again => (
            told.to_string(),
            format!("Паром, напоминание: {title}"),
            format!("{title}.\nЭто предупреждение открыто с {since}.\n\n{advice}\n\n{mute}"),
        ),
        Say::Ended => {
            let until = moment(alert.ended_at.unwrap_or(alert.since), &rules.zone);
            (
                "ended".to_owned(),
                format!("Паром: закончилось — {title}"),
                format!("Больше не так: {title}.\nПредупреждение было открыто с {since} до {until}."),
            )
        }
    };
    close(&mut body, rules);
    Letter { topic: format!("{}{which}", topics_of(alert)), subject, body }
}

/// The letter of a test.
pub(crate) fn of_test(who: &str, now: Timestamp, rules: &Rules) -> Letter {
    let mut body = format!(
        "Это проверка: предупреждения Парома доходят сюда. Её попросил {who}, {}.",
        moment(now, &rules.zone)
    );
    close(&mut body, rules);
    Letter {
        topic: format!("{TEST}{}", now.as_microsecond()),
        subject: "Паром: проверка предупреждений".to_owned(),
        body,
    }
}

/// Topics of tests begin with it.
pub(crate) const TEST: &str = "test/";

/// The last line: where to look.
pub(crate) fn close(body: &mut String, rules: &Rules) {
    if let Some(address) = &rules.address {
        body.push_str("\n\n");
        body.push_str(address);
    }
}

/// «24.11.2026 10:05».
pub(crate) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%d.%m.%Y %H:%M").to_string()
}

/// «1,4 ГиБ».
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["КиБ", "МиБ", "ГиБ", "ТиБ"];
    let mut tenths = u128::from(count) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10 * 1024 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{},{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert() -> Alert {
        Alert {
            cause: "disk".to_owned(),
            since: "2026-11-27T07:05:00Z".parse().unwrap(),
            title: "На диске базы Парома осталось 0,9 ГиБ".to_owned(),
            advice: "Освободите место.".to_owned(),
            calm_since: None,
            told: 1,
            remind_at: "2026-11-27T08:05:00Z".parse().unwrap(),
            ended_at: Some("2026-11-27T09:00:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn a_letter_says_what_since_when_and_what_to_do() {
        let rules = Rules { address: Some("https://parom.example.ru/".to_owned()), ..Rules::default() };
        let raised = of_alert(&alert(), Say::Raised, &rules);
        assert_eq!(raised.topic, "disk/1795763100000000/1");
        assert_eq!(matter(&raised.topic), "disk/1795763100000000");
        assert_eq!(
            raised.body,
            "На диске базы Парома осталось 0,9 ГиБ.\n\nОсвободите место.\n\nНе напоминать до завтра: parom alerts mute \
             disk --for 24h\n\nhttps://parom.example.ru/"
        );
        let again = of_alert(&Alert { told: 2, ..alert() }, Say::Again, &Rules::default());
        assert!(
            again.topic.ends_with("/2") && again.body.contains("открыто с 27.11.2026 10:05"),
            "{again:?}"
        );
        let ended = of_alert(&alert(), Say::Ended, &Rules::default());
        assert_eq!(ended.subject, "Паром: закончилось — На диске базы Парома осталось 0,9 ГиБ");
        assert!(ended.body.contains("с 27.11.2026 10:05 до 27.11.2026 12:00"), "{}", ended.body);
    }

    #[test]
    fn sizes_are_told_in_units_that_people_know() {
        for (count, told) in [
            (0, "0,0 КиБ"),
            (1536, "1,5 КиБ"),
            (1 << 20, "1,0 МиБ"),
            ((1 << 30) - 1, "1023,9 МиБ"),
            (3 << 29, "1,5 ГиБ"),
            (5 << 40, "5,0 ТиБ"),
        ] {
            assert_eq!(bytes(count), told);
        }
    }
}
