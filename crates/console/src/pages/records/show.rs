//! The page of a counterparty.

use axum::extract::State;
use domain::Link;
use maud::{Markup, html};

use super::Record;
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::page::Page;
use crate::state::Console;
use crate::ui::key_values;

pub(super) async fn record(
    Record { id }: Record,
    _viewer: Viewer,
    State(console): State<Console>,
) -> Result<Page, Failure> {
    let link = console.store.link(id).await?;
    let link = link.ok_or_else(|| Failure::not_found("такого контрагента Паром не знает"))?;
    Ok(Page::beside(title(&link), body(&console, &link)))
}

fn body(console: &Console, link: &Link) -> Markup {
    key_values(&[
        ("Код в 1С", html! { (link.onec_code.as_deref().unwrap_or("—")) }),
        (
            "Компания в Битрикс24",
            html! {
                @match link.company_id {
                    Some(company) => a href=(console.company(company)) rel="noreferrer" { (company) },
                    None => "ещё нет",
                }
            },
        ),
    ])
}

/// The name that people know it by.
fn title(link: &Link) -> String {
    let shown = [&link.onec, &link.bitrix].into_iter().flatten();
    let name = shown.map(|shown| shown.snapshot.title()).find(|name| !name.is_empty());
    name.unwrap_or("Контрагент без названия").to_owned()
}
