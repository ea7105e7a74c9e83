//! A model of 1C for simulations: keeps counterparties, polls, writes, forgets receipts, registers its own writes.
//!
//! It knows nothing of the engine's insides: it does what `docs/onec-api.md` asks of 1C and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Counterparty, DeliveryId, Field, Offer, OneCRef, Receipt, ReceiptStatus, SignedDuration};

use crate::entities::{inn, showing};
use crate::world::World;

/// How long a polled delivery waits for its receipt.
const REDELIVER: SignedDuration = SignedDuration::from_mins(4);

/// Where an exchange dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// It lives.
    None,
    /// The array was read, nothing was done.
    AfterPoll,
    /// The records were written, the receipts never left.
    BeforeReceipts,
    /// The receipts left twice: the first answer was lost.
    ReceiptsTwice,
}

/// What 1C has.
#[derive(Debug, Default)]
pub(crate) struct Office {
    pub(crate) cards: BTreeMap<OneCRef, Counterparty>,
    /// Changed since they were last shown.
    changed: BTreeSet<OneCRef>,
    /// Every value that an exchange wrote.
    pub(crate) written: Vec<(OneCRef, Field, String)>,
    /// Objects that exchanges made.
    pub(crate) created: Vec<OneCRef>,
    /// What was polled last, for receipts that come late.
    pub(crate) polled: Vec<DeliveryId>,
}

impl Office {
    /// An accountant writes a card.
    pub(crate) fn write(&mut self, onec_ref: OneCRef, edit: impl FnOnce(&mut Counterparty)) {
        edit(self.cards.entry(onec_ref).or_default());
        self.changed.insert(onec_ref);
    }

    /// The object with the ИНН of the n-th entity.
    pub(crate) fn of(&self, number: u32) -> Option<OneCRef> {
        let inn = inn(number);
        self.cards.iter().find(|(_, card)| card.inn.as_deref() == Some(inn.as_str())).map(|(guid, _)| *guid)
    }

    /// Shows what was changed.
    pub(crate) async fn push(&mut self, world: &World) {
        let changed = std::mem::take(&mut self.changed);
        let showings = changed.iter().map(|guid| showing(*guid, self.cards[guid].clone())).collect();
        world.engine.show(showings).await.expect("the database takes it");
    }

    /// Polls once, works and sends receipts; how many deliveries came. What was changed here is shown first, or a
    /// delivery would write over an edit that Parom has never seen.
    pub(crate) async fn poll(&mut self, world: &World, death: Death) -> usize {
        self.push(world).await;
        let offered = world.engine.poll(3, REDELIVER).await.expect("the database works");
        self.polled = offered.iter().map(|offer| offer.delivery).collect();
        if death == Death::AfterPoll {
            return offered.len();
        }
        let receipts: Vec<Receipt> = offered.iter().map(|offer| self.take(offer)).collect();
        let times = match death {
            Death::BeforeReceipts => 0,
            Death::ReceiptsTwice => 2,
            Death::None | Death::AfterPoll => 1,
        };
        for _ in 0..times {
            world.engine.receive(receipts.clone()).await.expect("the database works");
        }
        offered.len()
    }

    /// Everything that waits, as a scheduled job does it: push, then poll until nothing comes.
    pub(crate) async fn exchange(&mut self, world: &World) -> usize {
        self.push(world).await;
        let mut taken = 0;
        loop {
            match self.poll(world, Death::None).await {
                0 => return taken,
                count => taken += count,
            }
            assert!(taken < 1000, "the queue never ends");
        }
    }

    fn take(&mut self, offer: &Offer) -> Receipt {
        let known = offer.onec_ref.or_else(|| {
            let inn = offer.snapshot.inn.as_deref();
            let same = self.cards.iter().find(|(_, card)| card.inn.as_deref() == inn).map(|(guid, _)| *guid);
            same.or(self.cards.contains_key(&offer.proposed_ref).then_some(offer.proposed_ref))
        });
        let (guid, status) = if let Some(guid) = known {
            (guid, ReceiptStatus::Updated)
        } else {
            self.created.push(offer.proposed_ref);
            (offer.proposed_ref, ReceiptStatus::Created)
        };
        let card = self.cards.entry(guid).or_default();
        for field in Field::ALL {
            let is_named = offer.onec_ref.is_none() || offer.changed.contains(&field);
            for value in if is_named { put(card, &offer.snapshot, field) } else { Vec::new() } {
                self.written.push((guid, field, value));
            }
        }
        // 1C registers its own writes like everybody's.
        self.changed.insert(guid);
        Receipt {
            delivery: offer.delivery,
            status,
            onec_ref: Some(guid),
            code: Some("000000001".into()),
            number: None,
            date: None,
            message: String::new(),
        }
    }
}

/// Writes a field; the values that are new in it.
fn put(card: &mut Counterparty, from: &Counterparty, field: Field) -> Vec<String> {
    let before = values(card, field);
    match field {
        Field::Kind => card.kind = from.kind,
        Field::Phones => card.phones = Some(from.phones.clone().unwrap_or_default()),
        Field::Emails => card.emails = Some(from.emails.clone().unwrap_or_default()),
        Field::BankAccounts => card.bank_accounts = Some(from.bank_accounts.clone().unwrap_or_default()),
        _ => {
            let text = from.text(field).unwrap_or_default().to_owned();
            *card.text_mut(field).expect("a field of text") = Some(text);
        }
    }
    values(card, field).into_iter().filter(|value| !before.contains(value)).collect()
}

/// The values of a field: one for a text, all for a set.
pub(crate) fn values(card: &Counterparty, field: Field) -> Vec<String> {
    match field {
        Field::Kind => Vec::new(),
        Field::Phones => card.phones.clone().unwrap_or_default(),
        Field::Emails => card.emails.clone().unwrap_or_default(),
        Field::BankAccounts => {
            card.bank_accounts.iter().flatten().map(|account| account.number.clone()).collect()
        }
        _ => card.text(field).filter(|text| !text.is_empty()).map(str::to_owned).into_iter().collect(),
    }
}
