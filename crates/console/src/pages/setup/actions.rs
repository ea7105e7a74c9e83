//! What administrators do on the way.

use axum::extract::State;
use engine::{EngineError, SetupReport};
use maud::{Markup, html};

use super::{LookAgain, MakeFields, Setup};
use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::Administrator;
use crate::nav::Tab;
use crate::page::Page;
use crate::state::Console;

/// The page that is shown next begins to look, and tells when it is over.
pub(super) async fn look_again(
    _: LookAgain,
    admin: Administrator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let audit = admin.begin(&console, Act::Examined, "портал").await?;
    console.looks.forget();
    audit.done(&Setup, "портал проверяется").await
}

/// As `parom setup` does. Doing it twice makes nothing the second time.
pub(super) async fn make_fields(
    _: MakeFields,
    admin: Administrator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let audit = admin.begin(&console, Act::MadeFields, "").await?;
    let Ok(_making) = console.looks.making.try_lock() else {
        return audit.refused(&Setup, "поля уже создаются; подождите и обновите страницу").await;
    };
    let made = console.engine.setup().await;
    // Also after an error: a part may have been made.
    console.looks.forget();
    match made {
        Ok(report) => {
            let what = format!(
                "создано {}, было на месте {}, не сделано {}",
                report.made.len(),
                report.found,
                report.left.len()
            );
            audit.done_with(&what, Page::new(Tab::Setup, "Поля в портале", told(&report))).await
        }
        Err(EngineError::Store(error)) => Err(error.into()),
        Err(error) => audit.refused(&Setup, format!("поля созданы не все: {error}")).await,
    }
}

fn told(report: &SetupReport) -> Markup {
    html! {
        @if report.made.is_empty() && report.left.is_empty() { p { "В портале уже есть всё, что нужно Парому." } }
        @if !report.made.is_empty() {
            h2 { "Создано" }
            ul { @for made in &report.made { li { (made) } } }
        }
        @if !report.left.is_empty() {
            h2 { "Не сделано" }
            ul { @for left in &report.left { li { (left) } } }
        }
        p { "Было на месте: " (report.found) "." }
        p { a.button href=(Setup) { "Дальше" } }
    }
}
