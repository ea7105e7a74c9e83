//! What people do with a button: it is done once, told in the history, and undone while nothing newer overtook it.

#![expect(
    clippy::unwrap_used,
    reason = "the tests rely on their own world; whatever fails there is a failed test"
)]

use domain::{Counterparty, DeliveryState, Field, LinkId, ReasonCode, Rule, Rules, Side};
use engine::{By, Choice, DeedError, Retried, Seen, Settings, To, Waiting};
use store::{Conflict, DeedKind};

use crate::entities::{entity, guid, inn};
use crate::way_back::{agreed, employee_makes, receipt};
use crate::world::World;

fn ann() -> By {
    By::user("Анна")
}

fn director(name: &str) -> Counterparty {
    Counterparty { director: Some(name.into()), ..entity(1) }
}

/// Both sides have changed the director and the КПП, and the rule says «ask».
async fn quarrel() -> (World, LinkId) {
    let rules = Rules::default().with(Field::Director, Rule::Ask).with(Field::Kpp, Rule::Ask);
    let mut world = World::open_with(Settings { rules, ..Settings::default() }).await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;
    let (_, requisite) = world.card(&inn(1));
    let fields = [("RQ_DIRECTOR", "Сидоров Сидор"), ("RQ_KPP", "997950001")];
    world.portal.employee().edits_requisite(requisite.id, &fields).unwrap();
    let edited = Counterparty { kpp: Some("781401001".into()), ..director("Петров Пётр") };
    world.show(vec![(guid(1), edited)]).await;
    world.look().await;
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().id;
    assert_eq!(conflicts(&world, link).await.len(), 2);
    (world, link)
}

async fn conflicts(world: &World, link: LinkId) -> Vec<Conflict> {
    world.engine.store().conflicts_of(link).await.unwrap()
}

async fn choice(world: &World, link: LinkId, field: Field, side: Side) -> Choice {
    let conflicts = conflicts(world, link).await;
    let conflict = conflicts.iter().find(|conflict| conflict.field == field).expect("a conflict");
    Choice { field, side, seen: Some(Seen::of_conflict(conflict)) }
}

/// What the portal shows: director and КПП.
fn portal(world: &World) -> (String, String) {
    let (_, requisite) = world.card(&inn(1));
    (requisite.get("RQ_DIRECTOR").to_owned(), requisite.get("RQ_KPP").to_owned())
}

async fn onec(world: &World) -> Counterparty {
    world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().onec.unwrap().snapshot
}

#[tokio::test]
async fn a_conflict_resolved_for_either_side_is_one_write_there_and_silence_afterwards() {
    let (world, link) = quarrel().await;
    let choices = [
        choice(&world, link, Field::Director, Side::OneC).await,
        choice(&world, link, Field::Kpp, Side::Bitrix).await,
    ];
    let writes = world.portal.writes();

    let done = world.engine.resolve_conflicts(link, &choices, &ann()).await.unwrap();
    world.until_quiet().await;
    let offered = world.exchange().await;

    assert_eq!((done.waits.len(), conflicts(&world, link).await), (0, vec![]));
    assert_eq!(world.portal.writes() - writes, 1, "one write");
    assert_eq!(portal(&world), ("Петров Пётр".into(), "997950001".into()));
    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0].changed, [Field::Kpp]);
    assert_eq!(offered[0].snapshot.director.as_deref(), Some("Петров Пётр"));
    world.look().await;
    assert_eq!((world.poll().await, world.portal.writes() - writes), (vec![], 1), "the echo is silent");
    let said = world.engine.store().link(link).await.unwrap().unwrap().word;
    assert!(said.is_silent(), "what has come about is forgotten: {said:?}");
    let deeds = world.engine.store().deeds_of_link(link, None, 10).await.unwrap();
    assert_eq!((deeds.len(), deeds[0].kind, deeds[0].by.as_str()), (1, DeedKind::Resolved, "Анна"));
    assert_eq!(deeds[0].said, "взято значение из 1С: ФИО директора; взято значение из Битрикс24: КПП");
    assert_eq!(deeds[0].chosen[0].bitrix.director.as_deref(), Some("Сидоров Сидор"), "what it was before");
}

#[tokio::test]
async fn a_conflict_that_is_not_what_the_person_saw_is_left_as_it_is() {
    let (world, link) = quarrel().await;
    let seen = choice(&world, link, Field::Director, Side::OneC).await;
    let kpp = choice(&world, link, Field::Kpp, Side::OneC).await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Кузнецов Кузьма")]).unwrap();
    world.look().await;

    let refusal = world.engine.resolve_conflicts(link, &[kpp, seen], &ann()).await.unwrap_err();

    assert!(matches!(refusal, DeedError::Changed(_)), "{refusal:?}");
    for part in ["ФИО директора", "уже изменилось", "Кузнецов Кузьма"]
    {
        assert!(refusal.to_string().contains(part), "«{part}» is missing in: {refusal}");
    }
    assert_eq!(conflicts(&world, link).await.len(), 2, "several fields or none of them");
    let nothing = [Choice { field: Field::Inn, side: Side::OneC, seen: None }];
    let refusal = world.engine.resolve_conflicts(link, &nothing, &ann()).await.unwrap_err();
    assert!(matches!(refusal, DeedError::Changed(_)), "there is no conflict in it: {refusal:?}");
}

#[tokio::test]
async fn an_edit_that_comes_before_the_choice_has_arrived_asks_again() {
    let (world, link) = quarrel().await;
    let chosen = choice(&world, link, Field::Director, Side::OneC).await;
    world.engine.resolve_conflicts(link, &[chosen], &ann()).await.unwrap();
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Кузнецов Кузьма")]).unwrap();

    world.pass(61);
    world.engine.collect().await.unwrap();
    world.until_quiet().await;

    assert_eq!(portal(&world).0, "Кузнецов Кузьма", "nobody chose against it");
    assert!(conflicts(&world, link).await.iter().any(|conflict| conflict.field == Field::Director));
}

#[tokio::test]
async fn a_choice_is_undone_before_it_has_left_and_nothing_is_written() {
    let (world, link) = quarrel().await;
    let chosen = choice(&world, link, Field::Director, Side::OneC).await;
    let writes = world.portal.writes();
    let done = world.engine.resolve_conflicts(link, &[chosen], &ann()).await.unwrap();

    let undone = world.engine.undo(done.deed, &By::user("Борис")).await.unwrap();
    world.until_quiet().await;

    assert!(!undone.is_written_back);
    assert_eq!((conflicts(&world, link).await.len(), world.portal.writes()), (2, writes));
    let refusal = world.engine.undo(done.deed, &ann()).await.unwrap_err();
    assert!(refusal.to_string().contains("уже отменено (Борис)"), "{refusal}");
}

#[tokio::test]
async fn a_choice_that_has_arrived_is_undone_by_writing_the_old_value_back_and_the_conflict_is_open_again() {
    let (world, link) = quarrel().await;
    for (side, kept) in [(Side::OneC, "Сидоров Сидор"), (Side::Bitrix, "Петров Пётр")] {
        let chosen = choice(&world, link, Field::Director, side).await;
        let done = world.engine.resolve_conflicts(link, &[chosen], &ann()).await.unwrap();
        world.until_quiet().await;
        world.exchange().await;
        assert_eq!(conflicts(&world, link).await.len(), 1, "the КПП is left");

        let undone = world.engine.undo(done.deed, &ann()).await.unwrap();
        assert!(undone.is_written_back);
        world.until_quiet().await;
        world.exchange().await;
        world.look().await;

        assert_eq!(portal(&world).0, "Сидоров Сидор", "{kept} came back");
        assert_eq!(onec(&world).await.director.as_deref(), Some("Петров Пётр"));
        assert_eq!(conflicts(&world, link).await.len(), 2, "as it was before");
        let said = world.engine.store().link(link).await.unwrap().unwrap().word;
        assert!(said.is_silent(), "{said:?}");
        let writes = world.portal.writes();
        world.look().await;
        assert_eq!((world.poll().await, world.portal.writes()), (vec![], writes));
    }
}

#[tokio::test]
async fn a_choice_that_something_newer_has_overtaken_is_not_undone() {
    let (world, link) = quarrel().await;
    let chosen = choice(&world, link, Field::Director, Side::OneC).await;
    let done = world.engine.resolve_conflicts(link, &[chosen], &ann()).await.unwrap();
    world.until_quiet().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Кузнецов Кузьма")]).unwrap();
    world.look().await;

    let refusal = world.engine.undo(done.deed, &ann()).await.unwrap_err();

    assert!(matches!(refusal, DeedError::Changed(_)), "{refusal:?}");
    assert!(refusal.to_string().contains("с тех пор изменено"), "{refusal}");
}

#[tokio::test]
async fn a_choice_is_not_undone_while_1c_writes_it() {
    let (world, link) = quarrel().await;
    let chosen = choice(&world, link, Field::Director, Side::Bitrix).await;
    let done = world.engine.resolve_conflicts(link, &[chosen], &ann()).await.unwrap();
    let offered = world.poll().await;

    let refusal = world.engine.undo(done.deed, &ann()).await.unwrap_err();
    assert!(refusal.to_string().contains("как раз записывается в 1С"), "{refusal}");

    world.engine.receive(offered.iter().map(receipt).collect()).await.unwrap();
    assert!(world.engine.undo(done.deed, &ann()).await.unwrap().is_written_back);
}

/// Found by the simulation: the receipt is lost, 1C shows what it was given, and the choice has come about.
#[tokio::test]
async fn a_choice_that_1c_shows_before_it_has_confirmed_it_is_done_with() {
    let mut world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Сидоров Сидор")]).unwrap();
    world.look().await;
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().id;
    world.engine.take_all(link, Side::Bitrix, &ann()).await.unwrap();
    assert_eq!(world.poll().await.len(), 1);

    world.show(vec![(guid(1), director("Сидоров Сидор"))]).await;

    let said = world.engine.store().link(link).await.unwrap().unwrap().word;
    assert!(said.is_silent(), "{said:?}");
    // An accountant who goes back to the old value is not overruled.
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    assert_eq!(portal(&world).0, entity(1).director.unwrap());
}

#[tokio::test]
async fn one_sides_values_are_taken_whatever_the_rules_say_also_from_fields_that_were_left_apart() {
    let rules = Rules::default().with(Field::Kpp, Rule::FillIfEmpty).with(Field::Director, Rule::Onec);
    let mut world = World::open_with(Settings { rules, ..Settings::default() }).await;
    let (company, requisite) = employee_makes(&world, 1);
    let fields = [("RQ_KPP", "997950001"), ("RQ_DIRECTOR", "Сидоров Сидор")];
    world.portal.employee().edits_requisite(requisite, &fields).unwrap();
    world.portal.employee().adds_phone(company, "+7 499 000-00-01").unwrap();
    world.look().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().id;
    assert_eq!(portal(&world), ("Иванов Иван Иванович".into(), "997950001".into()), "left apart");

    world.engine.take_all(link, Side::OneC, &ann()).await.unwrap();
    world.until_quiet().await;
    world.exchange().await;

    assert_eq!(portal(&world).1, "770401001");
    let (company, _) = world.card(&inn(1));
    assert_eq!(company.phones, entity(1).phones.unwrap(), "of a set too");
    let refusal = world.engine.take_all(link, Side::OneC, &ann()).await.unwrap_err();
    assert!(refusal.to_string().contains("одно и то же"), "{refusal}");
    world.look().await;
    assert_eq!(world.poll().await, []);
}

#[tokio::test]
async fn an_employees_edit_that_1c_has_in_its_hands_does_not_come_back_when_1cs_value_is_taken() {
    let mut world = agreed().await;
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().id;
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Сидоров Сидор")]).unwrap();
    world.look().await;
    let handed = world.poll().await;
    let choice = Choice { field: Field::Director, side: Side::OneC, seen: None };

    world.engine.take_values(link, &[choice], &ann()).await.unwrap();
    world.until_quiet().await;
    // 1C has written what it was given, and shows that as its own before its receipt arrives.
    world.show(vec![(guid(1), director("Сидоров Сидор"))]).await;
    world.engine.receive(handed.iter().map(receipt).collect()).await.unwrap();
    let offered = world.exchange().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;

    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0].snapshot.director.as_deref(), Some("Иванов Иван Иванович"));
    assert!(offered[0].changed.contains(&Field::Director));
    assert_eq!(portal(&world).0, "Иванов Иван Иванович");
    assert_eq!(world.poll().await, []);
}

#[tokio::test]
async fn an_edit_taken_back_while_1c_works_on_it_is_taken_back_in_1c_too() {
    let mut world = agreed().await;
    let (_, requisite) = world.card(&inn(1));
    let employee = world.portal.employee();
    employee.edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Сидоров Сидор")]).unwrap();
    world.look().await;
    let handed = world.poll().await;
    employee.edits_requisite(requisite.id, &[("RQ_DIRECTOR", "Иванов Иван Иванович")]).unwrap();
    world.look().await;

    world.engine.receive(handed.iter().map(receipt).collect()).await.unwrap();
    let offered = world.exchange().await;
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;

    assert_eq!(offered.len(), 1);
    assert_eq!(
        (offered[0].changed.as_slice(), portal(&world).0.as_str()),
        (&[Field::Director][..], "Иванов Иван Иванович")
    );
}

#[tokio::test]
async fn a_record_is_sent_again_to_both_sides_although_nothing_is_lacking() {
    let world = agreed().await;
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().id;
    let (_, requisite) = world.card(&inn(1));
    // An address leaves no trace in lists: nobody has noticed.
    world.portal.employee().writes_address(requisite.id, 6, &[("ADDRESS_1", "")]).unwrap();

    world.engine.send_again(link, To::Both, &ann()).await.unwrap();
    world.engine.collect().await.unwrap();
    world.until_quiet().await;
    let offered = world.exchange().await;

    assert_eq!(offered.len(), 1);
    assert!(
        offered[0].changed.contains(&Field::Kpp) && offered[0].changed.len() > 8,
        "{:?}",
        offered[0].changed
    );
    assert_eq!(world.poll().await, []);
    let refusal =
        world.engine.send_again("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(), To::Both, &ann()).await;
    assert!(matches!(refusal, Err(DeedError::Absent(_))), "{refusal:?}");
}

#[tokio::test]
async fn what_a_person_has_parted_stays_apart_until_a_person_joins_it() {
    let mut world = agreed().await;
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap();
    let company = link.company_id.unwrap();
    world.portal.employee().adds_deal(company, &[("TITLE", "Насосы")]).unwrap();

    let done = world.engine.unlink(link.id, &ann()).await.unwrap();
    assert_eq!(done.waits[0].code, ReasonCode::Unlinked);
    let (_, requisite) = world.card(&inn(1));
    world.portal.employee().edits_requisite(requisite.id, &[("RQ_KPP", "997950001")]).unwrap();
    let writes = world.portal.writes();
    world.look().await;
    world.show(vec![(guid(1), director("Петров Пётр"))]).await;
    world.engine.collect_all().await.unwrap();
    world.until_quiet().await;
    world.restart().await;
    world.engine.collect_all().await.unwrap();
    world.until_quiet().await;

    assert_eq!((world.portal.company_count(), world.portal.writes()), (1, writes), "nothing is made anew");
    assert_eq!(world.poll().await, []);
    assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::Unlinked));
    let waits = world.engine.store().portal_companies(&[company]).await.unwrap().pop().unwrap().waits;
    assert_eq!(waits.map(|reason| reason.code), Some(ReasonCode::Unlinked));

    world.engine.link_by_hand(link.id, company, &ann()).await.unwrap();
    world.engine.collect().await.unwrap();
    world.until_quiet().await;
    world.exchange().await;
    world.look().await;

    let link = world.engine.store().link(link.id).await.unwrap().unwrap();
    assert_eq!((link.company_id, link.word.parted), (Some(company), None));
    assert_eq!(
        portal(&world),
        ("Иванов Иван Иванович".into(), "997950001".into()),
        "by the rules of a first meeting"
    );
    assert_eq!(onec(&world).await.kpp.as_deref(), Some("997950001"));
    assert_eq!(world.poll().await, []);
}

#[tokio::test]
async fn a_parted_counterparty_is_free_again_when_its_inn_turns_out_to_be_another() {
    let mut world = agreed().await;
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap();
    world.engine.unlink(link.id, &ann()).await.unwrap();

    world.show(vec![(guid(1), entity(2))]).await;
    world.until_quiet().await;

    assert_eq!(world.portal.company_count(), 2, "a company of its own");
    assert_eq!(world.portal.requisites_with_inn(&inn(2)).len(), 1);
}

#[tokio::test]
async fn a_person_chooses_among_several_companies_with_one_inn() {
    let mut world = World::open().await;
    let (first, _) = employee_makes(&world, 1);
    let (second, _) = employee_makes(&world, 1);
    world.show(vec![(guid(1), entity(1))]).await;
    world.until_quiet().await;
    world.look().await;
    assert_eq!(world.parked(guid(1)).await, Some(ReasonCode::SeveralInPortal));
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().id;

    world.engine.link_by_hand(link, second, &ann()).await.unwrap();
    world.until_quiet().await;
    world.engine.collect_all().await.unwrap();
    world.until_quiet().await;

    let found = world.engine.store().link(link).await.unwrap().unwrap();
    assert_eq!(found.company_id, Some(second));
    assert!(matches!(world.standing(guid(1)).await, Some(DeliveryState::Settled)), "it travels");
    let kpp: Vec<String> = world
        .portal
        .requisites_with_inn(&inn(1))
        .iter()
        .filter(|requisite| requisite.owner == second)
        .map(|requisite| requisite.get("RQ_KPP").to_owned())
        .collect();
    assert_eq!(kpp, ["770401001"]);
    let waits = world.engine.store().portal_companies(&[first]).await.unwrap().pop().unwrap().waits;
    assert_eq!(waits.map(|reason| reason.code), Some(ReasonCode::DuplicateInPortal));

    world.engine.link_by_hand(link, first, &ann()).await.unwrap();
    world.until_quiet().await;
    world.look().await;
    assert_eq!(
        world.engine.store().link(link).await.unwrap().unwrap().company_id,
        Some(first),
        "or the other"
    );
}

#[tokio::test]
async fn a_company_that_another_counterparty_of_1c_has_is_not_given_away() {
    let mut world = agreed().await;
    world.show(vec![(guid(2), entity(2))]).await;
    world.until_quiet().await;
    world.look().await;
    let other = world.engine.store().link_by_ref(guid(2)).await.unwrap().unwrap();
    let (company, _) = world.card(&inn(1));

    let refusal = world.engine.link_by_hand(other.id, company.id, &ann()).await.unwrap_err();

    assert!(matches!(refusal, DeedError::Impossible(_)), "{refusal:?}");
    assert!(refusal.to_string().contains("ИНН не совпадает"), "{refusal}");
    let refusal = world.engine.link_by_hand(other.id, 999_999, &ann()).await.unwrap_err();
    assert!(matches!(refusal, DeedError::Absent(_)), "{refusal:?}");
}

#[tokio::test]
async fn what_waits_is_tried_again_by_the_gates_and_not_around_them() {
    let mut world = World::open().await;
    let wrong = Counterparty { inn: Some("7736207544".into()), ..entity(1) };
    world.show(vec![(guid(1), wrong)]).await;
    let parked = world.engine.store().parked(None, None, 1).await.unwrap().pop().unwrap();

    let (_, retried) = world.engine.retry(Waiting::Delivery(parked.delivery), &ann()).await.unwrap();
    world.until_quiet().await;

    assert!(matches!(retried, Retried::StillWaits(reason) if reason.code == ReasonCode::InvalidInn));
    assert_eq!(world.portal.company_count(), 0, "a wrong ИНН does not travel because a person insists");
    world.pass(1);
    world
        .engine
        .give_up(Waiting::Delivery(parked.delivery), "  дубль,\n заведён по ошибке ", &ann())
        .await
        .unwrap();
    let standing = world.standing(guid(1)).await;
    assert_eq!(
        standing,
        Some(DeliveryState::Dropped {
            why: "дубль, заведён по ошибке (Анна)".into()
        })
    );
    let refusal =
        world.engine.give_up(Waiting::Delivery(parked.delivery), "ещё раз", &ann()).await.unwrap_err();
    assert!(matches!(refusal, DeedError::Changed(_)), "{refusal:?}");
    for bad in ["  ", &"о".repeat(501)] {
        assert!(matches!(
            world.engine.give_up(Waiting::Delivery(parked.delivery), bad, &ann()).await,
            Err(DeedError::Impossible(_))
        ));
    }
    let link = world.engine.store().link_by_ref(guid(1)).await.unwrap().unwrap().id;
    let deeds = world.engine.store().deeds_of_link(link, None, 10).await.unwrap();
    let kinds: Vec<DeedKind> = deeds.iter().map(|deed| deed.kind).collect();
    assert_eq!(kinds, [DeedKind::Dropped, DeedKind::Retried], "the newest first");
}
