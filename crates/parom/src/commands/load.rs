//! `parom load FILE`: takes the counterparties of a file as if 1C had shown them, and brings them to Bitrix24.

use std::path::PathBuf;

use anyhow::Context;
use engine::{Engine, Taken};
use onec::{BadRecord, CounterpartyFile, Reading};
use serde::Serialize;
use store::{Store, Summary};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::crossing::{Crossed, cross};
use crate::ferry::showing;
use crate::helm::Helm;
use crate::show::{self, Progress, Table, count, number};
use crate::{Outcome, lifecycle};

/// Which file, and for whom the result is.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom load ФАЙЛ [--json]")]
pub(crate) struct Args {
    /// Файл .jsonl, .json, .xml или .csv со словами договора с 1С
    #[arg(value_name = "ФАЙЛ")]
    file: PathBuf,
    /// Вывести итог в JSON для программ
    #[arg(long)]
    json: bool,
}

/// Records that are made durable together.
const CHUNK: usize = 500;
/// Unreadable records that are told one by one.
const BAD_SHOWN_MAX: usize = 20;

pub(crate) async fn run(args: &Args, app: App) -> anyhow::Result<Outcome> {
    let engine = app.engine()?;
    let file = onec::read_file(&args.file, &app.config.onec.time_zone)?;
    let helm = app.helm()?;
    if let Helm::Ours { .. } = helm {
        engine.recover().await?;
    }
    let stop = lifecycle::until_interrupted()?;
    let before = app.store.summary().await?;

    let read = take(&engine, file, &stop).await?;
    let crossed = cross(&engine, &app.clock, &helm, &stop).await?;

    let report = Report::of(read, crossed, &before, &app.store).await?;
    if args.json {
        show::json(&report)?;
    } else {
        show::say(report.told())?;
    }
    app.store.close().await;
    Ok(report.outcome())
}

/// What came out of the file.
#[derive(Debug, Default, Serialize)]
struct Read {
    /// Records that could be read.
    records: u64,
    /// Of these: exactly as shown before.
    known: u64,
    /// Records that could not be read.
    bad: u64,
    /// The first of them.
    bad_lines: Vec<String>,
    /// Whether the file was read to its end.
    whole: bool,
}

async fn take(engine: &Engine, mut file: CounterpartyFile, stop: &CancellationToken) -> anyhow::Result<Read> {
    let mut read = Read { whole: true, ..Read::default() };
    let mut progress = Progress::of_file("Приём из файла", file.size());
    loop {
        if stop.is_cancelled() {
            read.whole = false;
            break;
        }
        let (mut chunk, mut seen) = (Vec::with_capacity(CHUNK), 0);
        for record in file.by_ref().take(CHUNK) {
            seen += 1;
            match record {
                Ok(shown) => chunk.push(showing(shown)),
                Err(bad) => read.note_bad(&bad),
            }
        }
        if seen == 0 {
            break;
        }
        read.records += chunk.len() as u64;
        let taken = engine.show(chunk).await.context("приём остановлен; принятое сохранено")?;
        read.known += taken.iter().filter(|taken| **taken == Taken::Unchanged).count() as u64;
        progress.at_byte(file.position(), read.records);
    }
    progress.finish();
    Ok(read)
}

impl Read {
    fn note_bad(&mut self, bad: &BadRecord) {
        self.bad += 1;
        if self.bad_lines.len() < BAD_SHOWN_MAX {
            self.bad_lines.push(bad.to_string());
        }
        if bad.reading == Reading::Stops {
            self.whole = false;
        }
    }
}

/// How the load ended.
#[derive(Debug, Serialize)]
struct Report {
    read: Read,
    created: i64,
    linked: i64,
    updated: i64,
    unchanged: i64,
    /// Everything that waits for a person, of earlier loads too: their records may be in this file again.
    parked: i64,
    parked_by_reason: Vec<Parked>,
    /// Records that are still to be carried.
    left: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_left: Option<String>,
    interrupted: bool,
}

#[derive(Debug, Serialize)]
struct Parked {
    reason: &'static str,
    title: &'static str,
    count: i64,
    example: String,
}

impl Report {
    async fn of(read: Read, crossed: Crossed, before: &Summary, store: &Store) -> anyhow::Result<Self> {
        let after = store.summary().await?;
        let outcome = |word: &str| {
            let of = |summary: &Summary| summary.bitrix.outcomes.get(word).copied().unwrap_or_default();
            of(&after) - of(before)
        };
        let mut parked_by_reason = Vec::new();
        for (code, count) in &after.parked {
            let first = store.parked(Some(*code), None, 1).await?.pop();
            parked_by_reason.push(Parked {
                reason: code.as_str(),
                title: code.title(),
                count: *count,
                example: first.map(|row| row.reason.text).unwrap_or_default(),
            });
        }
        let (left, why_left, interrupted) = match crossed {
            Crossed::All => (0, None, !read.whole && read.bad == 0),
            Crossed::Later { left, why } => (left, why, false),
            Crossed::Interrupted { left } => (left, None, true),
        };
        Ok(Self {
            created: outcome("created"),
            linked: outcome("linked"),
            updated: outcome("updated"),
            unchanged: outcome("unchanged"),
            parked: parked_by_reason.iter().map(|parked| parked.count).sum(),
            parked_by_reason,
            read,
            left,
            why_left,
            interrupted,
        })
    }

    fn outcome(&self) -> Outcome {
        if self.left > 0 || self.interrupted || !self.read.whole {
            Outcome::Failed
        } else if self.parked > 0 || self.read.bad > 0 {
            Outcome::Parked
        } else {
            Outcome::Done
        }
    }

    fn told(&self) -> String {
        let figure = |figure: i64| number(figure.unsigned_abs());
        let mut table = Table::new(["Итог загрузки", "Записей"]).numbers_in(1);
        for (title, records) in [
            ("прочитано", number(self.read.records)),
            ("  из них показаны раньше без изменений", number(self.read.known)),
            ("создано компаний", figure(self.created)),
            ("связано с существующими", figure(self.linked)),
            ("обновлено", figure(self.updated)),
            ("без изменений", figure(self.unchanged)),
            ("ждут человека (всего)", figure(self.parked)),
            ("не прочитано", number(self.read.bad)),
            ("ещё не передано", number(self.left)),
        ] {
            table.row([title.to_owned(), records]);
        }
        let mut parts = vec![table.to_string()];
        if self.parked > 0 {
            let mut table = Table::new(["Ждут человека", "Записей", "Например"]).numbers_in(1);
            for parked in &self.parked_by_reason {
                table.row([parked.title.to_owned(), figure(parked.count), parked.example.clone()]);
            }
            parts.push(table.to_string());
            parts.push("Все они: parom parked list".to_owned());
        }
        if self.read.bad > 0 {
            parts.push("Не прочитано из файла:".to_owned());
            parts.extend(self.read.bad_lines.iter().map(|line| format!("  {line}")));
            let rest = self.read.bad - self.read.bad_lines.len() as u64;
            if rest > 0 {
                parts.push(format!("  и ещё {}", count(rest, ["запись", "записи", "записей"])));
            }
        }
        if let Some(why) = &self.why_left {
            parts.push(format!("Передача не закончена: {why}"));
        }
        if self.interrupted {
            parts.push("Загрузка прервана.".to_owned());
        }
        if self.left > 0 || self.interrupted {
            parts.push(
                "Принятое не потеряно: остальное передаст parom serve или та же команда ещё раз.".to_owned(),
            );
        }
        parts.join("\n")
    }
}
