//! The wish that 1C show everything, what was shown since, and what is open of many links at once.

use std::collections::HashSet;

use domain::{DeliveryState, LinkId, ReasonCode, Side};
use store::{ShowAll, ShownSince};

use crate::world::on_both;

#[tokio::test]
async fn a_wish_survives_a_restart_and_gives_way_to_the_next_one_only() {
    on_both(async |world| {
        assert_eq!(world.store.show_all().await?, None);
        let asked =
            ShowAll { asked_at: world.now(), told_at: None, is_answered: false, runs: 0, ended_at: None };
        let told = ShowAll { told_at: Some(world.later(60)), is_answered: true, runs: 2, ..asked.clone() };
        let mut write = world.store.begin().await?;
        write.ask_to_show_all(world.now()).await?;
        assert_eq!(write.show_all().await?, Some(asked.clone()));
        write.keep_show_all(&told).await?;
        write.commit().await?;
        world.restart().await;
        assert_eq!(world.store.show_all().await?, Some(told.clone()));

        world.pass(60);
        let mut write = world.store.begin().await?;
        write.ask_to_show_all(world.now()).await?;
        write.keep_show_all(&ShowAll { ended_at: Some(world.now()), ..told }).await?;
        write.commit().await?;

        let next = ShowAll { asked_at: world.now(), ..asked };
        assert_eq!(world.store.show_all().await?, Some(next), "what became of the old wish is no matter");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_1c_shows_since_a_moment_is_told_from_what_it_does_not() {
    on_both(async |world| {
        let (kept, lost) = (world.shown_link(), world.shown_link());
        let mut write = world.store.begin().await?;
        write.save_link(&kept).await?;
        write.save_link(&lost).await?;
        write.mark_shown(&[lost.onec_ref.expect("it was shown")], world.now()).await?;
        write.commit().await?;
        let since = world.later(1);
        world.pass(60);
        let mut write = world.store.begin().await?;
        write.mark_shown(&[kept.onec_ref.expect("it was shown")], world.now()).await?;
        write.save_link(&kept).await?;
        write.commit().await?;

        let not_shown = world.store.not_shown_since(since, &[kept.id, lost.id]).await?;

        assert_eq!(not_shown, HashSet::from([lost.id]));
        assert_eq!(world.store.shown_since(since).await?, ShownSince { known: 2, shown: 1 });
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_open_deliveries_of_many_links_are_found_at_once() {
    on_both(async |world| {
        let (due, parked, idle) =
            (world.offered_link().await?, world.saved_link().await?, world.saved_link().await?);
        world.park(parked, ReasonCode::InvalidInn).await?;

        let mut open = world.store.open_deliveries(&[due, parked, idle]).await?;

        open.sort_by_key(|standing| standing.delivery.link);
        let links: Vec<LinkId> = open.iter().map(|standing| standing.delivery.link).collect();
        assert_eq!(links, [due, parked]);
        assert!(open.iter().all(|standing| standing.delivery.side == Side::Bitrix));
        assert!(matches!(open[0].state, DeliveryState::Due { .. }), "{:?}", open[0]);
        assert!(matches!(open[1].state, DeliveryState::Parked { .. }), "{:?}", open[1]);
        assert!(open[0].delivery.id.made_at() <= world.now());
        Ok(())
    })
    .await;
}
