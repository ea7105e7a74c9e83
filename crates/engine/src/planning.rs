//! What a link means for either side: gates, the key, deliveries both ways, conflicts. Every change of a link, from
//! whichever side, ends here, in the transaction that wrote the change.

use std::collections::BTreeSet;

use domain::merge::{agreed, same};
use domain::{
    Counterparty, DeliveryState, Field, Link, MatchBy, MatchKey, Reason, ReasonCode, Shown, Side, Timestamp,
    Why, quoted,
};
use store::{Claim, Conflict, Entity, NewChange, NewLook, PortalRequisite, StoreError, Write};

use crate::Engine;
use crate::plan::{
    Gate, Outlook, gate, outlook, restored, several_in_portal, without_bad_emails, without_deal,
};
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
        self.keep_word(write, link).await?;
        write.save_link(link).await?;
        let had = write.key_of(link.id).await?;
        let several = self.several(write, link, is_first_meeting).await?;
        let held_back = self.plan_saved(write, link, several, towards, now).await?;
        // What 1C had in its hands may have been taken back just now, and nothing is to be waited for any more.
        let word = link.word.clone();
        self.keep_word(write, link).await?;
        if link.word != word {
            write.save_link(link).await?;
        }
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
        let parted = || parted(link).map(|reason| (reason.clone(), reason));
        let why = why.or_else(parted).or_else(|| several.map(|reason| (reason.clone(), reason)));
        let (to_bitrix, to_onec) = why.map_or((None, None), |(a, b)| (Some(a), Some(b)));
        let from_bitrix = match towards {
            Towards::Both => self.offer_to_bitrix(write, link, &outlook, to_bitrix, now).await?,
            Towards::OneC => None,
        };
        let from_onec = self.offer_to_onec(write, link, &outlook, to_onec, now).await?;
        Ok(HeldBack { from_bitrix, from_onec })
    }

    /// What people said is forgotten once it has come about, or was overtaken.
    async fn keep_word(&self, write: &mut Write, link: &mut Link) -> Result<(), StoreError> {
        if link.word.is_silent() {
            return Ok(());
        }
        let silent = Counterparty::default();
        let (onec, bitrix) = (shown(link, Side::OneC), shown(link, Side::Bitrix));
        let (onec, bitrix) = (onec.unwrap_or(&silent).clone(), bitrix.unwrap_or(&silent).clone());
        // What 1C has in its hands may come back as an edit of its own, so a choice waits until 1C has answered.
        let open = write.open_to_onec(link.id).await?;
        let is_in_hand = open.is_some_and(|open| open.sent.is_some() || !open.named.is_empty());
        let word = &mut link.word;
        word.rulings.retain(|ruling| {
            ruling.stands(&onec, &bitrix) && (is_in_hand || !same(ruling.field, &onec, &bitrix))
        });
        word.restores.retain(|restore| {
            restore.is_pending(match restore.side {
                Side::OneC => &onec,
                Side::Bitrix => &bitrix,
            })
        });
        if word.chosen.is_some_and(|chosen| link.company_id != Some(chosen)) {
            word.chosen = None;
        }
        if word.parted.is_some() {
            let card = outlook(link, &self.settings.rules).for_onec;
            let known = link.company_id.is_some();
            if let Gate::Open(key) = gate(&card, self.settings.match_by, known, writer_of_inn(link))
                && key.as_ref().map(MatchKey::as_str)
                    != link.word.parted.as_ref().and_then(|p| p.key.as_deref())
            {
                // With another ИНН it is not the one that was parted.
                link.word.parted = None;
            }
        }
        Ok(())
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
        if link.word.chosen.is_some() || (!is_first_meeting && !waits_for_choice(write, link).await?) {
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
                write.close_needless(link.id, Side::Bitrix).await?;
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
            self.take_back_from_onec(write, link, outlook, now).await?;
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

    /// 1C shows all that it should. What it has in its hands it may write all the same: if that is not to stay, it is
    /// told so, or the value would come back as an edit of its own.
    async fn take_back_from_onec(
        &self,
        write: &mut Write,
        link: &Link,
        outlook: &Outlook,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(open) = write.open_to_onec(link.id).await? else { return Ok(()) };
        let may_stay = |sent: &store::Sent, field: Field| same(field, &sent.snapshot, &outlook.for_onec);
        let unwanted: Vec<Field> = open.sent.as_ref().map_or_else(Vec::new, |sent| {
            let written = sent.changed.iter().copied();
            written.filter(|field| !may_stay(sent, *field)).collect()
        });
        if !unwanted.is_empty() {
            write.offer_again(&self.ids, link.id, Side::OneC, &unwanted, now).await?;
        } else if open.named.is_empty() {
            write.close_open(link.id, Side::OneC).await?;
        }
        Ok(())
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
    let (Some(onec), Some(bitrix)) = (restored(link, Side::OneC), restored(link, Side::Bitrix)) else {
        return Ok(Vec::new());
    };
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
    let onec = restored(link, Side::OneC).map(|onec| {
        let mut snapshot = onec.into_owned().snapshot;
        without_bad_emails(&mut snapshot);
        snapshot
    });
    let bitrix = restored(link, Side::Bitrix);
    link.base = agreed(&link.base, onec.as_ref(), bitrix.as_ref().map(|bitrix| &bitrix.snapshot));
}

/// What a side of the link shows.
pub(crate) fn shown(link: &Link, side: Side) -> Option<&Counterparty> {
    let shown = match side {
        Side::OneC => link.onec.as_ref(),
        Side::Bitrix => link.bitrix.as_ref(),
    };
    shown.map(|shown| &shown.snapshot)
}

/// Why a link travels nowhere whose sides a person has parted.
pub(crate) fn parted(link: &Link) -> Option<Reason> {
    let parted = link.word.parted.as_ref()?;
    Some(Reason::new(
        ReasonCode::Unlinked,
        format!(
            "{}: связь контрагента 1С с компанией № {} разорвана ({}). Ничего не удалено, но изменения между ними не \
             передаются. Свяжите контрагента с компанией снова, с этой или с другой, или исправьте ИНН там, где он \
             ошибочен.",
            quoted(title(link)),
            parted.company_id,
            parted.by,
        ),
    ))
}

/// The company is not there for the counterparty any more: what was agreed on with it is forgotten, and what people said
/// of its fields.
pub(crate) fn forget_company(link: &mut Link) {
    link.company_id = None;
    link.requisite_id = None;
    link.bitrix = None;
    link.base = Counterparty::default();
    link.word.forget_fields();
    link.word.chosen = None;
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
        format!("{} (код {code})", quoted(title(holder)))
    });
    Reason::new(
        ReasonCode::DuplicateInOneC,
        format!(
            "{} не передан: в 1С уже есть контрагент с {}: {}. Пометьте лишнего на удаление или исправьте \
             ИНН; если это филиалы, включите в настройках match = \"inn+kpp\".",
            quoted(shown.title()),
            inn_in_words(key),
            other.as_deref().unwrap_or("другой контрагент"),
        ),
    )
}

pub(crate) fn duplicate_in_portal(shown: &Counterparty, key: &MatchKey, holder: Option<&Link>) -> Reason {
    let other = holder.map(|holder| match holder.company_id {
        Some(company) => format!("компания № {company} {}", quoted(title(holder))),
        None => format!("контрагент 1С {}", quoted(title(holder))),
    });
    Reason::new(
        ReasonCode::DuplicateInPortal,
        format!(
            "Клиент с таким ИНН уже создан: {} ({}). {} не передан в 1С. Объедините компании, удалите лишнюю или \
             исправьте ИНН: передача начнётся сама.",
            inn_in_words(key),
            other.as_deref().unwrap_or("другая компания"),
            quoted(shown.title()),
        ),
    )
}

/// The company was deleted, or its requisite was.
pub(crate) fn gone_from_portal(link: &Link, company: i64) -> Reason {
    Reason::new(
        ReasonCode::GoneInPortal,
        format!(
            "{} не передан: компания № {company} или её реквизит удалены в Битрикс24 или недоступны \
             пользователю вебхука. В 1С ничего не удалено. Восстановите их или повторите передачу (parom parked retry): тогда будет создана новая компания.",
            quoted(title(link))
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
