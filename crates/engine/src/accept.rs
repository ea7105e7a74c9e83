//! 1C shows counterparties: journal, link, plan and delivery in one transaction.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::merge::{agreed, differs};
use domain::{
    BankAccount, Counterparty, Field, Link, MatchKey, OneCRef, Reason, ReasonCode, Shown, Side, Timestamp,
};
use store::{Claim, NewChange, StoreError, Write};

use crate::Engine;
use crate::plan::{Gate, gate, target_for_portal};

/// A counterparty as 1C shows it, parsed.
#[derive(Clone, Debug)]
pub struct Showing {
    /// The GUID in 1C.
    pub onec_ref: OneCRef,
    /// «Код».
    pub code: Option<String>,
    /// What 1C says; fields that it does not speak of are `None`.
    pub snapshot: Counterparty,
    /// When it was changed, by 1C's clock.
    pub changed_at: Option<Timestamp>,
    /// Equal for equal bodies: the same body shown again changes nothing.
    pub fingerprint: String,
}

/// What became of one shown counterparty. All of them are durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It will travel, or both sides agree already.
    Accepted,
    /// It is kept but waits for a person.
    Parked(Reason),
    /// Exactly this was shown before.
    Unchanged,
}

/// Where a change of 1C came from, in the journal.
const SOURCE: &str = "1c";

impl Engine {
    /// Takes what 1C shows. When this returns, everything in `showings` survives `kill -9`; the answers stand in
    /// the order of the showings.
    pub async fn show(&self, showings: Vec<Showing>) -> Result<Vec<Taken>, StoreError> {
        let now = self.clock.now();
        let refs: Vec<OneCRef> = showings.iter().map(|showing| showing.onec_ref).collect();
        let mut write = self.store.begin().await?;
        let mut prints = write.fingerprints(&refs).await?;
        let mut links: HashMap<OneCRef, Link> = write
            .links_by_refs(&refs)
            .await?
            .into_iter()
            .filter_map(|link| Some((link.onec_ref?, link)))
            .collect();

        let mut taken = Vec::with_capacity(showings.len());
        for showing in showings {
            if prints.get(&showing.onec_ref) == Some(&showing.fingerprint) {
                taken.push(Taken::Unchanged);
                continue;
            }
            let mut link = links.remove(&showing.onec_ref).unwrap_or_else(|| {
                let mut link = Link::new(self.ids.link());
                link.onec_ref = Some(showing.onec_ref);
                link
            });
            let outcome = self.take(&mut write, &mut link, &showing, now).await?;
            prints.insert(showing.onec_ref, showing.fingerprint);
            links.insert(showing.onec_ref, link);
            taken.push(outcome);
        }
        write.commit().await?;
        self.wake();
        Ok(taken)
    }

    async fn take(
        &self,
        write: &mut Write,
        link: &mut Link,
        showing: &Showing,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let before = link.onec.take().map(|onec| onec.snapshot).unwrap_or_default();
        let snapshot = prepared(before, showing.snapshot.clone());
        link.onec = Some(Shown { snapshot, changed_at: showing.changed_at, seen_at: now });
        if let Some(code) = &showing.code {
            link.onec_code = Some(code.clone());
        }
        Self::agree(link);
        write.save_link(link).await?;
        write.set_fingerprint(link.id, &showing.fingerprint).await?;
        write
            .record(&NewChange {
                link: link.id,
                side: Side::OneC,
                source: SOURCE,
                changed_at: showing.changed_at,
                seen_at: now,
                snapshot: &showing.snapshot,
                note: "",
            })
            .await?;
        self.plan_for_portal(write, link, now).await
    }

    /// Plans what Bitrix24 has to take of `link`, and lets those try again who waited for a key that it gave up.
    async fn plan_for_portal(
        &self,
        write: &mut Write,
        link: &Link,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let freed = write.key_of(link.id).await?;
        let taken = self.offer_if_needed(write, link, now).await?;
        let Some(freed) = freed else { return Ok(taken) };
        if write.holder_of_key(&freed).await?.is_some() {
            return Ok(taken);
        }
        // The first in line gets the key and travels; the others stay behind it.
        for waiting in write.waiting_for_key(&freed).await? {
            if waiting == link.id {
                continue;
            }
            if let Some(waiting) = write.link(waiting).await? {
                self.offer_if_needed(write, &waiting, now).await?;
            }
        }
        Ok(taken)
    }

    async fn offer_if_needed(
        &self,
        write: &mut Write,
        link: &Link,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let shown = link.onec.as_ref().map(|onec| onec.snapshot.clone()).unwrap_or_default();
        let key = match gate(&shown, self.settings.match_by, link.company_id.is_some()) {
            Gate::Open(key) => key,
            Gate::Closed(reason) => {
                write.claim_key(link.id, None).await?;
                return self.park(write, link, reason, now).await;
            }
        };
        if let Claim::TakenBy(holder) = write.claim_key(link.id, key.as_ref()).await? {
            let holder = write.link(holder).await?;
            let key = key.expect("only a key can be taken");
            return self.park(write, link, duplicate(&shown, &key, holder.as_ref()), now).await;
        }
        if self.portal_agrees(link) {
            write.close_open(link.id, Side::Bitrix).await?;
        } else {
            write.offer(&self.ids, link.id, Side::Bitrix, now).await?;
        }
        Ok(Taken::Accepted)
    }

    /// Whether Bitrix24, as last seen, already shows everything that it should.
    fn portal_agrees(&self, link: &Link) -> bool {
        let Some(bitrix) = link.bitrix.as_ref().filter(|_| link.company_id.is_some()) else { return false };
        let (merged, _) = target_for_portal(link, Some(&bitrix.snapshot), &self.settings.rules);
        differs(&bitrix.snapshot, &merged.target).is_empty()
    }

    /// Sets the base to what both sides show alike. What cannot travel is left out of the comparison, or the rest
    /// of its field could never be agreed on.
    pub(crate) fn agree(link: &mut Link) {
        let onec = link.onec.as_ref().map(|onec| {
            let mut snapshot = onec.snapshot.clone();
            crate::plan::without_bad_emails(&mut snapshot);
            snapshot
        });
        let bitrix = link.bitrix.as_ref().map(|bitrix| &bitrix.snapshot);
        link.base = agreed(&link.base, onec.as_ref(), bitrix);
    }

    async fn park(
        &self,
        write: &mut Write,
        link: &Link,
        reason: Reason,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        write.park_new(&self.ids, link.id, Side::Bitrix, &reason, now).await?;
        Ok(Taken::Parked(reason))
    }
}

fn duplicate(shown: &Counterparty, key: &MatchKey, holder: Option<&Link>) -> Reason {
    let other = holder.and_then(|holder| {
        let code = holder.onec_code.as_deref().unwrap_or("без кода");
        Some(format!("«{}» (код {code})", holder.onec.as_ref()?.snapshot.title()))
    });
    Reason::new(
        ReasonCode::DuplicateInOneC,
        format!(
            "«{}» не передан: в 1С уже есть контрагент с ИНН {}: {}. Пометьте лишнего на удаление или исправьте \
             ИНН; если это филиалы, включите в настройках match = \"inn+kpp\".",
            shown.title(),
            key.as_str().replace('/', ", КПП "),
            other.as_deref().unwrap_or("другой контрагент"),
        ),
    )
}

/// What 1C showed before with what it shows now over it. A single account is the main one, whatever 1C says of it:
/// the portal knows only an order of accounts.
pub(crate) fn prepared(before: Counterparty, showing: Counterparty) -> Counterparty {
    let mut snapshot = before.overlaid(showing);
    if let Some([BankAccount { main, .. }]) = snapshot.bank_accounts.as_deref_mut() {
        *main = true;
    }
    // A batch would take `$result[…]` for a reference; the client defuses it, and so the portal will show it.
    for field in Field::ALL {
        if let Some(Some(text)) = snapshot.text_mut(field)
            && let Cow::Owned(neutral) = bitrix::neutral(text)
        {
            *text = neutral;
        }
    }
    snapshot
}
