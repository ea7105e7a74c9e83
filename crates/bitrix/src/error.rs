//! Why a call brought no answer, sorted by what to do now.
//!
//! Nothing here holds or shows the address of the webhook: the transport takes it out first.

mod api;
mod denial;

pub(crate) use api::cut;
pub use api::{ApiError, ApiErrorKind};
pub use denial::Denial;

use domain::Timestamp;

use crate::application::TokenError;

/// A call or a whole batch without a usable answer. `Display` is a Russian sentence for the operator: what
/// happened, with which method, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// A limit: the same call will succeed later. Repeat after `until`.
    #[error("Битрикс24 просит подождать ({by}), метод {method}: вызов повторится после {until}")]
    Busy {
        /// What was called.
        method: String,
        /// Not before.
        until: Timestamp,
        /// Who asked to wait.
        by: BusyBy,
    },
    /// A right, a scope or a setting is missing: no record is at fault and none will pass until a person acts.
    #[error("Битрикс24 не разрешает метод {method}: {why}. {}{}", .why.cure(), .error.in_brackets())]
    Denied {
        /// What was called.
        method: String,
        /// What is missing, with its cure.
        why: Denial,
        /// The portal's own words.
        error: ApiError,
    },
    /// An application has no token to call with: surely nothing was done.
    #[error("метод {method} не отправлен: {why}")]
    Unauthorised {
        /// What was to be called.
        method: String,
        /// What is missing.
        why: TokenError,
    },
    /// The portal was not reached: surely nothing was done, repeating is safe.
    #[error("до Битрикс24 не удалось дозвониться, метод {method} не отправлен: {why}")]
    NotSent {
        /// What was to be called.
        method: String,
        /// What stood in the way.
        why: Unreached,
    },
    /// The call was sent and no usable answer came back: it may have been executed. Look before repeating.
    #[error(
        "ответ Битрикс24 на метод {method} потерян: {why}. Вызов мог выполниться, сначала будет проверка"
    )]
    Unclear {
        /// What was called.
        method: String,
        /// What came instead of an answer.
        why: Lost,
    },
    /// The portal understood the call and did not like the data.
    #[error("Битрикс24 отклонил метод {method}: {error}")]
    Refused {
        /// What was called.
        method: String,
        /// Its words.
        error: ApiError,
    },
    /// The portal is closed by its administrator. Nothing was done; ask again after `until`, not sooner.
    #[error(
        "Битрикс24 закрыт, метод {method} не выполнен: {error}. Администратору портала: проверьте, не включено ли \
         «Временное закрытие публичной части» и не заблокирован ли вебхук; следующая попытка после {until}"
    )]
    Closed {
        /// What was called.
        method: String,
        /// `PORTAL_DELETED` or `OVERLOAD_LIMIT`.
        error: ApiError,
        /// When a probe makes sense.
        until: Timestamp,
    },
}

impl CallError {
    /// Whether the portal may have done what was asked. `false`: repeating cannot make a second of anything.
    pub fn may_have_run(&self) -> bool {
        match self {
            Self::Unclear { .. } => true,
            // A proxy may say 503 after its backend has died over the work.
            Self::Busy { by, .. } => *by == BusyBy::Proxy503,
            Self::Denied { .. }
            | Self::Unauthorised { .. }
            | Self::NotSent { .. }
            | Self::Refused { .. }
            | Self::Closed { .. } => false,
        }
    }

    /// The method that was called; `batch` for a batch.
    pub fn method(&self) -> &str {
        match self {
            Self::Busy { method, .. }
            | Self::Denied { method, .. }
            | Self::Unauthorised { method, .. }
            | Self::NotSent { method, .. }
            | Self::Unclear { method, .. }
            | Self::Refused { method, .. }
            | Self::Closed { method, .. } => method,
        }
    }

    /// The portal's own words, where it had any.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Denied { error, .. } | Self::Refused { error, .. } | Self::Closed { error, .. } => {
                Some(error)
            }
            Self::Busy { .. } | Self::Unauthorised { .. } | Self::NotSent { .. } | Self::Unclear { .. } => {
                None
            }
        }
    }
}

/// Who asked to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BusyBy {
    /// `QUERY_LIMIT_EXCEEDED`: too many requests a second.
    #[error("превышена частота запросов")]
    Rate,
    /// `OPERATION_TIME_LIMIT`: the method has used up its working time.
    #[error("исчерпано рабочее время метода")]
    Operating,
    /// HTTP 429 without an envelope: a proxy or firewall before the portal.
    #[error("прокси перед порталом ответил 429")]
    Proxy429,
    /// HTTP 503 without an envelope. The only one after which the work may have been done.
    #[error("веб-сервер портала ответил 503")]
    Proxy503,
    /// Nothing was sent: our own pace would have had to wait longer than `PaceSettings::wait_max`.
    #[error("очередь к порталу")]
    Pace,
}

/// Why the portal was not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// The name has no address.
    #[error("имя портала не находится в DNS; проверьте адрес вебхука и сеть")]
    Name,
    /// Nobody listens there, or no way leads there.
    #[error("портал не принимает соединения; проверьте, что он работает и порт открыт")]
    Connection,
    /// The connection was not made in time.
    #[error("портал не ответил на попытку соединения; проверьте сеть и межсетевой экран")]
    Timeout,
    /// TLS was not agreed upon.
    #[error(
        "защищённое соединение не установлено ({0}); проверьте сертификат портала, срок его действия и что его \
         издатель добавлен в доверенные корневые центры этого сервера"
    )]
    Tls(String),
    /// TLS could not be set up on our side, such as on a machine without root certificates.
    #[error("защищённые соединения на этом сервере не настроены ({0}); установите пакет ca-certificates")]
    Roots(String),
    /// The arguments would not become a request.
    #[error("запрос не удалось составить ({0})")]
    Request(String),
}

/// What came instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The connection ended before or in the middle of the answer.
    #[error("соединение оборвалось до конца ответа")]
    Cut,
    /// No answer in time.
    #[error("ответа не было в отведённое время")]
    Timeout,
    /// A page or a broken text instead of JSON.
    #[error("вместо JSON пришло другое (HTTP {status}{})", .title.as_ref().map(|title| format!(", «{title}»")).unwrap_or_default())]
    NotJson {
        /// HTTP status.
        status: u16,
        /// Title of the page or its first words.
        title: Option<String>,
    },
    /// JSON that began well and ended too early.
    #[error("JSON оборван на середине (HTTP {status})")]
    Truncated {
        /// HTTP status.
        status: u16,
    },
    /// JSON with neither `result` nor `error`.
    #[error("в ответе нет ни result, ни error (HTTP {status})")]
    NoResult {
        /// HTTP status.
        status: u16,
    },
    /// Longer than [`ANSWER_BYTES_MAX`](crate::ANSWER_BYTES_MAX).
    #[error("ответ длиннее {} МиБ", crate::ANSWER_BYTES_MAX >> 20)]
    TooLong,
    /// The portal broke over it: `INTERNAL_SERVER_ERROR`, `ERROR_UNEXPECTED_ANSWER`.
    #[error("внутренняя ошибка портала: {0}")]
    Internal(ApiError),
}
