//! The run under way, the form that begins one, and all runs that are remembered.

use axum::extract::State;
use axum_extra::extract::Query;
use domain::Role;
use engine::Progress;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::Run as Row;

use super::{Reconciliation, Run, Start};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::pages::jobs::{self, Job};
use crate::state::Console;
use crate::text::number;
use crate::ui::{Column, State as Stands, badge, checkbox, empty, form, pager, submit, table, time, watched};

/// Runs of a page.
const PAGE: usize = 30;

/// A run that came no further for so long was interrupted.
pub(super) const SILENT_MAX: domain::SignedDuration = domain::SignedDuration::from_mins(10);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    before: String,
}

pub(super) async fn runs(
    _: Reconciliation,
    viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let before: Option<i64> = wanted.before.parse().ok();
    let runs = console.store.reconcile_runs(before, PAGE + 1).await?;
    let open = open(&console).await?;
    let body = html! {
        p { "Сверка сравнивает всё, что показали 1С и Битрикс24, и говорит о каждом расхождении, что с ним будет. Раз в сутки она идёт сама." }
        (watched("now", open.is_some(), &Reconciliation, html! {
            @if let Some(progress) = &open {
                (jobs::bar(progress))
                p { a href=(Job { id: progress.id }) { "Ход задания" } }
            } @else if viewer.may(Role::Operator) {
                (begin(&viewer))
            }
        }))
        h2 { "Сверки" }
        (list(&console, &runs, before.is_some()))
    };
    Ok(Page::new(Tab::Reconciliation, Tab::Reconciliation.title(), body))
}

/// The reconciliation, or healing, that is under way.
async fn open(console: &Console) -> Result<Option<Progress>, Failure> {
    let open = console.engine.open_jobs().await?;
    let is_ours = |progress: &Progress| {
        progress.task.as_ref().is_some_and(|task| matches!(task.kind(), "reconcile" | "heal"))
    };
    Ok(open.into_iter().find(is_ours))
}

fn begin(viewer: &Viewer) -> Markup {
    let inside = html! {
        (checkbox("Сразу отправить то, что никто не везёт", "heals", true))
        (checkbox("Попросить 1С показать всех контрагентов снова (узнаем, чего в 1С больше нет)", "asks_onec", false))
        (submit("Начать сверку"))
    };
    html! { div.narrow { (form(&viewer.csrf, &Start, inside)) } }
}

fn list(console: &Console, runs: &[Row], is_behind: bool) -> Markup {
    let (shown, rest) = runs.split_at(runs.len().min(PAGE));
    let at = |before: String| link(Reconciliation, Wanted { before });
    let next = shown.last().filter(|_| !rest.is_empty()).map(|last| at(last.id.to_string()));
    let first = is_behind.then(|| at(String::new()));
    let columns = [
        Column::Text("Начата"),
        Column::Text("Как обстоит"),
        Column::Number("Контрагентов"),
        Column::Number("Расхождений"),
        Column::Number("Нужен человек"),
        Column::Text("Отправляла пропущенное"),
    ];
    html! {
        @if shown.is_empty() {
            (empty("Сверки ещё не было."))
        } @else {
            (table("Сверки", &columns, html! { @for row in shown { (line(console, row)) } }))
        }
        (pager(first, next))
    }
}

fn line(console: &Console, row: &Row) -> Markup {
    let address = Run { run: row.id };
    html! {
        tr {
            td { a href=(address) { (time(row.started_at, &console.zone)) } }
            td { (standing(console, row)) }
            td.number { (number(row.looked.unsigned_abs())) }
            td.number { a href=(address) { (number(row.found.unsigned_abs())) } }
            td.number {
                @if row.needs_person > 0 { a href=(address.for_people()) { (number(row.needs_person.unsigned_abs())) } }
                @else { "0" }
            }
            td { (if row.heals { "да" } else { "нет" }) }
        }
    }
}

/// Where a run stands, in a word.
pub(super) fn standing(console: &Console, row: &Row) -> Markup {
    match row.ended_at {
        Some(_) => badge(Stands::Good, "закончена"),
        None if console.now().duration_since(row.seen_at) > SILENT_MAX => badge(Stands::Calm, "прервана"),
        None => badge(Stands::Waits, "идёт"),
    }
}
