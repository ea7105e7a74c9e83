//! Which company of the portal has which ИНН: an index of the portal, read in bulk, never the truth.

use domain::Timestamp;
use sqlx::QueryBuilder;

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// A requisite of the portal that carries an ИНН.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalRequisite {
    /// Its identifier in the portal.
    pub requisite_id: i64,
    /// The company that it belongs to.
    pub company_id: i64,
    /// ИНН, as the portal shows it.
    pub inn: String,
    /// КПП, if there is one.
    pub kpp: Option<String>,
    /// When it was read.
    pub seen_at: Timestamp,
}

/// How many rows one statement writes, or how many ИНН it names. Five parameters a row stay far below SQLite's
/// 32766 (<https://sqlite.org/limits.html>) and PostgreSQL's 65535.
const ROWS_MAX: usize = 1000;

reads! {
    /// All requisites of the portal with one of these ИНН, in no order.
    fn portal_requisites_by_inn(inns: &[&str]) -> Vec<PortalRequisite>;
    /// Those of these requisites that carry an ИНН.
    fn portal_requisites_by_ids(ids: &[i64]) -> Vec<PortalRequisite>;
    /// All requisites with an ИНН of these companies.
    fn portal_requisites_of_companies(ids: &[i64]) -> Vec<PortalRequisite>;
}

async fn portal_requisites_by_ids(conn: Conn<'_>, ids: &[i64]) -> Result<Vec<PortalRequisite>> {
    const SQL: &str = "
        -- portal index: by requisite
        select requisite_id, company_id, inn, kpp, seen_at
          from portal_requisite
         where requisite_id in (select cast(value as bigint) from json_each($1))";
    by_numbers(conn, SQL, ids).await
}

async fn portal_requisites_of_companies(conn: Conn<'_>, ids: &[i64]) -> Result<Vec<PortalRequisite>> {
    const SQL: &str = "
        -- portal index: of companies
        select requisite_id, company_id, inn, kpp, seen_at
          from portal_requisite
         where company_id in (select cast(value as bigint) from json_each($1))";
    by_numbers(conn, SQL, ids).await
}

async fn by_numbers(mut conn: Conn<'_>, sql: &'static str, ids: &[i64]) -> Result<Vec<PortalRequisite>> {
    let mut found = Vec::new();
    for ids in ids.chunks(ROWS_MAX) {
        let rows: Vec<Row> =
            on_db!(conn.again(), db => sqlx::query_as(sql).bind(codec::list(ids)).fetch_all(db).await?);
        for row in rows {
            found.push(row.into_requisite()?);
        }
    }
    Ok(found)
}

async fn portal_requisites_by_inn(mut conn: Conn<'_>, inns: &[&str]) -> Result<Vec<PortalRequisite>> {
    const SQL: &str = "
        -- portal index: by ИНН
        select requisite_id, company_id, inn, kpp, seen_at
          from portal_requisite
         where inn in (select value from json_each($1))";
    let mut found = Vec::new();
    for inns in inns.chunks(ROWS_MAX) {
        let rows: Vec<Row> =
            on_db!(conn.again(), db => sqlx::query_as(SQL).bind(codec::list(inns)).fetch_all(db).await?);
        for row in rows {
            found.push(row.into_requisite()?);
        }
    }
    Ok(found)
}

impl Write {
    /// Adds requisites to the index, or replaces what it knew of them. No requisite may come twice in one call.
    pub async fn put_portal_requisites(&mut self, requisites: &[PortalRequisite]) -> Result<()> {
        const PUT: &str = "
            -- portal index: put
            insert into portal_requisite (requisite_id, company_id, inn, kpp, seen_at) ";
        const REPLACE: &str = "
            on conflict (requisite_id) do update
               set company_id = excluded.company_id,
                   inn = excluded.inn,
                   kpp = excluded.kpp,
                   seen_at = excluded.seen_at";
        for requisites in requisites.chunks(ROWS_MAX) {
            on_db!(self.conn(), db => {
                let mut query = QueryBuilder::new(PUT);
                query.push_values(requisites, |mut row, requisite| {
                    row.push_bind(requisite.requisite_id)
                        .push_bind(requisite.company_id)
                        .push_bind(&requisite.inn)
                        .push_bind(&requisite.kpp)
                        .push_bind(codec::micros(requisite.seen_at));
                });
                query.push(REPLACE).build().execute(db).await?;
            });
        }
        Ok(())
    }

    /// Takes a company out of the index: it is gone, or about to be read again.
    pub async fn forget_company(&mut self, company_id: i64) -> Result<()> {
        const FORGET: &str = "
            -- portal index: forget a company
            delete from portal_requisite
             where company_id = $1";
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(company_id).execute(db).await?; });
        Ok(())
    }

    /// Takes requisites out of the index: they are gone, or have another ИНН.
    pub async fn forget_requisites(&mut self, ids: &[i64]) -> Result<()> {
        const FORGET: &str = "
            -- portal index: forget requisites
            delete from portal_requisite
             where requisite_id in (select cast(value as bigint) from json_each($1))";
        for ids in ids.chunks(ROWS_MAX) {
            on_db!(self.conn(), db => { sqlx::query(FORGET).bind(codec::list(ids)).execute(db).await?; });
        }
        Ok(())
    }

    /// Empties the index before the portal is read anew.
    pub async fn clear_portal_index(&mut self) -> Result<()> {
        const CLEAR: &str = "
            -- portal index: clear
            delete from portal_requisite";
        on_db!(self.conn(), db => { sqlx::query(CLEAR).execute(db).await?; });
        Ok(())
    }
}

row! {
    Row {
        requisite_id: i64,
        company_id: i64,
        inn: String,
        kpp: Option<String>,
        seen_at: i64,
    }
}

impl Row {
    fn into_requisite(self) -> Result<PortalRequisite> {
        Ok(PortalRequisite {
            requisite_id: self.requisite_id,
            company_id: self.company_id,
            inn: self.inn,
            kpp: self.kpp,
            seen_at: codec::moment(self.seen_at)?,
        })
    }
}
