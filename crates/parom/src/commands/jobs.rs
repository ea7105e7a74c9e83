//! `parom jobs`: work that people asked for and that takes its time. It is begun by `parked retry`, `parked drop`,
//! `reconcile` and by the pages of the console.

use anyhow::{Context, bail};
use domain::{JobId, Timestamp};
use engine::{BulkFound, By, DeedError, Found, HealFound, LoadFound, PlanFound, Progress, ReconcileFound};
use jiff::tz::TimeZone;
use serde::Serialize;
use store::JobState;

use crate::Outcome;
use crate::app::App;
use crate::show::{self, Table, moment, number};

/// What to do with them.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "parom jobs КОМАНДА [ПАРАМЕТРЫ]",
    subcommand_required = true,
    subcommand_help_heading = "Команды"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Показать задания, новые сверху
    List(List),
    /// Показать одно: как далеко оно и что вышло
    Show(Show),
    /// Остановить; что сделано, остаётся сделанным
    Cancel(One),
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom jobs list [--limit N] [--json]")]
#[expect(rustdoc::broken_intra_doc_links, reason = "these are help texts: brackets name the default")]
struct List {
    /// Сколько заданий показать [20]
    #[arg(long, value_name = "N", default_value_t = 20, hide_default_value = true)]
    limit: usize,
    /// Вывести JSON для программ
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom jobs show НОМЕР [--json]")]
struct Show {
    #[command(flatten)]
    one: One,
    /// Вывести JSON для программ
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom jobs cancel НОМЕР")]
struct One {
    /// Номер из parom jobs list
    #[arg(value_name = "НОМЕР", value_parser = job)]
    job: JobId,
}

fn job(text: &str) -> Result<JobId, String> {
    text.parse().map_err(|_| "номер — 26 букв и цифр из parom jobs list".to_owned())
}

/// More than anybody reads at once.
const LIST_MAX: usize = 1000;

pub(crate) async fn run(args: Args, app: App) -> anyhow::Result<Outcome> {
    let (engine, zone) = (app.engine()?, &app.config.onec.time_zone);
    match args.command {
        Command::List(list) => {
            let jobs = engine.jobs(None, None, list.limit.min(LIST_MAX)).await?;
            if list.json {
                show::json(&jobs.iter().map(Line::of).collect::<Vec<_>>())?;
            } else if jobs.is_empty() {
                show::say("Заданий ещё не было.")?;
            } else {
                show::say(table(&jobs, zone))?;
            }
            Ok(Outcome::Done)
        }
        Command::Show(Show { one: One { job }, json }) => {
            let progress = engine.progress(job).await?.with_context(|| absent(job))?;
            if json {
                show::json(&Line::of(&progress))?;
            } else {
                show::say(table(std::slice::from_ref(&progress), zone))?;
                show::say(told(&progress))?;
            }
            // For scripts that wait: a job that did not come to its end was no success.
            Ok(if progress.state == JobState::Failed { Outcome::Failed } else { Outcome::Done })
        }
        Command::Cancel(One { job }) => match engine.cancel(job, &By::command_line()).await {
            Ok(()) => {
                show::say("Задание останавливается; что сделано, остаётся сделанным.")?;
                Ok(Outcome::Done)
            }
            Err(DeedError::Absent(why) | DeedError::Changed(why) | DeedError::Impossible(why)) => bail!(why),
            Err(error) => Err(error.into()),
        },
    }
}

fn absent(job: JobId) -> String {
    format!("задания {job} нет; законченные хранятся 90 дней")
}

fn table(jobs: &[Progress], zone: &TimeZone) -> Table {
    let mut table = Table::new(["Номер", "Задание", "Как обстоит", "Сделано", "Кто", "Когда"]);
    for progress in jobs {
        let done = match progress.total {
            Some(total) => format!("{} из {}", number(progress.done), number(total)),
            None => number(progress.done),
        };
        table.row([
            progress.id.to_string(),
            progress.title().to_owned(),
            standing(progress).to_owned(),
            done,
            progress.by.clone(),
            moment(progress.asked_at, zone),
        ]);
    }
    table
}

fn standing(progress: &Progress) -> &'static str {
    match progress.state {
        JobState::Open if progress.is_cancelled => "останавливается",
        JobState::Open | JobState::Done | JobState::Cancelled | JobState::Failed => progress.phase,
    }
}

/// What it came to, and what holds it up.
fn told(progress: &Progress) -> String {
    let mut lines: Vec<String> = found(&progress.found)
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("{what}: {}", number(count)))
        .collect();
    lines.extend(progress.trouble.clone());
    if lines.is_empty() {
        lines.push("Пока ничего не вышло.".to_owned());
    }
    lines.join("\n")
}

fn found(found: &Found) -> Vec<(&'static str, u64)> {
    match found {
        Found::Nothing => Vec::new(),
        Found::Bulk(BulkFound { under_way, still_wait, given_up, needless, passed_over }) => vec![
            ("Передаются снова", *under_way),
            ("Ждут по-прежнему: причина осталась", *still_wait),
            ("Сняты с передачи", *given_up),
            ("Передавать было нечего", *needless),
            ("Успели пойти сами", *passed_over),
        ],
        Found::Reconcile(ReconcileFound { found, needs_person, missed, healed, .. }) => vec![
            ("Расхождений", *found),
            ("Нужен человек", *needs_person),
            ("Никто не везёт", *missed),
            ("Отправлены этой сверкой", *healed),
        ],
        Found::Heal(HealFound { under_way, wait, needless, .. }) => {
            vec![("Передаются", *under_way), ("Ждут человека", *wait), ("Уже исправлено", *needless)]
        }
        Found::Plan(PlanFound { records, bad, .. }) => {
            vec![("Записей в файле", *records), ("Не прочитаны", *bad)]
        }
        Found::Load(LoadFound { records, accepted, unchanged, parked, bad, .. }) => vec![
            ("Записей в файле", *records),
            ("Приняты", *accepted),
            ("Такими уже были", *unchanged),
            ("Ждут человека", *parked),
            ("Не прочитаны", *bad),
        ],
    }
}

/// A job for programs.
#[derive(Serialize)]
struct Line<'p> {
    job: String,
    kind: Option<&'static str>,
    title: &'static str,
    state: &'static str,
    is_cancelled: bool,
    by: &'p str,
    asked_at: Timestamp,
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    done: u64,
    total: Option<u64>,
    trouble: Option<&'p str>,
}

impl<'p> Line<'p> {
    fn of(progress: &'p Progress) -> Self {
        Self {
            job: progress.id.to_string(),
            kind: progress.task.as_ref().map(engine::Task::kind),
            title: progress.title(),
            state: progress.state.as_str(),
            is_cancelled: progress.is_cancelled,
            by: &progress.by,
            asked_at: progress.asked_at,
            began_at: progress.began_at,
            ended_at: progress.ended_at,
            done: progress.done,
            total: progress.total,
            trouble: progress.trouble.as_deref(),
        }
    }
}
