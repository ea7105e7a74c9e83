//! How the databases are opened, and the steps of the schema.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, PgPool, SqlStr, SqlitePool};

use crate::{Result, StoreError};

/// How long a writer waits for another process that writes to the same SQLite file.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a writer waits for the other writers of this process.
const SQLITE_WAIT: Duration = Duration::from_secs(30);

/// How long a call waits for a free connection, or for a server that has gone to come back.
const POSTGRES_WAIT: Duration = Duration::from_secs(10);

/// Readers of SQLite: each is a thread with a cache of its own.
const SQLITE_READERS: u32 = 4;

/// What each connection of SQLite keeps of the file, as the pragma takes it: 16 MiB. With the 2 MiB that are the default, a
/// search beside a million counterparties reads the inner pages of its indexes again and again.
const SQLITE_CACHE: &str = "-16384";

/// A server of PostgreSQL has 100 connections by default; several nodes and people share them.
const POSTGRES_CONNECTIONS: u32 = 10;

/// A database that can be opened.
pub(crate) enum Address {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self> {
        // What cannot be read is not repeated: it may carry a password.
        match url.split_once("://").map(|(scheme, _)| scheme) {
            Some("sqlite") if url.contains(":memory:") || url.contains("mode=memory") => {
                Err(StoreError::Address("база в памяти не переживёт перезапуска".to_owned()))
            }
            Some("sqlite") => SqliteConnectOptions::from_str(url)
                .map(|options| Self::Sqlite(Box::new(options)))
                .map_err(|_| StoreError::Address("не удалось прочитать адрес файла".to_owned())),
            Some("postgres" | "postgresql") => PgConnectOptions::from_str(url)
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|_| StoreError::Address("не удалось прочитать адрес сервера".to_owned())),
            _ => Err(StoreError::Address("неизвестный вид базы данных".to_owned())),
        }
    }
}

/// Opens a file: first its only writer, then, when the schema stands, its readers.
pub(crate) async fn sqlite(options: SqliteConnectOptions) -> Result<(SqlitePool, SqlitePool)> {
    let place = options.get_filename().display().to_string();
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // In WAL mode anything less may lose the last transactions when the power goes.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", SQLITE_CACHE)
        .foreign_keys(true);
    let open = async {
        let writer = sqlite_pool().max_connections(1).connect_with(options.clone()).await?;
        migrator(SQLITE).run(&writer).await?;
        let readers = options.pragma("query_only", "on");
        let readers = sqlite_pool().max_connections(SQLITE_READERS).connect_with(readers).await?;
        Ok((readers, writer))
    };
    open.await.map_err(|cause| cannot_open(place, cause))
}

fn sqlite_pool() -> SqlitePoolOptions {
    // A file does not hang up: no need to ask it before every call whether it is still there.
    SqlitePoolOptions::new().acquire_timeout(SQLITE_WAIT).test_before_acquire(false)
}

/// Opens a database of a server.
pub(crate) async fn postgres(options: PgConnectOptions) -> Result<PgPool> {
    let database = options.get_database().unwrap_or_default();
    let place = format!("postgres://{}:{}/{database}", options.get_host(), options.get_port());
    let options = options.application_name("parom");
    let open = async {
        // A pool takes a refusal for a server that is still starting, and waits; this tells at once what is wrong.
        PgConnection::connect_with(&options).await?.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(POSTGRES_WAIT)
            .connect_with(options)
            .await?;
        migrator(POSTGRES).run(&pool).await?;
        Ok(pool)
    };
    open.await.map_err(|cause| cannot_open(place, cause))
}

fn cannot_open(place: String, cause: StoreError) -> StoreError {
    StoreError::Open { place, cause: Box::new(cause) }
}

/// A step of the schema. Applied ones are never edited: their checksums are kept.
type Step = (i64, &'static str, &'static str);

macro_rules! step {
    ($version:literal, $file:literal) => {
        ($version, $file, include_str!(concat!("../migrations/", $file, ".sql")))
    };
}

const SQLITE: &[Step] = &[
    step!(1, "0001_links"),
    step!(2, "0002_journal.sqlite"),
    step!(3, "0003_outbox"),
    step!(4, "0004_portal_index"),
    step!(5, "0005_service"),
    step!(6, "0006_blobs.sqlite"),
    step!(8, "0008_way_back"),
    step!(9, "0009_tellings"),
    step!(10, "0010_reconcile"),
    step!(11, "0011_oauth"),
    step!(12, "0012_inquiries"),
    step!(13, "0013_people"),
    step!(14, "0014_read_models.sqlite"),
    step!(15, "0015_alerts"),
    step!(16, "0016_deeds"),
    step!(17, "0017_transcripts.sqlite"),
    step!(18, "0018_lists"),
];

const POSTGRES: &[Step] = &[
    step!(1, "0001_links"),
    step!(2, "0002_journal.postgres"),
    step!(3, "0003_outbox"),
    step!(4, "0004_portal_index"),
    step!(5, "0005_service"),
    step!(6, "0006_blobs.postgres"),
    step!(7, "0007_lists.postgres"),
    step!(8, "0008_way_back"),
    step!(9, "0009_tellings"),
    step!(10, "0010_reconcile"),
    step!(11, "0011_oauth"),
    step!(12, "0012_inquiries"),
    step!(13, "0013_people"),
    step!(14, "0014_read_models.postgres"),
    step!(15, "0015_alerts"),
    step!(16, "0016_deeds"),
    step!(17, "0017_transcripts.postgres"),
    step!(18, "0018_lists"),
];

/// The newest step of the schema that this program knows.
pub(crate) fn newest_sqlite_step() -> i64 {
    SQLITE.iter().map(|&(version, ..)| version).max().unwrap_or_default()
}

fn migrator(steps: &[Step]) -> Migrator {
    Migrator::with_migrations(
        steps
            .iter()
            .map(|&(version, file, sql)| {
                let without_transaction = false;
                Migration::new(
                    version,
                    file.into(),
                    MigrationType::Simple,
                    SqlStr::from_static(sql),
                    without_transaction,
                )
            })
            .collect(),
    )
}
