//! Whose counterparty a requisite of the portal is.

use std::collections::BTreeSet;

use domain::requisites::{Inn, Kpp};
use domain::{Counterparty, Link, MatchBy, MatchKey, Reason, Side};
use store::{StoreError, Write};

use crate::Engine;
use crate::card::Card;
use crate::plan::{Gate, gate};
use crate::planning::{duplicate_in_portal, parted};
use crate::portal::cards::Whole;

/// Whose counterparty a requisite is.
pub(super) enum Owner {
    /// This one's.
    Link(Box<Link>),
    /// Nobody's: it cannot travel, and this is why.
    Nobody(Reason),
    /// Another requisite of the same company stands for the counterparty already.
    Sibling,
}

impl Engine {
    /// Finds the counterparty of a requisite, or makes one.
    pub(super) async fn owner(
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
        if let (None, Some(reason)) = (holder.company_id, parted(&holder)) {
            return Ok(Owner::Nobody(reason));
        }
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

fn has_inn(link: &Link, key: &MatchKey, by: MatchBy) -> bool {
    [&link.bitrix, &link.onec].into_iter().flatten().any(|shown| {
        let kpp = shown.snapshot.kpp.as_deref().and_then(|kpp| Kpp::parse(kpp).ok());
        let inn = shown.snapshot.inn.as_deref().and_then(|inn| Inn::parse(inn).ok());
        inn.is_some_and(|inn| MatchKey::new(by, &inn, kpp.as_ref()) == *key)
    })
}

/// What a company without a requisite shows.
pub(super) fn unnamed(whole: &Whole) -> Counterparty {
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
