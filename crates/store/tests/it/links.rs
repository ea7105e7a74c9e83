//! Links are found by whatever identifies them, one by one and in bulk.

use domain::{BankAccount, Counterparty, Field, Kind, LinkId, OneCRef, Remark, Shown};
use store::StoreError;

use crate::world::on_both;

#[tokio::test]
async fn a_link_comes_back_as_it_was_saved() {
    on_both(async |world| {
        let mut link = world.shown_link();
        link.onec_code = Some("000000123".to_owned());
        link.company_id = Some(i64::MAX);
        link.requisite_id = Some(45);
        link.bitrix = Some(Shown {
            snapshot: Counterparty {
                kind: Some(Kind::Legal),
                name: Some("ООО «Кавычки \"и'знаки\" \\ — №»".to_owned()),
                phones: Some(vec!["+7 495 739-70-00".to_owned()]),
                emails: Some(Vec::new()),
                bank_accounts: Some(vec![BankAccount { main: true, ..BankAccount::default() }]),
                ..Counterparty::default()
            },
            changed_at: Some("2026-11-23T20:48:00.123456789Z".parse().expect("a moment")),
            seen_at: world.now(),
        });
        link.base.kpp = Some("770401001".to_owned());
        link.remarks = vec![Remark { field: Field::Emails, text: "адрес не принят".to_owned() }];

        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        write.commit().await?;

        let onec_ref = link.onec_ref.expect("1C has shown it");
        assert_eq!(world.store.link(link.id).await?.as_ref(), Some(&link));
        assert_eq!(world.store.link_by_ref(onec_ref).await?.as_ref(), Some(&link));
        assert_eq!(world.store.link_by_company_requisite(i64::MAX, 45).await?.as_ref(), Some(&link));
        assert_eq!(world.store.link_by_company_requisite(i64::MAX, 46).await?, None);
        assert_eq!(world.store.links_by_company(i64::MAX).await?, [link]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_link_without_anything_comes_back_too() {
    on_both(async |world| {
        let link = domain::Link::new(world.ids.link());

        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        write.commit().await?;

        assert_eq!(world.store.link(link.id).await?, Some(link));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_object_of_1c_belongs_to_one_link() {
    on_both(async |world| {
        let link = world.shown_link();
        let mut double = world.shown_link();
        double.onec_ref = link.onec_ref;
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;

        let error = write.save_link(&double).await.expect_err("two links of one object");

        assert!(matches!(error, StoreError::Taken { .. }), "{error:?}");
        assert!(!error.passes_by_itself());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn thousands_of_links_are_written_and_found_in_bulk() {
    const LINKS: usize = 2500;
    on_both(async |world| {
        let links: Vec<_> = (0..LINKS).map(|_| world.shown_link()).collect();
        let ids: Vec<LinkId> = links.iter().map(|link| link.id).collect();
        let mut refs: Vec<OneCRef> = links.iter().filter_map(|link| link.onec_ref).collect();
        let mut write = world.store.begin().await?;
        for link in &links {
            write.save_link(link).await?;
            write.set_fingerprint(link.id, "print").await?;
        }
        write.commit().await?;

        refs.push(OneCRef::proposed(world.ids.link()));

        let mut by_ids = world.store.links_by_ids(&ids).await?;
        by_ids.sort_by_key(|link| link.id);
        assert_eq!(by_ids, links);
        assert_eq!(world.store.links_by_refs(&refs).await?.len(), LINKS);
        assert_eq!(world.store.fingerprints(&refs).await?.len(), LINKS);
        assert_eq!(world.store.links_by_ids(&[]).await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn pages_show_every_link_once() {
    on_both(async |world| {
        for _ in 0..25 {
            world.saved_link().await?;
        }

        let mut seen = Vec::new();
        loop {
            let page = world.store.links_page(seen.last().copied(), 10).await?;
            if page.is_empty() {
                break;
            }
            seen.extend(page.iter().map(|link| link.id));
            // Somebody comes in between.
            if seen.len() == 10 {
                world.saved_link().await?;
            }
        }

        assert_eq!(seen.len(), 26);
        assert!(seen.is_sorted());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_fingerprint_stays_until_another_one_comes() {
    on_both(async |world| {
        let link = world.shown_link();
        let onec_ref = link.onec_ref.expect("1C has shown it");
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        assert!(write.fingerprints(&[onec_ref]).await?.is_empty());
        write.set_fingerprint(link.id, "first").await?;
        write.save_link(&link).await?;
        assert_eq!(write.fingerprints(&[onec_ref]).await?[&onec_ref], "first");
        write.set_fingerprint(link.id, "second").await?;
        write.commit().await?;

        assert_eq!(world.store.fingerprints(&[onec_ref]).await?[&onec_ref], "second");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn links_with_remarks_are_listed_until_the_remarks_are_gone() {
    on_both(async |world| {
        let mut noted = Vec::new();
        for number in 0..6 {
            let mut link = world.shown_link();
            if number % 2 == 0 {
                link.remarks =
                    vec![Remark { field: Field::Emails, text: "адрес не принят".to_owned() }];
                noted.push(link.clone());
            }
            let mut write = world.store.begin().await?;
            write.save_link(&link).await?;
            write.commit().await?;
        }

        let first = world.store.links_with_remarks(None, 2).await?;
        let rest = world.store.links_with_remarks(Some(first[1].link), 2).await?;

        let listed: Vec<_> = first.iter().chain(&rest).map(|row| row.link).collect();
        assert_eq!(listed, noted.iter().map(|link| link.id).collect::<Vec<_>>());
        assert_eq!(first[0].remarks, noted[0].remarks);
        assert_eq!(first[0].title, "ООО «Ромашка-1»");

        noted[0].remarks.clear();
        let mut write = world.store.begin().await?;
        write.save_link(&noted[0]).await?;
        write.commit().await?;
        assert_eq!(world.store.links_with_remarks(None, 10).await?.len(), 2);
        Ok(())
    })
    .await;
}
