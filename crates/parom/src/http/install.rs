//! Where a local application of Bitrix24 hands over its first tokens.
//!
//! `POST /bitrix24/install` takes what the portal posts when the application is installed, `GET` takes the code with
//! which an administrator's browser comes back from the portal. Anybody can send either, so nothing of it is believed:
//! the portal of the settings has to confirm the token, and no address of a request is ever called.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::StatusCode;
use axum::routing::get;
use bitrix::{GRANT_BYTES_MAX, Grant, NotConnected};
use domain::{Clock, SignedDuration, Timestamp};
use engine::Engine;
use tokio::sync::Mutex;
use tracing::warn;

/// Each attempt makes requests to the portal or to the OAuth server: strangers must not make many.
const PAUSE: SignedDuration = SignedDuration::from_secs(3);

/// The page of the application.
pub(crate) fn routes(engine: Engine, clock: Arc<dyn Clock>) -> Router {
    let desk = Desk { engine, clock, last: Arc::default() };
    Router::new()
        .route("/bitrix24/install", get(came_back).post(installed))
        .layer(DefaultBodyLimit::max(GRANT_BYTES_MAX))
        .with_state(desk)
}

#[derive(Clone)]
struct Desk {
    engine: Engine,
    clock: Arc<dyn Clock>,
    /// When somebody last tried. Held while one tries: one after the other.
    last: Arc<Mutex<Option<Timestamp>>>,
}

/// <https://apidocs.bitrix24.com/settings/oauth/index.html>
async fn came_back(State(desk): State<Desk>, RawQuery(query): RawQuery) -> (StatusCode, String) {
    desk.connect(query.unwrap_or_default().as_bytes()).await
}

/// <https://apidocs.bitrix24.com/api-reference/common/events/on-app-install.html>
async fn installed(State(desk): State<Desk>, body: Bytes) -> (StatusCode, String) {
    desk.connect(&body).await
}

impl Desk {
    async fn connect(&self, form: &[u8]) -> (StatusCode, String) {
        let told = |status: StatusCode, text: &str| (status, format!("{text}\n"));
        if self.engine.application().is_none() {
            let text =
                "Локальное приложение не настроено: в разделе [bitrix24] настроек Парома нет `client_id`";
            return told(StatusCode::NOT_FOUND, text);
        }
        let Some(grant) = Grant::read(form, self.clock.now()) else {
            let text =
                "Здесь ждут установку локального приложения Битрикс24, а в запросе нет ни токенов, ни кода";
            return told(StatusCode::BAD_REQUEST, text);
        };
        let busy = "Только что уже была попытка подключить приложение; повторите через несколько секунд";
        let Ok(mut last) = self.last.try_lock() else { return told(StatusCode::TOO_MANY_REQUESTS, busy) };
        let now = self.clock.now();
        let is_early = |last: Timestamp| {
            let since = now.duration_since(last);
            !since.is_negative() && since < PAUSE
        };
        if last.is_some_and(is_early) {
            return told(StatusCode::TOO_MANY_REQUESTS, busy);
        }
        *last = Some(now);
        match self.engine.connect_application(grant).await {
            Ok(()) => {
                told(StatusCode::OK, "Локальное приложение подключено к Парому. Это окно можно закрыть.")
            }
            Err(error) => {
                warn!(error = %error, "The local application was not connected: {error}");
                match error {
                    NotConnected::Stranger | NotConnected::NotAdmin => {
                        told(StatusCode::FORBIDDEN, &error.to_string())
                    }
                    // A stranger is not told what the portal or the OAuth server said.
                    NotConnected::Token(_) | NotConnected::Portal(_) => told(
                        StatusCode::FORBIDDEN,
                        "Приложение не подключено; причина названа в журнале Парома",
                    ),
                }
            }
        }
    }
}
