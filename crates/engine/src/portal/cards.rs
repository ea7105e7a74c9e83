//! Whole companies in one request: the company, its requisites, their addresses and bank details, and whether there
//! is a deal.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bitrix::wire::{Address, BankDetail, Company, Deal, Requisite};
use bitrix::{CallError, Client, Listing};

use crate::card::Card;

/// A company as read at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whole {
    pub(crate) company: Company,
    /// A card for each of its requisites that is no stub for an address.
    pub(crate) cards: Vec<Card>,
}

/// What a reading brought. A company that is gone is absent.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) wholes: BTreeMap<i64, Whole>,
    /// Companies that have a deal, of those that were asked about.
    pub(crate) dealt: BTreeSet<i64>,
}

impl Whole {
    /// The card of one requisite, or of the first that `is_ours`; one without a requisite if there is none.
    pub(crate) fn card(&self, requisite: Option<i64>, is_ours: impl Fn(&Requisite) -> bool) -> Card {
        let find = |wanted: &dyn Fn(&Requisite) -> bool| {
            self.cards.iter().find(|card| card.requisite.as_ref().is_some_and(wanted)).cloned()
        };
        find(&|there| Some(there.id) == requisite)
            .or_else(|| find(&is_ours))
            .unwrap_or_else(|| Card { company: self.company.clone(), ..Card::default() })
    }
}

/// Reads `companies`. `known` are the requisites that they are known to have: with them one request is enough for
/// 480 companies; those that are new need another. Deals are asked for `without_deal` only.
pub(crate) async fn read(
    client: &Client,
    companies: &[i64],
    known: &[i64],
    without_deal: &[i64],
) -> Result<Read, CallError> {
    let rows = ask(client, Ask { companies, owners: companies, known, without_deal }).await?;
    assemble(client, rows, known).await
}

/// Reads what hangs on companies that have been read already; one request is enough for 588 of them.
pub(crate) async fn read_hanging(
    client: &Client,
    companies: Vec<Company>,
    known: &[i64],
    without_deal: &[i64],
) -> Result<Read, CallError> {
    let ids: Vec<i64> = companies.iter().map(|company| company.id).collect();
    let rows = ask(client, Ask { companies: &[], owners: &ids, known, without_deal }).await?;
    assemble(client, Rows { companies, ..rows }, known).await
}

/// What to ask for, all of it together.
#[derive(Clone, Copy, Default)]
struct Ask<'a> {
    companies: &'a [i64],
    /// Companies whose requisites are wanted.
    owners: &'a [i64],
    /// Requisites whose addresses and bank details are wanted.
    known: &'a [i64],
    without_deal: &'a [i64],
}

#[derive(Default)]
struct Rows {
    companies: Vec<Company>,
    requisites: Vec<Requisite>,
    addresses: Vec<Address>,
    banks: Vec<BankDetail>,
    deals: Vec<Deal>,
}

async fn ask(client: &Client, ask: Ask<'_>) -> Result<Rows, CallError> {
    let mut lists = client.lists();
    let companies = lists.add_of(Company::listing(), "ID", ask.companies.iter().copied());
    let requisites = lists.add_of(Requisite::listing(), "ENTITY_ID", ask.owners.iter().copied());
    let addresses = lists.add_of(Address::listing(), "ENTITY_ID", ask.known.iter().copied());
    let banks = lists.add_of(BankDetail::listing(), "ENTITY_ID", ask.known.iter().copied());
    let of_deals = Listing::new("crm.deal.list").select(["ID", "COMPANY_ID"]);
    let deals = lists.add_of(of_deals, "COMPANY_ID", ask.without_deal.iter().copied());
    let mut rows = Rows::default();
    while let Some(pages) = lists.next().await? {
        for page in pages {
            match page.list {
                list if list == companies => rows.companies.extend(page.parse()?),
                list if list == requisites => rows.requisites.extend(page.parse()?),
                list if list == addresses => rows.addresses.extend(page.parse()?),
                list if list == banks => rows.banks.extend(page.parse()?),
                list if list == deals => rows.deals.extend(page.parse()?),
                _ => unreachable!("a page of a list that was not asked for"),
            }
        }
    }
    Ok(rows)
}

async fn assemble(client: &Client, mut rows: Rows, known: &[i64]) -> Result<Read, CallError> {
    let known: BTreeSet<i64> = known.iter().copied().collect();
    let new: Vec<i64> = rows
        .requisites
        .iter()
        .filter(|requisite| is_counterparty(requisite) && !known.contains(&requisite.id))
        .map(|requisite| requisite.id)
        .collect();
    if !new.is_empty() {
        let more = ask(client, Ask { known: &new, ..Ask::default() }).await?;
        rows.addresses.extend(more.addresses);
        rows.banks.extend(more.banks);
    }
    let mut wholes: BTreeMap<i64, Whole> = rows
        .companies
        .into_iter()
        .map(|company| (company.id, Whole { company, cards: Vec::new() }))
        .collect();
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
