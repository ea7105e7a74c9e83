//! The page of the first load.

use axum::extract::State;
use domain::Role;
use engine::{AskedToShow, Progress, UPLOAD_MAX};
use maud::{Markup, html};

use super::{Ask, File, Load};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::jobs::{self, Job};
use crate::pages::settings::Settings;
use crate::state::Console;
use crate::text::{number, size};
use crate::ui::{Column, State as Stands, badge, empty, form, submit, table, time, upload, watched};

/// Plans and loads that are shown.
const JOBS_MAX: usize = 20;

pub(super) async fn load(_: Load, viewer: Viewer, State(console): State<Console>) -> Result<Page, Failure> {
    let asked = console.engine.asked_to_show_all().await?;
    let open = console.engine.open_jobs().await?;
    let open = open.iter().find(|progress| is_ours(progress));
    let mut jobs = console.engine.jobs(Some("plan"), None, JOBS_MAX).await?;
    jobs.extend(console.engine.jobs(Some("load"), None, JOBS_MAX).await?);
    jobs.sort_by_key(|progress| std::cmp::Reverse(progress.id));
    let body = html! {
        p {
            "Контрагенты попадают в Битрикс24 двумя путями: 1С показывает их сама, или их загружают из файла. "
            "Сначала составляется план: он говорит, что будет создано, связано и изменено, и ничего не меняет."
        }
        (watched("now", open.is_some(), &Load, html! {
            @if let Some(progress) = open {
                (jobs::bar(progress))
                p { a href=(Job { id: progress.id }) { "Ход задания" } }
            }
        }))
        div.columns {
            section {
                h2 { "Из файла" }
                @if viewer.may(Role::Operator) { (file(&viewer)) }
                @else { p { "Загружать может оператор." } }
            }
            section {
                h2 { "Из 1С" }
                (onec(&console, &viewer, asked.as_ref()))
            }
        }
        h2 { "Планы и загрузки" }
        (list(&console, &jobs))
    };
    Ok(Page::new(Tab::Load, Tab::Load.title(), body))
}

fn is_ours(progress: &Progress) -> bool {
    progress.task.as_ref().is_some_and(|task| matches!(task.kind(), "plan" | "load"))
}

fn file(viewer: &Viewer) -> Markup {
    let hint =
        format!("Выгрузка контрагентов из 1С: .jsonl, .json, .xml или .csv, не больше {}.", size(UPLOAD_MAX));
    upload(
        &viewer.csrf,
        &File,
        html! {
            label.field {
                span { "Файл с контрагентами" }
                input type="file" name="file" accept=".jsonl,.json,.xml,.csv" required;
                small { (hint) }
            }
            (submit("Загрузить и составить план"))
        },
    )
}

fn onec(console: &Console, viewer: &Viewer, asked: Option<&AskedToShow>) -> Markup {
    html! {
        p {
            "Обработка «Паром» при первом обмене показывает всех контрагентов сама. "
            "Попросить показать их снова можно в любое время: она узнает об этом при следующем обмене."
        }
        @if let Some(asked) = asked { (wish(console, asked)) }
        @if viewer.may(Role::Operator) && asked.is_none_or(|asked| asked.wish.ended_at.is_some()) {
            (form(&viewer.csrf, &Ask, html! { button.second type="submit" { "Попросить 1С показать всё" } }))
        }
        p { a href=(Settings) { "Проверить, что всё готово" } }
    }
}

/// How the last wish stands.
fn wish(console: &Console, AskedToShow { wish, since }: &AskedToShow) -> Markup {
    let zone = &console.zone;
    let shown = html! {
        (number(since.shown.unsigned_abs())) " из " (number(since.known.unsigned_abs())) " известных"
    };
    html! {
        p {
            @match (wish.told_at, wish.ended_at) {
                (_, Some(at)) => { (badge(Stands::Good, "показала")) " закончено " (time(at, zone)) ": " (shown) },
                (Some(at), None) => { (badge(Stands::Waits, "показывает")) " узнала " (time(at, zone)) ": " (shown) },
                (None, None) => { (badge(Stands::Waits, "ждём 1С")) " попросили " (time(wish.asked_at, zone)) ": 1С ещё не обращалась" },
            }
        }
    }
}

fn list(console: &Console, jobs: &[Progress]) -> Markup {
    if jobs.is_empty() {
        return empty("Из файлов ещё ничего не загружали.");
    }
    let columns = [
        Column::Text("Что"),
        Column::Text("Файл"),
        Column::Text("Как обстоит"),
        Column::Number("Записей"),
        Column::Text("Кто"),
        Column::Text("Когда"),
    ];
    table(
        "Планы и загрузки",
        &columns,
        html! {
            @for progress in jobs {
                tr {
                    td { a href=(Job { id: progress.id }) { (progress.title()) } }
                    td { (jobs::subject(console, progress)) }
                    td { (jobs::standing(progress)) }
                    td.number { (number(progress.done)) }
                    td { (progress.by) }
                    td { (time(progress.asked_at, &console.zone)) }
                }
            }
        },
    )
}
