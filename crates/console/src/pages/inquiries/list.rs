//! All deals that are, or may become, a «Запрос».

use axum::extract::State;
use axum_extra::extract::Query;
use maud::{Markup, html};
use store::{InquiryRow, InquiryShelf, ListPlace};

use super::{Inquiries, Inquiry, Section, standing};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::listing::{Listing, PAGE_AND_ONE, Wanted};
use crate::state::Console;
use crate::text::{day, money};
use crate::ui::{Column, ago};

pub(super) async fn inquiries(
    _: Inquiries,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let shelf = InquiryShelf::parse(&wanted.shelf).unwrap_or(InquiryShelf::All);
    let (question, place) = (wanted.question(), wanted.place());
    let rows = console.store.inquiries_list(shelf, &question, place.as_ref(), PAGE_AND_ONE).await?;
    Ok(Page::new(Tab::Inquiries, Tab::Inquiries.title(), body(&console, &wanted, &rows)))
}

fn body(console: &Console, wanted: &Wanted, rows: &[InquiryRow]) -> Markup {
    let shelves = InquiryShelf::ALL.map(|shelf| match shelf {
        InquiryShelf::All => ("", shelf.title()),
        _ => (shelf.as_str(), shelf.title()),
    });
    let list = Listing {
        address: Inquiries,
        section: Section::Inquiries,
        title: "Сделки и запросы",
        which: "Какие сделки",
        shelves: &shelves,
        words: "Название, номер сделки или запроса",
        columns: &[
            Column::Text("Сделка"),
            Column::Text("Запрос в 1С"),
            Column::Text("Стадия"),
            Column::Number("Сумма"),
            Column::Text("Передача в 1С"),
            Column::Text("Изменена"),
        ],
        nothing: "Таких сделок нет.",
        place: ListPlace::after_inquiry,
    };
    list.body(wanted, rows, |row| line(console, row))
}

fn line(console: &Console, row: &InquiryRow) -> Markup {
    let snapshot = row.snapshot.as_ref();
    html! {
        tr {
            td {
                a href=(Inquiry { deal: row.deal_id }) { (title(row)) }
                div.note { "№\u{a0}" (row.deal_id) }
            }
            td {
                @if let Some(paper) = &row.paper {
                    (paper.number)
                    @if let Some(date) = paper.date { " от " (day(date)) }
                    @if !paper.status.is_empty() { div.note { (paper.status) } }
                } @else { "—" }
            }
            td { (snapshot.map_or("—", |snapshot| snapshot.stage.as_str())) }
            td.number {
                @match snapshot.and_then(|snapshot| snapshot.amount) {
                    Some(amount) => (money(amount, row.currency())),
                    None => "—",
                }
            }
            td.words {
                (standing::word(row))
                @if let Some((reason, _)) = standing::cause(row) { div.note { (reason.text) } }
            }
            td { (ago(row.changed_at.unwrap_or(row.seen_at), console.now(), &console.zone)) }
        }
    }
}

/// The name that people know it by.
pub(super) fn title(row: &InquiryRow) -> String {
    if row.title.is_empty() { format!("Сделка № {}", row.deal_id) } else { row.title.clone() }
}
