//! What a page is before the frame is put around it.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum_extra::routing::TypedPath;
use maud::Markup;
use serde::Serialize;

use crate::nav::Tab;

/// The content of a page. Handlers return it; the gate puts the frame around it, or not, if htmx asked for a part.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) tab: Option<Tab>,
    pub(crate) title: String,
    pub(crate) body: Markup,
}

impl Page {
    /// A page that belongs to a tab of the navigation.
    pub(crate) fn new(tab: Tab, title: impl Into<String>, body: Markup) -> Self {
        Self { tab: Some(tab), title: title.into(), body }
    }

    /// A page beside the navigation.
    pub(crate) fn beside(title: impl Into<String>, body: Markup) -> Self {
        Self { tab: None, title: title.into(), body }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut answer = Response::default();
        answer.extensions_mut().insert(self);
        answer
    }
}

/// An address with parameters: `/audit?login=anna`. Those that serialise to nothing are left out.
pub(crate) fn link(address: impl TypedPath, parameters: impl Serialize) -> String {
    let link = address.with_query_params(parameters).to_string();
    // The library begins every query with `?&`.
    link.replacen("?&", "?", 1).trim_end_matches('?').to_owned()
}

/// The longest question that is taken from an address, in characters.
pub(crate) const QUESTION_MAX: usize = 200;

/// What somebody looks for, as it stands in an address.
pub(crate) fn question(text: &str) -> String {
    text.trim().chars().take(QUESTION_MAX).collect()
}

/// Whether htmx asks for a part of a page, and for which element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HxRequest {
    /// A part is wanted, not a page.
    pub(crate) is_partial: bool,
    /// The id of the element that will be replaced.
    pub(crate) target: Option<String>,
}

impl HxRequest {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let is = |name: &str| headers.get(name).is_some_and(|value| value == "true");
        let target = headers.get("hx-target").and_then(|target| target.to_str().ok()).map(str::to_owned);
        Self {
            is_partial: is("hx-request") && !is("hx-boosted") && !is("hx-history-restore-request"),
            target,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for HxRequest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}
