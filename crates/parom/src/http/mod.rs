//! The HTTP side of the service: the contract with 1C, notices of Bitrix24, the console, whether it lives and can work.

mod connections;
mod install;
mod notices;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::time::timeout;

pub(crate) use connections::serve;
pub(crate) use install::routes as install;
pub(crate) use notices::{NoticeSecrets, routes as notices};

/// From the head of a request to its answer: 64 MiB over a slow line take less.
const REQUEST_MAX: Duration = Duration::from_mins(5);

/// Asks whether the service can do its work; the error says in Russian what is missing.
pub(crate) type Readiness =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Takes the address that `key` gives, or says who may have taken it.
pub(crate) async fn listen(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "не удалось занять адрес {address} (ключ `{key}` в разделе [server]): не работает ли там другой Паром?"
        )
    })
}

/// Everything that the service answers. `onec` has the paths below `/1c/v1`, `notices` those below `/bitrix24`, `console`
/// the pages at `/`.
pub(crate) fn router(
    onec: Router,
    notices: Router,
    console: Router,
    ready: Readiness,
    body_limit: usize,
) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .with_state(ready)
        .merge(onec)
        .layer(DefaultBodyLimit::max(body_limit))
        .merge(notices)
        .merge(console)
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn(strict_headers))
}

/// The process lives. Asks nothing of anybody: a supervisor that restarts us because the portal is down helps nobody.
async fn healthz() -> &'static str {
    "ok\n"
}

/// The service can take what 1C shows.
async fn readyz(State(ready): State<Readiness>) -> Response {
    match ready().await {
        Ok(()) => (StatusCode::OK, Json(Ready { ready: true, detail: None })).into_response(),
        Err(detail) => (StatusCode::SERVICE_UNAVAILABLE, Json(Ready { ready: false, detail: Some(detail) }))
            .into_response(),
    }
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// A body that trickles in must not hold its place for ever. Whatever was not answered has not been promised, and 1C
/// sends it again.
async fn in_time(request: Request, next: Next) -> Response {
    timeout(REQUEST_MAX, next.run(request))
        .await
        .unwrap_or_else(|_elapsed| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// Nothing that we answer is to be framed, sniffed, cached by somebody between, or allowed to load anything, unless whoever
/// answers knows better.
async fn strict_headers(request: Request, next: Next) -> Response {
    const STRICT: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in STRICT {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
