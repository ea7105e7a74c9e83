//! Has a good token ready: reads the kept pair, exchanges it when it is spent, and lets nobody use a new one before
//! it is kept.

use std::sync::Arc;

use bytes::Bytes;
use domain::{Clock, SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::form_urlencoded;

use super::{ApplicationSettings, TokenError, TokenPair, TokenStore};
use crate::answer::as_u64;
use crate::client::Settings;
use crate::door::{Door, Secrets};
use crate::error::{ApiError, Lost, Unreached};
use crate::transport::{Failure, Transport};

/// What `expires_in` is where the server does not say, in seconds.
const HOUR: u64 = 3600;
/// The path of the OAuth server.
const TOKEN: &str = "oauth/token";

/// The tokens of one application. Only one exchange is under way at a time.
#[derive(Debug)]
pub(crate) struct Keeper {
    client_id: String,
    client_secret: SecretString,
    server: Transport,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    held: tokio::sync::Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    pair: Option<TokenPair>,
    /// The pair is newer than the kept one.
    is_unsaved: bool,
}

impl Keeper {
    pub(crate) fn new(
        settings: &Settings,
        application: &ApplicationSettings,
        secrets: Secrets,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Unreached> {
        let door = Door::OAuth { server: application.oauth_server.url().clone(), secrets: secrets.clone() };
        Ok(Self {
            client_id: application.client_id.clone(),
            client_secret: application.client_secret.clone(),
            server: Transport::new(settings, door)?,
            store,
            clock,
            secrets,
            held: tokio::sync::Mutex::default(),
        })
    }

    /// A token that is good as far as anybody knows. `spent` is one that the portal has just refused.
    ///
    /// The vendor asks not to exchange tokens by the clock; here it happens only when a call needs one.
    pub(crate) async fn token(&self, spent: Option<&SecretString>) -> Result<SecretString, TokenError> {
        let mut held = self.held.lock().await;
        self.save(&mut held).await?;
        if let Some(token) = self.good(&held, spent) {
            return Ok(token);
        }
        // Another process may have exchanged it, and the first one of this process knows nothing yet.
        if let Some(pair) = self.store.load().await.map_err(TokenError::Store)? {
            self.learn(&pair);
            held.pair = Some(pair);
        }
        if let Some(token) = self.good(&held, spent) {
            return Ok(token);
        }
        let Some(pair) = &held.pair else { return Err(TokenError::Absent) };
        let fresh = self.ask("refresh_token", "refresh_token", &pair.refresh).await?;
        self.put(&mut held, fresh).await
    }

    /// The pair for a code that the portal gave to an administrator. It is not kept yet.
    pub(crate) async fn pair_for(&self, code: &SecretString) -> Result<TokenPair, TokenError> {
        self.secrets.learn(code);
        self.ask("authorization_code", "code", code).await
    }

    /// Keeps a pair that has proved to be ours.
    pub(crate) async fn adopt(&self, pair: TokenPair) -> Result<(), TokenError> {
        let mut held = self.held.lock().await;
        self.put(&mut held, pair).await.map(drop)
    }

    /// Takes the tokens out of every text from now on.
    pub(crate) fn learn(&self, pair: &TokenPair) {
        self.secrets.learn(&pair.access);
        self.secrets.learn(&pair.refresh);
    }

    fn good(&self, held: &Held, spent: Option<&SecretString>) -> Option<SecretString> {
        let pair = held.pair.as_ref().filter(|pair| pair.expires_at > self.clock.now())?;
        let is_spent = spent.is_some_and(|spent| spent.expose_secret() == pair.access.expose_secret());
        (!is_spent).then(|| pair.access.clone())
    }

    async fn put(&self, held: &mut Held, pair: TokenPair) -> Result<SecretString, TokenError> {
        self.learn(&pair);
        let access = pair.access.clone();
        *held = Held { pair: Some(pair), is_unsaved: true };
        self.save(held).await?;
        Ok(access)
    }

    async fn save(&self, held: &mut Held) -> Result<(), TokenError> {
        if let (true, Some(pair)) = (held.is_unsaved, &held.pair) {
            self.store.save(pair).await.map_err(TokenError::Store)?;
            held.is_unsaved = false;
        }
        Ok(())
    }

    /// The vendor's pages show a GET; a form keeps the secrets out of the logs of whatever is on the way, and is what
    /// the vendor's own CRest sends.
    async fn ask(&self, grant: &str, name: &str, value: &SecretString) -> Result<TokenPair, TokenError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", grant)
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.client_secret.expose_secret())
            .append_pair(name, value.expose_secret())
            .finish();
        let asked_at = self.clock.now();
        let reply =
            self.server.post(TOKEN, Bytes::from(body)).await.map_err(|failure| self.failure(&failure))?;
        tracing::debug!(grant, status = reply.status, "the OAuth server answered");
        let answer: Value = serde_json::from_slice(&reply.body)
            .map_err(|_| self.unclear(&format!("HTTP {}, не JSON", reply.status)))?;
        if let Some(error) = ApiError::read(&answer, |text| self.server.door().scrub(text)) {
            // A server in trouble may word that as an error too.
            return Err(if reply.status >= 500 {
                self.unclear(&error.to_string())
            } else {
                TokenError::Refused { code: error.code }
            });
        }
        pair(&answer, asked_at).ok_or_else(|| self.unclear("в ответе нет пары токенов"))
    }

    fn failure(&self, failure: &Failure) -> TokenError {
        let why = match failure {
            Failure::NotSent(Unreached::Name) => "имя не находится в DNS",
            Failure::NotSent(Unreached::Connection) => "соединение не принимается",
            Failure::NotSent(Unreached::Timeout) => "на попытку соединения нет ответа",
            Failure::NotSent(Unreached::Tls(_) | Unreached::Roots(_)) => {
                "защищённое соединение не установлено"
            }
            Failure::NotSent(Unreached::Request(_)) => "запрос не удалось составить",
            Failure::Moved(_) => return self.unclear("перенаправление на другой адрес"),
            Failure::Lost(Lost::Timeout) => return self.unclear("ответа не было в отведённое время"),
            Failure::Lost(_) => return self.unclear("соединение оборвалось до конца ответа"),
        };
        TokenError::Unreached { server: self.place(), why: why.to_owned() }
    }

    fn unclear(&self, why: &str) -> TokenError {
        TokenError::Unclear { server: self.place(), why: why.to_owned() }
    }

    fn place(&self) -> String {
        self.server.door().origin().origin().ascii_serialization()
    }
}

fn pair(answer: &Value, asked_at: Timestamp) -> Option<TokenPair> {
    let token = |name: &str| {
        answer
            .get(name)?
            .as_str()
            .filter(|text| !text.is_empty())
            .map(|text| SecretString::from(text.to_owned()))
    };
    let seconds = answer.get("expires_in").and_then(as_u64).unwrap_or(HOUR).min(HOUR);
    let expires_at = asked_at + SignedDuration::from_secs(i64::try_from(seconds).ok()?);
    Some(TokenPair { access: token("access_token")?, refresh: token("refresh_token")?, expires_at })
}
