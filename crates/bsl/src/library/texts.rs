//! Strings.

use super::Function;
use crate::halt::{Halt, Outcome};
use crate::object::Arguments;
use crate::session::Session;
use crate::value::{Value, convert};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("стрдлина", 1, 1, |_, a| some(a.text(0)?.chars().count())),
    Function::new("сокрл", 1, 1, |_, a| some(a.text(0)?.trim_start_matches(is_space))),
    Function::new("сокрп", 1, 1, |_, a| some(a.text(0)?.trim_end_matches(is_space))),
    Function::new("сокрлп", 1, 1, |_, a| some(a.text(0)?.trim_matches(is_space))),
    Function::new("лев", 2, 2, |_, a| some(a.text(0)?.chars().take(length(a, 1)?).collect::<String>())),
    Function::new("прав", 2, 2, right),
    Function::new("сред", 2, 3, middle),
    Function::new("найти", 2, 2, find),
    Function::new("врег", 1, 1, |_, a| some(a.text(0)?.to_uppercase())),
    Function::new("нрег", 1, 1, |_, a| some(a.text(0)?.to_lowercase())),
    Function::new("трег", 1, 1, |_, a| some(title(&a.text(0)?))),
    Function::new("символ", 1, 1, letter),
    Function::new("кодсимвола", 1, 2, code),
    Function::new("пустаястрока", 1, 1, |_, a| {
        some(a.text(0)?.trim_matches(is_space).is_empty())
    }),
    Function::new("стрзаменить", 3, 3, replace),
    Function::new("стрчисловхождений", 2, 2, |_, a| {
        some(a.text(0)?.matches(&*a.text(1)?).count())
    }),
    Function::new("стрчислострок", 1, 1, |_, a| some(a.text(0)?.split('\n').count())),
    Function::new("стрполучитьстроку", 2, 2, line),
    Function::new("найтинедопустимыесимволыxml", 1, 2, forbidden_in_xml),
    Function::new("стрнайти", 2, 5, find).newer(),
    Function::new("стрначинаетсяс", 2, 2, |_, a| some(a.text(0)?.starts_with(&*a.text(1)?))).newer(),
    Function::new("стрзаканчиваетсяна", 2, 2, |_, a| {
        some(a.text(0)?.ends_with(&*a.text(1)?))
    })
    .newer(),
];

/// What functions give: anything that becomes a value.
fn some(value: impl IntoValue) -> Outcome<Option<Value>> {
    Ok(Some(value.into_value()))
}

trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for usize {
    fn into_value(self) -> Value {
        Value::count(self)
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl IntoValue for &str {
    fn into_value(self) -> Value {
        Value::text(self)
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::text(self)
    }
}

/// What `СокрЛП` takes away: spaces, line breaks, tabs, and the space that cannot be broken.
fn is_space(letter: char) -> bool {
    letter.is_whitespace()
}

/// How many letters; a negative count is none.
fn length(arguments: &Arguments, index: usize) -> Outcome<usize> {
    let number = convert::number(&arguments.value(index))?;
    if number.is_sign_negative() { Ok(0) } else { convert::count(&Value::Number(number)) }
}

fn right(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let text = arguments.text(0)?;
    let skipped = text.chars().count().saturating_sub(length(arguments, 1)?);
    some(text.chars().skip(skipped).collect::<String>())
}

/// Letters are counted from 1; a beginning before the text is its beginning.
fn middle(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let text = arguments.text(0)?;
    let from = length(arguments, 1)?.max(1) - 1;
    let count = if arguments.is_given(2) { length(arguments, 2)? } else { usize::MAX };
    some(text.chars().skip(from).take(count).collect::<String>())
}

/// The number of the first letter, 0 where there is none.
fn find(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    if arguments.len() > 2 {
        return Err(Halt::exception("СтрНайти: направление и начало здесь не поддержаны"));
    }
    let text = arguments.text(0)?;
    let wanted = arguments.text(1)?;
    if wanted.is_empty() {
        return some(0);
    }
    some(text.find(&*wanted).map_or(0, |at| text[..at].chars().count() + 1))
}

fn title(text: &str) -> String {
    let mut is_first = true;
    let mut shown = String::new();
    for letter in text.chars() {
        if is_first {
            shown.extend(letter.to_uppercase());
        } else {
            shown.extend(letter.to_lowercase());
        }
        is_first = !letter.is_alphanumeric();
    }
    shown
}

fn letter(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let code = u32::try_from(arguments.count(0)?).ok().and_then(char::from_u32);
    let letter =
        code.ok_or_else(|| Halt::exception("Недопустимое значение параметра (параметр номер '1')"))?;
    some(letter.to_string())
}

/// −1 where there is no such letter.
fn code(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let at = if arguments.is_given(1) { arguments.count(1)? } else { 1 };
    let letter = arguments.text(0)?.chars().nth(at.max(1) - 1);
    Ok(Some(Value::number(letter.map_or(-1, |letter| i64::from(u32::from(letter))))))
}

fn replace(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let wanted = arguments.text(1)?;
    let text = arguments.text(0)?;
    if wanted.is_empty() {
        return some(&*text);
    }
    let by = session.show(&arguments.value(2));
    some(text.replace(&*wanted, &by))
}

fn line(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let text = arguments.text(0)?;
    some(text.split('\n').nth(arguments.count(1)?.max(1) - 1).unwrap_or_default())
}

/// The number of the first letter that XML has no place for, 0 where there is none.
fn forbidden_in_xml(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let is_forbidden = |letter: char| {
        (letter < ' ' && !matches!(letter, '\t' | '\n' | '\r')) || matches!(letter, '\u{fffe}' | '\u{ffff}')
    };
    let text = arguments.text(0)?;
    let from = if arguments.is_given(1) { arguments.count(1)?.max(1) - 1 } else { 0 };
    let found = text.chars().enumerate().skip(from).find(|(_, letter)| is_forbidden(*letter));
    some(found.map_or(0, |(at, _)| at + 1))
}
