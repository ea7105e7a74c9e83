//! All documents, by kind or those that wait.

use axum::extract::State;
use axum_extra::extract::Query;
use domain::DocumentKind;
use maud::{Markup, html};
use store::{DocumentRow, DocumentShelf, ListPlace};

use super::{Documents, File, standing};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::inquiries::{Inquiry, Section};
use crate::pages::listing::{Listing, PAGE_AND_ONE, Wanted};
use crate::state::Console;
use crate::text::{day, money, size};
use crate::ui::{Column, ago};

/// The shelf of documents that wait.
const WAITING: &str = "waiting";

const LIST: Listing<'_, Documents, DocumentRow> = Listing {
    address: Documents,
    section: Section::Documents,
    title: "Документы",
    which: "Какие документы",
    shelves: &[
        ("", "Все"),
        ("quotation", "ТКП"),
        ("contract", "Договоры"),
        ("invoice", "Счета"),
        (WAITING, "Ждут файла или запроса"),
    ],
    words: "Номер документа",
    columns: &[
        Column::Text("Документ"),
        Column::Text("Дата"),
        Column::Number("Сумма"),
        Column::Text("Сделка"),
        Column::Text("Файл в сделке"),
        Column::Text("1С сообщила"),
    ],
    nothing: "Таких документов нет.",
    place: ListPlace::after_document,
};

pub(super) async fn documents(
    _: Documents,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let (question, place) = (wanted.question(), wanted.place());
    let rows =
        console.store.documents_list(shelf(&wanted.shelf), &question, place.as_ref(), PAGE_AND_ONE).await?;
    Ok(Page::new(Tab::Inquiries, LIST.title, LIST.body(&wanted, &rows, |row| line(&console, row))))
}

fn shelf(word: &str) -> DocumentShelf {
    match DocumentKind::parse(word) {
        Some(kind) => DocumentShelf::Kind(kind),
        None if word == WAITING => DocumentShelf::Waiting,
        None => DocumentShelf::All,
    }
}

fn line(console: &Console, row: &DocumentRow) -> Markup {
    html! {
        tr {
            td {
                @match row.content {
                    Some((_, length)) => {
                        a href=(File { onec_ref: row.onec_ref }) type="application/pdf" { (row.title()) }
                        " " span.note { "PDF, " (size(length)) }
                    },
                    None => (row.title()),
                }
            }
            td { (row.date.map_or("—".to_owned(), day)) }
            td.number { (row.amount.map_or("—".to_owned(), |amount| money(amount, &row.currency))) }
            td {
                @match row.deal_id {
                    Some(deal) => a href=(Inquiry { deal }) { "№\u{a0}" (deal) },
                    None => "—",
                }
            }
            td.words { (standing(row)) }
            td { (ago(row.seen_at, console.now(), &console.zone)) }
        }
    }
}
