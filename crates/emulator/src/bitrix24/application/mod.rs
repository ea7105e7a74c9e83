//! A local application of the portal: its tokens, its subscriptions and its queue of offline events.
//!
//! The portal plays the vendor's OAuth server too, at the same address. A refresh token is good for one exchange: the
//! vendor does not say what becomes of the old one, and whoever keeps to the strict reading is safe with either.
//! <https://apidocs.bitrix24.com/local-integrations/local-apps.html>

mod oauth;
pub(crate) mod queue;

pub(crate) use oauth::{OAuth, exchange};
pub(crate) use queue::OfflineQueue;

use super::portal::Portal;

/// What the form of a local application shows.
#[derive(Clone)]
pub struct LocalApplication {
    /// `local.…`
    pub client_id: String,
    /// The secret beside it; only the OAuth server is told.
    pub client_secret: String,
}

impl std::fmt::Debug for LocalApplication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalApplication").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// The application of a portal. Got from [`Portal::application`].
pub struct Applications<'a> {
    pub(super) portal: &'a Portal,
}

impl Applications<'_> {
    /// An administrator adds the application. Another one with its tokens is gone.
    pub fn add(&self, application: LocalApplication) {
        self.portal.inner.oauth().add(application);
    }

    /// The address of the OAuth server.
    pub fn server_url(&self) -> String {
        format!("http://{}", self.portal.address())
    }

    /// What the portal posts to the application when `user` installs it: `ONAPPINSTALL` with the first tokens.
    /// <https://apidocs.bitrix24.com/api-reference/common/events/on-app-install.html>
    pub fn install_form(&self, user: i64) -> String {
        let inner = &self.portal.inner;
        inner.oauth().install_form(user, inner.clock.true_now())
    }

    /// The code with which the browser of `user` comes back from the portal; good for 30 seconds.
    pub fn code(&self, user: i64) -> String {
        let inner = &self.portal.inner;
        inner.oauth().code(user, inner.clock.true_now())
    }

    /// Access tokens cease to be good before their time.
    pub fn expire_access_tokens(&self) {
        self.portal.inner.oauth().expire_access_tokens();
    }

    /// How often the OAuth server was asked for tokens.
    pub fn exchanges(&self) -> u64 {
        self.portal.inner.oauth().exchanges
    }

    /// The OAuth server cannot be reached, or can again. The portal goes on taking the tokens that it knows.
    pub fn set_server_out_of_reach(&self, is_out_of_reach: bool) {
        self.portal.inner.oauth().is_out_of_reach = is_out_of_reach;
    }

    /// Whether the licence has `rest_offline_extended`: events can be reserved. It has at first.
    pub fn set_extended(&self, is_extended: bool) {
        self.portal.inner.state().offline.is_extended = is_extended;
    }

    /// Events in the queue: those that wait and those that somebody reserved.
    pub fn queued(&self) -> (usize, usize) {
        self.portal.inner.state().offline.counts()
    }

    /// To how many events the application is subscribed offline.
    pub fn subscriptions(&self) -> usize {
        self.portal.inner.state().offline.subscriptions()
    }
}
