//! The first page: whether 1C and Bitrix24 agree, what waits, what needs somebody.

use axum::extract::State;
use axum_extra::routing::TypedPath;
use domain::{Date, Role, Side, Timestamp};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;
use store::{ActivityDay, BridgeStanding, Happened, HeldKind, Lane, Queue, Subject};

use crate::facts::Facts;
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::hub::Part;
use crate::light::{SILENCE_MAX, judge};
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::held::{Group, Groups};
use crate::pages::reconciliation::Reconciliation;
use crate::pages::setup::Setup;
use crate::routes::Routes;
use crate::state::Console;
use crate::text::number;
use crate::ui::{Column, State as Stands, ago, badge, chart, empty, figure, live, table, time};

/// The first page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/")]
pub(crate) struct Overview;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(overview)
}

/// Days of the chart, besides today.
const DAYS: u32 = 30;

async fn overview(_: Overview, viewer: Viewer, State(console): State<Console>) -> Result<Page, Failure> {
    let sight = Sight {
        console: &console,
        facts: &*console.facts().await?,
        bridge: console.store.bridge().await?,
        days: console.store.activity(console.now(), DAYS, &console.zone).await?,
        now: console.now(),
        is_administrator: viewer.may(Role::Administrator),
    };
    let body = live("overview", Part::Anything, &Overview, sight.body());
    Ok(Page::new(Tab::Overview, Tab::Overview.title(), body))
}

/// Everything that one look shall tell.
struct Sight<'s> {
    console: &'s Console,
    facts: &'s Facts,
    bridge: Option<BridgeStanding>,
    /// The oldest first; the last one is today.
    days: Vec<ActivityDay>,
    now: Timestamp,
    is_administrator: bool,
}

impl Sight<'_> {
    fn body(&self) -> Markup {
        let (facts, zone) = (self.facts, &self.console.zone);
        let light = judge(facts, self.now);
        let conflicts = facts.tallies.held.iter().find(|held| held.kind == HeldKind::Conflict);
        html! {
            p.verdict.(light.color.as_str()) { (light.sentence) }
            @if !facts.is_set_up() {
                p {
                    @if self.is_administrator { a.button href=(Setup) { "Продолжить настройку" } }
                    @else { "Настройку закончит администратор." }
                }
            }
            div.figures {
                (onec(facts, self.now, zone))
                (self.portal())
                (figure("Ждут человека", &number(facts.parked()), html! { "не передано без решения" }, Some(Groups.to_string())))
                (figure("Конфликты", &number(facts.conflicts()), html! { "полей изменено с обеих сторон" },
                    conflicts.map(|held| Group::of(held.kind, held.code).to_string())))
            }
            div.columns {
                section { (self.today()) }
                section { (self.queues()) }
            }
            (self.causes())
            (self.month())
            h2 { "Контрагенты" }
            (table("Контрагенты", &[Column::Text("Что"), Column::Number("Сколько")], html! {
                tr { td { "Известно Парому" } td.number { (digits(facts.tallies.links)) } }
                tr { td { "Есть и в 1С, и в Битрикс24" } td.number { (digits(facts.tallies.linked)) } }
                tr { td { "Переданы с замечаниями" } td.number { (digits(facts.tallies.with_remarks)) } }
            }))
            @if let Some(reconciled) = &facts.reconciled {
                p.note {
                    a href=(Reconciliation) { "Последняя сверка" } ": " (time(reconciled.at, zone)) ", расхождений " (number(reconciled.discrepancies))
                    ", из них ждут человека " (number(reconciled.needs_person)) "."
                }
            }
        }
    }

    fn portal(&self) -> Markup {
        let zone = &self.console.zone;
        let health = self.console.engine.portal_health();
        html! {
            div.figure {
                div.title { "Битрикс24" }
                @match (&self.facts.lane, &health.failure, health.latency) {
                    (Lane::Stopped { reason, since }, _, _) => {
                        div.value { "остановлено" }
                        div.note { (badge(Stands::Bad, "стоит")) " с " (time(*since, zone)) ": " (reason) }
                    },
                    (Lane::Open, Some(failure), _) => {
                        div.value { "не отвечает" }
                        div.note { (badge(Stands::Bad, "нет связи")) " с " (time(failure.since, zone)) ": " (failure.text) }
                    },
                    (Lane::Open, None, Some(latency)) => {
                        div.value { (latency.as_millis()) " мс" }
                        div.note { (badge(Stands::Good, "отвечает")) " " (self.module()) }
                    },
                    (Lane::Open, None, None) => {
                        div.value { "ещё не спрашивали" }
                        div.note { (self.module()) }
                    },
                }
            }
        }
    }

    /// The box module, in half a sentence.
    fn module(&self) -> Markup {
        html! {
            @match &self.bridge {
                Some(BridgeStanding { said: Some(module), absence: None, .. }) => { "модуль " (module.version) },
                Some(BridgeStanding { said: Some(_), absence: Some(_), .. }) => "модуль перестал отвечать: проверьте настройки",
                Some(_) | None => "модуль портала не установлен",
            }
        }
    }

    /// What went across today, by kinds.
    fn today(&self) -> Markup {
        let columns = [Column::Text("Что"), Column::Number("в Битрикс24"), Column::Number("в 1С")];
        html! {
            h2 { "Передано сегодня" }
            (table("Передано сегодня", &columns, html! {
                @for subject in Subject::ALL {
                    tr {
                        td { (subject.title()) }
                        @for side in [Side::Bitrix, Side::OneC] {
                            td.number { (digits(self.days.last().map_or(0, |day| crossed(day, Some(subject), side)))) }
                        }
                    }
                }
            }))
        }
    }

    fn queues(&self) -> Markup {
        html! {
            h2 { "Очереди" }
            @if self.facts.queues.iter().all(|queue| queue.waiting == 0) {
                (empty("Пусто: всё передано."))
            } @else {
                (table("Очереди", &[Column::Text("Что"), Column::Number("Ждут"), Column::Text("Дольше всех")], html! {
                    @for queue in self.facts.queues.iter().filter(|queue| queue.waiting > 0) {
                        tr {
                            td { (queue.kind.title()) }
                            td.number { (digits(queue.waiting)) }
                            td { (oldest(queue, self.now, &self.console.zone)) }
                        }
                    }
                }))
            }
        }
    }

    fn causes(&self) -> Markup {
        let columns = [Column::Text("Причина"), Column::Text("Что"), Column::Number("Сколько")];
        html! {
            h2 { "Почему записи ждут человека" }
            @if self.facts.tallies.needs_person() == 0 {
                (empty("Никто не ждёт: всё, что можно передать, передано."))
            } @else {
                (table("Причины", &columns, html! {
                    @for held in self.facts.tallies.held.iter().filter(|held| held.kind.needs_person()) {
                        tr {
                            td { a href=(Group::of(held.kind, held.code)) { (held.code.title()) } }
                            td { (held.kind.title()) }
                            td.number { (digits(held.count)) }
                        }
                    }
                }))
            }
        }
    }

    /// The last days, the newest first: a chart for those who see it, a table for all.
    fn month(&self) -> Markup {
        let columns = [
            Column::Text("День"),
            Column::Number("В Битрикс24"),
            Column::Number("В 1С"),
            Column::Number("Ждали человека"),
        ];
        html! {
            h2 { "За последние 30 дней" }
            details.month open {
                summary { "По дням" }
                (chart("Передано по дням", &columns, html! {
                    @for day in self.days.iter().rev() {
                        tr {
                            td { time datetime=(day.day) { (date(day.day)) } }
                            td.number { (digits(crossed(day, None, Side::Bitrix))) }
                            td.number { (digits(crossed(day, None, Side::OneC))) }
                            td.number { (digits(day.count(None, None, Some(Happened::Parked)))) }
                        }
                    }
                }))
            }
        }
    }
}

/// How much a side took; what it had to change nothing for does not count.
fn crossed(day: &ActivityDay, subject: Option<Subject>, side: Side) -> i64 {
    let took = [Happened::Created, Happened::Linked, Happened::Updated];
    took.into_iter().map(|happened| day.count(subject, Some(side), Some(happened))).sum()
}

fn date(day: Date) -> String {
    day.strftime("%d.%m.%Y").to_string()
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
