//! What is wrong with the whole, who is told of it, and for how long nobody wants to hear it.

use ::alerts::{Cause, desk};
use axum::extract::State;
use axum_extra::extract::{Form, Query};
use axum_extra::routing::TypedPath;
use domain::{Role, SignedDuration, Timestamp};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{Alert, AlertChannel, Mute as Muted};

use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::{Operator, Viewer};
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::routes::Routes;
use crate::state::Console;
use crate::ui::{
    Choice, Column, State as Stands, ago, badge, choice, empty, form, pager, submit, table, time,
};

/// Alerts.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/alerts")]
pub(crate) struct Alerts;

/// Nobody is told for a while.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/alerts/mute")]
pub(crate) struct Mute;

/// People are told again.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/alerts/unmute")]
pub(crate) struct Unmute;

/// A message to try the channels.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/alerts/test")]
pub(crate) struct Test;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(alerts).action(mute).action(unmute).action(test)
}

/// Ended alerts of a page.
const PAGE: usize = 50;

/// For how long people may ask for silence.
const SILENCES: [(&str, &str, i64); 4] =
    [("1", "на час", 1), ("4", "на 4 часа", 4), ("24", "на сутки", 24), ("168", "на неделю", 168)];

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Wanted {
    /// Where the list of ended alerts goes on: moment and cause of the last one shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    before: String,
}

async fn alerts(
    _: Alerts,
    viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let store = &console.store;
    let (open, channels) = (desk::open(store).await?, desk::channels(store).await?);
    let mutes = desk::mutes(store, console.now()).await?;
    let ended = desk::ended(store, place(&wanted.before), PAGE + 1).await?;
    let body = html! {
        h2 { "Что не так сейчас" }
        (now(&console, &open))
        h2 { "Кому сообщаем" }
        (reached(&console, &viewer, &channels))
        h2 { "Тишина" }
        (silence(&console, &viewer, &mutes))
        h2 { "Что было" }
        (past(&console, &wanted, &ended))
    };
    Ok(Page::new(Tab::Alerts, Tab::Alerts.title(), body))
}

fn place(text: &str) -> Option<(Timestamp, &str)> {
    let (since, cause) = text.split_once('.')?;
    Some((Timestamp::from_microsecond(since.parse().ok()?).ok()?, cause))
}

fn now(console: &Console, open: &[Alert]) -> Markup {
    html! {
        @if open.is_empty() {
            (empty("Всё в порядке."))
        } @else {
            (table("Открытые предупреждения", &[Column::Text("Что"), Column::Text("Что делать"), Column::Text("С каких пор")], html! {
                @for alert in open {
                    tr {
                        td { (badge(Stands::Bad, name(&alert.cause))) " " (alert.title) }
                        td { @for line in alert.advice.lines() { div { (line) } } }
                        td {
                            (ago(alert.since, console.now(), &console.zone))
                            @if alert.calm_since.is_some() { div.note { "похоже, прошло; скоро закроется" } }
                        }
                    }
                }
            }))
        }
    }
}

fn reached(console: &Console, viewer: &Viewer, channels: &[AlertChannel]) -> Markup {
    html! {
        @if channels.is_empty() {
            (empty("Никому: впишите получателей в раздел [alerts] настроек Парома."))
        } @else {
            (table("Каналы", &[Column::Text("Канал"), Column::Text("Кому"), Column::Text("Как работает")], html! {
                @for channel in channels {
                    tr {
                        th scope="row" { (channel.name) }
                        td { (channel.target) }
                        td {
                            @match (&channel.failure, channel.said_at) {
                                (Some(failure), _) => {
                                    (badge(Stands::Bad, "не доставляет")) " с " (time(failure.since, &console.zone)) ": " (failure.error)
                                },
                                (None, Some(at)) => { (badge(Stands::Good, "работает")) " последнее сообщение " (ago(at, console.now(), &console.zone)) },
                                (None, None) => { (badge(Stands::Calm, "ещё не использовался")) },
                            }
                        }
                    }
                }
            }))
            @if viewer.may(Role::Operator) {
                (form(&viewer.csrf, &Test, submit("Отправить проверочное сообщение")))
            }
        }
    }
}

fn silence(console: &Console, viewer: &Viewer, mutes: &[Muted]) -> Markup {
    let all = Choice { value: "", title: "обо всём", is_chosen: true };
    let causes = Cause::ALL.iter().map(|cause| Choice {
        value: cause.as_str(),
        title: cause.title(),
        is_chosen: false,
    });
    let hours = SILENCES.iter().map(|(value, title, _)| Choice { value, title, is_chosen: *value == "1" });
    html! {
        @if mutes.is_empty() {
            p { "О новых бедах сообщаем сразу." }
        } @else {
            (table("Тишина", &[Column::Text("О чём молчим"), Column::Text("До"), Column::Text("Кто попросил"), Column::Actions], html! {
                @for muted in mutes {
                    tr {
                        td { (name(&muted.cause)) }
                        td { (time(muted.until, &console.zone)) }
                        td { (muted.who) }
                        td.actions {
                            @if viewer.may(Role::Operator) {
                                (form(&viewer.csrf, &Unmute, html! {
                                    input type="hidden" name="cause" value=(muted.cause);
                                    button.second type="submit" { "Сообщать снова" }
                                }))
                            }
                        }
                    }
                }
            }))
        }
        @if viewer.may(Role::Operator) {
            div.toolbar {
                (form(&viewer.csrf, &Mute, html! {
                    (choice("Не сообщать", "cause", std::iter::once(all).chain(causes)))
                    (choice("Сколько", "hours", hours))
                    (submit("Замолчать"))
                }))
            }
        }
    }
}

fn past(console: &Console, wanted: &Wanted, ended: &[Alert]) -> Markup {
    let (shown, rest) = ended.split_at(ended.len().min(PAGE));
    let at = |last: &Alert| format!("{}.{}", last.since.as_microsecond(), last.cause);
    let next =
        shown.last().filter(|_| !rest.is_empty()).map(|last| link(Alerts, Wanted { before: at(last) }));
    let first = (!wanted.before.is_empty()).then(|| Alerts.to_string());
    html! {
        @if shown.is_empty() {
            (empty("Предупреждений ещё не было."))
        } @else {
            (table("Закрытые предупреждения", &[Column::Text("Что"), Column::Text("Началось"), Column::Text("Кончилось")], html! {
                @for alert in shown {
                    tr {
                        td { (name(&alert.cause)) ": " (alert.title) }
                        td { (time(alert.since, &console.zone)) }
                        td { @if let Some(ended) = alert.ended_at { (time(ended, &console.zone)) } }
                    }
                }
            }))
        }
        (pager(first, next))
    }
}

fn name(cause: &str) -> &str {
    match Cause::parse(cause) {
        Some(cause) => cause.title(),
        None if cause.is_empty() => "всё",
        None => cause,
    }
}

fn cause(word: &str) -> Result<Option<Cause>, Failure> {
    if word.is_empty() {
        return Ok(None);
    }
    let unknown = || Failure::Invalid("такой причины нет; откройте страницу заново".to_owned());
    Cause::parse(word).map(Some).ok_or_else(unknown)
}

#[derive(Deserialize)]
struct Silence {
    cause: String,
    hours: String,
}

async fn mute(
    _: Mute,
    operator: Operator,
    State(console): State<Console>,
    Form(silence): Form<Silence>,
) -> Result<Acted, Failure> {
    let wanted = cause(&silence.cause)?;
    let known = SILENCES.iter().find(|(value, _, _)| *value == silence.hours);
    let (_, title, hours) = known.ok_or_else(|| Failure::Invalid("выберите срок из списка".to_owned()))?;
    let audit = operator.begin(&console, Act::Muted, name(&silence.cause)).await?;
    let until = console.now() + SignedDuration::from_hours(*hours);
    desk::mute(&console.store, wanted, until, &operator.person.login, console.now()).await?;
    audit.done(&Alerts, format!("не сообщаем {title}: {}", name(&silence.cause))).await
}

#[derive(Deserialize)]
struct Loud {
    cause: String,
}

async fn unmute(
    _: Unmute,
    operator: Operator,
    State(console): State<Console>,
    Form(loud): Form<Loud>,
) -> Result<Acted, Failure> {
    let wanted = cause(&loud.cause)?;
    let audit = operator.begin(&console, Act::Unmuted, name(&loud.cause)).await?;
    if desk::unmute(&console.store, wanted).await? {
        audit.done(&Alerts, format!("снова сообщаем: {}", name(&loud.cause))).await
    } else {
        audit.refused(&Alerts, "об этом и так сообщают").await
    }
}

async fn test(_: Test, operator: Operator, State(console): State<Console>) -> Result<Acted, Failure> {
    let audit = operator.begin(&console, Act::TestedAlerts, "каналы").await?;
    desk::ask_for_test(&console.store, &operator.person.login, &console.alert_rules, console.now()).await?;
    audit.done(&Alerts, "проверочное сообщение отправляется; через несколько секунд обновите страницу").await
}
