//! `parom status`: what is done, what is under way, what waits for a person.

use domain::{Side, Timestamp};
use jiff::tz::TimeZone;
use serde::Serialize;
use store::{Lane, SideFigures, Store};

use crate::Outcome;
use crate::app::App;
use crate::show::{self, Table, count, moment};

/// For people or for programs.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom status [--json]")]
pub(crate) struct Args {
    /// Вывести JSON для программ
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &Args, app: App) -> anyhow::Result<Outcome> {
    let status = Status::of(&app.store).await?;
    if args.json {
        show::json(&status)?;
    } else {
        show::say(status.told(&app.config.onec.time_zone))?;
    }
    Ok(if status.parked.is_empty() { Outcome::Done } else { Outcome::Parked })
}

/// What the database knows of the whole.
#[derive(Debug, Serialize)]
struct Status {
    /// Counterparties known to Parom.
    counterparties: i64,
    /// Of these: known on both shores.
    linked: i64,
    /// Of these: something of them could not be carried.
    with_remarks: i64,
    bitrix24: Lines,
    /// What 1C has to take at its next polls, and has taken.
    onec: Lines,
    /// Deals that are, or become, «Запрос», and what they show of 1C.
    inquiries: Inquiries,
    /// Companies of Bitrix24 that do not travel to 1C, by cause.
    not_travelling: Vec<Parked>,
    /// Why nothing travels to Bitrix24, if nothing does.
    stopped: Option<Stopped>,
    parked: Vec<Parked>,
    onec_seen_at: Option<Timestamp>,
    adapter: Option<store::Hello>,
    /// The box module of the portal, as it answered last.
    module: Option<store::BridgeStanding>,
    /// What the last reconciliation came to.
    reconciled: Option<engine::Reconciled>,
}

#[derive(Debug, Serialize)]
struct Lines {
    created: i64,
    linked: i64,
    updated: i64,
    unchanged: i64,
    waiting: i64,
    oldest_due: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Inquiries {
    /// 1C has them.
    known: i64,
    /// 1C takes them at its next polls.
    under_way: i64,
    /// They wait for their client or their company.
    waiting: i64,
    /// 1C rejected them.
    rejected: i64,
    /// Documents whose file is in its deal.
    documents: i64,
    /// Documents without content or without inquiry.
    documents_waiting: i64,
    /// Payments that count.
    payments: i64,
    /// Deals that do not show the newest yet.
    deals_due: i64,
}

impl Inquiries {
    async fn of(store: &Store) -> anyhow::Result<Self> {
        let inquiries = store.inquiry_figures().await?;
        let documents = store.document_figures().await?;
        let (payments, _) = store.payment_figures().await?;
        Ok(Self {
            known: inquiries.known,
            under_way: inquiries.under_way,
            waiting: inquiries.waiting,
            rejected: inquiries.rejected,
            documents: documents.placed,
            documents_waiting: documents.without_content + documents.without_inquiry,
            payments,
            deals_due: store.faces_due().await?,
        })
    }
}

#[derive(Debug, Serialize)]
struct Stopped {
    reason: String,
    since: Timestamp,
}

#[derive(Debug, Serialize)]
struct Parked {
    reason: &'static str,
    title: &'static str,
    count: i64,
}

impl Status {
    async fn of(store: &Store) -> anyhow::Result<Self> {
        let summary = store.summary().await?;
        let stopped = match store.lane(Side::Bitrix).await? {
            Lane::Open => None,
            Lane::Stopped { reason, since } => Some(Stopped { reason, since }),
        };
        let parked = summary.parked.iter().map(|(code, count)| Parked {
            reason: code.as_str(),
            title: code.title(),
            count: *count,
        });
        let waiting = store.waiting_groups().await?;
        let not_travelling = waiting.iter().map(|(code, count)| Parked {
            reason: code.as_str(),
            title: code.title(),
            count: *count,
        });
        Ok(Self {
            counterparties: summary.links,
            linked: summary.linked,
            with_remarks: summary.with_remarks,
            bitrix24: Lines::of(&summary.bitrix),
            onec: Lines::of(&summary.onec),
            inquiries: Inquiries::of(store).await?,
            not_travelling: not_travelling.collect(),
            stopped,
            parked: parked.collect(),
            onec_seen_at: store.seen_onec().await?,
            adapter: store.adapter().await?,
            module: store.bridge().await?,
            reconciled: engine::reconciled(store).await?,
        })
    }

    fn told(&self, zone: &TimeZone) -> String {
        let mut table = Table::new(["", ""]).numbers_in(1);
        let lines = &self.bitrix24;
        for (title, figure) in [
            ("Контрагентов известно", self.counterparties),
            ("  из них есть и в 1С, и в Битрикс24", self.linked),
            ("  из них с замечаниями", self.with_remarks),
            ("Передач в Битрикс24: создано компаний", lines.created),
            ("  связано с существующими", lines.linked),
            ("  обновлено", lines.updated),
            ("  без изменений", lines.unchanged),
            ("  ждут очереди", lines.waiting),
            ("Передач в 1С: создано контрагентов", self.onec.created),
            ("  обновлено", self.onec.updated),
            ("  без изменений", self.onec.unchanged),
            ("  ждут опроса или квитанции", self.onec.waiting),
            ("Сделок, ставших запросами 1С", self.inquiries.known),
            ("  ждут опроса или квитанции", self.inquiries.under_way),
            ("  ждут клиента или компанию", self.inquiries.waiting),
            ("  отвергнуты 1С", self.inquiries.rejected),
            ("Документов 1С в сделках", self.inquiries.documents),
            ("  ждут файла или запроса", self.inquiries.documents_waiting),
            ("Оплат учтено", self.inquiries.payments),
            ("Сделок, где это ещё не видно", self.inquiries.deals_due),
        ] {
            table.row([title.to_owned(), number(figure)]);
        }
        let mut text = table.to_string();
        let mut say = |line: String| {
            text.push('\n');
            text.push_str(&line);
        };
        match &self.stopped {
            Some(stopped) => {
                say(format!(
                    "Передача в Битрикс24 остановлена с {}: {}",
                    moment(stopped.since, zone),
                    stopped.reason
                ));
            }
            None => match lines.oldest_due {
                Some(due) => say(format!("Ближайшая передача: {}", moment(due, zone))),
                None => say("Всё, что показала 1С, передано или ждёт человека.".to_owned()),
            },
        }
        match self.onec_seen_at {
            Some(at) => say(format!("1С обращалась: {}", moment(at, zone))),
            None => say("1С ещё не обращалась.".to_owned()),
        }
        if let Some(adapter) = &self.adapter {
            say(format!(
                "Обработка {} на {} {}, платформа {}",
                adapter.adapter, adapter.configuration, adapter.configuration_version, adapter.platform
            ));
            if !adapter.missing.is_empty() {
                say(format!("В этой 1С не найдено: {}", adapter.missing.join(", ")));
            }
        }
        if let Some(line) = self.module.as_ref().and_then(|module| module_line(module, zone)) {
            say(line);
        }
        if let Some(reconciled) = &self.reconciled {
            say(format!(
                "Последняя сверка: {}, расхождений {}, из них ждут человека {}{}",
                moment(reconciled.at, zone),
                show::number(reconciled.discrepancies),
                show::number(reconciled.needs_person),
                if reconciled.needs_person > 0 { ". Какие: parom reconcile" } else { "" }
            ));
        }
        if !self.not_travelling.is_empty() {
            say("Компании Битрикс24, которые не передаются в 1С:".to_owned());
            for group in &self.not_travelling {
                let companies = count(group.count.unsigned_abs(), ["компания", "компании", "компаний"]);
                say(format!("  {}: {companies}", group.title));
            }
            say("Какие: parom parked list --reason ПРИЧИНА".to_owned());
        }
        if !self.parked.is_empty() {
            say("Ждут человека:".to_owned());
            for parked in &self.parked {
                let records = count(parked.count.unsigned_abs(), ["запись", "записи", "записей"]);
                say(format!("  {}: {records}", parked.title));
            }
            say("Что делать с каждой: parom parked list".to_owned());
        }
        text
    }
}

/// A line about the box module; none for a portal that never had it.
fn module_line(module: &store::BridgeStanding, zone: &TimeZone) -> Option<String> {
    let said = module.said.as_ref()?;
    if module.absence.is_some() {
        let since = module.absent_since.unwrap_or(module.asked_at);
        return Some(format!(
            "Модуль портала parom.bridge {} не отвечает с {}. Почему: parom doctor",
            said.version,
            moment(since, zone)
        ));
    }
    let guard = if said.guard {
        "повторный ИНН не сохраняется"
    } else {
        "проверка ИНН выключена"
    };
    let outbox = match (said.outbox, said.waiting) {
        (false, _) => "об изменениях не сообщает".to_owned(),
        (true, 0) => "об изменениях сообщает сразу".to_owned(),
        (true, waiting) => format!("ждут отправки Парому: {}", number(waiting)),
    };
    Some(format!("Модуль портала parom.bridge {}: {guard}, {outbox}", said.version))
}

impl Lines {
    fn of(figures: &SideFigures) -> Self {
        let outcome = |word: &str| figures.outcomes.get(word).copied().unwrap_or_default();
        Self {
            created: outcome("created"),
            linked: outcome("linked"),
            updated: outcome("updated"),
            unchanged: outcome("unchanged"),
            waiting: figures.due + figures.leased,
            oldest_due: figures.oldest_due,
        }
    }
}

fn number(figure: i64) -> String {
    show::number(figure.unsigned_abs())
}
