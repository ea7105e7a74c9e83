//! Ends a job; what it did stays done.

use axum::extract::State;
use engine::By;

use super::{Cancel, Job};
use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::Operator;
use crate::state::Console;

pub(super) async fn cancel(
    Cancel { id }: Cancel,
    operator: Operator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let page = Job { id };
    let progress = console.engine.progress(id).await?;
    let progress = progress.ok_or_else(|| Failure::not_found("такого задания нет"))?;
    let audit = operator.begin(&console, Act::CancelledJob, progress.title()).await?;
    match console.engine.cancel(id, &By::user(&operator.person.login)).await {
        Ok(()) => audit.done(&page, "задание останавливается; что сделано, остаётся").await,
        Err(error) => audit.not_done(&page, error).await,
    }
}
