//! The addresses under `/1c/v1` and what stands before them.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};
use domain::Clock;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::body::BODIES_AT_ONCE;
use crate::door::{Guesses, guard};
use crate::ferry::Ferry;
use crate::{calls, content, feed, speech};

/// What the owner of the service decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Of HTTP Basic.
    pub login: String,
    /// Of HTTP Basic. While it is empty nobody comes in.
    pub password: SecretString,
    /// In which dates of 1C without an offset are.
    pub time_zone: TimeZone,
    /// Largest body of JSON or XML, in bytes.
    pub body_limit: usize,
    /// Longest PDF, in bytes.
    pub document_limit: usize,
}

/// Serves the contract under `/1c/v1`; every other address is left to whom the router is merged into.
///
/// Connections should carry their address (`into_make_service_with_connect_info::<SocketAddr>()`), so that a
/// guesser of passwords shuts the door for itself only.
pub fn router(settings: Settings, ferry: Arc<dyn Ferry>, clock: Arc<dyn Clock>) -> Router {
    let places = Arc::new(Semaphore::new(BODIES_AT_ONCE));
    let app = Arc::new(App { settings, ferry, clock, guesses: Guesses::default(), places });
    let calls = Router::new()
        .route("/ping", get(calls::ping))
        .route("/hello", post(calls::hello))
        .route("/counterparties", get(feed::poll).post(calls::counterparties))
        .route("/inquiries", get(feed::poll_inquiries).post(calls::inquiries))
        .route("/open-inquiries", get(feed::open_inquiries))
        .route("/receipts", post(feed::receipts))
        .route("/documents", post(calls::documents))
        .route("/documents/{ref}/content", put(content::content))
        .route("/payments", post(calls::payments))
        .route("/payments/complete", post(calls::complete_payments))
        .route("/state", get(calls::state))
        .fallback(calls::not_found)
        .method_not_allowed_fallback(calls::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&app), guard))
        .layer(from_fn(speech::speak))
        .with_state(app);
    Router::new().nest_service(BASE_PATH, calls)
}

/// Where the contract lives.
pub const BASE_PATH: &str = "/1c/v1";

/// What the calls share.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) ferry: Arc<dyn Ferry>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) guesses: Guesses,
    pub(crate) places: Arc<Semaphore>,
}
