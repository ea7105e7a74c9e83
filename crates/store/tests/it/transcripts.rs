//! What was said to either side, kept for a while.

use domain::{DeliveryId, LinkId, Side, SignedDuration};
use store::{Line, LineEnd, NewTranscript};

use crate::world::{World, on_both};

fn line(method: &str) -> Line {
    Line {
        method: method.to_owned(),
        asked: r#"{"fields":{"TITLE":"ООО «Ромашка»"}}"#.to_owned(),
        end: LineEnd::Refused,
        answered: "Клиент с таким ИНН уже создан".to_owned(),
    }
}

fn said(world: &World, link: Option<LinkId>, deal: Option<i64>) -> NewTranscript {
    NewTranscript {
        side: Side::Bitrix,
        link,
        deal,
        delivery: Some(world.ids.delivery()),
        at: world.now(),
        took: Some(SignedDuration::from_millis(105)),
        lines: vec![line("crm.company.add"), line("crm.requisite.add")],
    }
}

#[tokio::test]
async fn what_was_said_of_a_counterparty_or_a_deal_is_read_back_the_newest_first() {
    on_both(async |world| {
        let (link, other) = (world.ids.link(), world.ids.link());
        let of_link: Vec<_> = (0..5).map(|_| said(world, Some(link), None)).collect();
        let given = NewTranscript { side: Side::OneC, took: None, ..said(world, Some(other), Some(7)) };
        let mut write = world.store.begin().await?;
        write.keep_transcripts(&of_link, 100).await?;
        write
            .keep_transcripts(&[given.clone(), NewTranscript { lines: vec![], ..given.clone() }], 100)
            .await?;
        write.commit().await?;

        let mut seen: Vec<DeliveryId> = Vec::new();
        let mut before = None;
        loop {
            let page = world.store.transcripts_of_link(link, before, 2).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
            seen.extend(page.iter().filter_map(|one| one.what.delivery));
        }
        let newest_first: Vec<_> = of_link.iter().rev().filter_map(|one| one.delivery).collect();
        assert_eq!(seen, newest_first);

        let of_deal = world.store.transcripts_of_deal(7, None, 10).await?;
        assert_eq!(
            of_deal.into_iter().map(|one| one.what).collect::<Vec<_>>(),
            [given],
            "an empty one is not kept"
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn too_many_and_old_ones_are_forgotten_the_oldest_first() {
    on_both(async |world| {
        let link = world.ids.link();
        for _ in 0..4 {
            let three: Vec<_> = (0..3).map(|_| said(world, Some(link), None)).collect();
            let mut write = world.store.begin().await?;
            write.keep_transcripts(&three, 10).await?;
            write.commit().await?;
            world.pass(3600);
        }
        assert_eq!(world.store.transcripts_of_link(link, None, 100).await?.len(), 10);

        let before = world.now() - SignedDuration::from_secs(3 * 3600);
        let mut pruned = Vec::new();
        loop {
            let mut write = world.store.begin().await?;
            pruned.push(write.prune_transcripts(before, 2).await?);
            write.commit().await?;
            if pruned.last() < Some(&2) {
                break;
            }
        }
        // Of the first three one was left; the second three are just young enough.
        assert_eq!(pruned, [1]);
        let left = world.store.transcripts_of_link(link, None, 100).await?;
        assert!(left.len() == 9 && left.iter().all(|one| one.what.at >= before), "{left:?}");
        Ok(())
    })
    .await;
}
