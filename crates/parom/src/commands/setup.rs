//! `parom setup`: makes what the portal lacks. Doing it twice does nothing the second time.

use serde::Serialize;

use crate::Outcome;
use crate::app::App;
use crate::show::{self, count};

/// For people or for programs.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom setup [--json]")]
pub(crate) struct Args {
    /// Вывести JSON для программ
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    made: Vec<String>,
    found: usize,
    left: Vec<String>,
}

pub(crate) async fn run(args: &Args, app: App) -> anyhow::Result<Outcome> {
    let done = app.engine()?.setup().await?;
    let report = Report { made: done.made, found: done.found, left: done.left };
    let outcome = if report.left.is_empty() { Outcome::Done } else { Outcome::Failed };
    if args.json {
        show::json(&report)?;
        return Ok(outcome);
    }
    for made in &report.made {
        show::say(format!("Создано: {made}"))?;
    }
    for left in &report.left {
        show::say(format!("Не сделано: {left}"))?;
    }
    show::say(match (report.made.is_empty() && report.left.is_empty(), report.found as u64) {
        (true, _) => "В портале уже есть всё, что нужно Парому.".to_owned(),
        (false, found) => format!("Уже было на месте: {}.", count(found, ["поле", "поля", "полей"])),
    })?;
    Ok(outcome)
}
