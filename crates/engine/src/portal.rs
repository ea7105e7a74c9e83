//! What the engine asks of the portal: templates, who has an ИНН, what an earlier call made, whole cards in bulk.

use std::collections::HashMap;

use bitrix::wire::{Address, BankDetail, Company, Deal, Preset, Requisite};
use bitrix::{Args, CallError, Chain, Client, Command, Listing, Lost, Outcome, Pages, pack};
use domain::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::PortalRequisite;

use crate::EngineError;
use crate::card::{ACTUAL_ADDRESS, COMPANY, Card, LEGAL_ADDRESS, ORIGINATOR, REQUISITE, RUSSIA};

pub(crate) use crate::card::Presets;

/// Rows of a page; the portal's number. <https://apidocs.bitrix24.com/settings/how-to-call-rest-api/list-methods-pecularities.html>
const PAGE: usize = 50;
/// Objects asked for by id in one command: their rows fill exactly one page.
const IDS_PER_COMMAND: usize = PAGE;
/// Owners asked for in one command when each usually has one row: a full page would need a second look.
pub(crate) const OWNERS_PER_COMMAND: usize = PAGE - 1;
/// Requisites whose two addresses fill exactly one page.
const ADDRESSES_PER_COMMAND: usize = PAGE / 2;
/// ИНН asked for in one command before companies are made: almost none of them is expected to be there.
const INNS_PER_COMMAND: usize = 200;

/// What the index needs of a requisite.
const INDEX_FIELDS: [&str; 6] = ["ID", "ENTITY_ID", "ENTITY_TYPE_ID", "RQ_INN", "RQ_KPP", "ADDRESS_ONLY"];

/// Which card to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CardId {
    pub(crate) company: i64,
    /// `None`: whichever requisite of the company is ours.
    pub(crate) requisite: Option<i64>,
}

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
    let listing = Listing::new("crm.requisite.list").filter("ENTITY_TYPE_ID", COMPANY).select(INDEX_FIELDS);
    client.pages(listing)
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
    let lists = origins.chunks(OWNERS_PER_COMMAND).map(|origins| List {
        of: Of::Companies,
        filter: Args::new().set("ORIGINATOR_ID", ORIGINATOR).set("@ORIGIN_ID", origins.to_vec()),
        select: &["ID", "ORIGIN_ID"],
    });
    let companies = read_lists(client, lists.collect()).await?.companies;
    let mut made: HashMap<String, Vec<i64>> = HashMap::new();
    for company in companies {
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
    let lists = inns.chunks(INNS_PER_COMMAND).map(|inns| List {
        of: Of::Requisites,
        filter: Args::new().set("ENTITY_TYPE_ID", COMPANY).set("@RQ_INN", inns.to_vec()),
        select: &INDEX_FIELDS,
    });
    let requisites = read_lists(client, lists.collect()).await?.requisites;
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

/// Reads whole cards in at most two batches for up to a few hundred of them. A company that is gone is
/// absent from the answer. `is_ours` picks the requisite where its id is not known.
pub(crate) async fn read_cards(
    client: &Client,
    ids: &[CardId],
    is_ours: impl Fn(i64, &Requisite) -> bool,
) -> Result<HashMap<i64, Card>, CallError> {
    let known: Vec<i64> = ids.iter().filter_map(|id| id.requisite).collect();
    let unknown: Vec<i64> = ids.iter().filter(|id| id.requisite.is_none()).map(|id| id.company).collect();
    let companies: Vec<i64> = ids.iter().map(|id| id.company).collect();

    let mut lists = company_lists(&companies);
    lists.extend(requisite_lists(&known, "@ID", IDS_PER_COMMAND));
    lists.extend(requisite_lists(&unknown, "@ENTITY_ID", OWNERS_PER_COMMAND));
    let all_known = unknown.is_empty();
    if all_known {
        lists.extend(detail_lists(&known));
    }
    let mut rows = read_lists(client, lists).await?;

    let mut cards: HashMap<i64, Card> =
        rows.companies.drain(..).map(|company| (company.id, Card { company, ..Card::default() })).collect();
    for requisite in rows.requisites.drain(..) {
        let Some(card) = cards.get_mut(&requisite.entity_id) else { continue };
        let ours = known.contains(&requisite.id)
            || (!requisite.address_only && card.requisite.is_none() && is_ours(card.company.id, &requisite));
        if ours {
            card.requisite = Some(requisite);
        }
    }
    if !all_known {
        let requisites: Vec<i64> =
            cards.values().filter_map(|card| card.requisite.as_ref().map(|requisite| requisite.id)).collect();
        rows = read_lists(client, detail_lists(&requisites)).await?;
    }
    hang_details(&mut cards, rows);
    Ok(cards)
}

fn hang_details(cards: &mut HashMap<i64, Card>, rows: Rows) {
    let company_of: HashMap<i64, i64> =
        cards.iter().filter_map(|(company, card)| Some((card.requisite.as_ref()?.id, *company))).collect();
    for address in rows.addresses {
        if let Some(card) = company_of.get(&address.entity_id).and_then(|company| cards.get_mut(company)) {
            card.addresses.push(address);
        }
    }
    for bank in rows.banks {
        if let Some(card) = company_of.get(&bank.entity_id).and_then(|company| cards.get_mut(company)) {
            card.banks.push(bank);
        }
    }
}

pub(crate) fn company_lists(ids: &[i64]) -> Vec<List> {
    let list = |ids: &[i64]| List {
        of: Of::Companies,
        filter: Args::new().set("@ID", ids.to_vec()),
        select: &Company::SELECT,
    };
    ids.chunks(IDS_PER_COMMAND).map(list).collect()
}

pub(crate) fn requisite_lists(ids: &[i64], filter: &str, per_command: usize) -> Vec<List> {
    let list = |ids: &[i64]| List {
        of: Of::Requisites,
        filter: Args::new().set("ENTITY_TYPE_ID", COMPANY).set(filter, ids.to_vec()),
        select: &Requisite::SELECT,
    };
    ids.chunks(per_command).map(list).collect()
}

pub(crate) fn detail_lists(requisites: &[i64]) -> Vec<List> {
    let addresses = requisites.chunks(ADDRESSES_PER_COMMAND).map(|ids| List {
        of: Of::Addresses,
        filter: Args::new()
            .set("ENTITY_TYPE_ID", REQUISITE)
            .set("@ENTITY_ID", ids.to_vec())
            .set("@TYPE_ID", [ACTUAL_ADDRESS, LEGAL_ADDRESS]),
        select: &Address::SELECT,
    });
    let banks = requisites.chunks(OWNERS_PER_COMMAND).map(|ids| List {
        of: Of::Banks,
        filter: Args::new().set("@ENTITY_ID", ids.to_vec()),
        select: &BankDetail::SELECT,
    });
    addresses.chain(banks).collect()
}

/// A list to read to its end.
pub(crate) struct List {
    pub(crate) of: Of,
    pub(crate) filter: Args,
    pub(crate) select: &'static [&'static str],
}

/// Rows of what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Companies,
    Requisites,
    Addresses,
    Banks,
    Deals,
}

impl Of {
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Companies => "crm.company.list",
            Self::Requisites => "crm.requisite.list",
            Self::Addresses => "crm.address.list",
            Self::Banks => "crm.requisite.bankdetail.list",
            Self::Deals => "crm.deal.list",
        }
    }
}

impl List {
    pub(crate) fn command(&self, after: i64) -> Command {
        self.command_named("rows", after)
    }

    /// The page behind `after`, under a key of its own.
    pub(crate) fn command_named(&self, key: &str, after: i64) -> Command {
        let mut filter = self.filter.clone();
        if after > 0 {
            filter.push(">ID", after);
        }
        let order = if self.of == Of::Addresses { "ENTITY_ID" } else { "ID" };
        let args = Args::new()
            .set("order", Args::new().set(order, "ASC"))
            .set("filter", filter)
            .set("select", self.select.to_vec())
            // -1 saves the portal the count of all rows.
            .set("start", -1);
        Command::new(key, self.of.method(), args)
    }
}

/// What lists brought.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) companies: Vec<Company>,
    pub(crate) requisites: Vec<Requisite>,
    pub(crate) addresses: Vec<Address>,
    pub(crate) banks: Vec<BankDetail>,
    pub(crate) deals: Vec<Deal>,
}

impl Rows {
    pub(crate) fn extend(&mut self, more: Self) {
        self.companies.extend(more.companies);
        self.requisites.extend(more.requisites);
        self.addresses.extend(more.addresses);
        self.banks.extend(more.banks);
        self.deals.extend(more.deals);
    }

    pub(crate) fn add(&mut self, of: Of, rows: Vec<Value>) -> Result<(), CallError> {
        match of {
            Of::Companies => self.companies.extend(parse::<Company>(of.method(), rows)?),
            Of::Requisites => self.requisites.extend(parse::<Requisite>(of.method(), rows)?),
            Of::Addresses => self.addresses.extend(parse::<Address>(of.method(), rows)?),
            Of::Banks => self.banks.extend(parse::<BankDetail>(of.method(), rows)?),
            Of::Deals => self.deals.extend(parse::<Deal>(of.method(), rows)?),
        }
        Ok(())
    }
}

/// Reads lists, fifty to a request, and comes back for those whose page was full.
pub(crate) async fn read_lists(client: &Client, lists: Vec<List>) -> Result<Rows, CallError> {
    read_on(client, lists.into_iter().map(|list| (list, 0)).collect()).await
}

/// The same from behind an id for each list.
pub(crate) async fn read_on(client: &Client, mut open: Vec<(List, i64)>) -> Result<Rows, CallError> {
    let mut rows = Rows::default();
    while !open.is_empty() {
        let chains = open.iter().map(|(list, after)| {
            Chain::of(list.command(*after)).expect("a single command with a plain key is a chain")
        });
        let mut full = HashMap::new();
        for batch in pack(chains) {
            let mut answer = client.batch(&batch).await?;
            if let Some(denied) = answer.denied() {
                return Err(denied);
            }
            for piece in batch.pieces() {
                let of = open[piece.index].0.of;
                let page = list_of(done(answer.take(piece.index, "rows"), of.method())?);
                // One address per type and requisite: their full page is all there is.
                if let Some(last) = rest_after(&page).filter(|_| of != Of::Addresses) {
                    full.insert(piece.index, last);
                }
                rows.add(of, page)?;
            }
        }
        open = open
            .into_iter()
            .enumerate()
            .filter_map(|(index, (list, _))| Some((list, *full.get(&index)?)))
            .collect();
    }
    Ok(rows)
}

/// What a command of a reading batch returned.
pub(crate) fn done(outcome: Outcome, method: &str) -> Result<Value, CallError> {
    match outcome {
        Outcome::Done(value) => Ok(value),
        Outcome::Refused(error) => Err(CallError::Refused { method: method.to_owned(), error }),
        Outcome::NotRun => Err(lost(method)),
    }
}

/// The last id of a full page: behind it there may be more.
pub(crate) fn rest_after(page: &[Value]) -> Option<i64> {
    page.last().and_then(id_of).filter(|_| page.len() >= PAGE)
}

fn parse<T: DeserializeOwned>(method: &str, rows: Vec<Value>) -> Result<Vec<T>, CallError> {
    rows.into_iter()
        .map(|row| {
            serde_json::from_value(row).map_err(|error| {
                tracing::debug!(method, "a row has an unexpected shape: {error}");
                lost(method)
            })
        })
        .collect()
}

pub(crate) fn lost(method: &str) -> CallError {
    CallError::Unclear { method: method.to_owned(), why: Lost::NoResult { status: 200 } }
}

pub(crate) fn list_of(value: Value) -> Vec<Value> {
    match value {
        Value::Array(rows) => rows,
        // PHP turns a list with holes into a map.
        Value::Object(map) => map.into_iter().map(|(_, row)| row).collect(),
        _ => Vec::new(),
    }
}

fn id_of(row: &Value) -> Option<i64> {
    let id = row.get("ID").or_else(|| row.get("id"))?;
    id.as_i64().or_else(|| id.as_str()?.parse().ok())
}
