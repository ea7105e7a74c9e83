//! All causes for which something waits.

use axum::extract::State;
use domain::Role;
use maud::{Markup, html};
use store::{Held, HeldGroup, HeldKind};

use super::{Group, Groups, RetryEverything, leads_to};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::hub::Part;
use crate::nav::Tab;
use crate::page::Page;
use crate::state::Console;
use crate::text::number;
use crate::ui::{Column, Field, ago, empty, field, form, live, submit, table};

pub(super) async fn groups(
    _: Groups,
    viewer: Viewer,
    State(console): State<Console>,
) -> Result<Page, Failure> {
    let groups = console.store.held_groups().await?;
    let may_retry = viewer.may(Role::Operator) && groups.iter().any(|group| group.kind.needs_person());
    let body = html! {
        @if may_retry { (retry_everything(&viewer)) }
        (live("groups", Part::Parked, &Groups, body(&console, &groups)))
    };
    Ok(Page::new(Tab::Held, Tab::Held.title(), body))
}

fn body(console: &Console, groups: &[HeldGroup]) -> Markup {
    let (people, itself): (Vec<_>, Vec<_>) = groups.iter().partition(|group| group.kind.needs_person());
    html! {
        h2 { "Ждут человека" }
        @if people.is_empty() {
            (empty("Никто не ждёт: всё, что можно передать, передано."))
        } @else {
            (causes(console, &people))
        }
        @if !itself.is_empty() {
            h2 { "Пойдут сами" }
            p.note { "Делать ничего не нужно: они тронутся, когда появится сделка или передастся клиент." }
            (causes(console, &itself))
        }
    }
}

/// After an outage: everything that came to wait since then.
fn retry_everything(viewer: &Viewer) -> Markup {
    html! {
        details.above {
            summary { "Повторить всё, что ждёт человека" }
            (form(&viewer.csrf, &RetryEverything, html! {
                (field("Ждёт не раньше", "since", "datetime-local", "", Field {
                    hint: Some("Пусто: всё, что ждёт. Например, время, когда портал отказывал."), ..Field::default()
                }))
                (submit("Повторить"))
            }))
        }
    }
}

fn causes(console: &Console, groups: &[&HeldGroup]) -> Markup {
    let columns = [
        Column::Text("Причина"),
        Column::Number("Сколько"),
        Column::Text("Самая давняя"),
        Column::Text("Например"),
    ];
    html! {
        @for kind in HeldKind::ALL {
            @let causes: Vec<&&HeldGroup> = groups.iter().filter(|group| group.kind == kind).collect();
            @if !causes.is_empty() {
                h3 { (kind.title()) }
                div.even { (table(kind.title(), &columns, html! { @for group in causes { (row(console, group)) } })) }
            }
        }
    }
}

fn row(console: &Console, group: &HeldGroup) -> Markup {
    // A counterparty with two fields in dispute is one example.
    let mut samples: Vec<&Held> = Vec::new();
    for held in &group.samples {
        if samples.iter().all(|known| known.title != held.title) {
            samples.push(held);
        }
    }
    html! {
        tr {
            td { a href=(Group::of(group.kind, group.code)) { (group.code.title()) } }
            td.number { (number(group.count.unsigned_abs())) }
            td {
                @match group.oldest {
                    Some(at) => (ago(at, console.now(), &console.zone)),
                    None => "—",
                }
            }
            td {
                @for (index, held) in samples.into_iter().enumerate() {
                    @if index > 0 { ", " }
                    @match leads_to(console, held) {
                        Some(href) => a href=(href) { (held.title) },
                        None => (held.title),
                    }
                }
            }
        }
    }
}
