//! The way from nothing to a running Parom. Where each step stands is read from how things are, so the page can be left
//! and returned to. What has to be known before there are any settings is asked by `first_start`.

mod actions;
mod onec;
mod show;
mod way;

use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::routes::Routes;

/// The way.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/setup")]
pub(crate) struct Setup;

/// Has the portal looked at anew.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/setup/look")]
pub(crate) struct LookAgain;

/// Makes what the portal lacks.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/setup/fields")]
pub(crate) struct MakeFields;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(show::setup).action(actions::look_again).action(actions::make_fields)
}

pub(crate) use onec::to_type_in;
