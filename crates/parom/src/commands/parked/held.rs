//! What waits for a person in Bitrix24 without a delivery: companies that do not travel, fields that both sides
//! changed.

use domain::{ReasonCode, Timestamp};
use jiff::tz::TimeZone;
use serde::Serialize;
use store::{Conflict, PortalCompany, Store};

use crate::show::{self, Table, moment};

/// Rows read at once.
const PAGE: usize = 500;

/// Whether a person has to do something. A company without a deal is no client yet, and nobody is asked for the ИНН
/// of one that has no deal.
fn needs_person(company: &PortalCompany, code: ReasonCode) -> bool {
    code != ReasonCode::NoDeal && (company.has_deal || code == ReasonCode::DuplicateInPortal)
}

/// Shows up to `limit` companies that do not travel to 1C; whether there are any. One cause is shown whatever it is.
pub(super) async fn companies_as_table(
    store: &Store,
    reason: Option<ReasonCode>,
    limit: usize,
    zone: &TimeZone,
) -> anyhow::Result<bool> {
    let mut table = Table::new(["Компания", "Название", "Причина", "Что случилось и что сделать", "С"]);
    let mut shown = 0;
    each_company(store, reason, limit, |company, code, text| {
        shown += 1;
        let since = company.waits_since.map(|since| moment(since, zone)).unwrap_or_default();
        let title = company.title.clone();
        table.row([company.company_id.to_string(), title, code.title().to_owned(), text.to_owned(), since]);
        Ok(())
    })
    .await?;
    if shown > 0 {
        show::say("Компании Битрикс24, которые не передаются в 1С:")?;
        show::say(table)?;
    }
    Ok(shown > 0)
}

/// The same for programs, all of them.
pub(super) async fn companies_as_lines(store: &Store, reason: Option<ReasonCode>) -> anyhow::Result<bool> {
    let mut any = false;
    each_company(store, reason, usize::MAX, |company, code, text| {
        any = true;
        let line = CompanyLine {
            company: company.company_id,
            title: &company.title,
            reason: code.as_str(),
            text,
            since: company.waits_since,
        };
        Ok(show::say(serde_json::to_string(&line)?)?)
    })
    .await?;
    Ok(any)
}

/// Shows the fields that both sides changed; whether there are any.
pub(super) async fn conflicts_as_table(store: &Store, limit: usize, zone: &TimeZone) -> anyhow::Result<bool> {
    let mut table = Table::new(["Контрагент", "Поле", "Было", "В 1С", "В Битрикс24", "Кто в Битрикс24", "С"]);
    let mut shown = 0;
    each_conflict(store, limit, |title, conflict| {
        shown += 1;
        let value = |value: &Option<String>| match value.as_deref() {
            None | Some("") => "—".to_owned(),
            Some(value) => value.to_owned(),
        };
        let when =
            |at: Option<Timestamp>| at.map(|at| format!(" ({})", moment(at, zone))).unwrap_or_default();
        table.row([
            title.to_owned(),
            conflict.field.title().to_owned(),
            value(&conflict.base),
            format!("{}{}", value(&conflict.onec), when(conflict.onec_changed_at)),
            format!("{}{}", value(&conflict.bitrix), when(conflict.bitrix_changed_at)),
            conflict.bitrix_changed_by.map(|user| format!("сотрудник № {user}")).unwrap_or_default(),
            moment(conflict.since, zone),
        ]);
        Ok(())
    })
    .await?;
    if shown > 0 {
        show::say("Поля, изменённые и в 1С, и в Битрикс24 (правило «ask»). Исправьте одну из сторон:")?;
        show::say(table)?;
    }
    Ok(shown > 0)
}

/// The same for programs, all of them.
pub(super) async fn conflicts_as_lines(store: &Store) -> anyhow::Result<bool> {
    let mut any = false;
    each_conflict(store, usize::MAX, |title, conflict| {
        any = true;
        let line = ConflictLine {
            conflict: conflict.link.to_string(),
            counterparty: title,
            field: conflict.field.as_str(),
            base: conflict.base.as_deref(),
            onec: conflict.onec.as_deref(),
            onec_changed_at: conflict.onec_changed_at,
            bitrix: conflict.bitrix.as_deref(),
            bitrix_changed_at: conflict.bitrix_changed_at,
            bitrix_changed_by: conflict.bitrix_changed_by,
            since: conflict.since,
        };
        Ok(show::say(serde_json::to_string(&line)?)?)
    })
    .await?;
    Ok(any)
}

#[derive(Serialize)]
struct CompanyLine<'r> {
    company: i64,
    title: &'r str,
    reason: &'static str,
    text: &'r str,
    since: Option<Timestamp>,
}

#[derive(Serialize)]
struct ConflictLine<'r> {
    conflict: String,
    counterparty: &'r str,
    field: &'static str,
    base: Option<&'r str>,
    onec: Option<&'r str>,
    onec_changed_at: Option<Timestamp>,
    bitrix: Option<&'r str>,
    bitrix_changed_at: Option<Timestamp>,
    bitrix_changed_by: Option<i64>,
    since: Timestamp,
}

async fn each_company(
    store: &Store,
    reason: Option<ReasonCode>,
    limit: usize,
    mut show: impl FnMut(&PortalCompany, ReasonCode, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (mut after, mut shown) = (0, 0);
    loop {
        let page = store.portal_companies_waiting(reason, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.company_id;
        for company in &page {
            let Some(waits) = &company.waits else { continue };
            if shown < limit && (reason.is_some() || needs_person(company, waits.code)) {
                shown += 1;
                show(company, waits.code, &waits.text)?;
            }
        }
        if shown >= limit {
            return Ok(());
        }
    }
}

async fn each_conflict(
    store: &Store,
    limit: usize,
    mut show: impl FnMut(&str, &Conflict) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (mut after, mut shown) = (None, 0);
    loop {
        let mut page = store.conflicts(after, PAGE).await?;
        let Some(last) = page.last().map(|conflict| conflict.link) else { return Ok(()) };
        let is_last = page.len() < PAGE;
        // The page may end within a counterparty.
        page.retain(|conflict| conflict.link != last);
        page.extend(store.conflicts_of(last).await?);
        for conflict in &page {
            if shown >= limit {
                return Ok(());
            }
            shown += 1;
            let link = store.link(conflict.link).await?;
            let title = link.as_ref().and_then(|link| link.onec.as_ref()).map(|onec| onec.snapshot.title());
            show(title.unwrap_or_default(), conflict)?;
        }
        if is_last {
            return Ok(());
        }
        after = Some(last);
    }
}
