//! The journal tells what each side showed, in order.

use domain::{Counterparty, Side};
use store::NewChange;

use crate::world::on_both;

#[tokio::test]
async fn the_history_of_a_link_is_read_in_order_and_in_pages() {
    on_both(async |world| {
        let (link, other) = (world.saved_link().await?, world.saved_link().await?);
        let mut write = world.store.begin().await?;
        for number in 0..5 {
            let snapshot = Counterparty { kpp: Some(format!("77040100{number}")), ..Counterparty::default() };
            let change = NewChange {
                link,
                side: if number % 2 == 0 { Side::OneC } else { Side::Bitrix },
                source: "push",
                changed_at: (number > 0).then(|| world.later(number)),
                seen_at: world.now(),
                snapshot: &snapshot,
                note: "",
            };
            write.record(&change).await?;
            write.record(&NewChange { link: other, ..change }).await?;
        }
        write.commit().await?;

        let first = world.store.history(link, 0, 2).await?;
        let rest = world.store.history(link, first[1].seq, 100).await?;

        let told: Vec<_> = first.iter().chain(&rest).map(|change| change.snapshot.kpp.as_deref()).collect();
        assert_eq!(
            told,
            [Some("770401000"), Some("770401001"), Some("770401002"), Some("770401003"), Some("770401004")]
        );
        assert_eq!((first[0].changed_at, first[0].side), (None, Side::OneC));
        assert_eq!((first[1].changed_at, first[1].side), (Some(world.later(1)), Side::Bitrix));
        assert_eq!(first[1].seen_at, world.now());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_change_may_come_before_its_link_but_not_without_it() {
    on_both(async |world| {
        let link = world.shown_link();
        let snapshot = Counterparty::default();
        let change = NewChange {
            link: link.id,
            side: Side::OneC,
            source: "push",
            changed_at: None,
            seen_at: world.now(),
            snapshot: &snapshot,
            note: "",
        };

        let mut write = world.store.begin().await?;
        write.record(&change).await?;
        assert!(write.commit().await.is_err(), "a change of nothing");
        assert_eq!(world.store.history(link.id, 0, 10).await?, []);

        let mut write = world.store.begin().await?;
        write.record(&change).await?;
        write.save_link(&link).await?;
        write.commit().await?;
        assert_eq!(world.store.history(link.id, 0, 10).await?.len(), 1);
        Ok(())
    })
    .await;
}
