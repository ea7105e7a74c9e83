//! `Формат(Значение, "ЧГ=0; ДФ=дд.ММ.гггг")`

use jiff::civil::DateTime;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Value, date, show};
use crate::halt::{Halt, Outcome};

const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// Keys and values of a format string, in quotes or without.
struct Format(Vec<(String, String)>);

impl Format {
    fn read(written: &str) -> Self {
        let mut pairs = Vec::new();
        let mut rest = written;
        while let Some((name, after)) = rest.split_once('=') {
            let after = after.trim_start();
            let (value, next) = match after.chars().next().filter(|letter| matches!(letter, '\'' | '"')) {
                Some(quote) => {
                    let (value, next) = after[1..].split_once(quote).unwrap_or((&after[1..], ""));
                    (value, next.trim_start().trim_start_matches(';'))
                }
                None => after.split_once(';').unwrap_or((after, "")),
            };
            pairs.push((name.trim().to_uppercase(), value.to_owned()));
            rest = next;
        }
        Self(pairs)
    }

    fn get(&self, russian: &str, english: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == russian || name == english);
        found.map(|(_, value)| value.as_str())
    }
}

/// What `Формат` says. Keys that are not known here are an error, so that no test is green by mistake.
pub(crate) fn format(value: &Value, written: &str) -> Outcome<String> {
    const KNOWN: [&str; 22] = [
        "ЧЦ", "ND", "ЧДЦ", "NFD", "ЧРД", "NDS", "ЧРГ", "NGS", "ЧН", "NZ", "ЧГ", "NG", "ЧВН", "NLZ", "ДФ",
        "DF", "ДЛФ", "DLF", "ДП", "DE", "БИ", "БЛ",
    ];
    let format = Format::read(written);
    if let Some((name, _)) = format.0.iter().find(|(name, _)| !KNOWN.contains(&name.as_str())) {
        return Err(Halt::exception(format!("Форматная строка: ключ «{name}» здесь не известен")));
    }
    Ok(match value {
        Value::Number(number) => formatted_number(*number, &format)?,
        Value::Date(moment) => formatted_date(*moment, &format),
        Value::Boolean(true) => format.get("БИ", "BT").unwrap_or("Да").to_owned(),
        Value::Boolean(false) => format.get("БЛ", "BF").unwrap_or("Нет").to_owned(),
        other => show::simple(other),
    })
}

fn formatted_number(number: Decimal, format: &Format) -> Outcome<String> {
    let digits = |text: &str| {
        text.trim().parse::<u32>().map_err(|_| Halt::exception("Форматная строка: ожидается число"))
    };
    let fraction_digits = format.get("ЧДЦ", "NFD").map(digits).transpose()?;
    let total = format.get("ЧЦ", "ND").map(digits).transpose()?;
    let rounded = match (fraction_digits, total) {
        (Some(count), _) => number.round_dp_with_strategy(count, RoundingStrategy::MidpointAwayFromZero),
        (None, Some(_)) => number.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero),
        (None, None) => number.normalize(),
    };
    if rounded.is_zero() {
        return Ok(format.get("ЧН", "NZ").unwrap_or_default().to_owned());
    }
    let plain = rounded.abs().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut whole = whole.to_owned();
    if let Some(total) = total.filter(|_| format.get("ЧВН", "NLZ").is_some()) {
        let width = usize::try_from(total.saturating_sub(fraction_digits.unwrap_or(0))).unwrap_or(0);
        whole = format!("{whole:0>width$}");
    }
    let separator = format.get("ЧРГ", "NGS").and_then(|text| text.chars().next()).unwrap_or(show::NBSP);
    let is_grouped =
        format.get("ЧГ", "NG").is_none_or(|groups| !groups.trim().starts_with('0') && !groups.is_empty());
    let mut shown = if is_grouped { grouped(&whole, separator) } else { whole };
    let fraction = match fraction_digits {
        Some(count) => format!("{fraction:0<width$}", width = usize::try_from(count).unwrap_or(0)),
        None => fraction.to_owned(),
    };
    if !fraction.is_empty() {
        shown.push_str(format.get("ЧРД", "NDS").unwrap_or(","));
        shown.push_str(&fraction);
    }
    if rounded.is_sign_negative() {
        shown.insert(0, '-');
    }
    Ok(shown)
}

/// Digits in groups of three.
pub(crate) fn grouped(whole: &str, separator: char) -> String {
    let digits = whole.trim_start_matches('-');
    let mut shown = String::new();
    if digits.len() < whole.len() {
        shown.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(separator);
        }
        shown.push(digit);
    }
    shown
}

fn formatted_date(moment: DateTime, format: &Format) -> String {
    if moment == date::EMPTY {
        return format.get("ДП", "DE").unwrap_or_default().to_owned();
    }
    if let Some(pattern) = format.get("ДФ", "DF") {
        return by_pattern(moment, pattern);
    }
    match format.get("ДЛФ", "DLF").map(str::to_uppercase).as_deref() {
        Some("D" | "Д") => by_pattern(moment, "дд.ММ.гггг"),
        Some("T" | "В") => by_pattern(moment, "Ч:мм:сс"),
        Some("DD" | "ДД") => by_pattern(moment, "д ММММ гггг 'г.'"),
        _ => by_pattern(moment, "дд.ММ.гггг Ч:мм:сс"),
    }
}

fn by_pattern(moment: DateTime, pattern: &str) -> String {
    let letters: Vec<char> = pattern.chars().collect();
    let mut shown = String::new();
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        if letter == '\'' || letter == '"' {
            let end = letters[at + 1..]
                .iter()
                .position(|other| *other == letter)
                .map_or(letters.len(), |end| at + 1 + end);
            shown.extend(&letters[at + 1..end]);
            at = end + 1;
            continue;
        }
        let length = letters[at..].iter().take_while(|other| **other == letter).count();
        let padded = |value: i16| if length >= 2 { format!("{value:02}") } else { value.to_string() };
        let part = match letter {
            'д' | 'd' => padded(moment.day().into()),
            'М' | 'M' if length == 4 => {
                MONTHS[usize::try_from(moment.month() - 1).expect("1 to 12")].to_owned()
            }
            'М' | 'M' => padded(moment.month().into()),
            'г' | 'y' if length <= 2 => padded(moment.year() % 100),
            'г' | 'y' => format!("{:04}", moment.year()),
            'Ч' | 'H' => padded(moment.hour().into()),
            'ч' | 'h' => padded(i16::from((moment.hour() + 11) % 12 + 1)),
            'м' | 'm' => padded(moment.minute().into()),
            'с' | 's' => padded(moment.second().into()),
            other => other.to_string().repeat(length),
        };
        shown.push_str(&part);
        at += length;
    }
    shown
}
