//! What people do to have counterparties loaded.

use axum::extract::State;
use engine::{By, DeedError, Task};

use super::{Apply, Ask, File, Load};
use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::{Operator, Upload};
use crate::pages::jobs::Job;
use crate::state::Console;

/// The file goes piece by piece into the database; nothing of it stays in memory.
pub(super) async fn file(
    _: File,
    State(console): State<Console>,
    mut upload: Upload,
) -> Result<Acted, Failure> {
    let operator = upload.operator.clone();
    let Some((name, mut content)) = upload.file().await? else {
        let audit = operator.begin(&console, Act::Planned, "").await?;
        return audit.refused(&Load, "файл не выбран").await;
    };
    let audit = operator.begin(&console, Act::Planned, name.as_str()).await?;
    let mut uploading = match console.engine.begin_upload(&name).await {
        Ok(uploading) => uploading,
        Err(error) => return audit.not_done(&Load, error).await,
    };
    loop {
        let refused = match content.chunk().await {
            Ok(Some(piece)) => match uploading.push(&piece).await {
                Ok(()) => continue,
                Err(error) => Some(error),
            },
            Ok(None) => None,
            Err(error) => Some(DeedError::Impossible(format!(
                "файл пришёл не целиком ({}); отправьте его ещё раз",
                error.status()
            ))),
        };
        if let Some(error) = refused {
            uploading.discard().await.ok();
            return audit.not_done(&Load, error).await;
        }
        break;
    }
    let by = by(&operator);
    let planned = match uploading.finish(&by).await {
        Ok(upload) => {
            console.engine.start(Task::Plan { digest: upload.digest, name: upload.name }, &by).await
        }
        Err(error) => Err(error),
    };
    match planned {
        Ok(id) => audit.done(&Job { id }, "файл принят, составляется план").await,
        Err(error) => audit.not_done(&Load, error).await,
    }
}

pub(super) async fn apply(
    Apply { plan }: Apply,
    operator: Operator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let audit = operator.begin(&console, Act::Loaded, format!("план {plan}")).await?;
    match console.engine.start(Task::Load { plan }, &by(&operator)).await {
        Ok(id) => audit.done(&Job { id }, "загрузка начата").await,
        Err(error) => audit.not_done(&Job { id: plan }, error).await,
    }
}

pub(super) async fn ask(
    _: Ask,
    operator: Operator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let audit = operator.begin(&console, Act::AskedOneC, "").await?;
    console.engine.ask_to_show_all().await?;
    audit.done(&Load, "1С покажет всё при следующем обмене").await
}

fn by(operator: &Operator) -> By {
    By::user(&operator.person.login)
}
