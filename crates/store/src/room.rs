//! How much room the database takes and has left.

use std::path::Path;

use crate::{Result, Store};

/// The room of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes that the database takes.
    pub taken: u64,
    /// Bytes that are free where its file lies; `None` for a database of a server.
    pub free: Option<u64>,
}

impl Store {
    /// How much room the database takes, and how much is left on the disk of its file.
    pub async fn room(&self) -> Result<Room> {
        const SIZE: &str = "
            -- room: size of the database
            select pg_database_size(current_database())";
        if let Some(file) = self.file() {
            return Ok(Room { taken: size_of(&file), free: free_beside(&file) });
        }
        let (taken,): (i64,) =
            on_db!(self.reader().await?.conn(), db => sqlx::query_as(SIZE).fetch_one(db).await?);
        Ok(Room { taken: taken.unsigned_abs(), free: None })
    }
}

/// The file with its log of writes.
fn size_of(file: &Path) -> u64 {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    [file, Path::new(&log)].iter().filter_map(|path| path.metadata().ok()).map(|found| found.len()).sum()
}

fn free_beside(file: &Path) -> Option<u64> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}
