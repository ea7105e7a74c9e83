//! Notices of Bitrix24: «something has changed there, look at it now».
//!
//! `POST /bitrix24/events` is for outgoing webhooks and local applications, `POST /bitrix24/changes` for the box
//! module. A notice is kept and answered at once; the card is read later. A lost notice costs time and nothing
//! else, because sweeps look by themselves.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bitrix::notices::{
    BadSignature, Notice, POSTED_BYTES_MAX, Posted, REPORTED_BYTES_MAX, Reported, SIGNATURE_HEADER, Signature,
};
use engine::Engine;
use secrecy::SecretString;
use serde::Serialize;
use tracing::{error, warn};

/// What tells the portal from strangers. Who has no secret set is answered that nobody listens.
#[derive(Clone, Default)]
pub(crate) struct NoticeSecrets {
    /// Of the outgoing webhook or local application.
    pub(crate) application_token: Option<SecretString>,
    /// Of the box module.
    pub(crate) module_secret: Option<SecretString>,
}

/// The paths below `/bitrix24`.
pub(crate) fn routes(engine: Engine, secrets: NoticeSecrets) -> Router {
    Router::new()
        .route("/bitrix24/events", post(events).layer(DefaultBodyLimit::max(POSTED_BYTES_MAX)))
        .route("/bitrix24/changes", post(changes).layer(DefaultBodyLimit::max(REPORTED_BYTES_MAX)))
        .with_state(Desk { engine, secrets })
}

#[derive(Clone)]
struct Desk {
    engine: Engine,
    secrets: NoticeSecrets,
}

/// One form for one event.
/// <https://apidocs.bitrix24.com/api-reference/events/index.html>
async fn events(State(desk): State<Desk>, body: Bytes) -> Result<&'static str, Refusal> {
    let Some(expected) = &desk.secrets.application_token else {
        return Err(Refusal::closed("application_token", "исходящего вебхука или локального приложения"));
    };
    let posted =
        Posted::read(&body).map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    if !posted.token.is(expected) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "application_token не тот, что в разделе [bitrix24] настроек Парома: скопируйте его из исходящего вебхука",
        ));
    }
    desk.keep(std::iter::once(&posted.notice)).await?;
    Ok("ok\n")
}

#[derive(Serialize)]
struct AcceptedUpTo {
    accepted_up_to: u64,
}

/// A part of the module's queue, which it repeats until it is told that we have it.
async fn changes(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<AcceptedUpTo>, Refusal> {
    let Some(secret) = &desk.secrets.module_secret else {
        return Err(Refusal::closed("module_secret", "модуля «Паром»"));
    };
    let header = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Signature::read(header).and_then(|signature| signature.check(&body, secret)).map_err(|error| {
        let status = match error {
            BadSignature::Malformed | BadSignature::NoSecret => StatusCode::UNAUTHORIZED,
            BadSignature::Wrong => StatusCode::FORBIDDEN,
        };
        Refusal::new(status, error.to_string())
    })?;
    let reported =
        Reported::read(&body).map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    desk.keep(reported.iter().map(|change| &change.notice)).await?;
    let accepted_up_to = reported.iter().map(|change| change.number).max().unwrap_or_default();
    Ok(Json(AcceptedUpTo { accepted_up_to }))
}

impl Desk {
    /// When this returns, the notices survive `kill -9`.
    async fn keep(&self, notices: impl Iterator<Item = &Notice>) -> Result<(), Refusal> {
        let notices: Vec<Notice> = notices.cloned().collect();
        self.engine.take_notices(&notices).await.map_err(|error| {
            error!(error = %error, "Notices could not be kept: {error}");
            Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Паром не смог записать уведомление, повторите позже",
            )
        })
    }
}

/// Why a notice was not taken, for the log of the portal.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    text: String,
}

impl Refusal {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    fn closed(key: &str, whose: &str) -> Self {
        let text =
            format!("уведомления {whose} не приняты: в разделе [bitrix24] настроек Парома нет `{key}`");
        Self::new(StatusCode::NOT_FOUND, text)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        warn!(status = self.status.as_u16(), "A notice was refused: {}", self.text);
        (self.status, format!("{}\n", self.text)).into_response()
    }
}
