//! What has happened to a counterparty, the newest first.

use axum::extract::State;
use axum_extra::extract::Query;
use domain::{Counterparty, DeliveryState, Field, LinkId, Role, Side};
use engine::{DELIVERY_DAYS, TRANSCRIPT_DAYS, in_words};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{
    Change, Deed, DeedKind, DeliveryEntry, HistoryEntry, HistoryEvent, HistoryPage, HistoryPlace, Telling,
    Transcript,
};

use super::show::title;
use super::{History, Record, Undo};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::page::{Page, link};
use crate::state::Console;
use crate::ui::{self, Column, State as Stands, badge, empty, form, pager, table, time};

/// Entries of a page.
const PAGE: usize = 100;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    after: String,
}

pub(super) async fn history(
    History { id }: History,
    viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let record = console.store.link_record(id).await?;
    let record = record.ok_or_else(|| Failure::not_found("такого контрагента Паром не знает"))?;
    let after = HistoryPlace::parse(&wanted.after);
    let page = console.store.link_history(id, after.as_ref(), PAGE).await?;
    let body = html! {
        p { a href=(Record { id }) { "К записи" } }
        (list(&console, &viewer, id, &page))
        @if page.next.is_none() { (kept()) }
    };
    Ok(Page::beside(format!("{}: что было", title(&record)), body))
}

/// Why there is nothing older.
fn kept() -> Markup {
    html! {
        p.note {
            "Что показывали стороны и что решили люди, хранится всегда; передачи — " (DELIVERY_DAYS)
            " дней, запросы и ответы — " (TRANSCRIPT_DAYS) "."
        }
    }
}

/// Entries, and where older ones are.
pub(super) fn list(console: &Console, viewer: &Viewer, id: LinkId, page: &HistoryPage) -> Markup {
    let next = page.next.as_ref().map(|next| link(History { id }, Wanted { after: next.to_string() }));
    let columns = [Column::Text("Когда"), Column::Text("Что"), Column::Text("Подробно"), Column::Actions];
    html! {
        @if page.entries.is_empty() {
            (empty("Пока ничего."))
        } @else {
            (table("История записи", &columns, html! {
                @for entry in &page.entries { (row(console, viewer, id, entry)) }
            }))
        }
        (pager(None, next))
    }
}

fn row(console: &Console, viewer: &Viewer, id: LinkId, entry: &HistoryEntry) -> Markup {
    let (what, detail) = match &entry.what {
        HistoryEvent::Shown { change, before } => shown(change, before.as_deref()),
        HistoryEvent::Delivery(delivery) => self::delivery(delivery),
        HistoryEvent::Told(telling) => told(telling),
        HistoryEvent::Deed(deed) => self::deed(console, deed),
        HistoryEvent::Said(transcript) => said(transcript),
    };
    html! {
        tr {
            td { (time(entry.at, &console.zone)) }
            td { (what) }
            td { (detail) }
            td.actions {
                @if let HistoryEvent::Deed(deed) = &entry.what && viewer.may(Role::Operator) && can_be_undone(deed) {
                    (form(&viewer.csrf, &Undo { id, deed: deed.id }, html! {
                        button.second type="submit" { "Отменить" }
                    }))
                }
            }
        }
    }
}

fn shown(change: &Change, before: Option<&Counterparty>) -> (Markup, Markup) {
    let nothing = Counterparty::default();
    let before = before.unwrap_or(&nothing);
    let differences: Vec<(Field, String, String)> = Field::ALL
        .into_iter()
        .map(|field| (field, in_words(before, field), in_words(&change.snapshot, field)))
        .filter(|(_, before, after)| before != after)
        .collect();
    let what = html! { (change.side.title()) " показал" (if change.side == Side::OneC { "а" } else { "" }) };
    let detail = html! {
        @if differences.is_empty() { "без отличий от прежнего" }
        ul.plain {
            @for (field, before, after) in &differences {
                li {
                    (field.title()) ": "
                    @if !before.is_empty() { del { (before) } " → " }
                    @if after.is_empty() { "пусто" } @else { (after) }
                }
            }
        }
        @if !change.note.is_empty() { div.note { (change.note) } }
    };
    (what, detail)
}

fn delivery(entry: &DeliveryEntry) -> (Markup, Markup) {
    let what = html! { "Передача в " (entry.standing.delivery.side.title()) };
    let detail = match &entry.standing.state {
        DeliveryState::Due { .. } => html! { (badge(Stands::Waits, "ждёт своей очереди")) },
        DeliveryState::Leased { .. } => html! { (badge(Stands::Waits, "передаётся")) },
        DeliveryState::Parked { reason, .. } => {
            html! { (badge(Stands::Bad, "ждёт человека")) " " (reason.text) }
        }
        DeliveryState::Settled => html! { (badge(Stands::Good, outcome(entry.outcome.as_deref()))) },
        DeliveryState::Dropped { why } => html! { (badge(Stands::Calm, "снята")) " " (why) },
    };
    (what, detail)
}

fn outcome(word: Option<&str>) -> &'static str {
    match word {
        Some("created") => "создано",
        Some("linked") => "связано",
        Some("updated") => "обновлено",
        Some("unchanged") => "без изменений",
        Some("replaced") => "сменилась более новой",
        _ => "передано",
    }
}

fn told(telling: &Telling) -> (Markup, Markup) {
    let what = html! { "Сообщение сотруднику" };
    let detail = html! {
        (if telling.is_done() { badge(Stands::Good, "доставлено") } else { badge(Stands::Waits, "ещё не доставлено") })
        " " (telling.message.text)
    };
    (what, detail)
}

fn deed(console: &Console, deed: &Deed) -> (Markup, Markup) {
    let what = html! { (deed.kind.title()) ": " (deed.by) };
    let detail = html! {
        (deed.said)
        @if let Some((by, at)) = &deed.undone {
            div.note { "отменено: " (by) ", " (time(*at, &console.zone)) }
        }
    };
    (what, detail)
}

fn can_be_undone(deed: &Deed) -> bool {
    matches!(deed.kind, DeedKind::Resolved | DeedKind::Took) && deed.undone.is_none()
}

fn said(transcript: &Transcript) -> (Markup, Markup) {
    let what = match transcript.what.side {
        Side::Bitrix => "Запрос к Битрикс24",
        Side::OneC => "Разговор с 1С",
    };
    (html! { (what) }, ui::said(transcript))
}
