//! The iterator over pages: a queue of spans, as many of them in a request as a batch takes.

use std::collections::VecDeque;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Listing;
use super::plan::{Extent, Windows};
use super::reader::{Ask, Reader, batch, lost};
use super::span::Span;
use crate::args::Arg;
use crate::batch::{BATCH_COMMANDS_MAX, Command};
use crate::client::Client;
use crate::error::CallError;

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
    reader: Reader,
    listing: Listing,
    queue: VecDeque<Ask>,
    windows: Option<Windows>,
    /// The rows that come after the last window, added while we read.
    tail: Option<Span>,
    /// Whether the extent of the list is still to be found out.
    unknown: bool,
}

impl Pages {
    pub(super) fn adaptive(client: Client, listing: Listing) -> Self {
        Self { unknown: true, ..Self::empty(client, listing) }
    }

    pub(super) fn sequential(client: Client, listing: Listing) -> Self {
        Self { queue: VecDeque::from([(0, Span::after(0))]), ..Self::empty(client, listing) }
    }

    pub(super) fn windows(client: Client, listing: Listing, from: i64, to: i64) -> Self {
        let windows = Windows { after: from.saturating_sub(1).max(0), to };
        Self { windows: Some(windows), ..Self::empty(client, listing) }
    }

    pub(super) fn of_values(client: Client, listing: Listing, field: &str, values: &[Arg]) -> Self {
        let queue = Span::of_all(field, values, &listing).into_iter().map(|span| (0, span)).collect();
        Self { queue, ..Self::empty(client, listing) }
    }

    fn empty(client: Client, listing: Listing) -> Self {
        Self {
            reader: Reader::new(client),
            listing,
            queue: VecDeque::new(),
            windows: None,
            tail: None,
            unknown: false,
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
        let batch = batch(vec![page("last", "DESC"), page("first", "ASC")]);
        let mut answer = self.reader.read(&batch).await?;
        let total = answer.total(0, "last");
        let last = self.reader.rows_of(&self.listing, answer.take(0, "last"))?;
        let first = self.reader.rows_of(&self.listing, answer.take(0, "first"))?;
        let (Some(mut last), Some(first)) = (last, first) else {
            self.reader.stumble(&self.listing.method)?;
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
            self.queue.push_back((0, Span::after(min - 1)));
        }
        Ok(Some(Vec::new()))
    }

    /// One batch of spans.
    async fn proceed(&mut self) -> Result<Option<Vec<Value>>, CallError> {
        self.refill();
        if self.queue.is_empty() {
            return Ok(None);
        }
        let pages = self.reader.round(std::slice::from_ref(&self.listing), &mut self.queue).await?;
        Ok(Some(pages.into_iter().flat_map(|(_, rows)| rows).collect()))
    }

    /// Takes as many windows into the queue as one batch holds.
    fn refill(&mut self) {
        while self.queue.len() < BATCH_COMMANDS_MAX {
            let width = self.listing.key.width;
            let window = self.windows.as_mut().and_then(|windows| windows.next(width));
            match window.or_else(|| self.tail.take()) {
                Some(span) => self.queue.push_back((0, span)),
                None => return,
            }
        }
    }

    fn lost(&self) -> CallError {
        lost(&self.listing.method)
    }
}
