//! A deal and its «Запрос»: what 1C has of it, its documents, what was paid.

mod show;

use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::routes::Routes;

/// A deal.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/inquiries/{deal}")]
pub(crate) struct Inquiry {
    pub(crate) deal: i64,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(show::inquiry)
}
