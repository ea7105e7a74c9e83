//! One POST over HTTP: sent once, redirected by rule, read to a bound. Knows nothing of Bitrix24 but its address.

use std::sync::Mutex;

use bytes::Bytes;
use futures::StreamExt as _;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, LOCATION, REFERER, RETRY_AFTER};
use reqwest::{Response, redirect};
use url::Url;

use crate::client::Settings;
use crate::door::Door;
use crate::error::{Lost, Unreached};
use crate::files::at_origin;
use crate::webhook::{is_loopback, is_private};

/// An answer longer than this, unpacked, is not read on. Fifty lists of fifty full cards are below 30 MiB.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// `http://old` → `https://old` → `https://new`, and no further.
const REDIRECTS_MAX: usize = 2;

/// Shorter than the keep-alive of Apache (5 s) and nginx (75 s): a connection that the portal is just closing
/// costs an unclear answer, a fresh one costs a millisecond.
const IDLE: std::time::Duration = std::time::Duration::from_secs(4);

/// Sends bodies to one portal, or to the OAuth server.
#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    door: Door,
    /// Where the portal has moved to, as learnt from its redirect.
    moved: Mutex<Option<Url>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// How a fetch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// All bytes were given.
    Whole,
    /// There are more than wanted.
    TooLong,
    /// It is no address.
    NoAddress,
    /// Not 200.
    Status(u16),
}

/// Why nothing came back.
#[derive(Debug)]
pub(crate) enum Failure {
    NotSent(Unreached),
    Lost(Lost),
    /// A redirect that was not followed; the place, without path.
    Moved(String),
}

impl Transport {
    pub(crate) fn new(settings: &Settings, door: Door) -> Result<Self, Unreached> {
        install_crypto();
        let http = build(settings, door.origin(), false).or_else(|error| {
            // A machine without root certificates can still talk to a portal in its own network over http.
            let plain = door.origin().scheme() == "http";
            if plain { build(settings, door.origin(), true) } else { Err(error) }
        });
        let http = http.map_err(|error| Unreached::Roots(door.scrub(&innermost(&error.without_url()))))?;
        Ok(Self { http, door, moved: Mutex::new(None) })
    }

    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    /// Sends the body to the method and reads what comes back.
    pub(crate) async fn post(&self, method: &str, body: Bytes) -> Result<Reply, Failure> {
        let mut url = self.door.method(&self.origin(), method);
        for _ in 0..=REDIRECTS_MAX {
            let request = self.http.post(url.clone());
            let request =
                request.header(CONTENT_TYPE, self.door.content_type()).header(ACCEPT, "application/json");
            let response = request.body(body.clone()).send().await.map_err(|error| self.failure(error))?;
            match redirected(&url, &response) {
                Redirect::None => return self.read(response).await,
                Redirect::Refused(place) => return Err(Failure::Moved(self.door.scrub(&place))),
                Redirect::To(target) if !self.door.follows_redirects() => {
                    return Err(Failure::Moved(place(&target)));
                }
                Redirect::To(target) => {
                    self.remember(&target);
                    url = target;
                }
            }
        }
        Err(Failure::Moved(place(&url)))
    }

    /// Gets an address of the portal and gives the bytes on as they come. Never follows a redirect: the address holds
    /// the secret.
    pub(crate) async fn fetch(
        &self,
        address: &str,
        limit: usize,
        mut sink: impl FnMut(&[u8]) + Send,
    ) -> Result<Fetched, Failure> {
        let origin = self.origin();
        let Some(url) = at_origin(address, &origin) else { return Ok(Fetched::NoAddress) };
        let request = self
            .http
            .get(url)
            .header(ACCEPT, "*/*")
            .header(ACCEPT_LANGUAGE, "ru,en;q=0.8")
            .header(REFERER, origin.as_str());
        let response = request.send().await.map_err(|error| self.failure(error))?;
        if response.status().as_u16() != 200 {
            return Ok(Fetched::Status(response.status().as_u16()));
        }
        let mut seen = 0;
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| self.failure(error))?;
            seen += chunk.len();
            if seen > limit {
                return Ok(Fetched::TooLong);
            }
            sink(&chunk);
        }
        Ok(Fetched::Whole)
    }

    fn origin(&self) -> Url {
        let moved = self.moved.lock().expect("no holder of the address panics");
        moved.as_ref().unwrap_or_else(|| self.door.origin()).clone()
    }

    fn remember(&self, target: &Url) {
        tracing::warn!(
            "Bitrix24 has moved from {} to {}: change the address of the webhook in the configuration",
            place(self.door.origin()),
            place(target)
        );
        let mut origin = target.clone();
        origin.set_path("/");
        *self.moved.lock().expect("no holder of the address panics") = Some(origin);
    }

    async fn read(&self, response: Response) -> Result<Reply, Failure> {
        let status = response.status().as_u16();
        let retry_after =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok().map(str::to_owned));
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| self.failure(error))?;
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Failure::Lost(Lost::TooLong));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, retry_after, body })
    }

    fn failure(&self, error: reqwest::Error) -> Failure {
        // reqwest tells the whole address in its errors.
        let error = error.without_url();
        if error.is_builder() {
            return Failure::NotSent(Unreached::Request(self.door.scrub(&innermost(&error))));
        }
        if error.is_connect() {
            return Failure::NotSent(self.unreached(&error));
        }
        Failure::Lost(if error.is_timeout() { Lost::Timeout } else { Lost::Cut })
    }

    fn unreached(&self, error: &reqwest::Error) -> Unreached {
        if error.is_timeout() {
            return Unreached::Timeout;
        }
        if error.is_dns() {
            return Unreached::Name;
        }
        match tls_error(error) {
            Some(tls) => Unreached::Tls(self.door.scrub(&tls.to_string())),
            None => Unreached::Connection,
        }
    }
}

/// reqwest is built without a crypto provider, so that the whole program has one and the same: ring. Whoever
/// installed another before keeps it.
fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

fn build(settings: &Settings, origin: &Url, without_roots: bool) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .user_agent(settings.user_agent.clone())
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.timeout)
        .pool_idle_timeout(IDLE)
        .referer(false);
    if is_loopback(origin) {
        builder = builder.no_proxy();
    }
    if without_roots {
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

enum Redirect {
    None,
    To(Url),
    Refused(String),
}

/// Vendor page: `settings/how-to-call-rest-api/change-domen.md`. A moved portal answers 302; an HTTP client
/// left alone would repeat it as a GET without a body. The secret stands in the path, so it goes only to the
/// same path, over https, or over http within the local network if it came that way.
fn redirected(from: &Url, response: &Response) -> Redirect {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Redirect::None;
    }
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let Some(target) = location.and_then(|location| from.join(location).ok()) else {
        return Redirect::Refused("адрес не назван".to_owned());
    };
    let kept_private = match target.scheme() {
        "https" => true,
        "http" => from.scheme() == "http" && is_private(&target),
        _ => false,
    };
    if kept_private && target.path() == from.path() && target.origin() != from.origin() {
        Redirect::To(target)
    } else {
        Redirect::Refused(place(&target))
    }
}

/// Scheme, host and port.
fn place(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The error of rustls among the causes. It travels inside an `io::Error` inside another one, and `source` of an
/// `io::Error` skips what it holds.
fn tls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = error.downcast_ref() {
        return Some(tls);
    }
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(held) => tls_error(held),
        None => tls_error(error.source()?),
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
