//! The client: `call` for one method, `batch` for up to fifty.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::Clock;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::{Answer, Timing, as_u64};
use crate::args::Args;
use crate::batch::{Batch, BatchAnswer, Outcome, done};
use crate::error::{BusyBy, CallError, Lost, Unreached};
use crate::pace::{BASKET, Pace, PaceSettings, Permit};
use crate::reply;
use crate::transport::{Failure, Transport};
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
    pace: Pace,
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
        }
    }
}

impl Client {
    /// A client; nothing is sent yet. Fails only where TLS cannot be set up, such as an https portal on a
    /// machine without root certificates.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, Unreached> {
        let transport = Transport::new(settings)?;
        let pace = Pace::new(settings.pace.clone(), Arc::clone(&clock));
        Ok(Self { shared: Arc::new(Shared { transport, pace, clock }) })
    }

    /// The portal's address without its secret.
    pub fn portal(&self) -> &WebhookUrl {
        self.shared.transport.webhook()
    }

    /// How many requests the pace allows to be under way at present: more need not be prepared.
    pub fn width(&self) -> usize {
        self.shared.pace.width()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Calls one method.
    pub async fn call(&self, method: &str, args: &Args) -> Result<Answer, CallError> {
        let methods = HashSet::from([method]);
        let (permit, mut envelope) = self.exchange(method, &methods, args).await?;
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
        let (permit, mut envelope) = self.exchange(BATCH, &methods, batch).await?;
        let result = envelope.get_mut("result").map(Value::take).unwrap_or_default();
        let scrub = |text: &str| self.portal().scrub(text);
        let answer = BatchAnswer::read(batch, result, scrub)
            .ok_or_else(|| unclear(BATCH, Lost::NoResult { status: 200 }))?;
        // Where the portal gives no time per command, a batch is known by its first one.
        let name = batch.wires().first().map_or(BATCH, |wire| wire.method.as_str());
        permit.answered(&format!("batch {name}"), answer.timings());
        for (method, until) in answer.limited() {
            let until = until.unwrap_or(self.shared.clock.now() + BASKET);
            self.shared.pace.block(method, until);
            permit.troubled();
        }
        Ok(answer)
    }

    /// Waits for the pace, sends, and reads the envelope of a success.
    async fn exchange(
        &self,
        method: &str,
        methods: &HashSet<&str>,
        body: &impl Serialize,
    ) -> Result<(Permit<'_>, Value), CallError> {
        let body = serde_json::to_vec(body)
            .map_err(|error| not_sent(method, Unreached::Request(error.to_string())))?;
        let permit = self.shared.pace.permit(methods).await.map_err(|wait| CallError::Busy {
            method: method.to_owned(),
            until: wait.until,
            by: wait.by,
        })?;
        let reply = self.shared.transport.post(method, Bytes::from(body)).await;
        let read = match reply {
            Ok(reply) => reply::read(method, &reply, &self.shared.clock, &self.shared.pace, self.portal()),
            Err(Failure::NotSent(why)) => Err(not_sent(method, why)),
            Err(Failure::Lost(why)) => Err(unclear(method, why)),
            Err(Failure::Moved(place)) => Err(reply::moved(method, &place)),
        };
        let elapsed_ms = permit.elapsed().as_millis();
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
            | CallError::NotSent { .. }
            | CallError::Refused { .. }
            | CallError::Closed { .. } => {}
        }
    }
}

const BATCH: &str = "batch";

fn unclear(method: &str, why: Lost) -> CallError {
    CallError::Unclear { method: method.to_owned(), why }
}

fn not_sent(method: &str, why: Unreached) -> CallError {
    CallError::NotSent { method: method.to_owned(), why }
}
