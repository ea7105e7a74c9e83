//! What a test sees when it looks into a portal past its REST.

use std::sync::Arc;

use super::cards::Card;
use super::portal::Portal;
use super::state::State;
use super::table::{Row, Table};
use super::told::{Notification, TimelineRecord};
use super::user::User;

/// A file in a field of a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealFile {
    /// Its number in the portal.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub content: Arc<[u8]>,
    /// The user who put it there; the webhook's user for what came over REST.
    pub by: i64,
}

impl Portal {
    /// All companies by id.
    pub fn companies(&self) -> Vec<Card> {
        self.cards(|state| &state.companies, |table| table.rows().collect())
    }

    /// How many companies there are; cheaper than [`Portal::companies`].
    pub fn company_count(&self) -> usize {
        self.inner.state().companies.rows().count()
    }

    /// One company.
    pub fn company(&self, id: i64) -> Option<Card> {
        self.cards(|state| &state.companies, |table| table.get(id).into_iter().collect()).pop()
    }

    /// All requisites by id.
    pub fn requisites(&self) -> Vec<Card> {
        self.cards(|state| &state.requisites, |table| table.rows().collect())
    }

    /// The requisites of a company by id.
    pub fn requisites_of(&self, company: i64) -> Vec<Card> {
        self.cards(|state| &state.requisites, |table| owned(table, company))
    }

    /// The requisites with that ИНН, whatever company they belong to.
    pub fn requisites_with_inn(&self, inn: &str) -> Vec<Card> {
        self.cards(
            |state| &state.requisites,
            |table| {
                let field = table.catalog.index_of("RQ_INN").unwrap_or_default();
                let ids = table.by_text(field, inn).unwrap_or_default();
                ids.iter().filter_map(|id| table.get(*id)).collect()
            },
        )
    }

    /// All addresses.
    pub fn addresses(&self) -> Vec<Card> {
        self.cards(|state| &state.addresses, |table| table.rows().collect())
    }

    /// The addresses of a requisite by type.
    pub fn addresses_of(&self, requisite: i64) -> Vec<Card> {
        self.cards(|state| &state.addresses, |table| owned(table, requisite))
    }

    /// All bank details by id.
    pub fn bank_details(&self) -> Vec<Card> {
        self.cards(|state| &state.bank_details, |table| table.rows().collect())
    }

    /// The bank details of a requisite by id.
    pub fn bank_details_of(&self, requisite: i64) -> Vec<Card> {
        self.cards(|state| &state.bank_details, |table| owned(table, requisite))
    }

    /// All deals by id.
    pub fn deals(&self) -> Vec<Card> {
        self.cards(|state| &state.deals, |table| table.rows().collect())
    }

    /// The files in a field of a deal: number, name, content, who put it there.
    pub fn deal_files(&self, deal: i64, field: &str) -> Vec<DealFile> {
        let state = self.inner.state();
        let at = state.deals.catalog.index_of(field);
        let ids = at
            .zip(state.deals.get(deal))
            .map(|(at, row)| super::files::ids_of(row.other(at)))
            .unwrap_or_default();
        ids.into_iter()
            .filter_map(|id| {
                let file = state.files.get(id)?;
                Some(DealFile {
                    id,
                    name: file.name.clone(),
                    content: Arc::clone(&file.content),
                    by: file.by,
                })
            })
            .collect()
    }

    /// The staff.
    pub fn users(&self) -> Vec<User> {
        self.inner.state().users.clone()
    }

    /// The presets of requisites: id and XML_ID.
    pub fn presets(&self) -> Vec<(i64, String)> {
        let state = self.inner.state();
        state.presets.iter().map(|preset| (preset.id, preset.xml_id.to_owned())).collect()
    }

    /// What rings in the bells of employees, oldest first.
    pub fn notifications(&self) -> Vec<Notification> {
        self.inner.state().told.notifications.clone()
    }

    /// Comments and records in the timelines of all cards, oldest first.
    pub fn timeline(&self) -> Vec<TimelineRecord> {
        self.inner.state().told.timeline.clone()
    }

    fn cards(
        &self,
        table: impl FnOnce(&State) -> &Table,
        rows: impl for<'t> FnOnce(&'t Table) -> Vec<&'t Row>,
    ) -> Vec<Card> {
        let state = self.inner.state();
        let table = table(&state);
        rows(table).into_iter().map(|row| Card::of(&state, table, row)).collect()
    }
}

fn owned(table: &Table, owner: i64) -> Vec<&Row> {
    table.of_owner(owner).into_iter().filter_map(|id| table.get(id)).collect()
}
