//! What is wrong with the settings, for the person who wrote them.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing to mend. Texts are in Russian and never contain the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where the wrong thing stands.
    pub(crate) place: Place,
    /// What is wrong and what would be right.
    pub(crate) text: String,
}

/// Where a setting was found. The order is the order in which problems are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A line of the file, from 1.
    Line(usize),
    /// An environment variable.
    Variable(String),
    /// The file as a whole: something is not in it.
    Whole,
}

/// Everything that is wrong, at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problems {
    file: Option<PathBuf>,
    problems: Vec<Problem>,
}

impl Problem {
    pub(super) fn new(place: Place, text: impl Into<String>) -> Self {
        Self { place, text: text.into() }
    }
}

impl Problems {
    /// The file cannot be read at all.
    pub(super) fn of_file(path: &Path, error: &std::io::Error) -> Self {
        let text = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "файла нет; создайте его по образцу из `parom config` или укажите другой ключом --config"
                    .to_owned()
            }
            std::io::ErrorKind::InvalidData => {
                "файл не в UTF-8; пересохраните его в этой кодировке".to_owned()
            }
            _ => format!("файл не читается: {error}"),
        };
        Self { file: Some(path.to_owned()), problems: vec![Problem::new(Place::Whole, text)] }
    }

    /// The same problems with the name of the file above them.
    pub(super) fn in_file(self, path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..self }
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        Self { file: None, problems }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = match &self.file {
            Some(file) => {
                write!(f, "настройки в {} не годятся:", file.display())?;
                "\n  "
            }
            None => "",
        };
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 && indent.is_empty() {
                f.write_str("\n")?;
            }
            write!(f, "{indent}{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Line(line) => write!(f, "строка {line}: {}", self.text),
            Place::Variable(name) => write!(f, "переменная {name}: {}", self.text),
            Place::Whole => f.write_str(&self.text),
        }
    }
}

impl std::error::Error for Problem {}

impl std::error::Error for Problems {}
