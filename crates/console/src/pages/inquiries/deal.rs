//! The page of a deal: where it stands, both sides, its papers, its history.

use axum::extract::State;
use domain::Role;
use maud::{Markup, html};
use store::{DealRecord, InquiryRow};

use super::{Inquiry, Retry, SendAgain, ShowAgain, history, list, papers, sides, standing};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::records::Record;
use crate::state::Console;
use crate::ui::{State as Stands, badge, form, key_values};

pub(super) async fn inquiry(
    Inquiry { deal }: Inquiry,
    viewer: Viewer,
    State(console): State<Console>,
) -> Result<Page, Failure> {
    let record = console.store.deal_record(deal).await?;
    let record = record.ok_or_else(|| Failure::not_found("такой сделки Паром не знает"))?;
    let title = record.inquiry.as_ref().map_or_else(|| format!("Сделка № {deal}"), list::title);
    Ok(Page::new(Tab::Inquiries, title, body(&console, &viewer, deal, &record)))
}

fn body(console: &Console, viewer: &Viewer, deal: i64, record: &DealRecord) -> Markup {
    html! {
        (head(console, deal, record))
        @if let Some(row) = &record.inquiry { (way(row)) }
        @if viewer.may(Role::Operator) { (buttons(viewer, deal, record)) }
        @if let Some(row) = &record.inquiry {
            h2 { "Сделка и запрос" }
            (sides::both(row, &record.handed))
        }
        h2 { "Что видно в сделке" }
        (papers::face(console, record))
        h2 { "Документы" }
        (papers::documents(record))
        h2 { "Оплаты" }
        (papers::payments(record))
        h2 { "История" }
        (history::history(console, record))
    }
}

fn head(console: &Console, deal: i64, record: &DealRecord) -> Markup {
    let row = record.inquiry.as_ref();
    let paper = row.and_then(|row| row.paper.as_ref());
    let mut pairs = vec![(
        "Сделка",
        html! {
            a href=(console.deal(deal)) rel="noreferrer" { "№\u{a0}" (deal) " в Битрикс24" }
            @if let Some(row) = row {
                @if row.is_gone { " " (badge(Stands::Bad, "удалена")) }
                @else if row.is_lost { " " (badge(Stands::Calm, "проиграна")) }
                @else if row.is_closed { " " (badge(Stands::Calm, "закрыта")) }
            }
        },
    )];
    if let Some(company) = row.and_then(|row| row.company_id) {
        pairs.push((
            "Клиент",
            html! {
                @for (index, client) in record.clients.iter().enumerate() {
                    @if index > 0 { ", " }
                    a href=(Record { id: client.link }) { (client.title) }
                    @if !client.is_in_onec { " " (badge(Stands::Waits, "ещё не в 1С")) }
                }
                @if !record.clients.is_empty() { " · " }
                a href=(console.company(company)) rel="noreferrer" { "компания №\u{a0}" (company) " в Битрикс24" }
            },
        ));
    }
    pairs.push((
        "Запрос в 1С",
        html! {
            @match paper {
                Some(paper) => {
                    (sides::paper(paper))
                    @if paper.deleted { " " (badge(Stands::Bad, "помечен на удаление")) }
                },
                None => { "1С о нём ещё не сообщила" },
            }
            @if let Some(onec_ref) = row.and_then(|row| row.onec_ref) { div.note { code { (onec_ref) } } }
        },
    ));
    key_values(&pairs)
}

/// What waits for what.
fn way(row: &InquiryRow) -> Markup {
    html! {
        p {
            (standing::word(row)) " " (standing::sentence(row))
            @if let Some((reason, kind)) = standing::cause(row) { " " (standing::others(reason, kind)) }
        }
    }
}

fn buttons(viewer: &Viewer, deal: i64, record: &DealRecord) -> Markup {
    let csrf = &viewer.csrf;
    let is_held = record.inquiry.as_ref().is_some_and(|row| standing::cause(row).is_some());
    let is_hidden = record.face.as_ref().is_some_and(|face| face.reason.is_some());
    let retry = |what: &str, title: &str| {
        let inside = html! {
            input type="hidden" name="what" value=(what);
            button type="submit" { (title) }
        };
        form(csrf, &Retry { deal }, inside)
    };
    html! {
        div.buttons {
            @if is_held { (retry("inquiry", "Повторить передачу в 1С")) }
            @if is_hidden { (retry("face", "Повторить показ в сделке")) }
            @if record.inquiry.is_some() && !is_held {
                (form(csrf, &SendAgain { deal }, html! { button.second type="submit" { "Отправить в 1С снова" } }))
            }
            @if record.face.is_some() && !is_hidden {
                (form(csrf, &ShowAgain { deal }, html! { button.second type="submit" { "Показать в сделке снова" } }))
            }
        }
    }
}
