//! No two links are the same counterparty.

use domain::MatchKey;
use store::Claim;
use tokio::task::JoinSet;

use crate::world::on_both;

fn key(inn: &str) -> MatchKey {
    MatchKey::from_stored(inn.to_owned())
}

#[tokio::test]
async fn a_key_belongs_to_the_first_who_asks() {
    on_both(async |world| {
        let (first, second) = (world.saved_link().await?, world.saved_link().await?);
        let inn = key("7736207543");

        let mut write = world.store.begin().await?;
        assert_eq!(write.claim_key(first, Some(&inn)).await?, Claim::Held);
        assert_eq!(write.claim_key(second, Some(&inn)).await?, Claim::TakenBy(first));
        assert_eq!(write.claim_key(first, Some(&inn)).await?, Claim::Held, "asking again changes nothing");
        write.commit().await?;

        assert_eq!(world.store.holder_of_key(&inn).await?, Some(first));
        assert_eq!(world.store.key_of(first).await?, Some(inn.clone()));
        assert_eq!(world.store.key_of(second).await?, None);
        assert_eq!(world.store.waiting_for_key(&inn).await?, [second]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_gets_the_key() {
    on_both(async |world| {
        let mut links = Vec::new();
        for _ in 0..6 {
            links.push(world.saved_link().await?);
        }

        let mut claims = JoinSet::new();
        for &link in &links {
            let store = world.store.clone();
            claims.spawn(async move {
                let mut write = store.begin().await?;
                let claim = write.claim_key(link, Some(&key("7736207543"))).await?;
                write.commit().await?;
                Ok::<_, store::StoreError>((link, claim))
            });
        }
        let claims = claims.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;

        let holder = world.store.holder_of_key(&key("7736207543")).await?.expect("somebody has it");
        for (link, claim) in claims {
            assert_eq!(claim, if link == holder { Claim::Held } else { Claim::TakenBy(holder) });
        }
        links.retain(|&link| link != holder);
        assert_eq!(world.store.waiting_for_key(&key("7736207543")).await?, links);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_key_is_given_up_for_another_one_or_for_none() {
    on_both(async |world| {
        let (first, second) = (world.saved_link().await?, world.saved_link().await?);
        let (wrong, right) = (key("7707083893"), key("7736207543"));
        let mut write = world.store.begin().await?;
        write.claim_key(first, Some(&wrong)).await?;
        write.claim_key(second, Some(&wrong)).await?;

        // The ИНН of the first was a slip of the pen.
        assert_eq!(write.claim_key(first, Some(&right)).await?, Claim::Held);
        assert_eq!(write.holder_of_key(&wrong).await?, None);
        assert_eq!(write.waiting_for_key(&wrong).await?, [second]);
        assert_eq!(write.claim_key(second, Some(&wrong)).await?, Claim::Held);
        assert_eq!(write.waiting_for_key(&wrong).await?, []);

        assert_eq!(write.claim_key(first, None).await?, Claim::Held);
        assert_eq!(write.holder_of_key(&right).await?, None);
        write.commit().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn saving_a_link_keeps_its_key() {
    on_both(async |world| {
        let mut link = world.shown_link();
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        write.claim_key(link.id, Some(&key("7736207543"))).await?;
        link.company_id = Some(7);
        write.save_link(&link).await?;
        write.commit().await?;

        assert_eq!(world.store.holder_of_key(&key("7736207543")).await?, Some(link.id));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_gave_up_its_key_for_none_waits_for_nothing() {
    on_both(async |world| {
        let (first, second) = (world.saved_link().await?, world.saved_link().await?);
        let inn = key("7736207543");
        let mut write = world.store.begin().await?;
        write.claim_key(first, Some(&inn)).await?;
        write.claim_key(second, Some(&inn)).await?;

        // The second gets what it waited for, then both turn out to have no ИНН at all.
        write.claim_key(first, None).await?;
        assert_eq!(write.claim_key(second, Some(&inn)).await?, Claim::Held);
        write.claim_key(second, None).await?;

        assert_eq!(write.waiting_for_key(&inn).await?, []);
        assert_eq!(write.holder_of_key(&inn).await?, None);
        write.commit().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_changes_to_a_taken_key_gives_up_its_own_and_waits() {
    on_both(async |world| {
        let (first, second) = (world.saved_link().await?, world.saved_link().await?);
        let (own, wanted) = (key("7707083893"), key("7736207543"));
        let mut write = world.store.begin().await?;
        write.claim_key(first, Some(&wanted)).await?;
        write.claim_key(second, Some(&own)).await?;

        assert_eq!(write.claim_key(second, Some(&wanted)).await?, Claim::TakenBy(first));

        assert_eq!(write.holder_of_key(&own).await?, None);
        assert_eq!(write.waiting_for_key(&wanted).await?, [second]);
        write.commit().await?;
        Ok(())
    })
    .await;
}
