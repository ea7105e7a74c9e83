//! The card of a company or of a deal as a page, for whoever follows a link to it. A real portal asks for a login first
//! and lets people edit; here they see what is kept.

use super::cards::Card;
use super::portal::Inner;
use super::state::State;
use super::table::{Row, Table};

/// What employees call the fields that they look for first; everything else is shown by its name.
const TITLES: [(&str, &str); 12] = [
    ("TITLE", "Название"),
    ("STAGE_ID", "Стадия"),
    ("OPPORTUNITY", "Сумма"),
    ("CURRENCY_ID", "Валюта"),
    ("RQ_INN", "ИНН"),
    ("RQ_KPP", "КПП"),
    ("RQ_OGRN", "ОГРН"),
    ("RQ_OGRNIP", "ОГРНИП"),
    ("RQ_COMPANY_NAME", "Сокращённое наименование"),
    ("RQ_COMPANY_FULL_NAME", "Полное наименование"),
    ("RQ_DIRECTOR", "Директор"),
    ("ADDRESS_1", "Адрес"),
];

/// The page at `/crm/company/details/7/` or `/crm/deal/details/7/`. `None`: there is no such card.
pub(super) fn card(portal: &Inner, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let ["crm", kind @ ("company" | "deal"), "details", id] = parts[..] else { return None };
    let id: i64 = id.parse().ok()?;
    let state = portal.state();
    let mut sections = Vec::new();
    let heading = if kind == "company" {
        let company = one(&state, &state.companies, id)?;
        let heading = format!("Компания № {id}: {}", company.get("TITLE"));
        sections.push(section("Карточка", &company));
        for row in owned(&state.requisites, id) {
            sections.push(section("Реквизиты", &Card::of(&state, &state.requisites, row)));
            for address in owned(&state.addresses, row.id) {
                sections.push(section("Адрес", &Card::of(&state, &state.addresses, address)));
            }
            for bank in owned(&state.bank_details, row.id) {
                sections.push(section("Счёт", &Card::of(&state, &state.bank_details, bank)));
            }
        }
        heading
    } else {
        let deal = one(&state, &state.deals, id)?;
        sections.push(section("Карточка", &deal));
        format!("Сделка № {id}: {}", deal.get("TITLE"))
    };
    let heading = escaped(&heading);
    Some(format!(
        "<!doctype html><html lang=\"ru\"><meta charset=\"utf-8\"><title>{heading}</title><body><p>Учебный \
         Битрикс24</p><h1>{heading}</h1>{}</body></html>",
        sections.concat()
    ))
}

fn one(state: &State, table: &Table, id: i64) -> Option<Card> {
    table.get(id).map(|row| Card::of(state, table, row))
}

fn owned(table: &Table, owner: i64) -> impl Iterator<Item = &Row> {
    table.rows().filter(move |row| row.owner == owner)
}

fn section(heading: &str, card: &Card) -> String {
    let title = |name: &str| TITLES.iter().find(|(field, _)| *field == name).map(|(_, title)| *title);
    let named = card.fields.iter().map(|(name, value)| (title(name).unwrap_or(name), value));
    let phones = card.phones.iter().map(|phone| ("Телефон", phone));
    let emails = card.emails.iter().map(|email| ("E-mail", email));
    let rows: Vec<String> = phones
        .chain(emails)
        .chain(named)
        .map(|(name, value)| {
            format!("<tr><th align=\"left\">{}</th><td>{}</td></tr>", escaped(name), escaped(value))
        })
        .collect();
    format!("<h2>{heading}</h2><table>{}</table>", rows.concat())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
