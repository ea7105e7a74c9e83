//! What the way from Bitrix24 to 1C keeps: deliveries in 1C's hands, cards to look at, companies that wait.

use domain::{Counterparty, DeliveryId, Field, LinkId, Reason, ReasonCode, Side};
use store::{Conflict, Entity, NewLook, PortalCompany, Received, Receiving, Sent, StoreError};

use crate::world::{World, on_both};

const TAKEN: Received = Received::Taken { outcome: "updated" };

fn sent(kpp: &str) -> Sent {
    let snapshot = Counterparty { kpp: Some(kpp.into()), ..Counterparty::default() };
    Sent { snapshot, changed: vec![Field::Kpp] }
}

impl World {
    async fn offer_to_onec(&self, link: LinkId) -> Result<DeliveryId, StoreError> {
        let mut write = self.store.begin().await?;
        let id = write.offer(&self.ids, link, Side::OneC, self.now()).await?;
        write.commit().await?;
        Ok(id)
    }

    /// 1C polls and gets this state of everything that is due.
    async fn hand_out(&self, fence: i64, state: &Sent) -> Result<Vec<DeliveryId>, StoreError> {
        let mut write = self.store.begin().await?;
        let leased = write.lease(Side::OneC, 10, self.now(), self.later(240), fence).await?;
        let handed: Vec<_> = leased.iter().map(|delivery| (delivery.id, fence, state.clone())).collect();
        write.hand_out(&handed).await?;
        write.commit().await?;
        Ok(leased.into_iter().map(|delivery| delivery.id).collect())
    }

    async fn receive(&self, id: DeliveryId, received: &Received) -> Result<Receiving, StoreError> {
        let mut write = self.store.begin().await?;
        let receiving = write.receive(id, received, self.now()).await?;
        write.commit().await?;
        Ok(receiving)
    }
}

#[tokio::test]
async fn a_receipt_settles_however_late_and_however_often() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let id = world.offer_to_onec(link).await?;
        assert_eq!(world.receive(id, &TAKEN).await?, Receiving::Unknown, "1C was never given it");
        assert_eq!(world.hand_out(1, &sent("770401001")).await?, [id]);
        world.pass(10_000);

        for _ in 0..2 {
            let settled = Receiving::Settled { link, sent: sent("770401001") };
            assert_eq!(world.receive(id, &TAKEN).await?, settled);
        }
        assert_eq!(world.hand_out(2, &sent("770401001")).await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_is_in_1cs_hands_is_replaced_by_what_is_newer() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let old = world.offer_to_onec(link).await?;
        assert_eq!(world.offer_to_onec(link).await?, old, "not handed out yet: it means the newest state");
        world.hand_out(1, &sent("770401001")).await?;

        let new = world.offer_to_onec(link).await?;

        assert_ne!(new, old);
        assert_eq!(world.hand_out(2, &sent("997950001")).await?, [new], "due at once");
        assert_eq!(world.receive(old, &TAKEN).await?, Receiving::Outdated { link, sent: sent("770401001") });
        assert_eq!(world.receive(new, &TAKEN).await?, Receiving::Settled { link, sent: sent("997950001") });
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_1c_rejects_waits_until_something_newer_comes() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let id = world.offer_to_onec(link).await?;
        world.hand_out(1, &sent("1")).await?;
        let reason = Reason::new(ReasonCode::RejectedByOneC, "КПП из девяти цифр");
        world.receive(id, &Received::Rejected(reason.clone())).await?;

        let parked = world.store.parked(None, None, 10).await?;
        assert_eq!((parked[0].delivery, &parked[0].reason), (id, &reason));
        world.pass(10_000);
        assert_eq!(world.hand_out(2, &sent("1")).await?, []);

        let new = world.offer_to_onec(link).await?;
        assert_eq!(world.hand_out(3, &sent("770401001")).await?, [new]);
        assert_eq!(world.store.parked(None, None, 10).await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_card_noticed_often_is_looked_at_once_and_again_if_noticed_meanwhile() {
    on_both(async |world| {
        let card = NewLook { entity: Entity::Requisite, entity_id: 45, owner_id: None };
        let notice = async |look: NewLook| -> Result<(), StoreError> {
            let mut write = world.store.begin().await?;
            write.look_at(&[look], world.now()).await?;
            write.commit().await
        };
        notice(card).await?;
        notice(NewLook { owner_id: Some(123), ..card }).await?;
        let looks = world.store.looks(10).await?;
        assert_eq!(looks.len(), 1);
        assert_eq!(
            (looks[0].entity, looks[0].entity_id, looks[0].owner_id),
            (Entity::Requisite, 45, Some(123))
        );

        notice(card).await?;
        let forget = async |looks: &[store::Look]| -> Result<i64, StoreError> {
            let mut write = world.store.begin().await?;
            write.looked(looks).await?;
            write.commit().await?;
            world.store.looks_waiting().await
        };
        assert_eq!(forget(&looks).await?, 1, "noticed while it was read");
        assert_eq!(forget(&world.store.looks(10).await?).await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_company_that_waits_says_why_since_when_and_for_which_inn() {
    on_both(async |world| {
        let put = async |reason: Option<ReasonCode>| -> Result<(), StoreError> {
            let company = PortalCompany {
                company_id: 7,
                title: "Ромашка".into(),
                responsible_id: Some(1),
                created_by: None,
                modified_by: Some(2),
                has_deal: false,
                fingerprint: "f".into(),
                waits: reason.map(|code| Reason::new(code, "почему")),
                waits_inn: Some("7736207543".into()),
                waits_since: Some(world.now()),
                seen_at: world.now(),
            };
            let mut write = world.store.begin().await?;
            write.put_portal_companies(&[company]).await?;
            write.commit().await
        };
        let since = world.now();
        put(Some(ReasonCode::NoDeal)).await?;
        world.pass(60);
        let mut write = world.store.begin().await?;
        write.mark_deals(&[7, 8], world.now()).await?;
        write.commit().await?;
        put(Some(ReasonCode::NoDeal)).await?;

        let known = world.store.portal_companies(&[7, 8, 9]).await?;
        assert_eq!(
            known.iter().map(|company| (company.company_id, company.has_deal)).collect::<Vec<_>>(),
            [(7, true), (8, true)]
        );
        assert_eq!(known[0].waits_since, Some(since), "the same cause keeps its time");
        assert_eq!(world.store.companies_waiting_for_inn(&["7736207543"]).await?, [7]);
        assert_eq!(world.store.waiting_groups().await?, [(ReasonCode::NoDeal, 1)]);

        put(Some(ReasonCode::DuplicateInPortal)).await?;
        let waiting = world.store.portal_companies_waiting(None, 0, 10).await?;
        assert_eq!((waiting.len(), waiting[0].waits_since), (1, Some(world.now())));
        put(None).await?;
        assert_eq!(world.store.waiting_groups().await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_conflict_keeps_its_time_until_a_value_changes() {
    on_both(async |world| {
        let link = world.saved_link().await?;
        let set = async |onec: &str| -> Result<(), StoreError> {
            let conflict = Conflict {
                link,
                field: Field::Director,
                base: None,
                onec: Some(onec.into()),
                bitrix: Some("Сидоров".into()),
                onec_changed_at: None,
                bitrix_changed_at: Some(world.now()),
                bitrix_changed_by: Some(7),
                since: world.now(),
            };
            let mut write = world.store.begin().await?;
            write.set_conflicts(link, &[conflict]).await?;
            write.commit().await
        };
        let since = world.now();
        set("Иванов").await?;
        world.pass(60);
        set("Иванов").await?;
        assert_eq!(world.store.conflicts_of(link).await?[0].since, since);
        set("Петров").await?;
        assert_eq!(world.store.conflicts(None, 10).await?[0].since, world.now());
        Ok(())
    })
    .await;
}
