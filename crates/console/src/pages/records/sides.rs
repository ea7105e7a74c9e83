//! Both sides next to each other: values, what they agreed on, why, and the choice between them.

use domain::{Field, Role, Side};
use engine::{Explained, ExplainedField, Mark, Since};
use maud::{Markup, html};

use super::Choose;
use crate::guard::Viewer;
use crate::state::Console;
use crate::ui::{Column, State as Stands, badge, empty, form, table, time};

/// A row per field.
pub(super) fn table_of(console: &Console, viewer: &Viewer, explained: &Explained) -> Markup {
    let columns = [
        Column::Text("Поле"),
        Column::Text("1С"),
        Column::Text("Битрикс24"),
        Column::Text("Как есть и почему"),
        Column::Actions,
    ];
    let (empty_ones, shown): (Vec<_>, Vec<_>) = explained.fields.iter().partition(|field| is_empty(field));
    let rows = html! { @for field in shown { (row(console, viewer, explained, field)) } };
    html! {
        @if explained.fields.is_empty() {
            (empty("Ни одна из сторон ещё ничего не показала."))
        } @else {
            (table("Поля контрагента на обеих сторонах", &columns, rows))
        }
        @if !empty_ones.is_empty() && empty_ones.len() < explained.fields.len() {
            p.note {
                "Пусто на обеих сторонах: "
                @for (index, field) in empty_ones.iter().enumerate() { @if index > 0 { ", " } (field.field.title()) }
                "."
            }
        }
        @if !explained.is_whole { p.note { "Журнал записи очень длинный: объяснения учитывают не все его строки." } }
    }
}

/// Neither side says anything, and neither has to.
fn is_empty(field: &ExplainedField) -> bool {
    let says_nothing = |value: &Option<String>| value.as_deref().is_none_or(str::is_empty);
    field.mark == Mark::Same && says_nothing(&field.onec) && says_nothing(&field.bitrix)
}

fn row(console: &Console, viewer: &Viewer, explained: &Explained, field: &ExplainedField) -> Markup {
    html! {
        tr.differs[field.mark != Mark::Same] {
            th scope="row" { (field.field.title()) }
            td { (value(console, field.onec.as_deref(), field.onec_since.as_ref())) }
            td { (value(console, field.bitrix.as_deref(), field.bitrix_since.as_ref())) }
            td { (why(console, field)) }
            td.actions { @if viewer.may(Role::Operator) { (choice(viewer, explained, field)) } }
        }
    }
}

fn value(console: &Console, value: Option<&str>, since: Option<&Since>) -> Markup {
    html! {
        @match value {
            None => span.note { "не сообщает" },
            Some("") => span.note { "пусто" },
            Some(value) => (value),
        }
        @if let (Some(_), Some(since)) = (value, since) {
            div.note { "с " (time(since.changed_at.unwrap_or(since.seen_at), &console.zone)) ", " (since.source) }
        }
    }
}

fn why(console: &Console, field: &ExplainedField) -> Markup {
    let (stands, word) = word_of(field.mark);
    html! {
        (badge(stands, word))
        @if field.mark != Mark::Same && let Some(base) = &field.base {
            div.note { "сошлись на: " @if base.is_empty() { "пусто" } @else { (base) } }
        }
        @if let Some(decided) = &field.decided {
            div.note {
                (decided.text) ", " (time(decided.at, &console.zone))
                @if let Some(by) = decided.by.as_ref().filter(|by| !decided.text.contains(by.as_str())) { ", " (by) }
            }
        }
        @if !matches!(field.mark, Mark::Same | Mark::Conflict) { div.note { "правило поля: " (field.rule_title()) } }
    }
}

fn word_of(mark: Mark) -> (Stands, &'static str) {
    match mark {
        Mark::Same => (Stands::Good, "совпадает"),
        Mark::OneSided => (Stands::Calm, "есть на одной стороне"),
        Mark::Travels(Side::OneC) => (Stands::Waits, "передаётся из 1С"),
        Mark::Travels(Side::Bitrix) => (Stands::Waits, "передаётся из Битрикс24"),
        Mark::Joins => (Stands::Waits, "объединяется"),
        Mark::Conflict => (Stands::Bad, "изменено с обеих сторон"),
        Mark::Apart => (Stands::Calm, "различается по правилу"),
    }
}

/// Buttons that take either value. What both show needs no choice.
fn choice(viewer: &Viewer, explained: &Explained, field: &ExplainedField) -> Markup {
    let take = |side: Side, title: &str| {
        form(
            &viewer.csrf,
            &Choose { id: explained.link.id },
            html! {
                input type="hidden" name="field" value=(field.field.as_str());
                input type="hidden" name="side" value=(side.as_str());
                input type="hidden" name="seen" value=(field.seen);
                button.second type="submit" { (title) }
            },
        )
    };
    html! {
        @if field.mark != Mark::Same && is_chosen_by_people(field.field) {
            @if field.onec.is_some() { (take(Side::OneC, "Взять из 1С")) }
            @if field.bitrix.is_some() { (take(Side::Bitrix, "Взять из Битрикс24")) }
        }
    }
}

/// The kind follows from the template of the requisite and is nobody's to choose.
fn is_chosen_by_people(field: Field) -> bool {
    field != Field::Kind
}
