//! Companies of the portal: whether they have a deal, and why they do not travel to 1C if they do not.

use domain::{Reason, ReasonCode, Timestamp};

use crate::dialect::Conn;
use crate::outbox::reason_code;
use crate::search::Entry;
use crate::words::Words;
use crate::{HeldKind, Result, SearchKind, Write, codec, tallies};

/// A company as it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalCompany {
    /// Its number in the portal.
    pub company_id: i64,
    /// Its name as employees see it.
    pub title: String,
    /// The employee who is responsible.
    pub responsible_id: Option<i64>,
    /// The employee who made it.
    pub created_by: Option<i64>,
    /// The employee who changed it last.
    pub modified_by: Option<i64>,
    /// Whether it has, or ever had, a deal.
    pub has_deal: bool,
    /// A digest of everything that its card shows; empty for one that was never read.
    pub fingerprint: String,
    /// Why nothing of it travels to 1C. `None`: it travels.
    pub waits: Option<Reason>,
    /// The ИНН in question.
    pub waits_inn: Option<String>,
    /// Since when it waits for this cause with this ИНН.
    pub waits_since: Option<Timestamp>,
    /// When it was read.
    pub seen_at: Timestamp,
}

reads! {
    /// Those of these companies that are known.
    fn portal_companies(ids: &[i64]) -> Vec<PortalCompany>;
    /// The next `limit` companies after `after`, by their numbers.
    fn portal_companies_page(after: i64, limit: usize) -> Vec<PortalCompany>;
    /// The next `limit` companies after `after` that wait, for one cause or for any.
    fn portal_companies_waiting(code: Option<ReasonCode>, after: i64, limit: usize) -> Vec<PortalCompany>;
    /// How many companies wait for each cause.
    fn waiting_groups() -> Vec<(ReasonCode, i64)>;
    /// Companies that wait because of one of these ИНН.
    fn companies_waiting_for_inn(inns: &[&str]) -> Vec<i64>;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_company {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- portal company: ",
            $name,
            "
            select company_id, title, responsible_id, created_by, modified_by, has_deal, fingerprint,
                   waits_code, waits_text, waits_inn, waits_since, seen_at
              from portal_company ",
            $rest
        )
    };
}

pub(crate) async fn portal_companies(conn: Conn<'_>, ids: &[i64]) -> Result<Vec<PortalCompany>> {
    const SQL: &str = select_company!(
        "by ids",
        "where company_id in (select cast(value as bigint) from json_each($1)) order by company_id"
    );
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(codec::list(ids)).fetch_all(db).await?);
    rows.into_iter().map(Row::into_company).collect()
}

async fn portal_companies_page(conn: Conn<'_>, after: i64, limit: usize) -> Result<Vec<PortalCompany>> {
    const SQL: &str = select_company!("page", "where company_id > $1 order by company_id limit $2");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_company).collect()
}

async fn portal_companies_waiting(
    conn: Conn<'_>,
    code: Option<ReasonCode>,
    after: i64,
    limit: usize,
) -> Result<Vec<PortalCompany>> {
    const ANY: &str = select_company!(
        "those that wait",
        "where waits_code is not null and company_id > $1 order by company_id limit $2"
    );
    const OF_CAUSE: &str = select_company!(
        "those that wait for a cause",
        "where waits_code = $3 and company_id > $1 order by company_id limit $2"
    );
    let limit = codec::limit(limit);
    let rows: Vec<Row> = on_db!(conn, db => match code {
        None => sqlx::query_as(ANY).bind(after).bind(limit).fetch_all(db).await?,
        Some(code) => {
            sqlx::query_as(OF_CAUSE).bind(after).bind(limit).bind(code.as_str()).fetch_all(db).await?
        }
    });
    rows.into_iter().map(Row::into_company).collect()
}

async fn waiting_groups(conn: Conn<'_>) -> Result<Vec<(ReasonCode, i64)>> {
    let tallies = tallies::read(conn).await?;
    Ok(tallies.by_cause(&[HeldKind::Company, HeldKind::CompanyWithoutDeal]))
}

async fn companies_waiting_for_inn(conn: Conn<'_>, inns: &[&str]) -> Result<Vec<i64>> {
    const SQL: &str = "
        -- portal company: who waits for an ИНН
        select company_id
          from portal_company
         where waits_inn in (select value from json_each($1))
         order by company_id";
    let rows: Vec<(i64,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(codec::list(inns)).fetch_all(db).await?);
    Ok(rows.into_iter().map(|(company,)| company).collect())
}

impl Write {
    /// Keeps what was read. A deal once known stays known; `waits_since` keeps its time as long as cause and ИНН do.
    pub async fn put_portal_companies(&mut self, companies: &[PortalCompany]) -> Result<()> {
        const PUT: &str = "
            -- portal company: put
            insert into portal_company (company_id, title, responsible_id, created_by, modified_by, has_deal,
                                        fingerprint, waits_code, waits_text, waits_inn, waits_since, seen_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (company_id) do update
               set title = excluded.title,
                   responsible_id = excluded.responsible_id,
                   created_by = excluded.created_by,
                   modified_by = excluded.modified_by,
                   has_deal = case when excluded.has_deal = 1 then 1 else portal_company.has_deal end,
                   fingerprint = excluded.fingerprint,
                   waits_since = case when portal_company.waits_code = excluded.waits_code
                                       and coalesce(portal_company.waits_inn, '') = coalesce(excluded.waits_inn, '')
                                      then portal_company.waits_since
                                      else excluded.waits_since
                                  end,
                   waits_code = excluded.waits_code,
                   waits_text = excluded.waits_text,
                   waits_inn = excluded.waits_inn,
                   seen_at = excluded.seen_at";
        for company in companies {
            let reason = company.waits.as_ref();
            on_db!(self.conn(), db => {
                sqlx::query(PUT)
                    .bind(company.company_id)
                    .bind(&company.title)
                    .bind(company.responsible_id)
                    .bind(company.created_by)
                    .bind(company.modified_by)
                    .bind(i64::from(company.has_deal))
                    .bind(&company.fingerprint)
                    .bind(reason.map(|reason| reason.code.as_str()))
                    .bind(reason.map(|reason| reason.text.as_str()))
                    .bind(&company.waits_inn)
                    .bind(reason.map(|_| codec::micros(company.waits_since.unwrap_or(company.seen_at))))
                    .bind(codec::micros(company.seen_at))
                    .execute(db)
                    .await?;
            });
            self.index_company(company).await?;
        }
        Ok(())
    }

    /// One that waits is found as a company; the database forgets it as soon as it travels.
    pub(crate) async fn index_company(&mut self, company: &PortalCompany) -> Result<()> {
        if company.waits.is_none() {
            return Ok(());
        }
        let inn = company.waits_inn.as_deref().unwrap_or_default();
        let inn_in_words = if inn.is_empty() { String::new() } else { format!(", ИНН {inn}") };
        let hint = format!("компания № {}{inn_in_words}", company.company_id);
        let words = Words::default().text(&company.title).number(inn).number(&company.company_id.to_string());
        let key = company.company_id.to_string();
        self.index(Entry { kind: SearchKind::Company, key, title: &company.title, hint, words }).await
    }

    /// These companies have a deal. One that was never read is kept with nothing but that.
    pub async fn mark_deals(&mut self, companies: &[i64], now: Timestamp) -> Result<()> {
        const MARK: &str = "
            -- portal company: it has a deal
            insert into portal_company (company_id, title, has_deal, fingerprint, seen_at)
            values ($1, '', 1, '', $2)
            on conflict (company_id) do update set has_deal = 1";
        for company in companies {
            on_db!(self.conn(), db => {
                sqlx::query(MARK).bind(company).bind(codec::micros(now)).execute(db).await?;
            });
        }
        Ok(())
    }

    /// These companies are not in the portal any more.
    pub async fn forget_portal_companies(&mut self, companies: &[i64]) -> Result<()> {
        const FORGET: &str = "
            -- portal company: forget
            delete from portal_company
             where company_id in (select cast(value as bigint) from json_each($1))";
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(codec::list(companies)).execute(db).await?; });
        Ok(())
    }
}

row! {
    Row {
        company_id: i64,
        title: String,
        responsible_id: Option<i64>,
        created_by: Option<i64>,
        modified_by: Option<i64>,
        has_deal: i64,
        fingerprint: String,
        waits_code: Option<String>,
        waits_text: Option<String>,
        waits_inn: Option<String>,
        waits_since: Option<i64>,
        seen_at: i64,
    }
}

impl Row {
    fn into_company(self) -> Result<PortalCompany> {
        let waits = match self.waits_code {
            Some(code) => Some(Reason::new(reason_code(&code)?, self.waits_text.unwrap_or_default())),
            None => None,
        };
        Ok(PortalCompany {
            company_id: self.company_id,
            title: self.title,
            responsible_id: self.responsible_id,
            created_by: self.created_by,
            modified_by: self.modified_by,
            has_deal: self.has_deal == 1,
            fingerprint: self.fingerprint,
            waits,
            waits_inn: self.waits_inn,
            waits_since: self.waits_since.map(codec::moment).transpose()?,
            seen_at: codec::moment(self.seen_at)?,
        })
    }
}
