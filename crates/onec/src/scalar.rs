//! Texts, flags, moments and money as 1C writes them.

use domain::{Amount, Date, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::value::Value;

/// A text without control characters, with every run of white space as one space. What is wrong with it is
/// said in Russian, ready to follow the name of the field.
pub(crate) fn text(value: Value, longest: usize) -> Result<String, String> {
    let text = match value {
        Value::Null => String::new(),
        Value::Text(text) => clean(&text),
        // 0541… as a number has lost its zero before it came here.
        Value::Number(_) => {
            return Err("передано число; нужна строка, иначе теряются ведущие нули".to_owned());
        }
        Value::Flag(_) => return Err("передано булево значение; нужна строка".to_owned()),
        Value::List(_) | Value::Record(_) => {
            return Err("передано составное значение; нужна строка".to_owned());
        }
    };
    match text.chars().count() {
        length if length > longest => Err(format!("{length} знаков, а допустимо {longest}; сократите")),
        _ => Ok(text),
    }
}

/// `true` and everything that hand-written adapters put instead of it; empty is `false`.
pub(crate) fn flag(value: Value) -> Result<bool, String> {
    let word = match value {
        Value::Flag(flag) => return Ok(flag),
        Value::Number(number) => number.to_string(),
        other => text(other, WORD_MAX)?,
    };
    match word.to_lowercase().as_str() {
        "true" | "1" | "да" | "истина" => Ok(true),
        "" | "false" | "0" | "нет" | "ложь" => Ok(false),
        _ => Err(format!("«{word}» не булево значение; нужно true или false")),
    }
}

/// ISO 8601; without an offset the moment is in `time_zone`. The empty date of 1C is none.
pub(crate) fn moment(value: Value, time_zone: &TimeZone) -> Result<Option<Timestamp>, String> {
    let text = text(value, WORD_MAX)?;
    if text.is_empty() || text.starts_with("0001-01-01") {
        return Ok(None);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(Some(moment));
    }
    text.parse::<DateTime>()
        .and_then(|local| time_zone.to_timestamp(local))
        .map(Some)
        .map_err(|_| format!("«{text}» не дата ISO 8601; нужно, например, 2026-11-23T20:48:00"))
}

/// A day. Of a moment it is the day in `time_zone`, which is also that of a moment without an offset. The empty date
/// of 1C is none.
pub(crate) fn date(value: Value, time_zone: &TimeZone) -> Result<Option<Date>, String> {
    let text = text(value, WORD_MAX)?;
    if text.is_empty() || text.starts_with("0001-01-01") {
        return Ok(None);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(Some(moment.to_zoned_datetime(time_zone.clone()).date()));
    }
    text.parse::<DateTime>()
        .map(|local| Some(local.date()))
        .map_err(|_| format!("«{text}» не дата ISO 8601; нужно, например, 2026-11-23"))
}

/// An amount; nothing is none. JSON numbers are binary fractions by the time they come here, so only those are
/// taken that have kept every digit.
pub(crate) fn amount(value: Value) -> Result<Option<Amount>, String> {
    let text = match &value {
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(fraction)) => exact(fraction)?,
            (None, None) => return Err(IN_QUOTES.to_owned()),
        },
        _ => text(value, WORD_MAX)?,
    };
    if text.is_empty() {
        return Ok(None);
    }
    let amount: Amount = text.parse().map_err(|error| format!("{error}"))?;
    let bound = Amount::from_minor(AMOUNT_BOUND * 100);
    if amount >= bound || amount <= Amount::ZERO - bound {
        return Err(format!("«{text}» больше, чем бывает сумма: не больше 15 цифр до запятой"));
    }
    Ok(Some(amount))
}

/// The amounts are less than this: «Число(15, 2)» of 1C holds less.
const AMOUNT_BOUND: i64 = 1_000_000_000_000_000;

const IN_QUOTES: &str =
    "в этом числе JSON слишком много цифр; передайте сумму строкой, например \"15000.00\"";

/// Decimal fractions of up to 15 digits come out of a binary one as they went in. Below the bound even those that had
/// more have not lost half a kopeck.
fn exact(fraction: f64) -> Result<String, String> {
    let text = fraction.to_string();
    let digits = text.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    if fraction.abs() < 1e13 && digits <= 15 { Ok(text) } else { Err(IN_QUOTES.to_owned()) }
}

/// The number of a deal. Nothing and `0`, which is the empty number of 1C, are none; 1C groups digits by spaces.
pub(crate) fn deal_id(value: Value) -> Result<Option<i64>, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        other => text(other, WORD_MAX)?,
    };
    let digits: String = text.split_whitespace().collect();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse::<i64>() {
        Ok(id) if id >= 0 && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Ok(Some(id).filter(|id| *id != 0))
        }
        _ => Err(format!("«{text}» не номер сделки; нужно целое число, например 777")),
    }
}

/// Three letters, or empty. The names and codes of the catalog «Валюты» of 1C are understood.
pub(crate) fn currency(value: Value) -> Result<String, String> {
    let word = text(value, WORD_MAX)?.to_uppercase();
    if let Some((_, letters)) = CURRENCIES.iter().find(|(spoken, _)| *spoken == word) {
        return Ok((*letters).to_owned());
    }
    match word.len() {
        0 => Ok(word),
        3 if word.bytes().all(|letter| letter.is_ascii_uppercase()) => Ok(word),
        _ => Err(format!("«{word}» не валюта; нужны три латинские буквы, например RUB")),
    }
}

/// «Наименование» and «Код» of currencies in 1C that are not three letters, and the letters of roubles of old.
const CURRENCIES: [(&str, &str); 12] = [
    ("РУБ.", "RUB"),
    ("РУБ", "RUB"),
    ("Р.", "RUB"),
    ("₽", "RUB"),
    ("RUR", "RUB"),
    ("643", "RUB"),
    ("810", "RUB"),
    ("840", "USD"),
    ("978", "EUR"),
    ("156", "CNY"),
    ("398", "KZT"),
    ("933", "BYN"),
];

/// Flags, dates and numbers are shorter than this.
const WORD_MAX: usize = 64;

/// Printable text on one line.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for letter in text.chars() {
        if letter.is_whitespace() {
            gap = true;
        } else if !letter.is_control() && !is_invisible(letter) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(letter);
        }
    }
    out
}

/// Zero-width spaces, marks of byte order and soft hyphens come with texts copied from web pages and PDF files.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moscow() -> TimeZone {
        TimeZone::get("Europe/Moscow").expect("the bundled database has Moscow")
    }

    fn read(text: &str) -> Result<Option<String>, String> {
        moment(Value::text(text), &moscow()).map(|moment| moment.map(|at| at.to_string()))
    }

    #[test]
    fn a_date_of_1c_without_an_offset_is_local() {
        assert_eq!(read("2026-11-23T20:48:00"), Ok(Some("2026-11-23T17:48:00Z".to_owned())));
        assert_eq!(read("2026-11-23"), Ok(Some("2026-11-22T21:00:00Z".to_owned())));
    }

    #[test]
    fn an_offset_is_obeyed() {
        assert_eq!(read("2026-11-23T20:48:00+05:00"), Ok(Some("2026-11-23T15:48:00Z".to_owned())));
        assert_eq!(read("2026-11-23T20:48:00Z"), Ok(Some("2026-11-23T20:48:00Z".to_owned())));
    }

    #[test]
    fn the_empty_date_of_1c_is_none() {
        assert_eq!(read("0001-01-01T00:00:00"), Ok(None));
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn a_date_of_the_interface_of_1c_is_refused_with_an_example() {
        assert!(read("23.11.2026 20:48:00").is_err_and(|text| text.contains("2026-11-23T20:48:00")));
    }

    #[test]
    fn flags_of_hand_written_adapters_are_understood() {
        for yes in ["true", "1", "Да", "Истина", " ИСТИНА "] {
            assert_eq!(flag(Value::text(yes)), Ok(true), "{yes}");
        }
        for no in ["false", "0", "Нет", "Ложь", ""] {
            assert_eq!(flag(Value::text(no)), Ok(false), "{no}");
        }
        assert!(flag(Value::text("maybe")).is_err());
    }

    #[test]
    fn a_text_becomes_one_printable_line() {
        let pasted = " ООО\u{a0}\u{a0}«Ро\u{ad}машка»\r\n\tМосква\u{7}\u{200b} ";

        assert_eq!(clean(pasted), "ООО «Ромашка» Москва");
    }

    #[test]
    fn a_number_instead_of_a_text_is_refused_because_of_leading_zeros() {
        assert!(text(Value::Number(7_736_207_543_u64.into()), 20).is_err_and(|text| text.contains("нули")));
    }

    fn day(text: &str) -> Result<Option<String>, String> {
        date(Value::text(text), &moscow()).map(|day| day.map(|day| day.to_string()))
    }

    #[test]
    fn a_day_is_read_from_a_date_and_from_a_moment() {
        for text in ["2026-11-23", "2026-11-23T20:48:00", "2026-11-22T23:30:00Z", "2026-11-24T01:00:00+05:00"]
        {
            assert_eq!(day(text), Ok(Some("2026-11-23".to_owned())), "{text}");
        }
        assert_eq!(day("0001-01-01T00:00:00"), Ok(None));
        assert_eq!(day(""), Ok(None));
        assert!(day("23.11.2026").is_err_and(|text| text.contains("2026-11-23")));
    }

    fn read_amount(json: &str) -> Result<Option<String>, String> {
        let value = crate::json::document(json).expect("a JSON");
        amount(value).map(|amount| amount.map(|amount| amount.to_string()))
    }

    #[test]
    fn an_amount_is_exact_in_text_and_in_number() {
        for (json, expected) in [
            ("\"15000.00\"", "15000.00"),
            ("\"15\u{a0}000,00\"", "15000.00"),
            ("\"-120 000,5\"", "-120000.50"),
            ("15000", "15000.00"),
            ("-120000.10", "-120000.10"),
            ("0.1", "0.10"),
            ("9999999999999.99", "9999999999999.99"),
            ("1.5e3", "1500.00"),
            ("0", "0.00"),
        ] {
            assert_eq!(read_amount(json), Ok(Some(expected.to_owned())), "{json}");
        }
        assert_eq!(read_amount("\"\""), Ok(None));
        assert_eq!(read_amount("null"), Ok(None));
    }

    #[test]
    fn a_number_that_has_lost_digits_is_refused_rather_than_rounded() {
        for json in ["12345678901234.567", "99999999999999999.99", "1e300", "0.12345678901234567"] {
            assert!(read_amount(json).is_err_and(|text| text.contains("строкой")), "{json}");
        }
        assert!(read_amount("\"1000000000000000\"").is_err_and(|text| text.contains("15 цифр")));
        assert!(read_amount("\"12 руб\"").is_err_and(|text| text.contains("«12 руб» не сумма")));
    }

    #[test]
    fn a_deal_is_a_number_or_its_digits() {
        assert_eq!(deal_id(Value::Number(777.into())), Ok(Some(777)));
        assert_eq!(deal_id(Value::text("1\u{a0}777")), Ok(Some(1777)));
        for nothing in [Value::Null, Value::text(""), Value::text("0"), Value::Number(0.into())] {
            assert_eq!(deal_id(nothing), Ok(None));
        }
        for wrong in ["-1", "+1", "D_777", "7.5", "99999999999999999999"] {
            assert!(deal_id(Value::text(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_currency_is_understood_as_the_catalog_of_1c_names_it() {
        let read = |text: &str| currency(Value::text(text));
        for rouble in ["RUB", "rub", "руб.", "643", "810", "RUR"] {
            assert_eq!(read(rouble), Ok("RUB".to_owned()), "{rouble}");
        }
        assert_eq!(read("eur"), Ok("EUR".to_owned()));
        assert_eq!(read(""), Ok(String::new()));
        assert!(read("доллар США").is_err() && read("US").is_err() && read("999").is_err());
    }
}
