//! Who may use the console: added, given a role, blocked, given a new password by administrators.

mod actions;
mod show;

use axum_extra::routing::TypedPath;
use domain::UserId;
use serde::Deserialize;

use crate::routes::Routes;

/// Everybody.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/people")]
pub(crate) struct People;

/// Adds somebody.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/people/add")]
pub(crate) struct AddPerson;

/// Gives somebody another role.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/people/{id}/role")]
pub(crate) struct SetRole {
    id: UserId,
}

/// Blocks somebody or lets him in again.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/people/{id}/block")]
pub(crate) struct SetBlocked {
    id: UserId,
}

/// Gives somebody a made-up password.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/people/{id}/password")]
pub(crate) struct ResetPassword {
    id: UserId,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .page(show::people)
        .action(actions::add)
        .action(actions::set_role)
        .action(actions::set_blocked)
        .action(actions::reset_password)
}
