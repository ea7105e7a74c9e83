//! Notices: «look at this card now». They may be lost, doubled or wrong; nothing but the card itself is believed.

use std::collections::{BTreeMap, BTreeSet};

use bitrix::Args;
use store::{Entity, Look, NewLook, StoreError};

use crate::Engine;
use crate::card::COMPANY;
use crate::engine::EngineError;
use crate::portal::{self, List, OWNERS_PER_COMMAND, Of};

/// Something in the portal that somebody says has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub entity: Entity,
    /// Its number; of an address, that of its requisite.
    pub entity_id: i64,
    /// Whose it is, if the notice says so: the company of a requisite, address or deal, the requisite of a bank
    /// detail.
    pub owner_id: Option<i64>,
}

impl Engine {
    /// Keeps notices. When this returns they survive `kill -9`; the same card noticed again is looked at once.
    pub async fn notice(&self, notices: &[Notice]) -> Result<(), StoreError> {
        if notices.is_empty() {
            return Ok(());
        }
        let looks: Vec<NewLook> = notices
            .iter()
            .map(|notice| NewLook {
                entity: notice.entity,
                entity_id: notice.entity_id,
                owner_id: notice.owner_id,
            })
            .collect();
        let mut write = self.store.begin().await?;
        write.look_at(&looks, self.clock.now()).await?;
        write.commit().await?;
        self.wake_collect();
        Ok(())
    }

    /// The companies that notices speak of. What the index does not know is asked for in one request.
    pub(super) async fn resolve(&self, looks: &[Look]) -> Result<BTreeSet<i64>, EngineError> {
        let ids = |entity: Entity| -> Vec<i64> {
            looks.iter().filter(|look| look.entity == entity).map(|look| look.entity_id).collect()
        };
        let mut companies: BTreeSet<i64> = ids(Entity::Company).into_iter().collect();
        let of_company =
            |look: &&Look| matches!(look.entity, Entity::Requisite | Entity::Address | Entity::Deal);
        companies.extend(looks.iter().filter(of_company).filter_map(|look| look.owner_id));

        let with_requisite: Vec<i64> =
            ids(Entity::Requisite).into_iter().chain(ids(Entity::Address)).collect();
        let named: Vec<i64> = looks
            .iter()
            .filter(|look| look.entity == Entity::BankDetail)
            .filter_map(|look| look.owner_id)
            .chain(with_requisite.iter().copied())
            .collect();
        let indexed: BTreeMap<i64, i64> = self
            .store
            .portal_requisites_by_ids(&named)
            .await?
            .into_iter()
            .map(|requisite| (requisite.requisite_id, requisite.company_id))
            .collect();
        companies.extend(indexed.values());

        let unknown = |look: &&Look| match look.entity {
            Entity::Company => false,
            Entity::Requisite | Entity::Address => {
                look.owner_id.is_none() && !indexed.contains_key(&look.entity_id)
            }
            Entity::BankDetail => look.owner_id.is_none_or(|owner| !indexed.contains_key(&owner)),
            Entity::Deal => look.owner_id.is_none(),
        };
        let unknown: Vec<Look> = looks.iter().filter(unknown).copied().collect();
        if !unknown.is_empty() {
            companies.extend(self.ask_for_owners(&unknown).await?);
        }
        Ok(companies)
    }

    async fn ask_for_owners(&self, looks: &[Look]) -> Result<BTreeSet<i64>, EngineError> {
        let asked = |entities: &[Entity]| -> Vec<i64> {
            looks.iter().filter(|look| entities.contains(&look.entity)).map(|look| look.entity_id).collect()
        };
        let banks = asked(&[Entity::BankDetail]);
        let list = |of, filter: Args, select| List { of, filter, select };
        let mut lists: Vec<List> = Vec::new();
        for ids in asked(&[Entity::Requisite, Entity::Address]).chunks(OWNERS_PER_COMMAND) {
            let filter = Args::new().set("ENTITY_TYPE_ID", COMPANY).set("@ID", ids.to_vec());
            lists.push(list(Of::Requisites, filter, &["ID", "ENTITY_ID"]));
        }
        for ids in banks.chunks(OWNERS_PER_COMMAND) {
            lists.push(list(Of::Banks, Args::new().set("@ID", ids.to_vec()), &["ID", "ENTITY_ID"]));
        }
        for ids in asked(&[Entity::Deal]).chunks(OWNERS_PER_COMMAND) {
            lists.push(list(Of::Deals, Args::new().set("@ID", ids.to_vec()), &["ID", "COMPANY_ID"]));
        }
        let rows = portal::read_lists(&self.client, lists).await?;
        let mut companies: BTreeSet<i64> =
            rows.requisites.iter().map(|requisite| requisite.entity_id).collect();
        companies.extend(rows.deals.iter().map(|deal| deal.company_id));
        let owners: BTreeSet<i64> = rows.banks.iter().map(|bank| bank.entity_id).collect();
        companies.extend(self.companies_of_requisites(&owners).await?);
        companies.remove(&0);
        // A bank detail that is gone takes the name of its owner along.
        if rows.banks.len() < banks.len() {
            self.want_compare().await?;
        }
        Ok(companies)
    }

    async fn companies_of_requisites(&self, requisites: &BTreeSet<i64>) -> Result<Vec<i64>, EngineError> {
        let ids: Vec<i64> = requisites.iter().copied().collect();
        let indexed = self.store.portal_requisites_by_ids(&ids).await?;
        let mut companies: Vec<i64> = indexed.iter().map(|requisite| requisite.company_id).collect();
        let unknown: Vec<i64> = ids
            .into_iter()
            .filter(|id| !indexed.iter().any(|requisite| requisite.requisite_id == *id))
            .collect();
        if !unknown.is_empty() {
            let lists = unknown.chunks(OWNERS_PER_COMMAND).map(|ids| List {
                of: Of::Requisites,
                filter: Args::new().set("ENTITY_TYPE_ID", COMPANY).set("@ID", ids.to_vec()),
                select: &["ID", "ENTITY_ID"],
            });
            let rows = portal::read_lists(&self.client, lists.collect()).await?;
            companies.extend(rows.requisites.iter().map(|requisite| requisite.entity_id));
        }
        Ok(companies)
    }
}
