//! A local application: calls with a token instead of a webhook, and the queue of offline events.
//!
//! The address of the portal is the one that was set, never one that an answer or a form names: the tokens go nowhere
//! else, and the secret of the application goes to the OAuth server only.

mod grant;
mod keeper;
mod queue;
mod tokens;

pub use grant::{GRANT_BYTES_MAX, Grant};
pub(crate) use keeper::Keeper;
pub use queue::{EVENTS_MAX, Parcel};
pub use tokens::{TokenError, TokenPair, TokenStore};

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use domain::Clock;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use crate::args::Args;
use crate::client::{Client, Settings};
use crate::error::{CallError, Unreached};
use crate::webhook::is_loopback;
use crate::wire::Profile;

/// What the form of a local application in the portal shows.
/// Vendor page: `local-integrations/local-apps.md`.
#[derive(Clone, Debug)]
pub struct ApplicationSettings {
    /// `local.…`
    pub client_id: String,
    /// Shown beside it.
    pub client_secret: SecretString,
    /// Who exchanges tokens.
    pub oauth_server: OAuthServer,
}

/// The address of the OAuth server: `https://oauth.bitrix24.tech` for portals in Russia, `https://oauth.bitrix.info` for
/// others. Plain `http` is taken only for this very machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthServer(Url);

/// Why a text is no address of an OAuth server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ожидается адрес сервера авторизации: https://oauth.bitrix24.tech или https://oauth.bitrix.info")]
pub struct BadOAuthServer;

impl OAuthServer {
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl Default for OAuthServer {
    fn default() -> Self {
        Self(Url::parse("https://oauth.bitrix24.tech/").expect("a constant that is an address"))
    }
}

impl fmt::Display for OAuthServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl FromStr for OAuthServer {
    type Err = BadOAuthServer;

    fn from_str(text: &str) -> Result<Self, BadOAuthServer> {
        let url = Url::parse(text.trim()).map_err(|_| BadOAuthServer)?;
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.path() == "/";
        if is_safe && is_plain { Ok(Self(url)) } else { Err(BadOAuthServer) }
    }
}

/// A local application of one portal. Clones share connections, pace and tokens.
#[derive(Clone, Debug)]
pub struct Application {
    client: Client,
    client_id: String,
}

/// Why an application was not connected. The kept tokens are as they were.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotConnected {
    /// The OAuth server or our own store.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The portal that was set does not take the token, or is not there.
    #[error("портал из настроек не подтвердил приложение: {0}")]
    Portal(#[from] CallError),
    /// A token of another application.
    #[error("это токен другого приложения: сверьте client_id в разделе [bitrix24] с карточкой приложения")]
    Stranger,
    /// Offline events are for administrators.
    #[error("приложение подключал не администратор: офлайн-события портал отдаёт только администратору")]
    NotAdmin,
}

impl Application {
    /// An application of the portal that `settings` name; their webhook gives only the address. Nothing is sent yet.
    pub fn new(
        settings: &Settings,
        application: &ApplicationSettings,
        tokens: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Unreached> {
        let client = Client::of_application(settings, application, tokens, clock)?;
        Ok(Self { client, client_id: application.client_id.clone() })
    }

    /// Calls with the tokens of the application, exchanging them when they are spent.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The page of the portal on which an administrator connects the application with one click, where its handler
    /// is the page that reads a [`Grant`].
    pub fn authorize_url(&self) -> String {
        let mut url = self.client.authorize_url();
        url.query_pairs_mut().append_pair("client_id", &self.client_id);
        url.to_string()
    }

    /// Takes a grant for the tokens of this application, when the portal that was set says that they are: its own
    /// `app.info` has to name this application and its `profile` an administrator. Durable when it returns.
    pub async fn connect(&self, grant: Grant) -> Result<(), NotConnected> {
        let keeper = self.client.keeper().ok_or(TokenError::Absent)?;
        let pair = match grant {
            Grant::Tokens(pair) => pair,
            Grant::Code(code) => keeper.pair_for(&code).await?,
        };
        keeper.learn(&pair);
        let info: Value = self.client.call_with(&pair.access, "app.info", &Args::new()).await?;
        if info.get("CODE").and_then(Value::as_str) != Some(&self.client_id) {
            return Err(NotConnected::Stranger);
        }
        let profile: Profile = self.client.call_with(&pair.access, "profile", &Args::new()).await?;
        if !profile.admin {
            return Err(NotConnected::NotAdmin);
        }
        Ok(keeper.adopt(pair).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oauth_server_is_spoken_to_in_secret() {
        let taken = |text: &str| text.parse::<OAuthServer>().map(|server| server.to_string());
        assert_eq!(taken("https://oauth.bitrix.info/"), Ok("https://oauth.bitrix.info".to_owned()));
        assert_eq!(taken(" http://127.0.0.1:8030 "), Ok("http://127.0.0.1:8030".to_owned()));
        assert_eq!(OAuthServer::default().to_string(), "https://oauth.bitrix24.tech");
        for bad in [
            "",
            "oauth.bitrix.info",
            "http://oauth.bitrix.info",
            "http://10.0.0.1",
            "https://x/?a=b",
            "https://x/y/",
        ] {
            assert_eq!(taken(bad), Err(BadOAuthServer), "{bad}");
        }
    }
}
