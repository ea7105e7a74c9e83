//! What people do about what waits.

use axum::extract::State;
use axum_extra::extract::Form;
use domain::{Reason, quoted};
use engine::{By, Retried, Waiting};
use serde::Deserialize;
use store::{Held, HeldKey};

use super::{GiveUp, Group, Retry};
use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::Operator;
use crate::state::Console;

#[derive(Deserialize)]
pub(super) struct One {
    key: String,
}

pub(super) async fn retry(
    retry: Retry,
    operator: Operator,
    State(console): State<Console>,
    Form(one): Form<One>,
) -> Result<Acted, Failure> {
    let group = retry.group();
    let held = held(&console, &group, &one.key).await?;
    let audit = operator.begin(&console, Act::Retried, held.title.as_str()).await?;
    let Some(waiting) = Waiting::of(held.key) else {
        return audit.refused(&group, "это решают на странице самой записи").await;
    };
    match console.engine.retry(waiting, &By::user(&operator.person.login)).await {
        Ok((_, Retried::UnderWay)) => {
            audit.done(&group, format!("{} передаётся снова", quoted(&held.title))).await
        }
        Ok((_, Retried::Needless)) => {
            audit
                .done(&group, format!("{}: обе стороны уже показывают одно и то же", quoted(&held.title)))
                .await
        }
        Ok((_, Retried::StillWaits(Reason { text, .. }))) => audit.refused(&group, text).await,
        Err(error) => audit.not_done(&group, error).await,
    }
}

#[derive(Deserialize)]
pub(super) struct Why {
    key: String,
    why: String,
}

pub(super) async fn give_up(
    give_up: GiveUp,
    operator: Operator,
    State(console): State<Console>,
    Form(given): Form<Why>,
) -> Result<Acted, Failure> {
    let group = give_up.group();
    let held = held(&console, &group, &given.key).await?;
    let audit = operator.begin(&console, Act::GaveUp, held.title.as_str()).await?;
    let Some(waiting) = Waiting::of(held.key).filter(|_| held.kind.can_be_given_up()) else {
        return audit.refused(&group, "снять можно только передачу контрагента или сделки").await;
    };
    match console.engine.give_up(waiting, &given.why, &By::user(&operator.person.login)).await {
        Ok(_) => audit.done(&group, format!("{} больше не передаётся", quoted(&held.title))).await,
        Err(error) => audit.not_done(&group, error).await,
    }
}

/// What waits under this key, or why nothing does.
async fn held(console: &Console, group: &Group, key: &str) -> Result<Held, Failure> {
    let kind = group.filter()?.kind;
    let key = HeldKey::parse(kind, key)
        .ok_or_else(|| Failure::Invalid("номер записи не читается; откройте список заново".to_owned()))?;
    let held = console.store.held_one(kind, key).await?;
    held.ok_or_else(|| Failure::not_found("эта запись уже не ждёт человека; откройте список заново"))
}
