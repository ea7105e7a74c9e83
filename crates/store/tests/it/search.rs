//! Everything is found by one box.

use domain::{Counterparty, DocumentKind, InquiryPaper, OneCRef, Reason, ReasonCode, Shown};
use store::{
    DocumentRow, HITS_MAX, Hit, HitKey, InquiryRow, PaymentRow, PortalCompany, Rank, SearchKind, StoreError,
};

use crate::world::{World, on_both};

fn guid(number: u32) -> OneCRef {
    OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{number:012x}")).expect("a GUID")
}

/// A counterparty of 1C with this name, ИНН and code; its company has this number.
async fn known(
    world: &mut World,
    name: &str,
    inn: &str,
    code: &str,
    company: i64,
) -> Result<HitKey, StoreError> {
    let mut link = world.shown_link();
    let snapshot = Counterparty { name: Some(name.into()), inn: Some(inn.into()), ..Counterparty::default() };
    link.onec = Some(Shown { snapshot, changed_at: None, seen_at: world.now() });
    link.onec_code = Some(code.into());
    link.company_id = Some(company);
    let mut write = world.store.begin().await?;
    write.save_link(&link).await?;
    write.commit().await?;
    Ok(HitKey::Counterparty(link.id))
}

async fn hits(world: &World, text: &str) -> Result<Vec<Hit>, StoreError> {
    Ok(world.store.search(text).await?.into_iter().flat_map(|hits| hits.hits).collect())
}

async fn keys(world: &World, text: &str) -> Result<Vec<HitKey>, StoreError> {
    Ok(hits(world, text).await?.into_iter().map(|hit| hit.key).collect())
}

#[tokio::test]
async fn a_counterparty_is_found_by_inn_code_guid_company_and_any_word_of_its_name() {
    on_both(async |world| {
        let chamomile = known(world, "ООО «РОМАШКА Полевая»", "7707083893", "000000123", 41).await?;
        let queen = known(world, "АО \"Королёв и сыновья\"", "7736207543", "000000456", 42).await?;
        known(world, "Иванов И. И.", "500100732259", "000000789", 43).await?;

        for text in [
            "7707083893",
            "770708",
            "000000123",
            "123",
            "41",
            "ромашка",
            "Полевая РОМ",
            "  ООО ромашка ",
            "инн 7707083893",
        ] {
            assert_eq!(keys(world, text).await?, [chamomile], "{text}");
        }
        for text in [
            "Королев",
            "КОРОЛЁВ",
            "сыновья королев",
            "«королёв»",
            "6F9619FF-8B86-D011-B42D-000000000002",
            "сыно",
        ] {
            assert_eq!(keys(world, text).await?, [queen], "{text}");
        }
        for text in ["", " ", "«»", "ромашка королев", "999999", "%", "_", "машка"] {
            assert_eq!(keys(world, text).await?, [], "{text}");
        }
        let [hit] = hits(world, "7707083893").await?.try_into().expect("one");
        assert_eq!((hit.rank, hit.hint.as_str()), (Rank::Exact, "ИНН 7707083893, код 000000123"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_counterparty_that_was_renamed_is_found_by_its_new_name_alone() {
    on_both(async |world| {
        let key = known(world, "ООО «Ромашка»", "7707083893", "1", 41).await?;
        let HitKey::Counterparty(id) = key else { panic!("{key:?}") };
        let mut link = world.store.link(id).await?.expect("it was saved");
        link.onec.as_mut().expect("1C shows it").snapshot.name = Some("ООО «Василёк»".into());
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        write.commit().await?;

        assert_eq!(keys(world, "ромашка").await?, []);
        assert_eq!(keys(world, "василек").await?, [key]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_best_come_first_and_no_kind_shows_more_than_a_page() {
    on_both(async |world| {
        for number in 0..30 {
            known(
                world,
                &format!("ООО «Строй {number}»"),
                &format!("{}", 7_700_000_000_i64 + number),
                "1",
                100 + number,
            )
            .await?;
        }
        known(world, "ООО «Стройка»", "7736207543", "1", 7).await?;
        let exact = known(world, "Строй", "7707083893", "1", 8).await?;

        let [found] = world.store.search("строй").await?.try_into().expect("one kind");

        assert_eq!(
            (found.kind, found.hits.len(), found.has_more),
            (SearchKind::Counterparty, HITS_MAX, true)
        );
        assert_eq!((found.hits[0].key, found.hits[0].rank), (exact, Rank::Exact));
        assert!(found.hits.is_sorted_by_key(|hit| hit.rank));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn deals_documents_payments_and_waiting_companies_are_found_too() {
    on_both(async |world| {
        let now = world.now();
        let inquiry = InquiryRow {
            title: "Насосы для Ромашки".into(),
            onec_ref: Some(guid(50)),
            paper: Some(InquiryPaper { number: "ЗПР-0042".into(), ..InquiryPaper::default() }),
            ..InquiryRow::new(77, now)
        };
        let document = DocumentRow {
            onec_ref: guid(51),
            kind: DocumentKind::Invoice,
            inquiry_ref: Some(guid(50)),
            told_deal: None,
            deal_id: None,
            number: "СЧ00-000915".into(),
            date: Some("2026-11-23".parse().expect("a day")),
            amount: Some("120000".parse().expect("an amount")),
            currency: "RUB".into(),
            file_name: "Счёт.pdf".into(),
            content: None,
            is_deleted: false,
            changed_at: None,
            seen_at: now,
            placed: None,
        };
        let payment = PaymentRow {
            onec_ref: guid(52),
            inquiry_ref: Some(guid(50)),
            told_deal: None,
            deal_id: None,
            number: "ПП-000333".into(),
            date: None,
            amount: "15000".parse().expect("an amount"),
            currency: "RUB".into(),
            is_cancelled: false,
            is_left_out: false,
            changed_at: None,
            seen_at: now,
        };
        let company = |waits: Option<ReasonCode>| PortalCompany {
            company_id: 900,
            title: "ООО «Лютик»".into(),
            responsible_id: None,
            created_by: None,
            modified_by: None,
            has_deal: true,
            fingerprint: "f".into(),
            waits: waits.map(|code| Reason::new(code, "почему")),
            waits_inn: Some("7707083894".into()),
            waits_since: Some(now),
            seen_at: now,
        };
        let mut write = world.store.begin().await?;
        write.put_inquiry(&inquiry).await?;
        write.put_document(&document).await?;
        write.put_payment(&payment).await?;
        write.put_portal_companies(&[company(Some(ReasonCode::InvalidInn))]).await?;
        write.commit().await?;

        for text in ["сделка 77", "насосы", "ЗПР-0042", "запрос 42", &guid(50).to_string()]
        {
            let found = keys(world, text).await?;
            assert_eq!(
                found.iter().filter(|key| matches!(key, HitKey::Deal(_))).collect::<Vec<_>>(),
                [&HitKey::Deal(77)],
                "{text}"
            );
        }
        for text in ["СЧ00-000915", "счёт 915", "00915", &guid(51).to_string()] {
            let found = hits(world, text).await?;
            if text == "00915" {
                assert_eq!(found, [], "it is neither the beginning of a number nor one without zeros");
            } else {
                assert_eq!(
                    (found[0].key, found[0].deal_id),
                    (HitKey::Document(guid(51)), Some(77)),
                    "{text}"
                );
            }
        }
        for text in ["ПП-000333", "333"] {
            assert_eq!(keys(world, text).await?, [HitKey::Payment(guid(52))], "{text}");
        }
        for text in ["лютик", "7707083894", "900"] {
            assert_eq!(keys(world, text).await?, [HitKey::Company(900)], "{text}");
        }
        let mut write = world.store.begin().await?;
        write.put_portal_companies(&[company(None)]).await?;
        write.forget_inquiry(77).await?;
        write.commit().await?;
        assert_eq!(keys(world, "лютик").await?, [], "what travels is found as a counterparty");
        assert_eq!(keys(world, "насосы").await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn of_words_that_many_share_those_are_found_that_have_all() {
    on_both(async |world| {
        let mut expected = Vec::new();
        let mut write = world.store.begin().await?;
        for number in 0..1200 {
            let mut link = world.shown_link();
            let name = match number {
                700 => "ООО «СтройТорг Каскад Северный»".to_owned(),
                701 => "ООО «Каскад Стройный Торговый»".to_owned(),
                _ if number % 2 == 0 => format!("ООО «Строй {number} Каскад»"),
                _ => format!("ООО «Торг {number} Каскад»"),
            };
            if number == 701 {
                expected.push(HitKey::Counterparty(link.id));
            }
            let snapshot = Counterparty { name: Some(name), ..Counterparty::default() };
            link.onec = Some(Shown { snapshot, changed_at: None, seen_at: world.now() });
            write.save_link(&link).await?;
        }
        write.commit().await?;

        for text in ["строй торг", "торг строй", "торг каскад строй", "ТОРГ СТРОЙН"]
        {
            assert_eq!(keys(world, text).await?, expected, "{text}");
        }
        assert_eq!(keys(world, "строй торг северный").await?, []);
        let many = world.store.search("строй каскад").await?;
        assert_eq!((many[0].hits.len(), many[0].has_more), (HITS_MAX, true));
        Ok(())
    })
    .await;
}
