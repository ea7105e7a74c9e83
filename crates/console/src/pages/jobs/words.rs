//! What people call jobs, and where they stand.

use engine::{DiscrepancyKind, Progress, Task, Which};
use maud::Markup;
use store::{HeldKind, JobState};

use crate::state::Console;
use crate::text::moment;
use crate::ui::{State as Stands, badge};

/// Where it stands, in a word.
pub(crate) fn standing(progress: &Progress) -> Markup {
    match progress.state {
        JobState::Open if progress.is_cancelled => badge(Stands::Waits, "останавливается"),
        JobState::Open if progress.began_at.is_none() => badge(Stands::Waits, "ждёт начала"),
        JobState::Open => badge(Stands::Waits, "идёт"),
        JobState::Done => badge(Stands::Good, "готово"),
        JobState::Cancelled => badge(Stands::Calm, "остановлено"),
        JobState::Failed => badge(Stands::Bad, "не вышло"),
    }
}

/// What exactly was asked for.
pub(crate) fn subject(console: &Console, progress: &Progress) -> String {
    match &progress.task {
        Some(Task::Retry(which)) => meant(console, which),
        Some(Task::GiveUp { which, why }) => format!("{}. Причина: {why}", meant(console, which)),
        Some(Task::Reconcile { heals, asks_onec }) => {
            let heals = if *heals {
                "с отправкой пропущенного"
            } else {
                "без отправки"
            };
            let asks = if *asks_onec { ", 1С показывает всё снова" } else { "" };
            format!("{heals}{asks}")
        }
        Some(Task::Heal { run, kind }) => {
            let kind = kind.map_or("всё", DiscrepancyKind::title);
            format!("сверка № {run}: {kind}")
        }
        Some(Task::Plan { name, .. }) => name.clone(),
        Some(Task::Load { .. }) => "по плану".to_owned(),
        None => String::new(),
    }
}

fn meant(console: &Console, which: &Which) -> String {
    let kind = which.kind.as_deref().and_then(HeldKind::parse).map(HeldKind::title);
    let reason = which.reason.map(|reason| format!("«{}»", reason.title()));
    let since = which.since.map(|since| format!("ждут с {}", moment(since, &console.zone)));
    let parts: Vec<String> = [kind.map(str::to_owned), reason, since].into_iter().flatten().collect();
    if parts.is_empty() { "всё, что ждёт человека".to_owned() } else { parts.join(", ") }
}
