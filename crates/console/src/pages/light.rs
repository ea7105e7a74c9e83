//! The traffic light of the header by itself, for pages that stay open.

use axum::extract::State;
use axum_extra::routing::TypedPath;
use maud::Markup;
use serde::Deserialize;

use crate::failure::Failure;
use crate::guard::Viewer;
use crate::light::judge;
use crate::routes::Routes;
use crate::shell::lamp;
use crate::state::Console;

/// The light as it is now.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/light")]
pub(crate) struct LightNow;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(light)
}

async fn light(_: LightNow, _viewer: Viewer, State(console): State<Console>) -> Result<Markup, Failure> {
    let facts = console.facts().await?;
    Ok(lamp(&judge(&facts, console.now())))
}
