//! The box module `parom.bridge`: a portal may have it or not. It refuses a repeated ИНН (`guard`), keeps a queue of
//! changes and posts it until it is taken (`outbox`), and answers `parom.bridge.ping` and `parom.bridge.state`
//! (`methods/bridge.rs`) to an administrator and to its technical user. It does what the PHP of `adapters/bitrix24` does.

pub(crate) mod guard;
pub(crate) mod outbox;

use super::portal::Portal;
use outbox::Outbox;

/// The settings of the module, as its page on the portal has them.
#[derive(Clone)]
pub struct BoxModule {
    /// Where to post changes; empty: nothing is kept or posted.
    pub url: String,
    /// The key of the signature; with less than 16 characters nothing is posted.
    pub secret: String,
    /// Refuse a repeated ИНН.
    pub guard: bool,
    /// Let branches pass: the same ИНН with another КПП.
    pub branches: bool,
    /// The owner of Parom's webhook: what he changes over REST is not posted. 0: nobody.
    pub technical_user: i64,
    /// What the module calls its version.
    pub version: String,
    /// What it says to speak.
    pub protocol: i64,
}

impl BoxModule {
    /// Characters of a secret; a shorter one could be guessed, so the module posts nothing with it.
    pub const SECRET_MIN: usize = 16;

    /// The module as it is delivered: it refuses, branches included, and posts every change to `url`.
    pub fn new(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            secret: secret.into(),
            guard: true,
            branches: false,
            technical_user: 0,
            version: "1.0.0".to_owned(),
            protocol: 1,
        }
    }

    /// The module right after it was installed: it refuses and posts nothing.
    pub fn without_address() -> Self {
        Self::new("", "")
    }

    /// The same without the refusal.
    #[must_use]
    pub fn without_guard(self) -> Self {
        Self { guard: false, ..self }
    }

    pub(crate) fn posts(&self) -> bool {
        !self.url.is_empty() && self.secret.len() >= Self::SECRET_MIN
    }
}

/// The secret is not shown.
impl std::fmt::Debug for BoxModule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoxModule")
            .field("url", &self.url)
            .field("guard", &self.guard)
            .field("branches", &self.branches)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The module of a portal. Got from [`Portal::module`].
pub struct Module<'a> {
    pub(super) portal: &'a Portal,
}

impl Module<'_> {
    /// Installs the module, or sets it otherwise: its queue stays.
    pub fn install(&self, settings: BoxModule) {
        let mut state = self.portal.inner.state();
        let outbox = state.module.take().map(|installed| installed.outbox).unwrap_or_default();
        state.module = Some(Installed { settings, has_folder: true, outbox });
    }

    /// Uninstalls it. Nothing is left.
    pub fn uninstall(&self) {
        self.portal.inner.state().module = None;
    }

    /// Somebody deletes its folder, or puts it back: the portal passes a module over whose files are not there, without a word.
    pub fn set_folder(&self, is_there: bool) {
        if let Some(installed) = &mut self.portal.inner.state().module {
            installed.has_folder = is_there;
        }
    }

    /// How many changes wait in its queue.
    pub fn waiting(&self) -> usize {
        self.portal.inner.state().module.as_ref().map_or(0, |installed| installed.outbox.len())
    }
}

/// What the portal keeps of the module.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    pub(crate) settings: BoxModule,
    has_folder: bool,
    pub(crate) outbox: Outbox,
}

impl Installed {
    /// The module, if it runs.
    pub(crate) fn running(installed: Option<&Self>) -> Option<&Self> {
        installed.filter(|installed| installed.has_folder)
    }

    /// The module, if it runs and posts changes.
    pub(crate) fn posting(installed: Option<&mut Self>) -> Option<&mut Self> {
        installed.filter(|installed| installed.has_folder && installed.settings.posts())
    }
}
