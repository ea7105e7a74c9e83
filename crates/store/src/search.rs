//! The search: everything that people may look for, by any word of it, by the beginning of a word or number.
//!
//! What can be found has an entry; the database keeps a row per word of it. Of several words the rarest is looked up, and
//! the others are looked for in what it finds.

use std::collections::HashSet;

use domain::{LinkId, OneCRef};

use crate::dialect::Conn;
use crate::words::{self, Words};
use crate::{Result, Store, Write, codec};

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SearchKind {
    /// A counterparty that Parom knows.
    Counterparty,
    /// A company of the portal that does not travel.
    Company,
    /// A deal, which may be a «Запрос».
    Deal,
    /// ТКП, Договор, Счёт.
    Document,
    /// A payment.
    Payment,
}

impl SearchKind {
    /// All of them, in the order in which people are shown them.
    pub const ALL: [Self; 5] = [Self::Counterparty, Self::Company, Self::Deal, Self::Document, Self::Payment];

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counterparty => "link",
            Self::Company => "firm",
            Self::Deal => "deal",
            Self::Document => "doc",
            Self::Payment => "pay",
        }
    }

    /// The heading for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Counterparty => "Контрагенты",
            Self::Company => "Компании Битрикс24, которые не передаются",
            Self::Deal => "Сделки и запросы",
            Self::Document => "Документы",
            Self::Payment => "Оплаты",
        }
    }
}

/// What was found of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hits {
    /// Of which kind.
    pub kind: SearchKind,
    /// The best first.
    pub hits: Vec<Hit>,
    /// Whether there is, or may be, more than is shown.
    pub has_more: bool,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub key: HitKey,
    /// The name that people know it by.
    pub title: String,
    /// What tells it apart: «ИНН 7707083893, код 000000123».
    pub hint: String,
    /// How well it fits.
    pub rank: Rank,
    /// The deal where a document or payment belongs, if that is known.
    pub deal_id: Option<i64>,
}

/// What a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HitKey {
    /// A counterparty.
    Counterparty(LinkId),
    /// A company of the portal.
    Company(i64),
    /// A deal.
    Deal(i64),
    /// A document.
    Document(OneCRef),
    /// A payment.
    Payment(OneCRef),
}

impl HitKey {
    fn parse(kind: SearchKind, key: &str) -> Result<Self> {
        Ok(match kind {
            SearchKind::Counterparty => Self::Counterparty(codec::id(key)?),
            SearchKind::Company => Self::Company(codec::id(key)?),
            SearchKind::Deal => Self::Deal(codec::id(key)?),
            SearchKind::Document => Self::Document(codec::onec_ref(key)?),
            SearchKind::Payment => Self::Payment(codec::onec_ref(key)?),
        })
    }
}

/// How well a hit fits. The best sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It has this number, code or name.
    Exact,
    /// It has all these words.
    Words,
    /// It has words that begin like these.
    Beginning,
}

/// How many hits of a kind are shown.
pub const HITS_MAX: usize = 20;
/// How many words of a question count.
const QUESTION_WORDS_MAX: usize = 6;
/// The longest question, in characters.
const QUESTION_CHARS_MAX: usize = 200;
/// How many rows of the rarest word are looked through, at some microseconds each. A word that more have, beside others of
/// which the same is true, is rarely all that somebody knows; whoever asks is told that there may be more.
pub(crate) const SCAN_MAX: i64 = 10_000;

reads! {
    /// Everything that `text` may mean, by kinds; kinds without a hit are left out. An identifier (a number of a company or
    /// a deal, a GUID) is found whole, words and numbers also by their beginning.
    fn search(text: &str) -> Vec<Hits>;
}

async fn search(mut conn: Conn<'_>, text: &str) -> Result<Vec<Hits>> {
    let text: String = text.trim().chars().take(QUESTION_CHARS_MAX).collect();
    let text = words::without_kinds(&text);
    let question = Question::new(&text);
    let mut found = Vec::new();
    for kind in SearchKind::ALL {
        let mut hits = by_identifier(conn.again(), kind, &text).await?;
        let mut has_more = false;
        if let Some(question) = &question {
            let (by_words, is_cut) = by_words(conn.again(), kind, question).await?;
            has_more = by_words.len() > HITS_MAX || is_cut;
            hits.extend(by_words);
        }
        let mut seen = HashSet::new();
        hits.retain(|hit| seen.insert(hit.key));
        hits.sort_by_key(|hit| hit.rank);
        hits.truncate(HITS_MAX);
        for hit in &mut hits {
            hit.deal_id = deal_of(conn.again(), hit.key).await?;
        }
        if !hits.is_empty() {
            found.push(Hits { kind, hits, has_more });
        }
    }
    Ok(found)
}

/// The words of a question, the first of them not yet known to be the rarest.
pub(crate) struct Question {
    words: Vec<String>,
}

impl Question {
    /// `None`: the text says nothing.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut words = words::telling(text);
        let mut seen = HashSet::new();
        words.retain(|word| seen.insert(word.clone()));
        words.truncate(QUESTION_WORDS_MAX);
        (!words.is_empty()).then_some(Self { words })
    }

    /// The word that the fewest entries of the kind have, how many rows that is up to [`SCAN_MAX`] and one more, and
    /// patterns for the other words.
    pub(crate) async fn rarest(&self, mut conn: Conn<'_>, kind: SearchKind) -> Result<Rarest> {
        const COUNT: &str = "
            -- search: how many rows a word has, up to a bound
            select count(*)
              from (select 1
                      from search_word
                     where kind = $1 and word >= $2 and word < $3
                     limit $4) as met";
        let mut counts = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let (rows,): (i64,) = on_db!(conn.again(), db => {
                sqlx::query_as(COUNT)
                    .bind(kind.as_str())
                    .bind(word)
                    .bind(words::behind(word))
                    .bind(SCAN_MAX + 1)
                    .fetch_one(db)
                    .await?
            });
            counts.push((rows, word));
        }
        // Stable: of words that are equally rare the first.
        counts.sort_by_key(|(rows, _)| *rows);
        let (rows, word) = (counts[0].0, counts[0].1.clone());
        let mut patterns = vec!["%".to_owned(); QUESTION_WORDS_MAX - 1];
        for (pattern, (_, word)) in patterns.iter_mut().zip(&counts[1..]) {
            *pattern = words::like(word);
        }
        Ok(Rarest { word, rows, patterns })
    }

    fn rank(&self, title: &str, has: &[String]) -> Rank {
        let whole = |word: &String| has.contains(word);
        let is_identifier = |word: &String| word.chars().any(char::is_numeric);
        let is_exact = match self.words.as_slice() {
            [word] if is_identifier(word) => whole(word),
            words => words::telling(title) == words,
        };
        if is_exact {
            Rank::Exact
        } else if self.words.iter().all(whole) {
            Rank::Words
        } else {
            Rank::Beginning
        }
    }
}

/// What [`Question::rarest`] finds.
pub(crate) struct Rarest {
    pub(crate) word: String,
    pub(crate) rows: i64,
    /// As many as a statement has places for; what is not needed lets everything pass.
    pub(crate) patterns: Vec<String>,
}

/// What has all words, and whether the end of a long search was cut off.
async fn by_words(mut conn: Conn<'_>, kind: SearchKind, question: &Question) -> Result<(Vec<Hit>, bool)> {
    // The rows of a word come in the order of words: those that have it whole before those that begin with it.
    const SQL: &str = "
        -- search: entries by words
        select e.key, e.title, e.hint, e.words
          from (select key, word
                  from search_word
                 where kind = $1 and word >= $2 and word < $3
                 order by word, key
                 limit $4) as w
          join search_entry e on e.kind = $1 and e.key = w.key
         where e.words like $5 and e.words like $6 and e.words like $7 and e.words like $8 and e.words like $9
         limit $10";
    let rarest = question.rarest(conn.again(), kind).await?;
    if rarest.rows == 0 {
        return Ok((Vec::new(), false));
    }
    let rows: Vec<(String, String, String, String)> = on_db!(conn, db => {
        let mut query = sqlx::query_as(SQL)
            .bind(kind.as_str())
            .bind(&rarest.word)
            .bind(words::behind(&rarest.word))
            .bind(SCAN_MAX);
        for pattern in &rarest.patterns {
            query = query.bind(pattern);
        }
        // An entry comes once per word of it that fits.
        query.bind(codec::limit(3 * HITS_MAX)).fetch_all(db).await?
    });
    let mut seen = HashSet::new();
    let mut hits = Vec::new();
    for (key, title, hint, has) in rows {
        if seen.insert(key.clone()) {
            let has: Vec<String> = codec::from_json(&has)?;
            let rank = question.rank(&title, &has);
            hits.push(Hit { key: HitKey::parse(kind, &key)?, title, hint, rank, deal_id: None });
        }
    }
    Ok((hits, rarest.rows > SCAN_MAX))
}

/// What has this identifier.
async fn by_identifier(mut conn: Conn<'_>, kind: SearchKind, text: &str) -> Result<Vec<Hit>> {
    const LINK_OF_COMPANY: &str = "
        -- search: links of a company
        select id from link where company_id = $1 order by id limit $2";
    const LINK_OF_REF: &str = "
        -- search: link of an object of 1C
        select id from link where onec_ref = $1";
    const DEAL_OF_REF: &str = "
        -- search: deal of a «Запрос»
        select cast(deal_id as text) from inquiry where onec_ref = $1";
    const COMPANY: &str = "
        -- search: a company of the portal
        select title from portal_company where company_id = $1";
    let number: Option<i64> = text.trim_start_matches(['№', '#']).trim().parse().ok().filter(|id| *id > 0);
    let onec_ref = OneCRef::parse(text).map(|onec_ref| onec_ref.to_string());
    let keys: Vec<(String,)> = match (kind, number, onec_ref) {
        (SearchKind::Counterparty, Some(company), _) => on_db!(conn.again(), db => {
            sqlx::query_as(LINK_OF_COMPANY).bind(company).bind(codec::limit(HITS_MAX)).fetch_all(db).await?
        }),
        (SearchKind::Counterparty, _, Some(onec_ref)) => {
            on_db!(conn.again(), db => sqlx::query_as(LINK_OF_REF).bind(onec_ref).fetch_all(db).await?)
        }
        (SearchKind::Deal, _, Some(onec_ref)) => {
            on_db!(conn.again(), db => sqlx::query_as(DEAL_OF_REF).bind(onec_ref).fetch_all(db).await?)
        }
        (SearchKind::Document | SearchKind::Payment, _, Some(onec_ref)) => vec![(onec_ref,)],
        (SearchKind::Deal, Some(number), _) => vec![(number.to_string(),)],
        (SearchKind::Company, Some(number), _) => {
            let linked: Vec<(String,)> = on_db!(conn.again(), db => {
                sqlx::query_as(LINK_OF_COMPANY).bind(number).bind(1_i64).fetch_all(db).await?
            });
            let title: Option<(String,)> =
                on_db!(conn.again(), db => sqlx::query_as(COMPANY).bind(number).fetch_optional(db).await?);
            return Ok(match title {
                Some((title,)) if linked.is_empty() => vec![Hit {
                    key: HitKey::Company(number),
                    title,
                    hint: format!("компания № {number}"),
                    rank: Rank::Exact,
                    deal_id: None,
                }],
                _ => Vec::new(),
            });
        }
        (_, _, None) | (SearchKind::Company, None, _) => return Ok(Vec::new()),
    };
    entries(conn, kind, &keys.into_iter().map(|(key,)| key).collect::<Vec<_>>()).await
}

async fn entries(conn: Conn<'_>, kind: SearchKind, keys: &[String]) -> Result<Vec<Hit>> {
    const SQL: &str = "
        -- search: entries by keys
        select key, title, hint
          from search_entry
         where kind = $1 and key in (select value from json_each($2))
         order by key";
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, String, String)> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(kind.as_str()).bind(codec::list(keys)).fetch_all(db).await?
    });
    rows.into_iter()
        .map(|(key, title, hint)| {
            Ok(Hit { key: HitKey::parse(kind, &key)?, title, hint, rank: Rank::Exact, deal_id: None })
        })
        .collect()
}

async fn deal_of(conn: Conn<'_>, key: HitKey) -> Result<Option<i64>> {
    const DOCUMENT: &str = "
        -- search: deal of a document
        select coalesce(i.deal_id, d.told_deal)
          from document d
          left join inquiry i on i.onec_ref = d.inquiry_ref
         where d.onec_ref = $1";
    const PAYMENT: &str = "
        -- search: deal of a payment
        select coalesce(i.deal_id, p.told_deal)
          from payment p
          left join inquiry i on i.onec_ref = p.inquiry_ref
         where p.onec_ref = $1";
    let (sql, onec_ref) = match key {
        HitKey::Counterparty(_) | HitKey::Company(_) => return Ok(None),
        HitKey::Deal(deal) => return Ok(Some(deal)),
        HitKey::Document(onec_ref) => (DOCUMENT, onec_ref),
        HitKey::Payment(onec_ref) => (PAYMENT, onec_ref),
    };
    let row: Option<(Option<i64>,)> =
        on_db!(conn, db => sqlx::query_as(sql).bind(onec_ref.to_string()).fetch_optional(db).await?);
    Ok(row.and_then(|(deal,)| deal))
}

/// What something is found by.
pub(crate) struct Entry<'a> {
    pub(crate) kind: SearchKind,
    pub(crate) key: String,
    pub(crate) title: &'a str,
    pub(crate) hint: String,
    pub(crate) words: Words,
}

impl Write {
    /// Something can be found by this from now on. What is the same as before writes nothing.
    pub(crate) async fn index(&mut self, entry: Entry<'_>) -> Result<()> {
        const PUT: &str = "
            -- search: put an entry
            insert into search_entry (kind, key, title, hint, words)
            values ($1, $2, $3, $4, $5)
            on conflict (kind, key) do update
               set title = excluded.title,
                   hint = excluded.hint,
                   words = excluded.words
             where search_entry.words <> excluded.words
                or search_entry.title <> excluded.title
                or search_entry.hint <> excluded.hint";
        on_db!(self.conn(), db => {
            sqlx::query(PUT)
                .bind(entry.kind.as_str())
                .bind(&entry.key)
                .bind(entry.title)
                .bind(&entry.hint)
                .bind(entry.words.json())
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// Something cannot be found any more.
    pub(crate) async fn unindex<K: ToString>(&mut self, kind: SearchKind, keys: &[K]) -> Result<()> {
        const FORGET: &str = "
            -- search: forget entries
            delete from search_entry
             where kind = $1 and key in (select value from json_each($2))";
        on_db!(self.conn(), db => {
            sqlx::query(FORGET).bind(kind.as_str()).bind(codec::list(keys)).execute(db).await?;
        });
        Ok(())
    }
}

/// The cursor that says how far what was there before was made findable.
const FILLED: &str = "search-index";
/// Where everything is. Another number makes a database be gone through once more: words are folded otherwise now.
const COMPLETE: &str = "1 complete";
/// Records made findable in one transaction.
const FILL: usize = 500;

impl Store {
    /// Makes findable what an older version has written. Goes on where an earlier attempt ended.
    pub(crate) async fn fill_search(&self) -> Result<()> {
        while self.cursor(FILLED).await?.as_deref() != Some(COMPLETE) {
            let mut write = self.begin().await?;
            let at = write.cursor(FILLED).await?.unwrap_or_default();
            let (kind, after) = at.split_once('/').unwrap_or(("link", ""));
            let next = match kind {
                "link" => write.fill_links(after).await?.unwrap_or_else(|| "firm/0".to_owned()),
                "firm" => write.fill_companies(after).await?.unwrap_or_else(|| "deal/0".to_owned()),
                "deal" => write.fill_inquiries(after).await?.unwrap_or_else(|| "doc/".to_owned()),
                "doc" => write.fill_documents(after).await?.unwrap_or_else(|| "pay/".to_owned()),
                _ => write.fill_payments(after).await?.unwrap_or_else(|| COMPLETE.to_owned()),
            };
            write.set_cursor(FILLED, &next).await?;
            write.commit().await?;
        }
        Ok(())
    }
}

impl Write {
    async fn fill_links(&mut self, after: &str) -> Result<Option<String>> {
        let page = self.links_page(after.parse().ok(), FILL).await?;
        for link in &page {
            self.index_link(link).await?;
        }
        Ok(page.last().map(|last| format!("link/{}", last.id)))
    }

    async fn fill_companies(&mut self, after: &str) -> Result<Option<String>> {
        let page = self.portal_companies_page(after.parse().unwrap_or_default(), FILL).await?;
        for company in &page {
            self.index_company(company).await?;
        }
        Ok(page.last().map(|last| format!("firm/{}", last.company_id)))
    }

    async fn fill_inquiries(&mut self, after: &str) -> Result<Option<String>> {
        let page = self.inquiries_page(after.parse().unwrap_or_default(), FILL).await?;
        for inquiry in &page {
            self.index_inquiry(inquiry).await?;
        }
        Ok(page.last().map(|last| format!("deal/{}", last.deal_id)))
    }

    async fn fill_documents(&mut self, after: &str) -> Result<Option<String>> {
        let page = self.documents_page(after, FILL).await?;
        for document in &page {
            self.index_document(document).await?;
        }
        Ok(page.last().map(|last| format!("doc/{}", last.onec_ref)))
    }

    async fn fill_payments(&mut self, after: &str) -> Result<Option<String>> {
        let page = self.payments_page(after, FILL).await?;
        for payment in &page {
            self.index_payment(payment).await?;
        }
        Ok(page.last().map(|last| format!("pay/{}", last.onec_ref)))
    }
}
