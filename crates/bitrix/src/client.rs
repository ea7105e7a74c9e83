//! The client: `call` for one method, `batch` for up to fifty.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{Clock, SignedDuration};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::answer::{Answer, Timing, as_u64};
use crate::application::{ApplicationSettings, Keeper, TokenStore};
use crate::args::Args;
use crate::batch::{Batch, BatchAnswer, Outcome, done};
use crate::door::{Door, Secrets};
use crate::error::{BusyBy, CallError, Denial, Lost, Unreached};
use crate::files::Download;
use crate::health::{Health, Record};
use crate::observer::{Nobody, Observer, Requested};
use crate::pace::{BASKET, Pace, PaceSettings, Permit};
use crate::reply;
use crate::transport::{Failure, Fetched, Transport};
use crate::webhook::WebhookUrl;

/// A client of one portal. Clones share connections and pace.
///
/// Retries nothing by itself, except what [`Pages`](crate::Pages) reads: only the caller knows whether doing it
/// twice would matter. Every error says whether it may have been done ([`CallError::may_have_run`]).
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    /// The tokens of a local application.
    keeper: Option<Keeper>,
    pace: Pace,
    health: Record,
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
}

/// Where the portal is and how to treat it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address with the secret.
    pub webhook: WebhookUrl,
    /// How fast.
    pub pace: PaceSettings,
    /// From sending to the end of the answer. The portal itself gives up after its `max_execution_time`.
    pub timeout: Duration,
    /// For making a connection.
    pub connect_timeout: Duration,
    /// Who we are; the portal's firewall dislikes an empty one.
    pub user_agent: String,
    /// Who counts requests.
    pub observer: Arc<dyn Observer>,
}

impl Settings {
    /// The defaults for a box.
    pub fn new(webhook: WebhookUrl) -> Self {
        Self {
            webhook,
            pace: PaceSettings::default(),
            timeout: Duration::from_mins(2),
            connect_timeout: Duration::from_secs(10),
            user_agent: concat!("Parom/", env!("CARGO_PKG_VERSION")).to_owned(),
            observer: Arc::new(Nobody),
        }
    }
}

impl Client {
    /// A client; nothing is sent yet. Fails only where TLS cannot be set up, such as an https portal on a
    /// machine without root certificates.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, Unreached> {
        Self::behind(settings, Door::Webhook(settings.webhook.clone()), None, clock)
    }

    /// A client of the same portal that calls with the tokens of a local application.
    pub(crate) fn of_application(
        settings: &Settings,
        application: &ApplicationSettings,
        tokens: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Unreached> {
        let secrets = Secrets::new(application.client_secret.clone());
        let keeper = Keeper::new(settings, application, secrets.clone(), tokens, Arc::clone(&clock))?;
        let door = Door::Application { portal: settings.webhook.clone(), secrets };
        Self::behind(settings, door, Some(keeper), clock)
    }

    fn behind(
        settings: &Settings,
        door: Door,
        keeper: Option<Keeper>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Unreached> {
        let transport = Transport::new(settings, door)?;
        let pace = Pace::new(settings.pace.clone(), Arc::clone(&clock));
        let (health, observer) = (Record::default(), Arc::clone(&settings.observer));
        Ok(Self { shared: Arc::new(Shared { transport, keeper, pace, health, observer, clock }) })
    }

    /// Whether the portal answers, and how fast. Asks nothing: it is what earlier requests have shown.
    pub fn health(&self) -> Health {
        self.shared.health.read()
    }

    /// The portal's address without its secret.
    pub fn portal(&self) -> String {
        self.door().to_string()
    }

    /// The tokens; none where a webhook calls.
    pub(crate) fn keeper(&self) -> Option<&Keeper> {
        self.shared.keeper.as_ref()
    }

    /// The page of the portal that asks an administrator whether an application may.
    pub(crate) fn authorize_url(&self) -> Url {
        let origin = self.door().origin();
        match self.door() {
            Door::Webhook(portal) | Door::Application { portal, .. } => {
                portal.page(origin, "oauth/authorize/")
            }
            Door::OAuth { .. } => origin.clone(),
        }
    }

    fn door(&self) -> &Door {
        self.shared.transport.door()
    }

    /// How many requests the pace allows to be under way at present: more need not be prepared.
    pub fn width(&self) -> usize {
        self.shared.pace.width()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Calls one method with a token that is not (yet) that of the keeper.
    pub(crate) async fn call_with<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        method: &str,
        args: &Args,
    ) -> Result<T, CallError> {
        let (_permit, mut envelope) =
            self.send(&What::call(method), args, Some(token)).await.map_err(of_application)?;
        let result = envelope.get_mut("result").map(Value::take).unwrap_or_default();
        serde_json::from_value(result).map_err(|_| unclear(method, Lost::NoResult { status: 200 }))
    }

    /// Calls one method.
    pub async fn call(&self, method: &str, args: &Args) -> Result<Answer, CallError> {
        let (permit, envelope) = self.exchange(&What::call(method), args).await?;
        answered(method, &permit, envelope)
    }

    /// Calls one method and reads its result as `T`. A result of another shape is an unclear answer.
    pub async fn call_as<T: DeserializeOwned>(&self, method: &str, args: &Args) -> Result<T, CallError> {
        let answer = self.call(method, args).await?;
        answer.parse().map_err(|error| {
            tracing::debug!(method, "the result has an unexpected shape: {error}");
            unclear(method, Lost::NoResult { status: 200 })
        })
    }

    /// Runs a batch. `Ok` says only that the portal took it: every command has its own outcome.
    pub async fn batch(&self, batch: &Batch) -> Result<BatchAnswer, CallError> {
        let methods: HashSet<&str> = batch.wires().iter().map(|wire| wire.method.as_str()).collect();
        let what = What { method: BATCH, methods, commands: batch.wires().len() };
        let (permit, mut envelope) = self.exchange(&what, batch).await?;
        let result = envelope.get_mut("result").map(Value::take).unwrap_or_default();
        let scrub = |text: &str| self.door().scrub(text);
        let answer = BatchAnswer::read(batch, result, scrub)
            .ok_or_else(|| unclear(BATCH, Lost::NoResult { status: 200 }))?;
        // Where the portal gives no time per command, a batch is known by its first one.
        let name = batch.wires().first().map_or(BATCH, |wire| wire.method.as_str());
        permit.answered(&format!("batch {name}"), answer.timings());
        for (method, until) in answer.limited() {
            let until = until.unwrap_or(self.shared.clock.now() + BASKET);
            self.shared.pace.block(method, until);
            self.shared.observer.held_back(BusyBy::Operating);
            permit.troubled();
        }
        Ok(answer)
    }

    /// Sends and reads the envelope of a success. An application whose token is spent gets another one and calls
    /// again, once: what the portal did not let in was not executed.
    async fn exchange(
        &self,
        what: &What<'_>,
        body: &impl Serialize,
    ) -> Result<(Permit<'_>, Value), CallError> {
        let Some(keeper) = self.keeper() else { return self.send(what, body, None).await };
        let unauthorised = |why| CallError::Unauthorised { method: what.method.to_owned(), why };
        let token = keeper.token(None).await.map_err(unauthorised)?;
        match self.send(what, body, Some(&token)).await {
            Err(error) if is_spent(&error) => {
                let token = keeper.token(Some(&token)).await.map_err(unauthorised)?;
                self.send(what, body, Some(&token)).await.map_err(of_application)
            }
            other => other.map_err(of_application),
        }
    }

    /// Waits for the pace, sends, and reads the envelope of a success.
    async fn send(
        &self,
        what: &What<'_>,
        body: &impl Serialize,
        token: Option<&SecretString>,
    ) -> Result<(Permit<'_>, Value), CallError> {
        let body = match token {
            None => serde_json::to_vec(body),
            Some(token) => serde_json::to_vec(&Authorised { auth: token.expose_secret(), body }),
        };
        let body = body.map_err(|error| not_sent(what.method, Unreached::Request(error.to_string())))?;
        self.post(what, Bytes::from(body)).await
    }

    /// [`call`](Self::call) with a body that is JSON already. Not for applications: their token stands in the body.
    pub(crate) async fn call_with_body(&self, method: &str, body: Bytes) -> Result<Answer, CallError> {
        let (permit, envelope) = self.post(&What::call(method), body).await?;
        answered(method, &permit, envelope)
    }

    async fn post(&self, what: &What<'_>, body: Bytes) -> Result<(Permit<'_>, Value), CallError> {
        let method = what.method;
        let permit = self.permit(method, &what.methods).await?;
        let reply = self.shared.transport.post(method, body).await;
        let read = match reply {
            Ok(reply) => reply::read(method, &reply, &self.shared.clock, &self.shared.pace, self.door()),
            Err(Failure::NotSent(why)) => Err(not_sent(method, why)),
            Err(Failure::Lost(why)) => Err(unclear(method, why)),
            Err(Failure::Moved(place)) => Err(reply::moved(method, &place)),
        };
        let elapsed_ms = permit.elapsed().as_millis();
        self.note(method, what.commands, permit.elapsed(), read.as_ref().map(|_| ()));
        match read {
            Ok(envelope) => {
                tracing::debug!(method, elapsed_ms, "Bitrix24 answered");
                Ok((permit, envelope))
            }
            Err(error) => {
                tracing::debug!(method, elapsed_ms, %error, "Bitrix24 did not answer as hoped");
                self.brake(&permit, &error);
                Err(error)
            }
        }
    }

    /// Waits until the pace lets the methods go.
    async fn permit(&self, name: &str, methods: &HashSet<&str>) -> Result<Permit<'_>, CallError> {
        self.shared.pace.permit(methods).await.map_err(|wait| {
            self.shared.observer.held_back(wait.by);
            CallError::Busy { method: name.to_owned(), until: wait.until, by: wait.by }
        })
    }

    /// Remembers how a request ended, and tells whoever counts.
    fn note(&self, method: &str, commands: usize, elapsed: SignedDuration, ending: Result<(), &CallError>) {
        self.shared.health.note(ending, elapsed, self.shared.clock.now());
        self.shared.observer.requested(&Requested { method, commands, elapsed, ending });
        if let Err(CallError::Busy { by, .. }) = ending {
            self.shared.observer.held_back(*by);
        }
    }

    /// Fetches what the portal has at an address of its own; see [`download`](Self::download).
    pub(crate) async fn fetch(
        &self,
        name: &str,
        address: &str,
        limit: usize,
        sink: impl FnMut(&[u8]) + Send,
    ) -> Result<Download, CallError> {
        let permit = self.permit(name, &HashSet::from([name])).await?;
        let fetched = self.shared.transport.fetch(address, limit, sink).await;
        let elapsed_ms = permit.elapsed().as_millis();
        tracing::debug!(method = name, elapsed_ms, is_ok = fetched.is_ok(), "A file was asked for");
        let download = match fetched {
            Ok(Fetched::Whole) => Ok(Download::Whole),
            Ok(Fetched::TooLong) => Ok(Download::Longer),
            Ok(Fetched::NoAddress) => Ok(Download::Nowhere),
            Ok(Fetched::Status(status)) if status < 500 && status != 429 => Ok(Download::Nowhere),
            Ok(Fetched::Status(status)) => Err(unclear(name, Lost::NoResult { status })),
            Err(Failure::NotSent(why)) => Err(not_sent(name, why)),
            Err(Failure::Lost(why)) => Err(unclear(name, why)),
            Err(Failure::Moved(place)) => Err(reply::moved(name, &place)),
        };
        // Not for the health: how long a file takes says little about the portal.
        let ending = download.as_ref().map(|_| ());
        let elapsed = permit.elapsed();
        self.shared.observer.requested(&Requested { method: name, commands: 1, elapsed, ending });
        download
    }

    /// Scheme, host and port of the portal, as employees open it.
    pub fn origin(&self) -> String {
        self.door().origin().origin().ascii_serialization()
    }

    /// Takes the secrets that open the portal out of a text that is to be kept or shown.
    pub fn scrub(&self, text: &str) -> String {
        self.door().scrub(text)
    }

    /// What an error means for the calls after it.
    fn brake(&self, permit: &Permit<'_>, error: &CallError) {
        match error {
            // Only the method is out of budget, others may go on.
            CallError::Busy { method, until, by: BusyBy::Operating } if method != BATCH => {
                self.shared.pace.block(method, *until);
            }
            CallError::Busy { until, by, .. } => {
                self.shared.pace.hold(*until, *by);
                permit.troubled();
            }
            CallError::Unclear { .. } => permit.troubled(),
            CallError::Denied { .. }
            | CallError::Unauthorised { .. }
            | CallError::NotSent { .. }
            | CallError::Refused { .. }
            | CallError::Closed { .. } => {}
        }
    }
}

const BATCH: &str = "batch";

/// What a request is about, for the pace and for whoever counts.
struct What<'a> {
    method: &'a str,
    /// The methods whose budgets it uses.
    methods: HashSet<&'a str>,
    commands: usize,
}

impl<'a> What<'a> {
    fn call(method: &'a str) -> Self {
        Self { method, methods: HashSet::from([method]), commands: 1 }
    }
}

/// What a single method returned.
fn answered(method: &str, permit: &Permit<'_>, mut envelope: Value) -> Result<Answer, CallError> {
    let time = Timing::read(envelope.get("time"));
    permit.answered(method, std::iter::once((method, time)));
    match done(method, envelope.get_mut("result").map(Value::take).unwrap_or_default()) {
        Outcome::Refused(error) => Err(CallError::Refused { method: method.to_owned(), error }),
        Outcome::Done(result) => Ok(Answer {
            result,
            total: envelope.get("total").and_then(as_u64),
            next: envelope.get("next").and_then(as_u64),
            time,
        }),
        Outcome::NotRun => Err(unclear(method, Lost::NoResult { status: 200 })),
    }
}

/// A body with a token in it: the path and the query end up in the logs of web servers.
/// Vendor page: `settings/how-to-call-rest-api/how-to-call-rest-api.md`.
#[derive(Serialize)]
struct Authorised<'a, B> {
    auth: &'a str,
    #[serde(flatten)]
    body: &'a B,
}

/// `expired_token` only: another token would not help against anything else.
fn is_spent(error: &CallError) -> bool {
    matches!(error, CallError::Denied { why: Denial::Expired, .. })
}

/// A refusal that speaks of webhooks, said to an application.
fn of_application(error: CallError) -> CallError {
    match error {
        CallError::Denied { method, why: Denial::Webhook | Denial::Expired, error } => {
            CallError::Denied { method, why: Denial::Token, error }
        }
        other => other,
    }
}

fn unclear(method: &str, why: Lost) -> CallError {
    CallError::Unclear { method: method.to_owned(), why }
}

fn not_sent(method: &str, why: Unreached) -> CallError {
    CallError::NotSent { method: method.to_owned(), why }
}
