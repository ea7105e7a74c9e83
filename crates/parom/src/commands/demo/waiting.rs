//! What a visitor of the console finds waiting: fields that both sides have changed, records with one cause, deals that
//! cannot become a «Запрос» yet and two that 1C has rejected.

use anyhow::{Context, bail};
use domain::ReasonCode;
use emulator::onec::{Connection, ContactKind, Habits};
use store::{HeldKind, InquiryState, Tallies};

use super::cast::{Cast, Client};
use super::deal::taken;
use super::way_back::patience;
use super::{arrived, step};
use crate::show::{self, Table, number};

/// Who was the director while both sides still agreed; whom 1C and whom Bitrix24 name now.
const DIRECTORS: [[&str; 3]; 2] = [
    ["Соколова Вера Андреевна", "Климов Пётр Ильич", "Климова Ольга Сергеевна"],
    ["Дорохов Игорь Львович", "Зимин Олег Павлович", "Зимина Алла Юрьевна"],
];
/// The new office of the first, as accountants and as managers have heard of it.
const OFFICES: [&str; 2] =
    ["115035, г. Москва, ул. Садовническая, д. 4", "115035, г. Москва, Садовническая ул., д. 14"];
/// Clients with a slip of the finger in their ИНН: name and ИНН.
const SLIPS: [(&str, &str); 6] = [
    ("ООО «Гидросервис»", "7714123450"),
    ("ООО «Северный насосный завод»", "7805123451"),
    ("ООО «Теплоснаб»", "6671123452"),
    ("АО «Волжские насосы»", "6315123453"),
    ("ООО «Аквастрой»", "2310123455"),
    ("ООО «Уралмаш-Сервис»", "6673123456"),
];
/// Deals that 1C takes, and their price.
const DEALS: [(&str, &str); 2] = [("Насосная станция", "890000"), ("Запасные части", "64500")];
/// Deals that 1C rejects, for what it says.
const REJECTED: [(&str, &str); 2] = [("Монтаж трубопровода", "215000"), ("Пусконаладка", "98000")];
const CLOSED: &str = "Период закрыт для изменений: откройте его и повторите обмен.";

/// A company without ИНН that has a deal.
const NAMELESS: &str = "Речной порт";

/// Tells the steps from `number` on; the number of the next one.
pub(super) async fn tell(cast: &mut Cast, connection: &Connection, number: u32) -> anyhow::Result<u32> {
    // The first client has its own story.
    let clients: Vec<Client> = cast.delivered(CLIENTS).await?.into_iter().skip(1).collect();
    let client =
        |place: usize| clients.get(place % clients.len().max(1)).context("мало переданных контрагентов");

    step(number, "В 1С и в Битрикс24 меняют одно и то же: по правилу решает человек")?;
    let disputed = [client(0)?, client(1)?];
    agree(cast, connection, disputed).await?;
    dispute(cast, connection, disputed).await?;
    show::say(conflicts(cast).await?)?;

    step(number + 1, "В 1С заводят клиентов с опечатками в ИНН: всех держит одна причина")?;
    for (name, inn) in SLIPS {
        cast.onec.create(|element| {
            name.clone_into(&mut element.name);
            name.clone_into(&mut element.full_name);
            inn.clone_into(&mut element.inn);
        });
    }
    cast.onec.push_changed(connection).await?;
    let slips = |tallies: &Tallies| held(tallies, HeldKind::ToBitrix, ReasonCode::InvalidInn) >= SLIPS.len();
    until(cast, "опечатки в ИНН не замечены", slips).await?;
    show::say(causes(cast).await?)?;

    step(number + 2, "Сделки: две в работе, две 1С отклонила, две ждут своего")?;
    for (place, (title, price)) in DEALS.into_iter().enumerate() {
        let deal = deal(cast, client(2 + place)?, title, price)?;
        taken(cast, connection, deal).await?;
    }
    cast.onec.set_habits(Habits { refuses_inquiries: Some(CLOSED), ..Habits::default() });
    for (place, (title, price)) in REJECTED.into_iter().enumerate() {
        deal(cast, client(4 + place)?, title, price)?;
    }
    let employee = cast.portal.employee();
    let nameless = employee.creates_company(NAMELESS)?;
    employee.adds_deal(nameless, &[("TITLE", "Ремонт причала")])?;
    employee.adds_deal(0, &[("TITLE", "Звонок с выставки")])?;
    rejected(cast, connection).await?;
    cast.onec.set_habits(Habits::default());
    both_wait(cast, connection).await?;
    show::say(deals(cast).await?)?;
    arrived(&cast.app.store, cast.app.clock.as_ref()).await?;
    Ok(number + 3)
}

/// The one with the story of its own, and one for every place above.
const CLIENTS: usize = 7;

/// 1C names directors, and Bitrix24 takes them.
async fn agree(cast: &mut Cast, connection: &Connection, clients: [&Client; 2]) -> anyhow::Result<()> {
    for (client, [before, ..]) in clients.into_iter().zip(DIRECTORS) {
        cast.onec.edit(client.reference, |element| element.set_director(before));
    }
    cast.onec.exchange(connection).await?;
    arrived(&cast.app.store, cast.app.clock.as_ref()).await
}

/// Managers hear of something new and so do accountants, before either side has told the other.
async fn dispute(cast: &mut Cast, connection: &Connection, clients: [&Client; 2]) -> anyhow::Result<()> {
    let fields = if clients[0].reference == clients[1].reference { 2 } else { 3 };
    for (place, (client, [_, onec, bitrix])) in clients.into_iter().zip(DIRECTORS).enumerate() {
        let employee = cast.portal.employee();
        employee.edits_requisite(client.requisite, &[("RQ_DIRECTOR", bitrix)])?;
        if place == 0 {
            employee.writes_address(client.requisite, ACTUAL_ADDRESS, &[("ADDRESS_1", OFFICES[1])])?;
        }
        cast.onec.edit(client.reference, |element| {
            element.set_director(onec);
            if place == 0 {
                element.contacts.insert(ContactKind::ActualAddress, OFFICES[0].to_owned());
            }
        });
    }
    // 1C shows and does not poll: nothing of the portal has reached it.
    cast.onec.push_changed(connection).await?;
    until(cast, "спорные поля не замечены", |tallies| {
        held_of(tallies, HeldKind::Conflict) == fields
    })
    .await
}

/// <https://apidocs.bitrix24.com/api-reference/crm/requisites/addresses/index.html>
const ACTUAL_ADDRESS: i64 = 1;

fn deal(cast: &Cast, client: &Client, title: &str, price: &str) -> anyhow::Result<i64> {
    let employee = cast.portal.employee();
    let deal = employee.adds_deal(client.company, &[("TITLE", title)])?;
    employee.writes_products(deal, &[(title, price, "1")])?;
    Ok(deal)
}

/// Exchanges until 1C has rejected what it rejects.
async fn rejected(cast: &mut Cast, connection: &Connection) -> anyhow::Result<()> {
    let begun = cast.app.clock.now();
    while held_of(&cast.app.store.tallies().await?, HeldKind::Inquiry) < REJECTED.len() {
        cast.onec.exchange(connection).await?;
        patience(cast, begun, "1С не отклонила сделки").await?;
    }
    Ok(())
}

/// Exchanges until two deals wait, and the one of `nameless` says what its company lacks.
async fn both_wait(cast: &mut Cast, connection: &Connection) -> anyhow::Result<()> {
    let begun = cast.app.clock.now();
    loop {
        let rows = cast.app.store.inquiries_held(0, ROWS_MAX).await?;
        let says = |code: ReasonCode, word: &str| {
            rows.iter().any(|row| match &row.state {
                InquiryState::Waits(reason) => reason.code == code && reason.text.contains(word),
                _ => false,
            })
        };
        if says(ReasonCode::ClientWaits, NAMELESS) && says(ReasonCode::NoCompany, "") {
            return Ok(());
        }
        cast.onec.exchange(connection).await?;
        patience(cast, begun, "сделки без клиента не замечены").await?;
    }
}

async fn until(cast: &Cast, failure: &str, is_so: impl Fn(&Tallies) -> bool) -> anyhow::Result<()> {
    let begun = cast.app.clock.now();
    while !is_so(&cast.app.store.tallies().await?) {
        patience(cast, begun, failure).await?;
    }
    Ok(())
}

fn held_of(tallies: &Tallies, kind: HeldKind) -> usize {
    usize::try_from(tallies.held_of(kind)).unwrap_or_default()
}

fn held(tallies: &Tallies, kind: HeldKind, code: ReasonCode) -> usize {
    let all = tallies.held.iter().filter(|held| held.kind == kind && held.code == code);
    all.map(|held| usize::try_from(held.count).unwrap_or_default()).sum()
}

async fn conflicts(cast: &Cast) -> anyhow::Result<Table> {
    let mut table = Table::new(["Контрагент", "Поле", "Было", "В 1С", "В Битрикс24"]);
    for conflict in cast.app.store.conflicts(None, ROWS_MAX).await? {
        let link = cast.app.store.link(conflict.link).await?;
        let title = link.and_then(|link| link.onec).map(|onec| onec.snapshot.title().trim().to_owned());
        table.row([
            title.unwrap_or_default(),
            conflict.field.title().to_owned(),
            conflict.base.unwrap_or_default(),
            conflict.onec.unwrap_or_default(),
            conflict.bitrix.unwrap_or_default(),
        ]);
    }
    Ok(table)
}

/// More conflicts than the demo makes.
const ROWS_MAX: usize = 10;

async fn causes(cast: &Cast) -> anyhow::Result<Table> {
    let mut table = Table::new(["Причина", "Записей"]).numbers_in(1);
    for (code, count) in cast.app.store.parked_groups().await? {
        table.row([code.title().to_owned(), number(count.unsigned_abs())]);
    }
    Ok(table)
}

async fn deals(cast: &Cast) -> anyhow::Result<Table> {
    let mut table = Table::new(["Сделка", "Причина", "Что случилось и что сделать"]);
    for row in cast.app.store.inquiries_held(0, ROWS_MAX).await? {
        let (InquiryState::Waits(reason) | InquiryState::Rejected(reason)) = row.state else {
            bail!("сделка «{}» ничего не ждёт", row.title);
        };
        table.row([row.title, reason.code.title().to_owned(), reason.text]);
    }
    Ok(table)
}
