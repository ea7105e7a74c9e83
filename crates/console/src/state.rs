//! What the binary hands to the console, and what every handler is given.

use std::ops::Deref;
use std::sync::Arc;

use domain::{Clock, Ids, Timestamp};
use engine::Engine;
use jiff::tz::TimeZone;
use store::Store;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::facts::Facts;
use crate::hub::Hub;
use crate::look::Looks;

/// What the console is made of.
pub struct Parts {
    /// Everything durable.
    pub store: Store,
    /// Decides and drives.
    pub engine: Engine,
    /// The only time there is.
    pub clock: Arc<dyn Clock>,
    /// The only identifiers there are.
    pub ids: Arc<Ids>,
    /// The zone in which people read moments: that of 1C.
    pub zone: TimeZone,
    /// The portal as browsers reach it, for links to its cards: `https://portal.example.ru`.
    pub portal: String,
    /// Under which address people open the console, where a reverse proxy stands before it.
    pub public_url: Option<Url>,
    /// All settings, for people to read.
    pub settings: Vec<Setting>,
    /// When alerts are raised, and for whom.
    pub alert_rules: alerts::Rules,
    /// Where tasks are spawned, so that the end waits for them.
    pub tasks: TaskTracker,
    /// Becomes cancelled when the service shall end.
    pub stop: CancellationToken,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("portal", &self.portal).finish_non_exhaustive()
    }
}

/// A setting as people may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `[onec]` without brackets.
    pub section: String,
    /// The key.
    pub key: String,
    /// What it is set to.
    pub value: SettingValue,
    /// Who set it.
    pub origin: Origin,
}

/// What of a value people may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// As it was written.
    Text(String),
    /// A secret that is set.
    Hidden,
    /// Nothing is set.
    Unset,
}

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The file of settings.
    File,
    /// A variable of the environment.
    Variable,
    /// A file of a secret.
    SecretFile,
}

/// What every handler is given. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Console(Arc<Inner>);

/// The insides of a [`Console`].
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<Ids>,
    pub(crate) zone: TimeZone,
    pub(crate) portal: String,
    pub(crate) public_url: Option<Url>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) alert_rules: alerts::Rules,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    pub(crate) hub: Hub,
    /// How things stood a moment ago: every page shows the light.
    pub(crate) facts: tokio::sync::Mutex<Option<Arc<Facts>>>,
    /// A password costs 19 MiB and some hundredths of a second: strangers must not have many checked at once.
    pub(crate) hashing: Semaphore,
    /// How the portal was found a moment ago.
    pub(crate) looks: Looks,
    exports: Arc<Semaphore>,
}

/// Tables that are written at the same time.
const EXPORTS_MAX: usize = 2;

/// Passwords that are checked at the same time.
const HASHING_MAX: usize = 2;

impl Console {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            hub: Hub::default(),
            facts: tokio::sync::Mutex::default(),
            hashing: Semaphore::new(HASHING_MAX),
            looks: Looks::default(),
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            store: parts.store,
            engine: parts.engine,
            clock: parts.clock,
            ids: parts.ids,
            zone: parts.zone,
            portal: parts.portal,
            public_url: parts.public_url,
            settings: parts.settings,
            alert_rules: parts.alert_rules,
            tasks: parts.tasks,
            stop: parts.stop,
        }))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// «2026-11-28» where 1C is, for names of files.
    pub(crate) fn today(&self) -> String {
        self.now().to_zoned_datetime(self.zone.clone()).date().to_string()
    }

    /// A place among those who write a table; `None`: all are taken.
    pub(crate) fn exporting(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.exports).try_acquire_owned().ok()
    }

    /// The card of a company, in the portal.
    pub(crate) fn company(&self, company: i64) -> String {
        format!("{}/crm/company/details/{company}/", self.portal)
    }

    /// The card of a deal, in the portal.
    pub(crate) fn deal(&self, deal: i64) -> String {
        format!("{}/crm/deal/details/{deal}/", self.portal)
    }

    /// Whether people reach us by https.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

impl Deref for Console {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
