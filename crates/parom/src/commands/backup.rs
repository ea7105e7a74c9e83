//! `parom backup`: a copy of the database, made beside a service that goes on working.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use store::SqliteFile;

use crate::Outcome;
use crate::config::Config;
use crate::show;

/// The copy holds tokens of the portal and everybody's data: its owner alone may read it.
const OWNER_ONLY: u32 = 0o600;

/// Where to.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom backup ФАЙЛ")]
pub(crate) struct Args {
    /// Куда скопировать; файла с таким именем ещё нет
    #[arg(value_name = "ФАЙЛ")]
    file: PathBuf,
}

pub(crate) async fn run(args: &Args, config: &Config) -> anyhow::Result<Outcome> {
    let database = database(config)?;
    copy(&database, &args.file).await?;
    let bytes = fs::metadata(&args.file).map(|copy| copy.len()).unwrap_or_default();
    show::say(format_args!(
        "База {} скопирована в {} ({} МБ).\nВ копии — токены портала и данные контрагентов: храните её как пароль. Вернуть: parom \
         restore {}",
        database.path().display(),
        args.file.display(),
        bytes.div_ceil(1024 * 1024),
        args.file.display()
    ))?;
    Ok(Outcome::Done)
}

/// The file of the database; a server makes copies itself.
pub(super) fn database(config: &Config) -> anyhow::Result<SqliteFile> {
    let Some(database) = SqliteFile::of(config.store.url.expose())? else {
        bail!(
            "база лежит на сервере PostgreSQL: копию делает pg_dump, возвращает pg_restore; после возврата запустите `parom \
             reconcile --ask-1c`"
        );
    };
    Ok(database)
}

/// Copies the database into a new file: whole under its name, or not there at all. Shares of other machines know no hard
/// links, so the last step is a renaming.
pub(super) async fn copy(database: &SqliteFile, to: &Path) -> anyhow::Result<()> {
    if !database.path().exists() {
        bail!("базы {} ещё нет: копировать нечего", database.path().display());
    }
    let told = || format!("не удалось записать копию {}", to.display());
    if to.exists() {
        bail!("файл {} уже есть: назовите другой, чужие копии Паром не затирает", to.display());
    }
    let draft = beside(to, ".part");
    remove(&draft).with_context(told)?;
    new_file(&draft).with_context(told)?;
    let copied = async {
        database.copy_into(&draft).await?;
        File::open(&draft)?.sync_all()?;
        fs::rename(&draft, to)?;
        sync_folder(to)?;
        anyhow::Ok(())
    };
    let copied = copied.await.with_context(told);
    remove(&draft).with_context(told)?;
    copied
}

/// The same place with `suffix` behind the name.
pub(super) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// An empty file that its owner alone may read.
fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)
}

/// Removes a file if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Makes durable which names the folder of `file` has.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
