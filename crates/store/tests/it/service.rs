//! Lanes, cursors, the adapter, and the index of the portal.

use domain::Side;
use store::{Absence, ApplicationTokens, Bridge, BridgeStanding, Hello, Lane, PortalRequisite};

use crate::world::on_both;

#[tokio::test]
async fn a_lane_is_open_until_it_is_stopped() {
    on_both(async |world| {
        let since = world.now();
        let mut write = world.store.begin().await?;
        write.stop_lane(Side::Bitrix, "вебхук отозван", since).await?;
        write.commit().await?;
        world.pass(60);
        let mut write = world.store.begin().await?;
        write.stop_lane(Side::Bitrix, "нет права crm", world.now()).await?;
        write.commit().await?;

        let stopped = Lane::Stopped { reason: "нет права crm".to_owned(), since };
        assert_eq!(world.store.lane(Side::Bitrix).await?, stopped);
        assert_eq!(world.store.lane(Side::OneC).await?, Lane::Open);

        let mut write = world.store.begin().await?;
        write.open_lane(Side::Bitrix).await?;
        write.commit().await?;
        assert_eq!(world.store.lane(Side::Bitrix).await?, Lane::Open);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_cursor_is_where_it_was_left() {
    on_both(async |world| {
        assert_eq!(world.store.cursor("sweep").await?, None);
        for place in ["17", "42"] {
            let mut write = world.store.begin().await?;
            write.set_cursor("sweep", place).await?;
            write.commit().await?;
        }

        assert_eq!(world.store.cursor("sweep").await?.as_deref(), Some("42"));
        assert_eq!(world.store.cursor("other").await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_adapter_is_known_by_its_last_hello() {
    on_both(async |world| {
        assert_eq!(world.store.adapter().await?, None);
        assert_eq!(world.store.seen_onec().await?, None);
        let mut hello = Hello {
            adapter: "1.0".to_owned(),
            platform: "8.2.19.130".to_owned(),
            compatibility_mode: String::new(),
            configuration: "КомплекснаяАвтоматизация".to_owned(),
            configuration_version: "1.1.115.1".to_owned(),
            missing: vec!["Документ.Запрос".to_owned()],
            at: world.now(),
        };
        for adapter in ["1.0", "1.1"] {
            hello.adapter = adapter.to_owned();
            let mut write = world.store.begin().await?;
            write.adapter_said(&hello).await?;
            write.seen_onec(world.now()).await?;
            write.commit().await?;
        }

        assert_eq!(world.store.adapter().await?, Some(hello));
        assert_eq!(world.store.seen_onec().await?, Some(world.now()));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_box_module_is_known_by_its_last_answer_while_it_is_silent() {
    on_both(async |world| {
        assert_eq!(world.store.bridge().await?, None);
        let said = Bridge {
            version: "1.0.0".to_owned(),
            protocol: 1,
            guard: true,
            outbox: true,
            waiting: 3,
            waiting_since: Some(world.now()),
            last_error: "нет ответа".to_owned(),
            php: "8.2.28".to_owned(),
            main: "26.250.100".to_owned(),
            at: world.now(),
        };
        let answers =
            BridgeStanding { asked_at: world.now(), said: Some(said), absence: None, absent_since: None };
        let silent = BridgeStanding {
            absence: Some(Absence::Broken("ошибка".to_owned())),
            absent_since: Some(world.now()),
            ..answers.clone()
        };
        for standing in [answers, silent] {
            let mut write = world.store.begin().await?;
            write.bridge_stands(&standing).await?;
            write.commit().await?;
            assert_eq!(world.store.bridge().await?, Some(standing));
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_portal_is_indexed_in_bulk_and_asked_in_bulk() {
    on_both(async |world| {
        let requisites: Vec<_> = (1..=2500)
            .map(|id| PortalRequisite {
                requisite_id: id,
                company_id: id / 2,
                inn: format!("{:010}", id % 2000),
                kpp: (id % 2 == 0).then(|| "770401001".to_owned()),
                seen_at: world.now(),
            })
            .collect();
        let inns: Vec<&str> = requisites.iter().map(|requisite| requisite.inn.as_str()).take(2000).collect();

        let mut write = world.store.begin().await?;
        write.put_portal_requisites(&requisites).await?;
        write.put_portal_requisites(&requisites[..10]).await?;
        write.put_portal_requisites(&[]).await?;
        write.commit().await?;

        let mut found = world.store.portal_requisites_by_inn(&inns).await?;
        found.sort_by_key(|requisite| requisite.requisite_id);
        assert_eq!(found, requisites);
        let same_inn = world.store.portal_requisites_by_inn(&["0000000007"]).await?;
        assert_eq!(same_inn.len(), 2, "7 and 2007");

        let mut write = world.store.begin().await?;
        write.forget_company(3).await?;
        assert_eq!(write.portal_requisites_by_inn(&["0000000007", "0000000006"]).await?.len(), 2);
        write.clear_portal_index().await?;
        write.commit().await?;
        assert_eq!(world.store.portal_requisites_by_inn(&inns).await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn of_the_tokens_of_an_application_the_last_pair_is_kept_and_not_shown() {
    on_both(async |world| {
        assert_eq!(world.store.application_tokens("local.1").await?, None);
        let mut tokens = ApplicationTokens {
            access: String::new(),
            refresh: "s3cr3t".to_owned(),
            expires_at: world.now(),
        };
        for access in ["s3cr3t1", "s3cr3t2"] {
            access.clone_into(&mut tokens.access);
            let mut write = world.store.begin().await?;
            write.keep_application_tokens("local.1", &tokens).await?;
            write.commit().await?;
        }

        world.restart().await;

        assert_eq!(world.store.application_tokens("local.1").await?, Some(tokens.clone()));
        assert_eq!(world.store.application_tokens("local.2").await?, None);
        assert!(!format!("{tokens:?}").contains("s3cr3t"));
        Ok(())
    })
    .await;
}
