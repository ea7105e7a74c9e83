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

/// The steps before figures and the search were kept, and something of everything.
const BEFORE_FIGURES: [&str; 10] = [
    include_str!("../../migrations/0001_links.sql"),
    include_str!("../../migrations/0003_outbox.sql"),
    include_str!("../../migrations/0004_portal_index.sql"),
    include_str!("../../migrations/0005_service.sql"),
    include_str!("../../migrations/0008_way_back.sql"),
    include_str!("../../migrations/0009_tellings.sql"),
    include_str!("../../migrations/0010_reconcile.sql"),
    include_str!("../../migrations/0011_oauth.sql"),
    include_str!("../../migrations/0012_inquiries.sql"),
    "insert into link (id, title, onec_ref, company_id, onec, base, remarks, remark_count)
     values ('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'ООО «Королёв»', '6f9619ff-8b86-d011-b42d-000000000001', 41,
             '{\"snapshot\":{\"name\":\"ООО «Королёв»\",\"inn\":\"7707083893\"},\"changed_at\":null,\"seen_at\":\"2026-11-23T20:48:00Z\"}',
             '{}', '[{\"field\":\"name\",\"text\":\"имя\"}]', 1);
     insert into counter (name, value) values ('links', 1), ('linked', 1);
     insert into delivery (id, link_id, side, state, at, version, fence, attempts, reason_code, reason_text)
     values ('01ARZ3NDEKTSV4RRFFQ69G5FA1', '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'bitrix', 'parked', 7, 1, 0, 0, 'refused', 'почему'),
            ('01ARZ3NDEKTSV4RRFFQ69G5FA2', '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'onec', 'due', 7, 1, 0, 0, null, null);
     insert into portal_company (company_id, title, has_deal, fingerprint, waits_code, waits_text, seen_at)
     values (7, 'Лютик', 1, '', 'missing-inn', 'почему', 8), (8, 'Василёк', 0, '', 'no-deal', 'почему', 8);
     insert into inquiry (deal_id, title, is_closed, is_lost, is_gone, seen_at, onec_ref, state, at, reason_code, reason_text)
     values (70, 'Насосы', 0, 0, 0, 9, '6f9619ff-8b86-d011-b42d-000000000002', 'waits', 9, 'no-company', 'почему'),
            (71, 'Трубы', 0, 0, 0, 9, null, 'rejected', 9, 'rejected-by-one-c', 'почему'),
            (72, 'Краны', 0, 0, 0, 9, null, 'due', 9, null, null);
     insert into document (onec_ref, kind, inquiry_ref, number, currency, file_name, digest, is_deleted, seen_at, placed_deal)
     values ('6f9619ff-8b86-d011-b42d-000000000003', 'invoice', '6f9619ff-8b86-d011-b42d-000000000002', '1', '', '1.pdf', null, 0, 5, null),
            ('6f9619ff-8b86-d011-b42d-000000000004', 'invoice', '6f9619ff-8b86-d011-b42d-000000000009', '2', '', '2.pdf', 'f', 0, 5, null),
            ('6f9619ff-8b86-d011-b42d-000000000005', 'contract', '6f9619ff-8b86-d011-b42d-000000000002', '3', '', '3.pdf', 'f', 0, 5, 70);
     insert into payment (onec_ref, inquiry_ref, number, amount, currency, is_cancelled, is_left_out, seen_at)
     values ('6f9619ff-8b86-d011-b42d-000000000006', '6f9619ff-8b86-d011-b42d-000000000002', '1', '5', '', 0, 0, 5),
            ('6f9619ff-8b86-d011-b42d-000000000007', '6f9619ff-8b86-d011-b42d-000000000009', '2', '5', '', 0, 0, 5),
            ('6f9619ff-8b86-d011-b42d-000000000008', '6f9619ff-8b86-d011-b42d-000000000009', '3', '5', '', 1, 0, 5);
     insert into deal_face (deal_id, wanted, due_at, attempts, shown, reason_code, reason_text)
     values (70, 1, 5, 0, '{}', null, null), (71, 1, null, 0, '{}', 'deal-gone', 'почему');
     insert into conflict (link_id, field, since) values ('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'kpp', 5);
     insert into look (entity, entity_id, noticed, at) values ('company', 1, 1, 5);
     insert into code_to_show (company_id, wanted, due_at) values (41, 1, 5);
     insert into deal_note (topic, deal_id, text, attempts, due_at) values ('t', 70, 'текст', 0, 5);
     insert into telling (topic, company_id, message, told, attempts, since, due_at) values ('t', 41, '{}', '{}', 0, 5, 5)",
];

#[tokio::test]
async fn what_an_older_database_holds_is_counted_and_found_after_the_upgrade() {
    on_both(async |world| {
        drop_everything(world).await;
        let (journal, blobs) = if world.place.is_sqlite() {
            (
                include_str!("../../migrations/0002_journal.sqlite.sql"),
                include_str!("../../migrations/0006_blobs.sqlite.sql"),
            )
        } else {
            (
                include_str!("../../migrations/0002_journal.postgres.sql"),
                include_str!("../../migrations/0006_blobs.postgres.sql"),
            )
        };
        let lists = include_str!("../../migrations/0007_lists.postgres.sql");
        let (rows, steps) = BEFORE_FIGURES.split_last().expect("they are there");
        let mut versions: Vec<(i64, &str, &'static str)> = [1, 3, 4, 5, 8, 9, 10, 11, 12]
            .into_iter()
            .zip([
                "links",
                "outbox",
                "portal_index",
                "service",
                "way_back",
                "tellings",
                "reconcile",
                "oauth",
                "inquiries",
            ])
            .zip(steps)
            .map(|((version, name), sql)| (version, name, *sql))
            .collect();
        versions.push((2, "journal", journal));
        versions.push((6, "blobs", blobs));
        if !world.place.is_sqlite() {
            versions.push((7, "lists", lists));
        }
        versions.sort_unstable();
        let migrations = versions.into_iter().map(|(version, name, sql)| {
            Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
        });
        let steps = Migrator::with_migrations(migrations.collect());
        if world.place.is_sqlite() {
            let mut database =
                SqliteConnection::connect(&format!("{}?mode=rwc", world.place.url)).await.expect("a file");
            steps.run(&mut database).await.expect("an empty database");
            sqlx::raw_sql(*rows).execute(&mut database).await?;
            database.close().await?;
        } else {
            let mut database = PgConnection::connect(&world.place.url).await.expect("a database");
            steps.run(&mut database).await.expect("an empty database");
            sqlx::raw_sql(*rows).execute(&mut database).await?;
            database.close().await?;
        }

        world.restart().await;

        crate::tallies::agree(world).await?;
        let groups = world.store.held_groups().await?;
        assert_eq!(groups.iter().map(|group| group.count).sum::<i64>(), 9);
        assert!(groups.iter().all(|group| group.oldest.is_some() && !group.samples.is_empty()), "{groups:?}");
        for (text, hits) in [("королев", 1), ("7707083893", 1), ("лютик", 1), ("насосы", 1), ("договор 3", 2)]
        {
            let found = world.store.search(text).await?;
            assert_eq!(found.iter().map(|kind| kind.hits.len()).sum::<usize>(), hits, "{text}: {found:?}");
        }
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
