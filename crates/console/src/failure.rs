//! Why a page cannot be shown or an action not be done: what happened and what to do, in Russian.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Role;
use engine::EngineError;
use store::StoreError;
use tracing::error;

use crate::sheet::SheetError;

/// Why there is no answer. [`Display`](std::fmt::Display) is for people.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nobody is signed in.
    #[error("войдите, чтобы продолжить")]
    NotSignedIn,
    /// Another role is needed.
    #[error("для этого нужна роль «{}»; её даёт администратор Парома", .0.title())]
    NotAllowed(Role),
    /// The password was given by somebody else.
    #[error("сначала смените пароль: его вам дал администратор")]
    ChangePassword,
    /// A form that was not filled in on our page.
    #[error("форма устарела или открыта не на странице Парома; вернитесь, обновите страницу и повторите")]
    Forged,
    /// More than a form may have.
    #[error("форма слишком длинная; отправьте меньше за один раз")]
    TooLong,
    /// What was asked for is not there (any more).
    #[error("{0}")]
    NotFound(String),
    /// What was typed makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// Too much at once: the same will do later.
    #[error("{0}")]
    Busy(String),
    /// The database.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The engine.
    #[error("{0}")]
    Engine(#[from] EngineError),
    /// A file for downloading.
    #[error("выгрузка не записана: {0}; проверьте, есть ли место на диске")]
    Sheet(#[from] SheetError),
    /// An action left nothing in the audit: a fault of ours.
    #[error("действие не записано в журнал действий; сообщите разработчикам")]
    Unrecorded,
}

impl Failure {
    /// For pages of things that are gone.
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound(what.into())
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::NotAllowed(_) | Self::ChangePassword | Self::Forged => StatusCode::FORBIDDEN,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Store(error) if error.passes_by_itself() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Engine(EngineError::Portal(_)) => StatusCode::BAD_GATEWAY,
            Self::Store(_) | Self::Engine(_) | Self::Sheet(_) | Self::Unrecorded => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }
}

/// The page around it is put by the gate.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if self.status().is_server_error() {
            error!(error = %self, "A page could not be shown: {self}");
        }
        let mut answer = self.status().into_response();
        answer.extensions_mut().insert(Arc::new(self));
        answer
    }
}
