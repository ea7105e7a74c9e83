//! What the deal shows of 1C: fields, files, money.

use domain::Amount;
use engine::{DealField, ShownField};
use maud::{Markup, html};
use store::{DealRecord, DocumentRow, HeldKind, PaymentRow};

use super::standing;
use crate::pages::documents::{self, File};
use crate::pages::payments;
use crate::state::Console;
use crate::text::{day, money, size};
use crate::ui::{Column, State as Stands, ago, badge, empty, key_values, table};

/// Where the fields of the deal stand.
pub(super) fn face(console: &Console, record: &DealRecord) -> Markup {
    let face = record.face.as_ref();
    let reason = face.and_then(|face| face.reason.as_ref());
    let due = face.and_then(|face| face.due_at);
    let confirmed = face.map(|face| face.shown.clone()).unwrap_or_default();
    let fields = match &record.inquiry {
        Some(row) => console.engine.shown_fields(row, &record.payments, &confirmed),
        None => Vec::new(),
    };
    let told: Vec<&ShownField> =
        fields.iter().filter(|field| !field.wanted.is_empty() || !field.confirmed.is_empty()).collect();
    html! {
        p {
            @match (reason, due) {
                (Some(reason), _) => {
                    (badge(Stands::Bad, "не показывается")) " " (reason.text) " "
                    (standing::others(reason, HeldKind::Deal))
                },
                (None, Some(at)) => {
                    (badge(Stands::Waits, "передаётся"))
                    @if at > console.now() { " Следующая попытка " (ago(at, console.now(), &console.zone)) "." }
                },
                (None, None) if face.is_some() => {
                    (badge(Stands::Good, "показано")) " Битрикс24 подтвердил поля сделки."
                },
                (None, None) => { "1С ещё ничего не сообщила о запросе, показывать нечего." },
            }
        }
        @if !told.is_empty() {
            (table("Поля сделки, которые ведёт 1С", &[
                Column::Text("Поле сделки"), Column::Text("По данным 1С"), Column::Text("Подтверждено Битрикс24"),
            ], html! {
                @for field in told {
                    tr {
                        th scope="row" { (field.field.title()) }
                        td { (value(field.field, &field.wanted)) }
                        td .differs[!field.is_shown] { (value(field.field, &field.confirmed)) }
                    }
                }
            }))
        }
    }
}

/// A value as the portal keeps it, for people.
fn value(field: DealField, text: &str) -> String {
    if text.is_empty() {
        return "—".to_owned();
    }
    let read = match field.kind() {
        "money" => text.split_once('|').and_then(|(sum, currency)| {
            let sum: Amount = sum.parse().ok()?;
            Some(money(sum, currency))
        }),
        "date" => text.get(..10).and_then(|date| date.parse().ok()).map(day),
        _ => None,
    };
    read.unwrap_or_else(|| text.to_owned())
}

pub(super) fn documents(record: &DealRecord) -> Markup {
    if record.documents.is_empty() {
        return empty("Документов по этому запросу 1С ещё не передала.");
    }
    let columns = [
        Column::Text("Вид"),
        Column::Text("Номер"),
        Column::Text("Дата"),
        Column::Number("Сумма"),
        Column::Text("Файл"),
        Column::Text("В сделке"),
    ];
    table(
        "Документы",
        &columns,
        html! { @for row in &record.documents { (document(row, record.currency())) } },
    )
}

fn document(row: &DocumentRow, currency: &str) -> Markup {
    let currency = if row.currency.is_empty() { currency } else { &row.currency };
    html! {
        tr {
            td { (row.kind.title()) }
            td { (row.number) }
            td { (row.date.map_or("—".to_owned(), day)) }
            td.number { (row.amount.map_or("—".to_owned(), |amount| money(amount, currency))) }
            td {
                @match row.content {
                    Some((_, length)) => {
                        a href=(File { onec_ref: row.onec_ref }) type="application/pdf" { (documents::file_title(row)) }
                        " " span.note { (size(length)) }
                    },
                    None => "—",
                }
            }
            td.words { (documents::standing(row)) }
        }
    }
}

pub(super) fn payments(record: &DealRecord) -> Markup {
    let currency = record.currency();
    let total = record.total();
    let mut pairs = vec![("Оплачено", html! { strong { (money(total, currency)) } })];
    if let Some(amount) = record.inquiry.as_ref().and_then(|row| row.snapshot.as_ref()?.amount) {
        pairs.push(("Сумма сделки", html! { (money(amount, currency)) }));
        let debt = amount - total;
        let (name, debt) =
            if debt.is_negative() { ("Переплата", total - amount) } else { ("Долг", debt) };
        pairs.push((name, html! { (money(debt, currency)) }));
    }
    let others: Vec<String> =
        record.in_other_currencies().map(|(currency, sum)| money(sum, currency)).collect();
    if !others.is_empty() {
        pairs.push((
            "В других валютах",
            html! { (others.join(", ")) " " span.note { "в «Оплачено» не входит" } },
        ));
    }
    html! {
        (key_values(&pairs))
        @if record.payments.is_empty() {
            (empty("Оплат по этому запросу 1С ещё не передала."))
        } @else {
            (table("Оплаты", &[
                Column::Text("Номер"), Column::Text("Дата"), Column::Number("Сумма"), Column::Text("Учёт"),
            ], html! { @for row in &record.payments { (payment(row, currency)) } }))
        }
    }
}

fn payment(row: &PaymentRow, currency: &str) -> Markup {
    let own = if row.currency.is_empty() { currency } else { &row.currency };
    html! {
        tr {
            td { (row.number) }
            td { (row.date.map_or("—".to_owned(), day)) }
            td.number .gone[!row.counts()] { (money(row.amount, own)) }
            td { (payments::standing(row, Some(currency))) }
        }
    }
}
