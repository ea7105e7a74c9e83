//! What companies show becomes journal, links and deliveries.

use std::collections::{BTreeMap, BTreeSet};

use domain::requisites::{Inn, Kpp};
use domain::{Counterparty, Link, MatchBy, MatchKey, Reason, ReasonCode, Shown, Side, Timestamp};
use sha2::{Digest, Sha256};
use store::{Entity, NewChange, NewLook, PortalCompany, PortalRequisite, StoreError, Write};

use super::Collected;
use crate::Engine;
use crate::card::{Card, Presets, read};
use crate::engine::EngineError;
use crate::plan::{Gate, gate};
use crate::planning::{Towards, duplicate_in_portal, gone_from_portal};
use crate::portal::cards::{Read, Whole};
use crate::portal::index_row;

/// Where a snapshot of the portal came from, in the journal.
const SOURCE: &str = "collect";
/// Companies taken in one transaction.
const TOGETHER: usize = 100;

/// Whose counterparty a requisite is.
enum Owner {
    /// This one's.
    Link(Box<Link>),
    /// Nobody's: it cannot travel, and this is why.
    Nobody(Reason),
    /// Another requisite of the same company stands for the counterparty already.
    Sibling,
}

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
        if !whole.company.is_my_company {
            let held_back = self.take_cards(write, whole, presets, collected).await?;
            if let Some((inn, reason)) = held_back {
                row.waits_inn = Some(inn).filter(|inn| !inn.is_empty());
                row.waits = Some(reason);
            }
        }
        write.put_portal_companies(std::slice::from_ref(&row)).await
    }

    /// Takes every requisite of a company. Why nothing of it travels to 1C, if so, with the ИНН in question.
    async fn take_cards(
        &self,
        write: &mut Write,
        whole: &Whole,
        presets: Presets,
        collected: &mut Collected,
    ) -> Result<Option<(String, Reason)>, StoreError> {
        let now = self.clock.now();
        let mut held_back: Option<(String, Reason)> = None;
        let mut travels = false;
        let mut taken: BTreeSet<domain::LinkId> = BTreeSet::new();
        for card in &whole.cards {
            let shown = read(card, presets, None);
            let inn = shown.inn.clone().unwrap_or_default().trim().to_owned();
            let mut link = match self.owner(write, whole, card, &shown).await? {
                Owner::Link(link) => link,
                Owner::Sibling => continue,
                Owner::Nobody(reason) => {
                    held_back.get_or_insert((inn, reason));
                    continue;
                }
            };
            taken.insert(link.id);
            let shown = read(card, presets, link.onec.as_ref().map(|onec| &onec.snapshot));
            let is_news = link.bitrix.as_ref().is_none_or(|before| before.snapshot != shown);
            link.company_id = Some(whole.company.id);
            link.requisite_id = card.requisite.as_ref().map(|requisite| requisite.id);
            link.bitrix =
                Some(Shown { snapshot: shown.clone(), changed_at: card.changed_at(), seen_at: now });
            let held = self.plan(write, &mut link, Towards::Both, now).await?;
            if is_news {
                collected.changed += 1;
                write
                    .record(&NewChange {
                        link: link.id,
                        side: Side::Bitrix,
                        source: SOURCE,
                        changed_at: card.changed_at(),
                        seen_at: now,
                        snapshot: &shown,
                        note: "",
                    })
                    .await?;
            }
            match held.from_onec {
                Some(reason) => {
                    held_back.get_or_insert((inn, reason));
                }
                None => travels = true,
            }
        }
        self.take_orphans(write, whole.company.id, &taken, collected).await?;
        if whole.cards.is_empty() {
            let Gate::Closed(reason) = gate(&unnamed(whole), self.settings.match_by, true, Side::Bitrix)
            else {
                return Ok(None);
            };
            return Ok(Some((String::new(), reason)));
        }
        Ok(held_back.filter(|(_, reason)| !travels || reason.code == ReasonCode::DuplicateInPortal))
    }

    /// Finds the counterparty of a requisite, or makes one.
    async fn owner(
        &self,
        write: &mut Write,
        whole: &Whole,
        card: &Card,
        shown: &Counterparty,
    ) -> Result<Owner, StoreError> {
        let company = whole.company.id;
        let requisite = card.requisite.as_ref().map(|requisite| requisite.id).unwrap_or_default();
        if let Some(link) = write.links_by_requisites(&[requisite]).await?.pop() {
            return Ok(Owner::Link(Box::new(link)));
        }
        let by = self.settings.match_by;
        let key = match gate(shown, by, true, Side::Bitrix) {
            Gate::Open(Some(key)) => key,
            Gate::Open(None) => return Ok(Owner::Nobody(no_inn(whole))),
            Gate::Closed(reason) => return Ok(Owner::Nobody(named(reason, whole, shown))),
        };
        // The requisite was made anew, or the company was made by half.
        let present: BTreeSet<i64> =
            whole.cards.iter().filter_map(|card| Some(card.requisite.as_ref()?.id)).collect();
        let adrift = |link: &Link| link.requisite_id.is_none_or(|requisite| !present.contains(&requisite));
        let siblings = write.links_by_company(company).await?;
        if let Some(link) = siblings.into_iter().find(|link| adrift(link) && has_inn(link, &key, by)) {
            return Ok(Owner::Link(Box::new(link)));
        }
        let Some(holder) = write.holder_of_key(&key).await? else {
            return Ok(Owner::Link(Box::new(Link::new(self.ids.link()))));
        };
        let Some(holder) = write.link(holder).await? else {
            return Ok(Owner::Link(Box::new(Link::new(self.ids.link()))));
        };
        match holder.company_id {
            Some(other) if other == company => Ok(Owner::Sibling),
            Some(_) if is_let_go(write, &holder).await? => Ok(Owner::Link(Box::new(holder))),
            Some(_) => Ok(Owner::Nobody(duplicate_in_portal(shown, &key, Some(&holder)))),
            // 1C has it, and nobody in the portal was it so far. If several claim it, people decide.
            None if self.claimants(write, shown).await?.len() > 1 => {
                Ok(Owner::Nobody(duplicate_in_portal(shown, &key, Some(&holder))))
            }
            None => Ok(Owner::Link(Box::new(holder))),
        }
    }

    /// Brings the index up to what the company shows. Whoever waits for an ИНН that it gave up is looked at again.
    async fn take_index(&self, write: &mut Write, whole: &Whole, now: Timestamp) -> Result<(), StoreError> {
        let rows: Vec<PortalRequisite> =
            whole.cards.iter().filter_map(|card| index_row(card.requisite.as_ref()?, now)).collect();
        let now_has: BTreeMap<i64, &str> =
            rows.iter().map(|row| (row.requisite_id, row.inn.as_str())).collect();
        let before = write.portal_requisites_of_companies(&[whole.company.id]).await?;
        let given_up: Vec<&PortalRequisite> =
            before.iter().filter(|row| now_has.get(&row.requisite_id) != Some(&row.inn.as_str())).collect();
        let forgotten: Vec<i64> = given_up.iter().map(|row| row.requisite_id).collect();
        write.forget_requisites(&forgotten).await?;
        write.put_portal_requisites(&rows).await?;
        let inns: Vec<&str> = given_up.iter().map(|row| row.inn.as_str()).collect();
        self.look_at_claimants(write, &inns, now).await
    }

    async fn look_at_claimants(
        &self,
        write: &mut Write,
        inns: &[&str],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if inns.is_empty() {
            return Ok(());
        }
        let mut companies: BTreeSet<i64> = write.companies_waiting_for_inn(inns).await?.into_iter().collect();
        companies.extend(write.portal_requisites_by_inn(inns).await?.iter().map(|row| row.company_id));
        let looks: Vec<NewLook> = companies
            .into_iter()
            .map(|company| NewLook { entity: Entity::Company, entity_id: company, owner_id: None })
            .collect();
        write.look_at(&looks, now).await
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
        write.forget_portal_companies(gone).await?;
        for company in gone {
            write.forget_company(*company).await?;
        }
        let inns: Vec<&str> = requisites.iter().map(|row| row.inn.as_str()).collect();
        self.look_at_claimants(write, &inns, now).await?;
        for link in write.links_by_companies(gone).await? {
            self.let_go(write, link, collected).await?;
        }
        Ok(())
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
        if link.onec.is_some() {
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

/// Whether the portal does not have the counterparty of this link any more, so that another company may be it.
async fn is_let_go(write: &mut Write, link: &Link) -> Result<bool, StoreError> {
    if link.bitrix.is_some() {
        return Ok(false);
    }
    let is_company_gone = write.portal_companies(link.company_id.as_slice()).await?.is_empty();
    let is_requisite_gone = link.requisite_id.is_some()
        && write.portal_requisites_by_ids(link.requisite_id.as_slice()).await?.is_empty();
    Ok(is_company_gone || is_requisite_gone)
}

/// A digest of everything that a card shows. Times and authors are left out: they say nothing of the content.
fn fingerprint(whole: &Whole) -> String {
    let company = &whole.company;
    let multi = |fields: &[bitrix::wire::MultiField]| {
        fields.iter().map(|field| field.value.clone()).collect::<Vec<_>>()
    };
    let cards: Vec<_> = whole
        .cards
        .iter()
        .map(|card| {
            let requisite = card.requisite.clone().map(|requisite| bitrix::wire::Requisite {
                date_create: None,
                date_modify: None,
                modify_by_id: 0,
                ..requisite
            });
            let mut addresses = card.addresses.clone();
            addresses.sort_by_key(|address| address.type_id);
            let mut banks: Vec<_> = card
                .banks
                .iter()
                .cloned()
                .map(|bank| bitrix::wire::BankDetail {
                    date_create: None,
                    date_modify: None,
                    modify_by_id: 0,
                    ..bank
                })
                .collect();
            banks.sort_by_key(|bank| bank.id);
            format!("{requisite:?}{addresses:?}{banks:?}")
        })
        .collect();
    let text = format!(
        "{}\u{1}{:?}\u{1}{:?}\u{1}{}\u{1}{}\u{1}{cards:?}",
        company.title,
        multi(&company.phones),
        multi(&company.emails),
        company.assigned_by_id,
        company.is_my_company,
    );
    let digest = Sha256::digest(text.as_bytes());
    let short = digest[..16].try_into().expect("a SHA-256 has 32 bytes");
    format!("{:032x}", u128::from_be_bytes(short))
}

fn has_inn(link: &Link, key: &MatchKey, by: MatchBy) -> bool {
    [&link.bitrix, &link.onec].into_iter().flatten().any(|shown| {
        let kpp = shown.snapshot.kpp.as_deref().and_then(|kpp| Kpp::parse(kpp).ok());
        let inn = shown.snapshot.inn.as_deref().and_then(|inn| Inn::parse(inn).ok());
        inn.is_some_and(|inn| MatchKey::new(by, &inn, kpp.as_ref()) == *key)
    })
}

/// What a company without a requisite shows.
fn unnamed(whole: &Whole) -> Counterparty {
    Counterparty { name: Some(whole.company.title.clone()), ..Counterparty::default() }
}

fn no_inn(whole: &Whole) -> Reason {
    match gate(&unnamed(whole), MatchBy::Inn, true, Side::Bitrix) {
        Gate::Closed(reason) => reason,
        Gate::Open(_) => unreachable!("a card without ИНН never passes the gate"),
    }
}

/// A requisite without a name is spoken of by the title of its company.
fn named(reason: Reason, whole: &Whole, shown: &Counterparty) -> Reason {
    if shown.title().is_empty() {
        let shown = Counterparty { inn: shown.inn.clone(), ..unnamed(whole) };
        if let Gate::Closed(reason) = gate(&shown, MatchBy::Inn, true, Side::Bitrix) {
            return reason;
        }
    }
    reason
}

fn positive(id: i64) -> Option<i64> {
    (id > 0).then_some(id)
}
