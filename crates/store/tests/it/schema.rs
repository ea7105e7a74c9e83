//! Databases of other versions, and databases that cannot be opened.

use std::error::Error as _;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, PgConnection, SqlStr, SqliteConnection};
use store::{Store, StoreError};

use crate::world::{World, on_both};

#[tokio::test]
async fn an_older_database_is_brought_up_to_date_with_what_it_holds() {
    on_both(async |world| {
        // As the first step of the schema left it, with a link in it.
        drop_everything(world).await;
        let first_step = Migrator::with_migrations(vec![Migration::new(
            1,
            "0001_links".into(),
            MigrationType::Simple,
            SqlStr::from_static(include_str!("../../migrations/0001_links.sql")),
            false,
        )]);
        let link = world.shown_link();
        let insert = format!(
            "insert into link (id, title, base, remarks, remark_count) values ('{}', 'ООО «Ромашка»', '{{}}', '[]', 0)",
            link.id
        );
        if world.place.is_sqlite() {
            let mut database =
                SqliteConnection::connect(&format!("{}?mode=rwc", world.place.url)).await.expect("a file");
            first_step.run(&mut database).await.expect("an empty database");
            sqlx::raw_sql(sqlx::AssertSqlSafe(insert)).execute(&mut database).await?;
            database.close().await?;
        } else {
            let mut database = PgConnection::connect(&world.place.url).await.expect("a database");
            first_step.run(&mut database).await.expect("an empty database");
            sqlx::raw_sql(sqlx::AssertSqlSafe(insert)).execute(&mut database).await?;
            database.close().await?;
        }

        world.restart().await;

        assert_eq!(world.store.link(link.id).await?, Some(domain::Link::new(link.id)));
        world.offer(link.id).await?;
        assert_eq!(world.lease_one().await?.link, link.id);
        Ok(())
    })
    .await;
}

/// Empties the database without removing it.
async fn drop_everything(world: &World) {
    world.store.close().await;
    if world.place.is_sqlite() {
        let file = world.place.url.strip_prefix("sqlite://").expect("the address of a file");
        std::fs::remove_file(file).expect("nobody has it open");
    } else {
        let mut database = PgConnection::connect(&world.place.url).await.expect("a database");
        sqlx::raw_sql("drop schema public cascade; create schema public")
            .execute(&mut database)
            .await
            .expect("the owner may do that");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    on_both(async |world| {
        world.store.close().await;
        let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                     select 9999, 'from the future', success, checksum, execution_time
                       from _sqlx_migrations
                      where version = 1";
        if world.place.is_sqlite() {
            let mut database = SqliteConnection::connect(&world.place.url).await.expect("a file");
            sqlx::query(newer).execute(&mut database).await?;
        } else {
            let mut database = PgConnection::connect(&world.place.url).await.expect("a database");
            sqlx::query(newer).execute(&mut database).await?;
        }

        let error = Store::open(&world.place.url).await.expect_err("nobody knows the future");

        let StoreError::Open { cause, .. } = &error else { panic!("{error:?}") };
        assert!(matches!(**cause, StoreError::NewerSchema(9999)), "{error:?}");
        assert!(!error.passes_by_itself());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("parom.db");
    let content = "ИНН;КПП\n".repeat(100);
    std::fs::write(&file, &content).expect("a file");

    let error = Store::open(&format!("sqlite://{}", file.display())).await.expect_err("a table of people");

    let StoreError::Open { cause, place } = &error else { panic!("{error:?}") };
    assert!(matches!(**cause, StoreError::Corrupt { .. }), "{error:?}");
    assert!(place.ends_with("parom.db"));
    assert_eq!(std::fs::read_to_string(&file).expect("it is still there"), content);
}

#[tokio::test]
async fn an_absent_server_is_named_without_its_password() {
    // Port 1 of the loopback: refused at once wherever the tests run.
    let error =
        Store::open("postgres://parom:s3cr3t@127.0.0.1:1/crossing").await.expect_err("nobody listens");

    assert!(error.passes_by_itself());
    assert!(error.to_string().contains("postgres://127.0.0.1:1/crossing"), "{error}");
    let mut told = format!("{error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        told += &error.to_string();
        cause = error.source();
    }
    assert!(!told.contains("s3cr3t"), "{told}");
}

#[tokio::test]
async fn an_address_that_names_no_database_is_refused_without_being_repeated() {
    for url in
        ["", "parom.db", "mysql://parom:s3cr3t@host/db", "postgres://parom:s3cr3t@[/db", "sqlite://:memory:"]
    {
        let error = Store::open(url).await.expect_err("no address of a database");

        assert!(matches!(error, StoreError::Address(_)), "`{url}`: {error:?}");
        assert!(!format!("{error:?} {error}").contains("s3cr3t"), "{error:?}");
    }
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_named() {
    let error = Store::open("sqlite:///no/such/folder/parom.db").await.expect_err("no folder");

    assert!(error.to_string().contains("/no/such/folder/parom.db"), "{error}");
    assert!(!error.passes_by_itself());
}
