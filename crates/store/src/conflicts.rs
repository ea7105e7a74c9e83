//! Fields that both sides changed and whose rule leaves the choice to a person.

use domain::{Field, LinkId, Timestamp};

use crate::dialect::Conn;
use crate::{Result, StoreError, Write, codec};

/// One field with everything that a person needs to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Of which counterparty.
    pub link: LinkId,
    /// Which field.
    pub field: Field,
    /// What both sides agreed on last, in words.
    pub base: Option<String>,
    /// What 1C shows.
    pub onec: Option<String>,
    /// What Bitrix24 shows.
    pub bitrix: Option<String>,
    /// When 1C changed the record.
    pub onec_changed_at: Option<Timestamp>,
    /// When Bitrix24 changed the card.
    pub bitrix_changed_at: Option<Timestamp>,
    /// The employee who changed the card last.
    pub bitrix_changed_by: Option<i64>,
    /// Since when a person is waited for.
    pub since: Timestamp,
}

reads! {
    /// The conflicts of a counterparty.
    fn conflicts_of(link: LinkId) -> Vec<Conflict>;
    /// The next `limit` conflicts of counterparties after `after`.
    fn conflicts(after: Option<LinkId>, limit: usize) -> Vec<Conflict>;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_conflict {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- conflict: ",
            $name,
            "
            select link_id, field, base, onec, bitrix, onec_changed_at, bitrix_changed_at, bitrix_changed_by, since
              from conflict ",
            $rest
        )
    };
}

pub(crate) async fn conflicts_of(conn: Conn<'_>, link: LinkId) -> Result<Vec<Conflict>> {
    const SQL: &str = select_conflict!("of a link", "where link_id = $1 order by field");
    let rows: Vec<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(link.to_string()).fetch_all(db).await?);
    rows.into_iter().map(Row::into_conflict).collect()
}

async fn conflicts(conn: Conn<'_>, after: Option<LinkId>, limit: usize) -> Result<Vec<Conflict>> {
    const SQL: &str = select_conflict!("page", "where link_id > $1 order by link_id, field limit $2");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(codec::after(after)).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_conflict).collect()
}

impl Write {
    /// These are all the conflicts of the link now. One whose values are the same as before keeps its time.
    pub async fn set_conflicts(&mut self, link: LinkId, conflicts: &[Conflict]) -> Result<()> {
        const FORGET: &str = "
            -- conflict: forget those of a link
            delete from conflict
             where link_id = $1";
        const PUT: &str = "
            -- conflict: put
            insert into conflict (link_id, field, base, onec, bitrix, onec_changed_at, bitrix_changed_at,
                                  bitrix_changed_by, since)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let before = self.conflicts_of(link).await?;
        if before.is_empty() && conflicts.is_empty() {
            return Ok(());
        }
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(link.to_string()).execute(db).await?; });
        for conflict in conflicts {
            let same = before.iter().find(|before| {
                (before.field, &before.onec, &before.bitrix)
                    == (conflict.field, &conflict.onec, &conflict.bitrix)
            });
            let since = same.map_or(conflict.since, |same| same.since);
            on_db!(self.conn(), db => {
                sqlx::query(PUT)
                    .bind(link.to_string())
                    .bind(conflict.field.as_str())
                    .bind(&conflict.base)
                    .bind(&conflict.onec)
                    .bind(&conflict.bitrix)
                    .bind(conflict.onec_changed_at.map(codec::micros))
                    .bind(conflict.bitrix_changed_at.map(codec::micros))
                    .bind(conflict.bitrix_changed_by)
                    .bind(codec::micros(since))
                    .execute(db)
                    .await?;
            });
        }
        Ok(())
    }
}

row! {
    Row {
        link_id: String,
        field: String,
        base: Option<String>,
        onec: Option<String>,
        bitrix: Option<String>,
        onec_changed_at: Option<i64>,
        bitrix_changed_at: Option<i64>,
        bitrix_changed_by: Option<i64>,
        since: i64,
    }
}

impl Row {
    fn into_conflict(self) -> Result<Conflict> {
        let field = Field::ALL
            .into_iter()
            .find(|field| field.as_str() == self.field)
            .ok_or_else(|| StoreError::corrupt(format!("`{}` не поле контрагента", self.field)))?;
        Ok(Conflict {
            link: codec::id(&self.link_id)?,
            field,
            base: self.base,
            onec: self.onec,
            bitrix: self.bitrix,
            onec_changed_at: self.onec_changed_at.map(codec::moment).transpose()?,
            bitrix_changed_at: self.bitrix_changed_at.map(codec::moment).transpose()?,
            bitrix_changed_by: self.bitrix_changed_by,
            since: codec::moment(self.since)?,
        })
    }
}
