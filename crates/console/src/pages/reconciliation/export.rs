//! What a run found, as a table: the same as `parom reconcile --csv` and `--xlsx` write.

use axum::extract::State;
use axum::response::Response;
use axum_extra::extract::Query;
use engine::kept_discrepancies;

use super::{Csv, Wanted, Xlsx, run};
use crate::discrepancies::{HEADS, SHEET, rows};
use crate::download::{EXPORT_MAX, Kind};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::state::Console;

/// Differences that are read together.
const PAGE: usize = 500;

pub(super) async fn csv(
    Csv { run }: Csv,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    table(&console, run, &wanted, Kind::Csv).await
}

pub(super) async fn xlsx(
    Xlsx { run }: Xlsx,
    _viewer: Viewer,
    State(console): State<Console>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    table(&console, run, &wanted, Kind::Xlsx).await
}

async fn table(console: &Console, id: i64, wanted: &Wanted, kind: Kind) -> Result<Response, Failure> {
    let known = run::known(console, id).await?;
    let mut export = console.export(kind, SHEET, HEADS)?;
    let (mut after, mut left) = (0, EXPORT_MAX);
    while left > 0 {
        let page = kept_discrepancies(&console.store, id, wanted.filter(), after, PAGE.min(left)).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        left -= page.len();
        for kept in &page {
            for cells in rows(&kept.discrepancy, &console.zone) {
                export.row(&cells)?;
            }
        }
    }
    let day = known.started_at.to_zoned_datetime(console.zone.clone()).date();
    export.send(&format!("Сверка {day}")).await
}
