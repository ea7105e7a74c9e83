//! `parom jobs`: what takes its time, seen and stopped from the command line.

use emulator::onec::{Element, OneC};
use serde_json::Value;

use crate::support::{Place, really_wait};

/// Counterparties without ИНН, which wait for a person.
async fn with_held_records(place: &Place) {
    let mut running = place.serve();
    let mut onec = OneC::empty(std::sync::Arc::new(bitrix::SystemClock));
    for number in 1..=3 {
        onec.create(|element: &mut Element| element.name = format!("Касса {number}"));
    }
    onec.push_changed(&running.connection()).await.expect("the service answers");
    for _ in 0..100 {
        if place.status()["bitrix24"]["parked"] == 3 {
            break;
        }
        really_wait(std::time::Duration::from_millis(100)).await;
    }
    running.terminate();
}

fn listed(place: &Place) -> Vec<Value> {
    let ran = place.run(&["jobs", "list", "--json"]);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_listed_shown_with_what_it_came_to_and_cannot_be_stopped_afterwards() {
    let place = Place::open().await;
    assert!(place.run(&["jobs", "list"]).out.contains("Заданий ещё не было"));
    with_held_records(&place).await;

    let retried = place.run(&["parked", "retry", "--reason", "missing-inn"]);
    assert_eq!(retried.code, Some(3), "they wait as before: {retried:?}");
    let dropped = place.run(&["parked", "drop", "--reason", "missing-inn", "--why", "разовые покупатели"]);
    assert_eq!(dropped.code, Some(0), "{dropped:?}");

    let jobs = listed(&place);
    let kinds: Vec<_> = jobs.iter().map(|job| (&job["kind"], &job["state"], &job["done"])).collect();
    let expected = [("give-up", "done", 3), ("retry", "done", 3)];
    let expected =
        expected.map(|(kind, state, done)| (Value::from(kind), Value::from(state), Value::from(done)));
    assert_eq!(kinds, expected.iter().map(|(kind, state, done)| (kind, state, done)).collect::<Vec<_>>());
    let number = jobs[1]["job"].as_str().expect("its number");
    let shown = place.run(&["jobs", "show", number]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.out.contains("Повторить") && shown.out.contains("3 из 3"), "{}", shown.out);
    assert!(shown.out.contains("Ждут по-прежнему: причина осталась: 3"), "{}", shown.out);

    let late = place.run(&["jobs", "cancel", number]);
    assert!(late.code == Some(1) && late.err.contains("уже закончилось"), "{late:?}");
    let absent = place.run(&["jobs", "show", "01M86MRXAN2RMDY9TTBY60V9W6"]);
    assert!(absent.code == Some(1) && absent.err.contains("нет"), "{absent:?}");
    assert_eq!(place.run(&["jobs", "show", "седьмое"]).code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_that_nobody_would_hear_of_trouble() {
    let place = Place::open().await;
    let of_alerts = |place: &Place| {
        let findings: Vec<Value> = serde_json::from_str(&place.run(&["doctor", "--json"]).out).unwrap();
        findings.into_iter().find(|finding| finding["subject"] == "Предупреждения").expect("it is looked at")
    };
    let nobody = of_alerts(&place);
    assert_eq!(nobody["severity"], "warning");
    assert!(nobody["cure"].as_str().is_some_and(|cure| cure.contains("[alerts]")), "{nobody}");
    place.set("[alerts]\nportal_users = [1]\n");
    assert_eq!(of_alerts(&place)["severity"], "good");
}
