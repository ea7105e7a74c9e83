//! 1C shows counterparties: journal, link, plan and deliveries in one transaction.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::{BankAccount, Counterparty, Field, Link, OneCRef, Reason, Shown, Side, Timestamp};
use store::{Entity, NewChange, NewLook, StoreError, Write};

use crate::Engine;
use crate::code_field::{code_of, show_new_code};
use crate::plan::{Gate, gate};
use crate::planning::Towards;
use crate::show_all::note_shown;

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
        let mut write = self.store.begin().await?;
        let taken = self.show_in(&mut write, showings, self.clock.now()).await?;
        write.commit().await?;
        self.wake();
        Ok(taken)
    }

    /// The same in a transaction that does something beside it.
    pub(crate) async fn show_in(
        &self,
        write: &mut Write,
        showings: Vec<Showing>,
        now: Timestamp,
    ) -> Result<Vec<Taken>, StoreError> {
        let refs: Vec<OneCRef> = showings.iter().map(|showing| showing.onec_ref).collect();
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
            let mut link = match links.remove(&showing.onec_ref) {
                Some(link) => link,
                None => self.link_for_new(write, &showing, now).await?,
            };
            let outcome = self.take(write, &mut link, &showing, now).await?;
            prints.insert(showing.onec_ref, showing.fingerprint);
            links.insert(showing.onec_ref, link);
            taken.push(outcome);
        }
        note_shown(write, &refs, now).await?;
        Ok(taken)
    }

    /// A counterparty that 1C never showed may be one that an employee made in Bitrix24: then both are one.
    async fn link_for_new(
        &self,
        write: &mut Write,
        showing: &Showing,
        now: Timestamp,
    ) -> Result<Link, StoreError> {
        let made_by_employee = match gate(&showing.snapshot, self.settings.match_by, false, Side::OneC) {
            Gate::Open(Some(key)) => match write.holder_of_key(&key).await? {
                Some(holder) => write.link(holder).await?.filter(|holder| holder.onec_ref.is_none()),
                None => None,
            },
            Gate::Open(None) | Gate::Closed(_) => None,
        };
        let mut link = match made_by_employee {
            Some(link) => meet(write, link, now).await?,
            None => Link::new(self.ids.link()),
        };
        link.onec_ref = Some(showing.onec_ref);
        Ok(link)
    }

    async fn take(
        &self,
        write: &mut Write,
        link: &mut Link,
        showing: &Showing,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let code_before = code_of(link);
        let before = link.onec.take().map(|onec| onec.snapshot).unwrap_or_default();
        let snapshot = prepared(before, showing.snapshot.clone());
        link.onec = Some(Shown { snapshot, changed_at: showing.changed_at, seen_at: now });
        if let Some(code) = &showing.code {
            link.onec_code = Some(code.clone());
        }
        show_new_code(write, link, code_before, now).await?;
        let held_back = self.plan(write, link, Towards::Both, now).await?;
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
        Ok(held_back.from_bitrix.map_or(Taken::Accepted, Taken::Parked))
    }
}

/// As long as nobody else knew the counterparty, its name may have been the title of its company, which is the
/// employees' own affair. The card is read again in the light of what 1C calls it.
async fn meet(write: &mut Write, mut link: Link, now: Timestamp) -> Result<Link, StoreError> {
    if let (Some(bitrix), Some(company)) = (&mut link.bitrix, link.company_id) {
        bitrix.snapshot.name = None;
        let look = NewLook { entity: Entity::Company, entity_id: company, owner_id: None };
        write.look_at(&[look], now).await?;
    }
    Ok(link)
}

/// What 1C showed before with what it shows now over it. A single account is the main one, whatever 1C says of it:
/// the portal knows only an order of accounts.
pub(crate) fn prepared(before: Counterparty, mut showing: Counterparty) -> Counterparty {
    uncut(&before, &mut showing);
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

/// The shortest «Наименование» that may have been cut: catalogs of 1C hold 50, 100 or 150 characters of it.
const CUT_AT_LEAST: usize = 50;

/// 1C cuts a name that does not fit its catalog and says nothing. Shown again, the beginning of a long name is no edit,
/// or the rest of it would be lost in Bitrix24 too.
fn uncut(before: &Counterparty, showing: &mut Counterparty) {
    if let (Some(long), Some(shown)) = (&before.name, &mut showing.name) {
        let cut = shown.trim_end();
        if cut.chars().count() >= CUT_AT_LEAST - 1 && long.starts_with(cut) {
            shown.clone_from(long);
        }
    }
}
