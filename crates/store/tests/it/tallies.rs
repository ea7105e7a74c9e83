//! Figures that are kept agree with what is counted.

use std::collections::BTreeMap;

use domain::{
    DocumentKind, Field, Ids, LinkId, OneCRef, Reason, ReasonCode, Remark, Side, SignedDuration, Timestamp,
    Verdict,
};
use sqlx::{Connection, PgConnection, SqliteConnection};
use store::{
    CodeToShow, Conflict, Digest, DocumentRow, Entity, HeldKind, InquiryRow, InquiryState, Message, NewLook,
    PaymentRow, Placed, PortalCompany, QueueKind, StoreError, Told,
};

use crate::world::{World, on_both};

/// Operations of one run.
const OPERATIONS: usize = 400;

#[tokio::test]
async fn figures_agree_with_full_counts_after_anything_that_may_happen() {
    on_both(async |world| {
        let mut chance = Chance { ids: Ids::new(world.clock.clone(), 7), links: Vec::new() };
        for step in 0..OPERATIONS {
            chance.something_happens(world).await?;
            if step % 40 == 0 {
                agree(world).await?;
            }
        }
        agree(world).await?;
        world.restart().await;
        agree(world).await
    })
    .await;
}

#[tokio::test]
async fn what_is_undone_counts_for_nothing() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let mut write = world.store.begin().await?;
        write.offer(&world.ids, link, Side::Bitrix, world.now()).await?;
        assert_eq!(write.tallies().await?.bitrix.due, 1, "a transaction sees its own");
        drop(write);
        assert_eq!(world.store.tallies().await?.bitrix.due, 0);
        world.park(link, ReasonCode::Refused).await?;
        assert_eq!(world.store.tallies().await?.held_of(HeldKind::ToBitrix), 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn queues_tell_how_long_they_are_and_since_when_the_first_waits() {
    on_both(async |world| {
        let since = world.now();
        let mut write = world.store.begin().await?;
        write.look_at(&[look(1), look(2)], since).await?;
        write.want_code_shown(&[7], since).await?;
        write.note_deal("topic", 3, "текст", since).await?;
        write.want_face(3, since).await?;
        write.tell("topic", 7, &Message::default(), since).await?;
        let due = InquiryState::Due { since };
        write.put_inquiry(&InquiryRow { state: due, ..InquiryRow::new(3, since) }).await?;
        write.commit().await?;
        world.offered_link().await?;

        let waiting: BTreeMap<QueueKind, (i64, Option<Timestamp>)> = world
            .store
            .queues()
            .await?
            .into_iter()
            .map(|queue| (queue.kind, (queue.waiting, queue.oldest_due)))
            .collect();

        assert_eq!(waiting[&QueueKind::Looks], (2, Some(since)));
        for kind in
            [QueueKind::Codes, QueueKind::Notes, QueueKind::Deals, QueueKind::Tellings, QueueKind::Inquiries]
        {
            assert_eq!(waiting[&kind], (1, Some(since)), "{kind:?}");
        }
        assert_eq!(waiting[&QueueKind::ToBitrix], (1, Some(world.now())));
        assert_eq!(waiting[&QueueKind::ToOneC], (0, None));
        Ok(())
    })
    .await;
}

/// What may happen, in an order that is the same at every run.
struct Chance {
    ids: Ids,
    links: Vec<LinkId>,
}

impl Chance {
    fn of(&self, count: usize) -> usize {
        usize::try_from(self.ids.random() % count as u64).expect("less than a count")
    }

    fn number(&self, count: usize) -> i64 {
        i64::try_from(self.of(count)).expect("a small number") + 1
    }

    fn code(&self) -> ReasonCode {
        ReasonCode::ALL[self.of(ReasonCode::ALL.len())]
    }

    fn side(&self) -> Side {
        if self.of(2) == 0 { Side::OneC } else { Side::Bitrix }
    }

    async fn something_happens(&mut self, world: &mut World) -> Result<(), StoreError> {
        let (now, later) = (world.now(), world.later(60));
        let what = self.of(23);
        if self.links.len() < 5 || what == 0 {
            self.links.push(world.saved_link().await?);
            return Ok(());
        }
        let link = self.links[self.of(self.links.len())];
        let reason = Reason::new(self.code(), "почему");
        world.pass(1);
        let mut write = world.store.begin().await?;
        match what {
            1..=3 => drop(write.offer(&self.ids, link, self.side(), now).await?),
            4..=5 => drop(write.park_new(&self.ids, link, self.side(), &reason, now).await?),
            6 => drop(write.close_open(link, self.side()).await?),
            7 => drop(write.drop_delivery(link, self.side(), "так решено", now).await?),
            8..=9 => {
                let fence = i64::try_from(self.ids.random() >> 1).expect("half of it");
                let verdict = match self.of(4) {
                    0 => Verdict::Park(reason),
                    1 => Verdict::RetryAt(later),
                    _ => Verdict::Settled,
                };
                for delivery in write.lease(self.side(), 3, now, later, fence).await? {
                    if self.of(3) > 0 {
                        write.settle(&delivery, &verdict, Some("created"), now).await?;
                    }
                }
            }
            10 => drop(write.retry_parked_all(Some(self.code()), now).await?),
            11 => {
                let mut link = write.link(link).await?.expect("it was saved");
                link.remarks =
                    (0..self.of(2)).map(|_| Remark { field: Field::Name, text: "имя".into() }).collect();
                link.company_id = (self.of(2) == 0).then(|| self.number(10_000));
                write.save_link(&link).await?;
            }
            12 => {
                let waits = (self.of(3) > 0).then_some(reason);
                write.put_portal_companies(&[self.company(waits, now)]).await?;
            }
            13 => match self.of(2) {
                0 => write.mark_deals(&[self.number(9)], now).await?,
                _ => write.forget_portal_companies(&[self.number(9)]).await?,
            },
            14..=15 => {
                let state = match self.of(5) {
                    0 => InquiryState::Still,
                    1 => InquiryState::Waits(reason),
                    2 => InquiryState::Due { since: now },
                    3 => InquiryState::Handed { until: now },
                    _ => InquiryState::Rejected(reason),
                };
                let deal = self.number(6);
                // The same deal may become another «Запрос».
                let onec_ref =
                    (self.of(3) > 0).then(|| guid(u32::try_from(deal * 10 + self.number(2)).expect("small")));
                write
                    .put_inquiry(&InquiryRow {
                        state,
                        onec_ref,
                        company_id: Some(self.number(9)),
                        ..InquiryRow::new(deal, now)
                    })
                    .await?;
            }
            16 => match self.of(3) {
                0 => write.forget_inquiry(self.number(6)).await?,
                _ => drop(write.retry_rejected_inquiries(now).await?),
            },
            17..=18 => {
                let onec_ref = guid(100 + u32::try_from(self.number(12)).expect("small"));
                if self.of(3) == 0 {
                    let placed = Placed {
                        deal: 1,
                        kind: DocumentKind::Invoice,
                        file_id: 1,
                        digest: String::new(),
                        file_name: String::new(),
                    };
                    write.place_document(onec_ref, (self.of(2) == 0).then_some(&placed)).await?;
                } else {
                    write.put_document(&self.document(onec_ref, now)).await?;
                }
            }
            19 => {
                let onec_ref = guid(200 + u32::try_from(self.number(12)).expect("small"));
                write.put_payment(&self.payment(onec_ref, now)).await?;
            }
            20 => {
                let deal = self.number(6);
                write.want_face(deal, now).await?;
                if let Some(face) = write.face(deal).await? {
                    match self.of(3) {
                        0 => write.park_face(&face, &reason, now).await?,
                        1 => write.face_again(&face, later, Some(&reason), true).await?,
                        _ => write.face_shown(&face, &BTreeMap::new(), None, now).await?,
                    }
                }
            }
            21 => {
                let fields = &Field::ALL[..self.of(4)];
                let conflicts: Vec<Conflict> =
                    fields.iter().map(|field| conflict(link, *field, now)).collect();
                write.set_conflicts(link, &conflicts).await?;
            }
            _ => {
                write.look_at(&[look(self.number(5))], now).await?;
                let looks = write.looks(1).await?;
                write.looked(&looks[..self.of(2)]).await?;
                write.want_code_shown(&[self.number(5)], now).await?;
                write.code_shown(&[CodeToShow { company_id: self.number(5), wanted: 1 }]).await?;
                let topic = format!("topic {}", self.of(4));
                write.tell(&topic, 1, &Message::default(), now).await?;
                match self.of(3) {
                    0 => write.told(&topic, &Told::default(), None).await?,
                    1 => write.take_back(&[topic.as_str()]).await?,
                    _ => write.note_deal(&topic, 1, "текст", now).await?,
                }
                write.deal_noted("topic 1").await?;
            }
        }
        // What is undone leaves no trace.
        if self.of(10) > 0 {
            write.commit().await?;
        }
        Ok(())
    }

    fn company(&self, waits: Option<Reason>, now: Timestamp) -> PortalCompany {
        PortalCompany {
            company_id: self.number(9),
            title: "ООО «Ромашка»".into(),
            responsible_id: None,
            created_by: None,
            modified_by: None,
            has_deal: self.of(2) == 0,
            fingerprint: "f".into(),
            waits,
            waits_inn: None,
            waits_since: None,
            seen_at: now,
        }
    }

    fn document(&self, onec_ref: OneCRef, now: Timestamp) -> DocumentRow {
        DocumentRow {
            onec_ref,
            kind: DocumentKind::Invoice,
            inquiry_ref: Some(guid(u32::try_from(self.number(6) * 10 + self.number(2)).expect("small"))),
            told_deal: (self.of(4) == 0).then_some(1),
            deal_id: None,
            number: "СЧ-1".into(),
            date: None,
            amount: None,
            currency: String::new(),
            file_name: "Счёт.pdf".into(),
            content: (self.of(2) == 0).then(|| (Digest::of(b"%PDF"), 4)),
            is_deleted: self.of(5) == 0,
            changed_at: None,
            seen_at: now,
            placed: None,
        }
    }

    fn payment(&self, onec_ref: OneCRef, now: Timestamp) -> PaymentRow {
        PaymentRow {
            onec_ref,
            inquiry_ref: Some(guid(u32::try_from(self.number(6) * 10 + self.number(2)).expect("small"))),
            told_deal: (self.of(4) == 0).then_some(1),
            deal_id: None,
            number: "ПП-1".into(),
            date: None,
            amount: "1".parse().expect("an amount"),
            currency: String::new(),
            is_cancelled: self.of(4) == 0,
            is_left_out: self.of(4) == 0,
            changed_at: None,
            seen_at: now,
        }
    }
}

fn guid(number: u32) -> OneCRef {
    OneCRef::parse(&format!("6f9619ff-8b86-d011-b42d-{number:012x}")).expect("a GUID")
}

fn look(entity_id: i64) -> NewLook {
    NewLook { entity: Entity::Company, entity_id, owner_id: None }
}

fn conflict(link: LinkId, field: Field, since: Timestamp) -> Conflict {
    Conflict {
        link,
        field,
        base: None,
        onec: Some("одно".into()),
        bitrix: Some("другое".into()),
        onec_changed_at: None,
        bitrix_changed_at: None,
        bitrix_changed_by: None,
        since: since + SignedDuration::from_secs(1),
    }
}

/// Every figure, counted anew.
const COUNTED: &str = "
    select name, count(*)
      from (select 'delivery/' || side || '/' || state as name from delivery where state in ('due', 'leased')
             union all select 'held/' || side || '/' || reason_code from delivery where state = 'parked'
             union all select 'remarks' from link where remark_count > 0
             union all select 'links' from link
             union all select 'linked' from link where onec_ref is not null and company_id is not null
             union all
            select 'held/company/' || waits_code
              from portal_company
             where waits_code <> 'no-deal' and (has_deal = 1 or waits_code = 'duplicate-in-portal')
             union all
            select 'held/company-without-deal/' || waits_code
              from portal_company
             where waits_code = 'no-deal' or (has_deal = 0 and waits_code <> 'duplicate-in-portal')
             union all select 'held/inquiry/' || reason_code from inquiry where state = 'rejected'
             union all select 'held/inquiry-waiting/' || reason_code from inquiry where state = 'waits'
             union all select 'inquiry/' || state from inquiry where state in ('due', 'handed')
             union all select 'inquiry/known' from inquiry where onec_ref is not null
             union all select 'held/document/no-content' from document where is_deleted = 0 and digest is null
             union all
            select 'held/document/no-inquiry'
              from document d left join inquiry i on i.onec_ref = d.inquiry_ref
             where d.is_deleted = 0 and d.digest is not null and coalesce(i.deal_id, d.told_deal) is null
             union all select 'document/placed' from document where placed_deal is not null
             union all
            select case when coalesce(i.deal_id, p.told_deal) is null then 'payment/unplaced' else 'payment/placed' end
              from payment p left join inquiry i on i.onec_ref = p.inquiry_ref
             where p.is_cancelled = 0 and p.is_left_out = 0
             union all select 'held/deal/' || reason_code from deal_face where reason_code is not null
             union all select 'queue/face' from deal_face where due_at is not null
             union all select 'held/conflict/conflict' from conflict
             union all select 'queue/look' from look
             union all select 'queue/note' from deal_note
             union all select 'queue/code' from code_to_show
             union all select 'queue/telling' from telling where due_at is not null) as counted
     group by name
     order by name";

const KEPT: &str = "
    select name, value from counter where value <> 0 and name not like 'settled/%' order by name";

/// Names with their values.
type Figures = Vec<(String, i64)>;

pub(crate) async fn agree(world: &World) -> Result<(), StoreError> {
    let (kept, counted): (Figures, Figures);
    if world.place.is_sqlite() {
        let mut database = SqliteConnection::connect(&world.place.url).await?;
        kept = sqlx::query_as(KEPT).fetch_all(&mut database).await?;
        counted = sqlx::query_as(COUNTED).fetch_all(&mut database).await?;
        database.close().await?;
    } else {
        let mut database = PgConnection::connect(&world.place.url).await?;
        kept = sqlx::query_as(KEPT).fetch_all(&mut database).await?;
        counted = sqlx::query_as(COUNTED).fetch_all(&mut database).await?;
        database.close().await?;
    }
    let sorted = |figures: Figures| figures.into_iter().collect::<BTreeMap<_, _>>();
    assert_eq!(sorted(kept), sorted(counted));
    Ok(())
}
