//! Light or dark: as the system wants, unless somebody says otherwise. Kept in a cookie.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::audit::Recorded;
use crate::guard::Viewer;
use crate::pages::sign_in::local;
use crate::routes::Routes;
use crate::state::Console;

/// How pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const COOKIE: &'static str = "parom_theme";

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == word)
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::System => "как в системе",
            Self::Light => "светлый",
            Self::Dark => "тёмный",
        }
    }

    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::System => "◐",
            Self::Light => "☀",
            Self::Dark => "☾",
        }
    }

    pub(crate) const fn next(self) -> Self {
        match self {
            Self::System => Self::Dark,
            Self::Dark => Self::Light,
            Self::Light => Self::System,
        }
    }
}

/// Changes the theme.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/theme")]
pub(crate) struct SetTheme;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.own_action(set)
}

#[derive(Deserialize)]
struct Wanted {
    theme: String,
    back: String,
}

/// No act for the audit: it changes a cookie of the one who asks.
async fn set(
    _: SetTheme,
    _viewer: Viewer,
    State(_console): State<Console>,
    Form(wanted): Form<Wanted>,
) -> Response {
    const YEAR_SECONDS: u32 = 31_536_000;
    let theme = Theme::parse(&wanted.theme).unwrap_or_default();
    let cookie =
        format!("{}={}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Strict", Theme::COOKIE, theme.as_str());
    let cookie = [(header::SET_COOKIE, HeaderValue::try_from(cookie).expect("our words are ASCII"))];
    let mut answer = (cookie, Redirect::to(local(&wanted.back))).into_response();
    answer.extensions_mut().insert(Recorded);
    answer
}
