//! A file of settings is written by the program: what the wizard was told, with every explanation kept.
//!
//! Nothing that was there is lost: the file that stood there is copied aside first. The new one appears whole or not at
//! all, and nobody but its owner can read it, since it holds passwords.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use domain::Timestamp;
use toml_edit::{DocumentMut, value};

use super::{Config, DEFAULT_FILE, Secret};

/// What the wizard was told. What is absent stays as it is.
#[derive(Debug)]
pub(crate) struct Answers {
    /// The incoming webhook of the portal.
    pub(crate) webhook_url: Secret,
    /// With what 1C comes.
    pub(crate) onec_login: String,
    /// And its password.
    pub(crate) onec_password: Secret,
    /// Where to listen, if not where it was.
    pub(crate) listen: Option<SocketAddr>,
}

/// Who may read a file with passwords: its owner.
const OWNER_ONLY: u32 = 0o600;

/// Why the settings were not written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotWritten {
    /// The disk said no.
    #[error(
        "не удалось записать файл настроек {}: {source}. Дайте пользователю, от имени которого работает Паром, право писать в эту \
         папку или запустите parom serve от имени того, у кого оно есть",
        path.display()
    )]
    Disk {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// What would have been written is no good.
    #[error("настройки не записаны: {0}")]
    Wrong(String),
}

/// Writes `answers` into the file at `path`, over the documented sample where there is none. Returns where the file that
/// stood there was copied to.
pub(crate) fn write(path: &Path, answers: &Answers, now: Timestamp) -> Result<Option<PathBuf>, NotWritten> {
    // A name that leads to the file elsewhere goes on leading there.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let disk = |source| NotWritten::Disk { path: path.to_owned(), source };
    let before = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(disk(error)),
    };
    let text = filled(before.as_deref().unwrap_or(DEFAULT_FILE), answers)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let config =
        Config::read(&text, folder, []).map_err(|problems| NotWritten::Wrong(problems.to_string()))?;
    config.for_serving().map_err(|problems| NotWritten::Wrong(problems.to_string()))?;
    let backup = match &before {
        Some(before) => Some(put_aside(path, before, now).map_err(disk)?),
        None => None,
    };
    replace(path, folder, &text, before.is_none()).map_err(disk)?;
    Ok(backup)
}

/// The text with the answers in it and everything else as it was, comments included.
fn filled(text: &str, answers: &Answers) -> Result<String, NotWritten> {
    // The error of the parser would repeat the line, and the line may hold a password.
    let mut document: DocumentMut = text.parse().map_err(|_| {
        NotWritten::Wrong("файл настроек не читается как TOML: исправьте или уберите его".to_owned())
    })?;
    let secrets =
        [("bitrix24", "webhook_url", &answers.webhook_url), ("onec", "password", &answers.onec_password)];
    for (section, key, secret) in secrets {
        put(&mut document, section, key, secret.expose())?;
        // What is written here is what counts, not a file that was named before.
        forget_file(&mut document, section, key);
    }
    put(&mut document, "onec", "login", &answers.onec_login)?;
    if let Some(listen) = answers.listen {
        put(&mut document, "server", "listen", &listen.to_string())?;
    }
    Ok(document.to_string())
}

/// Takes `key_file` away; the comments before it stay, before the key itself.
fn forget_file(document: &mut DocumentMut, section: &str, key: &str) {
    let Some(table) = document[section].as_table_mut() else { return };
    let Some((name, _)) = table.remove_entry(&format!("{key}_file")) else { return };
    let comments = name.leaf_decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    if let Some(mut key) = table.key_mut(key) {
        let own = key.leaf_decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
        key.leaf_decor_mut().set_prefix(format!("{own}{comments}"));
    }
}

fn put(document: &mut DocumentMut, section: &str, key: &str, text: &str) -> Result<(), NotWritten> {
    let table = document.entry(section).or_insert_with(toml_edit::table);
    let Some(table) = table.as_table_mut() else {
        return Err(NotWritten::Wrong(format!(
            "`{section}` в файле настроек не раздел: напишите [{section}]"
        )));
    };
    match table.get_mut(key).and_then(|item| item.as_value_mut()) {
        Some(before) => {
            let decor = before.decor().clone();
            *before = text.into();
            *before.decor_mut() = decor;
        }
        None => drop(table.insert(key, value(text))),
    }
    Ok(())
}

fn put_aside(path: &Path, before: &str, now: Timestamp) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stamp = now.to_string().replace([':', '.'], "-");
    let backup = path.with_file_name(format!("{name}.{stamp}.bak"));
    let mut file = new_file(&backup)?;
    file.write_all(before.as_bytes())?;
    file.sync_all()?;
    Ok(backup)
}

/// Whole or not at all. A file that appeared in the meantime is not written over.
fn replace(path: &Path, folder: &Path, text: &str, is_first: bool) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let draft = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    // Left behind by a process of the same number that was killed here.
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = (|| {
        let mut file = new_file(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if is_first {
            std::fs::hard_link(&draft, path)?;
            std::fs::remove_file(&draft)
        } else {
            std::fs::rename(&draft, path)
        }
    })();
    if written.is_err() {
        // What is left of the draft holds passwords; the first error is the one that is told.
        drop(std::fs::remove_file(&draft));
    }
    written?;
    File::open(folder)?.sync_all()
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn answers(password: &str) -> Answers {
        Answers {
            webhook_url: Secret::from("http://127.0.0.1:1/rest/1/s3cr3t/".to_owned()),
            onec_login: "1c".to_owned(),
            onec_password: Secret::from(password.to_owned()),
            listen: None,
        }
    }

    fn now() -> Timestamp {
        "2026-11-28T10:00:00Z".parse().expect("a moment")
    }

    fn read(path: &Path) -> Config {
        let text = std::fs::read_to_string(path).expect("it was written");
        Config::read(&text, path.parent().expect("a folder"), []).expect("it is right")
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_file_is_the_documented_one_with_the_answers_and_its_owner_alone_reads_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("parom.toml");
        let password = r#"p"a\ss'#=[x] № 1"#;

        let backup = write(&path, &answers(password), now()).expect("it is written");

        assert_eq!(backup, None);
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, OWNER_ONLY);
        let config = read(&path);
        assert_eq!(config.onec.password().expect("it is set").expose(), password);
        assert_eq!(config.bitrix24.webhook().expect("it is set").host(), "127.0.0.1");
        let text = std::fs::read_to_string(&path).expect("it is there");
        for comment in
            DEFAULT_FILE.lines().filter(|line| line.starts_with("# ") && !line.contains("_file = "))
        {
            assert!(text.contains(comment), "{comment}");
        }
        assert_eq!(names(folder.path()), ["parom.toml"], "nothing is left beside it");
    }

    #[test]
    fn a_file_that_was_there_is_copied_aside_and_keeps_everything_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("parom.toml");
        let before =
            "# наш файл\n[server]\nlisten = \"127.0.0.1:9000\" # внутри\n[onec]\npassword_file = \"нет\"\n";
        std::fs::write(&path, before).expect("a file");

        let backup = write(&path, &answers("новый"), now()).expect("it is written").expect("a copy");

        assert_eq!(std::fs::read_to_string(&backup).expect("a copy"), before);
        let mode = std::fs::metadata(&backup).expect("a copy").permissions().mode();
        assert_eq!(mode & 0o777, OWNER_ONLY);
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(text.contains("# наш файл") && text.contains("# внутри"), "{text}");
        let config = read(&path);
        assert_eq!(config.server.listen.port(), 9000);
        assert_eq!(config.onec.password().expect("it is set").expose(), "новый");
    }

    #[test]
    fn comments_survive_even_those_of_a_line_that_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("parom.toml");
        let before = "[bitrix24]\nsweep_every = \"90s\"  # как просили\n\n[onec]\n# пароль знает Иван\npassword_file = \"/нет\"\n# конец\n";
        std::fs::write(&path, before).expect("a file");

        let everywhere = "0.0.0.0:8024".parse().ok();
        write(&path, &Answers { listen: everywhere, ..answers("новый") }, now()).expect("it is written");

        let text = std::fs::read_to_string(&path).expect("a file");
        for comment in ["# как просили", "# пароль знает Иван", "# конец"] {
            assert!(text.contains(comment), "{comment}: {text}");
        }
        assert!(!text.contains("password_file"), "{text}");
        assert_eq!(read(&path).server.listen.to_string(), "0.0.0.0:8024");
    }

    #[test]
    fn a_name_that_leads_elsewhere_goes_on_leading_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let (real, name) = (folder.path().join("real.toml"), folder.path().join("parom.toml"));
        std::fs::write(&real, "# наш файл\n").expect("a file");
        std::os::unix::fs::symlink(&real, &name).expect("a link");

        write(&name, &answers("новый"), now()).expect("it is written");

        assert!(std::fs::symlink_metadata(&name).expect("it is there").is_symlink());
        assert_eq!(read(&real).onec.password().expect("it is set").expose(), "новый");
    }

    #[test]
    fn what_is_wrong_is_not_written_and_its_secret_is_not_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("parom.toml");
        let wrong = Answers {
            webhook_url: Secret::from("http://portal.example.ru/rest/1/s3cr3t/".to_owned()),
            ..answers("пароль")
        };

        let refusal = write(&path, &wrong, now()).expect_err("plain http outside").to_string();
        assert!(refusal.contains("https://") && !refusal.contains("s3cr3t"), "{refusal}");
        assert!(names(folder.path()).is_empty());

        let broken = "[onec\npassword = \"s3cr3t\"";
        std::fs::write(&path, broken).expect("a file");
        let refusal = write(&path, &answers("пароль"), now()).expect_err("no TOML").to_string();
        assert!(!refusal.contains("s3cr3t"), "{refusal}");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), broken);
        assert_eq!(names(folder.path()), ["parom.toml"]);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named() {
        let path = Path::new("/no/such/folder/parom.toml");
        let refusal = write(path, &answers("пароль"), now()).expect_err("no folder").to_string();
        assert!(refusal.contains("/no/such/folder/parom.toml"), "{refusal}");
    }
}
