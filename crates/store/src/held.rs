//! Everything that waits: for a person, or for something to happen. Deliveries, companies, deals, documents and conflicts
//! in one shape, grouped by cause, so that people see one list and work through it.

mod kind;
mod sql;

use std::fmt;
use std::str::FromStr;

use domain::{DeliveryId, Field, LinkId, OneCRef, Reason, ReasonCode, Timestamp};

use self::sql::Statements;
use crate::dialect::Conn;
use crate::documents::waits_for;
use crate::search::{Question, SCAN_MAX};
use crate::{Result, StoreError, codec, tallies, words};

pub use kind::HeldKind;

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What it is.
    pub kind: HeldKind,
    /// Which one.
    pub key: HeldKey,
    /// The name that people know it by.
    pub title: String,
    /// Why it waits, and what to do.
    pub reason: Reason,
    /// Since when it waits for this.
    pub since: Timestamp,
    /// The counterparty, where there is one.
    pub link: Option<LinkId>,
    /// The company in the portal, where there is one.
    pub company_id: Option<i64>,
    /// The deal, where there is one.
    pub deal_id: Option<i64>,
}

impl Held {
    /// Where it stands in its group: the next page begins after it.
    pub fn place(&self) -> HeldPlace {
        HeldPlace { since: self.since, key: self.key }
    }
}

/// Which of the things that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HeldKey {
    /// A delivery to either side.
    Delivery(DeliveryId),
    /// A company of the portal.
    Company(i64),
    /// A deal that is, or becomes, a «Запрос».
    Inquiry(i64),
    /// A document of 1C.
    Document(OneCRef),
    /// A deal that does not show what it should.
    Deal(i64),
    /// A field that both sides changed.
    Conflict(LinkId, Field),
}

impl fmt::Display for HeldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivery(id) => id.fmt(f),
            Self::Company(number) | Self::Inquiry(number) | Self::Deal(number) => number.fmt(f),
            Self::Document(onec_ref) => onec_ref.fmt(f),
            Self::Conflict(link, field) => write!(f, "{link}/{}", field.as_str()),
        }
    }
}

impl HeldKey {
    /// Reads the key of something of this kind back.
    pub fn parse(kind: HeldKind, text: &str) -> Option<Self> {
        match kind {
            HeldKind::ToBitrix | HeldKind::ToOneC => text.parse().ok().map(Self::Delivery),
            HeldKind::Company | HeldKind::CompanyWithoutDeal => text.parse().ok().map(Self::Company),
            HeldKind::Inquiry | HeldKind::InquiryWaiting => text.parse().ok().map(Self::Inquiry),
            HeldKind::Document => OneCRef::parse(text).map(Self::Document),
            HeldKind::Deal => text.parse().ok().map(Self::Deal),
            HeldKind::Conflict => {
                let (link, field) = text.split_once('/')?;
                let field = Field::ALL.into_iter().find(|known| known.as_str() == field)?;
                Some(Self::Conflict(link.parse().ok()?, field))
            }
        }
    }
}

/// A place in the list of a group. Its text goes into addresses of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPlace {
    /// Since when what stands there waits.
    pub since: Timestamp,
    /// What stands there.
    pub key: HeldKey,
}

impl fmt::Display for HeldPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", codec::micros(self.since), self.key)
    }
}

impl HeldPlace {
    /// Reads the place of something of this kind back.
    pub fn parse(kind: HeldKind, text: &str) -> Option<Self> {
        let (since, key) = text.split_once('.')?;
        let since = Timestamp::from_microsecond(i64::from_str(since).ok()?).ok()?;
        Some(Self { since, key: HeldKey::parse(kind, key)? })
    }
}

/// Everything of one kind that waits for one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldGroup {
    /// What waits.
    pub kind: HeldKind,
    /// Why.
    pub code: ReasonCode,
    /// How many.
    pub count: i64,
    /// Since when the one that waits longest does.
    pub oldest: Option<Timestamp>,
    /// Since when the newest does.
    pub newest: Option<Timestamp>,
    /// The newest few.
    pub samples: Vec<Held>,
}

/// Which of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFilter {
    /// What waits.
    pub kind: HeldKind,
    /// Why.
    pub code: ReasonCode,
    /// Only what is found by these words: of a name, a number, an ИНН. Empty: all.
    pub text: String,
    /// Only what waits since then or later.
    pub since: Option<Timestamp>,
    /// Only what waits since then or earlier. Whoever works through a group sets it to the beginning of the work: what is
    /// tried again and waits again meanwhile is not met a second time.
    pub until: Option<Timestamp>,
}

impl HeldFilter {
    /// The whole group.
    pub fn group(kind: HeldKind, code: ReasonCode) -> Self {
        Self { kind, code, text: String::new(), since: None, until: None }
    }
}

/// How many of a group are shown as samples.
const SAMPLES: usize = 3;

reads! {
    /// What waits, by kind and cause, with the newest few of each.
    fn held_groups() -> Vec<HeldGroup>;
    /// The next `limit` of a group after `after`, the newest first. Whoever works through a group in chunks asks for them one
    /// after the other.
    fn held(filter: &HeldFilter, after: Option<HeldPlace>, limit: usize) -> Vec<Held>;
    /// How many of a group wait within the times of the filter; its words do not count.
    fn held_count(filter: &HeldFilter) -> i64;
    /// One of the things that wait, if it still does.
    fn held_one(kind: HeldKind, key: HeldKey) -> Option<Held>;
}

async fn held_groups(mut conn: Conn<'_>) -> Result<Vec<HeldGroup>> {
    let tallies = tallies::read(conn.again()).await?;
    let mut groups = Vec::with_capacity(tallies.held.len());
    for count in &tallies.held {
        let filter = HeldFilter::group(count.kind, count.code);
        let samples = held(conn.again(), &filter, None, SAMPLES).await?;
        let (oldest,): (Option<i64>,) = on_db!(conn.again(), db => {
            sqlx::query_as(Statements::of(count.kind).oldest).bind(count.code.as_str()).fetch_one(db).await?
        });
        groups.push(HeldGroup {
            kind: count.kind,
            code: count.code,
            count: count.count,
            oldest: oldest.map(codec::moment).transpose()?,
            newest: samples.first().map(|newest| newest.since),
            samples,
        });
    }
    Ok(groups)
}

async fn held(
    mut conn: Conn<'_>,
    filter: &HeldFilter,
    after: Option<HeldPlace>,
    limit: usize,
) -> Result<Vec<Held>> {
    let statements = Statements::of(filter.kind);
    let (since, until) = bounds(filter);
    // Where a page begins at a moment, no key stands behind it; its text must be a number where keys are numbers.
    let at_first = (until.saturating_add(1), "0".to_owned());
    let (before, key) = after.map_or(at_first, |place| (codec::micros(place.since), place.key.to_string()));
    let (sql, rarest) = if filter.text.trim().is_empty() {
        (statements.page, None)
    } else {
        let Some(question) = Question::new(&filter.text) else { return Ok(Vec::new()) };
        let rarest = question.rarest(conn.again(), filter.kind.found_as()).await?;
        match rarest.rows {
            0 => return Ok(Vec::new()),
            // So many have the word that the next page is soon full of them.
            rows if rows > SCAN_MAX => (statements.page_looked_through, Some(rarest)),
            _ => (statements.page_looked_up, Some(rarest)),
        }
    };
    let rows: Vec<Row> = on_db!(conn, db => {
        let mut query = sqlx::query_as(sql)
            .bind(filter.code.as_str())
            .bind(before)
            .bind(key)
            .bind(since)
            .bind(until)
            .bind(codec::limit(limit));
        if let Some(rarest) = &rarest {
            if rarest.rows > SCAN_MAX {
                query = query.bind(words::like(&rarest.word));
            } else {
                query = query.bind(&rarest.word).bind(words::behind(&rarest.word));
            }
            for pattern in &rarest.patterns {
                query = query.bind(pattern);
            }
        }
        query.fetch_all(db).await?
    });
    rows.into_iter().map(|row| row.into_held(filter.kind, filter.code)).collect()
}

async fn held_count(conn: Conn<'_>, filter: &HeldFilter) -> Result<i64> {
    let (since, until) = bounds(filter);
    let (count,): (i64,) = on_db!(conn, db => {
        sqlx::query_as(Statements::of(filter.kind).count)
            .bind(filter.code.as_str())
            .bind(since)
            .bind(until)
            .fetch_one(db)
            .await?
    });
    Ok(count)
}

async fn held_one(conn: Conn<'_>, kind: HeldKind, key: HeldKey) -> Result<Option<Held>> {
    let row: Option<OneRow> = on_db!(conn, db => {
        sqlx::query_as(Statements::of(kind).one).bind(key.to_string()).fetch_optional(db).await?
    });
    let Some(row) = row else { return Ok(None) };
    let code = crate::outbox::reason_code(&row.code)?;
    Ok(Some(row.into_row().into_held(kind, code)?))
}

fn bounds(filter: &HeldFilter) -> (i64, i64) {
    (filter.since.map_or(i64::MIN, codec::micros), filter.until.map_or(i64::MAX, codec::micros))
}

row! {
    Row {
        key: String,
        title: String,
        text: String,
        since: i64,
        link_id: Option<String>,
        company_id: Option<i64>,
        deal_id: Option<i64>,
    }
}

row! {
    OneRow {
        key: String,
        title: String,
        text: String,
        since: i64,
        link_id: Option<String>,
        company_id: Option<i64>,
        deal_id: Option<i64>,
        code: String,
    }
}

impl OneRow {
    fn into_row(self) -> Row {
        Row {
            key: self.key,
            title: self.title,
            text: self.text,
            since: self.since,
            link_id: self.link_id,
            company_id: self.company_id,
            deal_id: self.deal_id,
        }
    }
}

impl Row {
    fn into_held(self, kind: HeldKind, code: ReasonCode) -> Result<Held> {
        let key = HeldKey::parse(kind, &self.key)
            .ok_or_else(|| StoreError::corrupt(format!("`{}` не номер того, что ждёт", self.key)))?;
        let title = match kind {
            HeldKind::Document => {
                let (kind, number) = self.title.split_once('/').unwrap_or((&self.title, ""));
                let kind = domain::DocumentKind::parse(kind).map_or("Документ", domain::DocumentKind::title);
                format!("{kind} {number}").trim_end().to_owned()
            }
            _ => self.title,
        };
        let reason = match key {
            HeldKey::Document(_) => waits_for(&title, code),
            HeldKey::Conflict(_, field) => Reason::new(code, in_conflict(field, &self.text)),
            _ => Reason::new(code, self.text),
        };
        Ok(Held {
            kind,
            key,
            title,
            reason,
            since: codec::moment(self.since)?,
            link: self.link_id.as_deref().map(codec::id).transpose()?,
            company_id: self.company_id,
            deal_id: self.deal_id,
        })
    }
}

/// `values` are what 1C and Bitrix24 show, a line break between them.
fn in_conflict(field: Field, values: &str) -> String {
    let (onec, bitrix) = values.split_once('\u{1f}').unwrap_or((values, ""));
    let value = |value: &str| if value.is_empty() { "пусто".to_owned() } else { format!("«{value}»") };
    format!(
        "{}: в 1С {}, в Битрикс24 {}. Выберите, какое значение верно.",
        field.title(),
        value(onec),
        value(bitrix)
    )
}
