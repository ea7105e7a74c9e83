//! A session, and code that runs in it.

use bsl::{Halt, Infobase, LoadError, Place, Platform, Session, Value, ka11};
use jiff::civil::date;

/// A base whose clock stands still.
pub(crate) fn base() -> Infobase {
    ka11::infobase(|| date(2026, 11, 20).at(9, 5, 0, 0))
}

/// A session of platform 8.3 on a server.
pub(crate) fn session() -> Session {
    Session::new(Platform::V83, &base())
}

/// What a function with this body gives.
pub(crate) fn outcome(session: &mut Session, body: &str) -> Result<Value, Halt> {
    let text = format!("Функция Ответ() Экспорт\n{body}\nКонецФункции\n");
    let instance = session.load("Проба", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
    session.call(&instance, "Ответ", &[])
}

/// What it gives, shown as 1C shows it.
pub(crate) fn shown(body: &str) -> String {
    shown_in(&mut session(), body)
}

/// The same in a session of the test.
pub(crate) fn shown_in(session: &mut Session, body: &str) -> String {
    let text = format!(
        "Функция Ответ()\n{body}\nКонецФункции\nФункция Показано() Экспорт\nВозврат Строка(Ответ());\nКонецФункции\n"
    );
    let instance = session.load("Проба", &text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let shown = session.call(&instance, "Показано", &[]).unwrap_or_else(|halt| panic!("{halt}\n{text}"));
    shown.as_text().expect("Строка() gives a string").to_owned()
}

/// What the exception says.
pub(crate) fn exception(body: &str) -> String {
    exception_in(&mut session(), body)
}

/// The same in a session of the test.
pub(crate) fn exception_in(session: &mut Session, body: &str) -> String {
    match outcome(session, body) {
        Ok(value) => panic!("no exception, but {value:?}"),
        Err(Halt::Thrown(exception)) => exception.brief(),
        Err(Halt::Death) => panic!("death"),
    }
}

/// The errors of a module that does not compile, with their lines.
pub(crate) fn errors(platform: Platform, place: Place, text: &str) -> Vec<String> {
    let base = base();
    match Session::new(platform, &base).at(place).load("Проба", text, &[]) {
        Err(LoadError::Syntax(errors)) => errors.iter().map(ToString::to_string).collect(),
        Err(LoadError::Halt(halt)) => panic!("{halt}"),
        Ok(_) => Vec::new(),
    }
}
