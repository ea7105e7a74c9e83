//! What a link means for either side: gates, the key, deliveries both ways, conflicts. Every change of a link, from
//! whichever side, ends here, in the transaction that wrote the change.

use std::collections::BTreeSet;

use domain::merge::agreed;
use domain::{
    Counterparty, DeliveryState, Link, MatchBy, MatchKey, Reason, ReasonCode, Shown, Side, Timestamp, Why,
};
use store::{Claim, Conflict, Entity, NewChange, NewLook, PortalRequisite, StoreError, Write};

use crate::Engine;
use crate::plan::{Gate, Outlook, gate, outlook, several_in_portal, without_bad_emails, without_deal};
use crate::words::in_words;

/// What holds a counterparty back, by direction. `None`: it travels, or both sides agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeldBack {
    /// On the way to Bitrix24; the delivery is parked with it.
    pub(crate) from_bitrix: Option<Reason>,
    /// On the way to 1C; the company shows it.
    pub(crate) from_onec: Option<Reason>,
}

/// Who is planned for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Towards {
    /// Both sides.
    Both,
    /// 1C alone: the delivery to Bitrix24 is in the hands of the caller.
    OneC,
}

impl Engine {
    /// Saves the link with its new base and plans what has to be taken by whom. Lets those try again who waited
    /// for a key that the link gave up.
    pub(crate) async fn plan(
        &self,
        write: &mut Write,
        link: &mut Link,
        towards: Towards,
        now: Timestamp,
    ) -> Result<HeldBack, StoreError> {
        let is_first_meeting = link.base == Counterparty::default();
        agree(link);
        write.save_link(link).await?;
        let had = write.key_of(link.id).await?;
        let several = self.several(write, link, is_first_meeting).await?;
        let held_back = self.plan_saved(write, link, several, towards, now).await?;
        if let Some(had) = had
            && write.holder_of_key(&had).await?.is_none()
        {
            self.let_the_next_try(write, &had, link, now).await?;
        }
        Ok(held_back)
    }

    async fn plan_saved(
        &self,
        write: &mut Write,
        link: &Link,
        several: Option<Reason>,
        towards: Towards,
        now: Timestamp,
    ) -> Result<HeldBack, StoreError> {
        let outlook = outlook(link, &self.settings.rules);
        // Only where both sides speak can they contradict each other.
        if link.onec.is_some() && link.bitrix.is_some() {
            let conflicts = conflicts(write, link, &outlook, now).await?;
            write.set_conflicts(link.id, &conflicts).await?;
        }
        let card = &outlook.for_onec;
        let why = match gate(card, self.settings.match_by, link.company_id.is_some(), writer_of_inn(link)) {
            Gate::Closed(reason) => {
                write.claim_key(link.id, None).await?;
                Some((reason.clone(), reason))
            }
            Gate::Open(key) => match write.claim_key(link.id, key.as_ref()).await? {
                Claim::Held => None,
                Claim::TakenBy(holder) => {
                    let key = key.expect("only a key can be taken");
                    let holder = write.link(holder).await?;
                    let (in_onec, in_portal) = (
                        duplicate_in_onec(card, &key, holder.as_ref()),
                        duplicate_in_portal(card, &key, holder.as_ref()),
                    );
                    Some((in_onec, in_portal))
                }
            },
        };
        let why = why.or_else(|| several.map(|reason| (reason.clone(), reason)));
        let (to_bitrix, to_onec) = why.map_or((None, None), |(a, b)| (Some(a), Some(b)));
        let from_bitrix = match towards {
            Towards::Both => self.offer_to_bitrix(write, link, &outlook, to_bitrix, now).await?,
            Towards::OneC => None,
        };
        let from_onec = self.offer_to_onec(write, link, &outlook, to_onec, now).await?;
        Ok(HeldBack { from_bitrix, from_onec })
    }

    /// Where 1C and Bitrix24 meet for the first time, the ИНН must lead to one company: people choose among several.
    async fn several(
        &self,
        write: &mut Write,
        link: &Link,
        is_first_meeting: bool,
    ) -> Result<Option<Reason>, StoreError> {
        let (Some(onec), Some(_), Some(_)) = (&link.onec, &link.bitrix, link.company_id) else {
            return Ok(None);
        };
        if !is_first_meeting && !waits_for_choice(write, link).await? {
            return Ok(None);
        }
        let companies: Vec<i64> = self.claimants(write, &onec.snapshot).await?.into_iter().collect();
        Ok((companies.len() > 1).then(|| several_in_portal(link, &companies)))
    }

    /// The companies whose requisites have this ИНН (and КПП, by setting).
    pub(crate) async fn claimants(
        &self,
        write: &mut Write,
        card: &Counterparty,
    ) -> Result<BTreeSet<i64>, StoreError> {
        let inn = card.inn.as_deref().unwrap_or_default().trim();
        let kpp = card.kpp.as_deref().unwrap_or_default().trim();
        let same_branch = |row: &&PortalRequisite| match self.settings.match_by {
            MatchBy::Inn => true,
            MatchBy::InnKpp => row.kpp.as_deref().unwrap_or_default().trim() == kpp,
        };
        let rows = write.portal_requisites_by_inn(&[inn]).await?;
        Ok(rows.iter().filter(same_branch).map(|row| row.company_id).collect())
    }

    async fn offer_to_bitrix(
        &self,
        write: &mut Write,
        link: &Link,
        outlook: &Outlook,
        why_not: Option<Reason>,
        now: Timestamp,
    ) -> Result<Option<Reason>, StoreError> {
        if link.onec.is_none() {
            return Ok(None);
        }
        let shows_all = link.bitrix.is_some() && link.company_id.is_some() && outlook.bitrix_lacks.is_empty();
        match why_not {
            _ if shows_all => {
                write.close_open(link.id, Side::Bitrix).await?;
                Ok(None)
            }
            Some(reason) => {
                write.park_new(&self.ids, link.id, Side::Bitrix, &reason, now).await?;
                Ok(Some(reason))
            }
            None => {
                write.offer(&self.ids, link.id, Side::Bitrix, now).await?;
                Ok(None)
            }
        }
    }

    /// 1C gets what it lacks. What it does not know at all needs a deal; what it has been handed already is not
    /// handed out anew as long as nothing changed.
    async fn offer_to_onec(
        &self,
        write: &mut Write,
        link: &Link,
        outlook: &Outlook,
        why_not: Option<Reason>,
        now: Timestamp,
    ) -> Result<Option<Reason>, StoreError> {
        let known = link.onec.is_some();
        // What the portal does not show was never offered, or was taken back when it went.
        let (Some(company), true) = (link.company_id, link.bitrix.is_some()) else { return Ok(None) };
        if known && outlook.onec_lacks.is_empty() {
            write.close_open(link.id, Side::OneC).await?;
            return Ok(None);
        }
        let why_not = match why_not {
            Some(reason) => Some(reason),
            None if known || has_deal(write, company).await? => None,
            None => Some(without_deal(&outlook.for_onec)),
        };
        if let Some(reason) = why_not {
            write.close_open(link.id, Side::OneC).await?;
            return Ok(Some(reason));
        }
        let standing = write.standing(link.id, Side::OneC).await?;
        let is_news = match standing {
            Some(standing) => match standing.state {
                DeliveryState::Due { .. } | DeliveryState::Leased { .. } | DeliveryState::Parked { .. } => {
                    let sent = write.sent(&[standing.delivery.id]).await?.remove(&standing.delivery.id);
                    // Not handed out yet: the poll makes it from the newest state anyway.
                    sent.is_some_and(|sent| sent.snapshot != outlook.for_onec)
                }
                DeliveryState::Settled | DeliveryState::Dropped { .. } => true,
            },
            None => true,
        };
        if is_news {
            write.offer(&self.ids, link.id, Side::OneC, now).await?;
        }
        Ok(None)
    }

    /// The first in line gets the key and travels; the others stay behind it.
    async fn let_the_next_try(
        &self,
        write: &mut Write,
        freed: &MatchKey,
        by: &Link,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for waiting in write.waiting_for_key(freed).await? {
            if waiting == by.id {
                continue;
            }
            if let Some(waiting) = write.link(waiting).await? {
                self.plan_saved(write, &waiting, None, Towards::Both, now).await?;
            }
        }
        let inn = freed.as_str().split('/').next().unwrap_or_default();
        let companies = write.companies_waiting_for_inn(&[inn]).await?;
        let looks: Vec<NewLook> = companies
            .into_iter()
            .map(|company| NewLook { entity: Entity::Company, entity_id: company, owner_id: None })
            .collect();
        write.look_at(&looks, now).await
    }
}

/// Whether people have been asked to choose among several companies.
async fn waits_for_choice(write: &mut Write, link: &Link) -> Result<bool, StoreError> {
    let standing = write.standing(link.id, Side::Bitrix).await?;
    Ok(standing.is_some_and(|standing| {
        matches!(standing.state, DeliveryState::Parked { reason, .. } if reason.code == ReasonCode::SeveralInPortal)
    }))
}

async fn conflicts(
    write: &mut Write,
    link: &Link,
    outlook: &Outlook,
    now: Timestamp,
) -> Result<Vec<Conflict>, StoreError> {
    let fields: Vec<_> = outlook
        .decisions
        .iter()
        .filter(|decision| decision.why == Why::Conflict)
        .map(|decision| decision.field)
        .collect();
    let (Some(onec), Some(bitrix)) = (&link.onec, &link.bitrix) else { return Ok(Vec::new()) };
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let company = write.portal_companies(link.company_id.as_slice()).await?.pop();
    let conflict = |field| Conflict {
        link: link.id,
        field,
        base: Some(in_words(&link.base, field)).filter(|text| !text.is_empty()),
        onec: Some(in_words(&onec.snapshot, field)),
        bitrix: Some(in_words(&bitrix.snapshot, field)),
        onec_changed_at: onec.changed_at,
        bitrix_changed_at: bitrix.changed_at,
        bitrix_changed_by: company.as_ref().and_then(|company| company.modified_by),
        since: now,
    };
    Ok(fields.into_iter().map(conflict).collect())
}

/// The portal shows this of the link now; a journal entry if it is news. Says whether it is.
pub(crate) async fn portal_shows(
    write: &mut Write,
    link: &mut Link,
    shown: Shown,
    source: &'static str,
) -> Result<bool, StoreError> {
    let is_news = link.bitrix.as_ref().is_none_or(|before| before.snapshot != shown.snapshot);
    if is_news {
        // A link that is new is saved with the plan that follows, in the same transaction.
        write
            .record(&NewChange {
                link: link.id,
                side: Side::Bitrix,
                source,
                changed_at: shown.changed_at,
                seen_at: shown.seen_at,
                snapshot: &shown.snapshot,
                note: "",
            })
            .await?;
    }
    link.bitrix = Some(shown);
    Ok(is_news)
}

/// Sets the base to what both sides show alike. What cannot travel is left out of the comparison, or the rest of its
/// field could never be agreed on.
pub(crate) fn agree(link: &mut Link) {
    let onec = link.onec.as_ref().map(|onec| {
        let mut snapshot = onec.snapshot.clone();
        without_bad_emails(&mut snapshot);
        snapshot
    });
    let bitrix = link.bitrix.as_ref().map(|bitrix| &bitrix.snapshot);
    link.base = agreed(&link.base, onec.as_ref(), bitrix);
}

/// Whose card has the ИНН that counts.
fn writer_of_inn(link: &Link) -> Side {
    let inn = |shown: &Option<Shown>| {
        shown.as_ref().and_then(|shown| shown.snapshot.inn.as_deref()).unwrap_or_default().trim().to_owned()
    };
    match (&link.onec, &link.bitrix) {
        (None, Some(_)) => Side::Bitrix,
        // Agreed on before, so it was the employee who changed it.
        (Some(_), Some(_)) if link.base.inn.as_deref().is_some_and(|base| base.trim() == inn(&link.onec)) => {
            Side::Bitrix
        }
        _ => Side::OneC,
    }
}

async fn has_deal(write: &mut Write, company: i64) -> Result<bool, StoreError> {
    Ok(write.portal_companies(&[company]).await?.first().is_some_and(|company| company.has_deal))
}

fn duplicate_in_onec(shown: &Counterparty, key: &MatchKey, holder: Option<&Link>) -> Reason {
    let other = holder.map(|holder| {
        let code = holder.onec_code.as_deref().unwrap_or("без кода");
        format!("«{}» (код {code})", title(holder))
    });
    Reason::new(
        ReasonCode::DuplicateInOneC,
        format!(
            "«{}» не передан: в 1С уже есть контрагент с {}: {}. Пометьте лишнего на удаление или исправьте \
             ИНН; если это филиалы, включите в настройках match = \"inn+kpp\".",
            shown.title(),
            inn_in_words(key),
            other.as_deref().unwrap_or("другой контрагент"),
        ),
    )
}

pub(crate) fn duplicate_in_portal(shown: &Counterparty, key: &MatchKey, holder: Option<&Link>) -> Reason {
    let other = holder.map(|holder| match holder.company_id {
        Some(company) => format!("компания № {company} «{}»", title(holder)),
        None => format!("контрагент 1С «{}»", title(holder)),
    });
    Reason::new(
        ReasonCode::DuplicateInPortal,
        format!(
            "Клиент с таким ИНН уже создан: {} ({}). «{}» не передан в 1С. Объедините компании, удалите лишнюю или \
             исправьте ИНН: передача начнётся сама.",
            inn_in_words(key),
            other.as_deref().unwrap_or("другая компания"),
            shown.title(),
        ),
    )
}

/// The company was deleted, or its requisite was.
pub(crate) fn gone_from_portal(link: &Link, company: i64) -> Reason {
    Reason::new(
        ReasonCode::GoneInPortal,
        format!(
            "«{}» не передан: компания № {company} или её реквизит удалены в Битрикс24 или недоступны \
             пользователю вебхука. В 1С ничего не удалено. Восстановите их или повторите передачу (parom parked retry): тогда будет создана новая компания.",
            title(link)
        ),
    )
}

fn title(link: &Link) -> &str {
    [&link.onec, &link.bitrix]
        .into_iter()
        .flatten()
        .map(|shown| shown.snapshot.title())
        .find(|title| !title.is_empty())
        .unwrap_or("без названия")
}

fn inn_in_words(key: &MatchKey) -> String {
    format!("ИНН {}", key.as_str().replace('/', ", КПП "))
}
