//! One record with everything that is known of it, for its page: a counterparty with both sides and its history, a deal with
//! its papers.

use std::collections::BTreeMap;
use std::fmt;

use domain::{
    Amount, Counterparty, DeedId, DeliveryId, DeliveryState, Link, LinkId, MatchKey, Side, Timestamp,
};

use crate::dialect::Conn;
use crate::journal::Change;
use crate::{
    Conflict, Deed, DocumentRow, FaceRow, InquiryRow, PaymentRow, PortalCompany, Result, SentInquiry,
    Standing, StoreError, Telling, Transcript, codec, conflicts, deeds, documents, faces, inquiries, journal,
    keys, links, outbox, payments, portal_companies, tellings, transcripts,
};

/// A counterparty with what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRecord {
    /// Both sides, the base, identifiers and remarks.
    pub link: Link,
    /// The key that makes it unique, if it has one.
    pub key: Option<MatchKey>,
    /// What either side still has to take.
    pub open: Vec<Standing>,
    /// Fields that both sides changed.
    pub conflicts: Vec<Conflict>,
    /// Its company, as the portal last showed it.
    pub company: Option<PortalCompany>,
    /// Its newest deals.
    pub deals: Vec<DealLine>,
}

/// A deal in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealLine {
    /// Its number.
    pub deal_id: i64,
    /// Its name.
    pub title: String,
    /// Won, lost or deleted.
    pub is_closed: bool,
}

/// Deals of a counterparty that are shown with it.
const DEALS_MAX: usize = 20;

/// A deal with what hangs on it.
#[derive(Clone, Debug, PartialEq)]
pub struct DealRecord {
    /// The deal, what 1C told of it, and where its way to 1C stands. `None`: 1C spoke of it, and nobody has read it.
    pub inquiry: Option<InquiryRow>,
    /// The counterparties of its company.
    pub clients: Vec<LinkLine>,
    /// ТКП, Договор, Счёт, also those that are deleted.
    pub documents: Vec<DocumentRow>,
    /// Also those that do not count.
    pub payments: Vec<PaymentRow>,
    /// What was paid, by currency; payments without one are in the deal's.
    pub paid: BTreeMap<String, Amount>,
    /// What the deal shows of all that, or why it does not.
    pub face: Option<FaceRow>,
    /// What 1C was given, the newest first.
    pub handed: Vec<HandedInquiry>,
    /// What people did to it, the newest first.
    pub deeds: Vec<Deed>,
    /// What was said of it to either side and what they answered, the newest first.
    pub said: Vec<Transcript>,
}

impl DealRecord {
    /// The currency of the deal.
    pub fn currency(&self) -> &str {
        self.inquiry.as_ref().map_or(inquiries::ROUBLE, InquiryRow::currency)
    }

    /// What was paid in the currency of the deal: «Оплачено».
    pub fn total(&self) -> Amount {
        self.paid.get(self.currency()).copied().unwrap_or_default()
    }

    /// What was paid in other currencies, which nobody adds to the total.
    pub fn in_other_currencies(&self) -> impl Iterator<Item = (&str, Amount)> {
        let currency = self.currency();
        self.paid
            .iter()
            .filter(move |(other, _)| *other != currency)
            .map(|(other, sum)| (other.as_str(), *sum))
    }
}

/// A counterparty in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkLine {
    /// Which one.
    pub link: LinkId,
    /// The name that people know it by.
    pub title: String,
    /// Whether 1C has it.
    pub is_in_onec: bool,
}

/// What 1C was given of a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedInquiry {
    /// With which delivery.
    pub delivery: DeliveryId,
    /// When first.
    pub at: Timestamp,
    /// The state.
    pub sent: SentInquiry,
}

/// How much of what was handed out, and of what people did, is shown with a deal.
const HANDED_MAX: usize = 50;

/// Something in the history of a counterparty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When it was.
    pub at: Timestamp,
    /// What it was.
    pub what: HistoryEvent,
}

/// What was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryEvent {
    /// A side showed something.
    Shown {
        /// What.
        change: Box<Change>,
        /// What the same side had shown before; `None`: nothing.
        before: Option<Box<Counterparty>>,
    },
    /// A side was to take something.
    Delivery(Box<DeliveryEntry>),
    /// Employees were to be told something.
    Told(Box<Telling>),
    /// A person did something.
    Deed(Box<Deed>),
    /// Something was said to a side, and this is what it answered.
    Said(Box<Transcript>),
}

/// A delivery with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryEntry {
    /// Where it stands.
    pub standing: Standing,
    /// Since when it stands there; of one that is due, until when it waits.
    pub at: Timestamp,
    /// What the side did: `created`, `linked`, `updated`, `unchanged`; of one that 1C had in its hands when something newer
    /// came, `replaced`.
    pub outcome: Option<String>,
}

impl DeliveryEntry {
    /// Whether there is nothing more to come of it.
    pub fn is_closed(&self) -> bool {
        matches!(self.standing.state, DeliveryState::Settled | DeliveryState::Dropped { .. })
    }
}

/// A page of a history, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// What happened.
    pub entries: Vec<HistoryEntry>,
    /// Where the next page begins; `None`: there is nothing older.
    pub next: Option<HistoryPlace>,
}

/// A place in a history: how far each of the tables was told. Its text goes into addresses of pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPlace {
    change: i64,
    delivery: Option<DeliveryId>,
    deed: Option<DeedId>,
    said: i64,
    /// Moment and topic.
    telling: (i64, String),
}

impl HistoryPlace {
    const START: Self = Self {
        change: i64::MAX,
        delivery: None,
        deed: None,
        said: i64::MAX,
        telling: (i64::MAX, String::new()),
    };

    /// Reads its text back.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, '.');
        Some(Self {
            change: parts.next()?.parse().ok()?,
            delivery: id_or_none(parts.next()?)?,
            deed: id_or_none(parts.next()?)?,
            said: parts.next()?.parse().ok()?,
            telling: (parts.next()?.parse().ok()?, parts.next()?.to_owned()),
        })
    }

    fn pass(&mut self, entry: &HistoryEntry) {
        match &entry.what {
            HistoryEvent::Shown { change, .. } => self.change = change.seq,
            HistoryEvent::Delivery(delivery) => self.delivery = Some(delivery.standing.delivery.id),
            HistoryEvent::Told(telling) => {
                self.telling = (codec::micros(telling.since), telling.topic.clone());
            }
            HistoryEvent::Deed(deed) => self.deed = Some(deed.id),
            HistoryEvent::Said(said) => self.said = said.seq,
        }
    }
}

#[expect(
    clippy::option_option,
    reason = "the outer one is whether the text is readable, the inner one what it says"
)]
fn id_or_none<T: std::str::FromStr>(text: &str) -> Option<Option<T>> {
    if text == "-" { Some(None) } else { text.parse().ok().map(Some) }
}

impl fmt::Display for HistoryPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delivery = self.delivery.map_or_else(|| "-".to_owned(), |id| id.to_string());
        let deed = self.deed.map_or_else(|| "-".to_owned(), |id| id.to_string());
        let (since, topic) = &self.telling;
        write!(f, "{}.{delivery}.{deed}.{}.{since}.{topic}", self.change, self.said)
    }
}

reads! {
    /// A counterparty with what hangs on it.
    fn link_record(id: LinkId) -> Option<LinkRecord>;
    /// What happened to a counterparty, the newest first: what the sides showed, what they had to take and did, what was said
    /// to them, what employees were told, what people did. `limit` entries after `after`.
    fn link_history(id: LinkId, after: Option<&HistoryPlace>, limit: usize) -> HistoryPage;
    /// A deal with what hangs on it. `None`: nothing is known of it.
    fn deal_record(deal: i64) -> Option<DealRecord>;
}

async fn link_record(mut conn: Conn<'_>, id: LinkId) -> Result<Option<LinkRecord>> {
    let Some(link) = links::link(conn.again(), id).await? else { return Ok(None) };
    let key = keys::key_of(conn.again(), id).await?;
    let open = outbox::open_deliveries(conn.again(), &[id]).await?;
    let conflicts = conflicts::conflicts_of(conn.again(), id).await?;
    let (mut company, mut deals) = (None, Vec::new());
    if let Some(number) = link.company_id {
        company = portal_companies::portal_companies(conn.again(), &[number]).await?.pop();
        deals = deals_of_company(conn, number).await?;
    }
    Ok(Some(LinkRecord { link, key, open, conflicts, company, deals }))
}

async fn deals_of_company(conn: Conn<'_>, company: i64) -> Result<Vec<DealLine>> {
    const SQL: &str = "
        -- record: deals of a company
        select deal_id, title, is_closed
          from inquiry
         where company_id = $1
         order by deal_id desc
         limit $2";
    let rows: Vec<(i64, String, i64)> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(company).bind(codec::limit(DEALS_MAX)).fetch_all(db).await?
    });
    Ok(rows
        .into_iter()
        .map(|(deal_id, title, is_closed)| DealLine { deal_id, title, is_closed: is_closed != 0 })
        .collect())
}

async fn link_history(
    mut conn: Conn<'_>,
    id: LinkId,
    after: Option<&HistoryPlace>,
    limit: usize,
) -> Result<HistoryPage> {
    let mut place = after.cloned().unwrap_or(HistoryPlace::START);
    // One more of each than is shown: where nothing is left over, this is the last page.
    let fetched = limit + 1;
    let mut entries = Vec::new();
    for change in journal::history_before(conn.again(), id, place.change, fetched).await? {
        let what = HistoryEvent::Shown { change: Box::new(change), before: None };
        entries.push(HistoryEntry { at: at_of(&what), what });
    }
    for delivery in deliveries_before(conn.again(), id, place.delivery, fetched).await? {
        let what = HistoryEvent::Delivery(Box::new(delivery));
        entries.push(HistoryEntry { at: at_of(&what), what });
    }
    if let Some(company) = company_of(conn.again(), id).await? {
        for telling in tellings::tellings_before(conn.again(), company, &place.telling, fetched).await? {
            let what = HistoryEvent::Told(Box::new(telling));
            entries.push(HistoryEntry { at: at_of(&what), what });
        }
    }
    for deed in deeds::deeds_of_link(conn.again(), id, place.deed, fetched).await? {
        let what = HistoryEvent::Deed(Box::new(deed));
        entries.push(HistoryEntry { at: at_of(&what), what });
    }
    for said in transcripts::transcripts_of_link(conn.again(), id, Some(place.said), fetched).await? {
        let what = HistoryEvent::Said(Box::new(said));
        entries.push(HistoryEntry { at: at_of(&what), what });
    }
    // Stable: what a table tells in its own order stays in it.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    for entry in &mut entries {
        place.pass(entry);
        if let HistoryEvent::Shown { change, before } = &mut entry.what {
            *before = journal::shown_before(conn.again(), id, change.side, change.seq).await?.map(Box::new);
        }
    }
    Ok(HistoryPage { entries, next: has_more.then_some(place) })
}

fn at_of(event: &HistoryEvent) -> Timestamp {
    match event {
        HistoryEvent::Shown { change, .. } => change.seen_at,
        HistoryEvent::Delivery(delivery) => delivery.standing.delivery.id.made_at(),
        HistoryEvent::Told(telling) => telling.since,
        HistoryEvent::Deed(deed) => deed.at,
        HistoryEvent::Said(said) => said.what.at,
    }
}

async fn company_of(conn: Conn<'_>, id: LinkId) -> Result<Option<i64>> {
    const SQL: &str = "
        -- record: company of a link
        select company_id from link where id = $1";
    let row: Option<(Option<i64>,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await?);
    Ok(row.and_then(|(company,)| company))
}

async fn deliveries_before(
    mut conn: Conn<'_>,
    id: LinkId,
    before: Option<DeliveryId>,
    limit: usize,
) -> Result<Vec<DeliveryEntry>> {
    const SQL: &str = "
        -- record: deliveries of a link to a side, with their ends
        select id, outcome, at
          from delivery
         where link_id = $1 and side = $2 and id < $3
         order by id desc
         limit $4";
    let mut ends: Vec<(String, Option<String>, i64)> = Vec::new();
    for side in [Side::OneC, Side::Bitrix] {
        let rows: Vec<(String, Option<String>, i64)> = on_db!(conn.again(), db => {
            sqlx::query_as(SQL)
                .bind(id.to_string())
                .bind(side.as_str())
                .bind(codec::before(before))
                .bind(codec::limit(limit))
                .fetch_all(db)
                .await?
        });
        ends.extend(rows);
    }
    ends.sort_by(|left, right| right.0.cmp(&left.0));
    ends.truncate(limit);
    let mut entries = Vec::with_capacity(ends.len());
    for (delivery, outcome, at) in ends {
        let standing = outbox::delivery(conn.again(), codec::id(&delivery)?).await?;
        let standing = standing.ok_or_else(|| StoreError::corrupt(format!("доставка {delivery}")))?;
        entries.push(DeliveryEntry { standing, at: codec::moment(at)?, outcome });
    }
    Ok(entries)
}

async fn deal_record(mut conn: Conn<'_>, deal: i64) -> Result<Option<DealRecord>> {
    let inquiry = inquiries::inquiries(conn.again(), &[deal]).await?.pop();
    let documents = documents::documents_of_deal(conn.again(), deal).await?;
    let payments = payments::payments_of_deal(conn.again(), deal).await?;
    let face = faces::face(conn.again(), deal).await?;
    if inquiry.is_none() && documents.is_empty() && payments.is_empty() && face.is_none() {
        return Ok(None);
    }
    let clients = match inquiry.as_ref().and_then(|inquiry| inquiry.company_id) {
        Some(company) => clients(conn.again(), company).await?,
        None => Vec::new(),
    };
    let currency = inquiry.as_ref().map_or(inquiries::ROUBLE, InquiryRow::currency);
    let mut paid: BTreeMap<String, Amount> = BTreeMap::new();
    for payment in payments.iter().filter(|payment| payment.counts()) {
        let currency = if payment.currency.is_empty() { currency } else { &payment.currency };
        let sum = paid.entry(currency.to_owned()).or_default();
        *sum = [*sum, payment.amount].into_iter().sum();
    }
    let handed = handed(conn.again(), deal).await?;
    let deeds = deeds::deeds_of_deal(conn.again(), deal, None, HANDED_MAX).await?;
    let said = transcripts::transcripts_of_deal(conn, deal, None, HANDED_MAX).await?;
    Ok(Some(DealRecord { inquiry, clients, documents, payments, paid, face, handed, deeds, said }))
}

async fn clients(conn: Conn<'_>, company: i64) -> Result<Vec<LinkLine>> {
    const SQL: &str = "
        -- record: links of a company
        select id, title, cast(case when onec_ref is null then 0 else 1 end as bigint)
          from link
         where company_id = $1
         order by id
         limit $2";
    let rows: Vec<(String, String, i64)> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(company).bind(codec::limit(DEALS_MAX)).fetch_all(db).await?
    });
    rows.into_iter()
        .map(|(id, title, known)| Ok(LinkLine { link: codec::id(&id)?, title, is_in_onec: known == 1 }))
        .collect()
}

async fn handed(conn: Conn<'_>, deal: i64) -> Result<Vec<HandedInquiry>> {
    const SQL: &str = "
        -- record: what 1C was given of a deal
        select delivery, at, sent
          from handed_inquiry
         where deal_id = $1
         order by delivery desc
         limit $2";
    let rows: Vec<(String, i64, String)> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(deal).bind(codec::limit(HANDED_MAX)).fetch_all(db).await?
    });
    rows.into_iter()
        .map(|(delivery, at, sent)| {
            Ok(HandedInquiry {
                delivery: codec::id(&delivery)?,
                at: codec::moment(at)?,
                sent: codec::from_json(&sent)?,
            })
        })
        .collect()
}
