//! A run: what it found by what is wrong, with counts that lead to their rows; what is done about it.

use axum::extract::State;
use axum_extra::extract::Query;
use domain::Role;
use engine::{DiscrepancyKind, KeptDiscrepancy, Standing, kept_discrepancies};
use maud::{Markup, html};
use store::{Run as Row, RunFigure};

use super::{Csv, Heal, Print, Reconciliation, Run, Wanted, Xlsx, row, runs};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::state::Console;
use crate::text::{Forms, count, moment, number};
use crate::ui::{Column, State as Stands, badge, empty, form, key_values, pager, table, time};

/// Rows of a page.
const PAGE: usize = 50;

const DISCREPANCIES: Forms = ["расхождение", "расхождения", "расхождений"];

pub(super) async fn run(
    address: Run,
    viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let row = known(&console, address.run).await?;
    let after = wanted.after.parse().unwrap_or_default();
    let found = kept_discrepancies(&console.store, address.run, wanted.filter(), after, PAGE + 1).await?;
    let title = format!("Сверка {}", moment(row.started_at, &console.zone));
    let page = Found { console: &console, viewer: &viewer, address, row: &row, wanted: &wanted };
    Ok(Page::new(Tab::Reconciliation, title, page.body(&found)))
}

pub(super) async fn known(console: &Console, run: i64) -> Result<Row, Failure> {
    let row = console.store.reconcile_run(run).await?;
    row.ok_or_else(|| Failure::not_found("такой сверки нет; Паром помнит последние сто"))
}

struct Found<'f> {
    console: &'f Console,
    viewer: &'f Viewer,
    address: Run,
    row: &'f Row,
    wanted: &'f Wanted,
}

impl Found<'_> {
    fn body(&self, found: &[KeptDiscrepancy]) -> Markup {
        let (shown, rest) = found.split_at(found.len().min(PAGE));
        let at = |after: String| link(self.address, Wanted { after, ..self.wanted.clone() });
        let next = shown.last().filter(|_| !rest.is_empty()).map(|last| at(last.position.to_string()));
        let first = (!self.wanted.after.is_empty()).then(|| at(String::new()));
        html! {
            p { a href=(Reconciliation) { "Все сверки" } }
            (summary(self.console, self.row))
            (figures(self.address, self.row))
            @if self.viewer.may(Role::Operator) { (self.heal()) }
            @if self.row.found > 0 {
                h2 { "Расхождения" }
                (kept(self.row))
                p {
                    "Показано: " (self.wanted.in_words()) "."
                    @if !self.wanted.is_all() { " " a href=(self.address) { "Показать все" } }
                }
                @if self.row.kept > 0 { (self.files()) }
                @if shown.is_empty() {
                    (empty("Таких расхождений нет."))
                } @else {
                    (row::rows(self.console, shown.iter().map(|kept| &kept.discrepancy)))
                }
                (pager(first, next))
            }
        }
    }

    fn files(&self) -> Markup {
        let run = self.address.run;
        let wanted = Wanted { after: String::new(), ..self.wanted.clone() };
        html! {
            div.buttons {
                a.button.second href=(link(Xlsx { run }, &wanted)) { "Выгрузить в Excel" }
                a.button.second href=(link(Csv { run }, &wanted)) { "Выгрузить в CSV" }
                a.button.second href=(link(Print { run }, &wanted)) { "Для печати" }
            }
        }
    }

    /// Buttons for what nobody carries, in all and by what is wrong.
    fn heal(&self) -> Markup {
        let missed: Vec<&RunFigure> =
            self.row.figures.iter().filter(|figure| figure.standing == Standing::Missed.as_str()).collect();
        let all: i64 = missed.iter().map(|figure| figure.count).sum();
        let button = |kind: &str, title: String| {
            form(
                &self.viewer.csrf,
                &Heal { run: self.address.run },
                html! {
                    input type="hidden" name="kind" value=(kind);
                    button.second[!kind.is_empty()] type="submit" { (title) }
                },
            )
        };
        html! {
            @if all > 0 && self.row.kept > 0 {
                p {
                    (badge(Stands::Bad, "никто не везёт")) " " (count(all.unsigned_abs(), DISCREPANCIES))
                    ": одна из сторон этого не получила, и оно не в очереди. Отправьте снова."
                }
                div.buttons {
                    (button("", format!("Отправить всё ({})", number(all.unsigned_abs()))))
                    @if missed.len() > 1 {
                        @for figure in &missed {
                            @if let Some(kind) = DiscrepancyKind::parse(&figure.kind) {
                                (button(kind.as_str(), format!("{} ({})", kind.title(), number(figure.count.unsigned_abs()))))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// When, how much, how it stands.
pub(super) fn summary(console: &Console, row: &Row) -> Markup {
    let mut pairs = vec![
        ("Начата", time(row.started_at, &console.zone)),
        (
            "Закончена",
            html! {
                @match row.ended_at {
                    Some(at) => (time(at, &console.zone)),
                    None => (runs::standing(console, row)),
                }
            },
        ),
        ("Просмотрено контрагентов", html! { (number(row.looked.unsigned_abs())) }),
        ("Расхождений", html! { (number(row.found.unsigned_abs())) }),
    ];
    if row.needs_person > 0 {
        pairs.push((
            "Нужен человек",
            html! { a href=(Run { run: row.id }.for_people()) { (number(row.needs_person.unsigned_abs())) } },
        ));
    }
    key_values(&pairs)
}

/// Counts by what is wrong and how it stands; each leads to its rows.
pub(super) fn figures(address: Run, row: &Row) -> Markup {
    let title = |figure: &RunFigure| {
        DiscrepancyKind::parse(&figure.kind).map_or(figure.kind.clone(), |kind| kind.title().to_owned())
    };
    let standing = |figure: &RunFigure| {
        Standing::parse(&figure.standing)
            .map_or(figure.standing.clone(), |standing| standing.title().to_owned())
    };
    html! {
        @if row.figures.is_empty() {
            @if row.ended_at.is_some() { (empty("Расхождений нет: 1С и Битрикс24 показывают одно и то же.")) }
        } @else {
            (table("Расхождения по видам", &[
                Column::Text("Расхождение"), Column::Text("Как обстоит"), Column::Number("Сколько"),
            ], html! {
                @for figure in &row.figures {
                    tr {
                        td { (title(figure)) }
                        td { (standing(figure)) }
                        td.number { a href=(address.of(&figure.kind, &figure.standing)) { (number(figure.count.unsigned_abs())) } }
                    }
                }
            }))
        }
    }
}

/// Where fewer rows are kept than were found.
fn kept(row: &Row) -> Markup {
    html! {
        @if row.kept == 0 {
            p.note { "Сами расхождения этой сверки уже не хранятся: они есть у трёх последних." }
        } @else if row.kept < row.found {
            p.note { "Хранятся первые " (number(row.kept.unsigned_abs())) " расхождений этой сверки." }
        }
    }
}
