//! The journal: what each side showed, and when. Written once, never changed.

use domain::{Counterparty, LinkId, Side, Timestamp};

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// What a side has just shown.
#[derive(Clone, Copy, Debug)]
pub struct NewChange<'a> {
    /// Of which counterparty.
    pub link: LinkId,
    /// Who showed it.
    pub side: Side,
    /// By which way it came: `push`, `file`, `sweep`, `read-back`.
    pub source: &'a str,
    /// When the side changed it, by the side's own clock.
    pub changed_at: Option<Timestamp>,
    /// When Parom saw it.
    pub seen_at: Timestamp,
    /// What was shown.
    pub snapshot: &'a Counterparty,
    /// A word for people, or nothing.
    pub note: &'a str,
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number; later entries of a link have higher ones.
    pub seq: i64,
    /// Of which counterparty.
    pub link: LinkId,
    /// Who showed it.
    pub side: Side,
    /// By which way it came.
    pub source: String,
    /// When the side changed it, by the side's own clock, to the microsecond.
    pub changed_at: Option<Timestamp>,
    /// When Parom saw it, to the microsecond.
    pub seen_at: Timestamp,
    /// What was shown.
    pub snapshot: Counterparty,
    /// A word for people, or nothing.
    pub note: String,
}

impl Write {
    /// Writes an entry and returns its number. The link may be saved later in the same transaction.
    pub async fn record(&mut self, change: &NewChange<'_>) -> Result<i64> {
        const RECORD: &str = "
            -- journal: record
            insert into change (link_id, side, source, changed_at, seen_at, snapshot, note)
            values ($1, $2, $3, $4, $5, $6, $7)
            returning seq";
        let (seq,) = on_db!(self.conn(), db => {
            sqlx::query_as(RECORD)
                .bind(change.link.to_string())
                .bind(change.side.as_str())
                .bind(change.source)
                .bind(change.changed_at.map(codec::micros))
                .bind(codec::micros(change.seen_at))
                .bind(codec::json(change.snapshot))
                .bind(change.note)
                .fetch_one(db)
                .await?
        });
        Ok(seq)
    }
}

reads! {
    /// The next `limit` entries of a link after the entry `after_seq` (0: from the first), the oldest first.
    fn history(link: LinkId, after_seq: i64, limit: usize) -> Vec<Change>;
}

async fn history(conn: Conn<'_>, link: LinkId, after_seq: i64, limit: usize) -> Result<Vec<Change>> {
    const SQL: &str = "
        -- journal: history of a link
        select seq, side, source, changed_at, seen_at, snapshot, note
          from change
         where link_id = $1 and seq > $2
         order by seq
         limit $3";
    let rows: Vec<ChangeRow> = on_db!(conn, db => {
        sqlx::query_as(SQL)
            .bind(link.to_string())
            .bind(after_seq)
            .bind(codec::limit(limit))
            .fetch_all(db)
            .await?
    });
    rows.into_iter().map(|row| row.into_change(link)).collect()
}

/// The next `limit` entries of a link before the entry `before_seq`, the newest first.
pub(crate) async fn history_before(
    conn: Conn<'_>,
    link: LinkId,
    before_seq: i64,
    limit: usize,
) -> Result<Vec<Change>> {
    const SQL: &str = "
        -- journal: history of a link, backwards
        select seq, side, source, changed_at, seen_at, snapshot, note
          from change
         where link_id = $1 and seq < $2
         order by seq desc
         limit $3";
    let rows: Vec<ChangeRow> = on_db!(conn, db => {
        sqlx::query_as(SQL)
            .bind(link.to_string())
            .bind(before_seq)
            .bind(codec::limit(limit))
            .fetch_all(db)
            .await?
    });
    rows.into_iter().map(|row| row.into_change(link)).collect()
}

/// What a side had shown before an entry.
pub(crate) async fn shown_before(
    conn: Conn<'_>,
    link: LinkId,
    side: Side,
    before_seq: i64,
) -> Result<Option<Counterparty>> {
    const SQL: &str = "
        -- journal: what a side showed before
        select snapshot
          from change
         where link_id = $1 and side = $2 and seq < $3
         order by seq desc
         limit 1";
    let row: Option<(String,)> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(link.to_string()).bind(side.as_str()).bind(before_seq).fetch_optional(db).await?
    });
    row.map(|(snapshot,)| codec::from_json(&snapshot)).transpose()
}

row! {
    ChangeRow {
        seq: i64,
        side: String,
        source: String,
        changed_at: Option<i64>,
        seen_at: i64,
        snapshot: String,
        note: String,
    }
}

impl ChangeRow {
    fn into_change(self, link: LinkId) -> Result<Change> {
        Ok(Change {
            seq: self.seq,
            link,
            side: codec::side(&self.side)?,
            source: self.source,
            changed_at: self.changed_at.map(codec::moment).transpose()?,
            seen_at: codec::moment(self.seen_at)?,
            snapshot: codec::from_json(&self.snapshot)?,
            note: self.note,
        })
    }
}
