//! Offline events of a local application: the portal writes down what has happened, and we fetch it. A fourth source of
//! notices, quick and with no way into our network; sweeps find everything without it.
//!
//! Events are reserved, kept as notices, and only then forgotten. Whatever breaks in between is still in the portal.

use bitrix::{Application, CallError, Denial, EVENTS_MAX, Grant, NotConnected, Parcel};
use domain::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::Engine;
use crate::engine::EngineError;

/// Parcels of fifty taken at once; what is left waits for the next time.
const PARCELS_MAX: usize = 40;
/// How often to look whether the subscriptions are still there: an update of the application in the portal drops them.
const SUBSCRIBE_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// The longest pause of a source that does not answer.
const PAUSE_MAX: SignedDuration = SignedDuration::from_mins(10);

/// What is known of the queue since the process started.
#[derive(Debug)]
pub(crate) struct Hearing {
    /// When the subscriptions were last seen to be there.
    subscribed_at: Option<Timestamp>,
    /// A parcel may be reserved by nobody who lives: a killed process, a lost answer.
    is_something_behind: bool,
    /// The licence knows no parcels: events are taken and gone, and sweeps find what breaks in between.
    takes_at_once: bool,
}

impl Default for Hearing {
    fn default() -> Self {
        Self { subscribed_at: None, is_something_behind: true, takes_at_once: false }
    }
}

impl Engine {
    /// The same engine, which fetches the offline events of this application too.
    #[must_use]
    pub fn with_application(mut self, application: Application) -> Self {
        self.application = Some(application);
        self
    }

    /// The local application, where there is one.
    pub fn application(&self) -> Option<&Application> {
        self.application.as_ref()
    }

    /// Connects the application with what the portal handed over, if the portal confirms it, and begins to listen.
    pub async fn connect_application(&self, grant: Grant) -> Result<(), NotConnected> {
        let Some(application) = &self.application else { return Ok(()) };
        application.connect(grant).await?;
        // It may have been installed anew, without its subscriptions.
        *self.hearing.lock().await = Hearing::default();
        info!("The local application of Bitrix24 is connected");
        self.wake_hear.notify_one();
        Ok(())
    }

    /// Fetches what has happened since the last time and keeps it as notices. Returns how many events there were.
    pub async fn hear(&self) -> Result<usize, EngineError> {
        let Some(application) = &self.application else { return Ok(0) };
        let mut hearing = self.hearing.lock().await;
        let now = self.clock.now();
        if hearing.subscribed_at.is_none_or(|at| now.duration_since(at) >= SUBSCRIBE_EVERY) {
            application.subscribe().await?;
            hearing.subscribed_at = Some(now);
        }
        let mut heard = 0;
        if hearing.is_something_behind {
            heard += self.hear_what_is_behind(application).await?;
        }
        // Until the end it is not known what became of a parcel.
        hearing.is_something_behind = true;
        for _ in 0..PARCELS_MAX {
            let parcel = next(application, &mut hearing).await?;
            heard += parcel.len();
            let is_last = parcel.len() < EVENTS_MAX;
            self.keep(application, &parcel, hearing.takes_at_once).await?;
            if is_last {
                break;
            }
        }
        hearing.is_something_behind = false;
        Ok(heard)
    }

    /// Listens until `shutdown`. What goes wrong here is told once and stops nobody else.
    pub(crate) async fn hear_for_life(&self, shutdown: &CancellationToken) {
        if self.application.is_none() {
            return;
        }
        let (mut pause, mut told) = (self.settings.offline_every, None);
        while !shutdown.is_cancelled() {
            match self.hear().await {
                Ok(heard) => {
                    if told.take().is_some() {
                        info!("Offline events of Bitrix24 are fetched again");
                    }
                    if heard > 0 {
                        debug!(heard, "{heard} offline events were fetched");
                    }
                    pause = self.settings.offline_every;
                }
                Err(error) => {
                    let text = error.to_string();
                    if told.as_ref() != Some(&text) {
                        warn!(error = %text, "Offline events of Bitrix24 are not fetched, sweeps go on: {text}");
                    }
                    told = Some(text);
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
            self.rest(pause, &self.wake_hear, shutdown).await;
        }
    }

    async fn hear_what_is_behind(&self, application: &Application) -> Result<usize, EngineError> {
        let mut heard = 0;
        for _ in 0..PARCELS_MAX {
            let parcels = application.left_behind().await?;
            if parcels.is_empty() {
                break;
            }
            for parcel in &parcels {
                heard += parcel.len();
                self.keep(application, parcel, false).await?;
            }
        }
        Ok(heard)
    }

    /// The notices are durable before the portal forgets them.
    async fn keep(
        &self,
        application: &Application,
        parcel: &Parcel,
        is_gone: bool,
    ) -> Result<(), EngineError> {
        self.take_notices(&parcel.notices).await?;
        if !is_gone && !parcel.is_empty() {
            application.forget(parcel).await?;
        }
        Ok(())
    }
}

async fn next(application: &Application, hearing: &mut Hearing) -> Result<Parcel, CallError> {
    if !hearing.takes_at_once {
        match application.reserve().await {
            Err(CallError::Denied { why: Denial::Licence, error, .. }) => {
                info!(
                    "The licence of Bitrix24 does not let events be reserved, they are taken at once: {error}"
                );
                hearing.takes_at_once = true;
            }
            other => return other,
        }
    }
    application.take().await
}
