//! Inquiries, documents and payments, and what deals show of them.

use domain::{
    DocumentKind, Ids, Inquiry, InquiryPaper, Link, OneCRef, Reason, ReasonCode, SignedDuration, Timestamp,
};
use store::{
    Digest, DocumentRow, Face, FaceIntent, InquiryRow, InquiryState, PaymentRow, Placed, SentInquiry, Store,
};

use crate::world::on_both;

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().expect("a moment")
}

fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn guid(number: u32) -> OneCRef {
    OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{number:012x}")).expect("a GUID")
}

fn inquiry(deal: i64, state: InquiryState) -> InquiryRow {
    InquiryRow {
        title: format!("Сделка {deal}"),
        company_id: Some(7),
        snapshot: Some(Inquiry { title: "Насосы".into(), ..Inquiry::default() }),
        changed_at: Some(now()),
        paper: Some(InquiryPaper { number: "ЗПР-1".into(), ..InquiryPaper::default() }),
        state,
        ..InquiryRow::new(deal, now())
    }
}

async fn put(store: &Store, rows: &[InquiryRow]) -> store::Result<()> {
    let mut write = store.begin().await?;
    for row in rows {
        write.put_inquiry(row).await?;
    }
    write.commit().await
}

fn document(number: u32) -> DocumentRow {
    DocumentRow {
        onec_ref: guid(number),
        kind: DocumentKind::Invoice,
        inquiry_ref: None,
        told_deal: Some(1),
        deal_id: Some(1),
        number: format!("СЧ-{number}"),
        date: Some("2026-11-23".parse().expect("a day")),
        amount: Some("120000".parse().expect("an amount")),
        currency: "RUB".into(),
        file_name: "Счёт.pdf".into(),
        content: Some((Digest::of(b"%PDF"), 4)),
        is_deleted: false,
        changed_at: Some(now()),
        seen_at: now(),
        placed: None,
    }
}

fn payment(number: u32) -> PaymentRow {
    PaymentRow {
        onec_ref: guid(number),
        inquiry_ref: Some(guid(1000)),
        told_deal: None,
        deal_id: None,
        number: format!("ПП-{number}"),
        date: Some("2026-11-23".parse().expect("a day")),
        amount: "-15000.05".parse().expect("an amount"),
        currency: "RUB".into(),
        is_cancelled: false,
        is_left_out: true,
        changed_at: None,
        seen_at: now(),
    }
}

#[tokio::test]
async fn an_inquiry_comes_back_as_it_was_saved_in_every_state() {
    on_both(async |world| {
        let reason = Reason::new(ReasonCode::NoCompany, "нет компании");
        let rows = [
            inquiry(1, InquiryState::Still),
            inquiry(2, InquiryState::Waits(reason.clone())),
            inquiry(3, InquiryState::Due { since: later(1) }),
            InquiryRow { onec_ref: Some(guid(3)), ..inquiry(4, InquiryState::Handed { until: later(9) }) },
            inquiry(5, InquiryState::Rejected(reason.clone())),
            inquiry(6, InquiryState::Dropped(reason)),
        ];
        put(&world.store, &rows).await?;
        assert_eq!(world.store.inquiries(&[6, 5, 4, 3, 2, 1, 99]).await?, rows);
        assert_eq!(world.store.inquiry_by_ref(guid(3)).await?.as_ref(), Some(&rows[3]));
        let held: Vec<i64> = world.store.inquiries_held(0, 10).await?.iter().map(|row| row.deal_id).collect();
        assert_eq!(held, [2, 5]);
        assert_eq!(world.store.inquiries_page(3, 1).await?, rows[3..4]);
        let figures = world.store.inquiry_figures().await?;
        assert_eq!((figures.known, figures.under_way, figures.waiting, figures.rejected), (1, 2, 1, 1));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_longest_waiting_is_ready_first_and_what_is_held_back_is_not() {
    on_both(async |world| {
        put(
            &world.store,
            &[
                inquiry(1, InquiryState::Due { since: later(5) }),
                inquiry(2, InquiryState::Handed { until: later(2) }),
                inquiry(3, InquiryState::Handed { until: later(99) }),
                inquiry(4, InquiryState::Still),
            ],
        )
        .await?;
        let mut write = world.store.begin().await?;
        let ready: Vec<i64> =
            write.inquiries_ready(10, later(10)).await?.iter().map(|row| row.deal_id).collect();
        assert_eq!(ready, [2, 1]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_client_whom_1c_takes_wakes_the_deals_that_waited_for_him() {
    on_both(async |world| {
        let waits = InquiryState::Waits(Reason::new(ReasonCode::ClientWaits, "клиент"));
        put(&world.store, &[inquiry(1, waits)]).await?;
        let ids = Ids::new(world.clock.clone(), 7);
        let link = Link { onec_ref: Some(guid(7)), company_id: Some(7), ..Link::new(ids.link()) };
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        write.commit().await?;
        let [row] = world.store.inquiries(&[1]).await?.try_into().expect("one");
        assert!(matches!(row.state, InquiryState::Due { .. }));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_was_handed_out_is_remembered_for_late_receipts() {
    on_both(async |world| {
        let ids = Ids::new(world.clock.clone(), 7);
        let (old, new) = (ids.delivery(), ids.delivery());
        let sent = SentInquiry { snapshot: Inquiry::default(), link: ids.link(), company_id: 7 };
        put(&world.store, &[InquiryRow { delivery: Some(new), ..inquiry(1, InquiryState::Still) }]).await?;
        let mut write = world.store.begin().await?;
        write.hand_inquiry(old, 1, &sent, now()).await?;
        write.hand_inquiry(new, 1, &sent, now()).await?;
        assert_eq!(write.handed_inquiry(old).await?, Some((1, sent.clone())));
        assert_eq!(write.prune_handed_inquiries(now(), 10).await?, 0, "it is not older");
        assert_eq!(write.prune_handed_inquiries(later(1), 10).await?, 1, "the newest of a deal stays");
        assert_eq!(write.handed_inquiry(old).await?, None);
        assert_eq!(write.handed_inquiry(new).await?, Some((1, sent)));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_open_inquiries_are_those_that_1c_has_and_nobody_has_closed() {
    on_both(async |world| {
        let known = |deal: i64, closed: bool| InquiryRow {
            onec_ref: Some(guid(u32::try_from(deal).expect("small"))),
            is_closed: closed,
            ..inquiry(deal, InquiryState::Still)
        };
        put(
            &world.store,
            &[known(1, false), known(2, true), known(3, false), inquiry(4, InquiryState::Still)],
        )
        .await?;
        let open = async |after| {
            let open = world.store.open_inquiries(after, 10).await.expect("it works");
            open.iter().map(|inquiry| inquiry.deal_id).collect::<Vec<_>>()
        };
        assert_eq!(open(0).await, [1, 3]);
        assert_eq!(open(1).await, [3]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_document_belongs_to_the_deal_of_its_inquiry_once_that_is_known() {
    on_both(async |world| {
        let by_inquiry =
            DocumentRow { inquiry_ref: Some(guid(1000)), told_deal: None, deal_id: None, ..document(2) };
        let mut write = world.store.begin().await?;
        write.put_document(&document(1)).await?;
        write.put_document(&by_inquiry).await?;
        write.put_payment(&payment(3)).await?;
        write.commit().await?;
        assert_eq!(world.store.documents_of_deal(1).await?, [document(1)]);
        assert_eq!(world.store.documents_waiting("", 10).await?, std::slice::from_ref(&by_inquiry));
        assert_eq!(world.store.payment(guid(3)).await?, Some(payment(3)));
        assert!(world.store.payments_of_deal(1).await?.is_empty());

        put(&world.store, &[InquiryRow { onec_ref: Some(guid(1000)), ..inquiry(1, InquiryState::Still) }])
            .await?;
        let known = DocumentRow { deal_id: Some(1), ..by_inquiry };
        assert_eq!(world.store.documents_of_deal(1).await?, [document(1), known]);
        assert!(world.store.documents_waiting("", 10).await?.is_empty());
        let paid = PaymentRow { deal_id: Some(1), ..payment(3) };
        assert_eq!(world.store.payments_of_deal(1).await?, std::slice::from_ref(&paid));
        assert_eq!(world.store.payments_of_inquiry(guid(1000)).await?, [paid]);
        assert_eq!(world.store.payment_figures().await?, (0, 0), "what is left out does not count");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_place_of_a_document_outlives_what_1c_tells_of_it() {
    on_both(async |world| {
        let placed = Placed {
            deal: 9,
            kind: DocumentKind::Invoice,
            file_id: 30_577,
            digest: Digest::of(b"%PDF").to_string(),
            file_name: "Счёт.pdf".into(),
        };
        let mut write = world.store.begin().await?;
        write.put_document(&document(1)).await?;
        write.place_document(guid(1), Some(&placed)).await?;
        write.put_document(&DocumentRow { number: "СЧ-2".into(), ..document(1) }).await?;
        write.commit().await?;
        let [there] = world.store.documents_of_deal(9).await?.try_into().expect("the deal that has its file");
        assert_eq!((there.placed, there.number.as_str()), (Some(placed), "СЧ-2"));
        let figures = world.store.document_figures().await?;
        assert_eq!((figures.placed, figures.without_content, figures.without_inquiry), (1, 0, 0));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn contents_that_no_document_has_any_more_are_removed_and_no_others() {
    on_both(async |world| {
        let mut write = world.store.begin().await?;
        let kept = write.put_blob(b"%PDF").await?;
        let old = write.put_blob(b"%PDF old").await?;
        write.put_document(&document(1)).await?;
        write.commit().await?;
        let arriving = world.store.arriving("arriving-1".into(), now()).await?;
        let mut write = world.store.begin().await?;
        assert_eq!(write.prune_blobs(10).await?, 1);
        write.commit().await?;
        assert!(world.store.blob(&kept).await?.is_some());
        assert!(world.store.blob(&old).await?.is_none());
        arriving.discard().await
    })
    .await;
}

#[tokio::test]
async fn a_content_that_arrives_in_pieces_is_the_same_file_and_a_broken_one_leaves_nothing() {
    on_both(async |world| {
        let content: Vec<u8> =
            (0..700_001_u32).map(|at| u8::try_from(at % 251).expect("below 251")).collect();
        let mut arriving = world.store.arriving("arriving-1".into(), now()).await?;
        for piece in content.chunks(65_537) {
            arriving.push(piece).await?;
        }
        arriving.end().await?;
        let mut write = world.store.begin().await?;
        let (digest, length) = write.finish_arriving(arriving).await?;
        write.commit().await?;
        assert_eq!((digest, length), (Digest::of(&content), 700_001));
        assert!(world.store.blob(&digest).await? == Some(content.clone()));
        assert_eq!(world.store.blob_piece(&digest, 3).await?, None, "three pieces");

        let mut again = world.store.arriving("arriving-2".into(), now()).await?;
        again.push(&content).await?;
        again.end().await?;
        let mut write = world.store.begin().await?;
        assert_eq!(write.finish_arriving(again).await?, (digest, length), "the same bytes are stored once");
        write.commit().await?;

        let mut broken = world.store.arriving("arriving-3".into(), now()).await?;
        broken.push(&content).await?;
        drop(broken);
        world.store.discard_arriving().await?;
        let name = world.store.arriving("arriving-3".into(), now()).await?;
        name.discard().await?;
        assert!(world.store.blob(&digest).await? == Some(content));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_face_that_is_wanted_again_while_it_is_shown_stays_due() {
    on_both(async |world| {
        let mut write = world.store.begin().await?;
        write.want_face(1, now()).await?;
        write.commit().await?;
        let mut write = world.store.begin().await?;
        let [face] = write.take_faces(10, now(), later(900)).await?.try_into().expect("one");
        assert!(write.take_faces(10, later(899), later(1800)).await?.is_empty(), "somebody works on it");
        write.want_face(1, later(1)).await?;
        let shown = Face::from([("paid".to_owned(), "15.00|RUB".to_owned())]);
        write.face_shown(&face, &shown, None, later(2)).await?;
        let [again] =
            write.take_faces(10, later(2), later(900)).await?.try_into().expect("it was wanted again");
        assert_eq!(again.shown, shown);
        write.face_shown(&again, &shown, None, later(3)).await?;
        write.commit().await?;
        assert_eq!(world.store.faces_due().await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_face_keeps_its_intent_and_its_reason_until_it_is_shown() {
    on_both(async |world| {
        let intent =
            FaceIntent {
                at: now(), before: vec![5], sent: vec![(guid(1), "ab".into(), "Счёт.pdf".into())]
            };
        let why = Reason::new(ReasonCode::NotStored, "не сохранил");
        let mut write = world.store.begin().await?;
        write.want_face(1, now()).await?;
        let [face] = write.take_faces(10, now(), later(900)).await?.try_into().expect("one");
        write.intend_face(1, &intent).await?;
        write.face_again(&face, later(10), Some(&why), true).await?;
        let [again] = write.take_faces(10, later(10), later(900)).await?.try_into().expect("one");
        assert_eq!((&again.intent, &again.reason, again.attempts), (&Some(intent), &Some(why.clone()), 1));
        write.park_face(&again, &why, later(11)).await?;
        write.commit().await?;
        let held: Vec<i64> = world.store.faces_held(0, 10).await?.iter().map(|face| face.deal_id).collect();
        assert_eq!(held, [1]);
        let mut write = world.store.begin().await?;
        assert!(write.take_faces(10, later(9999), later(99_999)).await?.is_empty(), "it waits for a person");
        write.want_face(1, later(12)).await?;
        let [woken] = write.take_faces(10, later(12), later(900)).await?.try_into().expect("one");
        write.release_faces(later(13)).await?;
        assert_eq!(
            write.take_faces(10, later(13), later(900)).await?.len(),
            1,
            "a killed process gives it back"
        );
        write.face_shown(&woken, &Face::new(), None, later(14)).await?;
        write.commit().await?;
        assert_eq!(world.store.face(1).await?.and_then(|face| face.intent), None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_note_is_kept_once_and_until_it_is_written() {
    on_both(async |world| {
        let mut write = world.store.begin().await?;
        write.note_deal("a", 1, "Счёт загружен", now()).await?;
        write.note_deal("a", 1, "another text", now()).await?;
        let [note] = write.take_deal_notes(10, now(), later(300)).await?.try_into().expect("one");
        assert_eq!((note.text.as_str(), note.attempts), ("Счёт загружен", 0));
        assert!(write.take_deal_notes(10, later(1), later(300)).await?.is_empty());
        let [again] = write.take_deal_notes(10, later(300), later(600)).await?.try_into().expect("one");
        assert_eq!(again.attempts, 1);
        write.deal_noted("a").await?;
        write.commit().await?;
        assert_eq!(world.store.deal_notes_waiting().await?, 0);
        Ok(())
    })
    .await;
}
