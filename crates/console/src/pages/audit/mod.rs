//! Who did what.

use axum::extract::State;
use axum_extra::extract::Query;
use axum_extra::routing::TypedPath;
use domain::AuditId;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::{AuditEntry, AuditFilter, AuditResult};

use crate::audit::Act;
use crate::failure::Failure;
use crate::guard::Administrator;
use crate::nav::Tab;
use crate::page::{Page, link};
use crate::routes::Routes;
use crate::state::Console;
use crate::text::browser;
use crate::ui::{
    Choice, Column, Field, State as Stands, badge, choice, empty, field, pager, search, submit, table, time,
    toolbar,
};

/// The list of actions.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/audit")]
pub(crate) struct Audit;

impl Audit {
    /// What one login did.
    pub(crate) fn of_login(self, login: &str) -> String {
        let wanted = Wanted { login: login.to_owned(), ..Wanted::default() };
        link(self, wanted)
    }
}

/// Entries of a page.
const PAGE: usize = 100;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    login: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    act: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    before: String,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(audit)
}

async fn audit(
    _: Audit,
    _admin: Administrator,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, Failure> {
    let login = wanted.login.trim().to_lowercase();
    let filter = AuditFilter {
        login: (!login.is_empty()).then_some(login),
        act: Act::parse(&wanted.act).map(|act| act.as_str().to_owned()),
    };
    let before: Option<AuditId> = wanted.before.parse().ok();
    let entries = console.store.audit_entries(&filter, before, PAGE + 1).await?;
    Ok(Page::new(Tab::Audit, "Журнал действий", body(&console, &wanted, &entries)))
}

fn body(console: &Console, wanted: &Wanted, entries: &[AuditEntry]) -> Markup {
    let (shown, rest) = entries.split_at(entries.len().min(PAGE));
    let at = |before: &str| link(Audit, Wanted { before: before.to_owned(), ..wanted.clone() });
    let next = shown.last().filter(|_| !rest.is_empty()).map(|last| at(&last.id.to_string()));
    let first = (!wanted.before.is_empty()).then(|| at(""));
    let all = Choice { value: "", title: "все действия", is_chosen: wanted.act.is_empty() };
    let acts = Act::ALL.iter().map(|act| Choice {
        value: act.as_str(),
        title: act.title(),
        is_chosen: wanted.act == act.as_str(),
    });
    let filter = html! {
        (field("Логин", "login", "search", &wanted.login, Field { max: Some(64), ..Field::default() }))
        (choice("Действие", "act", std::iter::once(all).chain(acts)))
        (submit("Показать"))
    };
    let columns = [
        Column::Text("Когда"),
        Column::Text("Кто"),
        Column::Text("Действие"),
        Column::Text("Над чем"),
        Column::Text("Исход"),
        Column::Text("Откуда"),
    ];
    html! {
        (toolbar(search(&Audit, filter)))
        @if shown.is_empty() {
            (empty("Таких действий нет."))
        } @else {
            (table("Действия", &columns, html! { @for entry in shown { (row(console, entry)) } }))
        }
        (pager(first, next))
    }
}

fn row(console: &Console, entry: &AuditEntry) -> Markup {
    let (stands, word) = match entry.result {
        AuditResult::Done => (Stands::Good, "сделано"),
        AuditResult::Refused => (Stands::Waits, "отказано"),
        AuditResult::Failed => (Stands::Bad, "не вышло"),
        AuditResult::Begun => (Stands::Waits, "начато"),
    };
    html! {
        tr {
            td { (time(entry.at, &console.zone)) }
            td { @if entry.login.is_empty() { "—" } @else { a href=(Audit.of_login(&entry.login)) { (entry.login) } } }
            td { @match Act::parse(&entry.act) { Some(act) => (act.title()), None => (entry.act) } }
            td { (entry.subject) }
            td { (badge(stands, word)) @if !entry.detail.is_empty() { " " (browser(&entry.detail)) } }
            td { (entry.address) }
        }
    }
}
