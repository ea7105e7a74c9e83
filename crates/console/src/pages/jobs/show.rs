//! The page of a job: how far it is, what it came to, the button that ends it.

use axum::extract::State;
use domain::Role;
use engine::{Found, Progress, Task, Which};
use maud::{Markup, html};
use store::{HeldKind, JobState};

use super::found::found;
use super::{Cancel, Job, Jobs, words};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::held::{Group, Groups};
use crate::pages::load::{Apply, Load};
use crate::pages::reconciliation::{Reconciliation, Run};
use crate::state::Console;
use crate::text::number;
use crate::ui::{form, key_values, time, watched};

pub(super) async fn job(
    address: Job,
    viewer: Viewer,
    State(console): State<Console>,
) -> Result<Page, Failure> {
    let progress = console.engine.progress(address.id).await?;
    let progress = progress
        .ok_or_else(|| Failure::not_found("такого задания нет; законченные задания хранятся 90 дней"))?;
    let is_open = progress.state == JobState::Open;
    let body = watched("job", is_open, &address, body(&console, &viewer, &progress));
    Ok(Page::new(Tab::Jobs, format!("Задание: {}", progress.title()), body))
}

fn body(console: &Console, viewer: &Viewer, progress: &Progress) -> Markup {
    let zone = &console.zone;
    let mut pairs = vec![
        ("Над чем", html! { (words::subject(console, progress)) }),
        ("Кто попросил", html! { (progress.by) ", " (time(progress.asked_at, zone)) }),
    ];
    if let Some(at) = progress.ended_at {
        pairs.push(("Закончено", time(at, zone)));
    }
    html! {
        (bar(progress))
        (key_values(&pairs))
        @if progress.state == JobState::Open && !progress.is_cancelled && viewer.may(Role::Operator) {
            (form(&viewer.csrf, &Cancel { id: progress.id }, html! {
                button.danger type="submit" data-confirm="Остановить задание? Что сделано, останется сделанным." { "Остановить" }
            }))
        }
        @if may_apply(progress) && viewer.may(Role::Operator) { (apply(viewer, progress)) }
        (found(console, progress))
        p {
            a href=(Jobs) { "Все задания" }
            @match &progress.task {
                Some(Task::Retry(_) | Task::GiveUp { .. }) => {
                    " · "
                    @match group(progress) {
                        Some(group) => a href=(group) { "Что ждёт с этой причиной" },
                        None => a href=(Groups) { "Что ждёт" },
                    }
                },
                Some(Task::Reconcile { .. }) => { " · " a href=(Reconciliation) { "Все сверки" } },
                Some(Task::Heal { run, .. }) => { " · " a href=(Run { run: *run }) { "К сверке" } },
                Some(Task::Plan { .. }) => { " · " a href=(Load) { "К загрузке" } },
                Some(Task::Load { plan }) => { " · " a href=(Job { id: *plan }) { "План" } },
                None => {},
            }
        }
    }
}

/// How far it is.
pub(crate) fn bar(progress: &Progress) -> Markup {
    let is_open = progress.state == JobState::Open;
    html! {
        p {
            (words::standing(progress))
            @let phase = if is_open && progress.began_at.is_some() { progress.phase } else { "" };
            @let counted = counted(progress);
            @if !phase.is_empty() { " " (phase) @if !counted.is_empty() { ":" } }
            @if !counted.is_empty() { " " (counted) }
        }
        @if is_open {
            @match progress.total.filter(|total| *total > 0) {
                Some(total) => progress max=(total) value=(progress.done.min(total)) aria-label="Сколько сделано" {},
                None => progress aria-label="Сколько сделано" {},
            }
        }
        @if let Some(trouble) = &progress.trouble { p.flash.problem { (trouble) } }
    }
}

/// «36 из 36»; empty before anything is counted.
fn counted(progress: &Progress) -> String {
    match progress.total {
        Some(total) => format!("{} из {}", number(progress.done), number(total)),
        None if progress.done > 0 => number(progress.done),
        None => String::new(),
    }
}

/// A finished plan can be carried out.
fn may_apply(progress: &Progress) -> bool {
    let Found::Plan(found) = &progress.found else { return false };
    progress.state == JobState::Done && found.records > 0
}

fn apply(viewer: &Viewer, progress: &Progress) -> Markup {
    form(
        &viewer.csrf,
        &Apply { plan: progress.id },
        html! {
            button type="submit" data-confirm="Загрузить то, что в плане?" { "Загрузить по этому плану" }
        },
    )
}

/// The group that the job went through, where it is one.
fn group(progress: &Progress) -> Option<Group> {
    let Some(Task::Retry(which) | Task::GiveUp { which, .. }) = &progress.task else { return None };
    let Which { kind: Some(kind), reason: Some(reason), .. } = which else { return None };
    Some(Group::of(HeldKind::parse(kind)?, *reason))
}
