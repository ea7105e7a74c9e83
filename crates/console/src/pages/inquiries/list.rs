//! All deals that are, or may become, a «Запрос».

use axum::extract::State;
use axum_extra::extract::Query;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{InquiryRow, InquiryShelf, ListPlace};

use super::{Inquiries, Inquiry, Section, sections, standing};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::state::Console;
use crate::text::{day, money};
use crate::ui::{Column, Field, Shelf, ago, empty, field, pager, search, shelves, submit, table, toolbar};

/// Deals of a page.
const PAGE: usize = 50;

/// The longest filter that is taken from an address, in characters.
const QUESTION_MAX: usize = 200;

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
    fn shelf(&self) -> InquiryShelf {
        InquiryShelf::parse(&self.shelf).unwrap_or(InquiryShelf::All)
    }

    fn after(&self, after: String) -> String {
        link(Inquiries, Self { after, ..self.clone() })
    }
}

pub(super) async fn inquiries(
    _: Inquiries,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let question: String = wanted.q.trim().chars().take(QUESTION_MAX).collect();
    let after = ListPlace::parse(&wanted.after);
    let rows = console.store.inquiries_list(wanted.shelf(), &question, after.as_ref(), PAGE + 1).await?;
    Ok(Page::new(Tab::Inquiries, Tab::Inquiries.title(), body(&console, &wanted, &rows)))
}

fn body(console: &Console, wanted: &Wanted, rows: &[InquiryRow]) -> Markup {
    let (shown, rest) = rows.split_at(rows.len().min(PAGE));
    let next = shown.last().filter(|_| !rest.is_empty());
    let next = next.map(|last| wanted.after(ListPlace::after_inquiry(last).to_string()));
    let first = (!wanted.after.is_empty()).then(|| wanted.after(String::new()));
    let all = InquiryShelf::ALL.into_iter().map(|shelf| Shelf {
        title: shelf.title().to_owned(),
        href: link(
            Inquiries,
            Wanted {
                shelf: if shelf == InquiryShelf::All { String::new() } else { shelf.as_str().to_owned() },
                q: wanted.q.clone(),
                after: String::new(),
            },
        ),
        is_here: shelf == wanted.shelf(),
    });
    let columns = [
        Column::Text("Сделка"),
        Column::Text("Запрос в 1С"),
        Column::Text("Стадия"),
        Column::Number("Сумма"),
        Column::Text("Передача в 1С"),
        Column::Text("Изменена"),
    ];
    html! {
        (sections(Section::Inquiries))
        (shelves("Какие сделки", all))
        (toolbar(search(&Inquiries, html! {
            @if !wanted.shelf.is_empty() { input type="hidden" name="shelf" value=(wanted.shelf); }
            (field("Название, номер сделки или запроса", "q", "search", &wanted.q, Field { max: Some(QUESTION_MAX), ..Field::default() }))
            (submit("Показать"))
        })))
        @if shown.is_empty() {
            (empty("Таких сделок нет."))
        } @else {
            (table("Сделки и запросы", &columns, html! { @for row in shown { (line(console, row)) } }))
        }
        (pager(first, next))
    }
}

fn line(console: &Console, row: &InquiryRow) -> Markup {
    let snapshot = row.snapshot.as_ref();
    html! {
        tr {
            td {
                a href=(Inquiry { deal: row.deal_id }) { (title(row)) }
                div.note { "№ " (row.deal_id) }
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
