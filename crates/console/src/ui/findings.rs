//! What the doctor has found, with its cures.

use engine::{Finding, Severity};
use maud::{Markup, html};

use super::{Column, State, badge, table};

/// A table of findings; `caption` says of what.
pub(crate) fn findings<'f>(caption: &str, findings: impl IntoIterator<Item = &'f Finding>) -> Markup {
    let columns =
        [Column::Text("Что"), Column::Text("Как"), Column::Text("Что нашлось"), Column::Text("Что делать")];
    table(
        caption,
        &columns,
        html! {
            @for finding in findings {
                @let (state, word) = word(finding.severity);
                tr {
                    th scope="row" { (finding.subject) }
                    td { (badge(state, word)) }
                    td { (finding.text) }
                    td { (finding.cure) }
                }
            }
        },
    )
}

/// How bad something is, in a word.
pub(crate) fn word(severity: Severity) -> (State, &'static str) {
    match severity {
        Severity::Good => (State::Good, "в порядке"),
        Severity::Warning => (State::Waits, "внимание"),
        Severity::Bad => (State::Bad, "не работает"),
    }
}
