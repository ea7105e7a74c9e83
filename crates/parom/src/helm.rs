//! Who moves the deliveries of a database.
//!
//! On PostgreSQL leases keep several processes apart. On SQLite there is one process that moves deliveries; a lock
//! beside the file says which one lives, so that nobody takes back leases that somebody still works under.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use anyhow::{Context, bail};

/// The right to move deliveries, or the knowledge that another process has it.
#[derive(Debug)]
pub(crate) enum Helm {
    /// This process moves them, for as long as this value lives.
    Ours {
        /// The lock lasts as long as the file is open.
        _lock: Option<File>,
    },
    /// Another living process moves them.
    Elsewhere,
}

impl Helm {
    /// Takes the right if nobody has it.
    pub(crate) fn take(store_url: &str) -> anyhow::Result<Self> {
        let Some(path) = lock_path(store_url) else { return Ok(Self::Ours { _lock: None }) };
        let told = || format!("не удалось открыть файл блокировки {}", path.display());
        let file = File::options().create(true).truncate(false).write(true).open(&path).with_context(told)?;
        match file.try_lock() {
            Ok(()) => Ok(Self::Ours { _lock: Some(file) }),
            Err(TryLockError::WouldBlock) => Ok(Self::Elsewhere),
            Err(TryLockError::Error(error)) => Err(error).with_context(told),
        }
    }

    /// For those who have nothing to do without it.
    pub(crate) fn or_fail(self) -> anyhow::Result<Self> {
        match self {
            Self::Ours { .. } => Ok(self),
            Self::Elsewhere => bail!(
                "эту базу уже ведёт другой Паром: остановите его или укажите другую базу (ключ `url` в разделе [store])"
            ),
        }
    }
}

/// `<database>.lock`; nothing for PostgreSQL and for a database in memory.
fn lock_path(store_url: &str) -> Option<PathBuf> {
    let path = store_url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(format!("{path}.lock")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_sqlite_has_one_helmsman_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("parom.db").display());

        let first = Helm::take(&url).unwrap();
        assert!(matches!(Helm::take(&url).unwrap(), Helm::Elsewhere));
        assert!(Helm::take(&url).unwrap().or_fail().is_err());

        drop(first);
        assert!(matches!(Helm::take(&url).unwrap(), Helm::Ours { _lock: Some(_) }));
    }

    #[test]
    fn leases_of_postgresql_need_no_helmsman() {
        assert!(matches!(Helm::take("postgres://u:p@db/parom").unwrap(), Helm::Ours { _lock: None }));
    }
}
