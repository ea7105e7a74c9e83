//! Texts, flags and moments as 1C writes them.

use domain::Timestamp;
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

/// Flags and dates are shorter than this.
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
}
