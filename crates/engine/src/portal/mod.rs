//! What the engine asks of the portal: templates, who has an ИНН, what an earlier call made, whole cards in bulk.

pub(crate) mod cards;

use std::collections::HashMap;

use bitrix::wire::{Company, Preset, Requisite};
use bitrix::{Args, CallError, Client, Listing, Pages};
use domain::Timestamp;
use serde_json::Value;
use store::PortalRequisite;

use crate::EngineError;
use crate::card::{ACTUAL_ADDRESS, COMPANY, LEGAL_ADDRESS, ORIGINATOR, RUSSIA};

pub(crate) use crate::card::Presets;

/// What the index needs of a requisite.
const INDEX_FIELDS: [&str; 6] = ["ID", "ENTITY_ID", "ENTITY_TYPE_ID", "RQ_INN", "RQ_KPP", "ADDRESS_ONLY"];

/// Finds the templates of this portal.
pub(crate) async fn presets(client: &Client) -> Result<Presets, EngineError> {
    let args = Args::new().set("filter", Args::new().set("COUNTRY_ID", RUSSIA)).set("select", Preset::SELECT);
    let presets: Vec<Preset> = client.call_as("crm.requisite.preset.list", &args).await?;
    let find = |xml_id: &str, name: &str| {
        presets.iter().find(|preset| preset.xml_id == xml_id).map(|preset| preset.id).ok_or_else(|| {
            EngineError::Setup(format!(
                "В Битрикс24 нет шаблона реквизитов «{name}» ({xml_id}). Верните стандартный шаблон: CRM → \
                 Настройки → Реквизиты → Шаблоны; затем выполните parom doctor."
            ))
        })
    };
    Ok(Presets {
        organisation: find(Preset::XML_ID_ORGANIZATION, "Организация")?,
        entrepreneur: find(Preset::XML_ID_ENTREPRENEUR, "ИП")?,
    })
}

/// The requisites of all companies, page by page, for the index.
pub(crate) fn all_requisites(client: &Client) -> Pages {
    client.pages(index_listing())
}

fn index_listing() -> Listing {
    Listing::new("crm.requisite.list").filter("ENTITY_TYPE_ID", COMPANY).select(INDEX_FIELDS)
}

/// Which of the address types that Parom writes the portal does not have.
pub(crate) async fn missing_address_types(client: &Client) -> Result<Vec<&'static str>, CallError> {
    let rows: Vec<Value> = client.call_as("crm.enum.addresstype", &Args::new()).await?;
    let known: Vec<i64> = rows.iter().filter_map(id_of).collect();
    Ok([(LEGAL_ADDRESS, "юридический (6)"), (ACTUAL_ADDRESS, "фактический (1)")]
        .into_iter()
        .filter(|(id, _)| !known.contains(id))
        .map(|(_, title)| title)
        .collect())
}

/// The companies that earlier calls made for these GUIDs, found by `ORIGIN_ID`. Several for one GUID: the oldest
/// first.
pub(crate) async fn made_for(
    client: &Client,
    origins: &[String],
) -> Result<HashMap<String, Vec<i64>>, CallError> {
    let listing =
        Listing::new("crm.company.list").filter("ORIGINATOR_ID", ORIGINATOR).select(["ID", "ORIGIN_ID"]);
    let pages = client.pages_of(listing, "ORIGIN_ID", origins.iter().map(String::as_str));
    let mut made: HashMap<String, Vec<i64>> = HashMap::new();
    for company in pages.all_as::<Company>().await? {
        made.entry(company.origin_id.to_lowercase()).or_default().push(company.id);
    }
    for ids in made.values_mut() {
        ids.sort_unstable();
    }
    Ok(made)
}

/// The requisites of companies that have one of these ИНН now.
pub(crate) async fn holders_of(
    client: &Client,
    inns: &[String],
    now: Timestamp,
) -> Result<Vec<PortalRequisite>, CallError> {
    let pages = client.pages_of(index_listing(), "RQ_INN", inns.iter().map(String::as_str));
    let requisites: Vec<Requisite> = pages.all_as().await?;
    Ok(requisites.iter().filter_map(|requisite| index_row(requisite, now)).collect())
}

/// A row of the index of the portal, or nothing for a stub or a requisite without ИНН.
pub(crate) fn index_row(requisite: &Requisite, seen_at: Timestamp) -> Option<PortalRequisite> {
    let inn = requisite.rq_inn.trim();
    (!inn.is_empty() && !requisite.address_only && requisite.entity_type_id == COMPANY).then(|| {
        PortalRequisite {
            requisite_id: requisite.id,
            company_id: requisite.entity_id,
            inn: inn.to_owned(),
            kpp: Some(requisite.rq_kpp.trim().to_owned()).filter(|kpp| !kpp.is_empty()),
            seen_at,
        }
    })
}

fn id_of(row: &Value) -> Option<i64> {
    let id = row.get("ID").or_else(|| row.get("id"))?;
    id.as_i64().or_else(|| id.as_str()?.parse().ok())
}
