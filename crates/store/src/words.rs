//! The words under which people find something: in lower case, ё as е, without quotes and signs. SQLite's `lower` knows
//! ASCII only, so words are folded here and kept folded.

use std::collections::BTreeSet;

use crate::codec;

/// Words that so many names have that nobody finds anything by them.
const COMMON: &[&str] = &[
    "ао",
    "акционерное",
    "зао",
    "закрытое",
    "индивидуальный",
    "ип",
    "нао",
    "непубличное",
    "оао",
    "общество",
    "ограниченной",
    "ооо",
    "ответственностью",
    "открытое",
    "пао",
    "предприниматель",
    "публичное",
];

/// Words by which people say what they look for: «счёт 42», «инн 7707083893».
const KINDS: &[&str] = &[
    "договор",
    "документ",
    "запрос",
    "инн",
    "код",
    "компания",
    "контрагент",
    "оплата",
    "сделка",
    "счет",
    "ткп",
];

/// How many words something is found by at most, and how long one may be.
const WORDS_MAX: usize = 40;
const WORD_CHARS_MAX: usize = 60;

/// The words of something.
#[derive(Debug, Default)]
pub(crate) struct Words(BTreeSet<String>);

impl Words {
    /// Adds the words of a name.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.extend(telling(text));
        self
    }

    /// Adds a number or a code, which people type whole, in parts, and without the zeros before it.
    pub(crate) fn number(mut self, number: &str) -> Self {
        let parts = split(number);
        let joined: String = parts.concat();
        for part in parts.iter().chain([&joined]) {
            let bare = part.trim_start_matches('0');
            self.0.extend(
                [part.as_str(), bare].iter().filter(|word| !word.is_empty()).map(ToString::to_string),
            );
        }
        self
    }

    /// As the database keeps them: a JSON array.
    pub(crate) fn json(&self) -> String {
        codec::json(&self.0.iter().take(WORDS_MAX).collect::<Vec<_>>())
    }
}

/// The words that tell something apart; of a text that has only common ones, these.
pub(crate) fn telling(text: &str) -> Vec<String> {
    let words = split(text);
    let is_letter = |word: &str| word.chars().nth(1).is_none() && word.chars().all(char::is_alphabetic);
    let tells = |word: &&String| !COMMON.contains(&word.as_str()) && !is_letter(word);
    let telling: Vec<String> = words.iter().filter(tells).cloned().collect();
    if telling.is_empty() { words } else { telling }
}

/// The question without the words that say what is looked for, unless it has no others.
pub(crate) fn without_kinds(text: &str) -> String {
    let says_more = |word: &&str| !split(word).iter().all(|word| KINDS.contains(&word.as_str()));
    let rest = text.split_whitespace().filter(says_more).collect::<Vec<_>>().join(" ");
    if rest.is_empty() { text.to_owned() } else { rest }
}

/// All words, folded.
pub(crate) fn split(text: &str) -> Vec<String> {
    let visible: String = text.chars().filter(|letter| !is_invisible(*letter)).collect();
    visible
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let folded = word.chars().flat_map(char::to_lowercase);
            folded.map(|letter| if letter == 'ё' { 'е' } else { letter }).take(WORD_CHARS_MAX).collect()
        })
        .collect()
}

/// The first text behind all that begin with `word`.
pub(crate) fn behind(word: &str) -> String {
    format!("{word}{}", char::MAX)
}

/// Finds, in the JSON of [`Words::json`], a word that begins with `word`. Words have letters and digits only: nothing in
/// them means anything to `like`.
pub(crate) fn like(word: &str) -> String {
    format!("%\"{word}%")
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_what_tells_them_apart() {
        assert_eq!(telling("ООО «Королёв и сыновья»"), ["королев", "сыновья"]);
        assert_eq!(telling("Общество с ограниченной ответственностью \"РОМАШКА\""), ["ромашка"]);
        assert_eq!(telling("АО «ИП»"), ["ао", "ип"], "nothing else is there");
        assert!(telling(" «» ").is_empty());
    }

    #[test]
    fn numbers_are_found_whole_in_parts_and_without_zeros() {
        assert_eq!(Words::default().number("КА00-000123").json(), r#"["000123","123","ка00","ка00000123"]"#);
        assert_eq!(Words::default().number("000").json(), r#"["000"]"#);
    }

    #[test]
    fn a_word_stands_before_what_is_behind_it() {
        for word in ["ромашка", "ромашкаяя", "ром9"] {
            assert!("ром" <= word && *word < *behind("ром"));
        }
        assert!("рон" > behind("ром").as_str());
    }
}
