use std::sync::Arc;

use bitrix::{CallError, Client};
use domain::{Clock, Ids, Side, SignedDuration};
use store::{Store, StoreError};
use tokio::sync::{Notify, OnceCell};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::Settings;
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
    wake: Arc<Notify>,
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

impl Engine {
    /// Puts the parts together. Nothing is asked of the portal yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            client: parts.client,
            clock: parts.clock,
            ids: parts.ids,
            settings: Arc::new(parts.settings),
            presets: Arc::default(),
            wake: Arc::default(),
        }
    }

    /// Takes back what a killed process of this node had leased. Only for a store that one process uses:
    /// on PostgreSQL the leases of a dead node run out by themselves.
    pub async fn recover(&self) -> Result<(), EngineError> {
        if self.store.is_single_node() {
            let mut write = self.store.begin().await?;
            write.release_leases(Side::Bitrix).await?;
            write.commit().await?;
        }
        Ok(())
    }

    /// Works until `shutdown`; the round in flight is finished first.
    pub async fn run(&self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let nap = match self.tick().await {
                Ok(round) if round.leased > 0 && round.trouble.is_none() => continue,
                Ok(_) => NAP,
                Err(error) => {
                    error!(error = %error, "A round failed and will be repeated: {error}");
                    NAP
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.wake.notified() => {}
                () = self.clock.sleep(nap) => {}
            }
        }
        info!("The engine has stopped");
    }

    /// There is something to do.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
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
