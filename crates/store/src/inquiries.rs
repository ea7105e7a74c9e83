//! Inquiries: the deals that 1C takes as «Запрос», what 1C told of them, and what it still has to take.
//!
//! An inquiry has at most one delivery, always of the newest state. Once it was handed out it stands for exactly that
//! state; a newer one gets another delivery, and the old one is remembered so that its late receipt is understood.

use domain::{
    DeliveryId, Inquiry, InquiryPaper, LinkId, OneCRef, OpenInquiry, Reason, ReasonCode, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::dialect::{Conn, Dialects};
use crate::outbox::reason_code;
use crate::search::Entry;
use crate::words::Words;
use crate::{Result, SearchKind, StoreError, Write, codec, tallies};

/// A deal that is, or may become, a «Запрос».
#[derive(Clone, Debug, PartialEq)]
pub struct InquiryRow {
    /// The deal.
    pub deal_id: i64,
    /// Its name, for lists.
    pub title: String,
    /// Its company, where it has one.
    pub company_id: Option<i64>,
    /// The responsible employee.
    pub responsible_id: Option<i64>,
    /// What the portal last showed; `None`: nobody has read the deal yet.
    pub snapshot: Option<Inquiry>,
    /// When the portal changed it.
    pub changed_at: Option<Timestamp>,
    /// Won, lost or deleted.
    pub is_closed: bool,
    /// Its stage is one of failure.
    pub is_lost: bool,
    /// Deleted in the portal.
    pub is_gone: bool,
    /// When it was last looked at.
    pub seen_at: Timestamp,
    /// The GUID of «Запрос».
    pub onec_ref: Option<OneCRef>,
    /// What 1C told of it; `None`: nothing.
    pub paper: Option<InquiryPaper>,
    /// When 1C changed that, where it said so.
    pub paper_at: Option<Timestamp>,
    /// The newest delivery.
    pub delivery: Option<DeliveryId>,
    /// Where it stands.
    pub state: InquiryState,
    /// What 1C confirmed last.
    pub taken: Option<SentInquiry>,
}

/// Where the way of an inquiry to 1C stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InquiryState {
    /// Nothing is to be taken.
    Still,
    /// Something is, and cannot yet.
    Waits(Reason),
    /// 1C takes it at its next poll.
    Due {
        /// Since when.
        since: Timestamp,
    },
    /// 1C was given it.
    Handed {
        /// When it is given again.
        until: Timestamp,
    },
    /// 1C refused it.
    Rejected(Reason),
    /// 1C refused it, and a person gave it up as it is: the next change of the deal offers it again.
    Dropped(Reason),
}

/// What 1C was given with a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentInquiry {
    /// The state of the deal.
    pub snapshot: Inquiry,
    /// Whose it is.
    pub link: LinkId,
    /// The company of the deal.
    pub company_id: i64,
}

/// The currency of a deal that names none.
pub(crate) const ROUBLE: &str = "RUB";

impl InquiryRow {
    /// The currency of the deal.
    pub fn currency(&self) -> &str {
        match self.snapshot.as_ref().map(|snapshot| snapshot.currency.as_str()) {
            None | Some("") => ROUBLE,
            Some(currency) => currency,
        }
    }

    /// A deal of which nothing is known but its number.
    pub fn new(deal_id: i64, now: Timestamp) -> Self {
        Self {
            deal_id,
            title: String::new(),
            company_id: None,
            responsible_id: None,
            snapshot: None,
            changed_at: None,
            is_closed: false,
            is_lost: false,
            is_gone: false,
            seen_at: now,
            onec_ref: None,
            paper: None,
            paper_at: None,
            delivery: None,
            state: InquiryState::Still,
            taken: None,
        }
    }

    /// Whether 1C has it, or may have it.
    pub fn is_known_to_onec(&self) -> bool {
        self.onec_ref.is_some() || self.taken.is_some() || matches!(self.state, InquiryState::Handed { .. })
    }
}

reads! {
    /// The inquiries of these deals, in the order of deals. Any number of them.
    fn inquiries(deals: &[i64]) -> Vec<InquiryRow>;
    /// The inquiry with this GUID.
    fn inquiry_by_ref(onec_ref: OneCRef) -> Option<InquiryRow>;
    /// The next `limit` inquiries of deals with a greater number.
    fn inquiries_page(after: i64, limit: usize) -> Vec<InquiryRow>;
    /// The next `limit` inquiries that wait or were rejected, of deals with a greater number.
    fn inquiries_held(after: i64, limit: usize) -> Vec<InquiryRow>;
    /// The inquiries that wait for their company.
    fn inquiries_waiting_for(company: i64) -> Vec<InquiryRow>;
    /// The next `limit` inquiries that are open and known to 1C, of deals with a greater number.
    fn open_inquiries(after: i64, limit: usize) -> Vec<OpenInquiry>;
    /// How many inquiries 1C has, how many are under way to it, wait, and were rejected.
    fn inquiry_figures() -> InquiryFigures;
}

/// Inquiries by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InquiryFigures {
    /// 1C has them.
    pub known: i64,
    /// 1C takes them at a poll.
    pub under_way: i64,
    /// They cannot be taken yet.
    pub waiting: i64,
    /// 1C refused them.
    pub rejected: i64,
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_inquiry {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- inquiry: ",
            $name,
            "
            select deal_id, title, company_id, responsible_id, snapshot, changed_at, is_closed, is_lost, is_gone,
                   seen_at, onec_ref, paper, paper_at, delivery, state, at, reason_code, reason_text, taken
              from inquiry ",
            $rest
        )
    };
}

/// How many deals one statement names.
const LIST_MAX: usize = 1000;

pub(crate) async fn inquiries(mut conn: Conn<'_>, deals: &[i64]) -> Result<Vec<InquiryRow>> {
    const SQL: Dialects = Dialects {
        sqlite: select_inquiry!(
            "by deals",
            "where deal_id in (select value from json_each($1)) order by deal_id"
        ),
        postgres: select_inquiry!(
            "by deals",
            "where deal_id in (select value::bigint from json_each($1)) order by deal_id"
        ),
    };
    let sql = conn.pick(&SQL);
    let mut found = Vec::new();
    for deals in deals.chunks(LIST_MAX) {
        let list = codec::json(deals);
        let rows: Vec<Row> = on_db!(conn.again(), db => sqlx::query_as(sql).bind(&list).fetch_all(db).await?);
        for row in rows {
            found.push(row.into_inquiry()?);
        }
    }
    Ok(found)
}

async fn inquiry_by_ref(conn: Conn<'_>, onec_ref: OneCRef) -> Result<Option<InquiryRow>> {
    const SQL: &str = select_inquiry!("by ref", "where onec_ref = $1");
    let row: Option<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(onec_ref.to_string()).fetch_optional(db).await?
    });
    row.map(Row::into_inquiry).transpose()
}

async fn inquiries_page(conn: Conn<'_>, after: i64, limit: usize) -> Result<Vec<InquiryRow>> {
    const SQL: &str = select_inquiry!("a page", "where deal_id > $1 order by deal_id limit $2");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_inquiry).collect()
}

async fn inquiries_held(conn: Conn<'_>, after: i64, limit: usize) -> Result<Vec<InquiryRow>> {
    const SQL: &str = select_inquiry!(
        "those held up",
        "where state in ('waits', 'rejected') and deal_id > $1 order by deal_id limit $2"
    );
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_inquiry).collect()
}

async fn inquiries_waiting_for(conn: Conn<'_>, company: i64) -> Result<Vec<InquiryRow>> {
    const SQL: &str = select_inquiry!(
        "those that wait for a company",
        "where company_id = $1 and state = 'waits' order by deal_id"
    );
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(company).fetch_all(db).await?);
    rows.into_iter().map(Row::into_inquiry).collect()
}

async fn open_inquiries(conn: Conn<'_>, after: i64, limit: usize) -> Result<Vec<OpenInquiry>> {
    const SQL: &str = "
        -- inquiry: the open ones
        select deal_id, onec_ref
          from inquiry
         where is_closed = 0 and onec_ref is not null and deal_id > $1
         order by deal_id
         limit $2";
    let rows: Vec<(i64, String)> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter()
        .map(|(deal_id, onec_ref)| Ok(OpenInquiry { deal_id, onec_ref: codec::onec_ref(&onec_ref)? }))
        .collect()
}

async fn inquiry_figures(conn: Conn<'_>) -> Result<InquiryFigures> {
    Ok(tallies::read(conn).await?.inquiries)
}

impl Write {
    /// The inquiry of a deal, locked until the end of the transaction.
    pub async fn inquiry(&mut self, deal: i64) -> Result<Option<InquiryRow>> {
        const SQL: Dialects = Dialects {
            sqlite: select_inquiry!("one", "where deal_id = $1"),
            postgres: select_inquiry!("one", "where deal_id = $1 for update"),
        };
        let mut conn = self.conn();
        let sql = conn.pick(&SQL);
        let row: Option<Row> =
            on_db!(conn.again(), db => sqlx::query_as(sql).bind(deal).fetch_optional(db).await?);
        row.map(Row::into_inquiry).transpose()
    }

    /// The next inquiries that 1C may take, the longest waiting first: due ones, and those whose receipt did not come.
    pub async fn inquiries_ready(&mut self, limit: usize, now: Timestamp) -> Result<Vec<InquiryRow>> {
        const SQL: Dialects = Dialects {
            sqlite: select_inquiry!(
                "what is due",
                "where state in ('due', 'handed') and at <= $1 order by at, deal_id limit $2"
            ),
            postgres: select_inquiry!(
                "what is due",
                "where state in ('due', 'handed') and at <= $1 order by at, deal_id limit $2 for update skip locked"
            ),
        };
        let mut conn = self.conn();
        let sql = conn.pick(&SQL);
        let rows: Vec<Row> = on_db!(conn.again(), db => {
            sqlx::query_as(sql).bind(codec::micros(now)).bind(codec::limit(limit)).fetch_all(db).await?
        });
        rows.into_iter().map(Row::into_inquiry).collect()
    }

    /// Saves an inquiry, new or not.
    pub async fn put_inquiry(&mut self, inquiry: &InquiryRow) -> Result<()> {
        const PUT: &str = "
            -- inquiry: put
            insert into inquiry (deal_id, title, company_id, responsible_id, snapshot, changed_at, is_closed, is_lost,
                                 is_gone, seen_at, onec_ref, paper, paper_at, delivery, state, at, reason_code,
                                 reason_text, taken, held_since)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $10)
            on conflict (deal_id) do update
               set title = excluded.title,
                   company_id = excluded.company_id,
                   responsible_id = excluded.responsible_id,
                   snapshot = excluded.snapshot,
                   changed_at = excluded.changed_at,
                   is_closed = excluded.is_closed,
                   is_lost = excluded.is_lost,
                   is_gone = excluded.is_gone,
                   seen_at = excluded.seen_at,
                   onec_ref = excluded.onec_ref,
                   paper = excluded.paper,
                   paper_at = excluded.paper_at,
                   delivery = excluded.delivery,
                   -- Since it waits for this cause.
                   held_since = case when inquiry.state = excluded.state
                                      and inquiry.reason_code = excluded.reason_code
                                     then inquiry.held_since
                                     else excluded.held_since
                                 end,
                   state = excluded.state,
                   at = excluded.at,
                   reason_code = excluded.reason_code,
                   reason_text = excluded.reason_text,
                   taken = excluded.taken";
        let (state, at, reason) = match &inquiry.state {
            InquiryState::Still => ("still", inquiry.seen_at, None),
            InquiryState::Waits(reason) => ("waits", inquiry.seen_at, Some(reason)),
            InquiryState::Due { since } => ("due", *since, None),
            InquiryState::Handed { until } => ("handed", *until, None),
            InquiryState::Rejected(reason) => ("rejected", inquiry.seen_at, Some(reason)),
            InquiryState::Dropped(reason) => ("still", inquiry.seen_at, Some(reason)),
        };
        on_db!(self.conn(), db => {
            sqlx::query(PUT)
                .bind(inquiry.deal_id)
                .bind(&inquiry.title)
                .bind(inquiry.company_id)
                .bind(inquiry.responsible_id)
                .bind(inquiry.snapshot.as_ref().map(codec::json))
                .bind(inquiry.changed_at.map(codec::micros))
                .bind(i64::from(inquiry.is_closed))
                .bind(i64::from(inquiry.is_lost))
                .bind(i64::from(inquiry.is_gone))
                .bind(codec::micros(inquiry.seen_at))
                .bind(inquiry.onec_ref.map(|onec_ref| onec_ref.to_string()))
                .bind(inquiry.paper.as_ref().map(codec::json))
                .bind(inquiry.paper_at.map(codec::micros))
                .bind(inquiry.delivery.map(|delivery| delivery.to_string()))
                .bind(state)
                .bind(codec::micros(at))
                .bind(reason.map(|reason| reason.code.as_str()))
                .bind(reason.map(|reason| reason.text.as_str()))
                .bind(inquiry.taken.as_ref().map(codec::json))
                .execute(db)
                .await?;
        });
        self.index_inquiry(inquiry).await
    }

    pub(crate) async fn index_inquiry(&mut self, inquiry: &InquiryRow) -> Result<()> {
        let number = inquiry.paper.as_ref().map(|paper| paper.number.as_str()).unwrap_or_default();
        let number_in_words =
            if number.is_empty() { String::new() } else { format!(", запрос {number}") };
        let hint = format!("сделка № {}{number_in_words}", inquiry.deal_id);
        let words = Words::default().text(&inquiry.title).number(number).number(&inquiry.deal_id.to_string());
        let key = inquiry.deal_id.to_string();
        self.index(Entry { kind: SearchKind::Deal, key, title: &inquiry.title, hint, words }).await
    }

    /// Forgets a deal that 1C never heard of.
    pub async fn forget_inquiry(&mut self, deal: i64) -> Result<()> {
        const FORGET: &str = "
            -- inquiry: forget
            delete from inquiry
             where deal_id = $1";
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(deal).execute(db).await?; });
        self.unindex(SearchKind::Deal, &[deal]).await
    }

    /// The company's counterparty may have become one that 1C has: whatever waits for it is planned again at the next
    /// poll.
    pub(crate) async fn wake_inquiries(&mut self, company: i64) -> Result<()> {
        const WAKE: &str = "
            -- inquiry: wake those that wait for their client
            update inquiry
               set state = 'due'
             where company_id = $1 and state = 'waits'";
        on_db!(self.conn(), db => { sqlx::query(WAKE).bind(company).execute(db).await?; });
        Ok(())
    }

    /// Remembers what 1C is given with a delivery.
    pub async fn hand_inquiry(
        &mut self,
        delivery: DeliveryId,
        deal: i64,
        sent: &SentInquiry,
        now: Timestamp,
    ) -> Result<()> {
        const HAND: &str = "
            -- inquiry: hand out
            insert into handed_inquiry (delivery, deal_id, sent, at)
            values ($1, $2, $3, $4)
            on conflict (delivery) do nothing";
        on_db!(self.conn(), db => {
            sqlx::query(HAND)
                .bind(delivery.to_string())
                .bind(deal)
                .bind(codec::json(sent))
                .bind(codec::micros(now))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// The deal and the state of a delivery that 1C was given.
    pub async fn handed_inquiry(&mut self, delivery: DeliveryId) -> Result<Option<(i64, SentInquiry)>> {
        const SQL: &str = "
            -- inquiry: what was handed out
            select deal_id, sent
              from handed_inquiry
             where delivery = $1";
        let row: Option<(i64, String)> = on_db!(self.conn(), db => {
            sqlx::query_as(SQL).bind(delivery.to_string()).fetch_optional(db).await?
        });
        row.map(|(deal, sent)| Ok((deal, codec::from_json(&sent)?))).transpose()
    }

    /// Offers again what 1C has rejected; how many.
    pub async fn retry_rejected_inquiries(&mut self, now: Timestamp) -> Result<i64> {
        const RETRY: &str = "
            -- inquiry: offer again what was rejected
            update inquiry
               set state = 'due',
                   at = $1
             where state = 'rejected'";
        let retried = on_db!(self.conn(), db => {
            sqlx::query(RETRY).bind(codec::micros(now)).execute(db).await?.rows_affected()
        });
        Ok(i64::try_from(retried).unwrap_or(i64::MAX))
    }

    /// Forgets up to `limit` of what was handed out before `before`, except the newest of each deal: nobody sends so late
    /// a receipt. Returns how many; repeat until it returns less.
    pub async fn prune_handed_inquiries(&mut self, before: Timestamp, limit: usize) -> Result<u64> {
        const PRUNE: &str = "
            -- inquiry: prune what was handed out
            delete from handed_inquiry
             where delivery in (select h.delivery
                                  from handed_inquiry h
                                 where h.at < $1
                                   and not exists (select 1
                                                     from inquiry i
                                                    where i.deal_id = h.deal_id and i.delivery = h.delivery)
                                 order by h.at
                                 limit $2)";
        Ok(on_db!(self.conn(), db => {
            sqlx::query(PRUNE)
                .bind(codec::micros(before))
                .bind(codec::limit(limit))
                .execute(db)
                .await?
                .rows_affected()
        }))
    }
}

row! {
    Row {
        deal_id: i64,
        title: String,
        company_id: Option<i64>,
        responsible_id: Option<i64>,
        snapshot: Option<String>,
        changed_at: Option<i64>,
        is_closed: i64,
        is_lost: i64,
        is_gone: i64,
        seen_at: i64,
        onec_ref: Option<String>,
        paper: Option<String>,
        paper_at: Option<i64>,
        delivery: Option<String>,
        state: String,
        at: i64,
        reason_code: Option<String>,
        reason_text: Option<String>,
        taken: Option<String>,
    }
}

impl Row {
    fn into_inquiry(self) -> Result<InquiryRow> {
        let at = codec::moment(self.at)?;
        let state = match self.state.as_str() {
            // What was given up is as still as what has nothing to tell; only its reason says so.
            "still" if self.reason_code.is_none() => InquiryState::Still,
            "still" => InquiryState::Dropped(reason(self.reason_code.as_deref(), self.reason_text)?),
            "due" => InquiryState::Due { since: at },
            "handed" => InquiryState::Handed { until: at },
            "waits" => InquiryState::Waits(reason(self.reason_code.as_deref(), self.reason_text)?),
            "rejected" => InquiryState::Rejected(reason(self.reason_code.as_deref(), self.reason_text)?),
            other => return Err(StoreError::corrupt(format!("`{other}` не состояние запроса"))),
        };
        Ok(InquiryRow {
            deal_id: self.deal_id,
            title: self.title,
            company_id: self.company_id,
            responsible_id: self.responsible_id,
            snapshot: self.snapshot.as_deref().map(codec::from_json).transpose()?,
            changed_at: self.changed_at.map(codec::moment).transpose()?,
            is_closed: self.is_closed != 0,
            is_lost: self.is_lost != 0,
            is_gone: self.is_gone != 0,
            seen_at: codec::moment(self.seen_at)?,
            onec_ref: self.onec_ref.as_deref().map(codec::onec_ref).transpose()?,
            paper: self.paper.as_deref().map(codec::from_json).transpose()?,
            paper_at: self.paper_at.map(codec::moment).transpose()?,
            delivery: self.delivery.as_deref().map(codec::id).transpose()?,
            state,
            taken: self.taken.as_deref().map(codec::from_json).transpose()?,
        })
    }
}

pub(crate) fn reason(code: Option<&str>, text: Option<String>) -> Result<Reason> {
    let code: ReasonCode = reason_code(code.unwrap_or_default())?;
    Ok(Reason::new(code, text.unwrap_or_default()))
}
