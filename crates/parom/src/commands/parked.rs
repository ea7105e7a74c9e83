//! `parom parked`: the records that wait for a person.

mod held;
mod papers;

use anyhow::{Context, bail};
use domain::{DeliveryId, ReasonCode, SignedDuration, Timestamp};
use engine::{BulkFound, By, DeedError, Engine, Found, Retried, Task, Waiting, Which};
use jiff::tz::TimeZone;
use serde::Serialize;
use store::{ParkedRow, Store};

use crate::app::App;
use crate::show::{self, Progress, Table, count, moment};
use crate::{Outcome, lifecycle};

/// What to do with them.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "parom parked КОМАНДА [ПАРАМЕТРЫ]",
    subcommand_required = true,
    subcommand_help_heading = "Команды"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Показать записи: что случилось и что сделать
    List(List),
    /// Попробовать передать снова; передаст работающий parom serve
    Retry(Retry),
    /// Больше не пытаться; запись останется в журнале
    Drop(Drop),
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom parked list [--reason ПРИЧИНА] [--limit N] [--json]")]
#[expect(rustdoc::broken_intra_doc_links, reason = "these are help texts: brackets name the default")]
struct List {
    /// Только с этой причиной, например duplicate-in-one-c
    #[arg(long, value_name = "ПРИЧИНА", value_parser = reason)]
    reason: Option<ReasonCode>,
    /// Сколько записей показать в таблице [50]
    #[arg(long, value_name = "N", default_value_t = 50, hide_default_value = true)]
    limit: usize,
    /// Вывести все записи для программ: по объекту JSON на строку
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom parked retry НОМЕР… | --reason ПРИЧИНА | --all [--hours ЧАСОВ]")]
#[command(group = clap::ArgGroup::new("which").args(["deliveries", "reason", "all"]).required(true).multiple(true))]
struct Retry {
    /// Номера из parom parked list
    #[arg(value_name = "НОМЕР", value_parser = delivery, conflicts_with_all = ["reason", "all"])]
    deliveries: Vec<DeliveryId>,
    #[command(flatten)]
    many: Many,
}

/// Many at once.
#[derive(Debug, clap::Args)]
struct Many {
    /// Все с этой причиной
    #[arg(long, value_name = "ПРИЧИНА", value_parser = reason, conflicts_with = "all")]
    reason: Option<ReasonCode>,
    /// Все
    #[arg(long)]
    all: bool,
    /// Из них только те, что ждут не дольше стольких часов
    #[arg(long, value_name = "ЧАСОВ", conflicts_with = "deliveries")]
    hours: Option<u32>,
}

impl Many {
    fn which(&self, now: Timestamp) -> Which {
        let since = self.hours.map(|hours| now - SignedDuration::from_hours(i64::from(hours)));
        Which { kind: None, reason: self.reason, since }
    }
}

#[derive(Debug, clap::Args)]
#[command(
    override_usage = "parom parked drop НОМЕР… | --reason ПРИЧИНА | --all [--hours ЧАСОВ] [--why ТЕКСТ]"
)]
#[command(group = clap::ArgGroup::new("which").args(["deliveries", "reason", "all"]).required(true).multiple(true))]
struct Drop {
    /// Номера из parom parked list
    #[arg(value_name = "НОМЕР", value_parser = delivery, conflicts_with_all = ["reason", "all"])]
    deliveries: Vec<DeliveryId>,
    #[command(flatten)]
    many: Many,
    /// Почему, для журнала
    #[arg(long, value_name = "ТЕКСТ", default_value = "отложено человеком", hide_default_value = true)]
    why: String,
}

/// Rows read at once.
const PAGE: usize = 500;
/// What is counted.
const RECORDS: [&str; 3] = ["запись", "записи", "записей"];

pub(crate) async fn run(args: Args, app: App) -> anyhow::Result<Outcome> {
    match args.command {
        Command::List(list) if list.json => as_lines(&app.store, list.reason).await,
        Command::List(list) => as_table(&app.store, &list, &app.config.onec.time_zone).await,
        Command::Retry(retry) => try_again(&app.engine()?, retry, app.clock.now()).await,
        Command::Drop(drop) => give_up(&app.engine()?, drop, app.clock.now()).await,
    }
}

async fn as_table(store: &Store, list: &List, zone: &TimeZone) -> anyhow::Result<Outcome> {
    let rows = store.parked(list.reason, None, list.limit).await?;
    if rows.is_empty() {
        return if held_as_table(store, list, zone).await? {
            Ok(Outcome::Parked)
        } else {
            show::say("Ничто не ждёт человека.")?;
            Ok(Outcome::Done)
        };
    }
    let mut table = Table::new(["Номер", "Контрагент", "Причина", "Что случилось и что сделать", "С"]);
    for row in &rows {
        table.row([
            row.delivery.to_string(),
            row.title.clone(),
            row.reason.code.title().to_owned(),
            row.reason.text.clone(),
            moment(row.since, zone),
        ]);
    }
    show::say(table)?;
    let total: i64 = store
        .parked_groups()
        .await?
        .into_iter()
        .filter(|(code, _)| list.reason.is_none_or(|reason| reason == *code))
        .map(|(_, count)| count)
        .sum();
    let rest = total.unsigned_abs().saturating_sub(rows.len() as u64);
    if rest > 0 {
        let rest = count(rest, ["запись", "записи", "записей"]);
        show::say(format!("И ещё {rest}: покажите больше ключом --limit."))?;
    }
    show::say("Исправленное передастся само. Попробовать снова: parom parked retry НОМЕР")?;
    held_as_table(store, list, zone).await?;
    Ok(Outcome::Parked)
}

/// What waits without a delivery; whether there is any.
async fn held_as_table(store: &Store, list: &List, zone: &TimeZone) -> anyhow::Result<bool> {
    let companies = held::companies_as_table(store, list.reason, list.limit, zone).await?;
    let conflicts = list.reason.is_none() && held::conflicts_as_table(store, list.limit, zone).await?;
    let papers = papers::as_table(store, list.reason, list.limit).await?;
    Ok(companies || conflicts || papers)
}

async fn as_lines(store: &Store, reason: Option<ReasonCode>) -> anyhow::Result<Outcome> {
    let (mut after, mut outcome) = (None, Outcome::Done);
    loop {
        let rows = store.parked(reason, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        (after, outcome) = (Some(last.delivery), Outcome::Parked);
        for row in &rows {
            show::say(serde_json::to_string(&Line::of(row))?)?;
        }
    }
    let companies = held::companies_as_lines(store, reason).await?;
    let conflicts = reason.is_none() && held::conflicts_as_lines(store).await?;
    let papers = papers::as_lines(store, reason).await?;
    Ok(if companies || conflicts || papers { Outcome::Parked } else { outcome })
}

/// A parked record for programs.
#[derive(Serialize)]
struct Line<'r> {
    delivery: String,
    counterparty: &'r str,
    reason: &'static str,
    text: &'r str,
    since: Timestamp,
}

impl<'r> Line<'r> {
    fn of(row: &'r ParkedRow) -> Self {
        Self {
            delivery: row.delivery.to_string(),
            counterparty: &row.title,
            reason: row.reason.code.as_str(),
            text: &row.reason.text,
            since: row.since,
        }
    }
}

async fn try_again(engine: &Engine, retry: Retry, now: Timestamp) -> anyhow::Result<Outcome> {
    if retry.deliveries.is_empty() {
        let found = all_of(engine, Task::Retry(retry.many.which(now))).await?;
        let records = |records: u64| count(records, RECORDS);
        show::say(format!(
            "Снова в очереди: {}. Их передаст работающий parom serve.",
            records(found.under_way)
        ))?;
        if found.still_wait > 0 {
            show::say(format!("Ждут по-прежнему, причина не устранена: {}.", records(found.still_wait)))?;
        }
        return Ok(if found.still_wait > 0 { Outcome::Parked } else { Outcome::Done });
    }
    let (mut retried, mut still, mut absent) = (0, Vec::new(), Vec::new());
    for delivery in retry.deliveries {
        match engine.retry(Waiting::Delivery(delivery), &By::command_line()).await {
            Ok((_, Retried::StillWaits(reason))) => still.push(reason.text),
            Ok((_, Retried::UnderWay | Retried::Needless)) => retried += 1,
            Err(DeedError::Changed(_)) => absent.push(delivery),
            Err(error) => return Err(error.into()),
        }
    }
    show::say(format!("Снова в очереди: {}. Их передаст работающий parom serve.", count(retried, RECORDS)))?;
    for text in &still {
        show::say(format!("Ждёт по-прежнему: {text}"))?;
    }
    all_there(&absent)?;
    Ok(if still.is_empty() { Outcome::Done } else { Outcome::Parked })
}

async fn give_up(engine: &Engine, drop: Drop, now: Timestamp) -> anyhow::Result<Outcome> {
    const AFTERWARDS: &str = "Следующее изменение снова поставит их в очередь.";
    if drop.deliveries.is_empty() {
        let task = Task::GiveUp { which: drop.many.which(now), why: drop.why };
        let found = all_of(engine, task).await?;
        show::say(format!("Больше не ждут: {}. {AFTERWARDS}", count(found.given_up, RECORDS)))?;
        return Ok(Outcome::Done);
    }
    let (mut dropped, mut absent) = (0, Vec::new());
    for delivery in &drop.deliveries {
        match engine.give_up(Waiting::Delivery(*delivery), &drop.why, &By::command_line()).await {
            Ok(_) => dropped += 1,
            Err(DeedError::Changed(_)) => absent.push(*delivery),
            Err(error) => return Err(error.into()),
        }
    }
    show::say(format!("Больше не ждут: {}. {AFTERWARDS}", count(dropped, RECORDS)))?;
    all_there(&absent)
}

/// Works a job off, here or beside the service, whoever is quicker. An interrupted one is finished by the service.
async fn all_of(engine: &Engine, task: Task) -> anyhow::Result<BulkFound> {
    let stop = lifecycle::until_interrupted()?;
    let job = engine.start(task, &By::command_line()).await?;
    let mut progress: Option<Progress> = None;
    let ended = engine
        .work_off_job(job, &stop, |job| {
            let bar =
                progress.get_or_insert_with(|| Progress::of_records("Записи", job.total.unwrap_or_default()));
            bar.at_record(job.done);
        })
        .await?;
    if let Some(progress) = progress {
        progress.finish();
    }
    let ended = ended.context("задание забыто")?;
    if ended.ended_at.is_none() {
        bail!("прервано; остальное доделает parom serve");
    }
    Ok(match ended.found {
        Found::Bulk(found) => found,
        Found::Nothing | Found::Reconcile(_) | Found::Heal(_) | Found::Plan(_) | Found::Load(_) => {
            BulkFound::default()
        }
    })
}

fn all_there(absent: &[DeliveryId]) -> anyhow::Result<Outcome> {
    if absent.is_empty() {
        return Ok(Outcome::Done);
    }
    let absent: Vec<_> = absent.iter().map(DeliveryId::to_string).collect();
    bail!("эти записи человека не ждут: {}; свежие номера покажет parom parked list", absent.join(", "))
}

fn reason(word: &str) -> Result<ReasonCode, String> {
    ReasonCode::parse(word).ok_or_else(|| {
        let words: Vec<_> = ReasonCode::ALL.iter().map(|code| code.as_str()).collect();
        format!("причины: {}", words.join(", "))
    })
}

fn delivery(text: &str) -> Result<DeliveryId, String> {
    text.parse().map_err(|_| "номер — 26 букв и цифр из parom parked list".to_owned())
}
