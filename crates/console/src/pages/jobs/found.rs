//! What jobs came to.

use engine::{BulkFound, Found, HealFound, LoadFound, Progress, ReconcileFound};
use maud::{Markup, html};

use crate::pages::load;
use crate::pages::reconciliation::Run;
use crate::state::Console;
use crate::text::number;
use crate::ui::key_values;

pub(super) fn found(console: &Console, progress: &Progress) -> Markup {
    match &progress.found {
        Found::Nothing => html! {},
        Found::Bulk(found) => bulk(found),
        Found::Reconcile(found) => reconcile(found),
        Found::Heal(found) => heal(found),
        Found::Plan(found) => load::plan(console, found),
        Found::Load(found) => loaded(found),
    }
}

/// Lines whose number is not nought.
fn lines(lines: &[(&str, u64)]) -> Markup {
    let lines: Vec<(&str, Markup)> = lines
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| (*name, html! { (number(*count)) }))
        .collect();
    html! {
        @if !lines.is_empty() {
            h2 { "Что вышло" }
            (key_values(&lines))
        }
    }
}

fn bulk(found: &BulkFound) -> Markup {
    lines(&[
        ("Передаются снова", found.under_way),
        ("Ждут по-прежнему: причина осталась", found.still_wait),
        ("Сняты с передачи", found.given_up),
        ("Передавать было нечего", found.needless),
        ("Успели пойти сами", found.passed_over),
    ])
}

fn reconcile(found: &ReconcileFound) -> Markup {
    html! {
        (lines(&[
            ("Расхождений", found.found),
            ("Нужен человек", found.needs_person),
            ("Никто не везёт", found.missed),
            ("Отправлены этой сверкой", found.healed),
        ]))
        @if let Some(run) = found.run { p { a href=(Run { run }) { "Что найдено" } } }
    }
}

fn heal(found: &HealFound) -> Markup {
    lines(&[
        ("Передаются", found.under_way),
        ("Ждут человека", found.wait),
        ("Уже исправлено", found.needless),
    ])
}

fn loaded(found: &LoadFound) -> Markup {
    html! {
        (lines(&[
            ("Записей в файле", found.records),
            ("Приняты", found.accepted),
            ("Такими уже были", found.unchanged),
            ("Ждут человека", found.parked),
            ("Ещё передаются в Битрикс24", found.left),
            ("Не прочитаны", found.bad),
        ]))
        (load::bad_lines(found.bad, &found.bad_lines))
    }
}
