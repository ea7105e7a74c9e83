//! What 1C printed: a list, and the files themselves.

mod file;
mod list;

use axum_extra::routing::TypedPath;
use domain::OneCRef;
use maud::{Markup, html};
use serde::Deserialize;
use store::DocumentRow;

use crate::routes::Routes;
use crate::ui::{State as Stands, badge};

/// All documents.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/documents")]
pub(crate) struct Documents;

/// The PDF of a document.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/documents/{onec_ref}")]
pub(crate) struct File {
    pub(crate) onec_ref: OneCRef,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(list::documents).page(file::file)
}

/// What the link to the file says.
pub(crate) fn file_title(row: &DocumentRow) -> String {
    if row.file_name.is_empty() { format!("{}.pdf", row.title()) } else { row.file_name.clone() }
}

/// Whether the file stands in the deal, or what it waits for.
pub(crate) fn standing(row: &DocumentRow) -> Markup {
    let is_current = |digest: &str| row.content.is_some_and(|(content, _)| content.to_string() == digest);
    match (&row.placed, row.waits()) {
        (Some(_), _) if row.is_deleted => badge(Stands::Waits, "удалён в 1С, убирается из сделки"),
        (None, _) if row.is_deleted => badge(Stands::Calm, "удалён в 1С"),
        (_, Some(reason)) => html! { (badge(Stands::Waits, reason.code.title())) div.note { (reason.text) } },
        (Some(placed), None) if is_current(&placed.digest) => badge(Stands::Good, "в сделке"),
        (Some(_), None) => badge(Stands::Waits, "в сделке прежняя версия, новая в пути"),
        (None, None) => badge(Stands::Waits, "передаётся в сделку"),
    }
}
