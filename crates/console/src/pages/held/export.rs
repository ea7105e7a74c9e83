//! A group as a table, for those who work through it elsewhere.

use axum::extract::State;
use axum::response::Response;
use axum_extra::extract::Query;
use store::Held;

use super::group::Wanted;
use super::{Csv, Group, Xlsx};
use crate::download::{EXPORT_MAX, Kind};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::state::Console;
use crate::text::moment;

const HEADS: &[&str] = &[
    "Запись",
    "Причина",
    "Что случилось и что делать",
    "Ждёт с",
    "Компания в Битрикс24",
    "Сделка в Битрикс24",
];

/// Records that are read together.
const PAGE: usize = 500;

pub(super) async fn csv(
    address: Csv,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    table(&console, &address.group(), &wanted, Kind::Csv).await
}

pub(super) async fn xlsx(
    address: Xlsx,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    table(&console, &address.group(), &wanted, Kind::Xlsx).await
}

async fn table(console: &Console, group: &Group, wanted: &Wanted, kind: Kind) -> Result<Response, Failure> {
    let filter = wanted.of(group, console)?;
    let mut export = console.export(kind, "Ждут", HEADS)?;
    let (mut after, mut left) = (None, EXPORT_MAX);
    while left > 0 {
        let page = console.store.held(&filter, after, PAGE.min(left)).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.place());
        left -= page.len();
        for held in &page {
            export.row(&cells(console, held))?;
        }
    }
    export.send(&format!("{} {}", filter.code.title(), console.today())).await
}

fn cells(console: &Console, held: &Held) -> [String; 6] {
    let number = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    [
        held.title.clone(),
        held.reason.code.title().to_owned(),
        held.reason.text.clone(),
        moment(held.since, &console.zone),
        number(held.company_id),
        number(held.deal_id),
    ]
}
