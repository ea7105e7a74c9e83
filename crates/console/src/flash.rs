//! A sentence that the next page shows once: what became of an action. It travels in a cookie.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The cookie.
const COOKIE: &str = "parom_flash";

/// The longest sentence, in characters: cookies are short.
const TEXT_MAX: usize = 600;

/// What became of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flash {
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

/// Good or bad news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It is done.
    Done,
    /// It is not.
    Problem,
}

/// The flash of this request was shown and has to be forgotten.
#[derive(Clone, Copy)]
pub(crate) struct Shown;

impl Flash {
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self { kind: Kind::Done, text: text.into() }
    }

    pub(crate) fn problem(text: impl Into<String>) -> Self {
        Self { kind: Kind::Problem, text: text.into() }
    }

    /// The header that brings it to the next page.
    pub(crate) fn header(&self) -> [(HeaderName, HeaderValue); 1] {
        let mark = match self.kind {
            Kind::Done => '+',
            Kind::Problem => '!',
        };
        let text: String = std::iter::once(mark).chain(self.text.chars().take(TEXT_MAX)).collect();
        let value = BASE64_URL_SAFE_NO_PAD.encode(text);
        let cookie = format!("{COOKIE}={value}; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
        [(header::SET_COOKIE, HeaderValue::try_from(cookie).expect("base64 is ASCII"))]
    }

    /// What the last answer left for this page.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let jar = CookieJar::from_headers(headers);
        let text = BASE64_URL_SAFE_NO_PAD.decode(jar.get(COOKIE)?.value()).ok()?;
        let text = String::from_utf8(text).ok()?;
        match text.split_at_checked(1)? {
            ("+", text) => Some(Self::done(text)),
            ("!", text) => Some(Self::problem(text)),
            _ => None,
        }
    }
}

/// Takes the cookie back once its text was shown.
pub(crate) fn forget_shown(answer: &mut Response) {
    if answer.extensions().get::<Shown>().is_some() {
        let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
        answer.headers_mut().append(header::SET_COOKIE, HeaderValue::try_from(gone).expect("it is ASCII"));
    }
}
