//! Notices to whoever wants to know of changes, as unreliable as on a real portal.
//!
//! An outgoing webhook goes through a queue in the vendor's cloud: one POST per event, no second attempt. The box
//! module keeps its own queue in the portal's database and repeats it until it is taken.
//! <https://apidocs.bitrix24.com/api-reference/events/index.html>

mod desk;
mod webhook;

use domain::SignedDuration;
use jiff::Timestamp;

pub(crate) use desk::Desk;

use super::portal::{Portal, really_wait};

/// How often the portal looks by itself whether a delayed notice is due, in real time.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(100);

/// An outgoing webhook as an administrator fills it in. It is subscribed to every event of companies, requisites, bank
/// details, addresses and deals.
#[derive(Clone)]
pub struct OutgoingWebhook {
    /// Where to post.
    pub url: String,
    /// `auth[application_token]`.
    pub token: String,
}

/// What becomes of notices on their way. The default is fair weather.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticeWeather {
    /// How many percent of the notices of the webhook, or of the posts of the module, never arrive.
    pub lose: u8,
    /// How many percent arrive twice.
    pub double: u8,
    /// How late they are, by the clock of the settings.
    pub delay: SignedDuration,
    /// Whether those that are due together go in any order.
    pub shuffle: bool,
    /// The same seed and the same events make the same weather.
    pub seed: u64,
}

/// What [`Notices::deliver`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Posts that were answered well.
    pub taken: usize,
    /// Posts without an answer or with a bad one. Of the webhook these are gone.
    pub failed: usize,
}

/// The notices of a portal. Got from [`Portal::notices`]. Nothing is noticed until a webhook is set or the box module
/// is installed ([`Portal::module`]), and
/// nothing is sent until [`Notices::deliver`] or [`Notices::deliver_by_themselves`].
pub struct Notices<'a> {
    pub(super) portal: &'a Portal,
}

impl Notices<'_> {
    /// From now on events go to an outgoing webhook, or with `None` to none.
    pub fn set_webhook(&self, webhook: Option<OutgoingWebhook>) {
        self.portal.inner.desk.post().webhook = webhook;
    }

    /// Changes what becomes of notices from now on.
    pub fn set_weather(&self, weather: NoticeWeather) {
        self.portal.inner.desk.post().change_weather(weather);
    }

    /// How many notices wait: in the vendor's cloud and in the queue of the module.
    pub fn waiting(&self) -> usize {
        let queued = self.portal.module().waiting();
        self.portal.inner.desk.post().cloud.len() + queued
    }

    /// How many notices were lost by the weather or because nobody took them.
    pub fn lost(&self) -> u64 {
        self.portal.inner.desk.post().lost
    }

    /// Sends what is due now.
    pub async fn deliver(&self) -> Delivered {
        self.portal.inner.deliver().await
    }

    /// From now on notices leave by themselves, moments after the event, until the portal stops.
    pub fn deliver_by_themselves(&self) {
        let inner = std::sync::Arc::clone(&self.portal.inner);
        if inner.desk.post().set_out() {
            return;
        }
        let shutdown = self.portal.running.shutdown.clone();
        self.portal.running.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = inner.desk.rung() => {}
                    () = really_wait(LOOK_EVERY) => {}
                }
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    _ = inner.deliver() => {}
                }
            }
        });
    }
}

/// Something that leaves not before `due`.
#[derive(Clone, Debug)]
struct Waiting<T> {
    due: Timestamp,
    what: T,
}
