//! The portal's own error and what it means.
//!
//! The code is often an empty text, sometimes a number, sometimes prose; half of the meaning is in the
//! description, which is in the language of the portal. Vendor pages: `error-codes.md`,
//! `_includes/system-errors.md`, «Error handling» of every method.

use std::fmt;

use serde_json::Value;

use super::Denial;

/// An error as the portal worded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// `error`: a code, an empty text or a number as text.
    pub code: String,
    /// `error_description`, without secrets and not longer than 500 characters.
    pub description: String,
}

/// What an [`ApiError`] means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// It is there already: «TypeAddress exists.».
    Duplicate,
    /// Another company has this ИНН already: a module of the portal refused a second one. The portal itself never does.
    RepeatedInn,
    /// What was to be read or changed is not there.
    NotFound,
    /// A required field is missing.
    Required,
    /// A value or a parameter of the wrong shape.
    BadValue,
    /// The e-mail is none; the whole company was refused for it.
    BadEmail,
    /// The portal's disk is full: `Disk resource exhausted`.
    DiskFull,
    /// The method answered `false` and no words.
    SaidNo,
    /// More than fifty commands in a batch: a mistake of ours.
    BatchTooLong,
    /// A right or a setting is missing.
    Denied(Denial),
    /// A limit; surely not executed.
    Busy,
    /// The portal is closed.
    Closed,
    /// The portal broke over it; it may have been executed.
    Internal,
    /// Something the documentation does not name.
    Other,
}

/// Descriptions are cut here: some pages put a whole stack trace into one.
const DESCRIPTION_CHARS_MAX: usize = 500;

/// What the box module says of a repeated ИНН, in this language on every portal.
const REPEATED_INN: &[&str] = &["клиент с таким инн уже создан"];
/// Words for an e-mail in the portal's prose.
const EMAIL: &[&str] = &["e-mail", "email", "почт"];

impl ApiError {
    /// An error with its code and description.
    pub fn new(code: impl Into<String>, description: impl Into<String>) -> Self {
        Self { code: code.into(), description: description.into() }
    }

    /// What it means. The code decides where it has a meaning, the words where it has none.
    pub fn kind(&self) -> ApiErrorKind {
        self.kind_by_code().or_else(|| self.kind_by_words()).unwrap_or(ApiErrorKind::Other)
    }

    /// The error that stands for a bare `false`.
    pub(crate) fn said_no() -> Self {
        Self::new("false", "портал ответил «нет» и не объяснил почему")
    }

    /// Reads the envelope. The presence of the key `error` makes it one, not its value.
    pub(crate) fn read(envelope: &Value, scrub: impl Fn(&str) -> String) -> Option<Self> {
        let error = envelope.get("error")?;
        let told = envelope.get("error_description").or_else(|| envelope.get("error_message"));
        // REST 3 nests code and message below `error`.
        let code = error.get("code").unwrap_or(error);
        let told = told.or_else(|| error.get("message"));
        let description = scrub(&told.map(as_text).unwrap_or_default());
        Some(Self { code: scrub(&as_text(code)), description: cut(&description, DESCRIPTION_CHARS_MAX) })
    }

    /// The portal's words as an appendix to ours.
    pub(super) fn in_brackets(&self) -> String {
        if self.is_silent() { String::new() } else { format!(" (ответ портала: {self})") }
    }

    fn is_silent(&self) -> bool {
        self.code.is_empty() && self.description.is_empty()
    }

    /// Documented errors are known by their code.
    fn kind_by_code(&self) -> Option<ApiErrorKind> {
        use ApiErrorKind::{BadValue, BatchTooLong, Busy, Closed, Internal, NotFound, Required, SaidNo};
        let kind = match self.code.to_ascii_uppercase().as_str() {
            "QUERY_LIMIT_EXCEEDED" | "OPERATION_TIME_LIMIT" => Busy,
            "PORTAL_DELETED" | "OVERLOAD_LIMIT" => Closed,
            "INTERNAL_SERVER_ERROR" | "ERROR_UNEXPECTED_ANSWER" => Internal,
            "NO_AUTH_FOUND" | "INVALID_CREDENTIALS" | "INVALID_TOKEN" => {
                ApiErrorKind::Denied(Denial::Webhook)
            }
            "WRONG_AUTH_TYPE" => ApiErrorKind::Denied(Denial::Application),
            "WRONG_LICENSE" => ApiErrorKind::Denied(Denial::Licence),
            "EXPIRED_TOKEN" => ApiErrorKind::Denied(Denial::Expired),
            "INSUFFICIENT_SCOPE" => ApiErrorKind::Denied(Denial::Scope),
            "ACCESS_DENIED" => ApiErrorKind::Denied(self.access_denial()),
            "USER_ACCESS_ERROR" | "ALLOWED_ONLY_INTRANET_USER" => ApiErrorKind::Denied(Denial::Rights),
            "ERROR_METHOD_NOT_FOUND" | "METHOD_NOT_FOUND" => ApiErrorKind::Denied(Denial::MethodMissing),
            "ERROR_BATCH_METHOD_NOT_ALLOWED" => ApiErrorKind::Denied(Denial::NotInBatch),
            "ERROR_BATCH_LENGTH_EXCEEDED" => BatchTooLong,
            "INVALID_REQUEST" if self.says(&["https"]) => ApiErrorKind::Denied(Denial::HttpsRequired),
            "NOT_FOUND" | "OWNER_NOT_FOUND" | "ERROR_NOT_FOUND" => NotFound,
            "CRM_FIELD_ERROR_REQUIRED" => Required,
            // `crm.item.update` names the field in words.
            "CRM_FIELD_ERROR_VALUE_NOT_VALID" if self.says(EMAIL) => ApiErrorKind::BadEmail,
            "CRM_FIELD_ERROR_VALUE_NOT_VALID"
            | "INVALID_ARG_VALUE"
            | "INVALID_REQUEST"
            | "100"
            | "ENTITY_TYPE_NOT_SUPPORTED" => BadValue,
            "FALSE" => SaidNo,
            _ => return None,
        };
        Some(kind)
    }

    /// The Russian variants are what a portal with a Russian interface says in the same places.
    fn kind_by_words(&self) -> Option<ApiErrorKind> {
        const WORDS: &[(&[&str], ApiErrorKind)] = &[
            (&["application context required"], ApiErrorKind::Denied(Denial::Application)),
            (&["commercial plan", "коммерческ"], ApiErrorKind::Denied(Denial::Licence)),
            (&["https required"], ApiErrorKind::Denied(Denial::HttpsRequired)),
            (
                &[
                    "access denied",
                    "insufficient permission",
                    "доступ запрещ",
                    "доступ закрыт",
                    "недостаточно прав",
                    "нет прав",
                ],
                ApiErrorKind::Denied(Denial::Rights),
            ),
            (REPEATED_INN, ApiErrorKind::RepeatedInn),
            (&["disk resource exhausted", "дисков"], ApiErrorKind::DiskFull),
            // «The 'FIELD_NAME' field is not found.»: an argument is missing, not a record.
            (&["field is not found"], ApiErrorKind::Required),
            (EMAIL, ApiErrorKind::BadEmail),
            (&["exists", "уже существует"], ApiErrorKind::Duplicate),
            (
                &[
                    "is not defined",
                    "must be",
                    "invalid",
                    "is not supported",
                    "is not assigned",
                    "некоррект",
                    "неверн",
                ],
                ApiErrorKind::BadValue,
            ),
            (&["not found", "не найден"], ApiErrorKind::NotFound),
            (&["required", "не заполнен", "обязательн"], ApiErrorKind::Required),
        ];
        WORDS.iter().find(|(words, _)| self.says(words)).map(|&(_, kind)| kind)
    }

    fn access_denial(&self) -> Denial {
        if self.says(&["application context"]) {
            Denial::Application
        } else if self.says(&["plan", "subscription", "тариф", "подписк", "лиценз"]) {
            Denial::Licence
        } else {
            Denial::Rights
        }
    }

    /// Prose may stand in either of the two.
    fn says(&self, words: &[&str]) -> bool {
        let text = format!("{} {}", self.code, self.description).to_lowercase();
        words.iter().any(|word| text.contains(word))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.description.as_str()) {
            ("", "") => f.write_str("без объяснений"),
            ("" | "0" | "false", description) => f.write_str(description),
            (code, "") => f.write_str(code),
            (code, description) => write!(f, "{description} [{code}]"),
        }
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The first `max` characters.
pub(crate) fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
