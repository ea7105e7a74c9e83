//! The open database, and a transaction in it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::dialect::Conn;
use crate::{Result, connect};

/// The open database. Clones share its connections.
#[derive(Clone)]
pub struct Store(Pools);

#[derive(Clone)]
enum Pools {
    /// SQLite lets one write at a time. Writers queue for the only connection that can write, in the order of
    /// their coming, instead of polling a locked file.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

impl Store {
    /// Opens the database at `sqlite://path` (created if missing) or `postgres://user:password@host/database`
    /// and brings its schema up to date. Times out with [`StoreError::Open`](crate::StoreError::Open).
    pub async fn open(url: &str) -> Result<Self> {
        let pools = match connect::Address::parse(url)? {
            connect::Address::Sqlite(options) => return Self::open_sqlite(*options).await,
            connect::Address::Postgres(options) => Pools::Postgres(connect::postgres(*options).await?),
        };
        Self(pools).made_findable().await
    }

    pub(crate) async fn open_sqlite(options: SqliteConnectOptions) -> Result<Self> {
        let (readers, writer) = connect::sqlite(options).await?;
        Self(Pools::Sqlite { readers, writer }).made_findable().await
    }

    async fn made_findable(self) -> Result<Self> {
        self.fill_search().await?;
        Ok(self)
    }

    /// Begins to write. Keep it short and make no network call before [`Write::commit`]: on SQLite all other
    /// writers wait. A task that begins a second one while it holds the first waits for itself until
    /// [`StoreError::Busy`](crate::StoreError::Busy).
    pub async fn begin(&self) -> Result<Write> {
        let transaction = match &self.0 {
            // A transaction that starts by reading and then writes fails at once if somebody wrote in between;
            // busy_timeout does not help there. So it is a writer from its first word.
            Pools::Sqlite { writer, .. } => Open::Sqlite(writer.begin_with("begin immediate").await?),
            Pools::Postgres(pool) => Open::Postgres(pool.begin().await?),
        };
        Ok(Write { transaction, tally: BTreeMap::new(), activity: BTreeMap::new() })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        on_db!(self.reader().await?.conn(), db => {
            sqlx::query("select 1").execute(db).await?;
        });
        Ok(())
    }

    /// Whether at most one machine works with this database, so that leases of a dead process are known to be
    /// dead as soon as the next one starts.
    pub fn is_single_node(&self) -> bool {
        matches!(self.0, Pools::Sqlite { .. })
    }

    /// The file of the database; none where a server keeps it.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match &self.0 {
            Pools::Sqlite { writer, .. } => Some(writer.connect_options().get_filename().to_owned()),
            Pools::Postgres(_) => None,
        }
    }

    /// Waits for calls under way and closes all connections; every clone is closed with it.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) async fn reader(&self) -> Result<Reader> {
        Ok(match &self.0 {
            Pools::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Pools::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
        })
    }
}

impl std::fmt::Debug for Store {
    // The pools know the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Pools::Sqlite { .. } => "Store(SQLite)",
            Pools::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}

/// A connection that one read holds.
pub(crate) enum Reader {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(connection) => Conn::Sqlite(connection),
            Self::Postgres(connection) => Conn::Postgres(connection),
        }
    }
}

/// A transaction. Nothing of it exists for others, or after a crash, until [`commit`](Self::commit) has returned;
/// dropped, it is undone.
pub struct Write {
    transaction: Open,
    /// By how much each total has changed. Written last, so that several nodes do not wait for each other's
    /// whole transactions at the same few rows, and in the order of names, so that they never wait in a circle.
    tally: BTreeMap<String, i64>,
    /// What crossed, by hour; written last like the totals.
    activity: BTreeMap<(i64, String), i64>,
}

enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Write {
    /// Makes everything durable. After an error the outcome is unknown only if the connection broke: look.
    pub async fn commit(mut self) -> Result<()> {
        self.count_up().await?;
        self.keep_activity().await?;
        match self.transaction {
            Open::Sqlite(transaction) => transaction.commit().await?,
            Open::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match &mut self.transaction {
            Open::Sqlite(transaction) => Conn::Sqlite(transaction),
            Open::Postgres(transaction) => Conn::Postgres(transaction),
        }
    }

    pub(crate) fn tally(&mut self, name: impl Into<String>, by: i64) {
        *self.tally.entry(name.into()).or_default() += by;
    }

    pub(crate) fn count_activity(&mut self, hour: i64, what: String) {
        *self.activity.entry((hour, what)).or_default() += 1;
    }

    async fn keep_activity(&mut self) -> Result<()> {
        const KEEP: &str = "
            -- activity: count up
            insert into activity (hour, what, count)
            values ($1, $2, $3)
            on conflict (hour, what) do update
               set count = activity.count + excluded.count";
        for ((hour, what), count) in std::mem::take(&mut self.activity) {
            on_db!(self.conn(), db => {
                sqlx::query(KEEP).bind(hour).bind(what).bind(count).execute(db).await?;
            });
        }
        Ok(())
    }

    async fn count_up(&mut self) -> Result<()> {
        const COUNT_UP: &str = "
            -- counter: count up
            insert into counter (name, value)
            values ($1, $2)
            on conflict (name) do update
               set value = counter.value + excluded.value";
        for (name, by) in std::mem::take(&mut self.tally) {
            if by != 0 {
                on_db!(self.conn(), db => { sqlx::query(COUNT_UP).bind(name).bind(by).execute(db).await?; });
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Write")
    }
}
