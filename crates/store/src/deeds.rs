//! What people did to records: told in their history, and the ground on which a choice is undone.

use domain::{Counterparty, DeedId, Field, JobId, LinkId, Side, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dialect::Conn;
use crate::{Result, StoreError, Write, codec};

/// Something that a person did to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Which one.
    pub id: DeedId,
    /// Who did it: the name of a user, or «parom CLI».
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What kind of deed.
    pub kind: DeedKind,
    /// To which counterparty.
    pub link: Option<LinkId>,
    /// To which deal.
    pub deal: Option<i64>,
    /// The job of which it was a part.
    pub job: Option<JobId>,
    /// The sentence for people.
    pub said: String,
    /// The values that were chosen, with those before them.
    pub chosen: Vec<Chosen>,
    /// Who undid it, and when.
    pub undone: Option<(String, Timestamp)>,
}

/// A value that a person chose for a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Which field.
    pub field: Field,
    /// Whose value it was.
    pub side: Side,
    /// The value: speaks of this field alone, as the others below do.
    pub value: Counterparty,
    /// What 1C showed then.
    pub onec: Counterparty,
    /// What Bitrix24 showed then.
    pub bitrix: Counterparty,
    /// What both had agreed on before.
    pub base: Counterparty,
}

macro_rules! deed_kinds {
    ($( $(#[$doc:meta])* $name:ident = $word:literal, $title:literal; )*) => {
        /// What people may do to a record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DeedKind { $( $(#[$doc])* $name, )* }

        impl DeedKind {
            /// The word that the database keeps.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }
            /// What people read.
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title,)* } }
            fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$name),)* _ => None } }
        }
    };
}

deed_kinds! {
    /// Chose values where both sides had changed a field.
    Resolved = "resolved", "Конфликт решён";
    /// Took one side's values.
    Took = "took", "Взято значение одной из сторон";
    /// Took a choice back.
    Undid = "undid", "Решение отменено";
    /// Had it sent again.
    SentAgain = "sent-again", "Отправлено снова";
    /// Parted what was taken for the same.
    Unlinked = "unlinked", "Связь разорвана";
    /// Joined the two sides by hand.
    Linked = "linked", "Связано вручную";
    /// Let it try again.
    Retried = "retried", "Повторено";
    /// Gave it up.
    Dropped = "dropped", "Отложено насовсем";
    /// Had the deal shown again.
    ShownAgain = "shown-again", "Показано в сделке снова";
}

reads! {
    /// A deed by its identifier.
    fn deed(id: DeedId) -> Option<Deed>;
    /// The next `limit` deeds to a counterparty before `before`, the newest first.
    fn deeds_of_link(link: LinkId, before: Option<DeedId>, limit: usize) -> Vec<Deed>;
    /// The next `limit` deeds to a deal before `before`, the newest first.
    fn deeds_of_deal(deal: i64, before: Option<DeedId>, limit: usize) -> Vec<Deed>;
    /// The next `limit` deeds before `before`, the newest first.
    fn deeds(before: Option<DeedId>, limit: usize) -> Vec<Deed>;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_deed {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- deed: ",
            $name,
            "
            select id, by_whom, at, kind, link_id, deal_id, job_id, said, chosen, undone_by, undone_at
              from deed ",
            $rest
        )
    };
}

async fn deed(conn: Conn<'_>, id: DeedId) -> Result<Option<Deed>> {
    const SQL: &str = select_deed!("by id", "where id = $1");
    let row: Option<Row> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await?);
    row.map(Row::into_deed).transpose()
}

pub(crate) async fn deeds_of_link(
    conn: Conn<'_>,
    link: LinkId,
    before: Option<DeedId>,
    limit: usize,
) -> Result<Vec<Deed>> {
    const SQL: &str =
        select_deed!("to a counterparty", "where link_id = $1 and id < $2 order by id desc limit $3");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL)
            .bind(link.to_string())
            .bind(codec::before(before))
            .bind(codec::limit(limit))
            .fetch_all(db)
            .await?
    });
    rows.into_iter().map(Row::into_deed).collect()
}

pub(crate) async fn deeds_of_deal(
    conn: Conn<'_>,
    deal: i64,
    before: Option<DeedId>,
    limit: usize,
) -> Result<Vec<Deed>> {
    const SQL: &str = select_deed!("to a deal", "where deal_id = $1 and id < $2 order by id desc limit $3");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL)
            .bind(deal)
            .bind(codec::before(before))
            .bind(codec::limit(limit))
            .fetch_all(db)
            .await?
    });
    rows.into_iter().map(Row::into_deed).collect()
}

async fn deeds(conn: Conn<'_>, before: Option<DeedId>, limit: usize) -> Result<Vec<Deed>> {
    const SQL: &str = select_deed!("page", "where id < $1 order by id desc limit $2");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(codec::before(before)).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_deed).collect()
}

impl Write {
    /// Writes down what a person did, in the transaction that does it.
    pub async fn record_deed(&mut self, deed: &Deed) -> Result<()> {
        const RECORD: &str = "
            -- deed: record
            insert into deed (id, by_whom, at, kind, link_id, deal_id, job_id, said, chosen)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        on_db!(self.conn(), db => {
            sqlx::query(RECORD)
                .bind(deed.id.to_string())
                .bind(&deed.by)
                .bind(codec::micros(deed.at))
                .bind(deed.kind.as_str())
                .bind(deed.link.map(|link| link.to_string()))
                .bind(deed.deal)
                .bind(deed.job.map(|job| job.to_string()))
                .bind(&deed.said)
                .bind(codec::json(&deed.chosen))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// A deed counts no longer. `false`: somebody has undone it before.
    pub async fn undo_deed(&mut self, id: DeedId, by: &str, now: Timestamp) -> Result<bool> {
        const UNDO: &str = "
            -- deed: undo
            update deed
               set undone_by = $2,
                   undone_at = $3
             where id = $1 and undone_at is null";
        let undone = on_db!(self.conn(), db => {
            sqlx::query(UNDO)
                .bind(id.to_string())
                .bind(by)
                .bind(codec::micros(now))
                .execute(db)
                .await?
                .rows_affected()
        });
        Ok(undone > 0)
    }
}

row! {
    Row {
        id: String,
        by_whom: String,
        at: i64,
        kind: String,
        link_id: Option<String>,
        deal_id: Option<i64>,
        job_id: Option<String>,
        said: String,
        chosen: String,
        undone_by: Option<String>,
        undone_at: Option<i64>,
    }
}

impl Row {
    fn into_deed(self) -> Result<Deed> {
        Ok(Deed {
            id: codec::id(&self.id)?,
            by: self.by_whom,
            at: codec::moment(self.at)?,
            kind: DeedKind::parse(&self.kind)
                .ok_or_else(|| StoreError::corrupt(format!("`{}` не поступок человека", self.kind)))?,
            link: self.link_id.as_deref().map(codec::id).transpose()?,
            deal: self.deal_id,
            job: self.job_id.as_deref().map(codec::id).transpose()?,
            said: self.said,
            chosen: codec::from_json(&self.chosen)?,
            undone: match (self.undone_by, self.undone_at) {
                (Some(by), Some(at)) => Some((by, codec::moment(at)?)),
                _ => None,
            },
        })
    }
}
