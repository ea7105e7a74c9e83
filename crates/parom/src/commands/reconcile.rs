//! `parom reconcile`: what differs between 1C and Bitrix24, why, and since when; and, if told so, sends what was missed.

mod report;

use std::path::PathBuf;

use anyhow::Context;
use domain::Timestamp;
use engine::{Engine, Healing};
use tokio_util::sync::CancellationToken;

use self::report::{Ending, Report};
use crate::app::App;
use crate::helm::Helm;
use crate::show::Progress;
use crate::{Outcome, lifecycle};

/// What to do beside comparing, and where the whole goes.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom reconcile [--heal] [--ask-1c] [--csv ФАЙЛ] [--xlsx ФАЙЛ] [--json]")]
pub(crate) struct Args {
    /// Отправить то, что никто не везёт; записи, которые ждут человека, остаются ждать
    #[arg(long)]
    heal: bool,
    /// Попросить 1С показать всех контрагентов снова: она узнает об этом при следующем обмене
    #[arg(long = "ask-1c")]
    ask_onec: bool,
    /// Записать все расхождения таблицей CSV для Excel
    #[arg(long, value_name = "ФАЙЛ")]
    csv: Option<PathBuf>,
    /// Записать все расхождения книгой Excel
    #[arg(long, value_name = "ФАЙЛ")]
    xlsx: Option<PathBuf>,
    /// Вывести все расхождения в JSON для программ
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &Args, app: App) -> anyhow::Result<Outcome> {
    let engine = app.engine()?;
    let mut report = Report::begin(args, &app.config.onec.time_zone)?;
    let stop = lifecycle::until_interrupted()?;
    if args.ask_onec {
        engine.ask_to_show_all().await?;
    }
    let Some(portal) = read_portal(&engine, &app, &stop).await? else { return Ok(Outcome::Failed) };

    let healing = if args.heal { Healing::Heal } else { Healing::Look };
    let total = app.store.summary().await?.links.unsigned_abs();
    let mut progress = Progress::of_records("Сверка", total);
    let mut reconciliation = engine.reconcile(healing).await?;
    while let Some(found) = reconciliation.next().await? {
        report.note(&found)?;
        progress.at_record(reconciliation.looked());
        if stop.is_cancelled() {
            progress.finish();
            eprintln!("Сверка прервана; то, что уже отправлено, не потеряно.");
            return Ok(Outcome::Failed);
        }
    }
    progress.finish();
    let ending = Ending {
        looked: reconciliation.looked(),
        figures: reconciliation.figures().clone(),
        asked: reconciliation.asked().cloned(),
        portal,
        reconciled: reconciliation.finish().await?,
    };
    report.finish(&ending)?;
    app.store.close().await;
    Ok(if ending.reconciled.needs_person > 0 { Outcome::Parked } else { Outcome::Done })
}

/// How fresh the knowledge of the portal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Portal {
    /// It was read just now.
    Read,
    /// Whoever works with the database was asked to read it; this is when it was read last.
    Asked(Option<Timestamp>),
}

/// Reads the portal where nobody else does. Two processes that read and write cards would overwrite each other's newer
/// readings by older ones; on PostgreSQL nobody knows who else is at work. `None`: a person interrupted it.
async fn read_portal(engine: &Engine, app: &App, stop: &CancellationToken) -> anyhow::Result<Option<Portal>> {
    let helm = app.helm()?;
    if matches!(helm, Helm::Elsewhere) || !app.store.is_single_node() {
        engine.ask_for_compare().await?;
        return Ok(Some(Portal::Asked(engine.compared_at().await?)));
    }
    eprintln!("Читаю портал целиком…");
    tokio::select! {
        collected = engine.collect_all() => {
            collected.context("портал не прочитан, сверять не с чем; проверьте его командой parom doctor")?;
            Ok(Some(Portal::Read))
        }
        () = stop.cancelled() => Ok(None),
    }
}
