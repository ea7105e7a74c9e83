//! All documents, by kind or those that wait.

use axum::extract::State;
use axum_extra::extract::Query;
use domain::DocumentKind;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{DocumentRow, DocumentShelf, ListPlace};

use super::{Documents, File, standing};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::pages::inquiries::{Inquiry, Section, sections};
use crate::state::Console;
use crate::text::{day, money, size};
use crate::ui::{Column, Field, Shelf, ago, empty, field, pager, search, shelves, submit, table, toolbar};

/// Documents of a page.
const PAGE: usize = 50;

/// The longest filter that is taken from an address, in characters.
const QUESTION_MAX: usize = 200;

/// Words of the shelves, with their titles.
const SHELVES: [(&str, &str); 5] = [
    ("", "Все"),
    ("quotation", "ТКП"),
    ("contract", "Договоры"),
    ("invoice", "Счета"),
    ("waiting", "Ждут файла или запроса"),
];

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    shelf: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    after: String,
}

impl Wanted {
    fn shelf(&self) -> DocumentShelf {
        match (self.shelf.as_str(), DocumentKind::parse(&self.shelf)) {
            (_, Some(kind)) => DocumentShelf::Kind(kind),
            ("waiting", None) => DocumentShelf::Waiting,
            _ => DocumentShelf::All,
        }
    }

    fn after(&self, after: String) -> String {
        link(Documents, Self { after, ..self.clone() })
    }
}

pub(super) async fn documents(
    _: Documents,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let question: String = wanted.q.trim().chars().take(QUESTION_MAX).collect();
    let after = ListPlace::parse(&wanted.after);
    let rows = console.store.documents_list(wanted.shelf(), &question, after.as_ref(), PAGE + 1).await?;
    Ok(Page::new(Tab::Inquiries, "Документы", body(&console, &wanted, &rows)))
}

fn body(console: &Console, wanted: &Wanted, rows: &[DocumentRow]) -> Markup {
    let (shown, rest) = rows.split_at(rows.len().min(PAGE));
    let next = shown.last().filter(|_| !rest.is_empty());
    let next = next.map(|last| wanted.after(ListPlace::after_document(last).to_string()));
    let first = (!wanted.after.is_empty()).then(|| wanted.after(String::new()));
    let all = SHELVES.into_iter().map(|(word, title)| Shelf {
        title: title.to_owned(),
        href: link(Documents, Wanted { shelf: word.to_owned(), q: wanted.q.clone(), after: String::new() }),
        is_here: word == wanted.shelf,
    });
    let columns = [
        Column::Text("Документ"),
        Column::Text("Дата"),
        Column::Number("Сумма"),
        Column::Text("Сделка"),
        Column::Text("Файл в сделке"),
        Column::Text("1С сообщила"),
    ];
    html! {
        (sections(Section::Documents))
        (shelves("Какие документы", all))
        (toolbar(search(&Documents, html! {
            @if !wanted.shelf.is_empty() { input type="hidden" name="shelf" value=(wanted.shelf); }
            (field("Номер документа", "q", "search", &wanted.q, Field { max: Some(QUESTION_MAX), ..Field::default() }))
            (submit("Показать"))
        })))
        @if shown.is_empty() {
            (empty("Таких документов нет."))
        } @else {
            (table("Документы", &columns, html! { @for row in shown { (line(console, row)) } }))
        }
        (pager(first, next))
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
                    Some(deal) => a href=(Inquiry { deal }) { "№ " (deal) },
                    None => "—",
                }
            }
            td.words { (standing(row)) }
            td { (ago(row.seen_at, console.now(), &console.zone)) }
        }
    }
}
