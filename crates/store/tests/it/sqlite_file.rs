//! A file of SQLite is copied while others write, and proven before it is trusted.

use std::path::PathBuf;

use sqlx::{Connection, SqliteConnection};
use store::{SqliteFile, Store, StoreError};
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn sqlite(&self, name: &str) -> SqliteFile {
        SqliteFile::at(&self.file(name))
    }
}

async fn put(store: &Store, name: &str) {
    let mut write = store.begin().await.expect("a writer");
    write.set_cursor(name, "1").await.expect("room for a row");
    write.commit().await.expect("a disk");
}

#[tokio::test]
async fn a_copy_has_what_was_committed_and_nothing_of_what_is_under_way() {
    let folder = Folder::new();
    let store = folder.sqlite("паром.db").store().await.expect("an empty database");
    put(&store, "committed").await;
    let mut under_way = store.begin().await.expect("a writer");
    under_way.set_cursor("under way", "1").await.expect("room for a row");

    folder.sqlite("паром.db").copy_into(&folder.file("копия.db")).await.expect("a copy beside a writer");

    under_way.commit().await.expect("the copy is nobody's hindrance");
    let copy = folder.sqlite("копия.db");
    copy.prove().await.expect("it is whole");
    let copy = copy.store().await.expect("it opens");
    assert_eq!(copy.cursor("committed").await.expect("it is read").as_deref(), Some("1"));
    assert_eq!(copy.cursor("under way").await.expect("it is read"), None);
}

#[tokio::test]
async fn a_file_whose_log_was_folded_in_is_the_whole_database() {
    let folder = Folder::new();
    let file = folder.sqlite("parom.db");
    let store = file.store().await.expect("an empty database");
    put(&store, "committed").await;
    store.close().await;

    file.fold_log().await.expect("nobody else has it");

    assert!(!file.log().exists());
    std::fs::copy(file.path(), folder.file("moved.db")).expect("room");
    let moved = folder.sqlite("moved.db").store().await.expect("it opens");
    assert_eq!(moved.cursor("committed").await.expect("it is read").as_deref(), Some("1"));
}

#[tokio::test]
async fn a_newer_a_damaged_and_a_foreign_file_are_told_apart_and_left_as_they_are() {
    let folder = Folder::new();
    let store = folder.sqlite("parom.db").store().await.expect("an empty database");
    store.close().await;
    folder.sqlite("parom.db").copy_into(&folder.file("newer.db")).await.expect("a copy");
    let whole = std::fs::read(folder.file("newer.db")).expect("it is there");
    std::fs::write(folder.file("half.db"), &whole[..whole.len() / 2]).expect("room");
    std::fs::write(folder.file("letter.db"), "Дорогой бухгалтер! ".repeat(100)).expect("room");
    let newer = format!("sqlite://{}", folder.file("newer.db").display());
    let mut database = SqliteConnection::connect(&newer).await.expect("it is a database");
    let future = "update _sqlx_migrations set version = 9999 where version = 1";
    sqlx::query(future).execute(&mut database).await.expect("it has a schema");
    database.close().await.expect("nobody else has it");
    let names = ["newer.db", "half.db", "letter.db"];
    let before = names.map(|name| std::fs::read(folder.file(name)).expect("it is there"));

    let [newer, half, letter] = [
        folder.sqlite(names[0]).prove().await,
        folder.sqlite(names[1]).prove().await,
        folder.sqlite(names[2]).prove().await,
    ];

    assert!(matches!(newer, Err(StoreError::NewerSchema(9999))), "{newer:?}");
    assert!(matches!(half, Err(StoreError::Corrupt { .. })), "{half:?}");
    assert!(matches!(letter, Err(StoreError::Corrupt { .. })), "{letter:?}");
    assert_eq!(names.map(|name| std::fs::read(folder.file(name)).expect("it is there")), before);
}

#[test]
fn a_database_of_a_server_is_no_file() {
    assert!(SqliteFile::of("postgres://parom@127.0.0.1/parom").expect("an address").is_none());
    let file = SqliteFile::of("sqlite://папка/parom.db?mode=rwc").expect("an address").expect("a file");
    assert_eq!(file.path().to_str(), Some("папка/parom.db"));
}
