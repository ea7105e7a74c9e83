use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use bitrix::{Application, CallError, Client};
use domain::{Clock, Ids, Rules, Side, SignedDuration, Timestamp};
use store::{Store, StoreError};
use tokio::sync::{Notify, OnceCell};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::Settings;
use crate::collect::{Hearing, Swept};
use crate::face::Schema;
use crate::inquiry::Terms;
use crate::jobs::{LoadFile, OpenLoad};
use crate::observer::{Nobody, Observer};
use crate::portal::Presets;

/// The ferry. Cheap to clone; all clones share one portal and one store.
#[derive(Clone)]
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) client: Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<Ids>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) presets: Arc<OnceCell<Presets>>,
    /// Held while cards are read and taken, or written and read back: an old reading never overwrites a newer one.
    pub(crate) turnstile: Arc<tokio::sync::Mutex<()>>,
    /// Held while the index of the portal is read for the first time.
    pub(crate) indexing: Arc<tokio::sync::Mutex<()>>,
    pub(crate) swept: Arc<std::sync::Mutex<Swept>>,
    /// What this process is called among the nodes of one database.
    pub(crate) node: Arc<str>,
    /// Whose offline events are fetched.
    pub(crate) application: Option<Application>,
    pub(crate) hearing: Arc<tokio::sync::Mutex<Hearing>>,
    /// Names of stages, pipelines and people.
    pub(crate) terms: Arc<tokio::sync::Mutex<Terms>>,
    /// What the portal calls the fields of a deal. Held while deals are shown something: one round at a time.
    pub(crate) schema: Arc<tokio::sync::Mutex<Schema>>,
    /// Who counts rounds.
    pub(crate) observer: Arc<dyn Observer>,
    wake: Arc<Notify>,
    wake_faces: Arc<Notify>,
    wake_collect: Arc<Notify>,
    pub(crate) wake_hear: Arc<Notify>,
    pub(crate) wake_jobs: Arc<Notify>,
    /// Companies that the full compare under way has read.
    pub(crate) compared: Arc<AtomicU64>,
    /// When somebody came last in the name of 1C with a wrong login or password, in microseconds; 0: nobody did.
    refused: Arc<AtomicI64>,
    /// Who reads the files of a first load.
    pub(crate) load_file: Option<Arc<dyn LoadFile>>,
    /// The file that a job is reading.
    pub(crate) open_load: Arc<tokio::sync::Mutex<Option<OpenLoad>>>,
}

/// What an [`Engine`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where everything durable is.
    pub store: Store,
    /// The portal.
    pub client: Client,
    /// The only time there is.
    pub clock: Arc<dyn Clock>,
    /// The only identifiers there are.
    pub ids: Arc<Ids>,
    /// Rules and pauses.
    pub settings: Settings,
}

/// Why the engine could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Nothing was lost; the same call will do when the database is back.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The portal did not answer as needed.
    #[error(transparent)]
    Portal(#[from] CallError),
    /// The portal lacks something that people have to put right.
    #[error("{0}")]
    Setup(String),
}

/// The longest nap of an idle engine: a delivery that another node wrote is found after it at the latest.
const NAP: SignedDuration = SignedDuration::from_secs(5);

/// Rounds of writing codes between two looks at the portal: `setup` may have ordered all of them.
const CODE_ROUNDS_MAX: usize = 20;
/// How long notices that belong together are waited for.
const GATHERING: SignedDuration = SignedDuration::from_secs(2);

impl Engine {
    /// Puts the parts together. Nothing is asked of the portal yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            node: format!("{:016x}", parts.ids.random()).into(),
            store: parts.store,
            client: parts.client,
            clock: parts.clock,
            ids: parts.ids,
            settings: Arc::new(parts.settings),
            presets: Arc::default(),
            turnstile: Arc::default(),
            indexing: Arc::default(),
            swept: Arc::default(),
            application: None,
            hearing: Arc::default(),
            terms: Arc::default(),
            schema: Arc::default(),
            observer: Arc::new(Nobody),
            wake: Arc::default(),
            wake_faces: Arc::default(),
            wake_collect: Arc::default(),
            wake_hear: Arc::default(),
            wake_jobs: Arc::default(),
            compared: Arc::default(),
            refused: Arc::default(),
            load_file: None,
            open_load: Arc::default(),
        }
    }

    /// The same with somebody who counts rounds.
    #[must_use]
    pub fn with_observer(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }
    }

    /// Who wins where both sides changed a field.
    pub fn rules(&self) -> &Rules {
        &self.settings.rules
    }

    /// Somebody came in the name of 1C with a wrong login or password. Kept in memory: strangers write nothing.
    pub fn onec_was_refused(&self, at: Timestamp) {
        self.refused.fetch_max(at.as_microsecond(), Ordering::Relaxed);
    }

    /// When that happened last, since this process was started.
    pub fn onec_refused_at(&self) -> Option<Timestamp> {
        let at = self.refused.load(Ordering::Relaxed);
        if at == 0 { None } else { Timestamp::from_microsecond(at).ok() }
    }

    /// Takes back what a killed process of this node had leased. Only for a store that one process uses:
    /// on PostgreSQL the leases of a dead node run out by themselves.
    pub async fn recover(&self) -> Result<(), EngineError> {
        if self.store.is_single_node() {
            let mut write = self.store.begin().await?;
            write.release_leases(Side::Bitrix).await?;
            write.release_faces(self.clock.now()).await?;
            write.commit().await?;
            self.store.discard_arriving().await?;
        }
        Ok(())
    }

    /// Works until `shutdown`: collects, listens, delivers and tells side by side. What is in flight is finished first.
    /// Of several nodes on one database one works at a time.
    pub async fn run(&self, shutdown: CancellationToken) {
        while self.await_watch(&shutdown).await {
            let stop = shutdown.child_token();
            tokio::join!(
                Box::pin(self.deliver_for_life(&stop)),
                Box::pin(self.collect_for_life(&stop)),
                Box::pin(self.hear_for_life(&stop)),
                Box::pin(self.show_for_life(&stop)),
                Box::pin(self.work_for_life(&stop)),
                self.keep_watch(&stop)
            );
        }
        self.leave_watch().await;
        info!("The engine has stopped");
    }

    async fn deliver_for_life(&self, shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            let nap = match self.tick().await {
                Ok(round) if round.leased > 0 && round.trouble.is_none() => continue,
                Ok(_) => NAP,
                Err(error) => {
                    error!(error = %error, "A round failed and will be repeated: {error}");
                    NAP
                }
            };
            self.rest(nap, &self.wake, shutdown).await;
        }
    }

    async fn show_for_life(&self, shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            let nap = match self.show_deals_and_notes().await {
                Ok(0) => NAP,
                Ok(_) => continue,
                Err(error) => {
                    warn!(error = %error, "Deals could not be shown what 1C told; tried again: {error}");
                    self.settings.pause_of_outage
                }
            };
            self.rest(nap, &self.wake_faces, shutdown).await;
        }
    }

    async fn show_deals_and_notes(&self) -> Result<usize, EngineError> {
        let shown = self.show_deals().await?;
        let notes = self.write_notes().await?;
        Ok(shown.done + notes)
    }

    async fn collect_for_life(&self, shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            let nap = match self.collect_and_tell().await {
                Ok(()) => NAP.min(self.settings.sweep_every),
                Err(error) => {
                    warn!(error = %error, "Bitrix24 could not be looked at; nothing is lost, the next look finds it: {error}");
                    self.settings.pause_of_outage
                }
            };
            self.rest(nap, &self.wake_collect, shutdown).await;
            // Saving a card makes several notices: one reading answers all of them.
            if self.store.looks_waiting().await.is_ok_and(|waiting| waiting > 0) {
                self.rest(GATHERING, &Notify::new(), shutdown).await;
            }
        }
    }

    async fn collect_and_tell(&self) -> Result<(), EngineError> {
        self.collect().await?;
        self.tell().await?;
        self.look_after_bridge().await?;
        for _ in 0..CODE_ROUNDS_MAX {
            if self.show_codes().await? == 0 {
                break;
            }
        }
        Ok(())
    }

    pub(crate) async fn rest(&self, nap: SignedDuration, wake: &Notify, shutdown: &CancellationToken) {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = wake.notified() => {}
            () = self.clock.sleep(nap) => {}
        }
    }

    /// There is something to do.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// 1C has told something that deals have to show.
    pub(crate) fn wake_faces(&self) {
        self.wake_faces.notify_one();
    }

    /// A person has asked for a job, or wants one to end.
    pub(crate) fn wake_jobs(&self) {
        self.wake_jobs.notify_one();
    }

    /// Somebody said that a card has changed.
    pub(crate) fn wake_collect(&self) {
        self.wake_collect.notify_one();
    }

    /// Whether the portal answers, and how fast, as far as this process has called it.
    pub fn portal_health(&self) -> bitrix::Health {
        self.client.health()
    }

    /// The store, for commands that only read.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("settings", &self.settings).finish_non_exhaustive()
    }
}
