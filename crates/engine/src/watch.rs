//! Of several nodes on one database only one works; the others serve HTTP and stand by.
//!
//! Cards are read and taken, or written and read back, under the turnstile of one process: two working nodes could
//! take an old reading after a newer one. A database of one process needs no watch.

use domain::SignedDuration;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::Engine;

/// What there is to keep.
const NAME: &str = "engine";
/// How long a dead node is waited for.
const HELD_FOR: SignedDuration = SignedDuration::from_secs(60);
/// How often the watch is renewed, and asked for by who stands by.
const RENEWED_EVERY: SignedDuration = SignedDuration::from_secs(15);

impl Engine {
    /// Waits until this node has the watch; `false`: `shutdown` came first.
    pub(crate) async fn await_watch(&self, shutdown: &CancellationToken) -> bool {
        let mut stands_by = false;
        while !shutdown.is_cancelled() {
            if self.take_watch().await {
                if stands_by {
                    info!("This node works now");
                }
                return true;
            }
            if !stands_by {
                info!("Another node works; this one stands by");
                stands_by = true;
            }
            tokio::select! {
                () = self.clock.sleep(RENEWED_EVERY) => {}
                () = shutdown.cancelled() => {}
            }
        }
        false
    }

    /// Renews the watch until `stop`. When it is lost, `stop` is called: another node works.
    pub(crate) async fn keep_watch(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = self.clock.sleep(RENEWED_EVERY) => {}
                () = stop.cancelled() => break,
            }
            if !stop.is_cancelled() && !self.take_watch().await {
                warn!("This node has lost its watch and stands by");
                stop.cancel();
            }
        }
    }

    /// Lets another node work at once.
    pub(crate) async fn leave_watch(&self) {
        if self.store.is_single_node() {
            return;
        }
        let left = async {
            let mut write = self.store.begin().await?;
            write.leave_watch(NAME, &self.node).await?;
            write.commit().await
        };
        if let Err(error) = left.await {
            warn!(error = %error, "The watch runs out by itself: {error}");
        }
    }

    async fn take_watch(&self) -> bool {
        if self.store.is_single_node() {
            return true;
        }
        let now = self.clock.now();
        let taken = async {
            let mut write = self.store.begin().await?;
            let taken = write.take_watch(NAME, &self.node, now, now + HELD_FOR).await?;
            write.commit().await?;
            Ok::<_, store::StoreError>(taken)
        };
        taken.await.unwrap_or_else(|error| {
            warn!(error = %error, "Whether this node works is not known: {error}");
            false
        })
    }
}
