//! Files, found by their content: the same bytes are stored once.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::dialect::Conn;
use crate::{Result, StoreError, Write};

/// Files are cut into pieces of this size, so that no row, packet or buffer grows with the file.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// SHA-256 of a file's content: its name in the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(digest))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

reads! {
    /// The whole file, checked against its digest; `None` if it was never stored.
    fn blob(digest: &Digest) -> Option<Vec<u8>>;
}

async fn blob(mut conn: Conn<'_>, digest: &Digest) -> Result<Option<Vec<u8>>> {
    const LENGTH: &str = "
        -- blob: length
        select length
          from blob
         where digest = $1";
    const CHUNK: &str = "
        -- blob: piece
        select bytes
          from blob_chunk
         where digest = $1 and position = $2";
    let name = digest.to_string();
    let length: Option<(i64,)> =
        on_db!(conn.again(), db => sqlx::query_as(LENGTH).bind(&name).fetch_optional(db).await?);
    let Some((length,)) = length else { return Ok(None) };
    let length = usize::try_from(length).map_err(|_| damaged(digest))?;

    let mut content = Vec::with_capacity(length);
    for position in 0_i64.. {
        if content.len() >= length {
            break;
        }
        let chunk: Option<(Vec<u8>,)> = on_db!(conn.again(), db => {
            sqlx::query_as(CHUNK).bind(&name).bind(position).fetch_optional(db).await?
        });
        let (chunk,) = chunk.ok_or_else(|| damaged(digest))?;
        content.extend_from_slice(&chunk);
    }
    if Digest::of(&content) == *digest { Ok(Some(content)) } else { Err(damaged(digest)) }
}

fn damaged(digest: &Digest) -> StoreError {
    StoreError::corrupt(format!("файл {digest} не сходится с контрольной суммой"))
}

impl Write {
    /// Stores a file, unless the same bytes are there already.
    pub async fn put_blob(&mut self, content: &[u8]) -> Result<Digest> {
        const PUT: &str = "
            -- blob: put
            insert into blob (digest, length)
            values ($1, $2)
            on conflict (digest) do nothing";
        const PUT_CHUNK: &str = "
            -- blob: put a piece
            insert into blob_chunk (digest, position, bytes)
            values ($1, $2, $3)";
        let digest = Digest::of(content);
        let name = digest.to_string();
        let length = i64::try_from(content.len()).expect("memory is smaller than 2^63 bytes");
        let new = on_db!(self.conn(), db => {
            sqlx::query(PUT).bind(&name).bind(length).execute(db).await?.rows_affected() > 0
        });
        if new {
            for (position, chunk) in (0_i64..).zip(content.chunks(CHUNK_BYTES)) {
                on_db!(self.conn(), db => {
                    sqlx::query(PUT_CHUNK).bind(&name).bind(position).bind(chunk).execute(db).await?;
                });
            }
        }
        Ok(digest)
    }
}
