//! What people do with the reconciliation.

use axum::extract::State;
use axum_extra::extract::Form;
use engine::{By, DiscrepancyKind, Task};
use serde::Deserialize;

use super::{Heal, Reconciliation, Run, Start};
use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::Operator;
use crate::pages::jobs::Job;
use crate::state::Console;

/// Boxes that are ticked; browsers leave out the others.
#[derive(Deserialize)]
pub(super) struct How {
    heals: Option<String>,
    asks_onec: Option<String>,
}

pub(super) async fn start(
    _: Start,
    operator: Operator,
    State(console): State<Console>,
    Form(how): Form<How>,
) -> Result<Acted, Failure> {
    let task = Task::Reconcile { heals: how.heals.is_some(), asks_onec: how.asks_onec.is_some() };
    let audit = operator.begin(&console, Act::Reconciled, "").await?;
    match console.engine.start(task, &by(&operator)).await {
        Ok(_) => audit.done(&Reconciliation, "сверка начата").await,
        Err(error) => audit.not_done(&Reconciliation, error).await,
    }
}

#[derive(Deserialize)]
pub(super) struct What {
    /// Empty: everything.
    kind: String,
}

pub(super) async fn heal(
    Heal { run }: Heal,
    operator: Operator,
    State(console): State<Console>,
    Form(what): Form<What>,
) -> Result<Acted, Failure> {
    let kind = match what.kind.as_str() {
        "" => None,
        word => Some(DiscrepancyKind::parse(word).ok_or_else(|| {
            Failure::Invalid("такого вида расхождений нет; откройте сверку заново".to_owned())
        })?),
    };
    let subject = kind.map_or("все расхождения, которые никто не везёт", DiscrepancyKind::title);
    let audit = operator.begin(&console, Act::Healed, format!("сверка № {run}: {subject}")).await?;
    match console.engine.start(Task::Heal { run, kind }, &by(&operator)).await {
        Ok(id) => audit.done(&Job { id }, "отправка начата").await,
        Err(error) => audit.not_done(&Run { run }, error).await,
    }
}

fn by(operator: &Operator) -> By {
    By::user(&operator.person.login)
}
