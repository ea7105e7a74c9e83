//! Where the way of a deal to 1C stands, in a word and in a sentence.

use domain::Reason;
use maud::{Markup, html};
use store::{HeldKind, InquiryRow, InquiryState};

use crate::pages::held::Group;
use crate::ui::{State as Stands, badge};

/// A word.
pub(super) fn word(row: &InquiryRow) -> Markup {
    match &row.state {
        InquiryState::Due { .. } => badge(Stands::Waits, "в очереди в 1С"),
        InquiryState::Handed { .. } => badge(Stands::Waits, "отдана 1С"),
        InquiryState::Waits(_) => badge(Stands::Waits, "ждёт"),
        InquiryState::Rejected(_) => badge(Stands::Bad, "1С отклонила"),
        InquiryState::Dropped(_) => badge(Stands::Calm, "снята с передачи"),
        InquiryState::Still if row.is_known_to_onec() => badge(Stands::Good, "принята 1С"),
        InquiryState::Still => badge(Stands::Calm, "не передаётся"),
    }
}

/// What waits, for what, and what to do.
pub(super) fn sentence(row: &InquiryRow) -> String {
    match &row.state {
        InquiryState::Due { .. } => "1С возьмёт сделку при ближайшем опросе.".to_owned(),
        InquiryState::Handed { .. } => {
            "Сделка отдана 1С; ждём квитанцию. Если её не будет, сделка отдаётся снова.".to_owned()
        }
        InquiryState::Waits(reason) | InquiryState::Rejected(reason) => reason.text.clone(),
        InquiryState::Dropped(reason) => {
            format!(
                "1С её отклонила, и её сняли с передачи: {}. Следующее изменение сделки отправит её снова.",
                reason.text
            )
        }
        InquiryState::Still if row.is_gone => "Сделка удалена в Битрикс24.".to_owned(),
        InquiryState::Still if row.is_known_to_onec() => {
            "1С приняла сделку такой, какой её показывает Битрикс24.".to_owned()
        }
        InquiryState::Still if row.snapshot.is_none() => {
            "1С назвала эту сделку, а Битрикс24 её ещё не показал.".to_owned()
        }
        InquiryState::Still => {
            "В 1С не передаётся: сделка проиграна или её воронка не выбрана в настройках.".to_owned()
        }
    }
}

/// The cause for which it is held up, with its group.
pub(super) fn cause(row: &InquiryRow) -> Option<(&Reason, HeldKind)> {
    match &row.state {
        InquiryState::Waits(reason) => Some((reason, HeldKind::InquiryWaiting)),
        InquiryState::Rejected(reason) => Some((reason, HeldKind::Inquiry)),
        _ => None,
    }
}

/// The way to all that wait for the same.
pub(super) fn others(reason: &Reason, kind: HeldKind) -> Markup {
    html! { a.note href=(Group::of(kind, reason.code)) { "все с этой причиной" } }
}
