//! Links: one thing with its identifiers on both shores.

use std::collections::HashMap;

use domain::{Link, LinkId, OneCRef, Remark};

use crate::dialect::Conn;
use crate::search::Entry;
use crate::words::Words;
use crate::{Result, SearchKind, Write, codec, summary};

/// A link with something to say to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Which one.
    pub link: LinkId,
    /// The name that people know it by.
    pub title: String,
    /// What stayed behind, and what to do.
    pub remarks: Vec<Remark>,
}

reads! {
    /// The link itself.
    fn link(id: LinkId) -> Option<Link>;
    /// The link of an object of 1C.
    fn link_by_ref(onec_ref: OneCRef) -> Option<Link>;
    /// The link of one requisite of a company: a company with several requisites is several counterparties.
    fn link_by_company_requisite(company_id: i64, requisite_id: i64) -> Option<Link>;
    /// All links of a company, the oldest first.
    fn links_by_company(company_id: i64) -> Vec<Link>;
    /// Those of `ids` that exist, in no order. Any number: they are asked for in pieces.
    fn links_by_ids(ids: &[LinkId]) -> Vec<Link>;
    /// The links of these companies.
    fn links_by_companies(companies: &[i64]) -> Vec<Link>;
    /// The links of these requisites.
    fn links_by_requisites(requisites: &[i64]) -> Vec<Link>;
    /// Those that 1C has shown among `refs`, in no order. Any number: they are asked for in pieces.
    fn links_by_refs(refs: &[OneCRef]) -> Vec<Link>;
    /// The next `limit` links after `after`, the oldest first.
    fn links_page(after: Option<LinkId>, limit: usize) -> Vec<Link>;
    /// The next `limit` links after `after` that have remarks. Costs what it returns, however many links exist.
    fn links_with_remarks(after: Option<LinkId>, limit: usize) -> Vec<Noted>;
    /// Fingerprints of the bodies that 1C showed last.
    fn fingerprints(refs: &[OneCRef]) -> HashMap<OneCRef, String>;
}

/// How many identifiers one statement names.
const LIST_MAX: usize = 1000;

/// The columns of a link, in every statement the same.
macro_rules! select_link {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- link: ",
            $name,
            "
            select id, onec_ref, onec_code, company_id, requisite_id, onec, bitrix, base, remarks, word
              from link ",
            $rest
        )
    };
}

pub(crate) async fn link(conn: Conn<'_>, id: LinkId) -> Result<Option<Link>> {
    const SQL: &str = select_link!("by id", "where id = $1");
    let row = on_db!(conn, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await?);
    row.map(LinkRow::into_link).transpose()
}

async fn link_by_ref(conn: Conn<'_>, onec_ref: OneCRef) -> Result<Option<Link>> {
    const SQL: &str = select_link!("by object of 1C", "where onec_ref = $1");
    let row = on_db!(conn, db => sqlx::query_as(SQL).bind(onec_ref.to_string()).fetch_optional(db).await?);
    row.map(LinkRow::into_link).transpose()
}

async fn link_by_company_requisite(
    conn: Conn<'_>,
    company_id: i64,
    requisite_id: i64,
) -> Result<Option<Link>> {
    const SQL: &str = select_link!("by company and requisite", "where company_id = $1 and requisite_id = $2");
    let row = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(company_id).bind(requisite_id).fetch_optional(db).await?
    });
    row.map(LinkRow::into_link).transpose()
}

async fn links_by_company(conn: Conn<'_>, company_id: i64) -> Result<Vec<Link>> {
    const SQL: &str = select_link!("by company", "where company_id = $1 order by id");
    let rows: Vec<LinkRow> = on_db!(conn, db => sqlx::query_as(SQL).bind(company_id).fetch_all(db).await?);
    rows.into_iter().map(LinkRow::into_link).collect()
}

async fn links_by_companies(conn: Conn<'_>, companies: &[i64]) -> Result<Vec<Link>> {
    const SQL: &str = select_link!(
        "by companies",
        "where company_id in (select cast(value as bigint) from json_each($1)) order by id"
    );
    by_numbers(conn, SQL, companies).await
}

async fn links_by_requisites(conn: Conn<'_>, requisites: &[i64]) -> Result<Vec<Link>> {
    const SQL: &str = select_link!(
        "by requisites",
        "where requisite_id in (select cast(value as bigint) from json_each($1)) order by id"
    );
    by_numbers(conn, SQL, requisites).await
}

async fn by_numbers(mut conn: Conn<'_>, sql: &'static str, numbers: &[i64]) -> Result<Vec<Link>> {
    let mut links = Vec::with_capacity(numbers.len());
    for numbers in numbers.chunks(LIST_MAX) {
        let rows: Vec<LinkRow> =
            on_db!(conn.again(), db => sqlx::query_as(sql).bind(codec::list(numbers)).fetch_all(db).await?);
        for row in rows {
            links.push(row.into_link()?);
        }
    }
    Ok(links)
}

async fn links_by_ids(mut conn: Conn<'_>, ids: &[LinkId]) -> Result<Vec<Link>> {
    const SQL: &str = select_link!("by ids", "where id in (select value from json_each($1))");
    let mut links = Vec::with_capacity(ids.len());
    for ids in ids.chunks(LIST_MAX) {
        let rows: Vec<LinkRow> =
            on_db!(conn.again(), db => sqlx::query_as(SQL).bind(codec::list(ids)).fetch_all(db).await?);
        for row in rows {
            links.push(row.into_link()?);
        }
    }
    Ok(links)
}

async fn links_by_refs(mut conn: Conn<'_>, refs: &[OneCRef]) -> Result<Vec<Link>> {
    const SQL: &str = select_link!("by objects of 1C", "where onec_ref in (select value from json_each($1))");
    let mut links = Vec::with_capacity(refs.len());
    for refs in refs.chunks(LIST_MAX) {
        let rows: Vec<LinkRow> =
            on_db!(conn.again(), db => sqlx::query_as(SQL).bind(codec::list(refs)).fetch_all(db).await?);
        for row in rows {
            links.push(row.into_link()?);
        }
    }
    Ok(links)
}

async fn links_page(conn: Conn<'_>, after: Option<LinkId>, limit: usize) -> Result<Vec<Link>> {
    const SQL: &str = select_link!("page", "where id > $1 order by id limit $2");
    let rows: Vec<LinkRow> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(codec::after(after)).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(LinkRow::into_link).collect()
}

async fn links_with_remarks(conn: Conn<'_>, after: Option<LinkId>, limit: usize) -> Result<Vec<Noted>> {
    const SQL: &str = "
        -- link: with remarks
        select id, title, remarks
          from link
         where remark_count > 0 and id > $1
         order by id
         limit $2";
    let rows: Vec<(String, String, String)> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(codec::after(after)).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter()
        .map(|(id, title, remarks)| {
            Ok(Noted { link: codec::id(&id)?, title, remarks: codec::from_json(&remarks)? })
        })
        .collect()
}

async fn fingerprints(mut conn: Conn<'_>, refs: &[OneCRef]) -> Result<HashMap<OneCRef, String>> {
    const SQL: &str = "
        -- link: fingerprints
        select onec_ref, onec_print
          from link
         where onec_ref in (select value from json_each($1)) and onec_print is not null";
    let mut prints = HashMap::with_capacity(refs.len());
    for refs in refs.chunks(LIST_MAX) {
        let rows: Vec<(String, String)> =
            on_db!(conn.again(), db => sqlx::query_as(SQL).bind(codec::list(refs)).fetch_all(db).await?);
        for (onec_ref, print) in rows {
            prints.insert(codec::onec_ref(&onec_ref)?, print);
        }
    }
    Ok(prints)
}

impl Write {
    /// Saves a link, new or known. Its key and its fingerprint are not touched. Fails with
    /// [`StoreError::Taken`](crate::StoreError::Taken) if another link has the object of 1C or the requisite.
    pub async fn save_link(&mut self, link: &Link) -> Result<()> {
        // `was_linked` keeps what the row was before, so that the totals need no question of their own.
        const SAVE: &str = "
            -- link: save
            insert into link (id, title, onec_ref, onec_code, company_id, requisite_id,
                              onec, bitrix, base, remarks, remark_count, word)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (id) do update
               set title = excluded.title,
                   onec_ref = excluded.onec_ref,
                   onec_code = excluded.onec_code,
                   company_id = excluded.company_id,
                   requisite_id = excluded.requisite_id,
                   onec = excluded.onec,
                   bitrix = excluded.bitrix,
                   base = excluded.base,
                   remarks = excluded.remarks,
                   remark_count = excluded.remark_count,
                   word = excluded.word,
                   was_linked = case when link.onec_ref is not null and link.company_id is not null
                                     then 1
                                     else 0
                                 end
            returning was_linked";
        let (was_linked,): (Option<i64>,) = on_db!(self.conn(), db => {
            sqlx::query_as(SAVE)
                .bind(link.id.to_string())
                .bind(title(link))
                .bind(link.onec_ref.map(|onec_ref| onec_ref.to_string()))
                .bind(&link.onec_code)
                .bind(link.company_id)
                .bind(link.requisite_id)
                .bind(link.onec.as_ref().map(codec::json))
                .bind(link.bitrix.as_ref().map(codec::json))
                .bind(codec::json(&link.base))
                .bind(codec::json(&link.remarks))
                .bind(codec::limit(link.remarks.len()))
                .bind(Some(&link.word).filter(|word| !word.is_silent()).map(codec::json))
                .fetch_one(db)
                .await?
        });
        let is_linked = link.onec_ref.is_some() && link.company_id.is_some();
        if let (Some(company), true) = (link.company_id, is_linked) {
            self.wake_inquiries(company).await?;
        }
        self.tally(summary::LINKS, i64::from(was_linked.is_none()));
        self.tally(summary::LINKED, i64::from(is_linked) - was_linked.unwrap_or_default());
        self.index_link(link).await
    }

    pub(crate) async fn index_link(&mut self, link: &Link) -> Result<()> {
        let shown = || [&link.onec, &link.bitrix].into_iter().flatten().map(|shown| &shown.snapshot);
        let inns: Vec<&str> = shown().filter_map(|snapshot| snapshot.inn.as_deref()).collect();
        let code = link.onec_code.as_deref().unwrap_or_default();
        let mut words = Words::default().number(code);
        for snapshot in shown() {
            for name in [&snapshot.name, &snapshot.full_name].into_iter().flatten() {
                words = words.text(name);
            }
        }
        for inn in &inns {
            words = words.number(inn);
        }
        let inn = inns.iter().find(|inn| !inn.trim().is_empty());
        let hint = [
            inn.map(|inn| format!("ИНН {inn}")),
            Some(code).filter(|code| !code.is_empty()).map(|code| format!("код {code}")),
        ];
        let hint = hint.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let key = link.id.to_string();
        self.index(Entry { kind: SearchKind::Counterparty, key, title: title(link), hint, words }).await
    }

    /// Remembers the body that 1C showed last; the link must have been saved.
    pub async fn set_fingerprint(&mut self, link: LinkId, print: &str) -> Result<()> {
        const SET: &str = "
            -- link: set the fingerprint
            update link
               set onec_print = $2
             where id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SET).bind(link.to_string()).bind(print).execute(db).await?;
        });
        Ok(())
    }
}

/// The name that people know a link by: what 1C calls it, else what Bitrix24 does.
fn title(link: &Link) -> &str {
    link.onec.as_ref().or(link.bitrix.as_ref()).map_or("", |shown| shown.snapshot.title())
}

row! {
    LinkRow {
        id: String,
        onec_ref: Option<String>,
        onec_code: Option<String>,
        company_id: Option<i64>,
        requisite_id: Option<i64>,
        onec: Option<String>,
        bitrix: Option<String>,
        base: String,
        remarks: String,
        word: Option<String>,
    }
}

impl LinkRow {
    fn into_link(self) -> Result<Link> {
        Ok(Link {
            id: codec::id(&self.id)?,
            onec_ref: self.onec_ref.as_deref().map(codec::onec_ref).transpose()?,
            onec_code: self.onec_code,
            company_id: self.company_id,
            requisite_id: self.requisite_id,
            onec: self.onec.as_deref().map(codec::from_json).transpose()?,
            bitrix: self.bitrix.as_deref().map(codec::from_json).transpose()?,
            base: codec::from_json(&self.base)?,
            remarks: codec::from_json(&self.remarks)?,
            word: self.word.as_deref().map(codec::from_json).transpose()?.unwrap_or_default(),
        })
    }
}
