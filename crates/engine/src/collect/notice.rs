//! Notices: «look at this card now». They may be lost, doubled or wrong; nothing but the card itself is believed.

use std::collections::BTreeSet;

use bitrix::Listing;
use bitrix::notices::Notice;
use bitrix::wire::{BankDetail, Deal, Requisite};
use store::{Entity, Look, NewLook, StoreError};

use crate::Engine;
use crate::card::COMPANY;
use crate::engine::EngineError;

impl Engine {
    /// Keeps notices. When this returns they survive `kill -9`; the same card noticed again is looked at once.
    pub async fn notice(&self, notices: &[NewLook]) -> Result<(), StoreError> {
        if notices.is_empty() {
            return Ok(());
        }
        let mut write = self.store.begin().await?;
        write.look_at(notices, self.clock.now()).await?;
        write.commit().await?;
        self.wake_collect();
        Ok(())
    }

    /// Keeps what the portal says, each card once. Other things have nothing to do with clients.
    pub async fn take_notices(&self, notices: &[Notice]) -> Result<(), StoreError> {
        let looks: BTreeSet<_> = notices
            .iter()
            .filter_map(|notice| Some((entity(notice.entity)?, notice.id, notice.company)))
            .collect();
        let looks: Vec<NewLook> = looks
            .into_iter()
            .map(|(entity, entity_id, owner_id)| NewLook { entity, entity_id, owner_id })
            .collect();
        self.notice(&looks).await
    }

    /// The companies that notices speak of. What the index does not know is asked for in one request.
    pub(super) async fn resolve(&self, looks: &[Look]) -> Result<BTreeSet<i64>, EngineError> {
        let mut companies: BTreeSet<i64> = looks.iter().filter_map(company).collect();
        let open = || looks.iter().filter(|look| company(look).is_none());
        let of = |entities: &[Entity]| -> Vec<i64> {
            open().filter(|look| entities.contains(&look.entity)).map(|look| look.entity_id).collect()
        };
        let requisites = of(&[Entity::Requisite, Entity::Address]);
        let (banks, deals) = (of(&[Entity::BankDetail]), of(&[Entity::Deal]));
        let (indexed, requisites) = self.look_up(requisites).await?;
        companies.extend(indexed);
        if !(requisites.is_empty() && banks.is_empty() && deals.is_empty()) {
            companies.extend(self.ask_for_owners(requisites, banks, deals).await?);
        }
        companies.remove(&0);
        Ok(companies)
    }

    async fn ask_for_owners(
        &self,
        requisites: Vec<i64>,
        banks: Vec<i64>,
        deals: Vec<i64>,
    ) -> Result<BTreeSet<i64>, EngineError> {
        let asked = banks.len();
        let owners = Listing::new("crm.requisite.bankdetail.list").select(["ID", "ENTITY_ID"]);
        let clients = Listing::new("crm.deal.list").select(["ID", "COMPANY_ID"]);
        let mut lists = self.client.lists();
        let of_requisites = lists.add_of(owners_of_requisites(), "ID", requisites);
        let of_banks = lists.add_of(owners, "ID", banks);
        let of_deals = lists.add_of(clients, "ID", deals);
        let mut companies: BTreeSet<i64> = BTreeSet::new();
        let mut found: Vec<BankDetail> = Vec::new();
        while let Some(pages) = lists.next().await? {
            for page in pages {
                match page.list {
                    list if list == of_requisites => {
                        companies.extend(page.parse::<Requisite>()?.iter().map(|row| row.entity_id));
                    }
                    list if list == of_banks => found.extend(page.parse()?),
                    list if list == of_deals => {
                        companies.extend(page.parse::<Deal>()?.iter().map(|row| row.company_id));
                    }
                    _ => unreachable!("a page of a list that was not asked for"),
                }
            }
        }
        // A bank detail that is gone takes the name of its owner along.
        if found.len() < asked {
            self.want_compare().await?;
        }
        let (indexed, unknown) = self.look_up(found.iter().map(|bank| bank.entity_id).collect()).await?;
        companies.extend(indexed);
        let pages = self.client.pages_of(owners_of_requisites(), "ID", unknown);
        companies.extend(pages.all_as::<Requisite>().await?.iter().map(|row| row.entity_id));
        Ok(companies)
    }

    /// The companies of those requisites that the index knows, and the requisites that it does not.
    async fn look_up(&self, requisites: Vec<i64>) -> Result<(Vec<i64>, Vec<i64>), EngineError> {
        let indexed = self.store.portal_requisites_by_ids(&requisites).await?;
        let known: BTreeSet<i64> = indexed.iter().map(|row| row.requisite_id).collect();
        let unknown = requisites.into_iter().filter(|requisite| !known.contains(requisite)).collect();
        Ok((indexed.into_iter().map(|row| row.company_id).collect(), unknown))
    }
}

fn entity(entity: bitrix::notices::Entity) -> Option<Entity> {
    match entity {
        bitrix::notices::Entity::Company => Some(Entity::Company),
        bitrix::notices::Entity::Requisite => Some(Entity::Requisite),
        bitrix::notices::Entity::BankDetail => Some(Entity::BankDetail),
        bitrix::notices::Entity::Address => Some(Entity::Address),
        bitrix::notices::Entity::Deal => Some(Entity::Deal),
        bitrix::notices::Entity::Other => None,
    }
}

/// The company that a notice names, by itself or as the owner.
fn company(look: &Look) -> Option<i64> {
    if look.entity == Entity::Company { Some(look.entity_id) } else { look.owner_id }
}

fn owners_of_requisites() -> Listing {
    Listing::new("crm.requisite.list").filter("ENTITY_TYPE_ID", COMPANY).select(["ID", "ENTITY_ID"])
}
