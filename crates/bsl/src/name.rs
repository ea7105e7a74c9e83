//! Names of 1C: letter case does not matter, but people see what was written.

use std::fmt;
use std::rc::Rc;

/// A name as it was written, and as it is compared.
#[derive(Clone)]
pub struct Name {
    shown: Rc<str>,
    key: Rc<str>,
}

impl Name {
    /// A name as somebody wrote it.
    pub fn new(shown: &str) -> Self {
        Self { shown: shown.into(), key: key(shown).into() }
    }

    /// The same for every spelling: small letters.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// As it was written.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether this is another spelling of `other`.
    pub fn is(&self, other: &str) -> bool {
        *self.key == key(other)
    }
}

/// What is the same for every spelling of a name.
pub(crate) fn key(name: &str) -> String {
    name.to_lowercase()
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Name {}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
