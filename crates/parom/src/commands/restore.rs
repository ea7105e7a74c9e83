//! `parom restore`: a copy takes the place of the database, which is kept beside it.
//!
//! Until the last step the old database is where it was; that step is one renaming. The copy is made ready aside: proven,
//! brought up to date, and told to catch up with what both shores have shown since.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bitrix::SystemClock;
use domain::{Clock, Timestamp};
use store::SqliteFile;

use super::backup::{beside, copy, database, remove, sync_folder};
use crate::Outcome;
use crate::config::Config;
use crate::helm::Helm;
use crate::show;

/// From where.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom restore ФАЙЛ")]
pub(crate) struct Args {
    /// Копия, которую сделала `parom backup`
    #[arg(value_name = "ФАЙЛ")]
    file: PathBuf,
}

pub(crate) async fn run(args: &Args, config: &Config) -> anyhow::Result<Outcome> {
    let database = database(config)?;
    let _helm = Helm::take(config.store.url.expose())?.or_fail()?;
    let now = SystemClock.now();
    let draft = SqliteFile::at(&beside(database.path(), ".restored"));
    make_ready(&args.file, &draft, now).await?;
    let aside = put_in_place(&draft, &database, now)
        .await
        .with_context(|| format!("не удалось заменить базу {}", database.path().display()))?;
    show::say(format_args!("База {} возвращена из {}.", database.path().display(), args.file.display()))?;
    if let Some(aside) = aside {
        show::say(format_args!("Прежняя база сохранена: {}", aside.display()))?;
    }
    show::say(
        "Запустите службу: она сверит весь портал и попросит 1С показать всех контрагентов. Что появилось после копии, найдётся по \
         ИНН и не будет создано второй раз; пользователи консоли и их пароли — как в копии.",
    )?;
    Ok(Outcome::Done)
}

/// The copy in `from` becomes a database that the service can start with.
async fn make_ready(from: &Path, draft: &SqliteFile, now: Timestamp) -> anyhow::Result<()> {
    let from = SqliteFile::at(from);
    if !from.path().exists() {
        anyhow::bail!("файла {} нет", from.path().display());
    }
    let unfit =
        || format!("{} не годится: это не копия базы Парома или она повреждена", from.path().display());
    from.prove().await.with_context(unfit)?;
    for left_over in [draft.path().to_owned(), draft.log(), beside(draft.path(), "-shm")] {
        remove(&left_over)?;
    }
    copy(&from, draft.path()).await?;
    let store = draft.store().await.with_context(unfit)?;
    engine::catch_up_after_restore(&store, now).await?;
    store.close().await;
    draft.fold_log().await?;
    Ok(())
}

/// Renames it to the database. Returns where the old one is kept.
async fn put_in_place(
    draft: &SqliteFile,
    database: &SqliteFile,
    now: Timestamp,
) -> anyhow::Result<Option<PathBuf>> {
    File::open(draft.path())?.sync_all()?;
    let mut kept = None;
    if database.path().exists() {
        let stamp = now.strftime("%Y-%m-%dT%H-%M-%S");
        let aside = beside(database.path(), &format!(".before-restore-{stamp}"));
        // A damaged database cannot be folded; its log goes with it.
        if database.fold_log().await.is_err() && database.log().exists() {
            fs::rename(database.log(), beside(&aside, "-wal"))?;
        }
        fs::hard_link(database.path(), &aside)?;
        kept = Some(aside);
    }
    for left_over in [database.log(), beside(database.path(), "-shm")] {
        remove(&left_over)?;
    }
    fs::rename(draft.path(), database.path())?;
    sync_folder(database.path())?;
    Ok(kept)
}
