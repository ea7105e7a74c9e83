//! Many records that wait are tried again, or given up.

use domain::{ReasonCode, Timestamp};
use serde::{Deserialize, Serialize};
use store::{FaceRow, InquiryRow, InquiryState, Job, JobState, ParkedRow, PortalCompany, StoreError, Write};

use super::{Step, Which, as_json, end};
use crate::deeds::{Retried, Waiting};
use crate::{By, Engine};

/// Records of one step: what each costs is a plan and a row or two.
const TOGETHER: usize = 50;

/// What became of many records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkFound {
    /// Are under way again.
    pub under_way: u64,
    /// Wait on: the cause is still there.
    pub still_wait: u64,
    /// Had nothing to do any more.
    pub needless: u64,
    /// Were given up.
    pub given_up: u64,
    /// Had gone on by themselves, or were not meant.
    pub passed_over: u64,
}

/// What is gone through, in this order.
const PHASES: [&str; 4] = ["deliveries", "inquiries", "faces", "companies"];

/// A record on the way through a phase.
struct Met {
    what: Waiting,
    reason: ReasonCode,
    since: Option<Timestamp>,
    /// Whether it is anybody's task.
    needs_person: bool,
}

/// Some records of a phase.
struct Page {
    met: Vec<Met>,
    /// Behind which record the next step begins; `None`: these were the last.
    next: Option<String>,
}

impl Engine {
    pub(super) async fn retry_step(
        &self,
        write: &mut Write,
        job: &mut Job,
        which: &Which,
        now: Timestamp,
    ) -> Result<Step, StoreError> {
        begin(write, job, which).await?;
        let mut found: BulkFound = serde_json::from_str(&job.found).unwrap_or_default();
        let page = page(write, &job.phase, job.place.as_deref()).await?;
        for met in &page.met {
            job.done += i64::from(is_of_cause(which, met));
            if !is_meant(which, met, job.asked_at) {
                continue;
            }
            match self.retry_in(write, met.what, now).await? {
                Some(Retried::UnderWay) => found.under_way += 1,
                Some(Retried::StillWaits(_)) => found.still_wait += 1,
                Some(Retried::Needless) => found.needless += 1,
                None => found.passed_over += 1,
            }
        }
        let step = go_on(job, page, &PHASES, now);
        job.found = as_json(&found);
        self.wake_jobs_work();
        Ok(step)
    }

    pub(super) async fn give_up_step(
        &self,
        write: &mut Write,
        job: &mut Job,
        which: &Which,
        why: &str,
        now: Timestamp,
    ) -> Result<Step, StoreError> {
        begin(write, job, which).await?;
        let mut found: BulkFound = serde_json::from_str(&job.found).unwrap_or_default();
        let by = By::user(job.by.clone());
        let page = page(write, &job.phase, job.place.as_deref()).await?;
        for met in &page.met {
            job.done += i64::from(is_of_cause(which, met));
            let Waiting::Delivery(delivery) = met.what else { continue };
            if !is_meant(which, met, job.asked_at) {
                continue;
            }
            match self.give_up_in(write, delivery, why, &by, Some(job.id), now).await? {
                Some(_) => found.given_up += 1,
                None => found.passed_over += 1,
            }
        }
        let step = go_on(job, page, &PHASES[..1], now);
        job.found = as_json(&found);
        Ok(step)
    }

    /// What was put into queues is taken up.
    fn wake_jobs_work(&self) {
        self.wake();
        self.wake_faces();
        self.wake_collect();
    }
}

/// Before the first step: about how much there is to do.
async fn begin(write: &mut Write, job: &mut Job, which: &Which) -> Result<(), StoreError> {
    if !job.phase.is_empty() {
        return Ok(());
    }
    PHASES[0].clone_into(&mut job.phase);
    let groups = write.parked_groups().await?;
    let meant = groups.iter().filter(|(code, _)| which.reason.is_none_or(|reason| reason == *code));
    job.total = Some(meant.map(|(_, count)| count).sum());
    Ok(())
}

fn is_of_cause(which: &Which, met: &Met) -> bool {
    // One that is nobody's task is meant only by whoever asks for its cause.
    which.reason.map_or(met.needs_person, |reason| reason == met.reason)
}

fn is_meant(which: &Which, met: &Met, asked_at: Timestamp) -> bool {
    let since = |since: Timestamp| since <= asked_at && which.since.is_none_or(|earliest| since >= earliest);
    is_of_cause(which, met) && met.since.is_none_or(since)
}

/// Moves on to what follows the page.
fn go_on(job: &mut Job, page: Page, phases: &[&str], now: Timestamp) -> Step {
    job.total = job.total.map(|total| total.max(job.done));
    if page.next.is_some() {
        job.place = page.next;
        return Step::On;
    }
    let next = phases.iter().position(|phase| *phase == job.phase).and_then(|place| phases.get(place + 1));
    match next {
        Some(next) => {
            (*next).clone_into(&mut job.phase);
            job.place = None;
            Step::On
        }
        None => {
            job.total = Some(job.done);
            end(job, JobState::Done, now)
        }
    }
}

/// The next records of a phase behind `place`.
async fn page(write: &mut Write, phase: &str, place: Option<&str>) -> Result<Page, StoreError> {
    let number = place.and_then(|place| place.parse().ok()).unwrap_or_default();
    match phase {
        "deliveries" => {
            let after = place.and_then(|place| place.parse().ok());
            let rows = write.parked(None, after, TOGETHER).await?;
            Ok(Page::of(rows, |row| row.delivery.to_string(), delivery))
        }
        "inquiries" => {
            let rows = write.inquiries_held(number, TOGETHER).await?;
            Ok(Page::of(rows, |row| row.deal_id.to_string(), inquiry))
        }
        "faces" => {
            let rows = write.faces_held(number, TOGETHER).await?;
            Ok(Page::of(rows, |row| row.deal_id.to_string(), face))
        }
        _ => {
            let rows = write.portal_companies_waiting(None, number, TOGETHER).await?;
            Ok(Page::of(rows, |row| row.company_id.to_string(), company))
        }
    }
}

impl Page {
    fn of<Row>(rows: Vec<Row>, place: impl Fn(&Row) -> String, met: impl Fn(Row) -> Option<Met>) -> Self {
        let next = rows.last().filter(|_| rows.len() == TOGETHER).map(place);
        Self { met: rows.into_iter().filter_map(met).collect(), next }
    }
}

fn delivery(row: ParkedRow) -> Option<Met> {
    let (what, reason) = (Waiting::Delivery(row.delivery), row.reason.code);
    Some(Met { what, reason, since: Some(row.since), needs_person: true })
}

fn inquiry(row: InquiryRow) -> Option<Met> {
    let (reason, needs_person) = match row.state {
        InquiryState::Rejected(reason) => (reason.code, true),
        InquiryState::Waits(reason) => (reason.code, false),
        InquiryState::Still | InquiryState::Due { .. } | InquiryState::Handed { .. } => return None,
    };
    Some(Met { what: Waiting::Inquiry(row.deal_id), reason, since: Some(row.seen_at), needs_person })
}

fn face(row: FaceRow) -> Option<Met> {
    let reason = row.reason?.code;
    Some(Met { what: Waiting::Face(row.deal_id), reason, since: None, needs_person: true })
}

fn company(row: PortalCompany) -> Option<Met> {
    let reason = row.waits?.code;
    let needs_person =
        reason != ReasonCode::NoDeal && (row.has_deal || reason == ReasonCode::DuplicateInPortal);
    Some(Met { what: Waiting::Company(row.company_id), reason, since: row.waits_since, needs_person })
}
