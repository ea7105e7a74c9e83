//! `parom emulate`: a Bitrix24 to try things out on, and a 1C that exchanges with a Parom.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use bitrix::SystemClock;
use domain::{Clock, SignedDuration};
use emulator::bitrix24::{BoxModule, Portal, PortalSettings};
use emulator::faults::Fault;
use emulator::onec::{
    Connection, DocumentKind, Exchanged, FileFormat, Format, InquiryStatus, Kopecks, OneC, PushReport,
    Settings, What,
};

use crate::commands::demo::way_back::story;
use crate::config::Secret;
use crate::show::{self, Table, count, number};
use crate::{Outcome, lifecycle};

/// Which shore.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "parom emulate bitrix24|onec [ПАРАМЕТРЫ]",
    subcommand_required = true,
    subcommand_help_heading = "Команды"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    shore: Shore,
}

#[derive(Debug, clap::Subcommand)]
enum Shore {
    /// Учебный портал: принимает вебхук, хранит всё в памяти
    Bitrix24(Bitrix24),
    /// Учебная 1С: обменивается с Паромом контрагентами, запросами, документами и оплатами или пишет контрагентов в файл
    Onec(OneCArgs),
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom emulate bitrix24 [ПАРАМЕТРЫ]")]
#[expect(rustdoc::broken_intra_doc_links, reason = "these are help texts: brackets name the default")]
struct Bitrix24 {
    /// Адрес и порт [127.0.0.1:8025]
    #[arg(long, value_name = "АДРЕС", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8025)), hide_default_value = true)]
    listen: SocketAddr,
    /// Сколько запросов портал обрабатывает сразу; остальные ждут [64]
    #[arg(long, value_name = "N", default_value_t = 64, hide_default_value = true)]
    users: usize,
    /// Сколько процентов запросов портит непогода: занятость, обрывы, половина ответа [0]
    #[arg(long, value_name = "ПРОЦЕНТ", default_value_t = 0, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
    faults: u8,
    /// Сколько процентов ответов теряется, когда работа уже сделана [0]
    #[arg(
        long,
        value_name = "ПРОЦЕНТ",
        default_value_t = 0,
        hide_default_value = true,
        conflicts_with = "faults"
    )]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
    lost_answers: u8,
    /// Зерно случайности: с тем же зерном непогода та же [1]
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true)]
    seed: u64,
    /// Поставить на портал модуль parom.bridge: повторный ИНН не сохраняется
    #[arg(long)]
    module: bool,
    /// Адрес Парома, которому модуль сообщает об изменениях, например http://127.0.0.1:8024; секрет берётся из
    /// переменной PAROM_BITRIX24__MODULE_SECRET
    #[arg(long, value_name = "АДРЕС", requires = "module")]
    parom: Option<String>,
    /// Сколько длится запрос, мс [0]
    #[arg(long, value_name = "МС", default_value_t = 0, hide_default_value = true)]
    request_ms: u64,
    /// Сколько длится каждая команда в нём, мс [0]
    #[arg(long, value_name = "МС", default_value_t = 0, hide_default_value = true)]
    command_ms: u64,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom emulate onec --parom АДРЕС | --file ФАЙЛ [ПАРАМЕТРЫ]")]
#[group(skip)]
#[expect(rustdoc::broken_intra_doc_links, reason = "these are help texts: brackets name the default")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct OneCArgs {
    /// Адрес Парома, например http://127.0.0.1:8024
    #[arg(long, value_name = "АДРЕС", required_unless_present = "file", conflicts_with = "file")]
    parom: Option<String>,
    /// Записать контрагентов в файл .jsonl, .xml или .csv и ничего не слать
    #[arg(long, value_name = "ФАЙЛ")]
    file: Option<PathBuf>,
    /// Логин из раздела [onec] [1c]
    #[arg(long, value_name = "ЛОГИН", default_value = "1c", hide_default_value = true)]
    login: String,
    /// Файл с паролем; без него пароль берётся из переменной PAROM_ONEC__PASSWORD
    #[arg(long, value_name = "ФАЙЛ")]
    password_file: Option<PathBuf>,
    /// Сколько контрагентов придумать; 0 — настоящие юридические лица [0]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    counterparties: u64,
    /// Зерно случайности: с тем же зерном контрагенты те же [1]
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true)]
    seed: u64,
    /// Слать JSON; без этого учебная 1С пишет XML, как обработка «Паром для 1С»
    #[arg(long)]
    json: bool,
    /// Сказать, что в конфигурации чего-то нет, например «Настройка «ТКП»: нет документа»; можно несколько раз
    #[arg(long, value_name = "ТЕКСТ")]
    missing: Vec<String>,
    /// Записей в одном вызове, до 1000 [500]
    #[arg(long, value_name = "N", default_value_t = 500, hide_default_value = true)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1000))]
    chunk: usize,
    /// Слать каждый вызов дважды, как после сбоя
    #[arg(long)]
    twice: bool,
    /// Вести себя как платформа 8.2
    #[arg(long)]
    old_platform: bool,
    /// Остаться и обмениваться с Паромом раз в столько секунд, как регламентное задание 1С
    #[arg(long, value_name = "СЕКУНД", conflicts_with = "file")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    every: Option<u32>,
    /// Делать к каждому новому запросу ТКП и счёт и проводить оплату половины
    #[arg(long, requires = "every")]
    clerk: bool,
    /// Терять каждый N-й ответ; 0 — не терять [0]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    lose_every: u64,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Outcome> {
    match args.shore {
        Shore::Bitrix24(args) => portal(args).await,
        Shore::Onec(args) => onec(args).await,
    }
}

async fn portal(args: Bitrix24) -> anyhow::Result<Outcome> {
    let settings = PortalSettings {
        listen: args.listen,
        max_concurrent: args.users,
        ..PortalSettings::new(Arc::new(SystemClock))
    };
    let settings =
        settings.with_latency(Duration::from_millis(args.request_ms), Duration::from_millis(args.command_ms));
    let stop = lifecycle::until_interrupted()?;
    let portal = Portal::start(settings)
        .await
        .with_context(|| format!("учебный портал не смог занять {}; укажите другой --listen", args.listen))?;
    if args.module {
        portal.module().install(module(args.parom.as_deref(), portal.webhook_owner())?);
        portal.notices().deliver_by_themselves();
    }
    if args.lost_answers > 0 {
        portal.faults().random(args.seed, args.lost_answers, &Fault::UNCLEAR);
    } else if args.faults > 0 {
        portal.faults().random(args.seed, args.faults, &Fault::PASSING);
    }
    show::say(format!(
        "Учебный Битрикс24 работает. Вебхук для раздела [bitrix24]:\n\n  webhook_url = \"{}\"\n\nCtrl-C — остановить.",
        portal.webhook_url()
    ))?;

    stop.cancelled().await;
    let counters = portal.counters();
    let companies = portal.company_count();
    portal.stop().await;
    show::say(format!(
        "Запросов: {}, команд: {}, из них записей: {}. Компаний: {}.",
        number(counters.http_requests),
        number(counters.commands),
        number(counters.writes),
        number(companies as u64)
    ))?;
    Ok(Outcome::Done)
}

/// The settings of the box module: it refuses, and posts to `parom` if that is given.
fn module(parom: Option<&str>, technical_user: i64) -> anyhow::Result<BoxModule> {
    const VARIABLE: &str = "PAROM_BITRIX24__MODULE_SECRET";
    let Some(parom) = parom else { return Ok(BoxModule::without_address()) };
    let secret = std::env::var(VARIABLE).with_context(|| {
        format!("нет секрета модуля: задайте переменную {VARIABLE}, ту же, что у parom serve")
    })?;
    if secret.len() < BoxModule::SECRET_MIN {
        bail!("секрет модуля короче {} знаков: с таким он ничего не шлёт", BoxModule::SECRET_MIN);
    }
    let address = format!("{}/bitrix24/changes", parom.trim_end_matches('/'));
    Ok(BoxModule { technical_user, ..BoxModule::new(address, secret) })
}

async fn onec(args: OneCArgs) -> anyhow::Result<Outcome> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut onec = match args.counterparties {
        0 => OneC::with_real_entities(clock),
        count => OneC::generated(count, args.seed, clock),
    };
    if let Some(path) = &args.file {
        onec.write_file(path, file_format(path)?)
            .with_context(|| format!("не удалось записать {}", path.display()))?;
        let records = count(onec.elements().count() as u64, ["контрагент", "контрагента", "контрагентов"]);
        show::say(format!("В {} записано: {records}.", path.display()))?;
        return Ok(Outcome::Done);
    }
    let address = args.parom.as_deref().context("не хватает: --parom или --file")?;
    let password = password(args.password_file.as_deref())?;
    let speech = match (args.json, args.old_platform) {
        (true, old_platform) => Settings { format: Format::Json, old_platform, ..Settings::default() },
        (false, false) => Settings::of_adapter(),
        (false, true) => Settings::of_adapter().on_old_platform(),
    };
    let settings = Settings {
        chunk: args.chunk,
        send_twice: args.twice,
        lose_every: args.lose_every,
        missing: args.missing,
        ..speech
    };
    let connection = Connection::new(address, &args.login, password.expose(), settings);
    onec.hello(&connection).await.context("Паром не ответил учебной 1С")?;
    let report = onec.push_all(&connection).await.context("показ контрагентов не закончен; повторите его")?;
    show::say(told(&report))?;
    if args.clerk {
        onec.at_every_new_inquiry(serve_the_client);
    }
    if let Some(every) = args.every {
        return live(&mut onec, &connection, SignedDuration::from_secs(i64::from(every))).await;
    }
    Ok(if report.rejected.is_empty() { Outcome::Done } else { Outcome::Parked })
}

/// ТКП, Счёт, and half of the money.
fn serve_the_client(onec: &mut OneC, inquiry: uuid::Uuid) {
    onec.make_document(inquiry, DocumentKind::Quotation);
    let invoice = onec.make_document(inquiry, DocumentKind::Invoice);
    let amount = invoice.and_then(|invoice| onec.document(invoice)).map(|invoice| invoice.amount);
    if let Some(Kopecks(amount)) = amount.filter(|amount| *amount > Kopecks(1)) {
        onec.pay(inquiry, Kopecks(amount / 2));
    }
    onec.set_inquiry_status(inquiry, InquiryStatus::QuotationSent);
}

/// Exchanges until Ctrl-C: shows what was changed, takes what Parom has, sends receipts.
async fn live(onec: &mut OneC, connection: &Connection, every: SignedDuration) -> anyhow::Result<Outcome> {
    let stop = lifecycle::until_interrupted()?;
    let clock = SystemClock;
    show::say(format!("Учебная 1С опрашивает Паром раз в {} с. Ctrl-C — остановить.", every.as_secs()))?;
    while !stop.is_cancelled() {
        match onec.exchange(connection).await {
            Ok(exchanged) => {
                if !exchanged.took.is_empty() {
                    show::say(story(&exchanged.took))?;
                }
                if let Some(papers) = papers(&exchanged) {
                    show::say(papers)?;
                }
            }
            // 1C comes back in five minutes, whatever was wrong.
            Err(error) => show::say(format!("Обмен не удался: {error}"))?,
        }
        tokio::select! {
            () = clock.sleep(every) => {}
            () = stop.cancelled() => {}
        }
    }
    let created = onec.history().iter().filter(|took| took.what == What::Created).count();
    show::say(format!("Принято доставок: {}, создано контрагентов: {created}.", onec.history().len()))?;
    Ok(Outcome::Done)
}

/// What an exchange brought and took for inquiries, in a line; `None`: nothing.
fn papers(exchanged: &Exchanged) -> Option<String> {
    let mut parts = Vec::new();
    let mut part = |records: usize, words: [&str; 3]| {
        if records > 0 {
            parts.push(count(records as u64, words));
        }
    };
    part(exchanged.inquiries.took.len(), ["запрос принят", "запроса принято", "запросов принято"]);
    part(exchanged.inquiries.shown.sent, ["запрос показан", "запроса показано", "запросов показано"]);
    part(exchanged.documents.sent, ["документ показан", "документа показано", "документов показано"]);
    let news = exchanged.payments.accepted + exchanged.payments.rejected.len();
    part(news, ["список оплат показан", "списка оплат показано", "списков оплат показано"]);
    let rejected = exchanged.documents.rejected.iter().chain(&exchanged.payments.rejected);
    let rejected = rejected.chain(&exchanged.inquiries.shown.rejected);
    parts.extend(rejected.map(|answer| format!("отвергнут {}: {}", answer.reference, answer.message)));
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn told(report: &PushReport) -> String {
    let mut table = Table::new(["1С показала Парому", "Записей"]).numbers_in(1);
    for (title, records) in [
        ("всего", report.sent),
        ("принято", report.accepted),
        ("без изменений", report.unchanged),
        ("отвергнуто", report.rejected.len()),
    ] {
        table.row([title.to_owned(), number(records as u64)]);
    }
    let mut text = format!("{table}\nВызовов: {}", number(report.requests as u64));
    for answer in &report.rejected {
        let _ = write!(text, "\nОтвергнут {}: {}", answer.reference, answer.message);
    }
    text
}

fn password(file: Option<&std::path::Path>) -> anyhow::Result<Secret> {
    const VARIABLE: &str = "PAROM_ONEC__PASSWORD";
    let text = match file {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("не читается файл с паролем {}", path.display()))?,
        None => match std::env::var(VARIABLE) {
            Ok(text) => text,
            Err(_) => bail!("нет пароля: укажите --password-file или переменную {VARIABLE}"),
        },
    };
    Ok(Secret::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn file_format(path: &std::path::Path) -> anyhow::Result<FileFormat> {
    match path.extension().and_then(|end| end.to_str()) {
        Some("jsonl" | "ndjson") => Ok(FileFormat::Jsonl),
        Some("xml") => Ok(FileFormat::Xml),
        Some("csv") => Ok(FileFormat::Csv),
        _ => bail!("имя {} должно кончаться на .jsonl, .xml или .csv", path.display()),
    }
}
