//! The first load: a file that is uploaded, planned, loaded; or 1C, which shows everything by itself.

mod actions;
mod plan;
mod show;

use axum_extra::routing::TypedPath;
use domain::JobId;
use serde::Deserialize;

use crate::routes::Routes;

/// How counterparties come in at the beginning.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/load")]
pub(crate) struct Load;

/// Takes a file and has it planned.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/load/file")]
pub(crate) struct File;

/// Loads what was planned.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/load/{plan}/apply")]
pub(crate) struct Apply {
    pub(crate) plan: JobId,
}

/// Asks 1C to show everything.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/load/ask")]
pub(crate) struct Ask;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(show::load).upload(actions::file).action(actions::apply).action(actions::ask)
}

pub(crate) use plan::{bad_lines, plan};
