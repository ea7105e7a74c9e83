//! The page of a deal.

use axum::extract::State;
use maud::html;

use super::Inquiry;
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::page::Page;
use crate::state::Console;
use crate::ui::key_values;

pub(super) async fn inquiry(
    Inquiry { deal }: Inquiry,
    _viewer: Viewer,
    State(console): State<Console>,
) -> Result<Page, Failure> {
    let body = key_values(&[(
        "Сделка в Битрикс24",
        html! { a href=(console.deal(deal)) rel="noreferrer" { (deal) } },
    )]);
    Ok(Page::beside(format!("Сделка № {deal}"), body))
}
