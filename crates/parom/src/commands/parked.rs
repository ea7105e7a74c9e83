//! `parom parked`: the records that wait for a person.

mod held;
mod papers;

use anyhow::bail;
use domain::{DeliveryId, ReasonCode, Timestamp};
use jiff::tz::TimeZone;
use serde::Serialize;
use store::{ParkedRow, Store};

use crate::Outcome;
use crate::app::App;
use crate::show::{self, Table, count, moment};

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
#[command(override_usage = "parom parked retry НОМЕР… | --reason ПРИЧИНА | --all")]
#[group(required = true)]
struct Retry {
    /// Номера из parom parked list
    #[arg(value_name = "НОМЕР", value_parser = delivery, conflicts_with_all = ["reason", "all"])]
    deliveries: Vec<DeliveryId>,
    /// Все с этой причиной
    #[arg(long, value_name = "ПРИЧИНА", value_parser = reason, conflicts_with = "all")]
    reason: Option<ReasonCode>,
    /// Все
    #[arg(long)]
    all: bool,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom parked drop НОМЕР… [--why ТЕКСТ]")]
struct Drop {
    /// Номера из parom parked list
    #[arg(value_name = "НОМЕР", value_parser = delivery, required = true)]
    deliveries: Vec<DeliveryId>,
    /// Почему, для журнала
    #[arg(long, value_name = "ТЕКСТ", default_value = "отложено человеком", hide_default_value = true)]
    why: String,
}

/// Rows read at once.
const PAGE: usize = 500;

pub(crate) async fn run(args: Args, app: App) -> anyhow::Result<Outcome> {
    match args.command {
        Command::List(list) if list.json => as_lines(&app.store, list.reason).await,
        Command::List(list) => as_table(&app.store, &list, &app.config.onec.time_zone).await,
        Command::Retry(retry) => try_again(&app.store, retry, app.clock.now()).await,
        Command::Drop(drop) => give_up(&app.store, &drop, app.clock.now()).await,
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

async fn try_again(store: &Store, retry: Retry, now: Timestamp) -> anyhow::Result<Outcome> {
    let (mut retried, mut absent) = (0, Vec::new());
    if retry.deliveries.is_empty() {
        retried = engine::retry_all_parked(store, retry.reason, now).await?;
    }
    for delivery in retry.deliveries {
        if engine::retry_parked(store, delivery, now).await? { retried += 1 } else { absent.push(delivery) }
    }
    let records = count(retried.unsigned_abs(), ["запись", "записи", "записей"]);
    show::say(format!("Снова в очереди: {records}. Их передаст работающий parom serve."))?;
    all_there(&absent)
}

async fn give_up(store: &Store, drop: &Drop, now: Timestamp) -> anyhow::Result<Outcome> {
    let mut write = store.begin().await?;
    let (mut dropped, mut absent) = (0, Vec::new());
    for delivery in &drop.deliveries {
        if write.drop_parked(*delivery, &drop.why, now).await? {
            dropped += 1;
        } else {
            absent.push(*delivery);
        }
    }
    write.commit().await?;
    let records = count(dropped, ["запись", "записи", "записей"]);
    show::say(format!("Больше не ждут: {records}. Следующее изменение в 1С снова поставит их в очередь."))?;
    all_there(&absent)
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
