//! A file that a person has uploaded, read record by record.

use std::io::{self, Read};
use std::sync::Arc;

use domain::JobId;
use sha2::{Digest as _, Sha256};
use store::{Arriving, Digest, Store, Upload};
use tokio::runtime::Handle;
use tracing::info;

use crate::deeds::hexadecimal;
use crate::engine::EngineError;
use crate::rehearse::Rehearsal;
use crate::{By, DeedError, Engine, Showing};

/// The largest file that is taken, in bytes: some hundred thousand counterparties.
pub const UPLOAD_MAX: u64 = 256 * 1024 * 1024;
/// The longest name of a file that is kept, in characters.
const NAME_MAX: usize = 200;

/// Reads the files of a first load. The engine does not know their formats; whoever puts it together does.
pub trait LoadFile: Send + Sync {
    /// Why a file of this name cannot be read, and what to do; nothing if it can.
    fn refuses(&self, name: &str) -> Option<String>;

    /// Opens a file of this name. The content may be opened several times, from its beginning. The text of the error is
    /// for people.
    fn open(&self, name: &str, content: &Content) -> Result<Records, String>;
}

/// The records of a file, one by one.
pub type Records = Box<dyn Iterator<Item = Result<Showing, BadLine>> + Send>;

/// A record that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Where, what is wrong, what to do; in Russian.
    pub text: String,
    /// Whether nothing behind it can be read either.
    pub ends: bool,
}

/// The content of an uploaded file.
#[derive(Clone)]
pub struct Content {
    store: Store,
    digest: Digest,
    length: u64,
    runtime: Handle,
}

impl Content {
    /// Reads it from its beginning. To be used where waiting is allowed, as in [`LoadFile::open`].
    pub fn reader(&self) -> Box<dyn Read + Send> {
        Box::new(Pieces { content: self.clone(), position: 0, piece: Vec::new(), read: 0 })
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// Reads a stored file piece by piece.
struct Pieces {
    content: Content,
    position: i64,
    piece: Vec<u8>,
    read: usize,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() {
            let Content { store, digest, runtime, .. } = &self.content;
            let next = runtime.block_on(store.blob_piece(digest, self.position));
            let Some(piece) = next.map_err(io::Error::other)? else { return Ok(0) };
            (self.piece, self.read) = (piece, 0);
            self.position += 1;
        }
        let left = &self.piece[self.read..];
        let amount = left.len().min(out.len());
        out[..amount].copy_from_slice(&left[..amount]);
        self.read += amount;
        Ok(amount)
    }
}

/// The file that a job is reading, kept open between its steps.
pub(crate) struct OpenLoad {
    pub(super) job: JobId,
    /// Records that were read, bad ones included.
    pub(super) read: u64,
    records: Records,
    pub(super) rehearsal: Option<Rehearsal>,
}

/// Some records of a file.
pub(super) struct Chunk {
    pub(super) showings: Vec<Showing>,
    pub(super) bad: Vec<BadLine>,
    /// How many records that are.
    pub(super) records: u64,
    /// Whether nothing comes behind them.
    pub(super) is_last: bool,
}

impl Engine {
    /// With somebody who reads the files of a first load.
    #[must_use]
    pub fn with_load_file(mut self, reader: Arc<dyn LoadFile>) -> Self {
        self.load_file = Some(reader);
        self
    }

    /// Begins to take a file that a person uploads. `name` says by its end what it is.
    pub async fn begin_upload(&self, name: &str) -> Result<Uploading, DeedError> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim().to_owned();
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(DeedError::Impossible(format!(
                "У файла должно быть имя не длиннее {NAME_MAX} знаков."
            )));
        }
        let Some(reader) = &self.load_file else { return Err(unreadable()) };
        if let Some(why) = reader.refuses(&name) {
            return Err(DeedError::Impossible(why));
        }
        let place =
            format!("upload {:032x}", u128::from(self.ids.random()) << 64 | u128::from(self.ids.random()));
        let arriving = self.store.arriving(place, self.clock.now()).await?;
        Ok(Uploading { engine: self.clone(), arriving, name, length: 0 })
    }

    /// Opens the file for a job, or goes on with it, at the record where the job stands.
    pub(super) async fn open_at(
        &self,
        job: JobId,
        digest: &str,
        read: u64,
        rehearses: bool,
    ) -> Result<Result<OpenLoad, String>, EngineError> {
        const FORGOTTEN: &str = "Загруженный файл уже забыт: загрузите его снова.";
        if let Some(open) = self.open_load.lock().await.take()
            && (open.job, open.read) == (job, read)
        {
            return Ok(Ok(open));
        }
        let Some(reader) = self.load_file.clone() else { return Ok(Err(unreadable().to_string())) };
        let Some(digest) = Digest::parse(digest) else { return Ok(Err(FORGOTTEN.to_owned())) };
        let Some(upload) = self.store.upload(&digest).await? else { return Ok(Err(FORGOTTEN.to_owned())) };
        let mut rehearsal = if rehearses { Some(self.rehearse().await?) } else { None };
        let content =
            Content { store: self.store.clone(), digest, length: upload.length, runtime: Handle::current() };
        let opened = tokio::task::spawn_blocking(move || {
            let mut records = reader.open(&upload.name, &content)?;
            // After a restart the job goes on behind what it has taken.
            for _ in 0..read {
                match (records.next(), &mut rehearsal) {
                    (Some(Ok(showing)), Some(rehearsal)) => rehearsal.meet(&[showing]),
                    (Some(_), _) => {}
                    (None, _) => break,
                }
            }
            Ok(OpenLoad { job, read, records, rehearsal })
        });
        Ok(opened.await.unwrap_or_else(|_| Err("Чтение файла прервалось: повторите.".to_owned())))
    }

    /// The next records, at most `many`.
    pub(super) async fn next_chunk(
        &self,
        mut open: OpenLoad,
        many: usize,
    ) -> Result<(OpenLoad, Chunk), String> {
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = Chunk { showings: Vec::new(), bad: Vec::new(), records: 0, is_last: false };
            while chunk.records < many as u64 {
                match open.records.next() {
                    Some(Ok(showing)) => chunk.showings.push(showing),
                    Some(Err(bad)) => {
                        chunk.is_last = bad.ends;
                        chunk.bad.push(bad);
                    }
                    None => chunk.is_last = true,
                }
                if chunk.is_last && chunk.bad.last().is_none_or(|bad| !bad.ends) {
                    break;
                }
                chunk.records += 1;
                if chunk.is_last {
                    break;
                }
            }
            open.read += chunk.records;
            (open, chunk)
        });
        read.await.map_err(|_| "Чтение файла прервалось: повторите.".to_owned())
    }

    /// Keeps the file open for the next step.
    pub(super) async fn keep_open(&self, open: OpenLoad) {
        *self.open_load.lock().await = Some(open);
    }

    /// What a plan was made under: the file and whatever of the settings decides. Another print is another plan.
    pub(super) fn plan_print(&self, digest: &str) -> String {
        let settings = &self.settings;
        let mut hash = Sha256::new();
        hash.update(digest);
        hash.update(format!("{:?} {:?} {:?}", settings.match_by, settings.rules, settings.delete_marked));
        hash.update(self.client.origin());
        hexadecimal(&hash.finalize()[..16])
    }
}

fn unreadable() -> DeedError {
    DeedError::impossible("Этот Паром не умеет читать файлы загрузки: используйте команду parom load.")
}

/// A file that arrives.
pub struct Uploading {
    engine: Engine,
    arriving: Arriving,
    name: String,
    length: u64,
}

impl Uploading {
    /// The next bytes. What is too long in all is refused; then [`discard`](Self::discard) it.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), DeedError> {
        self.length += bytes.len() as u64;
        if self.length > UPLOAD_MAX {
            return Err(DeedError::Impossible(format!(
                "Файл больше {} МиБ: разделите его на части.",
                UPLOAD_MAX / 1024 / 1024
            )));
        }
        Ok(self.arriving.push(bytes).await?)
    }

    /// Everything has arrived: the file is kept, and can be planned.
    pub async fn finish(mut self, by: &By) -> Result<Upload, DeedError> {
        if self.length == 0 {
            self.arriving.discard().await?;
            return Err(DeedError::impossible("Файл пуст."));
        }
        self.arriving.end().await?;
        let now = self.engine.clock.now();
        let mut write = self.engine.store.begin().await?;
        let (digest, length) = write.finish_arriving(self.arriving).await?;
        let digest = digest.to_string();
        let upload = Upload { digest, name: self.name, length, by: by.name().to_owned(), at: now };
        write.put_upload(&upload).await?;
        write.commit().await?;
        info!(name = upload.name, length, "A person has uploaded a file to be loaded");
        Ok(upload)
    }

    /// The sender went away, or sent too much.
    pub async fn discard(self) -> Result<(), DeedError> {
        Ok(self.arriving.discard().await?)
    }
}

impl std::fmt::Debug for Uploading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Uploading")
            .field("name", &self.name)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("digest", &self.digest).finish_non_exhaustive()
    }
}
