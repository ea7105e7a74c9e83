//! What people did to records is kept with who, when and which values, and undone once.

use domain::{Counterparty, DeedId, Field, LinkId, Side};
use store::{Chosen, Deed, DeedKind, HistoryEvent, StoreError};

use crate::world::{Kept, World, on_both};

fn named(name: &str) -> Counterparty {
    Counterparty { director: Some(name.to_owned()), ..Counterparty::default() }
}

impl World {
    /// A deed that is told in the history of a counterparty, of a deal, of both or of none.
    fn deed(&self, kind: DeedKind, link: Option<LinkId>, deal: Option<i64>) -> Deed {
        self.pass(1);
        Deed {
            id: self.ids.deed(),
            by: "Анна «О'Коннор» 🙂".to_owned(),
            at: self.now(),
            kind,
            link,
            deal,
            job: None,
            said: "взято значение из 1С: ФИО директора".to_owned(),
            chosen: Vec::new(),
            undone: None,
        }
    }

    async fn did_deed(
        &self,
        kind: DeedKind,
        link: Option<LinkId>,
        deal: Option<i64>,
    ) -> Result<Deed, StoreError> {
        let deed = self.deed(kind, link, deal);
        let mut write = self.store.begin().await?;
        write.record_deed(&deed).await?;
        write.commit().await?;
        Ok(deed)
    }

    async fn undid(&self, id: DeedId, by: &str) -> Result<bool, StoreError> {
        let mut write = self.store.begin().await?;
        let undone = write.undo_deed(id, by, self.now()).await?;
        write.commit().await?;
        Ok(undone)
    }
}

#[tokio::test]
async fn a_deed_comes_back_as_it_was_with_all_values_that_were_chosen() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let mut deed = world.deed(DeedKind::Resolved, Some(link), Some(70));
        deed.job = Some(world.ids.job());
        deed.chosen = vec![Chosen {
            field: Field::Director,
            side: Side::OneC,
            value: named("Петров Пётр"),
            onec: named("Петров Пётр"),
            bitrix: named("Сидоров Сидор"),
            base: Counterparty::default(),
        }];

        let mut write = world.store.begin().await?;
        write.record_deed(&deed).await?;
        assert_eq!(write.deed(deed.id).await?.as_ref(), Some(&deed), "in its own transaction too");
        write.commit().await?;
        world.restart().await;

        assert_eq!(world.store.deed(deed.id).await?.as_ref(), Some(&deed));
        assert_eq!(world.store.deed(world.ids.deed()).await?, None);
        let history = world.store.link_history(link, None, 10).await?;
        let told = history.entries.into_iter().map(|entry| entry.what).collect::<Vec<_>>();
        assert_eq!(told, [HistoryEvent::Deed(Box::new(deed))]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_deed_is_read_back() {
    on_both(async |world| {
        let kinds = [
            DeedKind::Resolved,
            DeedKind::Took,
            DeedKind::Undid,
            DeedKind::SentAgain,
            DeedKind::Unlinked,
            DeedKind::Linked,
            DeedKind::Retried,
            DeedKind::Dropped,
            DeedKind::ShownAgain,
        ];
        for kind in kinds {
            let deed = world.did_deed(kind, None, None).await?;
            assert_eq!(world.store.deed(deed.id).await?, Some(deed));
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn deeds_are_told_from_the_newest_of_a_counterparty_of_a_deal_and_of_all() {
    on_both(async |world| {
        let (link, other) = (world.ids.link(), world.ids.link());
        let first = world.did_deed(DeedKind::SentAgain, Some(link), None).await?;
        let second = world.did_deed(DeedKind::Retried, Some(link), Some(70)).await?;
        let third = world.did_deed(DeedKind::ShownAgain, None, Some(70)).await?;
        let fourth = world.did_deed(DeedKind::Dropped, Some(other), None).await?;

        let store = &world.store;
        assert_eq!(store.deeds_of_link(link, None, 10).await?, [second.clone(), first.clone()]);
        assert_eq!(store.deeds_of_link(link, Some(second.id), 10).await?, std::slice::from_ref(&first));
        assert_eq!(store.deeds_of_deal(70, None, 10).await?, [third.clone(), second.clone()]);
        assert_eq!(store.deeds_of_deal(71, None, 10).await?, []);
        assert_eq!(store.deeds(None, 2).await?, [fourth, third.clone()]);
        assert_eq!(store.deeds(Some(third.id), 10).await?, [second, first]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_deed_is_undone_once_whoever_tries_it_again() {
    on_both(async |world| {
        let deed = world.did_deed(DeedKind::Resolved, Some(world.ids.link()), None).await?;
        world.pass(60);

        assert!(world.undid(deed.id, "Борис").await?);
        let when = world.now();
        world.pass(60);
        assert!(!world.undid(deed.id, "Вера").await?, "somebody was quicker");
        assert!(!world.undid(world.ids.deed(), "Вера").await?, "there is no such deed");

        let undone = world.store.deed(deed.id).await?.expect("it stays in the history");
        assert_eq!(undone, Deed { undone: Some(("Борис".to_owned(), when)), ..deed });
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_deed_of_a_transaction_that_did_not_commit_never_was() {
    on_both(async |world| -> Kept {
        let deed = world.deed(DeedKind::SentAgain, Some(world.ids.link()), None);
        let mut write = world.store.begin().await?;
        write.record_deed(&deed).await?;
        drop(write);

        assert_eq!(world.store.deed(deed.id).await?, None);
        assert_eq!(world.store.deeds(None, 10).await?, []);
        Ok(())
    })
    .await;
}
