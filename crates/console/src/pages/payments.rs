//! What clients have paid, or got back.

use axum::extract::State;
use axum_extra::extract::Query;
use axum_extra::routing::TypedPath;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{ListPlace, PaymentRow, PaymentShelf};

use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::pages::inquiries::{Inquiry, Section, sections};
use crate::routes::Routes;
use crate::state::Console;
use crate::text::{day, money};
use crate::ui::{
    Column, Field, Shelf, State as Stands, ago, badge, empty, field, pager, search, shelves, submit, table,
    toolbar,
};

/// All payments.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/payments")]
pub(crate) struct Payments;

/// Payments of a page.
const PAGE: usize = 50;

/// The longest filter that is taken from an address, in characters.
const QUESTION_MAX: usize = 200;

/// Words of the shelves, with their titles.
const SHELVES: [(&str, &str, PaymentShelf); 3] = [
    ("", "Все", PaymentShelf::All),
    ("unplaced", "Ждут запроса", PaymentShelf::Unplaced),
    ("not-counted", "Не учитываются", PaymentShelf::NotCounted),
];

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    shelf: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    after: String,
}

impl Wanted {
    fn after(&self, after: String) -> String {
        link(Payments, Self { after, ..self.clone() })
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(payments)
}

/// Whether it is part of the total. `currency` is that of the deal.
pub(crate) fn standing(row: &PaymentRow, currency: Option<&str>) -> Markup {
    if row.is_cancelled {
        return badge(Stands::Calm, "отменена, не учитывается");
    }
    if row.is_left_out {
        return badge(Stands::Calm, "1С её больше не показывает, не учитывается");
    }
    let is_foreign = currency.is_some_and(|own| !row.currency.is_empty() && row.currency != own);
    match (is_foreign, row.deal_id) {
        (true, _) => badge(Stands::Waits, "другая валюта, в «Оплачено» не входит"),
        (false, None) => badge(Stands::Waits, "запрос ещё не известен"),
        (false, Some(_)) if row.amount.is_negative() => badge(Stands::Good, "возврат, вычтен"),
        (false, Some(_)) => badge(Stands::Good, "учтена"),
    }
}

async fn payments(
    _: Payments,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let question: String = wanted.q.trim().chars().take(QUESTION_MAX).collect();
    let shelf = SHELVES.iter().find(|(word, ..)| *word == wanted.shelf);
    let shelf = shelf.map_or(PaymentShelf::All, |(.., shelf)| *shelf);
    let after = ListPlace::parse(&wanted.after);
    let rows = console.store.payments_list(shelf, &question, after.as_ref(), PAGE + 1).await?;
    Ok(Page::new(Tab::Inquiries, "Оплаты", body(&console, &wanted, &rows)))
}

fn body(console: &Console, wanted: &Wanted, rows: &[PaymentRow]) -> Markup {
    let (shown, rest) = rows.split_at(rows.len().min(PAGE));
    let next = shown.last().filter(|_| !rest.is_empty());
    let next = next.map(|last| wanted.after(ListPlace::after_payment(last).to_string()));
    let first = (!wanted.after.is_empty()).then(|| wanted.after(String::new()));
    let all = SHELVES.iter().map(|(word, title, _)| Shelf {
        title: (*title).to_owned(),
        href: link(Payments, Wanted { shelf: (*word).to_owned(), q: wanted.q.clone(), after: String::new() }),
        is_here: *word == wanted.shelf,
    });
    let columns = [
        Column::Text("Номер"),
        Column::Text("Дата"),
        Column::Number("Сумма"),
        Column::Text("Сделка"),
        Column::Text("Учёт"),
        Column::Text("1С сообщила"),
    ];
    html! {
        (sections(Section::Payments))
        (shelves("Какие оплаты", all))
        (toolbar(search(&Payments, html! {
            @if !wanted.shelf.is_empty() { input type="hidden" name="shelf" value=(wanted.shelf); }
            (field("Номер оплаты", "q", "search", &wanted.q, Field { max: Some(QUESTION_MAX), ..Field::default() }))
            (submit("Показать"))
        })))
        @if shown.is_empty() {
            (empty("Таких оплат нет."))
        } @else {
            (table("Оплаты", &columns, html! { @for row in shown { (line(console, row)) } }))
        }
        (pager(first, next))
    }
}

fn line(console: &Console, row: &PaymentRow) -> Markup {
    html! {
        tr {
            td { (row.number) }
            td { (row.date.map_or("—".to_owned(), day)) }
            td.number .gone[!row.counts()] { (money(row.amount, &row.currency)) }
            td {
                @match row.deal_id {
                    Some(deal) => a href=(Inquiry { deal }) { "№ " (deal) },
                    None => "—",
                }
            }
            td { (standing(row, None)) }
            td { (ago(row.seen_at, console.now(), &console.zone)) }
        }
    }
}
