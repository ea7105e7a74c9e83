//! Words, signs and literals, with their lines.

use std::rc::Rc;

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::SyntaxError;
use crate::name::Name;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lexeme {
    /// A name or a keyword; which of them it is, its neighbours tell.
    Word(Name),
    Number(Decimal),
    Text(Rc<str>),
    Date(DateTime),
    Sign(&'static str),
    End,
}

/// A piece with its line.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) lexeme: Lexeme,
    pub(crate) line: u32,
}

/// Longer signs first.
const SIGNS: [&str; 21] = [
    "<>", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ".", ",", ";", "?", "&",
    ":",
];

/// The whole text as tokens; the last is [`Lexeme::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut reader = Reader { rest: text, line: 1 };
    let mut tokens = Vec::new();
    loop {
        let token = reader.next()?;
        let is_end = token.lexeme == Lexeme::End;
        tokens.push(token);
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Reader<'t> {
    rest: &'t str,
    line: u32,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Token, SyntaxError> {
        self.skip_empty_space();
        let line = self.line;
        let lexeme = match self.rest.chars().next() {
            None => Lexeme::End,
            Some('"') => self.text()?,
            Some('\'') => self.date()?,
            Some(letter) if letter.is_ascii_digit() => self.number()?,
            Some(letter) if letter.is_alphabetic() || letter == '_' => self.word(),
            Some(other) => {
                let sign = SIGNS.iter().find(|sign| self.rest.starts_with(**sign));
                let sign =
                    sign.ok_or_else(|| SyntaxError::new(line, format!("Неизвестный символ «{other}»")))?;
                self.rest = &self.rest[sign.len()..];
                Lexeme::Sign(sign)
            }
        };
        Ok(Token { lexeme, line })
    }

    fn skip_empty_space(&mut self) {
        loop {
            if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.rest = &self.rest[end..];
            } else if let Some(letter) = self.rest.chars().next().filter(|letter| letter.is_whitespace()) {
                self.line += u32::from(letter == '\n');
                self.rest = &self.rest[letter.len_utf8()..];
            } else {
                return;
            }
        }
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &str {
        let end = self.rest.find(|letter| !belongs(letter)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn word(&mut self) -> Lexeme {
        Lexeme::Word(Name::new(self.take_while(|letter| letter.is_alphanumeric() || letter == '_')))
    }

    fn number(&mut self) -> Result<Lexeme, SyntaxError> {
        let line = self.line;
        let mut written = self.take_while(|letter| letter.is_ascii_digit()).to_owned();
        let mut after = self.rest.chars();
        if after.next() == Some('.') && after.next().is_some_and(|digit| digit.is_ascii_digit()) {
            self.rest = &self.rest[1..];
            written.push('.');
            written.push_str(self.take_while(|letter| letter.is_ascii_digit()));
        }
        if self.rest.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') {
            return Err(SyntaxError::new(line, format!("Неверный числовой литерал: {written}")));
        }
        let number = written.parse();
        number
            .map(Lexeme::Number)
            .map_err(|_| SyntaxError::new(line, format!("Слишком длинное число: {written}")))
    }

    fn date(&mut self) -> Result<Lexeme, SyntaxError> {
        let line = self.line;
        let (inside, rest) = self.rest[1..]
            .split_once('\'')
            .filter(|(inside, _)| !inside.contains('\n'))
            .ok_or_else(|| SyntaxError::new(line, "Незавершённый литерал даты"))?;
        self.rest = rest;
        let digits: String = inside.chars().filter(char::is_ascii_digit).collect();
        crate::value::date::from_digits(&digits)
            .map(Lexeme::Date)
            .ok_or_else(|| SyntaxError::new(line, format!("Неверный литерал даты: '{inside}'")))
    }

    /// A string; its further lines begin with `|`, and lines of comment may stand between them.
    fn text(&mut self) -> Result<Lexeme, SyntaxError> {
        let began = self.line;
        let open = || SyntaxError::new(began, "Незавершённая строковая константа");
        self.rest = &self.rest[1..];
        let mut text = String::new();
        loop {
            let end = self.rest.find(['"', '\n']).ok_or_else(open)?;
            text.push_str(self.rest[..end].trim_end_matches('\r'));
            let is_quote = self.rest[end..].starts_with('"');
            self.rest = &self.rest[end + 1..];
            if !is_quote {
                self.line += 1;
                self.skip_empty_space();
                self.rest = self.rest.strip_prefix('|').ok_or_else(open)?;
                text.push('\n');
            } else if let Some(rest) = self.rest.strip_prefix('"') {
                text.push('"');
                self.rest = rest;
            } else {
                return Ok(Lexeme::Text(text.into()));
            }
        }
    }
}
