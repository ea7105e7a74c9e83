//! HTTP of the portal: connections that can be cut, addresses, bodies, envelopes.
//! <https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html>

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use futures::StreamExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::application;
use super::batch::Batch;
use super::call::{Caller, Outcome, Refusal};
use super::methods;
use super::page;
use super::php::{Array, Php, parse_str, record};
use super::portal::{Inner, Way, really_wait};
use super::table::iso;
use crate::faults::{Fault, Forbidden, Weather};

/// nginx' `client_max_body_size` on a box is of that order.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Pause after a failed `accept`, so that a lack of file handles does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The connection closes without an answer.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was cut on purpose")
    }
}

impl std::error::Error for Cut {}

/// Takes connections until shutdown.
pub(crate) async fn accept(
    listener: TcpListener,
    portal: Arc<Inner>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            // A portal that is down takes the connection and drops it: that is how a refused one feels, and the
            // port stays ours for when it comes up again.
            Ok(_) if portal.faults.weather() == Weather::Down => {}
            Ok((stream, _)) => {
                let connection = connection(stream, Arc::clone(&portal), shutdown.clone(), tasks.clone());
                tasks.spawn(connection);
            }
            Err(error) => {
                warn!(%error, "a connection was not accepted");
                really_wait(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, portal: Arc<Inner>, shutdown: CancellationToken, tasks: TaskTracker) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(Arc::clone(&portal), tasks.clone(), request));
    let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = shutdown.cancelled() => {}
        // A service that fails makes hyper drop the socket without a word, which is what a cut is.
        served = serving => if let Err(error) = served { debug!(%error, "a connection ended early") },
    }
}

async fn answer(
    portal: Arc<Inner>,
    tasks: TaskTracker,
    request: Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    portal.count(|counters| counters.http_requests += 1);
    if portal.faults.weather() == Weather::Down || portal.halted.load(Ordering::SeqCst) {
        return Err(Cut);
    }
    if portal.faults.weather() == Weather::Closed {
        return Ok(refuse(&Refusal::coded(500, "PORTAL_DELETED", "Portal was deleted")));
    }
    let fault = portal.faults.take();
    match &fault {
        Some(Fault::CutBefore) => return Err(Cut),
        Some(Fault::Busy) => {
            return Ok(refuse(&Refusal::coded(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")));
        }
        Some(Fault::OperationTimeLimit) => {
            let text = "Method is blocked due to operation time limit.";
            return Ok(refuse(&Refusal::coded(429, "OPERATION_TIME_LIMIT", text)));
        }
        Some(Fault::Html500Before) => return Ok(page_for_people()),
        _ => {}
    }
    // PHP finishes its work although the caller has gone; a task of its own does so too.
    let worker = Arc::clone(&portal);
    let cut_after = if let Some(Fault::CutInBatch { after }) = fault { Some(after) } else { None };
    let work = tasks.spawn(async move {
        let Ok(_turn) = worker.workers.acquire().await else { return Err(Cut) };
        handle(&worker, request, cut_after).await
    });
    let Ok(done) = work.await else { return Err(Cut) };
    let response = done?;
    match fault {
        Some(Fault::CutAfter | Fault::CutInBatch { .. }) => Err(Cut),
        Some(Fault::Html500After) => Ok(page_for_people()),
        Some(Fault::HalfAnswer) => Ok(half_of(response).await),
        Some(Fault::Slow(pause)) => {
            really_wait(pause).await;
            Ok(response)
        }
        _ => Ok(response),
    }
}

/// What nginx or PHP shows to people when something breaks.
fn page_for_people() -> Response<Body> {
    let page = "<html>\r\n<head><title>500 Internal Server Error</title></head>\r\n<body>\r\n\
                <center><h1>500 Internal Server Error</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    plain(500, "text/html", Body::from(page))
}

fn plain(status: u16, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    response
}

/// The head promises the whole body, half of it comes.
async fn half_of(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    head.headers.insert(CONTENT_LENGTH, whole.len().into());
    let half = whole.slice(..whole.len() / 2);
    let first = futures::stream::iter([Ok::<Bytes, io::Error>(half)]);
    let rest = futures::stream::once(async {
        // The half has to leave before the connection breaks.
        tokio::task::yield_now().await;
        Err(io::Error::other(Cut))
    });
    Response::from_parts(head, Body::from_stream(first.chain(rest)))
}

fn refuse(refusal: &Refusal) -> Response<Body> {
    json(refusal.status, &refusal.to_php())
}

fn json(status: u16, value: &Array) -> Response<Body> {
    let text = serde_json::to_string(value).expect("PHP values have string keys only");
    plain(status, "application/json; charset=utf-8", Body::from(text))
}

/// Where a request goes.
struct Address {
    /// User and code of a webhook; an application brings a token among the parameters.
    webhook: Option<(String, String)>,
    method: String,
    xml: bool,
}

/// `/rest/{user}/{code}/{method}[.json|.xml]` of a webhook or `/rest/{method}` of an application; a slash at the end is
/// tolerated.
fn address(path: &str) -> Option<Address> {
    let parts: Vec<&str> = path.strip_prefix("/rest/")?.trim_end_matches('/').split('/').collect();
    let (webhook, method) = match parts[..] {
        [user, code, method] => (Some((user.to_owned(), code.to_owned())), method),
        [method] => (None, method),
        _ => return None,
    };
    let method = method.to_ascii_lowercase();
    let (method, xml) = match method.strip_suffix(".xml") {
        Some(method) => (method, true),
        None => (method.strip_suffix(".json").unwrap_or(&method), false),
    };
    let method = method.to_owned();
    Some(Address { webhook, method, xml })
}

async fn handle(
    portal: &Inner,
    request: Request<Incoming>,
    cut_after: Option<usize>,
) -> Result<Response<Body>, Cut> {
    let begun = portal.settings.clock.now();
    if request.uri().path().trim_end_matches('/') == "/oauth/token" {
        return oauth(portal, request).await;
    }
    let Some(address) = address(request.uri().path()) else {
        return Ok(if request.uri().path().starts_with("/rest/") {
            refuse(&Refusal::coded(401, "NO_AUTH_FOUND", "Wrong authorization data"))
        } else if let Some(page) = page::card(portal, request.uri().path()) {
            plain(200, "text/html; charset=utf-8", Body::from(page))
        } else {
            plain(404, "text/html", Body::from("<html><body>404 Not Found</body></html>"))
        });
    };
    let headers = request.headers().clone();
    let params = match params(request).await {
        Ok(params) => params,
        Err(response) => return Ok(response),
    };
    really_wait(portal.settings.latency_per_request).await;
    let caller = match admit(portal, &address, &params) {
        Ok(caller) => caller,
        Err(refusal) => return Ok(refuse(&refusal)),
    };
    if address.method == GET_FILE {
        return Ok(file(portal, &params, &headers));
    }
    let outcome = if address.method == "batch" {
        batch(portal, &params, &caller, cut_after).await?
    } else if cut_after == Some(0) {
        return Err(Cut);
    } else {
        command(portal, &address.method, &params, &caller).await
    };
    Ok(match outcome {
        Err(refusal) => refuse(&refusal),
        Ok(answer) => {
            let mut envelope = record! { "result" => answer.result };
            if let Some(total) = answer.total {
                envelope.set("total", total);
            }
            if let Some(next) = answer.next {
                envelope.set("next", next);
            }
            envelope.set("time", time(portal, begun));
            json(200, &envelope)
        }
    })
}

/// The method behind `urlMachine`.
const GET_FILE: &str = "crm.controller.item.getfile";

/// A file of a field. Without the headers that the vendor asks for, nginx shows its own page under the file's headers.
/// <https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html>
fn file(portal: &Inner, params: &Array, headers: &hyper::HeaderMap) -> Response<Body> {
    portal.count(|counters| counters.ran(GET_FILE, 0));
    let token = params.get("token").and_then(Php::as_text).unwrap_or_default();
    let stored = portal.state().files.of_token(&token).cloned();
    let Some(stored) = stored else {
        return refuse(&Refusal::coded(404, "NOT_FOUND", "File not found"));
    };
    let is_polite =
        ["user-agent", "accept", "accept-language", "referer"].iter().all(|name| headers.contains_key(*name));
    let mut response = if is_polite {
        plain(200, "application/pdf", Body::from(Bytes::from_owner(stored.content)))
    } else {
        plain(
            404,
            "text/html",
            Body::from("<html><body><center><h1>404 Not Found</h1></center></body></html>"),
        )
    };
    let name = percent_encoding::utf8_percent_encode(&stored.name, percent_encoding::NON_ALPHANUMERIC);
    if let Ok(name) = format!("attachment; filename=\"file.pdf\"; filename*=utf-8''{name}").parse() {
        response.headers_mut().insert(hyper::header::CONTENT_DISPOSITION, name);
    }
    response
}

/// The vendor's server that exchanges tokens.
async fn oauth(portal: &Inner, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
    if portal.oauth().is_out_of_reach {
        return Err(Cut);
    }
    let params = match params(request).await {
        Ok(params) => params,
        Err(response) => return Ok(response),
    };
    let exchanged = application::exchange(&mut portal.oauth(), &params, portal.clock.true_now());
    Ok(match exchanged {
        Ok(pair) => json(200, &pair),
        Err(refusal) => refuse(&refusal),
    })
}

/// The webhook's user and code, or the token of an application. Both documented refusals of a webhook occur: a wrong
/// user and a wrong code are told apart here.
fn admit(portal: &Inner, address: &Address, params: &Array) -> Result<Caller, Refusal> {
    if address.xml {
        return Err(Refusal::coded(400, "INVALID_REQUEST", "XML answers are not emulated"));
    }
    let Some((user, code)) = &address.webhook else { return admit_application(portal, params) };
    if *user != portal.settings.user.to_string() {
        return Err(Refusal::coded(401, "INVALID_CREDENTIALS", "Invalid request credentials"));
    }
    if *code != portal.settings.code {
        return Err(Refusal::coded(401, "NO_AUTH_FOUND", "Wrong authorization data"));
    }
    Ok(portal.caller())
}

/// <https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html>
fn admit_application(portal: &Inner, params: &Array) -> Result<Caller, Refusal> {
    let token = params.get("auth").and_then(Php::as_text).unwrap_or_default();
    let entered = portal.oauth().enter(&token, portal.clock.true_now())?;
    let admin = portal.state().users.iter().any(|user| user.id == entered.user && user.admin && user.active);
    Ok(Caller { user: entered.user, admin, application: Some(entered.client_id), ..portal.caller() })
}

/// Query and body as PHP merges them: the body wins.
async fn params(request: Request<Incoming>) -> Result<Array, Response<Body>> {
    let mut params = parse_str(request.uri().query().unwrap_or_default());
    if request.method() != Method::POST {
        return Ok(params);
    }
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let body = to_bytes(Body::new(request.into_body()), MAX_BODY).await.map_err(|_| {
        let page = "<html><body><center><h1>413 Request Entity Too Large</h1></center></body></html>";
        plain(413, "text/html", Body::from(page))
    })?;
    let given = if content_type.starts_with("application/json") {
        // What is not JSON is no parameters at all: the method then misses them.
        serde_json::from_slice::<Php>(&body).ok()
    } else if content_type.starts_with("application/x-www-form-urlencoded") {
        Some(Php::Array(parse_str(&String::from_utf8_lossy(&body))))
    } else {
        // A body without a known type is read by nobody.
        None
    };
    if let Some(Php::Array(given)) = given {
        for (key, value) in given.iter() {
            params.set(key.to_string(), value.clone());
        }
    }
    Ok(params)
}

/// One command, alone or in a batch.
async fn command(portal: &Inner, method: &str, params: &Array, caller: &Caller) -> Outcome {
    really_wait(portal.settings.latency_per_command).await;
    let refusal = match portal.faults.forbidden(method) {
        Some(Forbidden::AccessDenied) => Refusal::nameless("Access denied."),
        Some(Forbidden::InsufficientScope) => methods::insufficient_scope(),
        Some(Forbidden::MethodNotFound) => methods::method_not_found(),
        None => return portal.run(method, params, caller, Way::Rest),
    };
    portal.count(|counters| counters.ran(method, 0));
    Err(refusal)
}

async fn batch(
    portal: &Inner,
    params: &Array,
    caller: &Caller,
    cut_after: Option<usize>,
) -> Result<Outcome, Cut> {
    let mut batch = Batch::of(params);
    for (number, next) in batch.commands().into_iter().enumerate() {
        if cut_after.is_some_and(|after| number >= after) {
            return Err(Cut);
        }
        let begun = portal.settings.clock.now();
        let outcome = match batch.prepare(number, &next) {
            Ok(ready) => command(portal, &ready.method, &ready.params, caller).await,
            Err(refusal) => Err(refusal),
        };
        if !batch.keep(&next.key, outcome, || time(portal, begun)) {
            break;
        }
    }
    Ok(Ok(super::call::Answer::of(batch.into_result())))
}

/// <https://apidocs.bitrix24.com/api-reference/data-types.html#time>. A box without the limit of operating time shows
/// no `operating`.
fn time(portal: &Inner, begun: Timestamp) -> Array {
    let finished = portal.settings.clock.now();
    let seconds = |at: Timestamp| -> Php {
        #[expect(clippy::cast_precision_loss, reason = "microseconds of this century fit")]
        Php::Float(at.as_microsecond() as f64 / 1e6)
    };
    let zone = &portal.settings.time_zone;
    record! {
        "start" => seconds(begun),
        "finish" => seconds(finished),
        "duration" => Php::Float(finished.duration_since(begun).as_secs_f64()),
        "processing" => Php::Float(finished.duration_since(begun).as_secs_f64()),
        "date_start" => iso(begun, zone),
        "date_finish" => iso(finished, zone),
    }
}
