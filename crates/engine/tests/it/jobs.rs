//! Work that a person asks for and that takes its time: it is done once, whoever dies, and ends when a person wants it.

use std::pin::pin;

use domain::{Counterparty, DeliveryState, JobId, ReasonCode};
use engine::{BulkFound, By, DeedError, Found, Task, Which};
use store::JobState;

use crate::entities::{entity, guid};
use crate::simulation::Mortal;
use crate::world::World;

fn ann() -> By {
    By::user("Анна")
}

/// So many records of 1C wait because their ИНН is wrong, and as many because the portal refused them.
async fn waiting(many: u32) -> World {
    let mut world = World::open().await;
    let mut records = Vec::new();
    for number in 0..many {
        let wrong = Counterparty { inn: Some("7736207544".into()), ..entity(number) };
        records.push((guid(number), wrong));
        records
            .push((guid(1000 + number), Counterparty { inn: Some(String::new()), ..entity(1000 + number) }));
    }
    world.show(records).await;
    world
}

async fn finish(world: &World, job: JobId) -> BulkFound {
    while world.engine.work().await.unwrap() {}
    let progress = world.engine.progress(job).await.unwrap().expect("a job");
    assert_eq!((progress.state, Some(progress.done)), (JobState::Done, progress.total));
    match progress.found {
        Found::Bulk(found) => found,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn everything_of_a_cause_is_tried_again_once_and_the_gates_decide() {
    let world = waiting(70).await;
    let which = Which { reason: Some(ReasonCode::InvalidInn), ..Which::default() };
    let job = world.engine.start(Task::Retry(which), &ann()).await.unwrap();
    assert_eq!(world.engine.progress(job).await.unwrap().unwrap().phase, "ждёт начала");

    assert!(world.engine.work().await.unwrap(), "there is more to do after the first step");
    let half = world.engine.progress(job).await.unwrap().unwrap();
    assert_eq!((half.done, half.total, half.state), (50, Some(70), JobState::Open));
    let found = finish(&world, job).await;

    assert_eq!(found, BulkFound { still_wait: 70, ..BulkFound::default() });
    world.until_quiet().await;
    assert_eq!(world.portal.company_count(), 0, "nothing goes around the gates");
}

#[tokio::test]
async fn a_job_goes_on_where_it_stopped_whoever_was_killed() {
    let mut world = waiting(120).await;
    let why = "заведены по ошибке".to_owned();
    let which = Which { reason: Some(ReasonCode::MissingInn), ..Which::default() };
    let job = world.engine.start(Task::GiveUp { which, why }, &ann()).await.unwrap();
    for steps in 1..60 {
        Mortal { steps, life: pin!(world.engine.work()) }.await;
        world.restart().await;
    }

    let found = finish(&world, job).await;

    assert_eq!(found, BulkFound { given_up: 120, ..BulkFound::default() });
    for number in 0..120 {
        let dropped = DeliveryState::Dropped { why: "заведены по ошибке (Анна)".into() };
        assert_eq!(world.standing(guid(1000 + number)).await, Some(dropped));
        let link = world.engine.store().link_by_ref(guid(1000 + number)).await.unwrap().unwrap();
        let deeds = world.engine.store().deeds_of_link(link.id, None, 10).await.unwrap();
        assert_eq!((deeds.len(), deeds[0].job), (1, Some(job)), "told once");
    }
    assert_eq!(world.parked(guid(0)).await, Some(ReasonCode::InvalidInn), "another cause is not meant");
}

#[tokio::test]
async fn a_job_ends_when_a_person_wants_it_and_what_it_did_stays_done() {
    let world = waiting(120).await;
    let why = "не нужны".to_owned();
    let which = Which { reason: Some(ReasonCode::MissingInn), ..Which::default() };
    let job = world.engine.start(Task::GiveUp { which, why }, &ann()).await.unwrap();
    world.engine.work().await.unwrap();

    world.engine.cancel(job, &By::user("Борис")).await.unwrap();
    assert!(!world.engine.work().await.unwrap());

    let progress = world.engine.progress(job).await.unwrap().unwrap();
    assert_eq!((progress.state, progress.done, progress.phase), (JobState::Cancelled, 50, "остановлено"));
    assert_eq!(world.engine.store().parked(Some(ReasonCode::MissingInn), None, 500).await.unwrap().len(), 70);
    let refusal = world.engine.cancel(job, &ann()).await.unwrap_err();
    assert!(matches!(refusal, DeedError::Changed(_)), "{refusal:?}");
    assert!(world.engine.open_jobs().await.unwrap().is_empty());
}

#[tokio::test]
async fn only_what_waits_since_the_time_that_was_said_is_meant_and_nothing_that_came_later() {
    let mut world = waiting(3).await;
    world.pass(3600);
    let noon = world.clock_now();
    world.show(vec![(guid(5000), Counterparty { inn: Some(String::new()), ..entity(5000) })]).await;
    world.pass(60);
    let which = Which { since: Some(noon), ..Which::default() };
    let job = world.engine.start(Task::Retry(which), &ann()).await.unwrap();
    world.pass(60);
    world.show(vec![(guid(5001), Counterparty { inn: Some(String::new()), ..entity(5001) })]).await;

    let found = finish(&world, job).await;

    assert_eq!(found, BulkFound { still_wait: 1, ..BulkFound::default() });
}

#[tokio::test]
async fn giving_many_up_needs_a_reason_that_people_can_read() {
    let world = waiting(1).await;
    let task = Task::GiveUp { which: Which::default(), why: " \n ".into() };

    let refusal = world.engine.start(task, &ann()).await.unwrap_err();

    assert!(refusal.to_string().contains("Напишите, почему"), "{refusal}");
    assert!(world.engine.jobs(None, None, 10).await.unwrap().is_empty());
}
