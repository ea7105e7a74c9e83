//! The pages, one file or folder each. How to add one: `PAGES.md`.

pub(crate) mod alerts;
pub(crate) mod audit;
pub(crate) mod documents;
pub(crate) mod events;
pub(crate) mod held;
pub(crate) mod inquiries;
pub(crate) mod jobs;
pub(crate) mod light;
mod listing;
pub(crate) mod load;
pub(crate) mod me;
pub(crate) mod overview;
pub(crate) mod payments;
pub(crate) mod people;
pub(crate) mod reconciliation;
pub(crate) mod records;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod theme;

use crate::assets;
use crate::routes::Routes;
use crate::state::Console;

/// Every page with its routes.
pub(crate) fn all(console: Console) -> Routes {
    [
        alerts::routes,
        assets::routes,
        audit::routes,
        documents::routes,
        events::routes,
        held::routes,
        inquiries::routes,
        jobs::routes,
        light::routes,
        load::routes,
        me::routes,
        overview::routes,
        payments::routes,
        people::routes,
        reconciliation::routes,
        records::routes,
        search::routes,
        settings::routes,
        setup::routes,
        sign_in::routes,
        theme::routes,
    ]
    .into_iter()
    .fold(Routes::new(console), |routes, add| add(routes))
}
