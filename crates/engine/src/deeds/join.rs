//! A person says which company a counterparty of 1C is.

use domain::{Link, LinkId, MatchKey, Side, quoted};
use store::{DeedKind, Entity, NewLook, PortalRequisite, StoreError, Write};
use tracing::info;

use super::{By, DeedError, Done, known, reasons};
use crate::Engine;
use crate::plan::{Gate, gate, outlook};
use crate::planning::{Towards, forget_company};

impl Engine {
    /// Joins a counterparty of 1C with this company, be there others with the same ИНН. What the two show differently is
    /// decided by the rules, as at a first meeting.
    pub async fn link_by_hand(&self, id: LinkId, company: i64, by: &By) -> Result<Done, DeedError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut link = known(&mut write, id).await?;
        if link.onec.is_none() || link.onec_ref.is_none() {
            return Err(DeedError::impossible(
                "1С этого контрагента не показывала: связывать с компанией нечего.",
            ));
        }
        if link.company_id == Some(company) && link.bitrix.is_some() {
            return Err(DeedError::Changed(format!("Контрагент уже связан с компанией № {company}.")));
        }
        if write.portal_companies(&[company]).await?.is_empty() {
            return Err(DeedError::Absent(format!(
                "Компании № {company} Паром не знает: её нет, или она создана только что. Проверьте номер и повторите \
                 через минуту."
            )));
        }
        let requisite = requisite_for(&mut write, &link, company).await?;
        free(&mut write, &link, company, requisite).await?;
        self.must_have_the_key(&mut write, &link).await?;

        let before = link.company_id;
        write.close_open(id, Side::OneC).await?;
        write.set_conflicts(id, &[]).await?;
        forget_company(&mut link);
        link.company_id = Some(company);
        link.requisite_id = requisite;
        link.word.parted = None;
        link.word.chosen = Some(company);
        let held = self.plan(&mut write, &mut link, Towards::Both, now).await?;
        let looks: Vec<NewLook> = before
            .into_iter()
            .chain([company])
            .map(|company| NewLook { entity: Entity::Company, entity_id: company, owner_id: None })
            .collect();
        write.look_at(&looks, now).await?;
        let left = write.portal_requisites_of_companies(before.as_slice()).await?;
        Box::pin(self.are_free(&mut write, &left, now)).await?;
        let said = format!("связано вручную с компанией № {company}");
        let deed = self.deed_to(id, DeedKind::Linked, by, said, now);
        write.record_deed(&deed).await?;
        write.commit().await?;
        info!(link = %id, company, deed = %deed.id, "A person has joined a counterparty with a company");
        self.wake_both();
        Ok(Done { deed: deed.id, waits: reasons(held) })
    }

    /// Two counterparties of 1C with one ИНН are no matter of companies.
    async fn must_have_the_key(&self, write: &mut Write, link: &Link) -> Result<(), DeedError> {
        let card = outlook(link, &self.settings.rules).for_onec;
        let Gate::Open(Some(key)) = gate(&card, self.settings.match_by, true, Side::OneC) else {
            return Ok(());
        };
        match holder_in_onec(write, &key).await?.filter(|holder| holder.id != link.id) {
            None => Ok(()),
            Some(holder) => Err(DeedError::Impossible(format!(
                "В 1С с этим ИНН есть ещё контрагент {} (код {}). Две записи 1С с одной компанией не связывают: \
                 пометьте лишнюю на удаление или исправьте ИНН.",
                quoted(holder.onec.as_ref().map_or("", |onec| onec.snapshot.title())),
                holder.onec_code.as_deref().unwrap_or("не известен"),
            ))),
        }
    }
}

/// Who in 1C has the key.
async fn holder_in_onec(write: &mut Write, key: &MatchKey) -> Result<Option<Link>, StoreError> {
    let Some(holder) = write.holder_of_key(key).await? else { return Ok(None) };
    Ok(write.link(holder).await?.filter(|holder| holder.onec_ref.is_some()))
}

/// The requisite of the company that is the counterparty's; `None`: the company has none with an ИНН.
async fn requisite_for(write: &mut Write, link: &Link, company: i64) -> Result<Option<i64>, DeedError> {
    let rows = write.portal_requisites_of_companies(&[company]).await?;
    let onec = link.onec.as_ref().map(|onec| &onec.snapshot);
    let inn = onec.and_then(|onec| onec.inn.as_deref()).unwrap_or_default().trim();
    let kpp = onec.and_then(|onec| onec.kpp.as_deref()).unwrap_or_default().trim();
    let same_kpp = |row: &&PortalRequisite| row.kpp.as_deref().unwrap_or_default().trim() == kpp;
    let same: Vec<&PortalRequisite> = rows.iter().filter(|row| row.inn == inn).collect();
    let found = same.iter().copied().find(same_kpp).or_else(|| same.first().copied());
    match (found, rows.first()) {
        (Some(row), _) => Ok(Some(row.requisite_id)),
        (None, None) => Ok(None),
        (None, Some(other)) => Err(DeedError::Impossible(format!(
            "ИНН не совпадает: в 1С {}, в компании № {company} {}. Исправьте ИНН там, где он ошибочен.",
            if inn.is_empty() { "не указан" } else { inn },
            other.inn,
        ))),
    }
}

/// Whoever stands for the company without 1C gives it up; one that 1C has keeps it.
async fn free(write: &mut Write, link: &Link, company: i64, requisite: Option<i64>) -> Result<(), DeedError> {
    for mut other in write.links_by_company(company).await? {
        let is_same = other.requisite_id == requisite || other.requisite_id.is_none() || requisite.is_none();
        if other.id == link.id || !is_same {
            continue;
        }
        if other.onec_ref.is_some() {
            return Err(DeedError::Impossible(format!(
                "Компания № {company} уже связана с контрагентом 1С {} (код {}). Сначала разорвите ту связь.",
                quoted(other.onec.as_ref().map_or("", |onec| onec.snapshot.title())),
                other.onec_code.as_deref().unwrap_or("не известен"),
            )));
        }
        write.close_open(other.id, Side::OneC).await?;
        write.close_open(other.id, Side::Bitrix).await?;
        write.claim_key(other.id, None).await?;
        forget_company(&mut other);
        write.save_link(&other).await?;
    }
    Ok(())
}
