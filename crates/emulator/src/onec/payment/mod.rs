//! Payments of clients, each for an inquiry, and what accountants do with them.

mod calls;

use std::collections::BTreeMap;

use domain::Timestamp;
use uuid::Uuid;

use super::OneC;
use super::money::Kopecks;

/// How the adapter tells payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaymentsTold {
    /// `POST payments/complete` for every open inquiry at every exchange: nothing has to be remembered.
    #[default]
    Complete,
    /// `POST payments/complete` for inquiries whose list has changed.
    CompleteWhenChanged,
    /// `POST payments` for every payment that has changed.
    Singly,
}

/// «Платежное поручение входящее», «Приходный кассовый ордер» and the like, as far as it concerns one inquiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// «Ссылка».
    pub reference: Uuid,
    /// The «Запрос» that it pays.
    pub inquiry: Uuid,
    /// «Номер»: `ПП-17`.
    pub number: String,
    /// «Дата».
    pub date: Timestamp,
    /// Negative: money that went back to the client.
    pub amount: Kopecks,
    /// Three letters, `RUB`.
    pub currency: String,
    /// No longer posted, or marked for deletion: it does not count.
    pub cancelled: bool,
    /// When somebody changed it last.
    pub changed_at: Timestamp,
    /// «ВерсияДанных»: another one after every writing.
    revision: u64,
}

/// All payments of the infobase, and what Parom was told of them.
#[derive(Debug, Default)]
pub(super) struct Payments {
    by_reference: BTreeMap<Uuid, Payment>,
    numbers_made: u64,
    /// The revision of each that Parom has answered for.
    told: BTreeMap<Uuid, u64>,
    /// Of each inquiry the list that Parom has answered for.
    told_lists: BTreeMap<Uuid, Vec<(Uuid, u64)>>,
}

impl OneC {
    /// The payments of an inquiry, those included that do not count, in the order of their numbers.
    pub fn payments_of(&self, inquiry: Uuid) -> impl Iterator<Item = &Payment> {
        let mut payments: Vec<&Payment> =
            self.payments.by_reference.values().filter(|payment| payment.inquiry == inquiry).collect();
        payments.sort_by_key(|payment| (payment.number.len(), payment.number.clone()));
        payments.into_iter()
    }

    /// The payment with this GUID.
    pub fn payment(&self, reference: Uuid) -> Option<&Payment> {
        self.payments.by_reference.get(&reference)
    }

    /// What was paid for an inquiry in each currency, refunds taken off. A currency without payments that count is not
    /// there.
    pub fn paid(&self, inquiry: Uuid) -> BTreeMap<String, Kopecks> {
        let mut sums = BTreeMap::new();
        for payment in self.payments_of(inquiry).filter(|payment| !payment.cancelled) {
            let sum: &mut Kopecks = sums.entry(payment.currency.clone()).or_default();
            *sum = *sum + payment.amount;
        }
        sums
    }

    /// The client has paid, in roubles. `None`: there is no such inquiry.
    pub fn pay(&mut self, inquiry: Uuid, amount: Kopecks) -> Option<Uuid> {
        self.pay_in(inquiry, amount, "RUB")
    }

    /// The client has paid in this currency. `None`: there is no such inquiry.
    pub fn pay_in(&mut self, inquiry: Uuid, amount: Kopecks, currency: &str) -> Option<Uuid> {
        self.inquiry(inquiry)?;
        let reference = self.next_guid();
        let now = self.clock.now();
        self.payments.numbers_made += 1;
        let payment = Payment {
            reference,
            inquiry,
            number: format!("ПП-{}", self.payments.numbers_made),
            date: now,
            amount,
            currency: currency.to_owned(),
            cancelled: false,
            changed_at: now,
            revision: 1,
        };
        self.payments.by_reference.insert(reference, payment);
        Some(reference)
    }

    /// Money goes back to the client, in roubles: a payment of its own with a negative sum. `None`: there is no such
    /// inquiry.
    pub fn refund(&mut self, inquiry: Uuid, amount: Kopecks) -> Option<Uuid> {
        self.pay(inquiry, -amount)
    }

    /// Сторно: a payment of its own takes off what this one has brought. `None`: there is no payment with this GUID.
    pub fn reverse_payment(&mut self, reference: Uuid) -> Option<Uuid> {
        let Payment { inquiry, amount, currency, .. } = self.payment(reference)?.clone();
        self.pay_in(inquiry, -amount, &currency)
    }

    /// The posting is taken back. `false`: there is no payment with this GUID.
    pub fn cancel_payment(&mut self, reference: Uuid) -> bool {
        self.edit_payment(reference, |payment| payment.cancelled = true)
    }

    /// It is posted again. `false`: there is no payment with this GUID.
    pub fn restore_payment(&mut self, reference: Uuid) -> bool {
        self.edit_payment(reference, |payment| payment.cancelled = false)
    }

    /// It belongs to another inquiry after all. `false`: there is no such payment or inquiry.
    pub fn move_payment(&mut self, reference: Uuid, inquiry: Uuid) -> bool {
        self.inquiry(inquiry).is_some() && self.edit_payment(reference, |payment| payment.inquiry = inquiry)
    }

    /// «Удаление помеченных объектов»: nothing is left of it, so that only a complete list can tell. `false`: there is
    /// no payment with this GUID.
    pub fn delete_payment(&mut self, reference: Uuid) -> bool {
        self.payments.by_reference.remove(&reference).is_some()
    }

    /// An accountant changes sum, date or anything else. `false`: there is no payment with this GUID.
    pub fn edit_payment(&mut self, reference: Uuid, change: impl FnOnce(&mut Payment)) -> bool {
        let now = self.clock.now();
        let Some(payment) = self.payments.by_reference.get_mut(&reference) else { return false };
        change(payment);
        // Nobody changes «Ссылка».
        payment.reference = reference;
        payment.changed_at = now;
        payment.revision += 1;
        true
    }
}
