//! The first page: whether 1C and Bitrix24 agree, what waits, what needs somebody.

use axum::extract::State;
use axum_extra::routing::TypedPath;
use domain::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;
use store::{Lane, Queue};

use crate::facts::Facts;
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::hub::Part;
use crate::light::{SILENCE_MAX, judge};
use crate::nav::Tab;
use crate::page::Page;
use crate::routes::Routes;
use crate::state::Console;
use crate::text::number;
use crate::ui::{Column, State as Stands, ago, badge, empty, figure, live, table, time};

/// The first page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/")]
pub(crate) struct Overview;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(overview)
}

async fn overview(_: Overview, _viewer: Viewer, State(console): State<Console>) -> Result<Page, Failure> {
    let facts = console.facts().await?;
    let body = body(&facts, console.now(), &console.zone);
    Ok(Page::new(Tab::Overview, Tab::Overview.title(), live("overview", Part::Anything, &Overview, body)))
}

fn body(facts: &Facts, now: Timestamp, zone: &TimeZone) -> Markup {
    let light = judge(facts, now);
    html! {
        p.verdict.(light.color.as_str()) { (light.sentence) }
        div.figures {
            (onec(facts, now, zone))
            (portal(facts, zone))
            (figure("Ждут человека", &number(facts.parked()), html! { "не передано без решения" }, None))
            (figure("Конфликты", &number(facts.conflicts()), html! { "полей изменено с обеих сторон" }, None))
        }
        h2 { "Почему записи ждут человека" }
        @if facts.tallies.needs_person() == 0 {
            (empty("Никто не ждёт: всё, что можно передать, передано."))
        } @else {
            (table("Причины", &[Column::Text("Что"), Column::Text("Причина"), Column::Number("Сколько")], html! {
                @for held in facts.tallies.held.iter().filter(|held| held.kind.needs_person()) {
                    tr { td { (held.kind.title()) } td { (held.code.title()) } td.number { (digits(held.count)) } }
                }
            }))
        }
        h2 { "Очереди" }
        (table("Очереди", &[Column::Text("Что"), Column::Number("Ждут"), Column::Text("Дольше всех")], html! {
            @for queue in &facts.queues {
                tr { td { (queue.kind.title()) } td.number { (digits(queue.waiting)) } td { (oldest(queue, now, zone)) } }
            }
        }))
        h2 { "Контрагенты" }
        (table("Контрагенты", &[Column::Text("Что"), Column::Number("Сколько")], html! {
            tr { td { "Известно Парому" } td.number { (digits(facts.tallies.links)) } }
            tr { td { "Есть и в 1С, и в Битрикс24" } td.number { (digits(facts.tallies.linked)) } }
            tr { td { "Переданы с замечаниями" } td.number { (digits(facts.tallies.with_remarks)) } }
        }))
        @if let Some(reconciled) = &facts.reconciled {
            p.note {
                "Последняя сверка: " (time(reconciled.at, zone)) ", расхождений " (number(reconciled.discrepancies))
                ", из них ждут человека " (number(reconciled.needs_person)) "."
            }
        }
    }
}

fn onec(facts: &Facts, now: Timestamp, zone: &TimeZone) -> Markup {
    let note = html! {
        @match facts.onec_seen {
            Some(at) if now.duration_since(at) <= SILENCE_MAX => { (badge(Stands::Good, "на связи")) " " },
            Some(_) => { (badge(Stands::Bad, "молчит")) " " },
            None => { (badge(Stands::Waits, "не подключена")) " " },
        }
        @if let Some(adapter) = &facts.adapter {
            (adapter.adapter) ", платформа " (adapter.platform)
        }
    };
    html! {
        div.figure {
            div.title { "1С обращалась" }
            div.value {
                @match facts.onec_seen {
                    Some(at) => (ago(at, now, zone)),
                    None => "ещё нет",
                }
            }
            div.note { (note) }
        }
    }
}

fn portal(facts: &Facts, zone: &TimeZone) -> Markup {
    html! {
        div.figure {
            div.title { "Битрикс24" }
            @match &facts.lane {
                Lane::Open => { div.value { "принимает" } div.note { (badge(Stands::Good, "открыто")) } },
                Lane::Stopped { reason, since } => {
                    div.value { "остановлено" }
                    div.note { (badge(Stands::Bad, "стоит")) " с " (time(*since, zone)) ": " (reason) }
                },
            }
        }
    }
}

fn oldest(queue: &Queue, now: Timestamp, zone: &TimeZone) -> Markup {
    html! {
        @match queue.oldest_due {
            Some(at) if at <= now => (ago(at, now, zone)),
            Some(at) => { "ближайшая попытка " (ago(at, now, zone)) },
            None => "—",
        }
    }
}

fn digits(figure: i64) -> String {
    number(figure.unsigned_abs())
}
