//! One text of Rust for two databases. The statements are the same; only the types of the drivers differ, and
//! the few words of SQL that `for_each_database!` is told.

use sqlx::{PgConnection, SqliteConnection};

/// A connection of either database, borrowed for one call.
pub(crate) enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Conn<'_> {
    /// The same connection for a shorter time.
    pub(crate) fn again(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(connection) => Conn::Sqlite(connection),
            Self::Postgres(connection) => Conn::Postgres(connection),
        }
    }

    /// The statement for the database that is open.
    pub(crate) fn pick(&self, statement: &Dialects) -> &'static str {
        match self {
            Self::Sqlite(_) => statement.sqlite,
            Self::Postgres(_) => statement.postgres,
        }
    }
}

/// A statement that the two databases do not spell alike.
pub(crate) struct Dialects {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// Runs one body against whichever database is open; `$db` is its connection.
macro_rules! on_db {
    ($conn:expr, $db:ident => $body:expr) => {
        match $conn {
            $crate::dialect::Conn::Sqlite($db) => $body,
            $crate::dialect::Conn::Postgres($db) => $body,
        }
    };
}

/// A statement that locks the rows it reads where several nodes write at once. SQLite has one writer at a time
/// and no words for it.
macro_rules! locking {
    ($before:literal, $lock:literal $(, $after:literal)?) => {
        $crate::dialect::Dialects {
            sqlite: concat!($before $(, $after)?),
            postgres: concat!($before, $lock $(, $after)?),
        }
    };
}

/// A row whose fields are read from the columns of the same name.
macro_rules! row {
    ($name:ident { $($field:ident: $ty:ty),* $(,)? }) => {
        struct $name { $($field: $ty),* }

        row!(@read $name, sqlx::sqlite::SqliteRow, $($field),*);
        row!(@read $name, sqlx::postgres::PgRow, $($field),*);
    };
    (@read $name:ident, $row:ty, $($field:ident),*) => {
        impl<'r> sqlx::FromRow<'r, $row> for $name {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?),* })
            }
        }
    };
}

/// Gives reads to [`Store`](crate::Store) and to [`Write`](crate::Write): what a transaction has written it must
/// be able to see.
macro_rules! reads {
    ($( $(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),*) -> $out:ty; )*) => {
        impl $crate::Store {
            $( $(#[$doc])* pub async fn $name(&self, $($arg: $ty),*) -> $crate::Result<$out> {
                let mut reader = self.reader().await?;
                $name(reader.conn(), $($arg),*).await
            } )*
        }
        impl $crate::Write {
            $( $(#[$doc])* pub async fn $name(&mut self, $($arg: $ty),*) -> $crate::Result<$out> {
                $name(self.conn(), $($arg),*).await
            } )*
        }
    };
}
