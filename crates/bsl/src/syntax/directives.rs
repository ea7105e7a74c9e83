//! `#Если … Тогда`: lines for other places become empty, so that numbers of lines stay.

use super::SyntaxError;
use crate::platform::{Place, Platform};

/// One open `#Если`.
struct Open {
    line: u32,
    branch: Branch,
    has_else: bool,
}

/// What becomes of the lines before the next directive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    Read,
    /// Not read, but a later branch may be.
    Waiting,
    /// A branch was read already, or the whole stands where nothing is read.
    Over,
}

impl Branch {
    fn next(self, is_true: bool) -> Self {
        match self {
            Self::Waiting if is_true => Self::Read,
            Self::Waiting => Self::Waiting,
            Self::Read | Self::Over => Self::Over,
        }
    }
}

/// The text that this platform compiles in this place.
pub(super) fn apply(text: &str, platform: Platform, place: Place) -> Result<String, SyntaxError> {
    let mut open: Vec<Open> = Vec::new();
    let mut regions = 0_u32;
    let mut read = String::with_capacity(text.len());
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let is_read = open.last().is_none_or(|open| open.branch == Branch::Read);
        if let Some(directive) = line.trim_start().strip_prefix('#') {
            let words = words(directive);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            obey(&words, number, is_read, platform, place, &mut open, &mut regions)?;
        } else if is_read {
            read.push_str(line);
        }
        read.push('\n');
    }
    if let Some(open) = open.last() {
        return Err(SyntaxError::new(open.line, "Пропущен оператор #КонецЕсли"));
    }
    if regions > 0 {
        return Err(SyntaxError::new(1, "Пропущен оператор #КонецОбласти"));
    }
    Ok(read)
}

fn words(directive: &str) -> Vec<String> {
    let code = directive.split("//").next().unwrap_or_default();
    let spaced = code.replace('(', " ( ").replace(')', " ) ");
    spaced.split_whitespace().map(str::to_lowercase).collect()
}

fn obey(
    words: &[&str],
    line: u32,
    is_read: bool,
    platform: Platform,
    place: Place,
    open: &mut Vec<Open>,
    regions: &mut u32,
) -> Result<(), SyntaxError> {
    let stray = || SyntaxError::new(line, "Инструкция препроцессора без #Если");
    match words {
        ["если" | "if", condition @ .., "тогда" | "then"] => {
            let branch = match (is_read, holds(condition, line, place)?) {
                (true, true) => Branch::Read,
                (true, false) => Branch::Waiting,
                (false, _) => Branch::Over,
            };
            open.push(Open { line, branch, has_else: false });
        }
        ["иначеесли" | "elsif", condition @ .., "тогда" | "then"] => {
            let is_true = holds(condition, line, place)?;
            let last = open.last_mut().filter(|last| !last.has_else).ok_or_else(stray)?;
            last.branch = last.branch.next(is_true);
        }
        ["иначе" | "else"] => {
            let last = open.last_mut().filter(|last| !last.has_else).ok_or_else(stray)?;
            last.branch = last.branch.next(true);
            last.has_else = true;
        }
        ["конецесли" | "endif"] => {
            open.pop().ok_or_else(stray)?;
        }
        ["область" | "region", _] if platform >= Platform::V83 => *regions += 1,
        ["конецобласти" | "endregion"] if platform >= Platform::V83 => {
            *regions = regions.checked_sub(1).ok_or_else(stray)?;
        }
        _ => return Err(SyntaxError::new(line, format!("Неизвестная инструкция: #{}", words.join(" ")))),
    }
    Ok(())
}

/// `ИЛИ` of `И` of perhaps `НЕ`, without brackets: more no module of ours needs.
fn holds(condition: &[&str], line: u32, place: Place) -> Result<bool, SyntaxError> {
    let mut any = false;
    for side in condition.split(|word| matches!(*word, "или" | "or")) {
        let mut all = true;
        for factor in side.split(|word| matches!(*word, "и" | "and")) {
            let (is_negated, symbol) = match factor {
                ["не" | "not", symbol] => (true, *symbol),
                [symbol] => (false, *symbol),
                _ => return Err(SyntaxError::new(line, "Непонятное условие препроцессора")),
            };
            if !Place::SYMBOLS.contains(&symbol) {
                return Err(SyntaxError::new(line, format!("Неизвестный символ препроцессора: {symbol}")));
            }
            all &= place.has(symbol) != is_negated;
        }
        any |= all;
    }
    Ok(any)
}
