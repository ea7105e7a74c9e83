//! One counterparty: what both sides show, what they agreed on, why, and what has happened to it.

mod actions;
mod history;
mod show;
mod sides;

use axum_extra::routing::TypedPath;
use domain::{DeedId, LinkId};
use serde::Deserialize;

use crate::routes::Routes;

/// A counterparty.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/records/{id}")]
pub(crate) struct Record {
    pub(crate) id: LinkId,
}

/// Older entries of its history.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/records/{id}/history")]
pub(crate) struct History {
    pub(crate) id: LinkId,
}

/// Takes values of either side, field by field.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/records/{id}/choose")]
pub(crate) struct Choose {
    pub(crate) id: LinkId,
}

/// Sends it again.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/records/{id}/send")]
pub(crate) struct SendAgain {
    pub(crate) id: LinkId,
}

/// Parts the two sides.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/records/{id}/unlink")]
pub(crate) struct Unlink {
    pub(crate) id: LinkId,
}

/// Joins it to a company.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/records/{id}/join")]
pub(crate) struct Join {
    pub(crate) id: LinkId,
}

/// Takes a choice back.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/records/{id}/undo/{deed}")]
pub(crate) struct Undo {
    pub(crate) id: LinkId,
    pub(crate) deed: DeedId,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .page(show::record)
        .page(history::history)
        .action(actions::choose)
        .action(actions::send)
        .action(actions::unlink)
        .action(actions::join)
        .action(actions::undo)
}
