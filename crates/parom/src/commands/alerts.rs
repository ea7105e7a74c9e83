//! `parom alerts`: what is wrong, whether people hear of it, and silence for a while.

use alerts::{Cause, desk};
use anyhow::{Context, bail};
use clap::Subcommand;
use domain::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use store::{Alert, AlertChannel, Mute};

use crate::Outcome;
use crate::app::App;
use crate::config::duration;
use crate::show::{self, Table, moment};

/// What to do with alerts.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom alerts [list|test|mute|unmute] [ПАРАМЕТРЫ]")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Показать открытые и недавние предупреждения, каналы и паузы
    List(ListArgs),
    /// Проверить каждый канал: отправить пробное сообщение
    Test,
    /// Не сообщать о причине какое-то время
    Mute(MuteArgs),
    /// Снова сообщать о причине
    Unmute(UnmuteArgs),
}

#[derive(Debug, Default, clap::Args)]
#[command(override_usage = "parom alerts list [--json]")]
struct ListArgs {
    /// Вывести JSON для программ
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom alerts mute ПРИЧИНА --for ВРЕМЯ")]
struct MuteArgs {
    /// Причина из parom alerts list или all — все
    #[arg(value_name = "ПРИЧИНА")]
    cause: String,
    /// На сколько: 30m, 8h, 2d; не больше 30 суток
    #[arg(long = "for", value_name = "ВРЕМЯ", default_value = "24h", hide_default_value = true)]
    length: String,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom alerts unmute ПРИЧИНА")]
struct UnmuteArgs {
    /// Причина или all
    #[arg(value_name = "ПРИЧИНА")]
    cause: String,
}

/// Ended alerts that a list shows.
const ENDED_SHOWN: usize = 10;
/// The word for all causes.
const ALL: &str = "all";
/// Who mutes by a command.
const WHO: &str = "parom alerts";

pub(crate) async fn run(args: Args, app: App) -> anyhow::Result<Outcome> {
    let now = app.clock.now();
    match args.action.unwrap_or(Action::List(ListArgs::default())) {
        Action::List(args) => list(&args, &app).await,
        Action::Test => test(&app).await,
        Action::Mute(args) => {
            let length = duration(&args.length).with_context(|| {
                format!(
                    "--for: ожидается время с единицей, например 30m, 8h или 2d, а указано «{}»",
                    args.length
                )
            })?;
            let cause = cause(&args.cause)?;
            desk::mute(&app.store, cause, now + length, WHO, now).await?;
            let until = now + length.min(desk::MUTE_MAX);
            show::say(format!(
                "До {} не сообщается: {}.",
                moment(until, &app.config.onec.time_zone),
                title(&args.cause)
            ))?;
            Ok(Outcome::Done)
        }
        Action::Unmute(args) => {
            let was_muted = desk::unmute(&app.store, cause(&args.cause)?).await?;
            show::say(if was_muted {
                format!("Снова сообщается: {}.", title(&args.cause))
            } else {
                format!("Паузы не было: {}.", title(&args.cause))
            })?;
            Ok(Outcome::Done)
        }
    }
}

/// `None`: all of them.
fn cause(word: &str) -> anyhow::Result<Option<Cause>> {
    if word == ALL {
        return Ok(None);
    }
    let Some(cause) = Cause::parse(word) else {
        let known: Vec<_> = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
        bail!("нет причины «{word}»; бывают {} и {ALL}", known.join(", "));
    };
    Ok(Some(cause))
}

fn title(word: &str) -> &str {
    match word {
        "" | ALL => "обо всём",
        word => Cause::parse(word).map_or(word, |cause| cause.title()),
    }
}

async fn test(app: &App) -> anyhow::Result<Outcome> {
    let engine = app.config.bitrix24.webhook_url.is_some().then(|| app.engine()).transpose()?;
    let alarm = app.alarm(engine)?;
    if !alarm.has_channels() {
        bail!(
            "предупреждать некого: в разделе [alerts] не заданы ни email_to, ни telegram_chats, ни portal_users; образец — parom config"
        );
    }
    let tested = alarm.test(WHO).await?;
    let mut table = Table::new(["Канал", "Что вышло"]);
    for one in &tested {
        let told = one.failure.clone().unwrap_or_else(|| "отправлено".to_owned());
        table.row([one.target.clone(), told]);
    }
    show::say(table)?;
    let failed = tested.iter().any(|one| one.failure.is_some());
    Ok(if failed { Outcome::Failed } else { Outcome::Done })
}

/// All of it, for people or for programs.
#[derive(Serialize)]
struct Listed {
    open: Vec<Line>,
    ended: Vec<Line>,
    channels: Vec<ChannelLine>,
    muted: Vec<MuteLine>,
}

#[derive(Serialize)]
struct Line {
    cause: String,
    title: String,
    advice: String,
    since: Timestamp,
    ended_at: Option<Timestamp>,
    told: i64,
}

#[derive(Serialize)]
struct ChannelLine {
    name: String,
    target: String,
    said_at: Option<Timestamp>,
    fails_since: Option<Timestamp>,
    error: Option<String>,
    waiting: i64,
}

#[derive(Serialize)]
struct MuteLine {
    cause: String,
    until: Timestamp,
    who: String,
}

async fn list(args: &ListArgs, app: &App) -> anyhow::Result<Outcome> {
    let store = &app.store;
    let listed = Listed {
        open: desk::open(store).await?.into_iter().map(Line::from).collect(),
        ended: desk::ended(store, None, ENDED_SHOWN).await?.into_iter().map(Line::from).collect(),
        channels: desk::channels(store).await?.into_iter().map(ChannelLine::from).collect(),
        muted: desk::mutes(store, app.clock.now()).await?.into_iter().map(MuteLine::from).collect(),
    };
    if args.json {
        show::json(&listed)?;
    } else {
        show::say(listed.told(&app.config.onec.time_zone))?;
    }
    Ok(Outcome::Done)
}

impl Listed {
    fn told(&self, zone: &TimeZone) -> String {
        let mut parts = Vec::new();
        if self.open.is_empty() {
            parts.push("Открытых предупреждений нет.".to_owned());
        } else {
            let mut table =
                Table::new(["Причина", "Что не так", "Что сделать", "Сообщено раз"]).numbers_in(3);
            for line in &self.open {
                let told = line.told.to_string();
                table.row([line.cause.clone(), line.title.clone(), line.advice.clone(), told]);
            }
            parts.push(table.to_string());
        }
        if !self.ended.is_empty() {
            let mut table = Table::new(["Закончилось", "С", "До"]);
            for line in &self.ended {
                let ended = line.ended_at.map_or(String::new(), |at| moment(at, zone));
                table.row([line.title.clone(), moment(line.since, zone), ended]);
            }
            parts.push(table.to_string());
        }
        for mute in &self.muted {
            parts.push(format!(
                "Не сообщается до {}: {} ({})",
                moment(mute.until, zone),
                title(&mute.cause),
                mute.who
            ));
        }
        if self.channels.is_empty() {
            parts.push(
                "Каналов нет: задайте их в разделе [alerts] и запустите parom serve или parom alerts test."
                    .to_owned(),
            );
        } else {
            let mut table =
                Table::new(["Канал", "Последнее сообщение", "Сбой", "Ждут отправки"]).numbers_in(3);
            for channel in &self.channels {
                let said = channel.said_at.map_or("ещё не было".to_owned(), |at| moment(at, zone));
                let failure = match (channel.fails_since, &channel.error) {
                    (Some(since), Some(error)) => format!("с {}: {error}", moment(since, zone)),
                    _ => String::new(),
                };
                table.row([channel.target.clone(), said, failure, channel.waiting.to_string()]);
            }
            parts.push(table.to_string());
        }
        parts.join("\n")
    }
}

impl From<Alert> for Line {
    fn from(alert: Alert) -> Self {
        let Alert { cause, title, advice, since, ended_at, told, .. } = alert;
        Self { cause, title, advice, since, ended_at, told }
    }
}

impl From<AlertChannel> for ChannelLine {
    fn from(channel: AlertChannel) -> Self {
        let AlertChannel { name, target, said_at, failure, waiting } = channel;
        let (fails_since, error) = failure.map(|failure| (failure.since, failure.error)).unzip();
        Self { name, target, said_at, fails_since, error, waiting }
    }
}

impl From<Mute> for MuteLine {
    fn from(mute: Mute) -> Self {
        let Mute { cause, until, who, .. } = mute;
        Self { cause: if cause.is_empty() { ALL.to_owned() } else { cause }, until, who }
    }
}
