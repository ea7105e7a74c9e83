//! Tells open pages that something has changed, and which parts of them to load anew.
//!
//! One task looks once a second, while anybody listens, at a few numbers of the store ([`Pulse`]). Pages get no data,
//! only names of parts: they fetch what they show by the same addresses as everybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::SignedDuration;
use store::Pulse;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use tracing::warn;

use crate::state::Console;

/// Pages that listen at the same time; others are shown without updates.
pub(crate) const LISTENERS_MAX: usize = 64;

/// How often somebody looks whether anything has changed.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// Changes that a slow page may lag behind; what it misses does not matter, since the next one says the same.
const BACKLOG: usize = 16;

macro_rules! parts {
    ($( $(#[$doc:meta])* $name:ident = $word:literal, $moved:expr; )*) => {
        /// What of the whole has changed. Its word is the name of the event: `hx-trigger="sse:parked"`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Part { $( $(#[$doc])* $name, )* }

        impl Part {
            const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name of the event.
            pub(crate) const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            fn has_moved(self, before: &Pulse, after: &Pulse) -> bool {
                let moved: fn(&Pulse, &Pulse) -> bool = match self { $(Self::$name => $moved,)* };
                moved(before, after)
            }
        }
    };
}

parts! {
    /// Anything at all.
    Anything = "anything", |before, after| before != after;
    /// Records travelled.
    Traffic = "traffic", |before, after| before.traffic != after.traffic;
    /// Records wait for a person, or wait no more.
    Parked = "parked", |before, after| before.held != after.held;
    /// Fields wait for a decision, or wait no more.
    Conflicts = "conflicts", |before, after| before.conflicts != after.conflicts;
    /// 1C called, or a lane was stopped or opened.
    Shores = "shores", |before, after| before.shores != after.shores;
}

/// Who listens.
pub(crate) struct Hub {
    places: Arc<Semaphore>,
    changes: broadcast::Sender<Part>,
    is_looking: AtomicBool,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(LISTENERS_MAX)),
            changes: broadcast::channel(BACKLOG).0,
            is_looking: AtomicBool::new(false),
        }
    }
}

/// A page that listens.
pub(crate) struct Listener {
    changes: broadcast::Receiver<Part>,
    _place: OwnedSemaphorePermit,
}

impl Listener {
    /// The next part that has changed; `None`: there will be no more.
    pub(crate) async fn next(&mut self) -> Option<Part> {
        match self.changes.recv().await {
            Ok(part) => Some(part),
            // It does not matter which ones were missed.
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Part::Anything),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

impl Console {
    /// A place among the listeners; `None`: all are taken.
    pub(crate) fn listen(&self) -> Option<Listener> {
        let place = Arc::clone(&self.hub.places).try_acquire_owned().ok()?;
        let changes = self.hub.changes.subscribe();
        if !self.hub.is_looking.swap(true, Ordering::SeqCst) {
            let console = self.clone();
            self.tasks.spawn(async move { console.look_while_somebody_listens().await });
        }
        Some(Listener { changes, _place: place })
    }

    async fn look_while_somebody_listens(&self) {
        let mut before = None;
        loop {
            tokio::select! {
                () = self.clock.sleep(LOOK_EVERY) => {}
                () = self.stop.cancelled() => return,
            }
            if self.hub.changes.receiver_count() == 0 {
                self.hub.is_looking.store(false, Ordering::SeqCst);
                // Somebody who came between the two lines above starts no second task and needs this one.
                let is_needed = self.hub.changes.receiver_count() > 0;
                if !is_needed || self.hub.is_looking.swap(true, Ordering::SeqCst) {
                    return;
                }
            }
            match self.store.pulse().await {
                Ok(after) => {
                    self.tell(before.as_ref(), &after);
                    before = Some(after);
                }
                Err(error) => warn!(error = %error, "Open pages are not told of changes: {error}"),
            }
        }
    }

    fn tell(&self, before: Option<&Pulse>, after: &Pulse) {
        let Some(before) = before else { return };
        for part in Part::ALL.iter().filter(|part| part.has_moved(before, after)) {
            // Nobody listens any more: nothing to tell.
            let _ = self.hub.changes.send(*part);
        }
    }
}
