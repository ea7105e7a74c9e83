//! A text that nobody may read by accident.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A password, a token, an address with a code in it. Its `Debug` shows that it is there and nothing more.
#[derive(Clone)]
pub(crate) struct Secret(SecretString);

impl Secret {
    /// The text itself, for the place that needs it.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The same secret for crates that take it as such.
    pub(crate) fn to_secret_string(&self) -> SecretString {
        self.0.clone()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
