//! What pages are made of: a small vocabulary, so that all pages look and read alike. Styles of all of it are in
//! `assets/console.css`.

mod badge;
mod findings;
pub(crate) mod forms;
mod lists;
mod moments;
mod said;
mod steps;

pub(crate) use badge::{State, badge};
pub(crate) use findings::{findings, word};
pub(crate) use forms::{Choice, Field, checkbox, choice, field, form, search, submit, upload};
pub(crate) use lists::{Column, Shelf, chart, empty, figure, key_values, pager, shelves, table, toolbar};
pub(crate) use moments::{ago, time};
pub(crate) use said::said;
pub(crate) use steps::{Stage, Step, steps};

use axum_extra::routing::TypedPath;
use maud::{Markup, html};

use crate::hub::Part;

/// A part of a page that loads itself anew when `part` of the whole has changed. The page at `from` must have the
/// element again, under the same id. Without scripts it stays as it was loaded.
pub(crate) fn live(id: &str, part: Part, from: &impl TypedPath, inside: Markup) -> Markup {
    let event = format!("sse:{} throttle:2s", part.as_str());
    html! {
        div id=(id) hx-get=(from) hx-trigger=(event) hx-select={ "#" (id) } hx-swap="outerHTML" hx-target="this" { (inside) }
    }
}

/// A part of a page that looks every second how far something is, as long as it is under way. The page at `from` must
/// have the element again, under the same id. Without scripts one loads the page anew.
pub(crate) fn watched(id: &str, is_under_way: bool, from: &impl TypedPath, inside: Markup) -> Markup {
    html! {
        @if is_under_way {
            div id=(id) hx-get=(from) hx-trigger="every 1s" hx-select={ "#" (id) } hx-swap="outerHTML" hx-target="this" {
                (inside)
                noscript { p { a href=(from) { "Обновить" } } }
            }
        } @else {
            div id=(id) { (inside) }
        }
    }
}
