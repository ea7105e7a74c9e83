//! Whole companies in one request: the company, its requisites, their addresses and bank details, and whether there
//! is a deal.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bitrix::wire::{Company, Requisite};
use bitrix::{Args, CallError, Client};
use store::PortalRequisite;

use crate::card::Card;
use crate::portal::{
    List, OWNERS_PER_COMMAND, Of, Rows, company_lists, detail_lists, read_lists, requisite_lists,
};

/// A company as read at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Whole {
    pub(super) company: Company,
    /// A card for each of its requisites that is no stub for an address.
    pub(super) cards: Vec<Card>,
}

/// What a reading brought. A company that is gone is absent.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) wholes: BTreeMap<i64, Whole>,
    /// Companies that have a deal, of those that were asked about.
    pub(super) dealt: BTreeSet<i64>,
}

/// Reads `companies`. `known` are the requisites that they are known to have: with them one request is enough;
/// those that are new need another. Deals are asked for `without_deal` only.
pub(super) async fn read(
    client: &Client,
    companies: &[i64],
    known: &[PortalRequisite],
    without_deal: &[i64],
) -> Result<Read, CallError> {
    let mut lists = company_lists(companies);
    lists.extend(hanging_lists(companies, known, without_deal));
    let mut rows = read_lists(client, lists).await?;
    let companies = std::mem::take(&mut rows.companies);
    assemble(client, companies, rows, known).await
}

/// Reads what hangs on companies that have been read already.
pub(super) async fn read_hanging(
    client: &Client,
    companies: Vec<Company>,
    known: &[PortalRequisite],
    without_deal: &[i64],
) -> Result<Read, CallError> {
    let ids: Vec<i64> = companies.iter().map(|company| company.id).collect();
    let rows = read_lists(client, hanging_lists(&ids, known, without_deal)).await?;
    assemble(client, companies, rows, known).await
}

fn hanging_lists(companies: &[i64], known: &[PortalRequisite], without_deal: &[i64]) -> Vec<List> {
    let known: Vec<i64> = known.iter().map(|requisite| requisite.requisite_id).collect();
    let mut lists = requisite_lists(companies, "@ENTITY_ID", OWNERS_PER_COMMAND);
    lists.extend(detail_lists(&known));
    lists.extend(without_deal.chunks(OWNERS_PER_COMMAND).map(|companies| List {
        of: Of::Deals,
        filter: Args::new().set("@COMPANY_ID", companies.to_vec()),
        select: &["ID", "COMPANY_ID"],
    }));
    lists
}

async fn assemble(
    client: &Client,
    companies: Vec<Company>,
    mut rows: Rows,
    known: &[PortalRequisite],
) -> Result<Read, CallError> {
    let known: BTreeSet<i64> = known.iter().map(|requisite| requisite.requisite_id).collect();
    let new: Vec<i64> = rows
        .requisites
        .iter()
        .filter(|requisite| is_counterparty(requisite) && !known.contains(&requisite.id))
        .map(|requisite| requisite.id)
        .collect();
    if !new.is_empty() {
        let more = read_lists(client, detail_lists(&new)).await?;
        rows.addresses.extend(more.addresses);
        rows.banks.extend(more.banks);
    }
    let mut wholes: BTreeMap<i64, Whole> =
        companies.into_iter().map(|company| (company.id, Whole { company, cards: Vec::new() })).collect();
    let mut place: HashMap<i64, (i64, usize)> = HashMap::new();
    rows.requisites.sort_by_key(|requisite| requisite.id);
    for requisite in rows.requisites.into_iter().filter(is_counterparty) {
        let Some(whole) = wholes.get_mut(&requisite.entity_id) else { continue };
        place.insert(requisite.id, (requisite.entity_id, whole.cards.len()));
        let company = whole.company.clone();
        whole.cards.push(Card { company, requisite: Some(requisite), ..Card::default() });
    }
    for address in rows.addresses {
        if let Some(card) = card_of(&mut wholes, &place, address.entity_id) {
            card.addresses.push(address);
        }
    }
    for bank in rows.banks {
        if let Some(card) = card_of(&mut wholes, &place, bank.entity_id) {
            card.banks.push(bank);
        }
    }
    let dealt = rows.deals.iter().map(|deal| deal.company_id).filter(|company| *company > 0).collect();
    Ok(Read { wholes, dealt })
}

fn card_of<'a>(
    wholes: &'a mut BTreeMap<i64, Whole>,
    place: &HashMap<i64, (i64, usize)>,
    requisite: i64,
) -> Option<&'a mut Card> {
    let (company, index) = place.get(&requisite)?;
    wholes.get_mut(company)?.cards.get_mut(*index)
}

/// A stub holds nothing but the address that an employee typed before there was a requisite.
fn is_counterparty(requisite: &Requisite) -> bool {
    !requisite.address_only
}
