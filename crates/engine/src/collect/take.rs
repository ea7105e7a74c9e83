//! What companies show becomes journal, links and deliveries.

use std::collections::BTreeSet;

use domain::{Counterparty, Link, Reason, ReasonCode, Shown, Side, Timestamp};
use store::{Entity, NewLook, PortalCompany, PortalRequisite, StoreError, Write};

use super::Collected;
use super::fingerprint::fingerprint;
use super::owner::{Owner, unnamed};
use crate::Engine;
use crate::card::{Card, Presets, read};
use crate::code_field::is_marked;
use crate::engine::EngineError;
use crate::plan::{Gate, gate};
use crate::planning::{Towards, forget_company, gone_from_portal, portal_shows};
use crate::portal::cards::{Read, Whole};
use crate::portal::index_row;
use crate::telling::{Duplicate, settle_duplicates, tell_of_duplicate};

/// Where a snapshot of the portal came from, in the journal.
const SOURCE: &str = "collect";
/// Companies taken in one transaction.
const TOGETHER: usize = 100;

impl Engine {
    /// Takes what was read of the companies `asked` for: what is not among it is gone. Those `forced` are planned
    /// even if they show nothing new. The caller holds the turnstile since before the reading.
    pub(super) async fn take_portal(
        &self,
        read: Read,
        asked: &[i64],
        forced: &BTreeSet<i64>,
        presets: Presets,
        collected: &mut Collected,
    ) -> Result<(), EngineError> {
        let Read { wholes, dealt } = read;
        collected.read += wholes.len();
        let gone: Vec<i64> = asked.iter().copied().filter(|company| !wholes.contains_key(company)).collect();
        let wholes: Vec<Whole> = wholes.into_values().collect();
        for wholes in wholes.chunks(TOGETHER) {
            let mut write = self.store.begin().await?;
            let dealt: Vec<i64> = wholes
                .iter()
                .map(|whole| whole.company.id)
                .filter(|company| dealt.contains(company))
                .collect();
            write.mark_deals(&dealt, self.clock.now()).await?;
            for whole in wholes {
                let is_forced = forced.contains(&whole.company.id) || dealt.contains(&whole.company.id);
                self.take_company(&mut write, whole, is_forced, presets, collected).await?;
            }
            write.commit().await?;
        }
        if !gone.is_empty() {
            let mut write = self.store.begin().await?;
            self.take_gone(&mut write, &gone, collected).await?;
            write.commit().await?;
        }
        Ok(())
    }

    async fn take_company(
        &self,
        write: &mut Write,
        whole: &Whole,
        is_forced: bool,
        presets: Presets,
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let id = whole.company.id;
        let before = write.portal_companies(&[id]).await?.pop();
        let fingerprint = fingerprint(whole);
        if !is_forced && before.as_ref().is_some_and(|before| before.fingerprint == fingerprint) {
            return Ok(());
        }
        self.take_index(write, whole, now).await?;
        let mut row = PortalCompany {
            company_id: id,
            title: whole.company.title.clone(),
            responsible_id: positive(whole.company.assigned_by_id),
            created_by: positive(whole.company.created_by_id),
            modified_by: positive(whole.company.modify_by_id),
            has_deal: before.as_ref().is_some_and(|before| before.has_deal),
            fingerprint,
            waits: None,
            waits_inn: None,
            waits_since: Some(now),
            seen_at: now,
        };
        if before.is_none() {
            write.put_portal_companies(std::slice::from_ref(&row)).await?;
        }
        // The owner's own companies are no clients.
        if !whole.company.is_my_company
            && let Some(waits) = self.take_cards(write, whole, presets, collected).await?
        {
            row.waits_inn = Some(waits.inn.clone()).filter(|inn| !inn.is_empty());
            row.waits = Some(waits.reason.clone());
            // What the first reading of a portal finds is nobody's news.
            if !collected.first && !waits_for_same(before.as_ref(), &waits) {
                tell_of(write, &row, &waits, now).await?;
            }
        }
        let is_duplicate =
            row.waits.as_ref().is_some_and(|reason| reason.code == ReasonCode::DuplicateInPortal);
        settle_duplicates(write, id, row.waits_inn.as_deref().filter(|_| is_duplicate)).await?;
        write.put_portal_companies(std::slice::from_ref(&row)).await?;
        // Its deals say why they wait, and they wait for what it waits for.
        if before.and_then(|before| before.waits) != row.waits {
            self.plan_waiting_inquiries(write, id, now).await?;
        }
        Ok(())
    }

    /// Takes every requisite of a company. Why nothing of it travels to 1C, if so.
    async fn take_cards(
        &self,
        write: &mut Write,
        whole: &Whole,
        presets: Presets,
        collected: &mut Collected,
    ) -> Result<Option<Waits>, StoreError> {
        let now = self.clock.now();
        let mut held_back: Option<Waits> = None;
        let mut travels = false;
        let mut taken: BTreeSet<domain::LinkId> = BTreeSet::new();
        for card in &whole.cards {
            let shown = read(card, presets, None);
            let mut link = match self.owner(write, whole, card, &shown).await? {
                Owner::Link(link) => link,
                Owner::Sibling => continue,
                Owner::Nobody(reason) => {
                    if held_back.is_none() {
                        held_back = Some(self.waits(write, whole, card, &shown, reason).await?);
                    }
                    continue;
                }
            };
            taken.insert(link.id);
            let shown = read(card, presets, link.onec.as_ref().map(|onec| &onec.snapshot));
            if link.company_id != Some(whole.company.id) && link.onec_code.is_some() {
                write.want_code_shown(&[whole.company.id], now).await?;
            }
            link.company_id = Some(whole.company.id);
            link.requisite_id = card.requisite.as_ref().map(|requisite| requisite.id);
            let shown = Shown { snapshot: shown, changed_at: card.changed_at(), seen_at: now };
            if portal_shows(write, &mut link, shown, SOURCE).await? {
                collected.changed += 1;
            }
            let held = self.plan(write, &mut link, Towards::Both, now).await?;
            match held.from_onec {
                Some(reason) if held_back.is_none() => {
                    let shown = link.bitrix.as_ref().map(|shown| shown.snapshot.clone()).unwrap_or_default();
                    held_back = Some(self.waits(write, whole, card, &shown, reason).await?);
                }
                Some(_) => {}
                None => travels = true,
            }
        }
        self.take_orphans(write, whole.company.id, &taken, collected).await?;
        if whole.cards.is_empty() {
            let Gate::Closed(reason) = gate(&unnamed(whole), self.settings.match_by, true, Side::Bitrix)
            else {
                return Ok(None);
            };
            return Ok(Some(Waits {
                reason,
                inn: String::new(),
                others: BTreeSet::new(),
                users: Vec::new(),
            }));
        }
        Ok(held_back.filter(|waits| !travels || waits.reason.code == ReasonCode::DuplicateInPortal))
    }

    async fn waits(
        &self,
        write: &mut Write,
        whole: &Whole,
        card: &Card,
        shown: &Counterparty,
        reason: Reason,
    ) -> Result<Waits, StoreError> {
        let mut others = BTreeSet::new();
        if reason.code == ReasonCode::DuplicateInPortal {
            others = self.claimants(write, shown).await?;
            others.remove(&whole.company.id);
        }
        let typed =
            card.requisite.as_ref().map(|requisite| [requisite.modify_by_id, requisite.created_by_id]);
        let company = &whole.company;
        let mut users: Vec<i64> = typed.into_iter().flatten().collect();
        users.extend([company.modify_by_id, company.created_by_id, company.assigned_by_id]);
        let inn = shown.inn.clone().unwrap_or_default().trim().to_owned();
        Ok(Waits { reason, inn, others, users })
    }

    /// Brings the index up to what the company shows.
    async fn take_index(&self, write: &mut Write, whole: &Whole, now: Timestamp) -> Result<(), StoreError> {
        let rows: Vec<PortalRequisite> =
            whole.cards.iter().filter_map(|card| index_row(card.requisite.as_ref()?, now)).collect();
        let present: BTreeSet<i64> = rows.iter().map(|row| row.requisite_id).collect();
        let before = write.portal_requisites_of_companies(&[whole.company.id]).await?;
        let gone: Vec<PortalRequisite> =
            before.into_iter().filter(|row| !present.contains(&row.requisite_id)).collect();
        let forgotten: Vec<i64> = gone.iter().map(|row| row.requisite_id).collect();
        write.forget_requisites(&forgotten).await?;
        Box::pin(self.learn_requisites(write, &rows, now)).await?;
        Box::pin(self.are_free(write, &gone, now)).await
    }

    /// Links of the company whose requisite is not there any more: it moved with a merge, or it is gone.
    async fn take_orphans(
        &self,
        write: &mut Write,
        company: i64,
        taken: &BTreeSet<domain::LinkId>,
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        for link in write.links_by_company(company).await? {
            // Without a requisite it was made by half, and dispatch completes it.
            if !taken.contains(&link.id) && link.requisite_id.is_some() {
                self.let_go(write, link, collected).await?;
            }
        }
        Ok(())
    }

    async fn take_gone(
        &self,
        write: &mut Write,
        gone: &[i64],
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let known = write.portal_companies(gone).await?;
        collected.gone += known.len();
        let requisites = write.portal_requisites_of_companies(gone).await?;
        for company in gone {
            settle_duplicates(write, *company, None).await?;
        }
        write.forget_portal_companies(gone).await?;
        for company in gone {
            write.forget_company(*company).await?;
        }
        for link in write.links_by_companies(gone).await? {
            self.let_go(write, link, collected).await?;
        }
        Box::pin(self.are_free(write, &requisites, now)).await
    }

    /// The portal does not have the counterparty any more. If another company took its requisite or has its ИНН, that
    /// one is looked at next and takes the link over; nothing is ever deleted in 1C.
    async fn let_go(
        &self,
        write: &mut Write,
        mut link: Link,
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        collected.changed += 1;
        let Some(company) = link.company_id else { return Ok(()) };
        link.bitrix = None;
        write.close_open(link.id, Side::OneC).await?;
        write.set_conflicts(link.id, &[]).await?;
        if link.onec.is_some() && self.settings.delete_marked && is_marked(&link) {
            // Deleted as it was asked for: it waits as one that never crossed, until 1C takes the mark away.
            forget_company(&mut link);
            self.plan(write, &mut link, Towards::Both, now).await?;
        } else if link.onec.is_some() {
            write.save_link(&link).await?;
            write.park_new(&self.ids, link.id, Side::Bitrix, &gone_from_portal(&link, company), now).await?;
        } else {
            // 1C never heard of it: nothing is left of it but its journal.
            link.company_id = None;
            link.requisite_id = None;
            write.claim_key(link.id, None).await?;
            write.close_open(link.id, Side::Bitrix).await?;
            write.save_link(&link).await?;
        }
        let moved = write.portal_requisites_by_ids(link.requisite_id.as_slice()).await?;
        let looks: Vec<NewLook> = moved
            .iter()
            .filter(|row| row.company_id != company)
            .map(|row| NewLook { entity: Entity::Company, entity_id: row.company_id, owner_id: None })
            .collect();
        write.look_at(&looks, now).await
    }
}

/// Why a company does not travel, and whom it concerns.
struct Waits {
    reason: Reason,
    /// The ИНН in question.
    inn: String,
    /// Other companies that have it.
    others: BTreeSet<i64>,
    /// Who may have typed it, the likeliest first.
    users: Vec<i64>,
}

/// Whether the company waited for the same cause before.
fn waits_for_same(before: Option<&PortalCompany>, waits: &Waits) -> bool {
    before.is_some_and(|before| {
        before.waits.as_ref().is_some_and(|reason| reason.code == waits.reason.code)
            && before.waits_inn.as_deref().unwrap_or_default() == waits.inn
    })
}

/// Only a repeated ИНН is told to an employee; other causes are shown in lists.
async fn tell_of(
    write: &mut Write,
    row: &PortalCompany,
    waits: &Waits,
    now: Timestamp,
) -> Result<(), StoreError> {
    if waits.reason.code != ReasonCode::DuplicateInPortal {
        return Ok(());
    }
    let duplicate = Duplicate {
        company: row.company_id,
        title: &row.title,
        inn: &waits.inn,
        others: &waits.others,
        users: waits.users.clone(),
    };
    tell_of_duplicate(write, &duplicate, now).await
}

fn positive(id: i64) -> Option<i64> {
    (id > 0).then_some(id)
}
