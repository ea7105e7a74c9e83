//! Lists for people: inquiries, documents and payments, the newest first, page by page.

use std::collections::HashMap;
use std::fmt;

use domain::{DocumentKind, OneCRef, Timestamp};

use crate::dialect::Conn;
use crate::search::{Question, SCAN_MAX};
use crate::{
    DocumentRow, InquiryRow, PaymentRow, Result, SearchKind, codec, documents, inquiries, payments, words,
};

/// Which inquiries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InquiryShelf {
    /// All.
    All,
    /// 1C takes them at its next polls, or was given them.
    UnderWay,
    /// They travel as soon as their client or their company does.
    Waiting,
    /// 1C rejected them.
    Rejected,
    /// 1C has them, and the deal is open.
    Open,
    /// The deal is won, lost or deleted.
    Closed,
}

impl InquiryShelf {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::All, Self::UnderWay, Self::Waiting, Self::Rejected, Self::Open, Self::Closed];

    /// The word for addresses of pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::UnderWay => "under-way",
            Self::Waiting => "waiting",
            Self::Rejected => "rejected",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "Все",
            Self::UnderWay => "В пути в 1С",
            Self::Waiting => "Ждут клиента или компанию",
            Self::Rejected => "Отвергнуты 1С",
            Self::Open => "Открытые",
            Self::Closed => "Закрытые",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shelf| shelf.as_str() == word)
    }
}

/// Which documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentShelf {
    /// All.
    All,
    /// Those of one kind.
    Kind(DocumentKind),
    /// Those without content or without inquiry.
    Waiting,
}

/// Which payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentShelf {
    /// All.
    All,
    /// Those whose inquiry is not known yet.
    Unplaced,
    /// Those that are cancelled, or left out of a complete list.
    NotCounted,
}

/// A place in a list: the moment and the key of the last row that was shown. Its text goes into addresses of pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPlace {
    at: i64,
    key: String,
}

impl ListPlace {
    /// After this inquiry.
    pub fn after_inquiry(inquiry: &InquiryRow) -> Self {
        Self { at: codec::micros(inquiry.seen_at), key: inquiry.deal_id.to_string() }
    }

    /// After this document.
    pub fn after_document(document: &DocumentRow) -> Self {
        Self::after(document.seen_at, document.onec_ref)
    }

    /// After this payment.
    pub fn after_payment(payment: &PaymentRow) -> Self {
        Self::after(payment.seen_at, payment.onec_ref)
    }

    fn after(at: Timestamp, onec_ref: OneCRef) -> Self {
        Self { at: codec::micros(at), key: onec_ref.to_string() }
    }

    /// Reads its text back. `None`: it is no place.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, key) = text.split_once('.')?;
        let is_key = key.parse::<i64>().is_ok() || OneCRef::parse(key).is_some();
        is_key.then_some(())?;
        Some(Self { at: at.parse().ok()?, key: key.to_owned() })
    }

    /// Of a list that begins; the key is behind no row, and is a number where one is needed.
    const START: (i64, &'static str) = (i64::MAX, "0");
}

impl fmt::Display for ListPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.key)
    }
}

reads! {
    /// The next `limit` inquiries of a shelf after `after`, by when the deal last showed something new. With `text`: those
    /// that are found by it.
    fn inquiries_list(shelf: InquiryShelf, text: &str, after: Option<&ListPlace>, limit: usize) -> Vec<InquiryRow>;
    /// The next `limit` documents of a shelf after `after`, by when 1C told of them last.
    fn documents_list(shelf: DocumentShelf, text: &str, after: Option<&ListPlace>, limit: usize) -> Vec<DocumentRow>;
    /// The next `limit` payments of a shelf after `after`, by when 1C told of them last.
    fn payments_list(shelf: PaymentShelf, text: &str, after: Option<&ListPlace>, limit: usize) -> Vec<PaymentRow>;
}

/// The same list three times: whole, of what has a rare word, of what has a common one.
struct Statements {
    /// `$1` and `$2` time and key of the last row before the page, `$3` how many.
    whole: &'static str,
    /// `$4` to `$5` the word, beside the patterns `$6` to `$10`.
    looked_up: &'static str,
    /// Patterns `$4` to `$9`.
    looked_through: &'static str,
}

macro_rules! list {
    ($name:literal, $table:literal, $shelf:literal, $key:literal, $parameter:literal, $kind:literal, $found:literal) => {
        Statements {
            whole: list!(@page $name, $table, $shelf, $key, $parameter, ""),
            looked_up: list!(@page $name, $table, $shelf, $key, $parameter,
                " and ", $key, " in (select ", $found, "
                                       from search_word
                                      where kind = '", $kind, "' and word >= $4 and word < $5)
                  and exists (select 1
                                from search_entry e
                               where e.kind = '", $kind, "' and e.key = cast(", $key, " as text)
                                 and e.words like $6 and e.words like $7 and e.words like $8
                                 and e.words like $9 and e.words like $10)"),
            looked_through: list!(@page $name, $table, $shelf, $key, $parameter,
                " and exists (select 1
                                from search_entry e
                               where e.kind = '", $kind, "' and e.key = cast(", $key, " as text)
                                 and e.words like $4 and e.words like $5 and e.words like $6
                                 and e.words like $7 and e.words like $8 and e.words like $9)"),
        }
    };
    (@page $name:literal, $table:literal, $shelf:literal, $key:literal, $parameter:literal, $($narrow:literal),*) => {
        concat!("-- list: ", $name, "
            select cast(", $key, " as text) as listed
              from ", $table, "
             where ", $shelf, " and (seen_at, ", $key, ") < ($1, ", $parameter, ")", $($narrow,)* "
             order by seen_at desc, ", $key, " desc
             limit $3")
    };
}

macro_rules! inquiries {
    ($name:literal, $shelf:literal) => {
        list!($name, "inquiry", $shelf, "deal_id", "cast($2 as bigint)", "deal", "cast(key as bigint)")
    };
}

macro_rules! documents {
    ($name:literal, $shelf:literal) => {
        list!($name, "document", $shelf, "onec_ref", "$2", "doc", "key")
    };
}

macro_rules! payments {
    ($name:literal, $shelf:literal) => {
        list!($name, "payment", $shelf, "onec_ref", "$2", "pay", "key")
    };
}

async fn inquiries_list(
    mut conn: Conn<'_>,
    shelf: InquiryShelf,
    text: &str,
    after: Option<&ListPlace>,
    limit: usize,
) -> Result<Vec<InquiryRow>> {
    const ALL: Statements = inquiries!("inquiries", "deal_id is not null");
    const UNDER_WAY: Statements = inquiries!("inquiries under way", "state in ('due', 'handed')");
    const WAITING: Statements = inquiries!("inquiries that wait", "state = 'waits'");
    const REJECTED: Statements = inquiries!("rejected inquiries", "state = 'rejected'");
    const OPEN: Statements = inquiries!("open inquiries", "is_closed = 0 and onec_ref is not null");
    const CLOSED: Statements = inquiries!("closed inquiries", "is_closed = 1");
    let statements = match shelf {
        InquiryShelf::All => ALL,
        InquiryShelf::UnderWay => UNDER_WAY,
        InquiryShelf::Waiting => WAITING,
        InquiryShelf::Rejected => REJECTED,
        InquiryShelf::Open => OPEN,
        InquiryShelf::Closed => CLOSED,
    };
    let keys = keys(conn.again(), &statements, SearchKind::Deal, text, after, limit).await?;
    let deals = keys.iter().map(|key| codec::id(key)).collect::<Result<Vec<i64>>>()?;
    let rows = inquiries::inquiries(conn, &deals).await?;
    Ok(in_order(rows, &keys, |row| row.deal_id.to_string()))
}

async fn documents_list(
    mut conn: Conn<'_>,
    shelf: DocumentShelf,
    text: &str,
    after: Option<&ListPlace>,
    limit: usize,
) -> Result<Vec<DocumentRow>> {
    const ALL: Statements = documents!("documents", "onec_ref is not null");
    const QUOTATIONS: Statements = documents!("quotations", "kind = 'quotation'");
    const CONTRACTS: Statements = documents!("contracts", "kind = 'contract'");
    const INVOICES: Statements = documents!("invoices", "kind = 'invoice'");
    const WAITING: Statements = documents!("documents that wait", "waits is not null");
    let statements = match shelf {
        DocumentShelf::All => ALL,
        DocumentShelf::Kind(DocumentKind::Quotation) => QUOTATIONS,
        DocumentShelf::Kind(DocumentKind::Contract) => CONTRACTS,
        DocumentShelf::Kind(DocumentKind::Invoice) => INVOICES,
        DocumentShelf::Waiting => WAITING,
    };
    let keys = keys(conn.again(), &statements, SearchKind::Document, text, after, limit).await?;
    let rows = documents::documents_by_refs(conn, &keys).await?;
    Ok(in_order(rows, &keys, |row| row.onec_ref.to_string()))
}

async fn payments_list(
    mut conn: Conn<'_>,
    shelf: PaymentShelf,
    text: &str,
    after: Option<&ListPlace>,
    limit: usize,
) -> Result<Vec<PaymentRow>> {
    const ALL: Statements = payments!("payments", "onec_ref is not null");
    const UNPLACED: Statements =
        payments!("payments of no known deal", "waits is not null and is_cancelled = 0 and is_left_out = 0");
    const NOT_COUNTED: Statements =
        payments!("payments that do not count", "(is_cancelled = 1 or is_left_out = 1)");
    let statements = match shelf {
        PaymentShelf::All => ALL,
        PaymentShelf::Unplaced => UNPLACED,
        PaymentShelf::NotCounted => NOT_COUNTED,
    };
    let keys = keys(conn.again(), &statements, SearchKind::Payment, text, after, limit).await?;
    let rows = payments::payments_by_refs(conn, &keys).await?;
    Ok(in_order(rows, &keys, |row| row.onec_ref.to_string()))
}

async fn keys(
    mut conn: Conn<'_>,
    statements: &Statements,
    kind: SearchKind,
    text: &str,
    after: Option<&ListPlace>,
    limit: usize,
) -> Result<Vec<String>> {
    let (at, key) = after.map_or(ListPlace::START, |place| (place.at, place.key.as_str()));
    let (sql, rarest) = if text.trim().is_empty() {
        (statements.whole, None)
    } else {
        let Some(question) = Question::new(&words::without_kinds(text)) else { return Ok(Vec::new()) };
        let rarest = question.rarest(conn.again(), kind).await?;
        match rarest.rows {
            0 => return Ok(Vec::new()),
            rows if rows > SCAN_MAX => (statements.looked_through, Some(rarest)),
            _ => (statements.looked_up, Some(rarest)),
        }
    };
    let rows: Vec<(String,)> = on_db!(conn, db => {
        let mut query = sqlx::query_as(sql).bind(at).bind(key).bind(codec::limit(limit));
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
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// The rows in the order of their keys.
fn in_order<R>(rows: Vec<R>, keys: &[String], key_of: impl Fn(&R) -> String) -> Vec<R> {
    let mut rows: HashMap<String, R> = rows.into_iter().map(|row| (key_of(&row), row)).collect();
    keys.iter().filter_map(|key| rows.remove(key)).collect()
}
