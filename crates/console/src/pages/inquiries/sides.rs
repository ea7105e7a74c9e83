//! The deal beside what 1C took of it.

use std::collections::BTreeSet;

use domain::{Inquiry, InquiryPaper, Product};
use maud::{Markup, html};
use store::{HandedInquiry, InquiryRow, InquiryState};

use crate::text::{ROWS, count, day, money};
use crate::ui::{Column, empty, table};

/// «ЗП-0042 от 27.11.2026, в работе».
pub(super) fn paper(paper: &InquiryPaper) -> String {
    let number = if paper.number.is_empty() { "без номера" } else { &paper.number };
    let date = paper.date.map(|date| format!(" от {}", day(date))).unwrap_or_default();
    let status = if paper.status.is_empty() { String::new() } else { format!(", {}", paper.status) };
    format!("{number}{date}{status}")
}

/// What the deal says now, what 1C was given and has not confirmed, what it has confirmed last.
pub(super) fn both(row: &InquiryRow, handed: &[HandedInquiry]) -> Markup {
    let Some(now) = &row.snapshot else {
        return empty("Битрикс24 эту сделку ещё не показал.");
    };
    let given = handed.first().filter(|_| matches!(row.state, InquiryState::Handed { .. }));
    let given = given.map(|handed| &handed.sent.snapshot);
    let taken = row.taken.as_ref().map(|taken| &taken.snapshot);
    let mut columns = vec![Column::Text("Что"), Column::Text("Сделка сейчас")];
    if given.is_some() {
        columns.push(Column::Text("Отдано 1С, ещё не подтверждено"));
    }
    if taken.is_some() {
        columns.push(Column::Text("1С приняла"));
    }
    let shown = lines(now, &[given, taken]);
    let rows = html! {
        @for line in &shown {
            tr {
                th scope="row" { (line.name) }
                td.text { (or_dash(&line.now)) }
                @if given.is_some() { td.text { (line.others[0].as_deref().map_or("—", or_dash)) } }
                @if taken.is_some() {
                    td.text .differs[line.others[1].as_ref() != Some(&line.now)] {
                        (line.others[1].as_deref().map_or("—", or_dash))
                    }
                }
            }
        }
    };
    html! {
        @if taken.is_none() { p.note { "1С этой сделки ещё не приняла." } }
        (table("Сделка и то, что приняла 1С", &columns, rows))
        @if !now.products.is_empty() {
            details {
                summary { "Товары сделки: " (count(now.products.len() as u64, ROWS)) }
                (products(&now.products, row.currency()))
            }
        }
    }
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "—" } else { text }
}

struct Line {
    name: String,
    now: String,
    others: Vec<Option<String>>,
}

impl Line {
    fn says_anything(&self) -> bool {
        let is_said = |text: &String| !text.is_empty();
        is_said(&self.now) || self.others.iter().flatten().any(is_said)
    }
}

/// A reader of one line of a deal.
type Reader = fn(&Inquiry) -> String;

/// What people compare, in the order of the deal's card.
const LINES: &[(&str, Reader)] = &[
    ("Название", |deal| deal.title.clone()),
    ("Стадия", |deal| deal.stage.clone()),
    ("Сумма", |deal| deal.amount.map(|amount| money(amount, &deal.currency)).unwrap_or_default()),
    ("Ответственный", |deal| deal.responsible.name.clone()),
    ("Комментарий", |deal| deal.comment.clone()),
    ("Дата начала", |deal| deal.opened_on.map(day).unwrap_or_default()),
    ("Дата закрытия", |deal| deal.closes_on.map(day).unwrap_or_default()),
    ("Закрыта", |deal| if deal.closed { "да".to_owned() } else { String::new() }),
    ("Товары", |deal| rows_in_words(&deal.products)),
];

fn lines(now: &Inquiry, others: &[Option<&Inquiry>]) -> Vec<Line> {
    let of = |name: String, read: &dyn Fn(&Inquiry) -> String| Line {
        name,
        now: read(now),
        others: others.iter().map(|other| other.map(read)).collect(),
    };
    let extras: BTreeSet<&String> =
        others.iter().flatten().chain([&now]).flat_map(|deal| deal.extras.keys()).collect();
    let known = LINES.iter().map(|(name, read)| of((*name).to_owned(), read));
    let extra = extras
        .into_iter()
        .map(|name| of(extra_title(name), &|deal| deal.extras.get(name).cloned().unwrap_or_default()));
    known.chain(extra).filter(Line::says_anything).collect()
}

/// Parom tells the pipeline beside the fields of the contract; every other name is of the settings.
fn extra_title(name: &str) -> String {
    if name == "pipeline" { "Воронка".to_owned() } else { name.to_owned() }
}

/// Every row in a line of its own, so that a difference is seen.
fn rows_in_words(products: &[Product]) -> String {
    let row = |product: &Product| {
        format!("{} × {} {}", product.name, product.quantity.plain(), product.unit).trim_end().to_owned()
    };
    products.iter().map(row).collect::<Vec<_>>().join("\n")
}

fn products(products: &[Product], currency: &str) -> Markup {
    let columns = [
        Column::Text("Товар"),
        Column::Text("Артикул"),
        Column::Number("Количество"),
        Column::Number("Цена"),
        Column::Number("Скидка"),
        Column::Text("НДС"),
        Column::Number("Сумма"),
    ];
    let rows = html! {
        @for product in products {
            tr {
                td { (product.name) }
                td { (product.article) }
                td.number { (product.quantity.plain()) " " (product.unit) }
                td.number { (money(product.price, currency)) }
                td.number { (money(product.discount, currency)) }
                td {
                    @match product.vat_rate {
                        Some(rate) => { (rate.plain()) "\u{a0}%" @if product.vat_included { ", в цене" } },
                        None => "без НДС",
                    }
                }
                td.number { (money(product.amount, currency)) }
            }
        }
    };
    table("Товары сделки", &columns, rows)
}
