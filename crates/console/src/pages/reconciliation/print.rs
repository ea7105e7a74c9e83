//! A run on paper: everything on one page, up to a bound.

use axum::extract::State;
use axum_extra::extract::Query;
use engine::kept_discrepancies;
use maud::html;

use super::{Print, Run, Wanted, row, run};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::state::Console;
use crate::text::{moment, number};

/// Rows of one print: about a hundred sheets. More is read in a table.
const ROWS_MAX: usize = 2_000;

pub(super) async fn print(
    Print { run: id }: Print,
    viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let known = run::known(&console, id).await?;
    let found = kept_discrepancies(&console.store, id, wanted.filter(), 0, ROWS_MAX + 1).await?;
    let shown = &found[..found.len().min(ROWS_MAX)];
    let body = html! {
        p.screen {
            a href=(link(Run { run: id }, Wanted { after: String::new(), ..wanted.clone() })) { "К сверке" }
            " · распечатайте эту страницу в браузере: Ctrl+P"
        }
        (run::summary(&console, &known))
        (run::figures(Run { run: id }, &known))
        h2 { "Расхождения: " (wanted.in_words()) }
        @if found.len() > ROWS_MAX {
            p.note { "Напечатаны первые " (number(ROWS_MAX as u64)) "; остальные выгрузите в Excel." }
        }
        @if shown.is_empty() { p { "Нет." } }
        @else { (row::rows(&console, shown.iter().map(|kept| &kept.discrepancy))) }
        p.note { "Напечатано " (moment(console.now(), &console.zone)) ", " (viewer.person.name) "." }
    };
    let title = format!("Сверка 1С и Битрикс24 от {}", moment(known.started_at, &console.zone));
    Ok(Page::new(Tab::Reconciliation, title, body))
}
