//! Work that people asked for and that takes its time: a list, how far each is, what it came to.

mod cancel;
mod found;
mod list;
mod show;
mod words;

use axum_extra::routing::TypedPath;
use domain::JobId;
use serde::Deserialize;

use crate::routes::Routes;

/// All jobs.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/jobs")]
pub(crate) struct Jobs;

/// A job.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/jobs/{id}")]
pub(crate) struct Job {
    pub(crate) id: JobId,
}

/// Ends a job.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/jobs/{id}/cancel")]
pub(crate) struct Cancel {
    id: JobId,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(list::jobs).page(show::job).action(cancel::cancel)
}

pub(crate) use show::bar;
pub(crate) use words::{standing, subject};
