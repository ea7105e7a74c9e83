//! Many records that wait are tried again, or given up.

use domain::{ReasonCode, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Held, HeldFilter, HeldKind, HeldPlace, Job, JobState, StoreError, Write};

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
    /// Had gone on by themselves in the meantime.
    pub passed_over: u64,
}

/// Where the next step begins.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    /// Groups that are left, by kind and cause; the first of them is being gone through.
    groups: Vec<(String, ReasonCode)>,
    /// The last record of it that was looked at.
    after: Option<String>,
}

impl Engine {
    pub(super) async fn retry_step(
        &self,
        write: &mut Write,
        job: &mut Job,
        which: &Which,
        now: Timestamp,
    ) -> Result<Step, StoreError> {
        let Some(page) = next_page(write, job, which, HeldKind::can_be_retried).await? else {
            return Ok(end(job, JobState::Done, now));
        };
        let mut found: BulkFound = serde_json::from_str(&job.found).unwrap_or_default();
        for held in page {
            let Some(what) = Waiting::of(held.key) else { continue };
            match self.retry_in(write, what, now).await? {
                Some(Retried::UnderWay) => found.under_way += 1,
                Some(Retried::StillWaits(_)) => found.still_wait += 1,
                Some(Retried::Needless) => found.needless += 1,
                None => found.passed_over += 1,
            }
        }
        job.found = as_json(&found);
        self.wake_both();
        self.wake_faces();
        Ok(Step::On)
    }

    pub(super) async fn give_up_step(
        &self,
        write: &mut Write,
        job: &mut Job,
        which: &Which,
        why: &str,
        now: Timestamp,
    ) -> Result<Step, StoreError> {
        let Some(page) = next_page(write, job, which, HeldKind::can_be_given_up).await? else {
            return Ok(end(job, JobState::Done, now));
        };
        let mut found: BulkFound = serde_json::from_str(&job.found).unwrap_or_default();
        let by = By::user(job.by.clone());
        for held in page {
            let Some(what) = Waiting::of(held.key) else { continue };
            match self.give_up_in(write, what, why, &by, Some(job.id), now).await? {
                Some(_) => found.given_up += 1,
                None => found.passed_over += 1,
            }
        }
        job.found = as_json(&found);
        Ok(Step::On)
    }
}

/// The next records that are meant; moves the job behind them. `None`: everything was gone through.
async fn next_page(
    write: &mut Write,
    job: &mut Job,
    which: &Which,
    is_possible: fn(HeldKind) -> bool,
) -> Result<Option<Vec<Held>>, StoreError> {
    let mut place: Place = match &job.place {
        Some(place) => serde_json::from_str(place).unwrap_or_default(),
        None => begin(write, job, which, is_possible).await?,
    };
    while let Some((word, code)) = place.groups.first().cloned() {
        let Some(kind) = HeldKind::parse(&word) else {
            place.groups.remove(0);
            continue;
        };
        word.clone_into(&mut job.phase);
        let after = place.after.as_deref().and_then(|after| HeldPlace::parse(kind, after));
        let page = write.held(&filter(which, kind, code, job.asked_at), after, TOGETHER).await?;
        if let Some(last) = page.last() {
            place.after = Some(last.place().to_string());
            job.place = Some(as_json(&place));
            job.done += i64::try_from(page.len()).unwrap_or_default();
            job.total = job.total.map(|total| total.max(job.done));
            return Ok(Some(page));
        }
        place.groups.remove(0);
        place.after = None;
    }
    // What went on by itself meanwhile was not met.
    job.total = Some(job.done);
    Ok(None)
}

/// Before the first step: which groups are meant, and how much that is.
async fn begin(
    write: &mut Write,
    job: &mut Job,
    which: &Which,
    is_possible: fn(HeldKind) -> bool,
) -> Result<Place, StoreError> {
    let mut total = 0;
    let mut groups = Vec::new();
    for group in write.tallies().await?.held {
        // One that is nobody's task is meant only by whoever names it.
        let is_named = which.kind.as_deref() == Some(group.kind.as_str()) || which.reason.is_some();
        let is_meant = which.kind.as_deref().is_none_or(|kind| kind == group.kind.as_str())
            && which.reason.is_none_or(|reason| reason == group.code)
            && (is_named || group.kind.needs_person());
        if is_meant && is_possible(group.kind) {
            total += write.held_count(&filter(which, group.kind, group.code, job.asked_at)).await?;
            groups.push((group.kind.as_str().to_owned(), group.code));
        }
    }
    job.total = Some(total);
    Ok(Place { groups, after: None })
}

fn filter(which: &Which, kind: HeldKind, code: ReasonCode, asked_at: Timestamp) -> HeldFilter {
    HeldFilter { since: which.since, until: Some(asked_at), ..HeldFilter::group(kind, code) }
}
