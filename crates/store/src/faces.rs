//! What deals have to show of 1C: wishes, what the portal has confirmed, and what was under way when somebody died.

use std::collections::BTreeMap;

use domain::{OneCRef, Reason, ReasonCode, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dialect::Conn;
use crate::inquiries::reason;
use crate::{Result, Write, codec, tallies};

/// A deal that has to be looked at, because 1C's half of it may be news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceRow {
    /// The deal.
    pub deal_id: i64,
    /// How often it was wished for so far.
    pub wanted: i64,
    /// When it is tried next; `None`: it shows what it should, or waits for a person.
    pub due_at: Option<Timestamp>,
    /// How often it was tried since it was last wished for.
    pub attempts: u32,
    /// What the portal has confirmed.
    pub shown: Face,
    /// Files that were about to be written.
    pub intent: Option<FaceIntent>,
    /// Why it is not shown.
    pub reason: Option<Reason>,
    /// A person wants the deal read and written whatever is known of it.
    pub checks: bool,
}

/// The values of the fields of a deal that are 1C's, by our own names of the fields.
pub type Face = BTreeMap<String, String>;

/// Written before files are sent, so that the next attempt knows to look which of them arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaceIntent {
    /// When it was written.
    pub at: Timestamp,
    /// The files that the fields held then.
    pub before: Vec<i64>,
    /// The documents that were sent, with the digest and the name of each.
    pub sent: Vec<(OneCRef, String, String)>,
}

/// A record for the timeline of a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealNote {
    /// What it is about: the same topic is written once.
    pub topic: String,
    /// The deal.
    pub deal_id: i64,
    /// What it says.
    pub text: String,
    /// How often it was tried.
    pub attempts: u32,
}

reads! {
    /// What is known of a deal's face.
    fn face(deal: i64) -> Option<FaceRow>;
    /// The next `limit` deals whose face waits for a person or a field, of deals with a greater number.
    fn faces_held(after: i64, limit: usize) -> Vec<FaceRow>;
    /// The next `limit` faces, of deals with a greater number.
    fn faces_page(after: i64, limit: usize) -> Vec<FaceRow>;
    /// How many deals are to be shown something.
    fn faces_due() -> i64;
    /// How many records wait to be written into timelines.
    fn deal_notes_waiting() -> i64;
}

/// The columns of [`Row`], in every statement the same.
macro_rules! select_face {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- face: ",
            $name,
            "
            select deal_id, wanted, due_at, attempts, shown, intent, reason_code, reason_text, checks
              from deal_face ",
            $rest
        )
    };
}

pub(crate) async fn face(conn: Conn<'_>, deal: i64) -> Result<Option<FaceRow>> {
    const SQL: &str = select_face!("of a deal", "where deal_id = $1");
    let row: Option<Row> = on_db!(conn, db => sqlx::query_as(SQL).bind(deal).fetch_optional(db).await?);
    row.map(Row::into_face).transpose()
}

async fn faces_held(conn: Conn<'_>, after: i64, limit: usize) -> Result<Vec<FaceRow>> {
    const SQL: &str = select_face!(
        "those held up",
        "where reason_code is not null and deal_id > $1 order by deal_id limit $2"
    );
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_face).collect()
}

async fn faces_page(conn: Conn<'_>, after: i64, limit: usize) -> Result<Vec<FaceRow>> {
    const SQL: &str = select_face!("a page", "where deal_id > $1 order by deal_id limit $2");
    let rows: Vec<Row> = on_db!(conn, db => {
        sqlx::query_as(SQL).bind(after).bind(codec::limit(limit)).fetch_all(db).await?
    });
    rows.into_iter().map(Row::into_face).collect()
}

async fn faces_due(conn: Conn<'_>) -> Result<i64> {
    Ok(tallies::read(conn).await?.queue("face"))
}

async fn deal_notes_waiting(conn: Conn<'_>) -> Result<i64> {
    Ok(tallies::read(conn).await?.queue("note"))
}

impl Write {
    /// 1C's half of a deal may be news: it is looked at. What it waited for a person with is tried again; one whose files
    /// may still be arriving waits on.
    pub async fn want_face(&mut self, deal: i64, now: Timestamp) -> Result<()> {
        const WANT: &str = "
            -- face: want
            insert into deal_face (deal_id, wanted, due_at, attempts, shown)
            values ($1, 1, $2, 0, '{}')
            on conflict (deal_id) do update
               set wanted = deal_face.wanted + 1,
                   due_at = case when deal_face.due_at is null or deal_face.intent is null
                                 then excluded.due_at
                                 else deal_face.due_at
                             end,
                   attempts = 0,
                   reason_code = null,
                   reason_text = null,
                   since = null";
        on_db!(self.conn(), db => {
            sqlx::query(WANT).bind(deal).bind(codec::micros(now)).execute(db).await?;
        });
        Ok(())
    }

    /// The same, and the deal is read and written whatever is known of it: a person asked for it.
    pub async fn want_face_checked(&mut self, deal: i64, now: Timestamp) -> Result<()> {
        const CHECK: &str = "
            -- face: check it
            update deal_face
               set checks = 1
             where deal_id = $1";
        self.want_face(deal, now).await?;
        on_db!(self.conn(), db => { sqlx::query(CHECK).bind(deal).execute(db).await?; });
        Ok(())
    }

    /// Takes the next `limit` faces that are due and puts them back until `busy_until`, in case nobody ends the work.
    pub async fn take_faces(
        &mut self,
        limit: usize,
        now: Timestamp,
        busy_until: Timestamp,
    ) -> Result<Vec<FaceRow>> {
        const DUE: &str = select_face!("what is due", "where due_at <= $1 order by due_at, deal_id limit $2");
        const BUSY: &str = "
            -- face: somebody works on it
            update deal_face
               set due_at = $2
             where deal_id = $1";
        let rows: Vec<Row> = on_db!(self.conn(), db => {
            sqlx::query_as(DUE).bind(codec::micros(now)).bind(codec::limit(limit)).fetch_all(db).await?
        });
        for row in &rows {
            on_db!(self.conn(), db => {
                sqlx::query(BUSY).bind(row.deal_id).bind(codec::micros(busy_until)).execute(db).await?;
            });
        }
        rows.into_iter().map(Row::into_face).collect()
    }

    /// The cause for which faces waited is mended: they are due at once.
    pub async fn hurry_faces(&mut self, cause: ReasonCode, now: Timestamp) -> Result<i64> {
        const HURRY: &str = "
            -- face: hurry
            update deal_face
               set due_at = $2,
                   attempts = 0
             where reason_code = $1";
        let hurried = on_db!(self.conn(), db => {
            sqlx::query(HURRY).bind(cause.as_str()).bind(codec::micros(now)).execute(db).await?.rows_affected()
        });
        Ok(i64::try_from(hurried).unwrap_or(i64::MAX))
    }

    /// Gives back what a killed process had taken: it is due at once.
    pub async fn release_faces(&mut self, now: Timestamp) -> Result<()> {
        const RELEASE: &str = "
            -- face: release
            update deal_face
               set due_at = $1
             where due_at > $1";
        on_db!(self.conn(), db => { sqlx::query(RELEASE).bind(codec::micros(now)).execute(db).await?; });
        Ok(())
    }

    /// Writes down which files are about to be sent. Commit before the call.
    pub async fn intend_face(&mut self, deal: i64, intent: &FaceIntent) -> Result<()> {
        const INTEND: &str = "
            -- face: intend
            update deal_face
               set intent = $2
             where deal_id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(INTEND).bind(deal).bind(codec::json(intent)).execute(db).await?;
        });
        Ok(())
    }

    /// What the portal shows was found to be this.
    pub async fn set_face(&mut self, deal: i64, shown: &Face) -> Result<()> {
        const SET: &str = "
            -- face: what was found
            update deal_face
               set shown = $2
             where deal_id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SET).bind(deal).bind(codec::json(shown)).execute(db).await?;
        });
        Ok(())
    }

    /// The files were surely not written: nothing is to be looked for.
    pub async fn forget_face_intent(&mut self, deal: i64) -> Result<()> {
        const FORGET: &str = "
            -- face: forget the intent
            update deal_face
               set intent = null
             where deal_id = $1";
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(deal).execute(db).await?; });
        Ok(())
    }

    /// The portal has confirmed `shown` and nothing is under way; with `again_at` there is more to do then, and so there
    /// is at once where somebody has wished for it since it was taken.
    pub async fn face_shown(
        &mut self,
        face: &FaceRow,
        shown: &Face,
        again_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<()> {
        const SHOWN: &str = "
            -- face: shown
            update deal_face
               set due_at = case when wanted = $2 then cast($4 as bigint) else cast($5 as bigint) end,
                   attempts = case when cast($4 as bigint) is null then 0 else attempts + 1 end,
                   shown = $3,
                   checks = case when wanted = $2 then 0 else checks end,
                   intent = null,
                   reason_code = null,
                   reason_text = null,
                   since = null
             where deal_id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(SHOWN)
                .bind(face.deal_id)
                .bind(face.wanted)
                .bind(codec::json(shown))
                .bind(again_at.map(codec::micros))
                .bind(codec::micros(now))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// It did not work this time. `reason` is shown to people meanwhile, where there is one; `counts`: it was the
    /// record's own fault.
    pub async fn face_again(
        &mut self,
        face: &FaceRow,
        at: Timestamp,
        reason: Option<&Reason>,
        counts: bool,
    ) -> Result<()> {
        const AGAIN: &str = "
            -- face: again later
            update deal_face
               set due_at = $2,
                   attempts = attempts + $3,
                   reason_code = $4,
                   reason_text = $5,
                   since = coalesce(since, $2)
             where deal_id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(AGAIN)
                .bind(face.deal_id)
                .bind(codec::micros(at))
                .bind(i64::from(counts))
                .bind(reason.map(|reason| reason.code.as_str()))
                .bind(reason.map(|reason| reason.text.as_str()))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// It waits for a person, unless somebody has wished for it since it was taken.
    pub async fn park_face(&mut self, face: &FaceRow, why: &Reason, now: Timestamp) -> Result<()> {
        const PARK: &str = "
            -- face: park
            update deal_face
               set due_at = case when wanted = $2 then null else cast($5 as bigint) end,
                   reason_code = $3,
                   reason_text = $4,
                   since = $5
             where deal_id = $1";
        on_db!(self.conn(), db => {
            sqlx::query(PARK)
                .bind(face.deal_id)
                .bind(face.wanted)
                .bind(why.code.as_str())
                .bind(&why.text)
                .bind(codec::micros(now))
                .execute(db)
                .await?;
        });
        Ok(())
    }

    /// Keeps a record for the timeline of a deal. The same topic is kept once.
    pub async fn note_deal(&mut self, topic: &str, deal: i64, text: &str, now: Timestamp) -> Result<()> {
        const NOTE: &str = "
            -- deal note: put
            insert into deal_note (topic, deal_id, text, attempts, due_at)
            values ($1, $2, $3, 0, $4)
            on conflict (topic) do nothing";
        on_db!(self.conn(), db => {
            sqlx::query(NOTE).bind(topic).bind(deal).bind(text).bind(codec::micros(now)).execute(db).await?;
        });
        Ok(())
    }

    /// Takes the next `limit` records that are due and puts them back until `busy_until`.
    pub async fn take_deal_notes(
        &mut self,
        limit: usize,
        now: Timestamp,
        busy_until: Timestamp,
    ) -> Result<Vec<DealNote>> {
        const DUE: &str = "
            -- deal note: what is due
            select topic, deal_id, text, attempts
              from deal_note
             where due_at <= $1
             order by due_at, topic
             limit $2";
        const BUSY: &str = "
            -- deal note: somebody writes it
            update deal_note
               set due_at = $2,
                   attempts = attempts + 1
             where topic = $1";
        let rows: Vec<(String, i64, String, i64)> = on_db!(self.conn(), db => {
            sqlx::query_as(DUE).bind(codec::micros(now)).bind(codec::limit(limit)).fetch_all(db).await?
        });
        for (topic, ..) in &rows {
            on_db!(self.conn(), db => {
                sqlx::query(BUSY).bind(topic).bind(codec::micros(busy_until)).execute(db).await?;
            });
        }
        Ok(rows
            .into_iter()
            .map(|(topic, deal_id, text, attempts)| DealNote {
                topic,
                deal_id,
                text,
                attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            })
            .collect())
    }

    /// A record was written, or cannot be.
    pub async fn deal_noted(&mut self, topic: &str) -> Result<()> {
        const NOTED: &str = "
            -- deal note: written
            delete from deal_note
             where topic = $1";
        on_db!(self.conn(), db => { sqlx::query(NOTED).bind(topic).execute(db).await?; });
        Ok(())
    }
}

row! {
    Row {
        deal_id: i64,
        wanted: i64,
        due_at: Option<i64>,
        attempts: i64,
        shown: String,
        intent: Option<String>,
        reason_code: Option<String>,
        reason_text: Option<String>,
        checks: i64,
    }
}

impl Row {
    fn into_face(self) -> Result<FaceRow> {
        Ok(FaceRow {
            deal_id: self.deal_id,
            wanted: self.wanted,
            due_at: self.due_at.map(codec::moment).transpose()?,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            shown: codec::from_json(&self.shown)?,
            intent: self.intent.as_deref().map(codec::from_json).transpose()?,
            reason: match self.reason_code.as_deref() {
                code @ Some(_) => Some(reason(code, self.reason_text)?),
                None => None,
            },
            checks: self.checks != 0,
        })
    }
}
