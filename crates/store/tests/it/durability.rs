//! What is committed survives anything; what is not leaves nothing.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use domain::{Intent, Side, Verdict};
use store::{NewChange, Store};

use crate::world::on_both;

#[tokio::test]
async fn what_was_committed_survives_a_restart() {
    on_both(async |world| {
        let link = world.shown_link();
        let shown = link.onec.clone().expect("1C has shown it");
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        let delivery = write.offer(&world.ids, link.id, Side::Bitrix, world.now()).await?;
        write
            .record(&NewChange {
                link: link.id,
                side: Side::OneC,
                source: "push",
                changed_at: None,
                seen_at: world.now(),
                snapshot: &shown.snapshot,
                note: "",
            })
            .await?;
        write.commit().await?;

        world.restart().await;

        assert_eq!(world.store.link(link.id).await?.as_ref(), Some(&link));
        assert_eq!(world.store.history(link.id, 0, 10).await?.len(), 1);
        assert_eq!(world.lease_one().await?.id, delivery);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    on_both(async |world| {
        let link = world.shown_link();

        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        write.offer(&world.ids, link.id, Side::Bitrix, world.now()).await?;
        assert_eq!(write.link(link.id).await?.as_ref(), Some(&link), "the transaction sees its own work");
        drop(write);

        assert_eq!(world.store.link(link.id).await?, None);
        assert_eq!(world.lease_all().await?, []);
        assert_eq!(world.store.summary().await?.links, 0);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn others_see_nothing_before_the_commit() {
    on_both(async |world| {
        let link = world.shown_link();
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;

        assert_eq!(world.store.link(link.id).await?, None);

        write.commit().await?;
        assert!(world.store.link(link.id).await?.is_some());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_intent_survives_the_worker_that_wrote_it() {
    on_both(async |world| {
        world.offered_link().await?;
        let delivery = world.lease_one().await?;
        let intent = Intent { what: "create".to_owned(), at: world.now(), written: None };
        let mut write = world.store.begin().await?;
        write.intend(&[(delivery.id, delivery.fence)], &intent).await?;
        write.commit().await?;

        world.restart().await;
        world.pass(60);
        let again = world.lease_one().await?;

        assert_eq!(again.intent, Some(intent));
        assert_eq!(again.attempts, 1, "a worker that vanished has tried");
        assert_eq!(world.settle(&again, Verdict::Settled).await?, store::Settling::Done);
        Ok(())
    })
    .await;
}

/// Where the process to be killed finds its database.
const DATABASE_OF_THE_VICTIM: &str = "PAROM_TEST_VICTIM_URL";
const HALF_WAY: &str = "half way through the second transaction";

#[tokio::test]
async fn a_killed_process_leaves_its_commits_and_nothing_else() {
    on_both(async |world| {
        let mut victim = Command::new(std::env::current_exe().expect("a test knows its program"))
            .args(["--exact", "durability::victim", "--ignored", "--nocapture"])
            .env(DATABASE_OF_THE_VICTIM, &world.place.url)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program of this test starts again");
        let said = BufReader::new(victim.stdout.take().expect("it is piped"));
        let half_way = said.lines().map_while(Result::ok).any(|line| line.contains(HALF_WAY));
        victim.kill().expect("it hangs");
        victim.wait().expect("it is dead");
        assert!(half_way, "the victim came to its second transaction");

        world.restart().await;

        let links = world.store.links_page(None, 10).await?;
        let left: Vec<_> = links.iter().map(|link| link.onec_code.as_deref()).collect();
        assert_eq!(left, [Some("committed")]);
        assert_eq!(world.store.summary().await?.links, 1);
        // Nor does it leave a lock behind.
        world.offered_link().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
#[ignore = "the process that `a_killed_process_leaves_its_commits_and_nothing_else` starts and kills"]
async fn victim() {
    let url = std::env::var(DATABASE_OF_THE_VICTIM).expect("only another test starts this one");
    let store = Store::open(&url).await.expect("the database of the other test");
    let clock =
        std::sync::Arc::new(domain::ManualClock::at("2026-11-23T20:48:00Z".parse().expect("a moment")));
    let ids = domain::Ids::new(clock, 7);
    for code in ["committed", "not committed"] {
        let mut link = domain::Link::new(ids.link());
        link.onec_code = Some(code.to_owned());
        let mut write = store.begin().await.expect("nobody else writes");
        write.save_link(&link).await.expect("the link is new");
        if code == "committed" {
            write.commit().await.expect("nobody else writes");
        } else {
            println!("\n{HALF_WAY}");
            std::future::pending::<()>().await;
        }
    }
}
