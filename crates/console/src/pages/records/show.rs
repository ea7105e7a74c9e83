//! The page of a counterparty.

use axum::extract::State;
use domain::{DeliveryState, Remark, Role, Side};
use engine::{Engine, Explained, Mark};
use maud::{Markup, html};
use store::{HistoryPage, LinkRecord, Standing};

use super::{History, Join, Record, SendAgain, Unlink, history, sides};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::page::Page;
use crate::pages::inquiries::Inquiry;
use crate::state::Console;
use crate::ui::{Field, State as Stands, badge, field, form, key_values, time};

/// Entries of the history on the page itself.
const HISTORY: usize = 30;

pub(super) async fn record(
    Record { id }: Record,
    viewer: Viewer,
    State(console): State<Console>,
) -> Result<Page, Failure> {
    let gone = || {
        Failure::not_found(
            "такого контрагента Паром не знает: возможно, он объединён с другим; найдите его поиском",
        )
    };
    let record = console.store.link_record(id).await?.ok_or_else(gone)?;
    let explained = console.engine.explain(id).await?.ok_or_else(gone)?;
    let history = console.store.link_history(id, None, HISTORY).await?;
    let title = title(&record);
    let page = RecordPage { console: &console, viewer: &viewer, record: &record, explained: &explained };
    Ok(Page::beside(title, page.body(&history)))
}

/// The name that people know it by.
pub(super) fn title(record: &LinkRecord) -> String {
    let shown = [&record.link.onec, &record.link.bitrix].into_iter().flatten();
    shown.map(|shown| shown.snapshot.title()).next().unwrap_or("Контрагент без наименования").to_owned()
}

struct RecordPage<'r> {
    console: &'r Console,
    viewer: &'r Viewer,
    record: &'r LinkRecord,
    explained: &'r Explained,
}

impl RecordPage<'_> {
    fn body(&self, history: &HistoryPage) -> Markup {
        html! {
            (self.standing())
            (key_values(&self.identifiers()))
            h2 { "Обе стороны" }
            (sides::table_of(self.console, self.viewer, self.explained))
            (self.remarks())
            @if self.viewer.may(Role::Operator) { (self.buttons()) }
            h2 { "Что было" }
            p.note { "Новое сверху. " a href=(History { id: self.record.link.id }) { "История на отдельной странице" } }
            (history::list(self.console, self.viewer, self.record.link.id, history))
        }
    }

    /// Where it stands, in sentences.
    fn standing(&self) -> Markup {
        let link = &self.record.link;
        html! {
            @if link.word.parted.is_some() {
                p { (badge(Stands::Waits, "связь разорвана")) " Изменения между сторонами не передаются, пока человек не свяжет их снова." }
            }
            @for standing in &self.record.open { (self.delivery(standing)) }
            @if self.record.open.is_empty() && self.record.conflicts.is_empty() {
                p { (badge(Stands::Good, "передано")) " Передавать нечего." }
            }
            @if !self.record.conflicts.is_empty() {
                p { (badge(Stands::Bad, "нужно решение")) " Поля изменены с обеих сторон: выберите значения в таблице." }
            }
        }
    }

    fn delivery(&self, standing: &Standing) -> Markup {
        let to = standing.delivery.side.title();
        let zone = &self.console.zone;
        html! {
            p {
                @match &standing.state {
                    DeliveryState::Due { at } if *at > self.console.now() => {
                        (badge(Stands::Waits, "ждёт")) " В " (to) ": следующая попытка " (time(*at, zone)) "."
                    },
                    DeliveryState::Due { .. } => { (badge(Stands::Waits, "в очереди")) " Передаётся в " (to) "." },
                    DeliveryState::Leased { .. } => { (badge(Stands::Waits, "передаётся")) " В " (to) ", прямо сейчас." },
                    DeliveryState::Parked { reason, since } => {
                        (badge(Stands::Bad, "ждёт человека")) " В " (to) " с " (time(*since, zone)) ": " (reason.text)
                    },
                    DeliveryState::Settled | DeliveryState::Dropped { .. } => {},
                }
            }
        }
    }

    fn identifiers(&self) -> Vec<(&'static str, Markup)> {
        let link = &self.record.link;
        let onec = html! {
            @match (&link.onec_code, link.onec_ref) {
                (Some(code), _) => (code),
                (None, Some(_)) => "есть, код неизвестен",
                (None, None) => "ещё нет",
            }
            @if let Some(onec_ref) = link.onec_ref { " " small { (onec_ref) } }
        };
        let company = html! {
            @match link.company_id {
                Some(company) => a href=(self.console.company(company)) rel="noreferrer" { "открыть в Битрикс24, №\u{a0}" (company) },
                None => "ещё нет",
            }
        };
        let deals = html! {
            @for (index, deal) in self.record.deals.iter().enumerate() {
                @if index > 0 { ", " }
                a href=(Inquiry { deal: deal.deal_id }) { (if deal.title.is_empty() { "без названия" } else { &deal.title }) }
                @if deal.is_closed { " (закрыта)" }
            }
            @if self.record.deals.is_empty() { "нет" }
        };
        vec![("Контрагент 1С", onec), ("Компания", company), ("Сделки", deals)]
    }

    /// What stayed behind. A field on which both sides agree by now, or which waits for a choice, is told of above.
    fn remarks(&self) -> Markup {
        let is_told = |remark: &&Remark| {
            let field = self.explained.fields.iter().find(|field| field.field == remark.field);
            field.is_some_and(|field| matches!(field.mark, Mark::Same | Mark::Conflict))
        };
        let remarks: Vec<&Remark> =
            self.record.link.remarks.iter().filter(|remark| !is_told(remark)).collect();
        html! {
            @if !remarks.is_empty() {
                h2 { "Что не передалось вместе с остальным" }
                ul { @for remark in remarks { li { (remark.field.title()) ": " (remark.text) } } }
            }
        }
    }

    fn buttons(&self) -> Markup {
        let (csrf, id) = (&self.viewer.csrf, self.record.link.id);
        let link = &self.record.link;
        let send = |to: &str, title: &str| {
            form(
                csrf,
                &SendAgain { id },
                html! {
                    input type="hidden" name="to" value=(to);
                    button.second type="submit" { (title) }
                },
            )
        };
        html! {
            h2 { "Действия" }
            div.toolbar {
                @if link.onec.is_some() { (send(Side::Bitrix.as_str(), "Отправить снова в Битрикс24")) }
                @if link.bitrix.is_some() { (send(Side::OneC.as_str(), "Отправить снова в 1С")) }
            }
            @if link.company_id.is_some() && link.onec_ref.is_some() && link.word.parted.is_none() {
                details {
                    summary { "Разорвать связь" }
                    p { (Engine::PARTING_MEANS) }
                    (form(csrf, &Unlink { id }, html! {
                        button.danger type="submit" data-confirm="Разорвать связь?" { "Разорвать связь" }
                    }))
                }
            }
            @if link.onec_ref.is_some() {
                details {
                    summary { "Связать с другой компанией" }
                    p { "Номер компании — последнее число в адресе её карточки в Битрикс24." }
                    (form(csrf, &Join { id }, html! {
                        (field("Номер компании", "company", "number", "", Field { is_required: true, ..Field::default() }))
                        button.danger type="submit" data-confirm="Связать с этой компанией?" { "Связать" }
                    }))
                }
            }
        }
    }
}
