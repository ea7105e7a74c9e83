//! Everything that waits, in one shape.

use domain::{
    DeliveryId, DocumentKind, Field, Ids, LinkId, OneCRef, Reason, ReasonCode, Side, SignedDuration,
    Timestamp,
};
use store::{
    Conflict, DocumentRow, Held, HeldFilter, HeldKey, HeldKind, HeldPlace, InquiryRow, InquiryState,
    PortalCompany, StoreError,
};

use crate::world::{World, on_both};

async fn park(world: &World, link: LinkId, side: Side, code: ReasonCode) -> Result<DeliveryId, StoreError> {
    let mut write = world.store.begin().await?;
    let reason = Reason::new(code, "исправьте карточку");
    let id = write.park_new(&world.ids, link, side, &reason, world.now()).await?;
    write.commit().await?;
    Ok(id)
}

async fn all(world: &World, filter: &HeldFilter, page: usize) -> Result<Vec<Held>, StoreError> {
    let (mut all, mut after): (Vec<Held>, _) = (Vec::new(), None);
    loop {
        let held = world.store.held(filter, after, page).await?;
        let Some(last) = held.last() else { return Ok(all) };
        let text = last.place().to_string();
        after = HeldPlace::parse(filter.kind, &text);
        assert_eq!(after, Some(last.place()), "{text}");
        all.extend(held);
    }
}

#[tokio::test]
async fn a_group_has_its_count_its_times_and_the_newest_as_samples() {
    on_both(async |world| {
        let mut since = Vec::new();
        for number in 0..5 {
            let link = world.saved_link().await?;
            since.push(world.now());
            park(world, link, Side::Bitrix, ReasonCode::Refused).await?;
            if number == 0 {
                park(world, link, Side::OneC, ReasonCode::RejectedByOneC).await?;
            }
        }

        let groups = world.store.held_groups().await?;

        assert_eq!(
            groups.iter().map(|group| (group.kind, group.code, group.count)).collect::<Vec<_>>(),
            [(HeldKind::ToBitrix, ReasonCode::Refused, 5), (HeldKind::ToOneC, ReasonCode::RejectedByOneC, 1)]
        );
        assert_eq!((groups[0].oldest, groups[0].newest), (Some(since[0]), Some(since[4])));
        let samples: Vec<&str> = groups[0].samples.iter().map(|held| held.title.as_str()).collect();
        assert_eq!(samples, ["ООО «Ромашка-5»", "ООО «Ромашка-4»", "ООО «Ромашка-3»"]);
        assert_eq!(world.store.tallies().await?.needs_person(), 6);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_group_is_paged_from_the_newest_also_where_times_are_the_same() {
    on_both(async |world| {
        let mut links = Vec::new();
        for _ in 0..7 {
            links.push(world.saved_link().await?);
        }
        let mut parked = Vec::new();
        for link in links {
            parked.push(park(world, link, Side::Bitrix, ReasonCode::Refused).await?);
        }
        parked.sort_unstable_by(|left, right| right.cmp(left));
        let group = HeldFilter::group(HeldKind::ToBitrix, ReasonCode::Refused);

        let listed: Vec<HeldKey> = all(world, &group, 3).await?.iter().map(|held| held.key).collect();

        assert_eq!(listed, parked.into_iter().map(HeldKey::Delivery).collect::<Vec<_>>());
        let other = HeldFilter::group(HeldKind::ToBitrix, ReasonCode::InvalidInn);
        assert_eq!(world.store.held(&other, None, 10).await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_group_is_narrowed_by_words_and_by_times() {
    on_both(async |world| {
        let mut times: Vec<Timestamp> = Vec::new();
        for _ in 0..12 {
            let link = world.saved_link().await?;
            times.push(world.now());
            park(world, link, Side::Bitrix, ReasonCode::Refused).await?;
        }
        let group = HeldFilter::group(HeldKind::ToBitrix, ReasonCode::Refused);
        let titles = async |filter: &HeldFilter| -> Result<Vec<String>, StoreError> {
            Ok(all(world, filter, 2).await?.into_iter().map(|held| held.title).collect())
        };

        let words = HeldFilter { text: "ромашка 12".into(), ..group.clone() };
        assert_eq!(titles(&words).await?, ["ООО «Ромашка-12»"]);
        let nothing = HeldFilter { text: "лютик".into(), ..group.clone() };
        assert_eq!(titles(&nothing).await?, Vec::<String>::new());
        let late = HeldFilter { since: Some(times[10]), ..group.clone() };
        assert_eq!(titles(&late).await?, ["ООО «Ромашка-12»", "ООО «Ромашка-11»"]);
        assert_eq!(world.store.held_count(&late).await?, 2);
        let early = HeldFilter { until: Some(times[0]), ..group.clone() };
        assert_eq!(titles(&early).await?, ["ООО «Ромашка-1»"]);
        assert_eq!(world.store.held_count(&group).await?, 12);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn whoever_works_through_a_group_meets_each_once_although_some_come_back() {
    on_both(async |world| {
        for _ in 0..6 {
            let link = world.saved_link().await?;
            park(world, link, Side::Bitrix, ReasonCode::Refused).await?;
        }
        let mut work = HeldFilter::group(HeldKind::ToBitrix, ReasonCode::Refused);
        work.until = Some(world.now());
        let (mut met, mut after) = (0, None);
        loop {
            let chunk = world.store.held(&work, after, 2).await?;
            let Some(last) = chunk.last() else { break };
            after = Some(last.place());
            for held in &chunk {
                let (HeldKey::Delivery(delivery), Some(link)) = (held.key, held.link) else {
                    panic!("{held:?}");
                };
                world.pass(1);
                let mut write = world.store.begin().await?;
                assert!(write.retry_parked(delivery, world.now()).await?);
                write.commit().await?;
                park(world, link, Side::Bitrix, ReasonCode::Refused).await?;
                met += 1;
            }
        }
        assert_eq!(met, 6);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn companies_deals_documents_and_conflicts_wait_in_the_same_list() {
    on_both(async |world| {
        let now = world.now();
        let reason = |code| Reason::new(code, "что делать");
        let company = |company_id, code, has_deal| PortalCompany {
            company_id,
            title: format!("Компания {company_id}"),
            responsible_id: None,
            created_by: None,
            modified_by: None,
            has_deal,
            fingerprint: "f".into(),
            waits: Some(reason(code)),
            waits_inn: None,
            waits_since: None,
            seen_at: now,
        };
        let deal = |deal_id, state| InquiryRow {
            title: format!("Сделка {deal_id}"),
            state,
            ..InquiryRow::new(deal_id, now)
        };
        let onec_ref = OneCRef::proposed(Ids::new(world.clock.clone(), 3).link());
        let document = DocumentRow {
            onec_ref,
            kind: DocumentKind::Contract,
            inquiry_ref: Some(onec_ref),
            told_deal: None,
            deal_id: None,
            number: "Д-5".into(),
            date: None,
            amount: None,
            currency: String::new(),
            file_name: "Договор.pdf".into(),
            content: None,
            is_deleted: false,
            changed_at: None,
            seen_at: now,
            placed: None,
        };
        let link = world.saved_link().await?;
        let conflict = Conflict {
            link,
            field: Field::Kpp,
            base: None,
            onec: Some("770401001".into()),
            bitrix: None,
            onec_changed_at: None,
            bitrix_changed_at: None,
            bitrix_changed_by: None,
            since: now,
        };
        let mut write = world.store.begin().await?;
        write
            .put_portal_companies(&[
                company(1, ReasonCode::MissingInn, true),
                company(2, ReasonCode::MissingInn, false),
                company(3, ReasonCode::NoDeal, false),
                company(4, ReasonCode::DuplicateInPortal, false),
            ])
            .await?;
        write.put_inquiry(&deal(10, InquiryState::Rejected(reason(ReasonCode::RejectedByOneC)))).await?;
        write.put_inquiry(&deal(11, InquiryState::Waits(reason(ReasonCode::ClientWaits)))).await?;
        write.put_document(&document).await?;
        write.want_face(10, now).await?;
        let face = write.face(10).await?.expect("it was wished for");
        write.park_face(&face, &reason(ReasonCode::DealGone), now).await?;
        write.set_conflicts(link, &[conflict]).await?;
        write.commit().await?;

        let groups = world.store.held_groups().await?;

        let told: Vec<(HeldKind, ReasonCode, Vec<HeldKey>)> = groups
            .iter()
            .map(|group| (group.kind, group.code, group.samples.iter().map(|held| held.key).collect()))
            .collect();
        assert_eq!(
            told,
            [
                (HeldKind::Company, ReasonCode::MissingInn, vec![HeldKey::Company(1)]),
                (HeldKind::Company, ReasonCode::DuplicateInPortal, vec![HeldKey::Company(4)]),
                (HeldKind::Conflict, ReasonCode::Conflict, vec![HeldKey::Conflict(link, Field::Kpp)]),
                (HeldKind::Inquiry, ReasonCode::RejectedByOneC, vec![HeldKey::Inquiry(10)]),
                (HeldKind::Document, ReasonCode::NoContent, vec![HeldKey::Document(onec_ref)]),
                (HeldKind::Deal, ReasonCode::DealGone, vec![HeldKey::Deal(10)]),
                (HeldKind::InquiryWaiting, ReasonCode::ClientWaits, vec![HeldKey::Inquiry(11)]),
                (HeldKind::CompanyWithoutDeal, ReasonCode::MissingInn, vec![HeldKey::Company(2)]),
                (HeldKind::CompanyWithoutDeal, ReasonCode::NoDeal, vec![HeldKey::Company(3)]),
            ]
        );
        for group in &groups {
            let [sample] = group.samples.as_slice() else { panic!("{group:?}") };
            assert_eq!((group.count, group.oldest, group.newest), (1, Some(now), Some(now)));
            assert_eq!(HeldKey::parse(group.kind, &sample.key.to_string()), Some(sample.key));
            assert_eq!(world.store.held_one(group.kind, sample.key).await?.as_ref(), Some(sample));
            let filter = HeldFilter::group(group.kind, group.code);
            assert_eq!(world.store.held_count(&filter).await?, 1, "{group:?}");
            assert_eq!(all(world, &filter, 1).await?, std::slice::from_ref(sample));
            // Every kind can be narrowed by a word of its name.
            let word = sample.title.split([' ', '-']).next_back().unwrap_or_default().replace('»', "");
            let narrowed = HeldFilter { text: word, ..filter };
            assert_eq!(
                world.store.held(&narrowed, None, 5).await?,
                std::slice::from_ref(sample),
                "{narrowed:?}"
            );
        }
        let text = |kind: HeldKind| {
            let group = groups.iter().find(|group| group.kind == kind).expect("it is there");
            (group.samples[0].title.clone(), group.samples[0].reason.text.clone())
        };
        assert_eq!(
            text(HeldKind::Conflict).1,
            "КПП: в 1С «770401001», в Битрикс24 пусто. Выберите, какое значение верно."
        );
        assert!(text(HeldKind::Document).1.starts_with("Договор Д-5: 1С передала запись без файла."));
        assert_eq!(text(HeldKind::Deal).0, "Сделка 10");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_is_put_again_for_the_same_cause_waits_since_the_first_time() {
    on_both(async |world| {
        let since = world.now();
        let reason = |text: &str| Reason::new(ReasonCode::NoCompany, text);
        for text in ["нет компании", "нет и теперь"] {
            let mut write = world.store.begin().await?;
            let waits = InquiryState::Waits(reason(text));
            write.put_inquiry(&InquiryRow { state: waits, ..InquiryRow::new(1, world.now()) }).await?;
            write.commit().await?;
            world.pass(60);
        }
        let group = HeldFilter::group(HeldKind::InquiryWaiting, ReasonCode::NoCompany);
        let [held] = world.store.held(&group, None, 5).await?.try_into().expect("one");
        assert_eq!((held.since, held.reason.text.as_str()), (since, "нет и теперь"));
        assert!(world.now() - since > SignedDuration::from_secs(100));
        Ok(())
    })
    .await;
}
