//! A difference as a row.

use engine::{Discrepancy, FieldDifference, Standing};
use maud::{Markup, html};

use crate::pages::records::Record;
use crate::state::Console;
use crate::ui::{Column, State as Stands, badge, table, time};

pub(super) fn rows<'d>(console: &Console, found: impl IntoIterator<Item = &'d Discrepancy>) -> Markup {
    let columns = [
        Column::Text("Контрагент"),
        Column::Text("Расхождение"),
        Column::Text("Как обстоит"),
        Column::Text("Что будет или что сделать"),
        Column::Text("С какого времени"),
    ];
    table("Расхождения", &columns, html! { @for discrepancy in found { (row(console, discrepancy)) } })
}

fn row(console: &Console, discrepancy: &Discrepancy) -> Markup {
    html! {
        tr {
            td.who { (whose(console, discrepancy)) }
            td.words {
                @if discrepancy.fields.is_empty() { (discrepancy.kind.title()) }
                @for field in &discrepancy.fields { (difference(field)) }
            }
            td {
                (badge(stands(discrepancy), discrepancy.standing.title()))
                @if discrepancy.needs_person { " " (badge(Stands::Bad, "нужен человек")) }
            }
            td.words {
                @if !discrepancy.text.is_empty() { (discrepancy.text) }
                @for field in discrepancy.fields.iter().filter(|field| !field.verdict.is_empty()) {
                    div.note { (field.verdict) }
                }
            }
            td { (time(discrepancy.since, &console.zone)) }
        }
    }
}

fn whose(console: &Console, discrepancy: &Discrepancy) -> Markup {
    let title = if discrepancy.title.is_empty() { "Без названия" } else { &discrepancy.title };
    html! {
        @match (discrepancy.link, discrepancy.company_id) {
            (Some(id), _) => a href=(Record { id }) { (title) },
            (None, Some(company)) => a href=(console.company(company)) rel="noreferrer" { (title) },
            (None, None) => (title),
        }
        div.note {
            @if !discrepancy.inn.is_empty() { "ИНН\u{a0}" (discrepancy.inn) " " }
            @if let Some(code) = &discrepancy.onec_code { "код\u{a0}" (code) }
        }
    }
}

fn difference(field: &FieldDifference) -> Markup {
    let or_empty = |text: &str| if text.is_empty() { "пусто".to_owned() } else { text.to_owned() };
    html! {
        div.difference {
            span.note { (field.field.title()) }
            div { "1С: " (or_empty(&field.onec)) }
            div { "Битрикс24: " (or_empty(&field.bitrix)) }
        }
    }
}

fn stands(discrepancy: &Discrepancy) -> Stands {
    match discrepancy.standing {
        Standing::Missed => Stands::Bad,
        Standing::Healed | Standing::UnderWay => Stands::Good,
        Standing::Waits => Stands::Waits,
        Standing::KeptApart | Standing::Dropped => Stands::Calm,
    }
}
