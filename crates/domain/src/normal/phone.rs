use std::fmt::Write as _;

use phonenumber::country::Id;

use super::{digits, is_zero_width, one_line};

/// A telephone in E.164 with its extension: `+74957397000;ext=123`. «8 (495) …», «+7 495 …» and «(495) …» are
/// one number. A text that holds several numbers keeps all of them, in order, joined by commas. A text without
/// digits stays itself.
pub fn phone(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_zero_width(*c)).collect();
    let numbers: Vec<_> = pieces(&text).iter().map(|piece| number(piece)).collect();
    if numbers.is_empty() { one_line(&text).to_lowercase() } else { numbers.join(",") }
}

/// Words that announce an extension, the longer before the shorter that it contains.
const EXTENSION: [&str; 7] = ["добавочный", "доб", "внутренний", "внутр", "вн", "ext", "#"];

/// The shortest number that has an extension; digits before that are a city code.
const SHORTEST: usize = 5;

/// The numbers in a text, each with its extension. What has no digit belongs to none.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for piece in text.split([',', ';', '/', '\n']) {
        let piece = piece.trim().to_lowercase();
        if !piece.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        match pieces.last_mut() {
            // «…, доб. 123» goes on with the number before the comma.
            Some(last) if EXTENSION.iter().any(|word| piece.starts_with(word)) => {
                last.push(' ');
                last.push_str(&piece);
            }
            _ => pieces.push(piece),
        }
    }
    pieces
}

fn number(piece: &str) -> String {
    let (main, extension) = split_extension(piece);
    let mut number = e164(main);
    if !extension.is_empty() {
        write!(number, ";ext={extension}").expect("a string takes everything");
    }
    number
}

/// What stands before the word of an extension, and the digits after it.
fn split_extension(piece: &str) -> (&str, String) {
    let place = EXTENSION.iter().filter_map(|word| piece.find(word)).min();
    match place.map(|place| piece.split_at(place)) {
        Some((main, rest)) if digits(main).len() >= SHORTEST && !digits(rest).is_empty() => {
            (main, digits(rest))
        }
        _ => (piece, String::new()),
    }
}

fn e164(text: &str) -> String {
    let digits = digits(text);
    let plus = text.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '+').starts_with('+');
    match (plus, digits.len(), digits.as_bytes().first()) {
        // Russia and Kazakhstan, which is nearly everything here and needs no tables of the world.
        (_, 11, Some(b'7')) | (false, 11, Some(b'8')) => format!("+7{}", &digits[1..]),
        (false, 10, _) => format!("+7{digits}"),
        _ => abroad(plus, text).unwrap_or_else(|| if plus { format!("+{digits}") } else { digits }),
    }
}

/// A number of another country, also «8~10 375 …» as it is dialled from Russia and «+44 (0)20 …».
fn abroad(plus: bool, text: &str) -> Option<String> {
    // «+44 (0)20»: the zero is dialled at home only.
    let text = if plus { text.replace("(0)", "") } else { text.to_owned() };
    let dialled: String = text.chars().filter(|c| c.is_ascii_digit() || "+()- ".contains(*c)).collect();
    let number = phonenumber::parse(Some(Id::RU), dialled.trim()).ok()?;
    // Seven digits of a town without its code parse too, and are no valid number.
    phonenumber::is_valid(&number)
        .then(|| phonenumber::format(&number).mode(phonenumber::Mode::E164).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(expected: &str, phones: &[&str]) {
        for written in phones {
            assert_eq!(phone(written), expected, "{written}");
        }
    }

    #[test]
    fn ways_of_writing_a_russian_number_meet() {
        same(
            "+74957397000",
            &[
                "+7 495 739-70-00",
                "8 (495) 739-70-00",
                "(495) 739 70 00",
                "84957397000",
                "7 495 7397000",
                "тел.: 8\u{a0}495\u{a0}739\u{2011}70\u{2011}00",
                "+7(495)7397000 (приёмная)",
            ],
        );
        same("+78005553535", &["8 800 555-35-35", "+7 800 555 35 35"]);
    }

    #[test]
    fn extensions_are_part_of_the_number() {
        same(
            "+74957397000;ext=123",
            &[
                "8 (495) 739-70-00 доб. 123",
                "+7 495 739-70-00, доб.123",
                "74957397000 вн. 123",
                "+74957397000 ext 123",
                "+7 495 739-70-00 #123",
                "+74957397000;ext=123",
            ],
        );
        assert_ne!(phone("+7 495 739-70-00 доб. 1"), phone("+7 495 739-70-00 доб. 2"));
    }

    #[test]
    fn numbers_of_other_countries_meet_too() {
        same("+375291234567", &["+375 (29) 123-45-67", "8 10 375 29 123-45-67"]);
        same("+442079460958", &["+44 20 7946 0958", "+44 (0)20 7946 0958"]);
        same("+77273300000", &["+7 727 330-00-00", "8 (727) 330 00 00"]);
    }

    #[test]
    fn several_numbers_in_one_text_stay_together_in_their_order() {
        same(
            "+74957397000,7397001",
            &["(495) 739-70-00, 739-70-01", "8 495 7397000; 7397001", "+7 495 739-70-00/739-70-01"],
        );
        assert_ne!(phone("(495) 739-70-00, 739-70-01"), phone("(495) 739-70-00"));
    }

    #[test]
    fn a_number_that_nobody_can_complete_is_its_digits() {
        same("7397000", &["739-70-00", "7397000 "]);
        same("+999123", &["+999 123"]);
    }

    #[test]
    fn a_text_without_digits_is_not_an_empty_one() {
        same("нет телефона", &["Нет  телефона"]);
        same("", &["", " \u{a0}"]);
    }
}
