//! One counterparty: what both sides show, what they agreed on, what has happened to it.

mod show;

use axum_extra::routing::TypedPath;
use domain::LinkId;
use serde::Deserialize;

use crate::routes::Routes;

/// A counterparty.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/records/{id}")]
pub(crate) struct Record {
    pub(crate) id: LinkId,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(show::record)
}
