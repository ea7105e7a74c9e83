//! The iterator over pages: a queue of spans, as many of them in a request as a batch takes.

use std::collections::VecDeque;

use domain::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Listing;
use super::plan::{Extent, Windows};
use super::span::{Rest, Span, rows};
use crate::args::Arg;
use crate::batch::{BATCH_COMMANDS_MAX, Batch, BatchAnswer, Chain, Command, Outcome};
use crate::client::Client;
use crate::error::{ApiError, ApiErrorKind, CallError, Lost};

/// How often one request of a list is sent before the error is passed on. Reading twice does no harm.
const READ_ATTEMPTS: u32 = 4;
/// The first pause between them; each further one is four times longer.
const READ_PAUSE: SignedDuration = SignedDuration::from_millis(500);
/// A portal that asks for a longer pause is left to the caller.
const READ_PAUSE_MAX: SignedDuration = SignedDuration::from_mins(1);

/// Pages of a list, at most 2,500 rows each, in no particular order. Rows that are there all the time come
/// exactly once; rows that come or go meanwhile may or may not be seen.
///
/// ```no_run
/// # async fn read(client: bitrix::Client) -> Result<(), bitrix::CallError> {
/// use bitrix::wire::Company;
///
/// let mut pages = client.pages(Company::listing());
/// while let Some(companies) = pages.next_as::<Company>().await? {
///     for company in companies {
///         println!("{} {}", company.id, company.title);
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Pages {
    client: Client,
    listing: Listing,
    queue: VecDeque<Span>,
    windows: Option<Windows>,
    /// The rows that come after the last window, added while we read.
    tail: Option<Span>,
    /// Whether the extent of the list is still to be found out.
    unknown: bool,
    fruitless: u32,
}

impl Pages {
    pub(super) fn adaptive(client: Client, listing: Listing) -> Self {
        Self { unknown: true, ..Self::empty(client, listing) }
    }

    pub(super) fn sequential(client: Client, listing: Listing) -> Self {
        Self { queue: VecDeque::from([Span::after(0)]), ..Self::empty(client, listing) }
    }

    pub(super) fn windows(client: Client, listing: Listing, from: i64, to: i64) -> Self {
        let windows = Windows { after: from.saturating_sub(1).max(0), to };
        Self { windows: Some(windows), ..Self::empty(client, listing) }
    }

    pub(super) fn of_values(client: Client, listing: Listing, field: &str, values: &[Arg]) -> Self {
        let width = usize::try_from(listing.key.width).unwrap_or(1);
        let queue = values.chunks(width).map(|values| Span::of(field, values.to_vec())).collect();
        Self { queue, ..Self::empty(client, listing) }
    }

    fn empty(client: Client, listing: Listing) -> Self {
        Self {
            client,
            listing,
            queue: VecDeque::new(),
            windows: None,
            tail: None,
            unknown: false,
            fruitless: 0,
        }
    }

    /// The next rows as they came, never an empty page; `None` at the end. After an error the same call may
    /// be made again: no row is lost.
    pub async fn next(&mut self) -> Result<Option<Vec<Value>>, CallError> {
        loop {
            let rows = if self.unknown { self.begin().await? } else { self.proceed().await? };
            match rows {
                Some(rows) if rows.is_empty() => {}
                rows => return Ok(rows),
            }
        }
    }

    /// The next rows as a type of [`wire`](crate::wire) or one of the caller's.
    pub async fn next_as<T: DeserializeOwned>(&mut self) -> Result<Option<Vec<T>>, CallError> {
        let Some(rows) = self.next().await? else { return Ok(None) };
        let parsed: Result<Vec<T>, _> = rows.into_iter().map(serde_json::from_value).collect();
        parsed.map(Some).map_err(|error| {
            tracing::debug!(method = self.listing.method, "a row has an unexpected shape: {error}");
            self.lost()
        })
    }

    /// All rows at once, for lists that are known to be short.
    pub async fn all_as<T: DeserializeOwned>(mut self) -> Result<Vec<T>, CallError> {
        let mut all = Vec::new();
        while let Some(rows) = self.next_as().await? {
            all.extend(rows);
        }
        Ok(all)
    }

    /// The first and the last page in one request: the extent of the list, or all of it.
    async fn begin(&mut self) -> Result<Option<Vec<Value>>, CallError> {
        let page = |key, direction| {
            let args = self.listing.common(self.listing.filter.clone(), direction);
            Command::new(key, self.listing.method.clone(), args)
        };
        let batch = Batch::of(chain(vec![page("last", "DESC"), page("first", "ASC")]));
        let mut answer = self.read(&batch).await?;
        let total = answer.total(0, "last");
        let last = self.rows_of(answer.take(0, "last"))?;
        let first = self.rows_of(answer.take(0, "first"))?;
        let (Some(mut last), Some(first)) = (last, first) else {
            self.stumble()?;
            return Ok(Some(Vec::new()));
        };
        self.unknown = false;
        if last.len() < super::PAGE_ROWS {
            last.reverse();
            return Ok(Some(last));
        }
        let keys =
            |rows: &[Value]| rows.iter().filter_map(|row| self.listing.key_of(row)).collect::<Vec<_>>();
        let (Some(min), Some(max)) = (keys(&first).into_iter().min(), keys(&last).into_iter().max()) else {
            return Err(self.lost());
        };
        let extent = Extent { min, max, total };
        if extent.prefers_windows(&self.listing) {
            self.windows = Some(Windows { after: min - 1, to: max });
            self.tail = self.listing.key.unique.then(|| Span::after(max));
        } else {
            self.queue.push_back(Span::after(min - 1));
        }
        Ok(Some(Vec::new()))
    }

    /// One batch of spans.
    async fn proceed(&mut self) -> Result<Option<Vec<Value>>, CallError> {
        self.refill();
        if self.queue.is_empty() {
            return Ok(None);
        }
        let count = self.queue.len().min(BATCH_COMMANDS_MAX);
        let spans = self.queue.iter().take(count).enumerate();
        let commands = spans.map(|(place, span)| span.command(&self.listing, format!("s{place}"))).collect();
        let batch = Batch::of(chain(commands));
        let mut answer = self.read(&batch).await?;

        // Outcomes are judged before the queue changes, so that an error leaves everything as it was.
        let mut settled = Vec::with_capacity(count);
        for place in 0..count {
            let key = format!("s{place}");
            let total = answer.total(0, &key);
            settled.push((self.rows_of(answer.take(0, &key))?, total));
        }
        let asked: Vec<Span> = self.queue.drain(..count).collect();
        let mut page = Vec::new();
        let mut again = VecDeque::new();
        for (span, (rows, total)) in asked.into_iter().zip(settled) {
            let Some(rows) = rows else {
                again.push_back(span);
                continue;
            };
            match span.rest(&self.listing, &rows, total) {
                Rest::Nothing => page.extend(rows),
                Rest::Further(further) => {
                    page.extend(rows);
                    again.push_back(further);
                }
                Rest::Instead(left, right) => again.extend([left, right]),
            }
        }
        let stuck = again.len() >= count && page.is_empty();
        again.append(&mut self.queue);
        self.queue = again;
        if stuck {
            self.stumble()?;
        } else {
            self.fruitless = 0;
        }
        Ok(Some(page))
    }

    /// Takes as many windows into the queue as one batch holds.
    fn refill(&mut self) {
        while self.queue.len() < BATCH_COMMANDS_MAX {
            let width = self.listing.key.width;
            let window = self.windows.as_mut().and_then(|windows| windows.next(width));
            match window.or_else(|| self.tail.take()) {
                Some(span) => self.queue.push_back(span),
                None => return,
            }
        }
    }

    /// Sends a reading batch again where that may help.
    async fn read(&self, batch: &Batch) -> Result<BatchAnswer, CallError> {
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
                CallError::Denied { .. } | CallError::Refused { .. } | CallError::Closed { .. } => {
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
    fn rows_of(&self, outcome: Outcome) -> Result<Option<Vec<Value>>, CallError> {
        match outcome {
            Outcome::Done(result) => Ok(Some(rows(result))),
            Outcome::NotRun => Ok(None),
            Outcome::Refused(error) => self.refused(error),
        }
    }

    fn refused<T>(&self, error: ApiError) -> Result<Option<T>, CallError> {
        let method = self.listing.method.clone();
        match error.kind() {
            ApiErrorKind::Internal if self.fruitless + 1 < READ_ATTEMPTS => Ok(None),
            ApiErrorKind::Internal => Err(CallError::Unclear { method, why: Lost::Internal(error) }),
            ApiErrorKind::Denied(why) => Err(CallError::Denied { method, why, error }),
            _ => Err(CallError::Refused { method, error }),
        }
    }

    /// A round without any progress. Commands that are not run every time must not keep us for ever.
    fn stumble(&mut self) -> Result<(), CallError> {
        self.fruitless += 1;
        if self.fruitless < READ_ATTEMPTS {
            return Ok(());
        }
        self.fruitless = 0;
        Err(self.lost())
    }

    fn lost(&self) -> CallError {
        CallError::Unclear { method: self.listing.method.clone(), why: Lost::NoResult { status: 200 } }
    }
}

fn chain(commands: Vec<Command>) -> Chain {
    Chain::new(commands).expect("at most fifty commands with distinct keys and no references")
}
