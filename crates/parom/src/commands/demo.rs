//! `parom demo`: a portal, a 1C and a Parom on this machine, the crossings in both directions told step by step, and
//! afterwards people at work on both sides.

mod cast;
mod deal;
mod finds;
mod tables;
mod town;
mod waiting;
pub(in crate::commands) mod way_back;

use anyhow::bail;
use domain::{Clock, Role, Side, SignedDuration};
use emulator::onec::{Connection, ContactKind};
use engine::WouldDo;
use store::Store;

use crate::commands::user;
use crate::ferry::showing;
use crate::lifecycle::{Ending, Lifecycle};
use crate::show::{self, Table, count, number};
use crate::{Outcome, http, service};
use cast::{Cast, LOGIN, PASSWORD};

/// Whether to stay afterwards.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom demo [--once | --still] [--counterparties N]")]
pub(crate) struct Args {
    /// Закончить после рассказа, а не ждать Ctrl-C
    #[arg(long)]
    once: bool,
    /// После рассказа никто ничего не меняет, кроме вас; 1С продолжает обмен
    #[arg(long, conflicts_with = "once")]
    still: bool,
    /// Взять N придуманных контрагентов вместо настоящих, не меньше 50
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    counterparties: u64,
}

/// A crossing of the demo is a matter of a second; whoever waits longer has found a bug.
const CROSSING_MAX: SignedDuration = SignedDuration::from_secs(120);
/// How often the demo looks whether everything has arrived.
const LOOK_EVERY: SignedDuration = SignedDuration::from_millis(50);

/// With fewer there is nobody left for one of the stories.
const COUNTERPARTIES_MIN: u64 = 50;

pub(crate) async fn run(args: Args) -> anyhow::Result<Outcome> {
    if (1..COUNTERPARTIES_MIN).contains(&args.counterparties) {
        bail!(
            "для рассказа нужно не меньше {COUNTERPARTIES_MIN} контрагентов; без --counterparties — настоящие"
        );
    }
    let mut cast = Cast::gather(args.counterparties).await?;
    let lifecycle = Lifecycle::default();
    let engine = cast.app.engine()?;
    let listener = http::listen(cast.app.config.server.listen, "listen").await?;

    step(1, "На этой машине поднялись трое")?;
    show::say(format!(
        "  учебный Битрикс24: {}\n  Паром:             http://{} (база — {})\n  учебная 1С:        {}",
        cast.portal.webhook_url(),
        listener.local_addr()?,
        cast.database.display(),
        count(cast.onec.elements().count() as u64, COUNTERPARTIES),
    ))?;

    step(2, "Что сделала бы загрузка (parom plan): пока ничего не записано")?;
    rehearse(&cast, &engine).await?;

    cast.install_module(listener.local_addr()?);
    let address = service::start(&cast.app, engine.clone(), listener, &lifecycle).await?;
    let connection = cast::connect(address);
    let result = story(&mut cast, &connection, &engine, &args).await;
    let ending = match &result {
        Ok(next) if !args.once => {
            let password = console::passwords::make_up();
            user::create(&cast.app, USER, "Демонстрация", Role::Administrator, &password).await?;
            farewell(&cast, address, &password, *next, args.still)?;
            let stop = lifecycle.stop();
            let town = town::lives(&mut cast, &connection, args.still);
            let town = async {
                tokio::select! { () = stop.cancelled() => {}, () = town => {} }
            };
            tokio::join!(lifecycle.finish(), town).0?
        }
        Ok(_) | Err(_) => {
            lifecycle.stop().cancel();
            lifecycle.finish().await?
        }
    };
    cast.close().await;
    result?;
    Ok(match ending {
        Ending::Clean => Outcome::Done,
        Ending::Hard => Outcome::Failed,
    })
}

/// Everything that happens before a visitor comes; the number of the next step.
async fn story(
    cast: &mut Cast,
    connection: &Connection,
    engine: &engine::Engine,
    args: &Args,
) -> anyhow::Result<u32> {
    tell(cast, connection).await?;
    let next = way_back::tell(cast, connection).await?;
    let next = deal::tell(cast, connection, engine, next).await?;
    let mut next = waiting::tell(cast, connection, next).await?;
    if args.once {
        step(next, "Дальше люди работают с обеих сторон; здесь — по одному разу каждое")?;
        town::shows_each_movement(cast, connection).await?;
        next += 1;
    }
    step(next, "Что найдёт тот, кто откроет консоль")?;
    finds::tell(cast, engine).await?;
    Ok(next + 1)
}

const COUNTERPARTIES: [&str; 3] = ["контрагент", "контрагента", "контрагентов"];
const COMMANDS: [&str; 3] = ["команда", "команды", "команд"];
const REQUESTS: [&str; 3] = ["запрос", "запроса", "запросов"];

async fn rehearse(cast: &Cast, engine: &engine::Engine) -> anyhow::Result<()> {
    let mut rehearsal = engine.rehearse().await?;
    let mut counts =
        [("создать", 0), ("связать или обновить", 0), ("ничего", 0), ("отложить для человека", 0)];
    let mut file = onec::read_file(&cast.file, &cast.app.config.onec.time_zone)?;
    loop {
        let chunk = file.by_ref().take(CHUNK).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            break;
        }
        for rehearsed in rehearsal.look_at(chunk.into_iter().map(showing).collect()).await? {
            let place = match rehearsed.would {
                WouldDo::Create => 0,
                WouldDo::Link(_) | WouldDo::Update(_) => 1,
                WouldDo::Nothing => 2,
                WouldDo::Park(_) => 3,
            };
            counts[place].1 += 1;
        }
    }
    let mut table = Table::new(["Загрузка сделала бы", "Записей"]).numbers_in(1);
    for (title, records) in counts {
        table.row([title.to_owned(), number(records)]);
    }
    show::say(table)?;
    show::say(format!("  Компаний в портале: {}", cast.portal.company_count()))?;
    Ok(())
}

/// Records looked at together.
const CHUNK: usize = 400;

/// What happens between the three, in the order in which it happens.
async fn tell(cast: &mut Cast, connection: &Connection) -> anyhow::Result<()> {
    step(3, "1С показывает Парому всех своих контрагентов")?;
    cast.portal.reset_counters();
    cast.onec.hello(connection).await?;
    let push = cast.onec.push_all(connection).await?;
    arrived(&cast.app.store, cast.app.clock.as_ref()).await?;
    let counters = cast.portal.counters();
    show::say(format!(
        "  Паром принял {}; в Битрикс24 ушло {} в {}.",
        count(push.accepted as u64, ["запись", "записи", "записей"]),
        count(counters.commands, COMMANDS),
        in_requests(counters.http_requests),
    ))?;

    show::say(format!("  {}", adapters(cast).await?))?;

    step(4, "Теперь это компании Битрикс24 с реквизитами, адресами и банком")?;
    show::say(tables::companies(&cast.portal))?;

    step(5, "А это человек решает сам: Паром объяснил почему")?;
    show::say(tables::parked(&cast.app.store).await?)?;

    step(6, "1С показывает всё то же ещё раз")?;
    cast.portal.reset_counters();
    let again = cast.onec.push_all(connection).await?;
    arrived(&cast.app.store, cast.app.clock.as_ref()).await?;
    show::say(format!(
        "  Без изменений: {} из {}. Записей в Битрикс24: {}.",
        number(again.unchanged as u64),
        number(again.sent as u64),
        number(cast.portal.writes()),
    ))?;

    step(7, "В 1С правят телефон одного контрагента")?;
    cast.portal.reset_counters();
    let client = cast.first_delivered().await?;
    cast.onec.edit(client.reference, |element| {
        element.contacts.insert(ContactKind::Phone, "+7 (495) 000-00-01".to_owned());
    });
    cast.onec.push_changed(connection).await?;
    arrived(&cast.app.store, cast.app.clock.as_ref()).await?;
    show::say(format!("  «{}»: изменений в Битрикс24 — {}.", client.name, number(cast.portal.writes())))?;
    Ok(())
}

/// Which versions stand at both shores, as `parom doctor` sees them.
async fn adapters(cast: &Cast) -> anyhow::Result<String> {
    let begun = cast.app.clock.now();
    loop {
        let store = &cast.app.store;
        let module = store.bridge().await?.and_then(|standing| standing.said);
        if let (Some(hello), Some(module)) = (store.adapter().await?, module) {
            return Ok(format!(
                "Паром видит оба адаптера: в 1С — «{}» (платформа {}), на портале — модуль parom.bridge {}.",
                hello.adapter, hello.platform, module.version
            ));
        }
        way_back::patience(cast, begun, "адаптеры не представились").await?;
    }
}

/// Waits until nothing is under way to Bitrix24.
async fn arrived(store: &Store, clock: &dyn Clock) -> anyhow::Result<()> {
    let begun = clock.now();
    loop {
        let figures = store.summary().await?.bitrix;
        if figures.due + figures.leased == 0 {
            return Ok(());
        }
        if clock.now().duration_since(begun) > CROSSING_MAX {
            let lane = store.lane(Side::Bitrix).await?;
            bail!("передача не закончилась за {} с: {lane:?}", CROSSING_MAX.as_secs());
        }
        clock.sleep(LOOK_EVERY).await;
    }
}

/// Who may enter the console of the demo.
const USER: &str = "demo";

fn farewell(
    cast: &Cast,
    address: std::net::SocketAddr,
    password: &str,
    number: u32,
    is_still: bool,
) -> anyhow::Result<()> {
    let reference =
        cast.onec.elements().next().map(|element| element.reference.to_string()).unwrap_or_default();
    let requisite = cast.portal.requisites().first().map(|card| card.id).unwrap_or_default();
    step(number, "Посмотрите сами: всё это работает, пока вы не нажмёте Ctrl-C")?;
    show::say(format!(
        "  Компании портала:      curl -gs '{}crm.company.list.json?select[]=ID&select[]=TITLE&select[]=PHONE'\n\
         \x20 Реквизиты:             curl -gs '{}crm.requisite.list.json?select[]=ENTITY_ID&select[]=RQ_INN&select[]=RQ_KPP'\n\
         \x20 Измените реквизит, как сотрудник; через несколько секунд его возьмёт 1С:\n\
         \x20   curl -gs '{}crm.requisite.update.json?id={requisite}&fields[RQ_DIRECTOR]=Новый%20Директор'\n\
         \x20 Что Паром знает о записи 1С:\n\
         \x20   curl -s -u {LOGIN}:{PASSWORD} 'http://{address}/1c/v1/state?kind=counterparty&ref={reference}'\n\
         \x20 Те же контрагенты файлом (для parom load и parom plan): {}\n\n\
         Дальше со своим порталом: parom config > parom.toml, впишите webhook_url и password, затем parom doctor.\n",
        cast.portal.webhook_url(),
        cast.portal.webhook_url(),
        cast.portal.webhook_url(),
        cast.file.display(),
    ))?;
    // Last, so that nobody scrolls to find it.
    show::say(format!("  Консоль Парома: http://{address}/  логин {USER}, пароль {password}"))?;
    if !is_still {
        show::say("\nВ 1С и в Битрикс24 работают люди; что они делают, видно в консоли:")?;
    }
    Ok(())
}

fn step(number: u32, title: &str) -> anyhow::Result<()> {
    Ok(show::say(format!("\n{number}. {title}"))?)
}

fn in_requests(requests: u64) -> String {
    // The prepositional case differs from the nominative only for one.
    if requests % 10 == 1 && requests % 100 != 11 {
        format!("{} запросе", number(requests))
    } else {
        count(requests, [REQUESTS[0], "запросах", "запросах"])
    }
}
