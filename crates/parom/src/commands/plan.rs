//! `parom plan FILE`: what a load of the file would do. Nothing is written, neither here nor in the portal.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use engine::{Rehearsed, WouldDo};
use serde::Serialize;

use crate::app::App;
use crate::ferry::showing;
use crate::show::{self, Progress, Table, number};
use crate::{Outcome, lifecycle};

/// Which file, and where the whole goes.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom plan ФАЙЛ [--out ФАЙЛ] [--json]")]
pub(crate) struct Args {
    /// Файл .jsonl, .json, .xml или .csv со словами договора с 1С
    #[arg(value_name = "ФАЙЛ")]
    file: PathBuf,
    /// Куда записать план целиком, таблицей CSV для Excel [ФАЙЛ.plan.csv]
    #[arg(long, value_name = "ФАЙЛ")]
    out: Option<PathBuf>,
    /// Вывести итог в JSON для программ
    #[arg(long)]
    json: bool,
}

/// Records that are looked at together.
const CHUNK: usize = 400;
/// Differences that are shown; all of them are in the file.
const SHOWN_MAX: usize = 15;

pub(crate) async fn run(args: &Args, app: App) -> anyhow::Result<Outcome> {
    let engine = app.engine()?;
    let mut file = onec::read_file(&args.file, &app.config.onec.time_zone)?;
    let out = args.out.clone().unwrap_or_else(|| beside(&args.file));
    let mut sheet = Sheet::create(&out)?;
    let stop = lifecycle::until_interrupted()?;
    let mut rehearsal = engine.rehearse().await?;

    let mut plan = Plan { file: out.display().to_string(), ..Plan::default() };
    let mut progress = Progress::of_file("Сверка с порталом", file.size());
    while !stop.is_cancelled() {
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut seen = 0;
        for record in file.by_ref().take(CHUNK) {
            seen += 1;
            match record {
                Ok(shown) => chunk.push(showing(shown)),
                Err(bad) => {
                    plan.bad += 1;
                    sheet.bad(&bad.to_string())?;
                }
            }
        }
        if seen == 0 {
            break;
        }
        for rehearsed in rehearsal.look_at(chunk).await? {
            sheet.write(&rehearsed)?;
            plan.note(rehearsed);
        }
        progress.at_byte(file.position(), plan.records());
    }
    progress.finish();
    sheet.finish()?;
    if args.json {
        show::json(&plan)?;
    } else {
        show::say(plan.told())?;
    }
    Ok(match (stop.is_cancelled(), plan.parked.is_empty() && plan.bad == 0) {
        (true, _) => Outcome::Failed,
        (false, false) => Outcome::Parked,
        (false, true) => Outcome::Done,
    })
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".plan.csv");
    file.with_file_name(name)
}

/// The counts and the first differences.
#[derive(Debug, Default, Serialize)]
struct Plan {
    create: u64,
    link: u64,
    update: u64,
    nothing: u64,
    parked: BTreeMap<&'static str, u64>,
    bad: u64,
    first_differences: Vec<Line>,
    file: String,
}

/// A field of a counterparty that would change.
#[derive(Debug, Serialize)]
struct Line {
    counterparty: String,
    inn: String,
    field: &'static str,
    now: String,
    then: String,
}

impl Plan {
    fn records(&self) -> u64 {
        self.create + self.link + self.update + self.nothing + self.parked.values().sum::<u64>()
    }

    fn note(&mut self, rehearsed: Rehearsed) {
        let differences = match rehearsed.would {
            WouldDo::Create => {
                self.create += 1;
                return;
            }
            WouldDo::Nothing => {
                self.nothing += 1;
                return;
            }
            WouldDo::Park(reason) => {
                *self.parked.entry(reason.code.title()).or_default() += 1;
                return;
            }
            WouldDo::Link(differences) => {
                self.link += 1;
                differences
            }
            WouldDo::Update(differences) => {
                self.update += 1;
                differences
            }
        };
        let room = SHOWN_MAX.saturating_sub(self.first_differences.len());
        self.first_differences.extend(differences.into_iter().take(room).map(|difference| Line {
            counterparty: rehearsed.title.clone(),
            inn: rehearsed.inn.clone(),
            field: difference.field.title(),
            now: difference.now,
            then: difference.then,
        }));
    }

    fn told(&self) -> String {
        let mut table = Table::new(["Загрузка сделала бы", "Записей"]).numbers_in(1);
        for (title, records) in [
            ("создать компаний", self.create),
            ("связать с существующими", self.link),
            ("обновить", self.update),
            ("ничего (совпадает)", self.nothing),
        ] {
            table.row([title.to_owned(), number(records)]);
        }
        for (title, records) in &self.parked {
            table.row([format!("отложить для человека: {title}"), number(*records)]);
        }
        if self.bad > 0 {
            table.row(["пропустить: не прочитано".to_owned(), number(self.bad)]);
        }
        let mut parts = vec![table.to_string()];
        if !self.first_differences.is_empty() {
            let mut table = Table::new(["Контрагент", "ИНН", "Поле", "В Битрикс24 сейчас", "Станет"]);
            for line in &self.first_differences {
                let Line { counterparty, inn, field, now, then } = line;
                table.row([
                    counterparty.clone(),
                    inn.clone(),
                    (*field).to_owned(),
                    now.clone(),
                    then.clone(),
                ]);
            }
            parts.push("Первые изменения в существующих компаниях:".to_owned());
            parts.push(table.to_string());
        }
        parts.push(format!("Ничего не записано. План целиком: {}", self.file));
        parts.join("\n")
    }
}

/// The whole plan as a table that Excel opens as it is: a byte order mark, semicolons, one row per field.
struct Sheet {
    rows: csv::Writer<BufWriter<File>>,
}

impl Sheet {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let told = || format!("не удалось создать файл плана {}", path.display());
        let mut file = BufWriter::new(File::create(path).with_context(told)?);
        file.write_all("\u{feff}".as_bytes())?;
        let mut rows = csv::WriterBuilder::new().delimiter(b';').from_writer(file);
        rows.write_record([
            "Действие",
            "Контрагент",
            "ИНН",
            "Код в 1С",
            "Ссылка в 1С",
            "Компания",
            "Поле",
            "Сейчас",
            "Станет",
            "Пояснение",
        ])?;
        Ok(Self { rows })
    }

    fn write(&mut self, rehearsed: &Rehearsed) -> anyhow::Result<()> {
        match &rehearsed.would {
            WouldDo::Create => self.row("создать", rehearsed, ["", "", "", ""])?,
            WouldDo::Nothing => self.row("ничего", rehearsed, ["", "", "", ""])?,
            WouldDo::Park(reason) => self.row("отложить", rehearsed, ["", "", "", &reason.text])?,
            WouldDo::Link(differences) if differences.is_empty() => {
                self.row("связать", rehearsed, ["", "", "", ""])?;
            }
            WouldDo::Link(differences) => {
                for difference in differences {
                    let change = [difference.field.title(), &difference.now, &difference.then, ""];
                    self.row("связать", rehearsed, change)?;
                }
            }
            WouldDo::Update(differences) => {
                for difference in differences {
                    let change = [difference.field.title(), &difference.now, &difference.then, ""];
                    self.row("обновить", rehearsed, change)?;
                }
            }
        }
        for remark in &rehearsed.remarks {
            self.row("замечание", rehearsed, [remark.field.title(), "", "", &remark.text])?;
        }
        Ok(())
    }

    fn bad(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(self.rows.write_record(["пропустить", "", "", "", "", "", "", "", "", text])?)
    }

    fn row(
        &mut self,
        deed: &str,
        rehearsed: &Rehearsed,
        [field, now, then, note]: [&str; 4],
    ) -> anyhow::Result<()> {
        let company = rehearsed.company_id.map(|id| id.to_string()).unwrap_or_default();
        Ok(self.rows.write_record([
            deed,
            &rehearsed.title,
            &rehearsed.inn,
            rehearsed.code.as_deref().unwrap_or_default(),
            &rehearsed.onec_ref.to_string(),
            &company,
            field,
            now,
            then,
            note,
        ])?)
    }

    fn finish(mut self) -> anyhow::Result<()> {
        Ok(self.rows.flush()?)
    }
}
