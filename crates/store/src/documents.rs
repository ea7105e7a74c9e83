//! Documents of 1C: what it told of them, and which file of the portal is theirs.

use domain::{Amount, Date, DocumentKind, OneCRef, Reason, ReasonCode, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dialect::{Conn, Dialects};
use crate::search::Entry;
use crate::words::Words;
use crate::{Digest, Result, SearchKind, StoreError, Write, codec, tallies};

/// A document with its place in the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// The GUID in 1C.
    pub onec_ref: OneCRef,
    /// What it is.
    pub kind: DocumentKind,
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
    /// Сумма.
    pub amount: Option<Amount>,
    /// Three letters or empty.
    pub currency: String,
    /// The name of the file, with `.pdf`.
    pub file_name: String,
    /// Its newest content and how long that is; `None`: it did not come yet.
    pub content: Option<(Digest, u64)>,
    /// Marked for deletion.
    pub is_deleted: bool,
    /// When 1C changed it, where it said so.
    pub changed_at: Option<Timestamp>,
    /// When Parom heard of it last.
    pub seen_at: Timestamp,
    /// Its file in the portal. Written by [`Write::place_document`] alone.
    pub placed: Option<Placed>,
}

impl DocumentRow {
    /// «Счёт СЧ-0042».
    pub fn title(&self) -> String {
        format!("{} {}", self.kind.title(), self.number).trim_end().to_owned()
    }

    /// Why it cannot be shown in a deal yet.
    pub fn waits(&self) -> Option<Reason> {
        let code = match (self.is_deleted, &self.content, self.deal_id) {
            (true, ..) => return None,
            (_, None, _) => ReasonCode::NoContent,
            (_, _, None) => ReasonCode::NoInquiry,
            _ => return None,
        };
        Some(waits_for(&self.title(), code))
    }
}

/// What a document waits for, in words.
pub(crate) fn waits_for(title: &str, code: ReasonCode) -> Reason {
    let text = if code == ReasonCode::NoContent {
        format!(
            "{title}: 1С передала запись без файла. Файл придёт со следующим обменом; если нет — проверьте печатную форму."
        )
    } else {
        format!(
            "{title}: Парому не известен запрос этого документа. Он попадёт в сделку, как только 1С передаст запрос."
        )
    };
    Reason::new(code, text)
}

/// A file of the portal that is a document of 1C.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The deal that has it.
    pub deal: i64,
    /// The field in which it is.
    pub kind: DocumentKind,
    /// Its number in the portal.
    pub file_id: i64,
    /// SHA-256 of the content that was written, in hex.
    pub digest: String,
    /// The name under which it was written.
    pub file_name: String,
}

reads! {
    /// The document with this GUID.
    fn document(onec_ref: OneCRef) -> Option<DocumentRow>;
    /// The documents that belong to a deal, and those whose file it has, in the order of their numbers.
    fn documents_of_deal(deal: i64) -> Vec<DocumentRow>;
    /// The next `limit` documents after `after`, by their GUIDs.
    fn documents_page(after: &str, limit: usize) -> Vec<DocumentRow>;
    /// The next `limit` documents that cannot be shown: without content, or without a deal.
    fn documents_waiting(after: &str, limit: usize) -> Vec<DocumentRow>;
    /// How many documents are shown, and how many wait for their content or their inquiry.
    fn document_figures() -> DocumentFigures;
}

/// Documents by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DocumentFigures {
    /// The portal has their file.
    pub placed: i64,
    /// They wait for their content.
    pub without_content: i64,
    /// Their content is here, and they wait for their inquiry.
    pub without_inquiry: i64,
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_document {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- document: ",
            $name,
            "
            select d.onec_ref, d.kind, d.inquiry_ref, d.told_deal, coalesce(i.deal_id, d.told_deal) as deal_id,
                   d.number, d.dated, d.amount, d.currency, d.file_name, d.digest, d.length, d.is_deleted, d.changed_at,
                   d.seen_at, d.placed
              from document d
              left join inquiry i on i.onec_ref = d.inquiry_ref ",
            $rest
        )
    };
}

async fn document(conn: Conn<'_>, onec_ref: OneCRef) -> Result<Option<DocumentRow>> {
    const SQL: &str = select_document!("by ref", "where d.onec_ref = $1");
    let row: Option<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(onec_ref.to_string()).fetch_optional(db).await?
    });
    row.map(Row::into_document).transpose()
}

pub(crate) async fn documents_of_deal(conn: Conn<'_>, deal: i64) -> Result<Vec<DocumentRow>> {
    // Three indexes, one statement: each part finds its rows by one of them.
    const SQL: &str = select_document!(
        "of a deal",
        "where d.onec_ref in (select onec_ref from document where placed_deal = $1
                               union
                              select onec_ref from document where told_deal = $1
                               union
                              select p.onec_ref
                                from document p
                                join inquiry q on q.onec_ref = p.inquiry_ref
                               where q.deal_id = $1)
         order by d.kind, d.number, d.onec_ref"
    );
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(deal).fetch_all(db).await?);
    rows.into_iter().map(Row::into_document).collect()
}

async fn documents_waiting(conn: Conn<'_>, after: &str, limit: usize) -> Result<Vec<DocumentRow>> {
    const SQL: &str = select_document!(
        "those that wait",
        "where d.onec_ref > $1
           and d.is_deleted = 0
           and (d.digest is null or coalesce(i.deal_id, d.told_deal) is null)
         order by d.onec_ref
         limit $2"
    );
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_document).collect()
}

async fn document_figures(conn: Conn<'_>) -> Result<DocumentFigures> {
    Ok(tallies::read(conn).await?.documents)
}

/// The documents with these GUIDs, in no order.
pub(crate) async fn documents_by_refs(conn: Conn<'_>, refs: &[String]) -> Result<Vec<DocumentRow>> {
    const SQL: &str = select_document!("by refs", "where d.onec_ref in (select value from json_each($1))");
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(codec::list(refs)).fetch_all(db).await?);
    rows.into_iter().map(Row::into_document).collect()
}

async fn documents_page(conn: Conn<'_>, after: &str, limit: usize) -> Result<Vec<DocumentRow>> {
    const SQL: &str = select_document!("a page", "where d.onec_ref > $1 order by d.onec_ref limit $2");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_document).collect()
}

impl Write {
    /// Saves what 1C told of a document, new or not. Its place in the portal stays.
    pub async fn put_document(&mut self, document: &DocumentRow) -> Result<()> {
        const PUT: &str = "
            -- document: put
            insert into document (onec_ref, kind, inquiry_ref, told_deal, number, dated, amount, currency, file_name,
                                  digest, length, is_deleted, changed_at, seen_at, waits, waits_since)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, waits,
                   case when waits is not null then $14 end
              from (select case when $12 = 1 then null
                                when $10 is null then 'no-content'
                                when $4 is null and not exists (select 1 from inquiry where onec_ref = $3)
                                then 'no-inquiry'
                            end as waits) as known
             where true
            on conflict (onec_ref) do update
               set kind = excluded.kind,
                   inquiry_ref = excluded.inquiry_ref,
                   told_deal = excluded.told_deal,
                   number = excluded.number,
                   dated = excluded.dated,
                   amount = excluded.amount,
                   currency = excluded.currency,
                   file_name = excluded.file_name,
                   digest = excluded.digest,
                   length = excluded.length,
                   is_deleted = excluded.is_deleted,
                   changed_at = excluded.changed_at,
                   waits_since = case when document.waits = excluded.waits
                                      then document.waits_since
                                      else excluded.waits_since
                                  end,
                   waits = excluded.waits,
                   seen_at = excluded.seen_at";
        let (digest, length) = match document.content {
            Some((digest, length)) => (Some(digest.to_string()), i64::try_from(length).ok()),
            None => (None, None),
        };
        on_db!(self.conn(), db => {
            sqlx::query(PUT)
                .bind(document.onec_ref.to_string())
                .bind(document.kind.as_str())
                .bind(document.inquiry_ref.map(|inquiry| inquiry.to_string()))
                .bind(document.told_deal)
                .bind(&document.number)
                .bind(document.date.map(|date| date.to_string()))
                .bind(document.amount.map(|amount| amount.to_string()))
                .bind(&document.currency)
                .bind(&document.file_name)
                .bind(digest)
                .bind(length)
                .bind(i64::from(document.is_deleted))
                .bind(document.changed_at.map(codec::micros))
                .bind(codec::micros(document.seen_at))
                .execute(db)
                .await?;
        });
        self.index_document(document).await
    }

    pub(crate) async fn index_document(&mut self, document: &DocumentRow) -> Result<()> {
        let title = document.title();
        let hint = match (document.date, document.amount) {
            (Some(date), Some(amount)) => format!("от {}, {amount}", date.strftime("%d.%m.%Y")),
            (Some(date), None) => format!("от {}", date.strftime("%d.%m.%Y")),
            (None, Some(amount)) => amount.to_string(),
            (None, None) => String::new(),
        };
        let words = Words::default().number(&document.number);
        let key = document.onec_ref.to_string();
        self.index(Entry { kind: SearchKind::Document, key, title: &title, hint, words }).await
    }

    /// A file of the portal is this document now, or none is.
    pub async fn place_document(&mut self, onec_ref: OneCRef, placed: Option<&Placed>) -> Result<()> {
        const PLACE: &str = "
            -- document: place
            update document
               set placed_deal = $2,
                   placed = $3
             where onec_ref = $1";
        on_db!(self.conn(), db => {
            sqlx::query(PLACE)
                .bind(onec_ref.to_string())
                .bind(placed.map(|placed| placed.deal))
                .bind(placed.map(codec::json))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// Removes up to `limit` contents that no document has any more, that nobody has uploaded, and that were not written by a transaction still
    /// open: old versions that were replaced in the portal. Returns how many.
    pub async fn prune_blobs(&mut self, limit: usize) -> Result<u64> {
        const UNUSED: Dialects = locking!(
            "
            -- document: contents of nobody
            select digest
              from blob
             where not exists (select 1 from document where document.digest = blob.digest)
               and not exists (select 1 from blob_arriving where blob_arriving.name = blob.digest)
               and not exists (select 1 from cursor where cursor.name = 'upload/' || blob.digest)
             order by digest
             limit $1",
            " for update"
        );
        const CHUNKS: &str = "
            -- document: drop the pieces of a content
            delete from blob_chunk
             where digest = $1";
        const BLOB: &str = "
            -- document: drop a content
            delete from blob
             where digest = $1";
        let mut conn = self.conn();
        let sql = conn.pick(&UNUSED);
        let unused: Vec<(String,)> =
            on_db!(conn.again(), db => sqlx::query_as(sql).bind(codec::limit(limit)).fetch_all(db).await?);
        for (digest,) in &unused {
            on_db!(self.conn(), db => {
                sqlx::query(CHUNKS).bind(digest).execute(&mut *db).await?;
                sqlx::query(BLOB).bind(digest).execute(db).await?;
            });
        }
        Ok(unused.len() as u64)
    }
}

row! {
    Row {
        onec_ref: String,
        kind: String,
        inquiry_ref: Option<String>,
        told_deal: Option<i64>,
        deal_id: Option<i64>,
        number: String,
        dated: Option<String>,
        amount: Option<String>,
        currency: String,
        file_name: String,
        digest: Option<String>,
        length: Option<i64>,
        is_deleted: i64,
        changed_at: Option<i64>,
        seen_at: i64,
        placed: Option<String>,
    }
}

impl Row {
    fn into_document(self) -> Result<DocumentRow> {
        let corrupt = |what: &str| StoreError::corrupt(format!("{what} документа {}", self.onec_ref));
        let content = match (self.digest.as_deref(), self.length) {
            (Some(digest), Some(length)) => Some((
                Digest::parse(digest).ok_or_else(|| corrupt("контрольная сумма"))?,
                u64::try_from(length).map_err(|_| corrupt("длина"))?,
            )),
            _ => None,
        };
        Ok(DocumentRow {
            onec_ref: codec::onec_ref(&self.onec_ref)?,
            kind: DocumentKind::parse(&self.kind).ok_or_else(|| corrupt("вид"))?,
            inquiry_ref: self.inquiry_ref.as_deref().map(codec::onec_ref).transpose()?,
            told_deal: self.told_deal,
            deal_id: self.deal_id,
            date: self.dated.as_deref().map(codec::date).transpose()?,
            amount: self.amount.as_deref().map(codec::amount).transpose()?,
            number: self.number,
            currency: self.currency,
            file_name: self.file_name,
            content,
            is_deleted: self.is_deleted != 0,
            changed_at: self.changed_at.map(codec::moment).transpose()?,
            seen_at: codec::moment(self.seen_at)?,
            placed: self.placed.as_deref().map(codec::from_json).transpose()?,
        })
    }
}
