//! The frame around every page: head, navigation, traffic light, flash, main.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use domain::Timestamp;
use maud::{DOCTYPE, Markup, html};

use crate::assets::Asset;
use crate::facts::Facts;
use crate::failure::Failure;
use crate::flash::{self, Flash, Kind};
use crate::gate::Visitor;
use crate::light::{Light, judge};
use crate::nav::Tab;
use crate::page::{HxRequest, Page};
use crate::pages::me::Me;
use crate::pages::theme::{SetTheme, Theme};
use crate::pages::{events, light, overview, search, sign_in};
use crate::state::Console;
use crate::text::PRODUCT;
use crate::ui::form;

/// What htmx must not do: write styles or code into the page, ask strangers, keep pages after somebody signed out.
const HTMX_CONFIG: &str = r#"{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"historyCacheSize":0,"refreshOnHistoryMiss":true}"#;

/// What of a request the frame depends on.
pub(crate) struct Frame {
    hx: HxRequest,
    flash: Option<Flash>,
    theme: Theme,
    /// Where somebody comes back to after changing the theme.
    here: String,
}

impl Frame {
    pub(crate) fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let theme =
            CookieJar::from_headers(headers).get(Theme::COOKIE).map(|cookie| cookie.value().to_owned());
        Self {
            hx: HxRequest::of(headers),
            flash: Flash::of(headers),
            theme: theme.and_then(|word| Theme::parse(&word)).unwrap_or_default(),
            here: uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

/// Whether htmx asks for a part.
pub(crate) fn is_htmx(headers: &HeaderMap) -> bool {
    HxRequest::of(headers).is_partial
}

/// Puts the frame around what a handler answered, if it is a page or a failure.
pub(crate) async fn dress(
    console: &Console,
    visitor: Option<&Visitor>,
    frame: &Frame,
    mut answer: Response,
) -> Response {
    let page = match answer.extensions_mut().remove::<Page>() {
        Some(page) => page,
        None => match answer.extensions_mut().remove::<Arc<Failure>>() {
            Some(failure) => problem(&failure),
            None => return answer,
        },
    };
    let markup = if frame.hx.is_partial {
        html! { title { (page.title) " — " (PRODUCT) } (page.body) }
    } else {
        let facts = match inside(visitor) {
            Some(_) => console.facts().await.ok(),
            None => None,
        };
        whole(&page, visitor, frame, facts.as_deref(), console.now())
    };
    let (mut parts, _) = answer.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut dressed = (parts.status, parts.headers, markup).into_response();
    dressed.extensions_mut().extend(parts.extensions);
    dressed.headers_mut().append(header::VARY, HeaderValue::from_static("hx-request"));
    if !frame.hx.is_partial && frame.flash.is_some() {
        dressed.extensions_mut().insert(flash::Shown);
    }
    dressed
}

/// The page when not even the visitor could be looked up.
pub(crate) fn broken(failure: &Failure) -> Response {
    let page = problem(failure);
    let frame = Frame { hx: HxRequest::default(), flash: None, theme: Theme::default(), here: String::new() };
    (failure.status(), whole(&page, None, &frame, None, Timestamp::UNIX_EPOCH)).into_response()
}

fn problem(failure: &Failure) -> Page {
    let title = match failure.status() {
        StatusCode::NOT_FOUND => "Здесь ничего нет",
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => "Нельзя",
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => "Не получилось",
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => "Не сейчас",
        _ => "Ошибка",
    };
    let body = html! {
        div.problem role="alert" {
            p { (sentence(&failure.to_string())) }
            p { a href=(overview::Overview) { "К обзору" } }
        }
    };
    Page::beside(title, body)
}

/// Errors begin with a small letter; sentences do not.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Whoever has to change his password first is shown that page and no news: they are kept from him like all else.
fn inside(visitor: Option<&Visitor>) -> Option<&Visitor> {
    visitor.filter(|visitor| !visitor.person.must_change)
}

fn whole(
    page: &Page,
    visitor: Option<&Visitor>,
    frame: &Frame,
    facts: Option<&Facts>,
    now: Timestamp,
) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ru" data-theme=(frame.theme.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(HTMX_CONFIG);
                title { (page.title) " — " (PRODUCT) }
                link rel="icon" type="image/svg+xml" href=(Asset::Icon.href());
                link rel="stylesheet" href=(Asset::ChartStyle.href());
                link rel="stylesheet" href=(Asset::Style.href());
                script src=(Asset::Htmx.href()) defer {}
                script src=(Asset::HtmxSse.href()) defer {}
                script src=(Asset::Chart.href()) defer {}
                script src=(Asset::Script.href()) defer {}
            }
            body hx-ext="sse" sse-connect=[inside(visitor).map(|_| events::Events.to_string())] {
                a.skip href="#main" { "К содержанию" }
                header.top {
                    a.brand href=(overview::Overview) { (PRODUCT) }
                    @if let Some(visitor) = visitor {
                        @if let Some(facts) = facts { (lamp(&judge(facts, now))) }
                        (search::bar())
                        (menu(visitor, frame))
                    }
                }
                @if let Some(visitor) = visitor { (navigation(page.tab, visitor, facts)) }
                main #main tabindex="-1" {
                    @if let Some(flash) = &frame.flash { (news(flash)) }
                    h1 { (page.title) }
                    (page.body)
                }
            }
        }
    }
}

fn navigation(here: Option<Tab>, visitor: &Visitor, facts: Option<&Facts>) -> Markup {
    let is_set_up = facts.is_none_or(Facts::is_set_up);
    let is_shown = |tab: &&Tab| visitor.person.role >= tab.role() && !(**tab == Tab::Setup && is_set_up);
    html! {
        nav.tabs aria-label="Разделы" {
            ul {
                @for tab in Tab::ALL.iter().filter(is_shown) {
                    li { a href=(tab.href()) aria-current=[(here == Some(*tab)).then_some("page")] { (tab.title()) } }
                }
            }
        }
    }
}

/// The light of the header; loads itself anew when something has changed.
pub(crate) fn lamp(light: &Light) -> Markup {
    html! {
        a #light .light .(light.color.as_str()) href=(overview::Overview)
            hx-get=(light::LightNow) hx-trigger="sse:anything delay:300ms, every 60s" hx-swap="outerHTML" hx-target="this" {
            span.lamp aria-hidden="true" {}
            span.word { (light.color.title()) }
            span.sentence { (light.sentence) }
        }
    }
}

fn menu(visitor: &Visitor, frame: &Frame) -> Markup {
    html! {
        div.menu {
            (theme_switch(visitor, frame))
            a href=(Me) title=(visitor.person.role.title()) { (visitor.person.name) }
            (form(&visitor.csrf, &sign_in::SignOut, html! { button.quiet type="submit" { "Выйти" } }))
        }
    }
}

fn theme_switch(visitor: &Visitor, frame: &Frame) -> Markup {
    let next = frame.theme.next();
    let inside = html! {
        input type="hidden" name="theme" value=(next.as_str());
        input type="hidden" name="back" value=(frame.here);
        button.quiet type="submit" title={ "Вид: " (frame.theme.title()) ". Сменить на: " (next.title()) } {
            span aria-hidden="true" { (frame.theme.sign()) }
            span.hidden { "Вид страницы: " (frame.theme.title()) "; сменить на: " (next.title()) }
        }
    };
    form(&visitor.csrf, &SetTheme, inside)
}

fn news(flash: &Flash) -> Markup {
    match flash.kind {
        Kind::Done => html! { div.flash.done role="status" { (sentence(&flash.text)) } },
        Kind::Problem => html! { div.flash.problem role="alert" { (sentence(&flash.text)) } },
    }
}
