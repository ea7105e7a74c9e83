//! `[store]`: where Parom keeps what it knows.

use std::fmt;

use super::Secret;
use super::reader::Section;

/// The database.
#[derive(Clone)]
pub(crate) struct Store {
    /// `sqlite://path` or `postgres://user:password@host/database`; a secret because of the password.
    pub(crate) url: Secret,
}

const SCHEMES: [&str; 3] = ["sqlite:", "postgres://", "postgresql://"];

impl Default for Store {
    fn default() -> Self {
        Self { url: Secret::from("sqlite://parom.db".to_owned()) }
    }
}

impl Store {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let url = section.take_secret("url", |url| {
            if SCHEMES.iter().any(|scheme| url.expose().starts_with(scheme)) {
                Ok(url)
            } else {
                Err("ожидается \"sqlite://файл.db\" или \"postgres://пользователь:пароль@сервер/база\""
                    .to_owned())
            }
        });
        url.map_or_else(Self::default, |url| Self { url })
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.url.expose().split(':').next().unwrap_or_default();
        f.debug_struct("Store").field("url", &format_args!("{scheme}:***")).finish()
    }
}
