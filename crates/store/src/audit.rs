//! Who did what in the console: written before it is done, completed afterwards, never changed again.

use domain::{AuditId, Timestamp, UserId};

use crate::dialect::Conn;
use crate::{Result, StoreError, Write, codec};

/// One action of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Sorts by time.
    pub id: AuditId,
    /// When it began.
    pub at: Timestamp,
    /// Who; `None`: nobody was signed in.
    pub person: Option<UserId>,
    /// The login as it was then, or as it was typed.
    pub login: String,
    /// From where.
    pub address: String,
    /// What, by its word.
    pub act: String,
    /// On what.
    pub subject: String,
    /// How it ended.
    pub result: AuditResult,
    /// What came of it, in words.
    pub detail: String,
}

/// How an action ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditResult {
    /// It is under way, or its process died.
    Begun,
    /// Done.
    Done,
    /// It was not allowed, or what was asked for made no sense.
    Refused,
    /// Tried and not achieved.
    Failed,
}

impl AuditResult {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Begun, Self::Done, Self::Refused, Self::Failed];

    /// Its word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this login only.
    pub login: Option<String>,
    /// Of this act only.
    pub act: Option<String>,
}

reads! {
    /// The newest `limit` entries older than `before` that pass the filter.
    fn audit_entries(filter: &AuditFilter, before: Option<AuditId>, limit: usize) -> Vec<AuditEntry>;
}

/// The columns of [`Row`]; each combination of conditions has its index.
macro_rules! select_audit {
    ($name:literal, $condition:literal) => {
        concat!(
            "-- audit: ",
            $name,
            "
            select id, at, person_id, login, address, act, subject, result, detail
              from audit
             where id < $1",
            $condition,
            "
             order by id desc
             limit $2"
        )
    };
}

async fn audit_entries(
    conn: Conn<'_>,
    filter: &AuditFilter,
    before: Option<AuditId>,
    limit: usize,
) -> Result<Vec<AuditEntry>> {
    const ALL: &str = select_audit!("page", "");
    const OF_LOGIN: &str = select_audit!("page of a login", " and login = $3");
    const OF_ACT: &str = select_audit!("page of a act", " and act = $3");
    const OF_BOTH: &str = select_audit!("page of a login and a act", " and login = $3 and act = $4");
    /// Sorts after every identifier.
    const END: &str = "~";
    let before = before.map_or_else(|| END.to_owned(), |id| id.to_string());
    let limit = codec::limit(limit);
    let rows: Vec<Row> = on_db!(conn, db => match (&filter.login, &filter.act) {
        (None, None) => sqlx::query_as(ALL).bind(before).bind(limit).fetch_all(db).await?,
        (Some(login), None) => {
            sqlx::query_as(OF_LOGIN).bind(before).bind(limit).bind(login).fetch_all(db).await?
        }
        (None, Some(act)) => {
            sqlx::query_as(OF_ACT).bind(before).bind(limit).bind(act).fetch_all(db).await?
        }
        (Some(login), Some(act)) => {
            sqlx::query_as(OF_BOTH).bind(before).bind(limit).bind(login).bind(act).fetch_all(db).await?
        }
    });
    rows.into_iter().map(Row::into_entry).collect()
}

impl Write {
    /// Writes an entry.
    pub async fn begin_audit(&mut self, entry: &AuditEntry) -> Result<()> {
        const BEGIN: &str = "
            -- audit: begin
            insert into audit (id, at, person_id, login, address, act, subject, result, detail)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        on_db!(self.conn(), db => {
            sqlx::query(BEGIN)
                .bind(entry.id.to_string())
                .bind(codec::micros(entry.at))
                .bind(entry.person.map(|id| id.to_string()))
                .bind(&entry.login)
                .bind(&entry.address)
                .bind(&entry.act)
                .bind(&entry.subject)
                .bind(entry.result.as_str())
                .bind(&entry.detail)
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// Tells how an action that had begun ended. One that has ended already stays as it is.
    pub async fn end_audit(&mut self, id: AuditId, result: AuditResult, detail: &str) -> Result<()> {
        const END: &str = "
            -- audit: end
            update audit
               set result = $2, detail = $3
             where id = $1 and result = 'begun'";
        on_db!(self.conn(), db => {
            sqlx::query(END).bind(id.to_string()).bind(result.as_str()).bind(detail).execute(db).await?;
        });
        Ok(())
    }

    /// Forgets up to `limit` entries from before `before`; returns how many. Repeat until it returns less.
    pub async fn prune_audit(&mut self, before: Timestamp, limit: usize) -> Result<u64> {
        // By number, which grows with the time: the oldest are at the beginning, and nothing behind them is looked at.
        const PRUNE: &str = "
            -- audit: prune
            delete from audit
             where at < $1
               and id in (select id
                            from audit
                           order by id
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
        id: String,
        at: i64,
        person_id: Option<String>,
        login: String,
        address: String,
        act: String,
        subject: String,
        result: String,
        detail: String,
    }
}

impl Row {
    fn into_entry(self) -> Result<AuditEntry> {
        let result = AuditResult::ALL
            .into_iter()
            .find(|result| result.as_str() == self.result)
            .ok_or_else(|| StoreError::corrupt(format!("`{}` не исход действия", self.result)))?;
        Ok(AuditEntry {
            id: codec::id(&self.id)?,
            at: codec::moment(self.at)?,
            person: self.person_id.as_deref().map(codec::id).transpose()?,
            login: self.login,
            address: self.address,
            act: self.act,
            subject: self.subject,
            result,
            detail: self.detail,
        })
    }
}
