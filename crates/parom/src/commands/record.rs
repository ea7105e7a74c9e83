//! `parom record`: one counterparty, or one deal: where its values come from, and what a person does to it.

use anyhow::{Context, bail};
use domain::{DeedId, Field, Link, LinkId, MatchKey, OneCRef, Side};
use engine::{By, Choice, Done, Engine, Explained, ExplainedField, Mark, To};
use jiff::tz::TimeZone;
use serde::Serialize;
use store::Store;

use crate::Outcome;
use crate::app::App;
use crate::show::{self, Table, moment};

/// What to do with it.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "parom record КОМАНДА ЗАПИСЬ [ПАРАМЕТРЫ]",
    subcommand_required = true,
    subcommand_help_heading = "Команды",
    after_help = "ЗАПИСЬ — ИНН, GUID в 1С или номер записи Парома."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Показать обе стороны: откуда каждое значение, когда и по какому правилу
    Show(Show),
    /// Показать, что с записью делали люди
    History(One),
    /// Отправить снова, хотя ничего не изменилось
    Send(Send),
    /// Взять значения одной из сторон
    Take(Take),
    /// Отменить выбор значений, пока его не обогнало более новое изменение
    Undo(Undo),
    /// Разорвать связь контрагента 1С с компанией; ничего не удаляется
    Unlink(One),
    /// Связать контрагента 1С с выбранной компанией
    Link(Join),
    /// Отправить сделку в 1С снова, или показать в ней заново данные 1С
    Deal(Deal),
}

#[derive(Debug, clap::Args)]
struct One {
    /// ИНН, GUID в 1С или номер записи Парома
    #[arg(value_name = "ЗАПИСЬ")]
    record: String,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom record show ЗАПИСЬ [--json]")]
struct Show {
    #[command(flatten)]
    one: One,
    /// Вывести JSON для программ
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom record send ЗАПИСЬ [--to 1c|bitrix24]")]
struct Send {
    #[command(flatten)]
    one: One,
    /// Куда: 1c или bitrix24 [в обе стороны]
    #[arg(long, value_name = "СТОРОНА", value_parser = side)]
    to: Option<Side>,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom record take ЗАПИСЬ --from 1c|bitrix24 [--field ПОЛЕ]…")]
struct Take {
    #[command(flatten)]
    one: One,
    /// Чьи значения: 1c или bitrix24
    #[arg(long, value_name = "СТОРОНА", value_parser = side)]
    from: Side,
    /// Только это поле, например kpp [все, что различаются]
    #[arg(long, value_name = "ПОЛЕ", value_parser = field)]
    field: Vec<Field>,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom record undo НОМЕР")]
struct Undo {
    /// Номер из parom record history
    #[arg(value_name = "НОМЕР", value_parser = deed)]
    deed: DeedId,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom record link ЗАПИСЬ --company НОМЕР")]
struct Join {
    #[command(flatten)]
    one: One,
    /// Номер компании в Битрикс24
    #[arg(long, value_name = "НОМЕР")]
    company: i64,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom record deal НОМЕР [--show]")]
struct Deal {
    /// Номер сделки в Битрикс24
    #[arg(value_name = "НОМЕР")]
    deal: i64,
    /// Показать в сделке заново то, что сообщила 1С
    #[arg(long)]
    show: bool,
}

/// Deeds that are shown.
const DEEDS_SHOWN: usize = 50;

pub(crate) async fn run(args: Args, app: App) -> anyhow::Result<Outcome> {
    let engine = app.engine()?;
    let by = By::command_line();
    let zone = &app.config.onec.time_zone;
    match args.command {
        Command::Show(show) => explain(&engine, &show, zone).await,
        Command::History(one) => history(&app.store, &one, zone).await,
        Command::Send(send) => {
            let link = find(&app.store, &send.one).await?;
            told(&engine.send_again(link.id, send.to.map_or(To::Both, To::One), &by).await?)
        }
        Command::Take(take) => {
            let link = find(&app.store, &take.one).await?;
            let side = take.from;
            let choices: Vec<Choice> =
                take.field.into_iter().map(|field| Choice { field, side, seen: None }).collect();
            told(&match choices.as_slice() {
                [] => engine.take_all(link.id, side, &by).await?,
                choices => engine.take_values(link.id, choices, &by).await?,
            })
        }
        Command::Undo(undo) => told(&engine.undo(undo.deed, &by).await?.done),
        Command::Unlink(one) => {
            let link = find(&app.store, &one).await?;
            let done = engine.unlink(link.id, &by).await?;
            show::say(Engine::PARTING_MEANS)?;
            show::say(format!("Сделано. Номер в истории: {}", done.deed))?;
            Ok(Outcome::Done)
        }
        Command::Link(join) => {
            let link = find(&app.store, &join.one).await?;
            told(&engine.link_by_hand(link.id, join.company, &by).await?)
        }
        Command::Deal(deal) => {
            let again = if deal.show {
                engine.show_deal_again(deal.deal, &by).await?
            } else {
                engine.send_deal_again(deal.deal, &by).await?
            };
            told(&Done { deed: again.deed, waits: again.waits.into_iter().collect() })
        }
    }
}

fn told(done: &Done) -> anyhow::Result<Outcome> {
    show::say(format!("Сделано; передаст работающий parom serve. Номер в истории: {}", done.deed))?;
    for reason in &done.waits {
        show::say(format!("Пока ждёт: {}", reason.text))?;
    }
    Ok(if done.waits.is_empty() { Outcome::Done } else { Outcome::Parked })
}

async fn find(store: &Store, one: &One) -> anyhow::Result<Link> {
    let text = one.record.trim();
    let link = if let Ok(id) = text.parse::<LinkId>() {
        store.link(id).await?
    } else if let Some(onec_ref) = OneCRef::parse(text) {
        store.link_by_ref(onec_ref).await?
    } else {
        match store.holder_of_key(&MatchKey::from_stored(text.to_owned())).await? {
            Some(id) => store.link(id).await?,
            None => None,
        }
    };
    link.with_context(|| format!("записи «{text}» нет; укажите ИНН, GUID в 1С или номер записи Парома"))
}

async fn explain(engine: &Engine, show: &Show, zone: &TimeZone) -> anyhow::Result<Outcome> {
    let link = find(engine.store(), &show.one).await?;
    let Some(explained) = engine.explain(link.id).await? else { bail!("записи больше нет") };
    if show.json {
        show::json(&explained.fields.iter().map(Line::of).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    show::say(headline(&explained))?;
    let mut table = Table::new(["Поле", "В 1С", "В Битрикс24", "", "Откуда и почему"]);
    for field in &explained.fields {
        let value = |value: &Option<String>| match value.as_deref() {
            None | Some("") => "—".to_owned(),
            Some(value) => value.to_owned(),
        };
        let why = match (&field.decided, field.origin) {
            (Some(decided), _) => format!("{}: {}", moment(decided.at, zone), decided.text),
            (None, Some(side)) => format!("из {}", side.title()),
            (None, None) => String::new(),
        };
        table.row([
            field.field.title().to_owned(),
            value(&field.onec),
            value(&field.bitrix),
            mark(field.mark).to_owned(),
            why,
        ]);
    }
    show::say(table)?;
    Ok(Outcome::Done)
}

fn headline(explained: &Explained) -> String {
    let link = &explained.link;
    let title = [&link.onec, &link.bitrix].into_iter().flatten().map(|shown| shown.snapshot.title()).next();
    let code = link.onec_code.as_deref().unwrap_or("нет");
    let company = link.company_id.map_or("нет".to_owned(), |company| format!("№ {company}"));
    format!("«{}», запись {}: код в 1С {code}, компания {company}", title.unwrap_or("без названия"), link.id)
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Same => "",
        Mark::OneSided => "на одной стороне",
        Mark::Travels(Side::OneC) => "едет из 1С",
        Mark::Travels(Side::Bitrix) => "едет из Битрикс24",
        Mark::Joins => "сводится",
        Mark::Conflict => "решает человек",
        Mark::Apart => "оставлено как есть",
    }
}

async fn history(store: &Store, one: &One, zone: &TimeZone) -> anyhow::Result<Outcome> {
    let link = find(store, one).await?;
    let deeds = store.deeds_of_link(link.id, None, DEEDS_SHOWN).await?;
    if deeds.is_empty() {
        show::say("Люди с этой записью ничего не делали.")?;
        return Ok(Outcome::Done);
    }
    let mut table = Table::new(["Когда", "Кто", "Что", "Подробнее", "Номер"]);
    for deed in deeds {
        let undone = deed.undone.map(|(by, at)| format!(" (отменено: {by}, {})", moment(at, zone)));
        table.row([
            moment(deed.at, zone),
            deed.by,
            deed.kind.title().to_owned(),
            format!("{}{}", deed.said, undone.unwrap_or_default()),
            deed.id.to_string(),
        ]);
    }
    show::say(table)?;
    Ok(Outcome::Done)
}

/// A field for programs.
#[derive(Serialize)]
struct Line<'e> {
    field: &'static str,
    onec: Option<&'e str>,
    bitrix: Option<&'e str>,
    base: Option<&'e str>,
    same: bool,
    origin: Option<&'static str>,
    rule: &'static str,
    decided: Option<&'e str>,
    decided_at: Option<domain::Timestamp>,
    by: Option<&'e str>,
}

impl<'e> Line<'e> {
    fn of(field: &'e ExplainedField) -> Self {
        Self {
            field: field.field.as_str(),
            onec: field.onec.as_deref(),
            bitrix: field.bitrix.as_deref(),
            base: field.base.as_deref(),
            same: field.mark == Mark::Same,
            origin: field.origin.map(Side::as_str),
            rule: field.rule_title(),
            decided: field.decided.as_ref().map(|decided| decided.text.as_str()),
            decided_at: field.decided.as_ref().map(|decided| decided.at),
            by: field.decided.as_ref().and_then(|decided| decided.by.as_deref()),
        }
    }
}

fn side(word: &str) -> Result<Side, String> {
    match word {
        "1c" => Ok(Side::OneC),
        "bitrix24" => Ok(Side::Bitrix),
        _ => Err("стороны: 1c, bitrix24".to_owned()),
    }
}

fn field(word: &str) -> Result<Field, String> {
    Field::ALL.into_iter().find(|field| field.as_str() == word).ok_or_else(|| {
        let words: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
        format!("поля: {}", words.join(", "))
    })
}

fn deed(text: &str) -> Result<DeedId, String> {
    text.parse().map_err(|_| "номер — 26 букв и цифр из parom record history".to_owned())
}
