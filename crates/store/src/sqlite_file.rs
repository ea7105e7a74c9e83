//! A database of SQLite as a file: copied while others write, proven before it takes another one's place.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::connect::{self, Address};
use crate::{Result, Store, StoreError};

/// The file of a database. Nothing is opened, made or changed but by what its functions say.
pub struct SqliteFile(SqliteConnectOptions);

impl SqliteFile {
    /// The file that `[store].url` names; `None`: a server keeps the database.
    pub fn of(url: &str) -> Result<Option<Self>> {
        Ok(match Address::parse(url)? {
            Address::Sqlite(options) => Some(Self(*options)),
            Address::Postgres(_) => None,
        })
    }

    /// A file at this place.
    pub fn at(path: &Path) -> Self {
        Self(SqliteConnectOptions::new().filename(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.get_filename()
    }

    /// Where SQLite keeps what it has not folded into the file yet.
    pub fn log(&self) -> PathBuf {
        let mut log = self.path().as_os_str().to_owned();
        log.push("-wal");
        log.into()
    }

    /// Copies everything that was committed up to now into `to`, which is empty or does not exist. Others go on reading and
    /// writing meanwhile. The copy is one file; it is whole when this returns, and durable when the caller has synced it.
    pub async fn copy_into(&self, to: &Path) -> Result<()> {
        const COPY: &str = "
            -- file: copy
            vacuum into $1";
        let mut connection = self.open(false).await?;
        sqlx::query(COPY).bind(to.to_string_lossy().into_owned()).execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Opens it as [`Store::open`] does: made if it is missing, and brought up to date.
    pub async fn store(&self) -> Result<Store> {
        Store::open_sqlite(self.0.clone()).await
    }

    /// Proves that it is an undamaged database of Parom, of this version or an older one. Changes nothing.
    pub async fn prove(&self) -> Result<()> {
        const DAMAGE: &str = "
            -- file: damage
            pragma quick_check(1)";
        const VERSION: &str = "
            -- file: the newest step of its schema
            select coalesce(max(version), 0)
              from _sqlx_migrations";
        let mut connection = self.open(true).await?;
        let (found,): (String,) = sqlx::query_as(DAMAGE).fetch_one(&mut connection).await?;
        if found != "ok" {
            return Err(StoreError::corrupt(found));
        }
        let (version,): (i64,) = sqlx::query_as(VERSION).fetch_one(&mut connection).await?;
        connection.close().await?;
        if version > connect::newest_sqlite_step() { Err(StoreError::NewerSchema(version)) } else { Ok(()) }
    }

    /// Folds the log into the file, so that the file alone is the database. Nobody else may have it open.
    pub async fn fold_log(&self) -> Result<()> {
        const FOLD: &str = "
            -- file: fold the log in
            pragma wal_checkpoint(truncate)";
        let mut connection = self.open(false).await?;
        sqlx::query(FOLD).execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    async fn open(&self, is_read_only: bool) -> Result<SqliteConnection> {
        let options = self.0.clone().create_if_missing(false).read_only(is_read_only);
        Ok(SqliteConnection::connect_with(&options.busy_timeout(connect::BUSY_TIMEOUT)).await?)
    }
}
