//! Requisites of the portal that have another ИНН now, or are gone: whoever was held up by what they had before tries again by
//! himself.

use std::collections::{BTreeSet, HashMap};

use domain::requisites::{Inn, Kpp};
use domain::{DeliveryState, MatchBy, MatchKey, ReasonCode, Side, Timestamp};
use store::{Entity, NewLook, PortalRequisite, StoreError, Write};
use tracing::debug;

use crate::Engine;
use crate::planning::Towards;

impl Engine {
    /// The portal shows these requisites now. What they had before is free.
    pub(crate) async fn learn_requisites(
        &self,
        write: &mut Write,
        rows: &[PortalRequisite],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let by_id: HashMap<i64, &PortalRequisite> = rows.iter().map(|row| (row.requisite_id, row)).collect();
        let ids: Vec<i64> = by_id.keys().copied().collect();
        let mut before = write.portal_requisites_by_ids(&ids).await?;
        before.retain(|before| self.key_of_row(before) != self.key_of_row(by_id[&before.requisite_id]));
        write.put_portal_requisites(rows).await?;
        self.are_free(write, &before, now).await
    }

    /// No requisite has these ИНН any more, or those that have it are nobody's now. Companies that wait for them are looked
    /// at; a counterparty of 1C that waits for them is planned again.
    pub(crate) async fn are_free(
        &self,
        write: &mut Write,
        rows: &[PortalRequisite],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let inns: Vec<&str> = rows.iter().map(|row| row.inn.as_str()).collect();
        let mut companies: BTreeSet<i64> =
            write.companies_waiting_for_inn(&inns).await?.into_iter().collect();
        companies.extend(write.portal_requisites_by_inn(&inns).await?.iter().map(|row| row.company_id));
        let looks: Vec<NewLook> = companies
            .into_iter()
            .map(|company| NewLook { entity: Entity::Company, entity_id: company, owner_id: None })
            .collect();
        write.look_at(&looks, now).await?;
        let keys: BTreeSet<String> = rows.iter().map(|row| self.key_of_row(row)).collect();
        for key in keys {
            self.let_the_holder_try(write, &MatchKey::from_stored(key), now).await?;
        }
        Ok(())
    }

    async fn let_the_holder_try(
        &self,
        write: &mut Write,
        key: &MatchKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(holder) = write.holder_of_key(key).await? else { return Ok(()) };
        let standing = write.standing(holder, Side::Bitrix).await?;
        let was_held_up = standing.is_some_and(|standing| {
            let DeliveryState::Parked { reason, .. } = standing.state else { return false };
            matches!(reason.code, ReasonCode::DuplicateInPortal | ReasonCode::SeveralInPortal)
        });
        if was_held_up && let Some(mut link) = write.link(holder).await? {
            debug!(link = %link.id, "Its ИНН is free in the portal; it tries again");
            Box::pin(self.plan(write, &mut link, Towards::Both, now)).await?;
        }
        Ok(())
    }

    /// The key that a requisite stands for. What is no ИНН is nobody's key, and compares as it was typed.
    fn key_of_row(&self, row: &PortalRequisite) -> String {
        let kpp = row.kpp.as_deref().unwrap_or_default();
        match (Inn::parse(&row.inn), self.settings.match_by) {
            (Ok(inn), by) => MatchKey::new(by, &inn, Kpp::parse(kpp).ok().as_ref()).as_str().to_owned(),
            (Err(_), MatchBy::Inn) => row.inn.clone(),
            (Err(_), MatchBy::InnKpp) => format!("{}/{kpp}", row.inn),
        }
    }
}
