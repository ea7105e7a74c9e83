//! BSL word by word, so that comments and strings do not speak for code.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Without its quotes.
    Text,
    /// `#Если …`, the whole line.
    Directive,
    /// Anything else, letter by letter.
    Sign,
}

/// A token with its line, counted from 1.
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) line: usize,
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&letter) = letters.get(at) {
        let begin = (at, line);
        let ends_line = |from: usize| letters[from..].iter().position(|letter| *letter == '\n');
        let kind = if letter == '/' && letters.get(at + 1) == Some(&'/') {
            at = ends_line(at).map_or(letters.len(), |length| at + length);
            continue;
        } else if letter == '#' {
            at = ends_line(at).map_or(letters.len(), |length| at + length);
            Kind::Directive
        } else if matches!(letter, '"' | '\'') {
            at += 1;
            while let Some(&inner) = letters.get(at) {
                line += usize::from(inner == '\n');
                at += 1;
                if inner == letter {
                    // A quote that stands twice is one inside.
                    if letters.get(at) != Some(&letter) {
                        break;
                    }
                    at += 1;
                }
            }
            Kind::Text
        } else if letter.is_alphabetic() || letter == '_' {
            while letters.get(at).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_') {
                at += 1;
            }
            Kind::Word
        } else {
            at += 1;
            line += usize::from(letter == '\n');
            if letter.is_whitespace() {
                continue;
            }
            Kind::Sign
        };
        let inside = if kind == Kind::Text { begin.0 + 1..at - 1 } else { begin.0..at };
        tokens.push(Token { kind, text: letters[inside].iter().collect(), line: begin.1 });
    }
    tokens
}

#[test]
fn comments_strings_and_directives_are_no_words() {
    let text = "А = \"Б \"\"В\"\"\n|Г\" + Д; // Е\n#Если Ж Тогда\nЗ('20010101');";

    let found = |kind| -> Vec<String> {
        tokens(text).into_iter().filter(|token| token.kind == kind).map(|token| token.text).collect()
    };

    assert_eq!(found(Kind::Word), ["А", "Д", "З"]);
    assert_eq!(found(Kind::Text), ["Б \"\"В\"\"\n|Г", "20010101"]);
    assert_eq!(found(Kind::Directive), ["#Если Ж Тогда"]);
    assert_eq!(tokens(text).iter().map(|token| token.line).max(), Some(4));
}
