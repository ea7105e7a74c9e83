//! What 1C hears when a call as a whole fails: RFC 9457, in Russian.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Number;

use crate::value::Value;

macro_rules! faults {
    ($( $(#[$doc:meta])* $name:ident = $status:ident, $slug:literal, $title:literal; )*) => {
        /// The ways in which a call may fail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault { $( $(#[$doc])* $name, )* }

        impl Fault {
            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The status of the answer, which platform 8.2 only sees inside the document.
            pub(crate) fn status(self) -> StatusCode { match self { $(Self::$name => StatusCode::$status,)* } }
            /// The end of the `type` of the problem.
            pub(crate) fn slug(self) -> &'static str { match self { $(Self::$name => $slug,)* } }
            /// The `title` of the problem.
            pub(crate) fn title(self) -> &'static str { match self { $(Self::$name => $title,)* } }
        }
    };
}

faults! {
    /// JSON or XML that cannot be parsed.
    Unreadable = BAD_REQUEST, "unreadable", "Документ не читается";
    /// Bytes that are no UTF-8.
    Encoding = BAD_REQUEST, "encoding", "Неверная кодировка";
    /// The connection broke while the body was on its way.
    CutShort = BAD_REQUEST, "cut-short", "Запрос оборвался";
    /// No login, or a wrong one.
    Unauthorized = UNAUTHORIZED, "unauthorized", "Неверный логин или пароль";
    /// Nothing is served under this address.
    NotFound = NOT_FOUND, "not-found", "Такого адреса нет";
    /// The address is served, but not with this method.
    Method = METHOD_NOT_ALLOWED, "method", "Метод не поддерживается";
    /// The body is larger than the setting allows.
    TooLarge = PAYLOAD_TOO_LARGE, "too-large", "Запрос слишком велик";
    /// Neither JSON nor XML.
    Format = UNSUPPORTED_MEDIA_TYPE, "format", "Формат не поддерживается";
    /// More records than one call may carry.
    TooManyRecords = UNPROCESSABLE_ENTITY, "too-many-records", "Слишком много записей";
    /// The document is well-formed, and still not what the call needs.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "Запрос составлен неверно";
    /// Too many wrong passwords from one address.
    TooManyAttempts = TOO_MANY_REQUESTS, "too-many-attempts", "Слишком много неудачных попыток входа";
    /// A mistake of Parom itself.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Внутренняя ошибка Parom";
    /// The store cannot take anything now.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "Parom временно не принимает данные";
    /// Other calls take all the memory that bodies may take.
    Busy = SERVICE_UNAVAILABLE, "busy", "Parom занят другими запросами";
}

/// A failed call. It becomes an answer in [`crate::speech`], where the wanted format is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) fault: Fault,
    /// What happened, with what, what to do.
    pub(crate) detail: String,
    /// When it is worth to come again.
    pub(crate) retry_after_seconds: Option<i64>,
}

impl Problem {
    /// A failure with its explanation in Russian.
    pub(crate) fn new(fault: Fault, detail: impl Into<String>) -> Self {
        Self { fault, detail: detail.into(), retry_after_seconds: None }
    }

    /// The same with the advice when to come again.
    #[must_use]
    pub(crate) fn retry_after(self, seconds: i64) -> Self {
        Self { retry_after_seconds: Some(seconds), ..self }
    }

    /// The document.
    pub(crate) fn value(&self) -> Value {
        Value::record([
            ("type", Value::text(type_uri(self.fault))),
            ("title", Value::text(self.fault.title())),
            ("status", Value::Number(Number::from(self.fault.status().as_u16()))),
            ("detail", Value::text(self.detail.clone())),
        ])
    }

    /// The document for a platform that cannot see by the status that it is a problem.
    pub(crate) fn marked_value(&self) -> Value {
        match self.value() {
            Value::Record(mut fields) => {
                fields.insert(0, (Cow::Borrowed("problem"), Value::Flag(true)));
                Value::Record(fields)
            }
            other => other,
        }
    }
}

/// The `type` of a problem.
pub(crate) fn type_uri(fault: Fault) -> String {
    format!("urn:parom:problem:{}", fault.slug())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.fault.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
