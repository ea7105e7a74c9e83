//! What all lists have in common: a queue of spans, fifty of them a request, asked again where that helps.

use std::collections::VecDeque;

use domain::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Listing;
use super::span::{Rest, Span, rows};
use crate::batch::{BATCH_COMMANDS_MAX, Batch, BatchAnswer, Chain, Command, Outcome};
use crate::client::Client;
use crate::error::{ApiError, ApiErrorKind, CallError, Lost};

/// How often one request of a list is sent before the error is passed on. Reading twice does no harm.
const READ_ATTEMPTS: u32 = 4;
/// The first pause between them; each further one is four times longer.
const READ_PAUSE: SignedDuration = SignedDuration::from_millis(500);
/// A portal that asks for a longer pause is left to the caller.
const READ_PAUSE_MAX: SignedDuration = SignedDuration::from_mins(1);

/// A span of the list with this place among the listings.
pub(super) type Ask = (usize, Span);

#[derive(Debug)]
pub(super) struct Reader {
    client: Client,
    /// Rounds in a row that brought nothing.
    fruitless: u32,
    /// When the portal began to work on the first request, by its own clock.
    began: Option<Timestamp>,
}

impl Reader {
    pub(super) fn new(client: Client) -> Self {
        Self { client, fruitless: 0, began: None }
    }

    /// One batch from the front of the queue: rows by the place of their listing. What is left to ask of the
    /// same spans goes back to the front. After an error the queue is as it was.
    pub(super) async fn round(
        &mut self,
        listings: &[Listing],
        queue: &mut VecDeque<Ask>,
    ) -> Result<Vec<(usize, Vec<Value>)>, CallError> {
        let count = queue.len().min(BATCH_COMMANDS_MAX);
        let asked = queue.iter().take(count).enumerate();
        let commands =
            asked.map(|(place, (list, span))| span.command(&listings[*list], key(place))).collect();
        let mut answer = self.read(&batch(commands)).await?;
        self.began = self.began.or(answer.began());

        // Outcomes are judged before the queue changes, so that an error leaves everything as it was.
        let mut settled = Vec::with_capacity(count);
        for (place, (list, _)) in queue.iter().take(count).enumerate() {
            let total = answer.total(0, &key(place));
            let outcome = answer.take(0, &key(place));
            settled.push((self.rows_of(&listings[*list], outcome)?, total));
        }
        let asked: Vec<Ask> = queue.drain(..count).collect();
        let mut pages: Vec<(usize, Vec<Value>)> = Vec::new();
        let mut again = VecDeque::new();
        let mut is_stuck = true;
        for ((list, span), (rows, total)) in asked.into_iter().zip(settled) {
            let Some(rows) = rows else {
                again.push_back((list, span));
                continue;
            };
            match span.rest(&listings[list], &rows, total) {
                Rest::Nothing => pages.push((list, rows)),
                Rest::Further(further) => {
                    pages.push((list, rows));
                    again.push_back((list, further));
                }
                Rest::Below(key, further) => {
                    let listing = &listings[list];
                    let whole = rows.into_iter().filter(|row| listing.key_of(row).is_some_and(|at| at < key));
                    pages.push((list, whole.collect()));
                    again.push_back((list, further));
                }
                Rest::Instead(left, right) => {
                    is_stuck = false;
                    again.extend([(list, left), (list, right)]);
                }
            }
        }
        is_stuck &= again.len() >= count && pages.is_empty();
        pages.retain(|(_, rows)| !rows.is_empty());
        let method = again.front().map(|(list, _)| listings[*list].method.clone()).unwrap_or_default();
        again.append(queue);
        *queue = again;
        if is_stuck {
            self.stumble(&method)?;
        } else {
            self.fruitless = 0;
        }
        Ok(pages)
    }

    pub(super) fn began(&self) -> Option<Timestamp> {
        self.began
    }

    /// Sends a reading batch again where that may help.
    pub(super) async fn read(&self, batch: &Batch) -> Result<BatchAnswer, CallError> {
        let clock = self.client.clock();
        let mut pause = READ_PAUSE;
        for _ in 1..READ_ATTEMPTS {
            let error = match self.client.batch(batch).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = match &error {
                CallError::Busy { until, .. } => until.duration_since(clock.now()),
                CallError::NotSent { .. } | CallError::Unclear { .. } => pause,
                CallError::Denied { .. }
                | CallError::Unauthorised { .. }
                | CallError::Refused { .. }
                | CallError::Closed { .. } => {
                    return Err(error);
                }
            };
            if wait > READ_PAUSE_MAX {
                return Err(error);
            }
            clock.sleep(wait).await;
            pause *= 4;
        }
        self.client.batch(batch).await
    }

    /// Rows of one command; `None` to ask again.
    pub(super) fn rows_of(
        &self,
        listing: &Listing,
        outcome: Outcome,
    ) -> Result<Option<Vec<Value>>, CallError> {
        match outcome {
            Outcome::Done(result) => Ok(Some(rows(result))),
            Outcome::NotRun => Ok(None),
            Outcome::Refused(error) => self.refused(listing, error),
        }
    }

    fn refused<T>(&self, listing: &Listing, error: ApiError) -> Result<Option<T>, CallError> {
        let method = listing.method.clone();
        match error.kind() {
            ApiErrorKind::Internal if self.fruitless + 1 < READ_ATTEMPTS => Ok(None),
            ApiErrorKind::Internal => Err(CallError::Unclear { method, why: Lost::Internal(error) }),
            ApiErrorKind::Denied(why) => Err(CallError::Denied { method, why, error }),
            _ => Err(CallError::Refused { method, error }),
        }
    }

    /// A round without any progress. Commands that are not run every time must not keep us for ever.
    pub(super) fn stumble(&mut self, method: &str) -> Result<(), CallError> {
        self.fruitless += 1;
        if self.fruitless < READ_ATTEMPTS {
            return Ok(());
        }
        self.fruitless = 0;
        Err(lost(method))
    }
}

/// Independent commands in one request.
pub(super) fn batch(commands: Vec<Command>) -> Batch {
    let chain = Chain::new(commands).expect("at most fifty commands with distinct keys and no references");
    Batch::of(chain)
}

/// An answer that is none.
pub(super) fn lost(method: &str) -> CallError {
    CallError::Unclear { method: method.to_owned(), why: Lost::NoResult { status: 200 } }
}

fn key(place: usize) -> String {
    format!("s{place}")
}
