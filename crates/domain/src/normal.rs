//! Normal forms: what is left of a text when spelling is taken away. Two texts say the same when their normal
//! forms are equal, and then nothing travels. The forms are for comparison only and are never shown or written.

mod address;
mod email;
mod name;
mod phone;

pub use address::{AddressParts, address};
pub use email::{email, is_deliverable_email};
pub use name::name;
pub use phone::phone;

use crate::Field;

/// Whether two texts of a field say the same. For phones, e-mails and accounts: two elements of the set.
pub fn equal(field: Field, a: &str, b: &str) -> bool {
    a == b || text(field, a) == text(field, b)
}

/// The normal form of a text of a field. For phones, e-mails and accounts: of one element of the set.
pub fn text(field: Field, text: &str) -> String {
    match field {
        Field::Name | Field::FullName => name(text),
        Field::LegalAddress | Field::ActualAddress => address(text),
        Field::Director => person(text),
        Field::Phones => phone(text),
        Field::Emails => email(text),
        Field::Kind | Field::Inn | Field::Kpp | Field::Ogrn | Field::Ogrnip | Field::BankAccounts => {
            code(text)
        }
    }
}

/// A number or code: without spaces and invisible characters, in capitals. Leading zeros count.
pub fn code(text: &str) -> String {
    text.chars().filter(|c| !is_space(*c) && !is_zero_width(*c)).flat_map(char::to_uppercase).collect()
}

/// ФИО: case, spaces, ё and the space between initials do not count.
pub fn person(text: &str) -> String {
    words(text).join(" ")
}

/// The ASCII digits of a text.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The text with every run of white space made one space, for what goes into a field of one line.
pub fn one_line(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_zero_width(*c)).map(|c| if is_space(c) { ' ' } else { c });
    let visible: String = visible.collect();
    visible.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words in lower case without quotes, commas and brackets; initials stand alone («и.» «и.»).
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().filter(|c| !is_zero_width(*c)) {
        if is_space(c) || is_quote(c) || matches!(c, ',' | ';' | '(' | ')') {
            words.extend(take(&mut word));
            continue;
        }
        word.extend(folded(c));
        // «И.И.» and «И. И.» are the same initials.
        if c == '.' && word.chars().count() == 2 && word.chars().next().is_some_and(char::is_alphabetic) {
            words.extend(take(&mut word));
        }
    }
    words.extend(take(&mut word));
    words
}

/// The word, if there is one, leaving none.
fn take(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// Lower case, ё as е, every dash as a hyphen.
fn folded(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().map(|c| match c {
        'ё' => 'е',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        c => c,
    })
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn is_quote(c: char) -> bool {
    matches!(c, '«' | '»' | '"' | '\'' | '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '‹' | '›' | '`' | '″')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_keep_their_leading_zeros_and_lose_their_spaces() {
        assert!(equal(Field::Inn, "7707 083893", "7707083893\u{a0}"));
        assert!(!equal(Field::Inn, "0100000011", "100000011"));
        assert!(equal(Field::Kpp, "7736ab001", "7736AB001"));
    }

    #[test]
    fn people_are_the_same_whatever_the_case_and_the_spaces_of_initials() {
        assert!(equal(Field::Director, "ИВАНОВ  И.И.", "Иванов И. И."));
        assert!(equal(Field::Director, "Королёв Пётр\u{a0}Семёнович", "королев петр семенович"));
        assert!(!equal(Field::Director, "Иванов И. И.", "Иванов И. П."));
    }

    #[test]
    fn one_line_makes_one_space_of_breaks_and_tabs() {
        assert_eq!(one_line(" г.\u{a0}Москва,\r\n\tул. \u{200b}Ленина "), "г. Москва, ул. Ленина");
    }

    proptest! {
        #[test]
        fn a_normal_form_is_its_own_normal_form(written in "[А-Яа-яЁёA-Za-z0-9 .,«»\"()+@-]{0,40}") {
            for field in Field::ALL {
                let normal = text(field, &written);
                prop_assert_eq!(text(field, &normal), normal.clone(), "{:?}", field);
            }
        }

        #[test]
        fn no_text_makes_a_normal_form_panic(written in "\\PC{0,60}") {
            for field in Field::ALL {
                let _ = text(field, &written);
            }
            let _ = is_deliverable_email(&written);
        }
    }
}
