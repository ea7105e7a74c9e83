//! Payments of 1C, each by its GUID: totals are summed up anew and never added to.

use domain::{Amount, Date, OneCRef, Timestamp};

use crate::dialect::Conn;
use crate::search::Entry;
use crate::words::Words;
use crate::{Result, SearchKind, Write, codec, tallies};

/// A payment as 1C last told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// The GUID in 1C.
    pub onec_ref: OneCRef,
    /// The «Запрос» that it names.
    pub inquiry_ref: Option<OneCRef>,
    /// The deal that it names.
    pub told_deal: Option<i64>,
    /// The deal to which it belongs, where that is known. Read, never written.
    pub deal_id: Option<i64>,
    /// Номер.
    pub number: String,
    /// Дата.
    pub date: Option<Date>,
    /// A refund is negative.
    pub amount: Amount,
    /// Three letters; empty is the currency of the deal.
    pub currency: String,
    /// Out of the total.
    pub is_cancelled: bool,
    /// Not in the complete list that 1C sent last.
    pub is_left_out: bool,
    /// When 1C changed it, where it said so.
    pub changed_at: Option<Timestamp>,
    /// When Parom heard of it last.
    pub seen_at: Timestamp,
}

impl PaymentRow {
    /// Whether it is part of a total.
    pub fn counts(&self) -> bool {
        !self.is_cancelled && !self.is_left_out
    }
}

reads! {
    /// The payment with this GUID.
    fn payment(onec_ref: OneCRef) -> Option<PaymentRow>;
    /// All payments that belong to a deal, also those that do not count, in the order of their dates.
    fn payments_of_deal(deal: i64) -> Vec<PaymentRow>;
    /// All payments that name an inquiry, whether it is known or not.
    fn payments_of_inquiry(inquiry: OneCRef) -> Vec<PaymentRow>;
    /// The next `limit` payments after `after`, by their GUIDs.
    fn payments_page(after: &str, limit: usize) -> Vec<PaymentRow>;
    /// How many payments count, and how many of them belong to no known deal yet.
    fn payment_figures() -> (i64, i64);
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_payment {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- payment: ",
            $name,
            "
            select p.onec_ref, p.inquiry_ref, p.told_deal, coalesce(i.deal_id, p.told_deal) as deal_id, p.number, p.dated,
                   p.amount, p.currency, p.is_cancelled, p.is_left_out, p.changed_at, p.seen_at
              from payment p
              left join inquiry i on i.onec_ref = p.inquiry_ref ",
            $rest
        )
    };
}

async fn payment(conn: Conn<'_>, onec_ref: OneCRef) -> Result<Option<PaymentRow>> {
    const SQL: &str = select_payment!("by ref", "where p.onec_ref = $1");
    let row: Option<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(onec_ref.to_string()).fetch_optional(db).await?
    });
    row.map(Row::into_payment).transpose()
}

pub(crate) async fn payments_of_deal(conn: Conn<'_>, deal: i64) -> Result<Vec<PaymentRow>> {
    // A payment that names a known inquiry belongs to its deal, whatever deal it names beside.
    const SQL: &str = select_payment!(
        "of a deal",
        "where p.onec_ref in (select onec_ref from payment where told_deal = $1
                               union
                              select q.onec_ref
                                from payment q
                                join inquiry j on j.onec_ref = q.inquiry_ref
                               where j.deal_id = $1)
           and coalesce(i.deal_id, p.told_deal) = $1
         order by p.dated, p.onec_ref"
    );
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(deal).fetch_all(db).await?);
    rows.into_iter().map(Row::into_payment).collect()
}

async fn payments_of_inquiry(conn: Conn<'_>, inquiry: OneCRef) -> Result<Vec<PaymentRow>> {
    const SQL: &str =
        select_payment!("of an inquiry", "where p.inquiry_ref = $1 order by p.dated, p.onec_ref");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(inquiry.to_string()).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_payment).collect()
}

async fn payment_figures(conn: Conn<'_>) -> Result<(i64, i64)> {
    let payments = tallies::read(conn).await?.payments;
    Ok((payments.counted, payments.unplaced))
}

/// The payments with these GUIDs, in no order.
pub(crate) async fn payments_by_refs(conn: Conn<'_>, refs: &[String]) -> Result<Vec<PaymentRow>> {
    const SQL: &str = select_payment!("by refs", "where p.onec_ref in (select value from json_each($1))");
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(codec::list(refs)).fetch_all(db).await?);
    rows.into_iter().map(Row::into_payment).collect()
}

async fn payments_page(conn: Conn<'_>, after: &str, limit: usize) -> Result<Vec<PaymentRow>> {
    const SQL: &str = select_payment!("a page", "where p.onec_ref > $1 order by p.onec_ref limit $2");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_payment).collect()
}

impl Write {
    /// Saves a payment, new or not.
    pub async fn put_payment(&mut self, payment: &PaymentRow) -> Result<()> {
        const PUT: &str = "
            -- payment: put
            insert into payment (onec_ref, inquiry_ref, told_deal, number, dated, amount, currency, is_cancelled,
                                 is_left_out, changed_at, seen_at, waits)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                    case when $3 is null and not exists (select 1 from inquiry where onec_ref = $2)
                         then 'no-inquiry'
                     end)
            on conflict (onec_ref) do update
               set inquiry_ref = excluded.inquiry_ref,
                   told_deal = excluded.told_deal,
                   number = excluded.number,
                   dated = excluded.dated,
                   amount = excluded.amount,
                   currency = excluded.currency,
                   is_cancelled = excluded.is_cancelled,
                   is_left_out = excluded.is_left_out,
                   changed_at = excluded.changed_at,
                   waits = excluded.waits,
                   seen_at = excluded.seen_at";
        on_db!(self.conn(), db => {
            sqlx::query(PUT)
                .bind(payment.onec_ref.to_string())
                .bind(payment.inquiry_ref.map(|inquiry| inquiry.to_string()))
                .bind(payment.told_deal)
                .bind(&payment.number)
                .bind(payment.date.map(|date| date.to_string()))
                .bind(payment.amount.to_string())
                .bind(&payment.currency)
                .bind(i64::from(payment.is_cancelled))
                .bind(i64::from(payment.is_left_out))
                .bind(payment.changed_at.map(codec::micros))
                .bind(codec::micros(payment.seen_at))
                .execute(db)
                .await?;
        });
        self.index_payment(payment).await
    }

    pub(crate) async fn index_payment(&mut self, payment: &PaymentRow) -> Result<()> {
        let title = format!("Оплата {}", payment.number).trim_end().to_owned();
        let hint = match payment.date {
            Some(date) => {
                format!("от {}, {} {}", date.strftime("%d.%m.%Y"), payment.amount, payment.currency)
            }
            None => format!("{} {}", payment.amount, payment.currency),
        };
        let (words, key) = (Words::default().number(&payment.number), payment.onec_ref.to_string());
        let hint = hint.trim_end().to_owned();
        self.index(Entry { kind: SearchKind::Payment, key, title: &title, hint, words }).await
    }
}

row! {
    Row {
        onec_ref: String,
        inquiry_ref: Option<String>,
        told_deal: Option<i64>,
        deal_id: Option<i64>,
        number: String,
        dated: Option<String>,
        amount: String,
        currency: String,
        is_cancelled: i64,
        is_left_out: i64,
        changed_at: Option<i64>,
        seen_at: i64,
    }
}

impl Row {
    fn into_payment(self) -> Result<PaymentRow> {
        Ok(PaymentRow {
            onec_ref: codec::onec_ref(&self.onec_ref)?,
            inquiry_ref: self.inquiry_ref.as_deref().map(codec::onec_ref).transpose()?,
            told_deal: self.told_deal,
            deal_id: self.deal_id,
            number: self.number,
            date: self.dated.as_deref().map(codec::date).transpose()?,
            amount: codec::amount(&self.amount)?,
            currency: self.currency,
            is_cancelled: self.is_cancelled != 0,
            is_left_out: self.is_left_out != 0,
            changed_at: self.changed_at.map(codec::moment).transpose()?,
            seen_at: codec::moment(self.seen_at)?,
        })
    }
}
