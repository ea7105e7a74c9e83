//! Files that people have uploaded to be loaded: the content is a blob, this is its label.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dialect::Conn;
use crate::{Digest, Result, Write, codec};

/// A file that a person has uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its content: 64 hexadecimal digits.
    pub digest: String,
    /// What it was called; the end of the name says what it is.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// Who uploaded it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

reads! {
    /// An uploaded file by its content.
    fn upload(digest: &Digest) -> Option<Upload>;
    /// All uploaded files, in no order; they are forgotten after a while.
    fn uploads() -> Vec<Upload>;
}

async fn upload(conn: Conn<'_>, digest: &Digest) -> Result<Option<Upload>> {
    const SQL: &str = "
        -- upload: by content
        select value from cursor where name = $1";
    let row: Option<(String,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(name_of(&digest.to_string())).fetch_optional(db).await?);
    row.map(|(value,)| codec::from_json(&value)).transpose()
}

async fn uploads(conn: Conn<'_>) -> Result<Vec<Upload>> {
    const SQL: &str = "
        -- upload: all
        select value from cursor where name like 'upload/%' limit 1000";
    let rows: Vec<(String,)> = on_db!(conn, db => sqlx::query_as(SQL).fetch_all(db).await?);
    rows.iter().map(|(value,)| codec::from_json(value)).collect()
}

impl Write {
    /// Keeps the label of an uploaded file, and its content with it.
    pub async fn put_upload(&mut self, upload: &Upload) -> Result<()> {
        self.set_cursor(&name_of(&upload.digest), &codec::json(upload)).await
    }

    /// Nobody needs an uploaded file any more: its content goes with the next pruning.
    pub async fn forget_upload(&mut self, digest: &str) -> Result<()> {
        const FORGET: &str = "
            -- upload: forget
            delete from cursor
             where name = $1";
        on_db!(self.conn(), db => { sqlx::query(FORGET).bind(name_of(digest)).execute(db).await?; });
        Ok(())
    }
}

fn name_of(digest: &str) -> String {
    format!("upload/{digest}")
}
