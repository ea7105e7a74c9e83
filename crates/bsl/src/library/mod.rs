//! The global context: functions, properties and classes of the platform, each with the generation that brought it.

#![expect(
    clippy::unnecessary_wraps,
    reason = "functions of the platform may all stop, and the table wants one type"
)]

mod classes;
mod files;
mod globals;
mod system;
mod texts;
mod values;

pub(crate) use classes::{class_exists, create};
pub(crate) use files::failed as failed_file;
pub(crate) use globals::{global, global_exists};

use std::fmt;

use crate::halt::{Halt, Outcome};
use crate::object::Arguments;
use crate::platform::{Place, Platform};
use crate::session::Session;
use crate::value::Value;

type Run = fn(&mut Session, &Arguments) -> Outcome<Option<Value>>;

/// A function or a procedure of the global context.
pub(crate) struct Function {
    /// With small letters.
    key: &'static str,
    pub(crate) gives_value: bool,
    pub(crate) needed: usize,
    pub(crate) most: usize,
    since: Platform,
    is_for_clients: bool,
    pub(crate) run: Run,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)
    }
}

impl Function {
    const fn new(key: &'static str, needed: usize, most: usize, run: Run) -> Self {
        Self { key, gives_value: true, needed, most, since: Platform::V82, is_for_clients: false, run }
    }

    /// It gives no value.
    const fn procedure(mut self) -> Self {
        self.gives_value = false;
        self
    }

    /// 8.2 does not know it.
    const fn newer(mut self) -> Self {
        self.since = Platform::V83;
        self
    }

    /// Only where a user sits.
    const fn for_clients(mut self) -> Self {
        self.is_for_clients = true;
        self
    }

    /// Whether this platform knows it in this place.
    pub(crate) fn is_here(&self, platform: Platform, place: Place) -> bool {
        self.since <= platform && (!self.is_for_clients || place.is_client())
    }

    /// `Вычислить` is the interpreter's own work, for it sees the variables of its caller.
    pub(crate) fn is_evaluation(&self) -> bool {
        self.key == "вычислить"
    }
}

const EVALUATE: &[Function] = &[Function::new("вычислить", 1, 1, |_, _| {
    Err(Halt::exception("«Вычислить» исполняет сам интерпретатор"))
})];

/// The function with this name, whichever platform knows it.
pub(crate) fn find(key: &str) -> Option<&'static Function> {
    [EVALUATE, texts::FUNCTIONS, values::FUNCTIONS, files::FUNCTIONS, system::FUNCTIONS]
        .into_iter()
        .flatten()
        .find(|function| function.key == key)
}
