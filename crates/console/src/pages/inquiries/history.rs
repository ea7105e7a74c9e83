//! What has happened to a deal, the newest first.

use domain::Timestamp;
use maud::{Markup, html};
use store::{DealRecord, Deed, HandedInquiry, Transcript};

use crate::state::Console;
use crate::ui::{Column, State as Stands, badge, empty, said, table, time};

/// Lines that are shown.
const LINES_MAX: usize = 100;

enum Event<'r> {
    Deed(&'r Deed),
    Handed(&'r HandedInquiry),
    Said(&'r Transcript),
}

impl Event<'_> {
    fn at(&self) -> Timestamp {
        match self {
            Self::Deed(deed) => deed.at,
            Self::Handed(handed) => handed.at,
            Self::Said(transcript) => transcript.what.at,
        }
    }
}

pub(super) fn history(console: &Console, record: &DealRecord) -> Markup {
    let deeds = record.deeds.iter().map(Event::Deed);
    let handed = record.handed.iter().map(Event::Handed);
    let mut events: Vec<Event<'_>> = deeds.chain(handed).chain(record.said.iter().map(Event::Said)).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.at()));
    events.truncate(LINES_MAX);
    if events.is_empty() {
        return empty("Пока ничего не происходило.");
    }
    let rows = html! {
        @for event in &events {
            tr {
                td { (time(event.at(), &console.zone)) }
                td { (line(event)) }
            }
        }
    };
    html! {
        (table("История", &[Column::Text("Когда"), Column::Text("Что")], rows))
        p.note { "Запросы и ответы хранятся 30 дней; секреты и содержимое файлов из них вырезаны." }
    }
}

fn line(event: &Event<'_>) -> Markup {
    match event {
        Event::Deed(deed) => html! {
            strong { (deed.kind.title()) } ": " (deed.said) " — " (deed.by)
            @if let Some((by, _)) = &deed.undone { " " (badge(Stands::Calm, "отменено")) " " (by) }
        },
        Event::Handed(handed) => html! {
            "Отдано 1С: «" (handed.sent.snapshot.title) "», стадия «" (handed.sent.snapshot.stage) "»"
        },
        Event::Said(transcript) => said(transcript),
    }
}
