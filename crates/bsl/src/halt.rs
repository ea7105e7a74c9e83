//! Why code stops: an exception that `Попытка` can take, or the death of the process, which nothing can.

use std::fmt;
use std::rc::Rc;

/// The result of anything that may stop.
pub type Outcome<T> = Result<T, Halt>;

/// Why code stops.
#[derive(Clone, Debug)]
pub enum Halt {
    /// An exception of 1C.
    Thrown(Box<Exception>),
    /// The process was killed here, or the power went.
    Death,
}

/// An exception of 1C.
#[derive(Clone, Debug)]
pub struct Exception {
    /// What happened.
    pub description: Rc<str>,
    /// Why it happened.
    pub cause: Option<Box<Exception>>,
    /// Where: the module and the line.
    pub place: Option<(Rc<str>, u32)>,
    /// The infobase was working when it happened: a transaction that is open is spoiled.
    pub spoils_transaction: bool,
}

impl Halt {
    /// An exception that says this.
    pub fn exception(description: impl AsRef<str>) -> Self {
        Self::Thrown(Box::new(Exception {
            description: description.as_ref().into(),
            cause: None,
            place: None,
            spoils_transaction: false,
        }))
    }

    /// An exception of the infobase itself: a transaction that is open cannot be saved any more.
    pub fn of_the_infobase(description: impl AsRef<str>) -> Self {
        match Self::exception(description) {
            Self::Thrown(mut exception) => {
                exception.spoils_transaction = true;
                Self::Thrown(exception)
            }
            Self::Death => Self::Death,
        }
    }

    /// The same, with the line where it happened, unless it is known already.
    pub(crate) fn at(self, module: &Rc<str>, line: u32) -> Self {
        match self {
            Self::Thrown(mut exception) => {
                exception.place.get_or_insert_with(|| (module.clone(), line));
                Self::Thrown(exception)
            }
            Self::Death => Self::Death,
        }
    }

    /// An exception out of a method of the platform becomes the reason of another, as 1C tells it.
    pub(crate) fn in_method(self, method: &str) -> Self {
        match self {
            Self::Thrown(cause) if cause.place.is_none() => Self::Thrown(Box::new(Exception {
                description: format!("Ошибка при вызове метода контекста ({method})").into(),
                spoils_transaction: cause.spoils_transaction,
                cause: Some(cause),
                place: None,
            })),
            other => other,
        }
    }
}

impl Exception {
    /// `КраткоеПредставлениеОшибки`: what happened and why, without places.
    pub fn brief(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {}", self.description, cause.brief()),
            None => self.description.to_string(),
        }
    }

    /// `ОписаниеОшибки`: the same with the place before it.
    pub fn described(&self) -> String {
        match &self.place {
            Some((module, line)) => format!("{{{module}({line})}}: {}", self.brief()),
            None => self.brief(),
        }
    }

    /// `ПодробноеПредставлениеОшибки`: every reason on lines of its own.
    pub fn in_full(&self) -> String {
        let mut told = match &self.place {
            Some((module, line)) => format!("{{{module}({line})}}: {}", self.description),
            None => self.description.to_string(),
        };
        if let Some(cause) = &self.cause {
            told.push_str("\nпо причине:\n");
            told.push_str(&cause.in_full());
        }
        told
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thrown(exception) => f.write_str(&exception.in_full()),
            Self::Death => f.write_str("процесс 1С завершён"),
        }
    }
}
