//! Files, found by their content: the same bytes are stored once.

use std::fmt;

use domain::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::dialect::Conn;
use crate::{Result, Store, StoreError, Write, codec};

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

/// The digest of bytes that come one after the other.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// The next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of them.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
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
    /// One piece of a stored file, counted from 0; `None` behind its end.
    fn blob_piece(digest: &Digest, position: i64) -> Option<Vec<u8>>;
    /// The whole file, checked against its digest; `None` if it was never stored.
    fn blob(digest: &Digest) -> Option<Vec<u8>>;
}

async fn blob_piece(conn: Conn<'_>, digest: &Digest, position: i64) -> Result<Option<Vec<u8>>> {
    const PIECE: &str = "
        -- blob: one piece
        select bytes
          from blob_chunk
         where digest = $1 and position = $2";
    let piece: Option<(Vec<u8>,)> = on_db!(conn, db => {
        sqlx::query_as(PIECE).bind(digest.to_string()).bind(position).fetch_optional(db).await?
    });
    Ok(piece.map(|(bytes,)| bytes))
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

/// A file that is still arriving, piece by piece, each in a transaction of its own: nobody waits for its sender.
pub struct Arriving {
    store: Store,
    name: String,
    hash: Sha256,
    length: u64,
    position: i64,
    piece: Vec<u8>,
}

impl Store {
    /// Begins a file that arrives under `name`, which nobody else may use meanwhile. What is not
    /// [finished](Write::finish_arriving) is removed by [`Arriving::discard`] or by the next
    /// [`discard_arriving`](Self::discard_arriving).
    pub async fn arriving(&self, name: String, now: Timestamp) -> Result<Arriving> {
        const NAME: &str = "
            -- blob: one begins to arrive
            insert into blob (digest, length)
            values ($1, 0)";
        const SINCE: &str = "
            -- blob: one begins to arrive, since when
            insert into blob_arriving (name, since)
            values ($1, $2)";
        let mut write = self.begin().await?;
        on_db!(write.conn(), db => {
            sqlx::query(NAME).bind(&name).execute(&mut *db).await?;
            sqlx::query(SINCE).bind(&name).bind(codec::micros(now)).execute(db).await?;
        });
        write.commit().await?;
        Ok(Arriving {
            store: self.clone(),
            name,
            hash: Sha256::new(),
            length: 0,
            position: 0,
            piece: Vec::with_capacity(CHUNK_BYTES),
        })
    }

    /// Removes the files that never came to their end. Only at the start, before anything arrives.
    pub async fn discard_arriving(&self) -> Result<()> {
        const NAMES: &str = "
            -- blob: what never came to its end
            select name from blob_arriving";
        let mut write = self.begin().await?;
        let names: Vec<(String,)> = on_db!(write.conn(), db => sqlx::query_as(NAMES).fetch_all(db).await?);
        for (name,) in names {
            write.discard(&name).await?;
        }
        write.commit().await
    }
}

impl Arriving {
    /// The next bytes.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = CHUNK_BYTES - self.piece.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == CHUNK_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Everything has arrived: the rest is written, and the file is ready for [`Write::finish_arriving`].
    pub async fn end(&mut self) -> Result<()> {
        if self.piece.is_empty() { Ok(()) } else { self.flush().await }
    }

    /// It will never end: what arrived is removed.
    pub async fn discard(self) -> Result<()> {
        let mut write = self.store.begin().await?;
        write.discard(&self.name).await?;
        write.commit().await
    }

    async fn flush(&mut self) -> Result<()> {
        const PUT_CHUNK: &str = "
            -- blob: put a piece of what arrives
            insert into blob_chunk (digest, position, bytes)
            values ($1, $2, $3)";
        let mut write = self.store.begin().await?;
        on_db!(write.conn(), db => {
            sqlx::query(PUT_CHUNK).bind(&self.name).bind(self.position).bind(&self.piece).execute(db).await?;
        });
        write.commit().await?;
        self.position += 1;
        self.piece.clear();
        Ok(())
    }
}

impl Write {
    /// The file that has [ended](Arriving::end) becomes a stored one; its digest and length.
    pub async fn finish_arriving(&mut self, arriving: Arriving) -> Result<(Digest, u64)> {
        const PUT: &str = "
            -- blob: put what has arrived
            insert into blob (digest, length)
            values ($1, $2)
            on conflict (digest) do nothing";
        const MOVE: &str = "
            -- blob: give what has arrived its name
            update blob_chunk
               set digest = $2
             where digest = $1";
        let digest = Digest(arriving.hash.finalize().into());
        let length = i64::try_from(arriving.length).expect("nothing is longer than 2^63 bytes");
        let new = on_db!(self.conn(), db => {
            sqlx::query(PUT).bind(digest.to_string()).bind(length).execute(db).await?.rows_affected() > 0
        });
        if new {
            on_db!(self.conn(), db => {
                sqlx::query(MOVE).bind(&arriving.name).bind(digest.to_string()).execute(db).await?;
            });
        }
        self.discard(&arriving.name).await?;
        Ok((digest, arriving.length))
    }

    async fn discard(&mut self, name: &str) -> Result<()> {
        const PIECES: &str = "
            -- blob: discard the pieces
            delete from blob_chunk
             where digest = $1";
        const NAME: &str = "
            -- blob: discard the name
            delete from blob
             where digest = $1";
        const SINCE: &str = "
            -- blob: it does not arrive any more
            delete from blob_arriving
             where name = $1";
        on_db!(self.conn(), db => {
            sqlx::query(PIECES).bind(name).execute(&mut *db).await?;
            sqlx::query(NAME).bind(name).execute(&mut *db).await?;
            sqlx::query(SINCE).bind(name).execute(db).await?;
        });
        Ok(())
    }
}
