//! What a run found is kept, so that it can be shown, exported and healed later.

use store::{RunFigure, RunFilter, RunProgress, RunRow, Store, StoreError};

use super::{Discrepancy, DiscrepancyKind, Reconciliation, Standing};

/// Pages without a difference after which people are shown how far the run is.
const QUIET_PAGES: u64 = 20;

/// A difference that a run found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDiscrepancy {
    /// Its place in the run: the next page begins after it.
    pub position: i64,
    /// The difference, as it was then.
    pub discrepancy: Discrepancy,
}

/// Which differences of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiscrepancyFilter {
    /// Only of this kind.
    pub kind: Option<DiscrepancyKind>,
    /// Only that stand like this.
    pub standing: Option<Standing>,
    /// Only those for which a person is needed.
    pub needs_person: bool,
}

/// The next `limit` differences of a run after the place `after` (0: from the first). What another version has kept and
/// nobody can read any more is left out.
pub async fn kept_discrepancies(
    store: &Store,
    run: i64,
    filter: DiscrepancyFilter,
    after: i64,
    limit: usize,
) -> Result<Vec<KeptDiscrepancy>, StoreError> {
    let filter = RunFilter {
        kind: filter.kind.map(|kind| kind.as_str().to_owned()),
        standing: filter.standing.map(|standing| standing.as_str().to_owned()),
        needs_person: filter.needs_person,
    };
    let rows = store.reconcile_rows(run, &filter, after, limit).await?;
    let read = |row: RunRow| {
        let discrepancy = serde_json::from_str(&row.body).ok()?;
        Some(KeptDiscrepancy { position: row.position, discrepancy })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

impl Reconciliation<'_> {
    /// The number of the run under which everything is kept.
    pub fn run(&self) -> i64 {
        self.run
    }

    pub(super) async fn keep(&mut self, found: &[Discrepancy]) -> Result<(), StoreError> {
        self.quiet_pages = if found.is_empty() { self.quiet_pages + 1 } else { 0 };
        if !self.quiet_pages.is_multiple_of(QUIET_PAGES) {
            return Ok(());
        }
        self.write_down(found, false).await
    }

    pub(super) async fn write_down(&self, found: &[Discrepancy], has_ended: bool) -> Result<(), StoreError> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let figures = self.figures.iter().map(|((kind, standing), count)| RunFigure {
            kind: kind.as_str().to_owned(),
            standing: standing.as_str().to_owned(),
            count: number(*count),
        });
        let progress = RunProgress {
            looked: number(self.looked),
            needs_person: number(self.needs_person),
            found: number(self.figures.values().sum()),
            figures: figures.collect(),
            has_ended,
        };
        let rows: Vec<RunRow> = found.iter().map(row).collect();
        let mut write = self.engine.store.begin().await?;
        write.keep_reconcile_rows(self.run, &rows, &progress, self.engine.clock.now()).await?;
        write.commit().await
    }
}

fn row(discrepancy: &Discrepancy) -> RunRow {
    RunRow {
        position: 0,
        kind: discrepancy.kind.as_str().to_owned(),
        standing: discrepancy.standing.as_str().to_owned(),
        needs_person: discrepancy.needs_person,
        link: discrepancy.link,
        title: discrepancy.title.clone(),
        body: serde_json::to_string(discrepancy).expect("texts, numbers and moments have a JSON"),
    }
}
