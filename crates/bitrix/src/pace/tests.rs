//! All of it by a clock in the hand: hours of pauses cost nothing.

use std::collections::HashSet;
use std::sync::Arc;

use domain::{Clock as _, ManualClock, SignedDuration, Timestamp};

use super::{Pace, PaceSettings, TooLong};
use crate::answer::Timing;
use crate::error::BusyBy;

const START: Timestamp = Timestamp::UNIX_EPOCH;

struct Road {
    clock: Arc<ManualClock>,
    pace: Pace,
}

impl Road {
    fn new(settings: PaceSettings) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let pace = Pace::new(settings, Arc::clone(&clock) as Arc<dyn domain::Clock>);
        Self { clock, pace }
    }

    fn seconds(&self) -> f64 {
        self.clock.now().duration_since(START).as_secs_f64()
    }

    async fn call(&self, method: &str, timing: Timing) -> Result<(), TooLong> {
        let permit = self.pace.permit(&HashSet::from([method])).await?;
        permit.answered(method, std::iter::once((method, timing)));
        Ok(())
    }

    async fn calls(&self, count: usize, method: &str, seconds: f64) {
        for _ in 0..count {
            self.call(method, took(seconds)).await.expect("no long wait");
        }
    }
}

fn took(seconds: f64) -> Timing {
    Timing { duration: Some(seconds), ..Timing::default() }
}

fn used(operating: f64, reset_at: i64) -> Timing {
    let reset = Timestamp::from_second(reset_at).expect("a moment");
    Timing { operating: Some(operating), operating_reset_at: Some(reset), ..Timing::default() }
}

#[tokio::test]
async fn the_cloud_takes_a_burst_and_then_two_requests_a_second() {
    let road = Road::new(PaceSettings { requests_per_second: 2.0, burst: 50, ..PaceSettings::default() });

    road.calls(50, "profile", 0.0).await;
    assert!(road.seconds() < 0.001, "the burst waits for nothing, it took {}", road.seconds());

    road.calls(100, "profile", 0.0).await;
    assert!((49.9..50.1).contains(&road.seconds()), "100 more at 2 a second took {}", road.seconds());
}

#[tokio::test]
async fn the_bucket_empties_while_nobody_calls() {
    let road = Road::new(PaceSettings { requests_per_second: 2.0, burst: 10, ..PaceSettings::default() });
    road.calls(10, "profile", 0.0).await;

    road.clock.advance(SignedDuration::from_secs(3600));
    let before = road.seconds();
    road.calls(10, "profile", 0.0).await;

    assert!(road.seconds() - before < 0.001);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_stop_the_bucket() {
    let road = Road::new(PaceSettings { requests_per_second: 2.0, burst: 1, ..PaceSettings::default() });
    road.calls(1, "profile", 0.0).await;

    road.clock.advance(SignedDuration::from_secs(-1000));
    let before = road.seconds();
    road.calls(2, "profile", 0.0).await;

    assert!((0.9..1.1).contains(&(road.seconds() - before)), "{}", road.seconds() - before);
}

#[tokio::test]
async fn a_box_has_no_rate() {
    let road = Road::new(PaceSettings::default());
    road.calls(1000, "crm.company.list", 0.001).await;
    assert!(road.seconds() < 0.001);
}

#[tokio::test]
async fn a_method_is_left_alone_before_its_working_time_is_used_up() {
    let road = Road::new(PaceSettings::default());
    road.call("crm.company.add", used(300.0, 30)).await.expect("far from the limit");
    road.call("crm.company.add", used(379.0, 45)).await.expect("378 of 420 seconds were not used up before");

    road.call("crm.company.list", used(1.0, 45)).await.expect("another method is free");
    assert!(road.seconds() < 0.001);

    road.call("crm.company.add", used(10.0, 90)).await.expect("it comes free again");
    assert!((45.0..45.1).contains(&road.seconds()), "{}", road.seconds());
}

#[tokio::test]
async fn a_batch_waits_for_the_last_of_its_methods() {
    let road = Road::new(PaceSettings::default());
    road.pace.block("crm.company.add", START + SignedDuration::from_secs(10));
    road.pace.block("crm.requisite.add", START + SignedDuration::from_secs(25));

    let methods = HashSet::from(["crm.company.add", "crm.requisite.add", "crm.address.add"]);
    drop(road.pace.permit(&methods).await.expect("a bearable wait"));

    assert!((25.0..25.1).contains(&road.seconds()), "{}", road.seconds());
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_told_instead_of_waited() {
    let road = Road::new(PaceSettings { wait_max: SignedDuration::from_secs(60), ..PaceSettings::default() });
    let until = START + SignedDuration::from_secs(600);
    road.pace.block("crm.company.add", until);

    let refusal = road.call("crm.company.add", took(0.1)).await.expect_err("ten minutes are too long");

    assert_eq!(refusal, TooLong { until, by: BusyBy::Operating });
    assert!(road.seconds() < 0.001);
    road.calls(1, "crm.company.list", 0.1).await;
}

#[tokio::test]
async fn after_busy_everybody_waits_and_the_pauses_grow() {
    let road = Road::new(PaceSettings::default());
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let now = road.clock.now();
        let until = road.pace.busy_until(now);
        pauses.push(until.duration_since(now).as_secs());
        road.pace.hold(until, BusyBy::Rate);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);

    let before = road.seconds();
    road.calls(1, "profile", 0.1).await;
    assert!((60.0..60.1).contains(&(road.seconds() - before)));

    let now = road.clock.now();
    assert_eq!(road.pace.busy_until(now).duration_since(now).as_secs(), 1, "an answer forgives");
}

#[tokio::test]
async fn it_begins_with_one_request_and_widens_while_answers_stay_quick() {
    let road = Road::new(PaceSettings { concurrency_max: 4, ..PaceSettings::default() });
    assert_eq!(road.pace.width(), 1);

    crowd(&road, 40, 0.1).await;

    assert_eq!(road.pace.width(), 4);
    assert_eq!(road.pace.slots.available_permits(), 4, "every slot came back");
}

#[tokio::test]
async fn a_caller_who_sends_one_after_the_other_gets_no_width_that_was_never_tried() {
    let road = Road::new(PaceSettings { concurrency_max: 8, ..PaceSettings::default() });
    road.calls(200, "crm.company.add", 0.1).await;
    assert_eq!(road.pace.width(), 2);
}

#[tokio::test]
async fn slow_answers_halve_the_width_so_that_employees_do_not_feel_us() {
    let road = Road::new(PaceSettings { concurrency_max: 8, ..PaceSettings::default() });
    crowd(&road, 200, 0.1).await;
    assert_eq!(road.pace.width(), 8);

    crowd(&road, 16, 0.5).await;
    assert!(road.pace.width() <= 4, "five times slower, and still {} at once", road.pace.width());
    crowd(&road, 24, 0.5).await;
    assert_eq!(road.pace.width(), 1);
    assert_eq!(road.pace.slots.available_permits(), 1, "the slots were really given up");

    crowd(&road, 200, 0.1).await;
    assert_eq!(road.pace.width(), 8, "and it widens again once the portal is well");
}

#[tokio::test]
async fn one_hiccup_and_differences_nobody_feels_change_nothing() {
    let road = Road::new(PaceSettings { concurrency_max: 4, ..PaceSettings::default() });
    crowd(&road, 60, 0.1).await;
    road.calls(1, "crm.company.add", 0.25).await;
    assert_eq!(road.pace.width(), 4);

    let road = Road::new(PaceSettings { concurrency_max: 4, ..PaceSettings::default() });
    crowd(&road, 60, 0.002).await;
    crowd(&road, 60, 0.014).await;
    assert_eq!(road.pace.width(), 4, "fourteen milliseconds a command are no load");
}

#[tokio::test]
async fn a_slow_method_is_not_measured_by_a_quick_one() {
    let road = Road::new(PaceSettings { concurrency_max: 4, ..PaceSettings::default() });
    crowd(&road, 60, 0.05).await;
    for _ in 0..50 {
        road.calls(1, "crm.company.list", 0.9).await;
        road.calls(1, "crm.company.add", 0.05).await;
    }
    assert_eq!(road.pace.width(), 4);
}

#[tokio::test]
async fn trouble_halves_once_for_all_who_were_under_way() {
    let road = Road::new(PaceSettings { concurrency_max: 8, ..PaceSettings::default() });
    crowd(&road, 200, 0.1).await;
    let method = HashSet::from(["crm.company.add"]);
    let mut under_way = Vec::new();
    for _ in 0..8 {
        under_way.push(road.pace.permit(&method).await.expect("a slot"));
    }

    for permit in under_way {
        permit.troubled();
    }

    assert_eq!(road.pace.width(), 4, "eight answers to one fault are one fault");
    assert_eq!(road.pace.slots.available_permits(), 4);
}

/// Answers to requests that always fill the width.
async fn crowd(road: &Road, answers: usize, seconds: f64) {
    let method = HashSet::from(["crm.company.add"]);
    let mut under_way = std::collections::VecDeque::new();
    for _ in 0..answers {
        while under_way.len() < road.pace.width() && road.pace.slots.available_permits() > 0 {
            under_way.push_back(road.pace.permit(&method).await.expect("a slot"));
        }
        let permit = under_way.pop_front().expect("at least one is under way");
        permit.answered("crm.company.add", std::iter::once(("crm.company.add", took(seconds))));
    }
}
