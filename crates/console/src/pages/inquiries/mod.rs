//! A deal and its «Запрос»: what 1C has of it, its documents, what was paid.

mod actions;
mod deal;
mod history;
mod list;
mod papers;
mod sides;
mod standing;

use axum_extra::routing::TypedPath;
use maud::{Markup, html};
use serde::Deserialize;

use crate::pages::documents::Documents;
use crate::pages::payments::Payments;
use crate::routes::Routes;

/// All deals that are, or may become, a «Запрос».
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/inquiries")]
pub(crate) struct Inquiries;

/// A deal.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/inquiries/{deal}")]
pub(crate) struct Inquiry {
    pub(crate) deal: i64,
}

/// Sends a deal to 1C again.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/inquiries/{deal}/send")]
pub(crate) struct SendAgain {
    deal: i64,
}

/// Shows the deal again what 1C told.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/inquiries/{deal}/show")]
pub(crate) struct ShowAgain {
    deal: i64,
}

/// Tries again what of a deal waits.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/inquiries/{deal}/retry")]
pub(crate) struct Retry {
    deal: i64,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .page(list::inquiries)
        .page(deal::inquiry)
        .action(actions::send)
        .action(actions::show)
        .action(actions::retry)
}

/// What belongs together: deals, what was printed for them, what was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Deals.
    Inquiries,
    /// ТКП, Договор, Счёт.
    Documents,
    /// Payments.
    Payments,
}

/// The way from one of them to the others.
pub(crate) fn sections(here: Section) -> Markup {
    let sections = [
        (Section::Inquiries, "Запросы", Inquiries.to_string()),
        (Section::Documents, "Документы", Documents.to_string()),
        (Section::Payments, "Оплаты", Payments.to_string()),
    ];
    html! {
        nav.tabs.inner aria-label="Запросы, документы, оплаты" {
            ul {
                @for (section, title, href) in sections {
                    li { a href=(href) aria-current=[(section == here).then_some("page")] { (title) } }
                }
            }
        }
    }
}
