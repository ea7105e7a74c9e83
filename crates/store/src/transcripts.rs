//! What was said to either side and what it answered: an explanation for people, on which nothing depends.
//!
//! Whoever writes a transcript has taken secrets and the contents of files out of it and cut it short. What is old or too
//! much is forgotten.

use domain::{DeliveryId, LinkId, Side, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::QueryBuilder;

use crate::dialect::Conn;
use crate::{Result, Write, codec};

/// Rows of one statement: eight parameters each stay far below SQLite's 32766 and PostgreSQL's 65535.
const ROWS_MAX: usize = 1000;

/// What was said in one go: the commands of a batch that belong together, or a record that 1C polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTranscript {
    /// To whom.
    pub side: Side,
    /// Of which counterparty.
    pub link: Option<LinkId>,
    /// Of which deal.
    pub deal: Option<i64>,
    /// For which delivery.
    pub delivery: Option<DeliveryId>,
    /// When.
    pub at: Timestamp,
    /// How long the answer took; `None`: nobody waited for one.
    pub took: Option<SignedDuration>,
    /// What was said, line by line.
    pub lines: Vec<Line>,
}

/// A command and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What was called: `crm.company.add`, `GET counterparties`.
    pub method: String,
    /// What it was called with: JSON, cut short where it was long.
    pub asked: String,
    /// How it ended.
    pub end: LineEnd,
    /// The number of what was made, or the words of a refusal.
    pub answered: String,
}

/// How a [`Line`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnd {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// The answer was lost: it may have been done.
    Unclear,
    /// The side did not come to it.
    NotRun,
    /// It was given away; the answer is a transcript of its own.
    Given,
}

/// A transcript as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// Its number; later ones have higher ones.
    pub seq: i64,
    /// What it says, its times to the microsecond.
    pub what: NewTranscript,
}

reads! {
    /// The newest `limit` transcripts of a counterparty, only those before the number `before`; the newest first.
    fn transcripts_of_link(link: LinkId, before: Option<i64>, limit: usize) -> Vec<Transcript>;
    /// The same of a deal.
    fn transcripts_of_deal(deal: i64, before: Option<i64>, limit: usize) -> Vec<Transcript>;
}

pub(crate) async fn transcripts_of_link(
    conn: Conn<'_>,
    link: LinkId,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Transcript>> {
    const SQL: &str = "
        -- transcript: of a link
        select seq, side, link_id, deal_id, delivery_id, at, took, lines
          from transcript
         where link_id = $1 and seq < $2
         order by seq desc
         limit $3";
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL)
            .bind(link.to_string())
            .bind(before.unwrap_or(i64::MAX))
            .bind(codec::limit(limit))
            .fetch_all(db)
            .await?
    });
    rows.into_iter().map(Row::into_transcript).collect()
}

pub(crate) async fn transcripts_of_deal(
    conn: Conn<'_>,
    deal: i64,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Transcript>> {
    const SQL: &str = "
        -- transcript: of a deal
        select seq, side, link_id, deal_id, delivery_id, at, took, lines
          from transcript
         where deal_id = $1 and seq < $2
         order by seq desc
         limit $3";
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL)
            .bind(deal)
            .bind(before.unwrap_or(i64::MAX))
            .bind(codec::limit(limit))
            .fetch_all(db)
            .await?
    });
    rows.into_iter().map(Row::into_transcript).collect()
}

impl Write {
    /// Keeps transcripts that say something, and forgets the oldest: about the newest `at_most` of all are left.
    pub async fn keep_transcripts(&mut self, transcripts: &[NewTranscript], at_most: i64) -> Result<()> {
        const KEEP: &str = "
            -- transcript: keep
            insert into transcript (side, link_id, deal_id, delivery_id, at, took, lines) ";
        const FORGET: &str = "
            -- transcript: forget the oldest
            delete from transcript
             where seq <= (select max(seq) from transcript) - $1";
        let transcripts: Vec<&NewTranscript> =
            transcripts.iter().filter(|transcript| !transcript.lines.is_empty()).collect();
        if transcripts.is_empty() {
            return Ok(());
        }
        for transcripts in transcripts.chunks(ROWS_MAX) {
            on_db!(self.conn(), db => {
                let mut query = QueryBuilder::new(KEEP);
                query.push_values(transcripts, |mut row, transcript| {
                    row.push_bind(transcript.side.as_str())
                        .push_bind(transcript.link.map(|link| link.to_string()))
                        .push_bind(transcript.deal)
                        .push_bind(transcript.delivery.map(|delivery| delivery.to_string()))
                        .push_bind(codec::micros(transcript.at))
                        .push_bind(transcript.took.map(micros_of))
                        .push_bind(codec::json(&transcript.lines));
                });
                query.build().execute(db).await?;
            });
        }
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(at_most).execute(db).await?; });
        Ok(())
    }

    /// Forgets up to `limit` transcripts that are older than `before`; returns how many. Repeat until it returns less.
    pub async fn prune_transcripts(&mut self, before: Timestamp, limit: usize) -> Result<u64> {
        // By number, which grows with the time: the oldest are at the beginning, and nothing behind them is looked at.
        const PRUNE: &str = "
            -- transcript: prune
            delete from transcript
             where at < $1
               and seq in (select seq
                             from transcript
                            order by seq
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

fn micros_of(took: SignedDuration) -> i64 {
    i64::try_from(took.as_micros()).unwrap_or(i64::MAX)
}

row! {
    Row {
        seq: i64,
        side: String,
        link_id: Option<String>,
        deal_id: Option<i64>,
        delivery_id: Option<String>,
        at: i64,
        took: Option<i64>,
        lines: String,
    }
}

impl Row {
    fn into_transcript(self) -> Result<Transcript> {
        Ok(Transcript {
            seq: self.seq,
            what: NewTranscript {
                side: codec::side(&self.side)?,
                link: self.link_id.as_deref().map(codec::id).transpose()?,
                deal: self.deal_id,
                delivery: self.delivery_id.as_deref().map(codec::id).transpose()?,
                at: codec::moment(self.at)?,
                took: self.took.map(SignedDuration::from_micros),
                lines: codec::from_json(&self.lines)?,
            },
        })
    }
}
