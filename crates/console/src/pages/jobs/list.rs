//! All jobs, the newest first.

use axum::extract::State;
use axum_extra::extract::Query;
use domain::JobId;
use engine::Progress;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{Job, Jobs, words};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::state::Console;
use crate::text::number;
use crate::ui::{Column, empty, pager, table, time};

/// Jobs of a page.
const PAGE: usize = 50;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    before: String,
}

pub(super) async fn jobs(
    _: Jobs,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let before: Option<JobId> = wanted.before.parse().ok();
    let jobs = console.engine.jobs(None, before, PAGE + 1).await?;
    Ok(Page::new(Tab::Jobs, Tab::Jobs.title(), body(&console, &jobs, before.is_some())))
}

fn body(console: &Console, jobs: &[Progress], is_behind: bool) -> Markup {
    let (shown, rest) = jobs.split_at(jobs.len().min(PAGE));
    let at = |before: String| link(Jobs, Wanted { before });
    let next = shown.last().filter(|_| !rest.is_empty()).map(|last| at(last.id.to_string()));
    let first = is_behind.then(|| at(String::new()));
    let columns = [
        Column::Text("Задание"),
        Column::Text("Над чем"),
        Column::Text("Как обстоит"),
        Column::Number("Сделано"),
        Column::Text("Кто"),
        Column::Text("Когда"),
    ];
    html! {
        @if shown.is_empty() {
            (empty("Заданий ещё не было. Они появляются, когда кто-то повторяет всё с одной причиной, сверяет или загружает файл."))
        } @else {
            (table("Задания", &columns, html! { @for progress in shown { (row(console, progress)) } }))
        }
        (pager(first, next))
    }
}

fn row(console: &Console, progress: &Progress) -> Markup {
    html! {
        tr {
            td { a href=(Job { id: progress.id }) { (progress.title()) } }
            td { (words::subject(console, progress)) }
            td { (words::standing(progress)) }
            td.number {
                (number(progress.done))
                @if let Some(total) = progress.total { " из " (number(total)) }
            }
            td { (progress.by) }
            td { (time(progress.asked_at, &console.zone)) }
        }
    }
}
