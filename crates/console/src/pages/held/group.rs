//! What waits for one cause: what happened, whose record, what to do.

use axum::extract::State;
use axum_extra::extract::Query;
use domain::{Role, Timestamp};
use engine::WHY_MAX;
use jiff::civil::DateTime;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{Held, HeldFilter, HeldKind, HeldPlace};

use super::{Csv, GiveUp, GiveUpAll, Group, Groups, Retry, RetryAll, Xlsx, leads_to};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::nav::Tab;
use crate::page::{Page, QUESTION_MAX, link, question};
use crate::state::Console;
use crate::text::{self, RECORDS, count, number};
use crate::ui::{Column, Field, ago, empty, field, form, pager, search, submit, table, toolbar};

/// Records of a page.
const PAGE: usize = 50;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// Words that the record has.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) q: String,
    /// «2026-11-28T12:00», in the zone of 1C: what waits since then.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) since: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) after: String,
}

impl Wanted {
    /// The group, with what somebody asked for of it.
    pub(super) fn of(&self, group: &Group, console: &Console) -> Result<HeldFilter, Failure> {
        Ok(HeldFilter { text: question(&self.q), since: moment(&self.since, console)?, ..group.filter()? })
    }
}

pub(super) fn moment(text: &str, console: &Console) -> Result<Option<Timestamp>, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let moment = text
        .parse::<DateTime>()
        .ok()
        .and_then(|local| console.zone.to_ambiguous_zoned_datetime(local).compatible().ok());
    let wrong = || Failure::Invalid(format!("«{text}» не дата и время; пример: 2026-11-28T09:00"));
    moment.map(|moment| Some(moment.timestamp())).ok_or_else(wrong)
}

pub(super) async fn group(
    group: Group,
    viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let filter = wanted.of(&group, &console)?;
    let after = HeldPlace::parse(filter.kind, &wanted.after);
    let records = console.store.held(&filter, after, PAGE + 1).await?;
    let waiting = console.store.held_count(&filter).await?;
    // Conflicts have one cause, which says the same.
    let title = match filter.kind {
        HeldKind::Conflict => filter.kind.title().to_owned(),
        kind => format!("{}: {}", kind.title(), filter.code.title()),
    };
    let list = List { console: &console, viewer: &viewer, group: &group, filter: &filter, wanted: &wanted };
    Ok(Page::new(Tab::Held, title, list.body(&records, waiting.unsigned_abs())))
}

struct List<'l> {
    console: &'l Console,
    viewer: &'l Viewer,
    group: &'l Group,
    filter: &'l HeldFilter,
    wanted: &'l Wanted,
}

impl List<'_> {
    fn body(&self, records: &[Held], waiting: u64) -> Markup {
        let (shown, rest) = records.split_at(records.len().min(PAGE));
        let at = |after: String| link(self.group.clone(), Wanted { after, ..self.wanted.clone() });
        let next = shown.last().filter(|_| !rest.is_empty()).map(|last| at(last.place().to_string()));
        let first = (!self.wanted.after.is_empty()).then(|| at(String::new()));
        html! {
            p { a href=(Groups) { "Все причины" } " · " (count(waiting, RECORDS)) }
            (toolbar(self.filters()))
            @if waiting > 0 { (self.of_all(waiting)) }
            @if shown.is_empty() {
                (empty("Таких записей нет."))
            } @else {
                (table(self.filter.code.title(), &[
                    Column::Text("Запись"), Column::Text("Что случилось и что делать"), Column::Text("Ждёт"), Column::Actions,
                ], html! { @for held in shown { (self.row(held)) } }))
            }
            (pager(first, next))
        }
    }

    fn filters(&self) -> Markup {
        search(
            self.group,
            html! {
                (field("Слова из записи", "q", "search", &self.wanted.q, Field { max: Some(QUESTION_MAX), ..Field::default() }))
                (field("Ждёт не раньше", "since", "datetime-local", &self.wanted.since, Field::default()))
                (submit("Показать"))
            },
        )
    }

    /// What can be done with all of them.
    fn of_all(&self, waiting: u64) -> Markup {
        let wanted = Wanted { after: String::new(), ..self.wanted.clone() };
        let csrf = &self.viewer.csrf;
        let since = html! { input type="hidden" name="since" value=(self.wanted.since); };
        let those = match self.filter.since {
            None => format!("все ({})", number(waiting)),
            Some(since) => {
                let since = text::moment(since, &self.console.zone);
                format!("все, что ждёт с {since} ({})", number(waiting))
            }
        };
        // A job goes by cause and time, not by words.
        let may_act = self.viewer.may(Role::Operator) && self.filter.text.is_empty();
        html! {
            div.buttons {
                @if may_act && self.filter.kind.can_be_retried() {
                    (form(csrf, &RetryAll::of(self.group), html! { (since) (submit(&format!("Повторить {those}"))) }))
                }
                a.button.second href=(link(Xlsx::of(self.group), &wanted)) { "Выгрузить в Excel" }
                a.button.second href=(link(Csv::of(self.group), &wanted)) { "Выгрузить в CSV" }
            }
            @if may_act && self.filter.kind.can_be_given_up() {
                details {
                    summary { "Снять " (those) }
                    (form(csrf, &GiveUpAll::of(self.group), html! {
                        (since)
                        (field("Почему передавать не нужно", "why", "text", "", Field { is_required: true, max: Some(WHY_MAX), ..Field::default() }))
                        button.danger type="submit" data-confirm={ "Снять с передачи " (those) "?" } { "Снять с передачи " (those) }
                    }))
                }
            }
        }
    }

    fn row(&self, held: &Held) -> Markup {
        html! {
            tr {
                td.name {
                    @match leads_to(self.console, held) {
                        Some(href) => a href=(href) { (held.title) },
                        None => (held.title),
                    }
                }
                td { (held.reason.text) }
                td { (ago(held.since, self.console.now(), &self.console.zone)) }
                td.actions { @if self.viewer.may(Role::Operator) { (self.buttons(held)) } }
            }
        }
    }

    fn buttons(&self, held: &Held) -> Markup {
        let csrf = &self.viewer.csrf;
        let key = html! { input type="hidden" name="key" value=(held.key); };
        html! {
            @if held.kind.can_be_retried() {
                (form(csrf, &Retry::of(self.group), html! { (key) (submit("Повторить")) }))
            }
            @if held.kind.can_be_given_up() {
                details {
                    summary { "Снять" }
                    (form(csrf, &GiveUp::of(self.group), html! {
                        (key)
                        (field("Почему передавать не нужно", "why", "text", "", Field { is_required: true, max: Some(WHY_MAX), ..Field::default() }))
                        button.danger type="submit" { "Снять с передачи" }
                    }))
                }
            }
        }
    }
}
