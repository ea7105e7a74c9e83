//! What happens in this process, counted as it happens.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bitrix::{BusyBy, CallError, Observer, Requested};
use domain::{Clock, SignedDuration};
use engine::{Round, Trouble};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Labels;

type Timed = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// Counters and histograms; each is told by somebody on the way.
#[derive(Debug)]
pub(crate) struct Counters {
    portal_requests: Family<Labels<2>, Counter>,
    portal_request_seconds: Timed,
    portal_commands: Counter,
    portal_batch_commands: Histogram,
    portal_held_back: Family<Labels<1>, Counter>,
    verdicts: Family<Labels<2>, Counter>,
    troubles: Family<Labels<1>, Counter>,
    onec_requests: Family<Labels<2>, Counter>,
    onec_request_seconds: Timed,
}

/// A box answers in tens of milliseconds, a full batch in a second, a portal in trouble in a minute.
const PORTAL_SECONDS: [f64; 11] = [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 15.0, 60.0];
/// Parom answers 1C in milliseconds; a file takes as long as its way.
const ONEC_SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// A batch holds fifty commands at most.
const BATCH_COMMANDS: [f64; 7] = [1.0, 5.0, 10.0, 20.0, 30.0, 40.0, 49.0];

impl Counters {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let counters = Self {
            portal_requests: Family::default(),
            portal_request_seconds: Family::new_with_constructor(|| Histogram::new(PORTAL_SECONDS)),
            portal_commands: Counter::default(),
            portal_batch_commands: Histogram::new(BATCH_COMMANDS),
            portal_held_back: Family::default(),
            verdicts: Family::default(),
            troubles: Family::default(),
            onec_requests: Family::default(),
            onec_request_seconds: Family::new_with_constructor(|| Histogram::new(ONEC_SECONDS)),
        };
        registry.register(
            "portal_requests",
            "HTTP requests to Bitrix24, by method and by how they ended",
            counters.portal_requests.clone(),
        );
        registry.register(
            "portal_request_seconds",
            "From sending a request to Bitrix24 to the end of its answer",
            counters.portal_request_seconds.clone(),
        );
        registry.register(
            "portal_commands",
            "Commands in requests to Bitrix24: one, or up to fifty in a batch",
            counters.portal_commands.clone(),
        );
        registry.register(
            "portal_batch_commands",
            "How full batches are",
            counters.portal_batch_commands.clone(),
        );
        registry.register(
            "portal_held_back",
            "Calls that a limit of Bitrix24, or our own pace before it, held back",
            counters.portal_held_back.clone(),
        );
        registry.register(
            "verdicts",
            "How attempts to carry a record ended, by the side that it was carried to",
            counters.verdicts.clone(),
        );
        registry.register(
            "troubles",
            "Rounds to Bitrix24 that the portal cut short",
            counters.troubles.clone(),
        );
        registry.register(
            "onec_requests",
            "Calls of 1C, by call and by status of the answer",
            counters.onec_requests.clone(),
        );
        registry.register(
            "onec_request_seconds",
            "How long calls of 1C took",
            counters.onec_request_seconds.clone(),
        );
        counters
    }

    /// 1C has settled a delivery.
    pub(crate) fn receipt(&self, status: &str) {
        self.verdicts.get_or_create(&[side("onec"), ("verdict", status.to_owned())]).inc();
    }

    fn onec(&self, call: String, status: u16, took: SignedDuration) {
        self.onec_request_seconds.get_or_create(&[("call", call.clone())]).observe(took.as_secs_f64());
        self.onec_requests.get_or_create(&[("call", call), ("status", status.to_string())]).inc();
    }
}

impl Observer for Counters {
    fn requested(&self, request: &Requested<'_>) {
        let method = || ("method", request.method.to_owned());
        let ending = ("ending", ending(request.ending).to_owned());
        self.portal_request_seconds.get_or_create(&[method()]).observe(request.elapsed.as_secs_f64());
        self.portal_requests.get_or_create(&[method(), ending]).inc();
        self.portal_commands.inc_by(request.commands as u64);
        if request.method == "batch" {
            let commands = u32::try_from(request.commands).unwrap_or(u32::MAX);
            self.portal_batch_commands.observe(f64::from(commands));
        }
    }

    fn held_back(&self, by: BusyBy) {
        let by = match by {
            BusyBy::Rate => "rate",
            BusyBy::Operating => "operating",
            BusyBy::Proxy429 => "proxy-429",
            BusyBy::Proxy503 => "proxy-503",
            BusyBy::Pace => "pace",
        };
        self.portal_held_back.get_or_create(&[("by", by.to_owned())]).inc();
    }
}

impl engine::Observer for Counters {
    fn round(&self, round: &Round) {
        for (verdict, count) in [
            ("created", round.created),
            ("linked", round.linked),
            ("updated", round.updated),
            ("unchanged", round.unchanged),
            ("parked", round.parked),
            ("again", round.again),
        ] {
            if count > 0 {
                let labels = [side("bitrix"), ("verdict", verdict.to_owned())];
                self.verdicts.get_or_create(&labels).inc_by(count as u64);
            }
        }
        let trouble = match &round.trouble {
            None => return,
            Some(Trouble::Busy { .. }) => "busy",
            Some(Trouble::Outage { .. }) => "outage",
            Some(Trouble::Stopped { .. }) => "stopped",
            Some(Trouble::Slow { .. }) => "slow",
        };
        self.troubles.get_or_create(&[("trouble", trouble.to_owned())]).inc();
    }
}

fn side(side: &str) -> (&'static str, String) {
    ("side", side.to_owned())
}

fn ending(ending: Result<(), &CallError>) -> &'static str {
    match ending {
        Ok(()) => "answered",
        Err(CallError::Busy { .. }) => "busy",
        Err(CallError::Denied { .. }) => "denied",
        Err(CallError::Unauthorised { .. }) => "unauthorised",
        Err(CallError::NotSent { .. }) => "not-sent",
        Err(CallError::Unclear { .. }) => "unclear",
        Err(CallError::Refused { .. }) => "refused",
        Err(CallError::Closed { .. }) => "closed",
    }
}

/// The calls of the contract, below its base.
const CALLS: [&str; 10] = [
    "/ping",
    "/hello",
    "/counterparties",
    "/inquiries",
    "/open-inquiries",
    "/receipts",
    "/documents",
    "/payments",
    "/payments/complete",
    "/state",
];
/// The call that has somebody's reference in its path.
const CONTENT: &str = "/documents/{ref}/content";

/// The pattern of a path, never what somebody sent: strangers must not make figures.
pub(super) fn call_of(path: &str) -> &'static str {
    let call = path.strip_prefix(onec::BASE_PATH).unwrap_or_default();
    let is_content = call
        .strip_prefix("/documents/")
        .and_then(|rest| rest.strip_suffix("/content"))
        .is_some_and(|reference| !reference.contains('/'));
    if is_content { CONTENT } else { CALLS.into_iter().find(|known| *known == call).unwrap_or("other") }
}

/// Counts calls of 1C around their handlers.
pub(crate) async fn count_onec(
    State((counters, clock)): State<(Arc<Counters>, Arc<dyn Clock>)>,
    request: Request,
    next: Next,
) -> Response {
    let call = match (call_of(request.uri().path()), request.method().as_str()) {
        ("other", _) => "other".to_owned(),
        (path, method @ ("GET" | "POST" | "PUT")) => format!("{method} {path}"),
        (path, _) => format!("other {path}"),
    };
    let begun = clock.now();
    let response = next.run(request).await;
    counters.onec(call, response.status().as_u16(), clock.now().duration_since(begun));
    response
}
