//! What clients have paid, or got back.

use axum::extract::State;
use axum_extra::extract::Query;
use axum_extra::routing::TypedPath;
use maud::{Markup, html};
use serde::Deserialize;
use store::{ListPlace, PaymentRow, PaymentShelf};

use super::listing::{Listing, PAGE_AND_ONE, Wanted};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::inquiries::{Inquiry, Section};
use crate::routes::Routes;
use crate::state::Console;
use crate::text::{day, money};
use crate::ui::{Column, State as Stands, ago, badge};

/// All payments.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/payments")]
pub(crate) struct Payments;

/// The shelf of payments whose «Запрос» is not known yet.
const UNPLACED: &str = "unplaced";
/// The shelf of payments that are no part of a total.
const NOT_COUNTED: &str = "not-counted";

const LIST: Listing<'_, Payments, PaymentRow> = Listing {
    address: Payments,
    section: Section::Payments,
    title: "Оплаты",
    which: "Какие оплаты",
    shelves: &[("", "Все"), (UNPLACED, "Ждут запроса"), (NOT_COUNTED, "Не учитываются")],
    words: "Номер оплаты",
    columns: &[
        Column::Text("Номер"),
        Column::Text("Дата"),
        Column::Number("Сумма"),
        Column::Text("Сделка"),
        Column::Text("Учёт"),
        Column::Text("1С сообщила"),
    ],
    nothing: "Таких оплат нет.",
    place: ListPlace::after_payment,
};

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
    let shelf = match wanted.shelf.as_str() {
        UNPLACED => PaymentShelf::Unplaced,
        NOT_COUNTED => PaymentShelf::NotCounted,
        _ => PaymentShelf::All,
    };
    let (question, place) = (wanted.question(), wanted.place());
    let rows = console.store.payments_list(shelf, &question, place.as_ref(), PAGE_AND_ONE).await?;
    Ok(Page::new(Tab::Inquiries, LIST.title, LIST.body(&wanted, &rows, |row| line(&console, row))))
}

fn line(console: &Console, row: &PaymentRow) -> Markup {
    html! {
        tr {
            td { (row.number) }
            td { (row.date.map_or("—".to_owned(), day)) }
            td.number .gone[!row.counts()] { (money(row.amount, &row.currency)) }
            td {
                @match row.deal_id {
                    Some(deal) => a href=(Inquiry { deal }) { "№\u{a0}" (deal) },
                    None => "—",
                }
            }
            td { (standing(row, None)) }
            td { (ago(row.seen_at, console.now(), &console.zone)) }
        }
    }
}
