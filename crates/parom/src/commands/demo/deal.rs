//! The last part of the demo: a deal becomes a «Запрос», its documents come back as PDF, and the client pays.

use anyhow::{Context, bail};
use emulator::bitrix24::DealFile;
use emulator::onec::{Connection, DocumentKind, Kopecks};
use engine::{DealField, Engine};
use uuid::Uuid;

use super::cast::Cast;
use super::way_back::patience;
use super::{arrived, step};
use crate::show::{self, Table, number};

/// What the client wants: name, price with tax, quantity.
const PRODUCTS: [(&str, &str, &str); 2] = [("Насос ЦНСг 38-44", "50000", "2"), ("Доставка", "20000", "1")];
/// What the client pays at once, and what goes back to him, in kopecks.
const PAID: i64 = 7_000_000;
const BACK: i64 = 1_000_000;

/// Tells the steps from `number` on; the number of the next one.
pub(super) async fn tell(
    cast: &mut Cast,
    connection: &Connection,
    engine: &Engine,
    number: u32,
) -> anyhow::Result<u32> {
    step(number, "parom setup создаёт в портале поля, в которых видно то, что сообщает 1С")?;
    let report = engine.setup().await?;
    for made in &report.made {
        show::say(format!("  создано: {made}"))?;
    }

    step(number + 1, "Сделка становится документом «Запрос» в 1С")?;
    let deal = cast.portal.deals().last().context("сделка заведена раньше")?.id;
    cast.portal.employee().writes_products(deal, &PRODUCTS)?;
    let inquiry = taken(cast, connection, deal).await?;
    let there = cast.onec.inquiry(inquiry).context("запрос только что создан")?;
    show::say(format!(
        "  1С: «{}» № {} на {} {}, строк — {}, {}.",
        there.asked.title,
        there.number,
        there.asked.amount,
        there.asked.currency,
        there.asked.products.len(),
        there.status.as_str(),
    ))?;
    let name = DealField::Number.default_name();
    let shown = there.number.clone();
    until(cast, "номер запроса не появился в сделке", |cast| {
        value(cast, deal, name) == shown
    })
    .await?;
    show::say(format!("  Битрикс24: в сделке № {deal} номер запроса {shown}."))?;

    step(number + 2, "В 1С делают ТКП, договор и счёт: они приходят в сделку файлами PDF")?;
    for kind in DocumentKind::ALL {
        cast.onec.make_document(inquiry, kind).context("запрос есть в 1С")?;
    }
    cast.onec.exchange(connection).await?;
    until(cast, "документы не пришли в сделку", |cast| {
        files(cast, deal).len() == DocumentKind::ALL.len()
    })
    .await?;
    let mut table = Table::new(["Поле сделки", "Файл", "Байт"]).numbers_in(2);
    for (title, file) in files(cast, deal) {
        table.row([title.to_owned(), file.name, self::number(file.content.len() as u64)]);
    }
    show::say(table)?;

    step(number + 3, "Клиент платит, часть денег ему возвращают")?;
    cast.onec.pay(inquiry, Kopecks(PAID)).context("запрос есть в 1С")?;
    cast.onec.refund(inquiry, Kopecks(BACK)).context("запрос есть в 1С")?;
    cast.onec.exchange(connection).await?;
    let name = DealField::Paid.default_name();
    until(cast, "«Оплачено» не заполнено", |cast| !value(cast, deal, name).is_empty()).await?;
    show::say(format!("  «Оплачено» в сделке: {}", value(cast, deal, name).replace('|', " ")))?;

    step(number + 4, "Тот же обмен ещё раз: менять нечего")?;
    arrived(&cast.app.store, cast.app.clock.as_ref()).await?;
    quiet(cast).await?;
    cast.portal.reset_counters();
    cast.onec.exchange(connection).await?;
    quiet(cast).await?;
    show::say(format!("  Записей в Битрикс24: {}.", self::number(cast.portal.writes())))?;
    Ok(number + 5)
}

/// Exchanges until 1C has the deal.
pub(super) async fn taken(cast: &mut Cast, connection: &Connection, deal: i64) -> anyhow::Result<Uuid> {
    let begun = cast.app.clock.now();
    loop {
        cast.onec.exchange(connection).await?;
        // The rows of a deal are written after the deal.
        if let Some(inquiry) = cast.onec.inquiry_of_deal(deal)
            && !inquiry.asked.products.is_empty()
        {
            return Ok(inquiry.reference);
        }
        patience(cast, begun, "сделка не стала запросом").await?;
    }
}

/// Waits until nothing is to be shown in deals.
pub(super) async fn quiet(cast: &Cast) -> anyhow::Result<()> {
    let begun = cast.app.clock.now();
    while cast.app.store.faces_due().await? + cast.app.store.deal_notes_waiting().await? > 0 {
        patience(cast, begun, "сделки не показывают того, что сообщила 1С").await?;
    }
    Ok(())
}

pub(super) async fn until(cast: &Cast, failure: &str, is_so: impl Fn(&Cast) -> bool) -> anyhow::Result<()> {
    let begun = cast.app.clock.now();
    while !is_so(cast) {
        if let Some(held) = cast.app.store.faces_held(0, 1).await?.pop()
            && let Some(reason) = held.reason
            && held.due_at.is_none()
        {
            bail!("{failure}: {}", reason.text);
        }
        patience(cast, begun, failure).await?;
    }
    Ok(())
}

/// The files of 1C in a deal, with the title of their field.
pub(super) fn files(cast: &Cast, deal: i64) -> Vec<(&'static str, DealFile)> {
    DealField::ALL
        .into_iter()
        .filter(|field| field.document().is_some())
        .flat_map(|field| {
            let files = cast.portal.deal_files(deal, field.default_name());
            files.into_iter().map(move |file| (field.title(), file))
        })
        .collect()
}

pub(super) fn value(cast: &Cast, deal: i64, field: &str) -> String {
    let deals = cast.portal.deals();
    deals.iter().find(|card| card.id == deal).map(|card| card.get(field).to_owned()).unwrap_or_default()
}
