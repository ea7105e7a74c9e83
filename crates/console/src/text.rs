//! Words that more than one page needs: numbers with their nouns, moments, sums. Words of one thing stand as methods on
//! its enum.

use domain::{Amount, Date, Timestamp};
use jiff::tz::TimeZone;

/// The name on every page.
pub(crate) const PRODUCT: &str = "Паром";

/// Forms for 1, 2 and 5.
pub(crate) type Forms = [&'static str; 3];

pub(crate) const RECORDS: Forms = ["запись", "записи", "записей"];
pub(crate) const CONFLICTS: Forms = ["конфликт", "конфликта", "конфликтов"];
pub(crate) const ROWS: Forms = ["строка", "строки", "строк"];
pub(crate) const SECONDS: Forms = ["секунду", "секунды", "секунд"];
pub(crate) const MINUTES: Forms = ["минуту", "минуты", "минут"];
pub(crate) const HOURS: Forms = ["час", "часа", "часов"];
pub(crate) const DAYS: Forms = ["день", "дня", "дней"];

/// «1 234 записи», with no-break spaces.
pub(crate) fn count(number_of: u64, forms: [&str; 3]) -> String {
    format!("{}\u{a0}{}", number(number_of), form(number_of, forms))
}

/// A number with its thousands apart.
pub(crate) fn number(number: u64) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// The form of a noun beside a number.
pub(crate) fn form(number: u64, [one, few, many]: [&str; 3]) -> &str {
    match (number % 100, number % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    }
}

/// «3 минуты назад», «только что»; a moment that is yet to come is «через 3 минуты».
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    let distance = match seconds.unsigned_abs() {
        0..5 => return "только что".to_owned(),
        seconds @ 5..60 => count(seconds, SECONDS),
        seconds @ 60..3_600 => count(seconds / 60, MINUTES),
        seconds @ 3_600..86_400 => count(seconds / 3_600, HOURS),
        seconds => count(seconds / 86_400, DAYS),
    };
    if seconds < 0 { format!("через {distance}") } else { format!("{distance} назад") }
}

/// «28.11.2026 12:05:07» in the zone of 1C.
pub(crate) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%d.%m.%Y %H:%M:%S").to_string()
}

/// «28.11.2026».
pub(crate) fn day(date: Date) -> String {
    date.strftime("%d.%m.%Y").to_string()
}

/// «340 КБ», «1,2 МБ».
pub(crate) fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    match bytes {
        0..KIB => count(bytes, ["байт", "байта", "байт"]),
        KIB..MIB => format!("{}\u{a0}КБ", number(bytes.div_ceil(KIB))),
        bytes => {
            let tenths = (bytes * 10).div_ceil(MIB);
            let fraction = if tenths % 10 == 0 { String::new() } else { format!(",{}", tenths % 10) };
            format!("{}{fraction}\u{a0}МБ", number(tenths / 10))
        }
    }
}

/// «Chrome 130, Windows» of what a browser says of itself; what nobody knows stays as it is.
pub(crate) fn browser(agent: &str) -> String {
    // Others name Chrome and Safari beside themselves, so the order decides.
    const BROWSERS: [(&str, &str); 7] = [
        ("YaBrowser/", "Яндекс Браузер"),
        ("OPR/", "Opera"),
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Version/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let found = BROWSERS.iter().find_map(|(word, name)| Some((name, agent.split_once(word)?.1)));
    let Some((name, version)) = found else { return agent.to_owned() };
    let version: String = version.chars().take_while(char::is_ascii_digit).collect();
    let system = SYSTEMS.iter().find(|(word, _)| agent.contains(word));
    let system = system.map(|(_, name)| format!(", {name}")).unwrap_or_default();
    format!("{name} {version}{system}")
}

/// «70 000,00 ₽»; currencies without a sign of their own keep their code.
pub(crate) fn money(amount: Amount, currency: &str) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("−", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
    let unit = match currency {
        "RUB" | "RUR" => "₽",
        "USD" => "$",
        "EUR" => "€",
        other => other,
    };
    format!("{sign}{},{fraction}\u{a0}{unit}", grouped(whole)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn numbers_have_the_form_that_russian_wants() {
        for (number, expected) in [
            (0, "0\u{a0}записей"),
            (1, "1\u{a0}запись"),
            (12, "12\u{a0}записей"),
            (1_222, "1\u{a0}222\u{a0}записи"),
        ] {
            assert_eq!(count(number, RECORDS), expected);
        }
    }

    #[test]
    fn distances_are_told_as_people_do() {
        let now = at("2026-11-28T09:00:00Z");
        for (then, expected) in [
            ("2026-11-28T08:59:58Z", "только что"),
            ("2026-11-28T08:59:15Z", "45\u{a0}секунд назад"),
            ("2026-11-28T08:58:00Z", "2\u{a0}минуты назад"),
            ("2026-11-28T08:00:00Z", "1\u{a0}час назад"),
            ("2026-11-07T09:00:00Z", "21\u{a0}день назад"),
            ("2026-11-28T09:05:00Z", "через 5\u{a0}минут"),
        ] {
            assert_eq!(ago(at(then), now), expected);
        }
    }

    #[test]
    fn moments_are_shown_in_the_zone_of_1c_with_seconds() {
        let moscow = TimeZone::get("Europe/Moscow").expect("it is built in");
        assert_eq!(moment(at("2026-11-28T21:05:07Z"), &moscow), "29.11.2026 00:05:07");
    }

    #[test]
    fn browsers_are_called_as_people_call_them() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
                "Chrome 156, Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 YaBrowser/24.10.0.0 Safari/537.36",
                "Яндекс Браузер 24, Windows",
            ),
            ("Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128, Windows"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1",
                "Safari 18, iPhone",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
        ] {
            assert_eq!(browser(agent), expected);
        }
    }

    #[test]
    fn files_are_as_long_as_people_say() {
        for (bytes, expected) in [
            (0, "0\u{a0}байт"),
            (512, "512\u{a0}байт"),
            (1_025, "2\u{a0}КБ"),
            (1_048_576, "1\u{a0}МБ"),
            (1_100_000, "1,1\u{a0}МБ"),
            (33_554_432, "32\u{a0}МБ"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }

    #[test]
    fn sums_are_shown_as_accountants_write_them() {
        let sum = |text: &str| text.parse::<Amount>().expect("a sum");
        assert_eq!(money(sum("1234567.5"), "RUB"), "1\u{a0}234\u{a0}567,50\u{a0}₽");
        assert_eq!(money(sum("-10000"), "RUB"), "−10\u{a0}000,00\u{a0}₽");
        assert_eq!(money(sum("1"), "KZT"), "1,00\u{a0}KZT");
    }
}
