//! What can go wrong with a database, sorted by what to do about it.

use sqlx::error::ErrorKind;
use sqlx::migrate::MigrateError;

/// What every call of the store returns.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the store could not do what it was asked for. Nothing of the failed transaction has been kept. The text is
/// for people; the cause in the database's own words is the error's source. Neither shows a password.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Other writers hold the database: the same call will succeed later.
    #[error("база данных занята и долго не отвечает; действие повторится позже")]
    Busy(#[source] sqlx::Error),
    /// Nobody answers: the same call will succeed when the database is back.
    #[error("база данных недоступна; проверьте, что её сервер запущен, действие повторится позже")]
    Unavailable(#[source] sqlx::Error),
    /// There is no room for anything new until somebody makes some.
    #[error("на диске базы данных нет места; освободите место, ничего из принятого не потеряно")]
    DiskFull(#[source] sqlx::Error),
    /// The file or the server refuses us until somebody corrects the rights or the settings.
    #[error("доступ к базе данных запрещён; проверьте права на файл или логин и пароль в [store].url")]
    Denied(#[source] sqlx::Error),
    /// Something that must be unique exists already.
    #[error("в базе данных уже есть запись с таким значением ({what}); обновите данные и повторите")]
    Taken {
        /// The table and columns, or the name of the constraint.
        what: String,
        /// The database's own words.
        #[source]
        cause: sqlx::Error,
    },
    /// What is stored cannot be read: damage, or a hand in the tables.
    #[error("база данных повреждена: {what}; восстановите её из резервной копии")]
    Corrupt {
        /// Which table and why.
        what: String,
    },
    /// A newer Parom has been here.
    #[error("базу данных создала более новая версия Парома (шаг {0}); обновите программу")]
    NewerSchema(i64),
    /// A step of the schema is not the one that this program knows.
    #[error(
        "схема базы данных не подходит этой программе; установите ту версию Парома, которой создана база"
    )]
    OtherSchema(#[source] MigrateError),
    /// The setting `[store].url` names no database.
    #[error(
        "[store].url: {0}; нужен адрес вида sqlite://parom.db или postgres://user:password@host/database"
    )]
    Address(String),
    /// The database could not be opened.
    #[error("не удалось открыть базу данных {place}: {cause}")]
    Open {
        /// Its address without login and password.
        place: String,
        /// Why.
        #[source]
        cause: Box<StoreError>,
    },
    /// None of the above: a fault of the program.
    #[error("ошибка базы данных; сообщите разработчикам: {0}")]
    Other(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same call may succeed later without anybody doing anything.
    pub fn passes_by_itself(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Unavailable(_) => true,
            Self::Open { cause, .. } => cause.passes_by_itself(),
            Self::DiskFull(_)
            | Self::Denied(_)
            | Self::Taken { .. }
            | Self::Corrupt { .. }
            | Self::NewerSchema(_)
            | Self::OtherSchema(_)
            | Self::Address(_)
            | Self::Other(_) => false,
        }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let damage = match &error {
            sqlx::Error::PoolTimedOut => return Self::Busy(error),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => return Self::Unavailable(error),
            sqlx::Error::Database(answer) => match sort(answer.as_ref()) {
                Sorted::Busy => return Self::Busy(error),
                Sorted::Unavailable => return Self::Unavailable(error),
                Sorted::DiskFull => return Self::DiskFull(error),
                Sorted::Denied => return Self::Denied(error),
                Sorted::Taken(what) => return Self::Taken { what, cause: error },
                Sorted::Corrupt(what) => what,
                Sorted::Other => return Self::Other(error),
            },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_) => {
                error.to_string()
            }
            _ => return Self::Other(error),
        };
        Self::corrupt(damage)
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => cause.into(),
            MigrateError::VersionMissing(version) => Self::NewerSchema(version),
            other => Self::OtherSchema(other),
        }
    }
}

enum Sorted {
    Busy,
    Unavailable,
    DiskFull,
    Denied,
    Taken(String),
    Corrupt(String),
    Other,
}

/// SQLite answers with numbers (<https://sqlite.org/rescode.html>; the low byte is the primary code), PostgreSQL
/// with five characters (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn sort(answer: &dyn sqlx::error::DatabaseError) -> Sorted {
    if answer.kind() == ErrorKind::UniqueViolation {
        return Sorted::Taken(answer.constraint().unwrap_or_else(|| answer.message()).to_owned());
    }
    let code = answer.code().unwrap_or_default();
    if answer.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return match code.parse::<u32>().unwrap_or_default() & 0xff {
            5 | 6 => Sorted::Busy,
            3 | 8 | 14 | 23 => Sorted::Denied,
            10 => Sorted::Unavailable,
            13 => Sorted::DiskFull,
            11 | 26 => Sorted::Corrupt(answer.message().to_owned()),
            _ => Sorted::Other,
        };
    }
    match code.as_ref() {
        // Serialisation failures, deadlocks, lock timeouts, too many connections.
        "40001" | "40P01" | "55P03" | "53300" => Sorted::Busy,
        "53100" => Sorted::DiskFull,
        "42501" | "28000" | "28P01" | "3D000" => Sorted::Denied,
        code if code.starts_with("08") || code.starts_with("57P") => Sorted::Unavailable,
        code if code.starts_with("XX") => Sorted::Corrupt(answer.message().to_owned()),
        _ => Sorted::Other,
    }
}
