//! What the demo shows of the portal and of the records that wait.

use emulator::bitrix24::{Card, Portal};
use store::Store;

use crate::show::{Table, count};

/// Rows of a table that is read, not searched.
const ROWS_MAX: usize = 30;
/// The legal address. <https://apidocs.bitrix24.com/api-reference/crm/requisites/addresses/index.html>
const LEGAL_ADDRESS: &str = "6";

/// The companies as an employee finds them.
pub(super) fn companies(portal: &Portal) -> String {
    let companies = portal.companies();
    let mut table = Table::new(["Компания", "ИНН", "КПП", "Юридический адрес", "Счёт", "Банк"]);
    for company in companies.iter().take(ROWS_MAX) {
        let requisite = portal.requisites_of(company.id).into_iter().next();
        let of = |field: &str| requisite.as_ref().map(|card| card.get(field).to_owned()).unwrap_or_default();
        let address = requisite.as_ref().and_then(|card| legal_address(portal, card)).unwrap_or_default();
        let bank = requisite.as_ref().and_then(|card| portal.bank_details_of(card.id).into_iter().next());
        let of_bank = |field: &str| bank.as_ref().map(|card| card.get(field).to_owned()).unwrap_or_default();
        table.row([
            company.get("TITLE").to_owned(),
            of("RQ_INN"),
            of("RQ_KPP"),
            address,
            of_bank("RQ_ACC_NUM"),
            of_bank("RQ_BANK_NAME"),
        ]);
    }
    with_rest(&table, companies.len())
}

/// The records that wait for a person, with what to do.
pub(super) async fn parked(store: &Store) -> anyhow::Result<String> {
    let rows = store.parked(None, None, ROWS_MAX).await?;
    if rows.is_empty() {
        return Ok("  Таких нет: всё передано.".to_owned());
    }
    let total: i64 = store.parked_groups().await?.iter().map(|(_, count)| count).sum();
    let mut table = Table::new(["Контрагент", "Причина", "Что случилось и что сделать"]);
    for row in rows {
        table.row([row.title, row.reason.code.title().to_owned(), row.reason.text]);
    }
    Ok(with_rest(&table, usize::try_from(total).unwrap_or_default()))
}

fn legal_address(portal: &Portal, requisite: &Card) -> Option<String> {
    let addresses = portal.addresses_of(requisite.id);
    let legal = addresses.iter().find(|address| address.get("TYPE_ID") == LEGAL_ADDRESS)?;
    Some(legal.get("ADDRESS_1").to_owned())
}

fn with_rest(table: &Table, total: usize) -> String {
    match total.saturating_sub(ROWS_MAX) {
        0 => table.to_string(),
        rest => format!("{table}\n  и ещё {}", count(rest as u64, ["строка", "строки", "строк"])),
    }
}
