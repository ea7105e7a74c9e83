//! The second half of the demo: what employees do in Bitrix24 reaches 1C at its next poll.

use anyhow::{Context, bail};
use domain::{Field, SignedDuration};
use emulator::onec::{Connection, LegalStatus, Took, What};

use super::cast::{Cast, Client};
use super::{CROSSING_MAX, LOOK_EVERY, arrived, step};
use crate::show::{self, Table, count, number};

/// A client whom the 1C of the demo does not have, from public registers; and one for the next edit.
const NEW_CLIENT: [(&str, &str); 5] = [
    ("RQ_INN", "7710030411"),
    ("RQ_KPP", "770401001"),
    ("RQ_OGRN", "1027739642281"),
    ("RQ_COMPANY_NAME", "Новый клиент"),
    ("RQ_DIRECTOR", "Петрова Анна Сергеевна"),
];
/// Another КПП for a legal entity.
const ANOTHER_KPP: &str = "997950001";

/// Tells the steps from the eighth on; the number of the next one.
pub(super) async fn tell(cast: &mut Cast, connection: &Connection) -> anyhow::Result<u32> {
    // The portal is read whole once; until then Parom knows only what it wrote itself.
    known(cast).await?;

    step(8, "Сотрудник меняет КПП клиента в Битрикс24, а 1С опрашивает Паром")?;
    let client = edit_first(cast).await?;
    let took = next(cast, connection).await?;
    show::say(story(&took))?;
    let kpp = cast.onec.find(client.reference).context("контрагент есть в 1С")?.kpp;
    if kpp == ANOTHER_KPP {
        show::say(format!("  В 1С у «{}» теперь КПП {kpp}.", client.name))?;
    }

    step(9, "Сотрудник заводит нового клиента: с первой сделкой он становится контрагентом 1С")?;
    let employee = cast.portal.employee();
    let company = employee.creates_company("Новый клиент")?;
    employee.adds_requisite(company, "COMPANY", &NEW_CLIENT)?;
    employee.adds_phone(company, "+7 495 123-45-67")?;
    let without_deal = waits(cast, company).await?;
    show::say(format!("  Без сделки не едет: {without_deal}"))?;
    cast.portal.employee().adds_deal(company, &[("TITLE", "Поставка насосов")])?;
    let took = next(cast, connection).await?;
    show::say(story(&took))?;
    arrived(&cast.app.store, cast.app.clock.as_ref()).await?;

    step(10, "Второй сотрудник заводит того же клиента ещё раз")?;
    let employee = cast.portal.employee();
    let second = employee.creates_company("Новый клиент (дубль)")?;
    match employee.adds_requisite(second, "COMPANY", &NEW_CLIENT[..1]) {
        Err(refused) => show::say(format!("  Модуль портала не сохраняет: {}", refused.description))?,
        Ok(_) => bail!("модуль портала пропустил повторный ИНН"),
    }
    // From the recycle bin, by a script, on a portal without the module.
    cast.portal.employee().unseen().adds_requisite(second, "COMPANY", &NEW_CLIENT[..1])?;
    show::say("  Дубль всё же появился мимо проверки: его восстановили из корзины.".to_owned())?;
    show::say(format!("  Уведомление сотруднику: {}", rings(cast).await?))?;
    show::say("  В 1С второго контрагента нет; обе карточки получили запись в ленте.".to_owned())?;

    step(11, "Всё сошлось: эхо собственных записей ничего не пишет")?;
    cast.portal.reset_counters();
    let echo = cast.onec.exchange(connection).await?;
    arrived(&cast.app.store, cast.app.clock.as_ref()).await?;
    show::say(format!(
        "  1С показала {}, взяла {}; записей в Битрикс24: {}.",
        count(echo.pushed.sent as u64, ["запись", "записи", "записей"]),
        number(echo.took.len() as u64),
        number(cast.portal.writes()),
    ))?;
    Ok(12)
}

/// An employee gives the first legal entity of 1C another КПП; where there are only entrepreneurs, one gets a phone.
async fn edit_first(cast: &Cast) -> anyhow::Result<Client> {
    let client = cast.first_delivered().await?;
    let employee = cast.portal.employee();
    match cast.onec.find(client.reference) {
        Some(element) if element.legal_status == LegalStatus::Person => {
            employee.adds_phone(client.company, "+7 495 765-43-21")?;
        }
        _ => employee.edits_requisite(client.requisite, &[("RQ_KPP", ANOTHER_KPP)])?,
    }
    Ok(client)
}

/// Exchanges until 1C was given something, as its scheduled job does every five minutes.
async fn next(cast: &mut Cast, connection: &Connection) -> anyhow::Result<Vec<Took>> {
    let begun = cast.app.clock.now();
    loop {
        let exchanged = cast.onec.exchange(connection).await?;
        if !exchanged.took.is_empty() {
            return Ok(exchanged.took);
        }
        patience(cast, begun, "1С ничего не получила").await?;
    }
}

/// Waits until the portal was read whole.
async fn known(cast: &Cast) -> anyhow::Result<()> {
    let begun = cast.app.clock.now();
    while cast.app.store.portal_companies_page(0, 1).await?.is_empty() {
        patience(cast, begun, "портал не прочитан").await?;
    }
    Ok(())
}

/// Waits until the company is known, and says why it does not travel.
async fn waits(cast: &Cast, company: i64) -> anyhow::Result<String> {
    let begun = cast.app.clock.now();
    loop {
        let known = cast.app.store.portal_companies(&[company]).await?.pop();
        if let Some(reason) = known.and_then(|known| known.waits) {
            return Ok(reason.text);
        }
        patience(cast, begun, "новая компания не замечена").await?;
    }
}

/// Waits for the bell of an employee.
async fn rings(cast: &Cast) -> anyhow::Result<String> {
    let begun = cast.app.clock.now();
    loop {
        if let Some(notification) = cast.portal.notifications().pop() {
            return Ok(notification.text);
        }
        patience(cast, begun, "сотрудник не узнал о повторном ИНН").await?;
    }
}

pub(super) async fn patience(cast: &Cast, begun: domain::Timestamp, what: &str) -> anyhow::Result<()> {
    if cast.app.clock.now().duration_since(begun) > CROSSING_MAX {
        bail!("{what} за {} с", CROSSING_MAX.as_secs());
    }
    cast.app.clock.sleep(LOOK_EVERY).await;
    Ok(())
}

/// What 1C did, as a table.
pub(in crate::commands) fn story(took: &[Took]) -> String {
    let mut table = Table::new(["1С получила", "Код", "Компания", "Что изменилось"]);
    for took in took {
        let (what, fields) = match &took.what {
            What::Created => ("создала", String::new()),
            What::Updated(fields) => ("обновила", in_words(fields)),
            What::Unchanged => ("без изменений", String::new()),
            What::Rejected(text) => ("отвергла", text.clone()),
        };
        table.row([what.to_owned(), took.code.clone(), format!("№ {}", took.company_id), fields]);
    }
    table.to_string()
}

/// Fields of the contract as people call them.
fn in_words(names: &[&str]) -> String {
    let titles = Field::ALL.into_iter().filter(|field| names.contains(&field.as_str())).map(Field::title);
    titles.collect::<Vec<_>>().join(", ")
}

/// How often the demo looks at the portal: nobody wants to wait a minute for a step.
pub(super) const SWEEP_EVERY: SignedDuration = SignedDuration::from_secs(1);
