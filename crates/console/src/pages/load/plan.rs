//! What a load would do: counts, and a few records of each sort.

use domain::ReasonCode;
use engine::{PlanFound, Sample};
use maud::{Markup, html};

use crate::state::Console;
use crate::text::{RECORDS, count, number};
use crate::ui::{Column, State as Stands, badge, table};

/// What would be done, in the order in which people read it.
const WOULD: [(&str, &str, Stands); 4] = [
    ("create", "Будут созданы в Битрикс24", Stands::Good),
    ("link", "Будут связаны с компаниями, которые уже есть", Stands::Good),
    ("update", "Изменятся поля связанных компаний", Stands::Good),
    ("nothing", "Ничего не изменится", Stands::Calm),
];

/// A plan, as far as it is.
pub(crate) fn plan(console: &Console, found: &PlanFound) -> Markup {
    let waits: Vec<(&String, &u64)> =
        found.counts.iter().filter(|(word, _)| !WOULD.iter().any(|(known, ..)| known == word)).collect();
    html! {
        h2 { "План" }
        p { "Прочитано: " (count(found.records, RECORDS)) ". В 1С и в Битрикс24 ещё ничего не записано." }
        (table("План", &[Column::Text("Что будет"), Column::Number("Записей")], html! {
            @for (word, title, stands) in WOULD {
                @if let Some(count) = found.counts.get(word) {
                    tr { td { (badge(stands, title)) } td.number { a href={ "#" (word) } { (number(*count)) } } }
                }
            }
            @for (word, count) in &waits {
                tr { td { (badge(Stands::Waits, &cause(word))) } td.number { a href={ "#" (word) } { (number(**count)) } } }
            }
            @if found.bad > 0 {
                tr { td { (badge(Stands::Bad, "Не прочитаны")) } td.number { a href="#bad" { (number(found.bad)) } } }
            }
        }))
        @for (word, title, _) in WOULD { (samples(console, word, title, &found.samples)) }
        @for (word, _) in &waits { (samples(console, word, &cause(word), &found.samples)) }
        (bad_lines(found.bad, &found.bad_lines))
    }
}

/// Records that could not be read.
pub(crate) fn bad_lines(bad: u64, lines: &[String]) -> Markup {
    html! {
        @if bad > 0 {
            h3 #bad { "Не прочитаны: " (count(bad, RECORDS)) }
            ul { @for line in lines { li { (line) } } }
            @if bad > lines.len() as u64 { p.note { "Показаны первые " (lines.len()) "." } }
        }
    }
}

fn cause(word: &str) -> String {
    let title = ReasonCode::parse(word).map_or_else(|| word.to_owned(), |code| code.title().to_owned());
    format!("Будут ждать: {title}")
}

fn samples(console: &Console, word: &str, title: &str, all: &[Sample]) -> Markup {
    let samples: Vec<&Sample> = all.iter().filter(|sample| sample.would == word).collect();
    html! {
        @if !samples.is_empty() {
            h3 id=(word) { (title) ", например" }
            (table(title, &[
                Column::Text("Контрагент"), Column::Text("ИНН"), Column::Text("Код в 1С"), Column::Text("Что изменится"),
            ], html! { @for sample in samples { (row(console, sample)) } }))
        }
    }
}

fn row(console: &Console, sample: &Sample) -> Markup {
    html! {
        tr {
            td {
                @match sample.company_id {
                    Some(company) => a href=(console.company(company)) rel="noreferrer" { (sample.title) },
                    None => (sample.title),
                }
            }
            td { (sample.inn) }
            td { (sample.code.as_deref().unwrap_or("—")) }
            td.words {
                @if !sample.text.is_empty() { (sample.text) }
                @for (field, now, then) in &sample.differences {
                    div { (field) ": " @if !now.is_empty() { del { (now) } " → " } (then) }
                }
                @for remark in &sample.remarks { div.note { (remark) } }
            }
        }
    }
}
