//! Work that a person asks for and that takes its time: it is done once, whoever dies, and ends when a person wants it.

#![expect(
    clippy::unwrap_used,
    reason = "the tests rely on their own world; whatever fails there is a failed test"
)]

use std::io::{BufRead, BufReader};
use std::pin::pin;
use std::sync::Arc;

use domain::{Counterparty, DeliveryState, Field, JobId, ReasonCode, Rule, Rules, Side};
use engine::{
    BadLine, BulkFound, By, Content, DeedError, DiscrepancyFilter, Engine, Found, LoadFile, PlanFound,
    Progress, Records, Standing, Task, Which, kept_discrepancies,
};
use store::{JobState, Upload};

use crate::entities::{entity, guid, inn, showing};
use crate::simulation::Mortal;
use crate::way_back::employee_makes;
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

/// Reads files whose lines are numbers of records: `5` is the fifth, `5!` has a wrong ИНН, everything else is unreadable.
struct Lines;

impl LoadFile for Lines {
    fn refuses(&self, name: &str) -> Option<String> {
        (!name.to_lowercase().ends_with(".txt")).then(|| "имя должно кончаться на .txt".to_owned())
    }

    fn open(&self, _: &str, content: &Content) -> Result<Records, String> {
        let lines = BufReader::new(content.reader()).lines();
        Ok(Box::new(lines.map(|line| {
            let line = line.map_err(|error| BadLine { text: error.to_string(), ends: true })?;
            let number: u32 = line
                .trim_end_matches('!')
                .parse()
                .map_err(|_| BadLine { text: format!("«{line}» не номер"), ends: false })?;
            let mut record = entity(number);
            if line.ends_with('!') {
                record.inn = Some("7736207544".into());
            }
            Ok(showing(guid(number), record))
        })))
    }
}

impl World {
    async fn uploads(&self, text: &str) -> Upload {
        let engine = self.reads_files();
        let mut uploading = engine.begin_upload(r"C:\Выгрузка\клиенты.txt").await.unwrap();
        for piece in text.as_bytes().chunks(1000) {
            uploading.push(piece).await.unwrap();
        }
        uploading.finish(&ann()).await.unwrap()
    }

    fn reads_files(&self) -> Engine {
        self.engine.clone().with_load_file(Arc::new(Lines))
    }

    async fn ends(&self, engine: &Engine, job: JobId) -> Progress {
        for _ in 0..1000 {
            engine.work().await.unwrap();
            let progress = engine.progress(job).await.unwrap().expect("a job");
            if progress.state != JobState::Open {
                return progress;
            }
            self.pass(1);
            engine.collect().await.unwrap();
            self.until_quiet().await;
        }
        panic!("it never ends");
    }
}

fn planned(progress: Progress) -> PlanFound {
    match progress.found {
        Found::Plan(found) => found,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded_planned_and_loaded_exactly_as_planned() {
    let world = World::open().await;
    employee_makes(&world, 2);
    let upload = world.uploads("1\n2\nтретий\n4!\n5\n5\n").await;
    assert_eq!((upload.name.as_str(), upload.by.as_str()), ("клиенты.txt", "Анна"));
    let engine = world.reads_files();

    let task = Task::Plan { digest: upload.digest.clone(), name: String::new() };
    let plan = engine.start(task, &ann()).await.unwrap();
    let found = planned(world.ends(&engine, plan).await);

    let counts: Vec<(&str, u64)> =
        found.counts.iter().map(|(would, count)| (would.as_str(), *count)).collect();
    assert_eq!(counts, [("create", 3), ("invalid-inn", 1), ("link", 1)]);
    assert_eq!((found.bad, found.bad_lines.as_slice()), (1, &["«третий» не номер".to_owned()][..]));
    let link = found.samples.iter().find(|sample| sample.would == "link").expect("a sample");
    assert!(!link.differences.is_empty() && link.company_id.is_some(), "{link:?}");
    assert_eq!((world.portal.company_count(), engine.store().summary().await.unwrap().links), (1, 0));

    let load = engine.start(Task::Load { plan }, &ann()).await.unwrap();
    let progress = world.ends(&engine, load).await;
    let Found::Load(loaded) = progress.found else { panic!("{progress:?}") };

    assert_eq!(
        (loaded.records, loaded.accepted, loaded.unchanged, loaded.parked, loaded.bad, loaded.left),
        (5, 3, 1, 1, 1, 0)
    );
    assert_eq!(world.portal.company_count(), 3);
    world.assert_nothing_doubled();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_other_settings_is_not_carried_out() {
    let mut world = World::open().await;
    let upload = world.uploads("1\n").await;
    let engine = world.reads_files();
    let plan = engine.start(Task::Plan { digest: upload.digest, name: String::new() }, &ann()).await.unwrap();
    let refusal = engine.start(Task::Load { plan }, &ann()).await.unwrap_err();
    assert!(refusal.to_string().contains("План не закончен"), "{refusal}");
    world.ends(&engine, plan).await;

    world.settings.rules = Rules::default().with(Field::Kpp, Rule::Onec);
    world.restart().await;
    let refusal = world.reads_files().start(Task::Load { plan }, &ann()).await.unwrap_err();

    assert!(matches!(refusal, DeedError::Changed(_)), "{refusal:?}");
    assert!(refusal.to_string().contains("изменились настройки"), "{refusal}");
    assert_eq!(world.engine.store().summary().await.unwrap().links, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_goes_on_behind_what_it_has_taken_whoever_was_killed() {
    let mut world = World::open().await;
    let text = (1..=430).fold(String::new(), |text, number| format!("{text}{number}\n"));
    let upload = world.uploads(&text).await;
    let engine = world.reads_files();
    let plan = engine.start(Task::Plan { digest: upload.digest, name: String::new() }, &ann()).await.unwrap();
    Mortal { steps: 40, life: pin!(engine.work()) }.await;
    world.restart().await;
    let engine = world.reads_files();
    engine.work().await.unwrap();
    world.restart().await;
    let engine = world.reads_files();
    let found = planned(world.ends(&engine, plan).await);
    assert_eq!((found.records, found.counts["create"]), (430, 430));

    let load = engine.start(Task::Load { plan }, &ann()).await.unwrap();
    for steps in [3, 30, 300] {
        Mortal { steps, life: pin!(world.reads_files().work()) }.await;
        world.restart().await;
        world.reads_files().work().await.unwrap();
    }
    let progress = world.ends(&world.reads_files(), load).await;

    let Found::Load(loaded) = progress.found else { panic!("{progress:?}") };
    assert_eq!((loaded.records, loaded.accepted, loaded.unchanged), (430, 430, 0), "every record once");
    assert_eq!(world.portal.company_count(), 430);
}

#[tokio::test]
async fn a_file_that_nobody_can_read_is_refused_before_it_is_kept() {
    let world = World::open().await;
    let engine = world.reads_files();
    let refusal = engine.begin_upload("клиенты.docx").await.unwrap_err();
    assert!(refusal.to_string().contains(".txt"), "{refusal}");
    let empty = engine.begin_upload("пусто.txt").await.unwrap();
    assert!(matches!(empty.finish(&ann()).await, Err(DeedError::Impossible(_))));
    let task = Task::Plan { digest: "0".repeat(64), name: String::new() };
    assert!(matches!(engine.start(task, &ann()).await, Err(DeedError::Absent(_))));
    assert!(engine.store().uploads().await.unwrap().is_empty());
}

/// Both sides agree on these, and the deliveries of some were lost.
async fn with_missed(many: u32, missed: u32) -> World {
    let mut world = World::open().await;
    world.show((0..many).map(|number| (guid(number), entity(number))).collect()).await;
    world.until_quiet().await;
    world.look().await;
    let edited = |number: u32| Counterparty { kpp: Some("997950001".into()), ..entity(number) };
    world.show((0..missed).map(|number| (guid(number), edited(number))).collect()).await;
    for number in 0..missed {
        let link = world.engine.store().link_by_ref(guid(number)).await.unwrap().unwrap().id;
        let mut write = world.engine.store().begin().await.unwrap();
        write.close_open(link, Side::Bitrix).await.unwrap();
        write.commit().await.unwrap();
    }
    world
}

#[tokio::test]
async fn a_reconciliation_reads_the_portal_shows_how_far_it_is_and_keeps_what_it_found() {
    let mut world = with_missed(510, 3).await;
    let task = Task::Reconcile { heals: false, asks_onec: true };
    let job = world.engine.start(task.clone(), &ann()).await.unwrap();
    let refusal = world.engine.start(task, &ann()).await.unwrap_err();
    assert!(refusal.to_string().contains("Уже идёт: Сверка"), "{refusal}");

    assert!(!world.engine.work().await.unwrap(), "it waits for the portal to be read");
    let reading = world.engine.progress(job).await.unwrap().unwrap();
    assert_eq!(reading.phase, "читается портал");
    world.pass(1);
    // What a full compare heals by itself is lost again, so that there is something to find.
    world.engine.collect().await.unwrap();
    for number in 0..3 {
        let link = world.engine.store().link_by_ref(guid(number)).await.unwrap().unwrap().id;
        let mut write = world.engine.store().begin().await.unwrap();
        write.close_open(link, Side::Bitrix).await.unwrap();
        write.commit().await.unwrap();
    }
    assert!(world.engine.work().await.unwrap());
    assert!(world.engine.work().await.unwrap());
    let half = world.engine.progress(job).await.unwrap().unwrap();
    assert_eq!((half.phase, half.done, half.total), ("сверяются контрагенты", 500, Some(510)));
    for steps in [5, 25, 125] {
        Mortal { steps, life: pin!(world.engine.work()) }.await;
        world.restart().await;
    }
    while world.engine.work().await.unwrap() {}

    let progress = world.engine.progress(job).await.unwrap().unwrap();
    let Found::Reconcile(found) = progress.found else { panic!("{progress:?}") };
    assert_eq!((progress.state, found.found, found.missed), (JobState::Done, 3, 3));
    let run = found.run.expect("a run");
    let all = DiscrepancyFilter::default();
    let kept = kept_discrepancies(world.engine.store(), run, all, 0, 100).await.unwrap();
    assert_eq!(kept.len(), 3, "found once, whoever was killed");

    let heal = world.engine.start(Task::Heal { run, kind: None }, &ann()).await.unwrap();
    while world.engine.work().await.unwrap() {}
    world.until_quiet().await;
    let progress = world.engine.progress(heal).await.unwrap().unwrap();
    let Found::Heal(healed) = progress.found else { panic!("{progress:?}") };
    assert_eq!((healed.under_way, healed.wait, healed.needless, progress.total), (3, 0, 0, Some(3)));
    assert_eq!(world.card(&inn(2)).1.get("RQ_KPP"), "997950001");
    let missed = DiscrepancyFilter { standing: Some(Standing::Missed), ..DiscrepancyFilter::default() };
    assert!(kept_discrepancies(world.engine.store(), run, missed, 0, 100).await.unwrap().is_empty());
}
