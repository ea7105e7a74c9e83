//! One record with everything that is known of it.

use domain::{
    Counterparty, DocumentKind, Inquiry, InquiryPaper, OneCRef, ReasonCode, Side, SignedDuration, Verdict,
};
use store::{
    Deed, DeedKind, DocumentRow, HistoryEvent, HistoryPlace, InquiryRow, InquiryState, Line, LineEnd,
    Message, NewChange, NewTranscript, PaymentRow, SentInquiry,
};

use crate::world::on_both;

fn guid(number: u32) -> OneCRef {
    OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{number:012x}")).expect("a GUID")
}

fn named(name: &str) -> Counterparty {
    Counterparty { name: Some(name.into()), ..Counterparty::default() }
}

#[tokio::test]
async fn the_history_of_a_counterparty_is_told_from_the_newest_with_every_table_in_its_place() {
    on_both(async |world| {
        let mut link = world.shown_link();
        link.company_id = Some(41);
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        write.save_link(&world.shown_link()).await?;
        write.commit().await?;
        let mut expected = Vec::new();
        for (round, name) in ["ООО «Роза»", "ООО «Роза плюс»", "ООО «Роза минус»"].into_iter().enumerate()
        {
            world.pass(10);
            let mut write = world.store.begin().await?;
            let snapshot = named(name);
            write
                .record(&NewChange {
                    link: link.id,
                    side: Side::OneC,
                    source: "push",
                    changed_at: None,
                    seen_at: world.now(),
                    snapshot: &snapshot,
                    note: "",
                })
                .await?;
            write.commit().await?;
            expected.push(format!("shown {name}"));
            world.pass(10);
            let said = NewTranscript {
                side: Side::Bitrix,
                link: Some(link.id),
                deal: None,
                delivery: None,
                at: world.now(),
                took: None,
                lines: vec![Line {
                    method: format!("crm.company.get {round}"),
                    asked: "{}".into(),
                    end: LineEnd::Done,
                    answered: String::new(),
                }],
            };
            let mut write = world.store.begin().await?;
            write.keep_transcripts(&[said], 1000).await?;
            write.commit().await?;
            expected.push(format!("said crm.company.get {round}"));
            world.pass(10);
            world.offer(link.id).await?;
            let delivery = world.lease_one().await?;
            world.pass(10);
            world.settle(&delivery, Verdict::Settled).await?;
            expected.push("delivery created".to_owned());
            world.pass(10);
            let mut write = world.store.begin().await?;
            write.tell(&format!("topic.{round}"), 41, &Message::default(), world.now()).await?;
            write.commit().await?;
            expected.push(format!("told topic.{round}"));
            world.pass(10);
            let mut write = world.store.begin().await?;
            let deed = Deed {
                id: world.ids.deed(),
                by: "Анна".into(),
                at: world.now(),
                kind: DeedKind::SentAgain,
                link: Some(link.id),
                deal: None,
                job: None,
                said: format!("снова, раз {round}"),
                chosen: Vec::new(),
                undone: None,
            };
            write.record_deed(&deed).await?;
            write.commit().await?;
            expected.push(format!("deed снова, раз {round}"));
        }
        expected.reverse();

        for page in [1, 2, 5, 100] {
            let (mut told, mut after) = (Vec::new(), None);
            loop {
                let history = world.store.link_history(link.id, after.as_ref(), page).await?;
                assert!(history.entries.len() <= page);
                for entry in &history.entries {
                    told.push(match &entry.what {
                        HistoryEvent::Shown { change, before } => {
                            let had = before.as_ref().and_then(|before| before.name.clone());
                            assert_eq!(had.is_none(), change.snapshot.name.as_deref() == Some("ООО «Роза»"));
                            format!("shown {}", change.snapshot.title())
                        }
                        HistoryEvent::Delivery(delivery) => {
                            assert!(delivery.is_closed());
                            assert_eq!(delivery.at - entry.at, SignedDuration::from_secs(10));
                            format!("delivery {}", delivery.outcome.clone().unwrap_or_default())
                        }
                        HistoryEvent::Told(telling) => format!("told {}", telling.topic),
                        HistoryEvent::Deed(deed) => format!("deed {}", deed.said),
                        HistoryEvent::Said(said) => format!("said {}", said.what.lines[0].method),
                    });
                }
                let Some(next) = history.next else { break };
                after = HistoryPlace::parse(&next.to_string());
                assert_eq!(after.as_ref(), Some(&next));
            }
            assert_eq!(told, expected, "{page} on a page");
        }
        assert_eq!(HistoryPlace::parse("1.2"), None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_counterparty_comes_with_what_hangs_on_it() {
    on_both(async |world| {
        let mut link = world.shown_link();
        link.company_id = Some(41);
        let mut write = world.store.begin().await?;
        write.save_link(&link).await?;
        write
            .put_inquiry(&InquiryRow {
                title: "Насосы".into(),
                company_id: Some(41),
                ..InquiryRow::new(7, world.now())
            })
            .await?;
        write.commit().await?;
        let parked = world.park(link.id, ReasonCode::Refused).await?;

        let record = world.store.link_record(link.id).await?.expect("it was saved");

        assert_eq!(record.link, link);
        assert_eq!(record.open.iter().map(|open| open.delivery.id).collect::<Vec<_>>(), [parked]);
        assert_eq!(record.deals.iter().map(|deal| deal.deal_id).collect::<Vec<_>>(), [7]);
        assert_eq!(world.store.link_record(world.ids.link()).await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_deal_comes_with_its_papers_and_other_currencies_stay_apart() {
    on_both(async |world| {
        let now = world.now();
        let link = world.shown_link();
        let inquiry = InquiryRow {
            title: "Насосы".into(),
            company_id: Some(41),
            snapshot: Some(Inquiry { currency: "RUB".into(), ..Inquiry::default() }),
            onec_ref: Some(guid(50)),
            paper: Some(InquiryPaper { number: "ЗПР-1".into(), ..InquiryPaper::default() }),
            state: InquiryState::Still,
            ..InquiryRow::new(7, now)
        };
        let document = DocumentRow {
            onec_ref: guid(51),
            kind: DocumentKind::Quotation,
            inquiry_ref: Some(guid(50)),
            told_deal: None,
            deal_id: Some(7),
            number: "1".into(),
            date: None,
            amount: None,
            currency: String::new(),
            file_name: "ТКП.pdf".into(),
            content: None,
            is_deleted: false,
            changed_at: None,
            seen_at: now,
            placed: None,
        };
        let payment = |number, amount: &str, currency: &str, is_cancelled| PaymentRow {
            onec_ref: guid(number),
            inquiry_ref: Some(guid(50)),
            told_deal: None,
            deal_id: None,
            number: String::new(),
            date: None,
            amount: amount.parse().expect("an amount"),
            currency: currency.into(),
            is_cancelled,
            is_left_out: false,
            changed_at: None,
            seen_at: now,
        };
        let sent = SentInquiry { snapshot: Inquiry::default(), link: link.id, company_id: 41 };
        let mut write = world.store.begin().await?;
        write.save_link(&domain::Link { company_id: Some(41), ..link.clone() }).await?;
        write.put_inquiry(&inquiry).await?;
        write.put_document(&document).await?;
        for payment in [
            payment(60, "100.50", "", false),
            payment(61, "-20", "RUB", false),
            payment(62, "7", "USD", false),
            payment(63, "1000", "RUB", true),
        ] {
            write.put_payment(&payment).await?;
        }
        let delivery = world.ids.delivery();
        write.hand_inquiry(delivery, 7, &sent, now).await?;
        write.want_face(7, now).await?;
        write.commit().await?;

        let record = world.store.deal_record(7).await?.expect("it is known");

        assert_eq!(record.inquiry.as_ref(), Some(&inquiry));
        assert_eq!(record.documents, [document]);
        assert_eq!((record.payments.len(), record.total().to_string()), (4, "80.50".to_owned()));
        let other: Vec<(&str, String)> =
            record.in_other_currencies().map(|(currency, sum)| (currency, sum.to_string())).collect();
        assert_eq!(other, [("USD", "7.00".to_owned())]);
        assert_eq!(record.clients.iter().map(|client| client.link).collect::<Vec<_>>(), [link.id]);
        assert_eq!(record.handed.iter().map(|handed| handed.delivery).collect::<Vec<_>>(), [delivery]);
        assert!(record.face.is_some());
        assert_eq!(world.store.deal_record(8).await?, None);
        Ok(())
    })
    .await;
}
