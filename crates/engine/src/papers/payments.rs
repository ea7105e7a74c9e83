//! Payments: kept one by one, so that a total can be summed up anew at any time.

use std::collections::BTreeSet;

use domain::{Amount, CompletePayments, OneCRef, ShownPayment, Side, Timestamp};
use store::{Happened, PaymentRow, StoreError, Subject, Write};

use super::{deal_of, is_stale, want_faces};
use crate::Engine;
use crate::pushed::Pushed;

impl Engine {
    /// Takes payments, all of them in one transaction; the answers stand in their order.
    pub async fn show_payments(&self, shown: Vec<ShownPayment>) -> Result<Vec<Pushed>, StoreError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut answers = Vec::with_capacity(shown.len());
        for shown in shown {
            let before = write.payment(shown.onec_ref).await?;
            let answer = match &before {
                Some(before) if is_stale(shown.changed_at, before.changed_at) => Pushed::Unchanged,
                _ => show(&mut write, before, shown, None, now).await?,
            };
            answers.push(answer);
        }
        write.commit().await?;
        self.wake_faces();
        Ok(answers)
    }

    /// Takes complete lists, all of them in one transaction: what a list does not have no longer counts.
    pub async fn complete_payments(&self, lists: Vec<CompletePayments>) -> Result<Vec<Pushed>, StoreError> {
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let mut answers = Vec::with_capacity(lists.len());
        for list in lists {
            answers.push(complete(&mut write, list, now).await?);
        }
        write.commit().await?;
        self.wake_faces();
        Ok(answers)
    }
}

async fn complete(write: &mut Write, list: CompletePayments, now: Timestamp) -> Result<Pushed, StoreError> {
    let CompletePayments { inquiry, payments } = list;
    if let Some(wrong) = payments.iter().find(|payment| payment.amount.is_none()) {
        return Ok(Pushed::Rejected(format!(
            "Оплата {}: не указана сумма (amount). Список оплат не принят.",
            wrong.number.as_deref().unwrap_or("без номера")
        )));
    }
    let listed: BTreeSet<OneCRef> = payments.iter().map(|payment| payment.onec_ref).collect();
    let mut is_news = false;
    for payment in payments {
        let before = write.payment(payment.onec_ref).await?;
        let answer = show(write, before, payment, Some(inquiry), now).await?;
        is_news |= matches!(answer, Pushed::Accepted(_));
    }
    let deal = deal_of(write, Some(inquiry), None).await?;
    for mut known in write.payments_of_inquiry(inquiry).await? {
        if !known.is_left_out && !listed.contains(&known.onec_ref) {
            known.is_left_out = true;
            known.seen_at = now;
            write.put_payment(&known).await?;
            write.happened(Subject::Payment, Side::Bitrix, Happened::Updated, now);
            want_faces(write, [deal, None], now).await?;
            is_news = true;
        }
    }
    Ok(match (is_news, deal) {
        (true, Some(_)) => Pushed::Accepted(String::new()),
        (true, None) => Pushed::Accepted(unknown_inquiry()),
        (false, _) => Pushed::Unchanged,
    })
}

/// Takes one payment; of a complete list, `inquiry` is whose.
async fn show(
    write: &mut Write,
    before: Option<PaymentRow>,
    shown: ShownPayment,
    inquiry: Option<OneCRef>,
    now: Timestamp,
) -> Result<Pushed, StoreError> {
    let mut row = match told(before.as_ref(), &shown, inquiry, now) {
        Ok(row) => row,
        Err(refusal) => return Ok(Pushed::Rejected(refusal)),
    };
    row.deal_id = deal_of(write, row.inquiry_ref, row.told_deal).await?;
    let is_news = before.as_ref().is_none_or(|before| !is_same(before, &row));
    let is_newer = before.as_ref().is_none_or(|before| before.changed_at != row.changed_at);
    if is_news || is_newer {
        write.put_payment(&row).await?;
    }
    if !is_news {
        return Ok(Pushed::Unchanged);
    }
    let happened = if before.is_none() { Happened::Created } else { Happened::Updated };
    write.happened(Subject::Payment, Side::Bitrix, happened, now);
    let was_at = before.and_then(|before| before.deal_id);
    want_faces(write, [was_at, row.deal_id], now).await?;
    Ok(Pushed::Accepted(if row.deal_id.is_none() { unknown_inquiry() } else { String::new() }))
}

fn unknown_inquiry() -> String {
    "Парому ещё не известен запрос этой оплаты: оплата принята и попадёт в «Оплачено», как только 1С передаст запрос."
        .to_owned()
}

fn told(
    before: Option<&PaymentRow>,
    shown: &ShownPayment,
    inquiry: Option<OneCRef>,
    now: Timestamp,
) -> Result<PaymentRow, String> {
    let amount = shown.amount.or(before.map(|before| before.amount));
    let Some(amount) = amount else {
        return Err("Поле amount: не указана сумма оплаты; у возврата она отрицательная.".to_owned());
    };
    let shown_inquiry = inquiry.or(shown.inquiry);
    let names_place = shown_inquiry.is_some() || shown.deal_id.is_some();
    let (inquiry_ref, told_deal) = match before {
        Some(before) if !names_place => (before.inquiry_ref, before.told_deal),
        _ => (shown_inquiry, shown.deal_id),
    };
    if inquiry_ref.is_none() && told_deal.is_none() {
        return Err("Не указано, к чему относится оплата: нужно поле inquiry (ссылка на «Запрос») или deal_id (номер сделки).".to_owned());
    }
    let kept = |text: &Option<String>, before: Option<&String>| {
        text.clone().or_else(|| before.cloned()).unwrap_or_default()
    };
    Ok(PaymentRow {
        onec_ref: shown.onec_ref,
        inquiry_ref,
        told_deal,
        deal_id: None,
        number: kept(&shown.number, before.map(|before| &before.number)),
        date: shown.date.unwrap_or(before.and_then(|before| before.date)),
        amount,
        currency: kept(&shown.currency, before.map(|before| &before.currency)),
        is_cancelled: shown.cancelled.unwrap_or(before.is_some_and(|before| before.is_cancelled)),
        is_left_out: false,
        changed_at: shown.changed_at.or(before.and_then(|before| before.changed_at)),
        seen_at: now,
    })
}

fn is_same(before: &PaymentRow, now: &PaymentRow) -> bool {
    let bare =
        |row: &PaymentRow| PaymentRow { changed_at: None, seen_at: Timestamp::UNIX_EPOCH, ..row.clone() };
    bare(before) == bare(now)
}

/// What the client has paid, in the deal's currency; sums in others are listed and never added.
pub(crate) fn total(payments: &[PaymentRow], currency: &str) -> Amount {
    counted(payments, currency).map(|payment| payment.amount).sum()
}

/// The payments of which a total is made.
pub(crate) fn counted<'a>(
    payments: &'a [PaymentRow],
    currency: &'a str,
) -> impl Iterator<Item = &'a PaymentRow> {
    payments
        .iter()
        .filter(|payment| payment.counts())
        .filter(move |payment| payment.currency.is_empty() || payment.currency == currency)
}
