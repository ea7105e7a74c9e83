//! What both sides show, compared: begun by a person, watched, read by what is wrong, put right, taken away.

mod actions;
mod export;
mod print;
mod row;
mod run;
mod runs;

use axum_extra::routing::TypedPath;
use engine::{DiscrepancyFilter, DiscrepancyKind, Standing};
use serde::{Deserialize, Serialize};

use crate::page::link;
use crate::routes::Routes;

/// All runs, and the one under way.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/reconciliation")]
pub(crate) struct Reconciliation;

/// Begins a run.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/reconciliation")]
pub(crate) struct Start;

/// A run.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/reconciliation/{run}")]
pub(crate) struct Run {
    pub(crate) run: i64,
}

/// Sends what a run found and nobody carries.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/reconciliation/{run}/heal")]
pub(crate) struct Heal {
    run: i64,
}

/// A run to be printed.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/reconciliation/{run}/print")]
pub(crate) struct Print {
    run: i64,
}

/// A run as a table for every program.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/reconciliation/{run}/export.csv")]
pub(crate) struct Csv {
    run: i64,
}

/// A run as a table for Excel.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/reconciliation/{run}/export.xlsx")]
pub(crate) struct Xlsx {
    run: i64,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .page(runs::runs)
        .page(run::run)
        .page(print::print)
        .page(export::csv)
        .page(export::xlsx)
        .action(actions::start)
        .action(actions::heal)
}

/// Which differences of a run, as its address says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) standing: String,
    /// «yes»: only those for which a person is needed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) person: String,
    /// The place of the last row that was shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) after: String,
}

impl Wanted {
    fn kind(&self) -> Option<DiscrepancyKind> {
        DiscrepancyKind::parse(&self.kind)
    }

    fn standing(&self) -> Option<Standing> {
        Standing::parse(&self.standing)
    }

    fn filter(&self) -> DiscrepancyFilter {
        DiscrepancyFilter { kind: self.kind(), standing: self.standing(), needs_person: self.person == "yes" }
    }

    fn is_all(&self) -> bool {
        self.filter() == DiscrepancyFilter::default()
    }

    /// In words, for heads of files and prints.
    fn in_words(&self) -> String {
        let kind = self.kind().map(DiscrepancyKind::title);
        let standing = self.standing().map(Standing::title);
        let person = (self.person == "yes").then_some("нужен человек");
        let parts: Vec<&str> = [kind, standing, person].into_iter().flatten().collect();
        if parts.is_empty() { "все расхождения".to_owned() } else { parts.join(", ") }
    }
}

impl Run {
    /// What a run found of a kind that stands like this.
    pub(crate) fn of(self, kind: &str, standing: &str) -> String {
        link(self, Wanted { kind: kind.to_owned(), standing: standing.to_owned(), ..Wanted::default() })
    }

    /// That for which a person is needed.
    pub(crate) fn for_people(self) -> String {
        link(self, Wanted { person: "yes".to_owned(), ..Wanted::default() })
    }
}
