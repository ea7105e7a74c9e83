//! What people do about many records at once: each becomes a job that is watched on its own page.

use axum::extract::State;
use axum_extra::extract::Form;
use engine::{By, Task, Which};
use serde::Deserialize;

use super::group::moment;
use super::{GiveUpAll, Group, Groups, RetryAll, RetryEverything};
use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::Operator;
use crate::pages::jobs::Job;
use crate::state::Console;
use crate::text;

#[derive(Deserialize)]
pub(super) struct Since {
    /// As in the filter of the list.
    #[serde(default)]
    since: String,
}

pub(super) async fn retry_all(
    address: RetryAll,
    operator: Operator,
    State(console): State<Console>,
    Form(given): Form<Since>,
) -> Result<Acted, Failure> {
    let group = address.group();
    let (which, subject) = meant(&console, &group, &given.since)?;
    let audit = operator.begin(&console, Act::RetriedAll, subject).await?;
    match console.engine.start(Task::Retry(which), &by(&operator)).await {
        Ok(id) => audit.done(&Job { id }, "повтор начат").await,
        Err(error) => audit.not_done(&group, error).await,
    }
}

#[derive(Deserialize)]
pub(super) struct Why {
    #[serde(default)]
    since: String,
    why: String,
}

pub(super) async fn give_up_all(
    address: GiveUpAll,
    operator: Operator,
    State(console): State<Console>,
    Form(given): Form<Why>,
) -> Result<Acted, Failure> {
    let group = address.group();
    let (which, subject) = meant(&console, &group, &given.since)?;
    let audit = operator.begin(&console, Act::GaveUpAll, format!("{subject}; {}", given.why)).await?;
    match console.engine.start(Task::GiveUp { which, why: given.why }, &by(&operator)).await {
        Ok(id) => audit.done(&Job { id }, "снятие начато").await,
        Err(error) => audit.not_done(&group, error).await,
    }
}

/// Everything that is somebody's task, whatever the cause.
pub(super) async fn retry_everything(
    _: RetryEverything,
    operator: Operator,
    State(console): State<Console>,
    Form(given): Form<Since>,
) -> Result<Acted, Failure> {
    let since = moment(&given.since, &console)?;
    let subject = match since {
        Some(since) => format!("всё, что ждёт с {}", text::moment(since, &console.zone)),
        None => "всё, что ждёт человека".to_owned(),
    };
    let audit = operator.begin(&console, Act::RetriedAll, subject).await?;
    let which = Which { since, ..Which::default() };
    match console.engine.start(Task::Retry(which), &by(&operator)).await {
        Ok(id) => audit.done(&Job { id }, "повтор начат").await,
        Err(error) => audit.not_done(&Groups, error).await,
    }
}

/// What of a group is meant, and how the audit calls it.
fn meant(console: &Console, group: &Group, since: &str) -> Result<(Which, String), Failure> {
    let filter = group.filter()?;
    let since_when = moment(since, console)?;
    let mut subject = format!("{}: {}", filter.kind.title(), filter.code.title());
    if let Some(since) = since_when {
        subject = format!("{subject}, ждут с {}", text::moment(since, &console.zone));
    }
    let which =
        Which { kind: Some(filter.kind.as_str().to_owned()), reason: Some(filter.code), since: since_when };
    Ok((which, subject))
}

fn by(operator: &Operator) -> By {
    By::user(&operator.person.login)
}
