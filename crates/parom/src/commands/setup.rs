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
}

pub(crate) async fn run(args: &Args, app: App) -> anyhow::Result<Outcome> {
    let done = app.engine()?.setup().await?;
    let report = Report { made: done.made, found: done.found };
    if args.json {
        show::json(&report)?;
        return Ok(Outcome::Done);
    }
    for made in &report.made {
        show::say(format!("Создано: {made}"))?;
    }
    show::say(match (report.made.is_empty(), report.found as u64) {
        (true, _) => "В портале уже есть всё, что нужно Парому.".to_owned(),
        (false, found) => format!("Уже было на месте: {}.", count(found, ["поле", "поля", "полей"])),
    })?;
    Ok(Outcome::Done)
}
