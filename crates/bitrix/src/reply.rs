//! From an HTTP answer to an envelope, or to the error that says what to do.

use std::sync::Arc;

use domain::{Clock, SignedDuration, Timestamp};
use serde_json::Value;

use crate::answer::Timing;
use crate::door::Door;
use crate::error::{ApiError, ApiErrorKind, BusyBy, CallError, Denial, Lost, cut};
use crate::pace::{BASKET, Pace};
use crate::transport::Reply;

/// A portal that is closed is asked again after this.
const CLOSED_PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// A proxy may ask for more; nobody waits longer without looking again.
const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(1);

/// How much of a page that came instead of JSON is told.
const TITLE_CHARS_MAX: usize = 120;

/// The envelope of a success, or what to do.
pub(crate) fn read(
    method: &str,
    reply: &Reply,
    clock: &Arc<dyn Clock>,
    pace: &Pace,
    door: &Door,
) -> Result<Value, CallError> {
    let now = clock.now();
    let asked_to_wait = reply.retry_after.as_deref().and_then(|header| retry_after(header, now));
    let wait = || asked_to_wait.unwrap_or_else(|| pace.busy_until(now));
    let envelope = match parse(&reply.body) {
        Parsed::Envelope(envelope) => envelope,
        Parsed::Truncated if reply.status < 400 => {
            return Err(unclear(method, Lost::Truncated { status: reply.status }));
        }
        Parsed::Truncated | Parsed::Other => {
            let title = title(&reply.body).map(|title| door.scrub(&title));
            return Err(by_status(method, reply.status, title, wait()));
        }
    };
    let Some(error) = ApiError::read(&envelope, |text| door.scrub(text)) else {
        return match envelope.get("result") {
            Some(_) if reply.status < 400 => Ok(envelope),
            _ if reply.status < 400 => Err(unclear(method, Lost::NoResult { status: reply.status })),
            _ => Err(by_status(method, reply.status, None, wait())),
        };
    };
    let reset = Timing::read(envelope.get("time")).operating_reset_at;
    Err(by_error(method, reply.status, error, reset.filter(|reset| *reset > now), now, wait()))
}

/// A redirect that was not followed: surely nothing was done.
pub(crate) fn moved(method: &str, place: &str) -> CallError {
    let error = ApiError::new("", format!("перенаправление на {place}"));
    CallError::Denied { method: method.to_owned(), why: Denial::Moved, error }
}

fn by_error(
    method: &str,
    status: u16,
    error: ApiError,
    reset: Option<Timestamp>,
    now: Timestamp,
    wait: Timestamp,
) -> CallError {
    let method = method.to_owned();
    match error.kind() {
        ApiErrorKind::Busy if error.code.eq_ignore_ascii_case("OPERATION_TIME_LIMIT") => {
            CallError::Busy { method, until: reset.unwrap_or(now + BASKET), by: BusyBy::Operating }
        }
        ApiErrorKind::Busy => CallError::Busy { method, until: wait, by: BusyBy::Rate },
        ApiErrorKind::Closed => CallError::Closed { method, error, until: now + CLOSED_PAUSE },
        ApiErrorKind::Internal => CallError::Unclear { method, why: Lost::Internal(error) },
        ApiErrorKind::Denied(why) => CallError::Denied { method, why, error },
        // A code that says nothing leaves the word to the status.
        ApiErrorKind::Other => match status {
            401 => CallError::Denied { method, why: Denial::Webhook, error },
            403 => CallError::Denied { method, why: Denial::Rights, error },
            404 | 405 => CallError::Denied { method, why: Denial::MethodMissing, error },
            429 | 503 => CallError::Busy { method, until: wait, by: BusyBy::Rate },
            500.. => CallError::Unclear { method, why: Lost::Internal(error) },
            _ => CallError::Refused { method, error },
        },
        ApiErrorKind::Duplicate
        | ApiErrorKind::RepeatedInn
        | ApiErrorKind::NotFound
        | ApiErrorKind::Required
        | ApiErrorKind::BadValue
        | ApiErrorKind::BadEmail
        | ApiErrorKind::DiskFull
        | ApiErrorKind::SaidNo
        | ApiErrorKind::BatchTooLong => CallError::Refused { method, error },
    }
}

/// No envelope: whoever answered, it was not the REST of the portal.
fn by_status(method: &str, status: u16, title: Option<String>, wait: Timestamp) -> CallError {
    let owned = method.to_owned();
    let words = ApiError::new(format!("HTTP {status}"), title.clone().unwrap_or_default());
    let denied = |why| CallError::Denied { method: method.to_owned(), why, error: words };
    match status {
        429 => CallError::Busy { method: owned, until: wait, by: BusyBy::Proxy429 },
        503 => CallError::Busy { method: owned, until: wait, by: BusyBy::Proxy503 },
        401 | 403 => denied(Denial::Proxy),
        404 | 405 => denied(Denial::NotPortal),
        413 => denied(Denial::TooLarge),
        _ => CallError::Unclear { method: owned, why: Lost::NotJson { status, title } },
    }
}

enum Parsed {
    Envelope(Value),
    Truncated,
    Other,
}

/// Some boxes have a byte order mark in one of their PHP files, and then in front of every answer.
fn parse(body: &[u8]) -> Parsed {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    match serde_json::from_slice(body) {
        Ok(envelope @ Value::Object(_)) => Parsed::Envelope(envelope),
        Err(error) if error.is_eof() && body.trim_ascii_start().starts_with(b"{") => Parsed::Truncated,
        Ok(_) | Err(_) => Parsed::Other,
    }
}

/// `Retry-After`, in seconds or as a date, not in the past and not beyond an hour.
fn retry_after(header: &str, now: Timestamp) -> Option<Timestamp> {
    let at = match header.trim().parse::<u32>() {
        Ok(seconds) => now + SignedDuration::from_secs(seconds.into()),
        Err(_) => jiff::fmt::rfc2822::parse(header.trim()).ok()?.timestamp(),
    };
    (at >= now).then(|| at.min(now + RETRY_AFTER_MAX))
}

/// The title of a page, or its first words.
fn title(body: &[u8]) -> Option<String> {
    /// Pages put their title near the top.
    const HEAD: usize = 4096;
    let head = String::from_utf8_lossy(&body[..body.len().min(HEAD)]);
    let lower = head.to_ascii_lowercase();
    let inside = lower.find("<title>").and_then(|start| {
        let from = start + "<title>".len();
        let end = lower[from..].find("</title>")?;
        Some(&head[from..from + end])
    });
    let words = inside.unwrap_or(&head).split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then(|| cut(&words, TITLE_CHARS_MAX))
}

fn unclear(method: &str, why: Lost) -> CallError {
    CallError::Unclear { method: method.to_owned(), why }
}
