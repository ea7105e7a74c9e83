//! What waits: grouped by cause, a list of each group, and what people do about it.

mod actions;
mod all;
mod export;
mod group;
mod groups;

use axum_extra::routing::TypedPath;
use domain::ReasonCode;
use serde::Deserialize;
use store::{Held, HeldFilter, HeldKind};

use crate::failure::Failure;
use crate::pages::inquiries::Inquiry;
use crate::pages::records::Record;
use crate::routes::Routes;
use crate::state::Console;

/// All causes.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/held")]
pub(crate) struct Groups;

/// Tries everything again that is somebody's task.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/held/retry")]
pub(crate) struct RetryEverything;

/// What waits for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TypedPath)]
#[typed_path("/held/{kind}/{code}")]
pub(crate) struct Group {
    kind: String,
    code: String,
}

/// Defines addresses below that of a group.
macro_rules! of_group {
    ($( $(#[$doc:meta])* $name:ident = $path:literal; )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, TypedPath)]
        #[typed_path($path)]
        pub(crate) struct $name {
            kind: String,
            code: String,
        }

        impl $name {
            fn of(group: &Group) -> Self {
                Self { kind: group.kind.clone(), code: group.code.clone() }
            }

            fn group(&self) -> Group {
                Group { kind: self.kind.clone(), code: self.code.clone() }
            }
        }
    )* };
}

of_group! {
    /// Tries one of a group again.
    Retry = "/held/{kind}/{code}/retry";
    /// Gives one of a group up.
    GiveUp = "/held/{kind}/{code}/give-up";
    /// Tries all of a group again.
    RetryAll = "/held/{kind}/{code}/retry-all";
    /// Gives all of a group up.
    GiveUpAll = "/held/{kind}/{code}/give-up-all";
    /// A group as a table for every program.
    Csv = "/held/{kind}/{code}/export.csv";
    /// A group as a table for Excel.
    Xlsx = "/held/{kind}/{code}/export.xlsx";
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .page(groups::groups)
        .page(group::group)
        .page(export::csv)
        .page(export::xlsx)
        .action(actions::retry)
        .action(actions::give_up)
        .action(all::retry_everything)
        .action(all::retry_all)
        .action(all::give_up_all)
}

impl Group {
    /// The page of what waits like this.
    pub(crate) fn of(kind: HeldKind, code: ReasonCode) -> Self {
        Self { kind: kind.as_str().to_owned(), code: code.as_str().to_owned() }
    }

    fn filter(&self) -> Result<HeldFilter, Failure> {
        let kind = HeldKind::parse(&self.kind);
        let code = ReasonCode::parse(&self.code);
        match (kind, code) {
            (Some(kind), Some(code)) => Ok(HeldFilter::group(kind, code)),
            _ => Err(Failure::not_found("такой причины нет; откройте список причин заново")),
        }
    }
}

/// The page of the console that shows the record, or the card in the portal where there is none.
fn leads_to(console: &Console, held: &Held) -> Option<String> {
    match (held.link, held.deal_id, held.company_id) {
        (Some(id), _, _) => Some(Record { id }.to_string()),
        (None, Some(deal), _) => Some(Inquiry { deal }.to_string()),
        (None, None, Some(company)) => Some(console.company(company)),
        (None, None, None) => None,
    }
}
