//! A person parts what was taken for the same. Nobody but a person joins it again.

use domain::{LinkId, MatchKey, Parted, Side};
use store::{DeedKind, Entity, NewLook};
use tracing::info;

use super::{By, DeedError, Done, known};
use crate::Engine;
use crate::plan::{Gate, gate, outlook};
use crate::planning::{Towards, forget_company};

impl Engine {
    /// What parting means, for people who are about to do it.
    pub const PARTING_MEANS: &str = "Парому станет неизвестно, что контрагент 1С и компания Битрикс24 — одно и то же. \
         Ничего не удаляется ни в 1С, ни в Битрикс24, но изменения между ними больше не передаются, и сделки этой \
         компании ждут. Сам Паром их снова не свяжет, пока ИНН прежний: это делает человек.";

    /// Parts a counterparty of 1C from its company.
    pub async fn unlink(&self, id: LinkId, by: &By) -> Result<Done, DeedError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut link = known(&mut write, id).await?;
        let (Some(company), true) = (link.company_id, link.onec_ref.is_some()) else {
            return Err(DeedError::impossible("Запись есть только на одной стороне: разрывать нечего."));
        };
        let requisite_id = link.requisite_id;
        write.close_open(id, Side::OneC).await?;
        write.set_conflicts(id, &[]).await?;
        forget_company(&mut link);
        let card = outlook(&link, &self.settings.rules).for_onec;
        let key = match gate(&card, self.settings.match_by, true, Side::OneC) {
            Gate::Open(key) => key.as_ref().map(MatchKey::as_str).map(str::to_owned),
            Gate::Closed(_) => None,
        };
        link.word.parted =
            Some(Parted { company_id: company, requisite_id, key, by: by.name().to_owned(), at: now });
        let held = self.plan(&mut write, &mut link, Towards::Both, now).await?;
        let look = NewLook { entity: Entity::Company, entity_id: company, owner_id: None };
        write.look_at(&[look], now).await?;
        let requisites = write.portal_requisites_of_companies(&[company]).await?;
        Box::pin(self.are_free(&mut write, &requisites, now)).await?;
        let said = format!("связь с компанией № {company} разорвана");
        let deed = self.deed_to(id, DeedKind::Unlinked, by, said, now);
        write.record_deed(&deed).await?;
        write.commit().await?;
        info!(link = %id, company, deed = %deed.id, "A person has parted a counterparty from its company");
        self.wake_both();
        Ok(Done { deed: deed.id, waits: super::reasons(held) })
    }
}
