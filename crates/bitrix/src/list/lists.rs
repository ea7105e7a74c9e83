//! Several lists at once: what one look at the portal needs, in as few requests as it takes.

use std::collections::VecDeque;

use domain::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Listing;
use super::plan::Windows;
use super::reader::{Ask, Reader, lost};
use super::span::Span;
use crate::args::Arg;
use crate::batch::BATCH_COMMANDS_MAX;
use crate::client::Client;
use crate::error::CallError;

/// Lists that are read together, up to fifty commands a request. Those whose page was full go on in the next
/// request. Errors and repetitions are those of [`Pages`](crate::Pages).
///
/// ```no_run
/// # async fn read(client: bitrix::Client, since: &str) -> Result<(), bitrix::CallError> {
/// use bitrix::wire::{BankDetail, Company};
///
/// let mut lists = client.lists();
/// let companies = lists.add(Company::listing().filter(">=DATE_MODIFY", since));
/// let accounts = lists.add_of(BankDetail::listing(), "ENTITY_ID", [517_i64, 518]);
/// while let Some(pages) = lists.next().await? {
///     for page in pages {
///         if page.list == companies {
///             for company in page.parse::<Company>()? {
///                 println!("{}", company.title);
///             }
///         }
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Lists {
    reader: Reader,
    listings: Vec<Listing>,
    queue: VecDeque<Ask>,
    /// Cut into spans when their turn comes.
    windows: VecDeque<(usize, Windows)>,
}

/// Some rows of one of the [`Lists`].
#[derive(Clone, Debug, PartialEq)]
pub struct ListPage {
    /// What [`Lists::add`] returned for their list.
    pub list: usize,
    /// Never empty.
    pub rows: Vec<Value>,
    method: String,
}

impl Lists {
    pub(super) fn new(client: Client) -> Self {
        Self {
            reader: Reader::new(client),
            listings: Vec::new(),
            queue: VecDeque::new(),
            windows: VecDeque::new(),
        }
    }

    /// One more list, read page after page: for those that are usually short, such as what was changed since then.
    /// Returns its place, counted from 0.
    pub fn add(&mut self, listing: Listing) -> usize {
        self.push(listing, [Span::after(0)])
    }

    /// One more list: the rows whose key is in `from..=to`, by windows, as a look at everything needs. Returns its place,
    /// counted from 0.
    pub fn add_windows(&mut self, listing: Listing, from: i64, to: i64) -> usize {
        let place = self.push(listing, []);
        self.windows.push_back((place, Windows { after: from.saturating_sub(1).max(0), to }));
        place
    }

    /// One more list: the rows whose `field` has one of the values, asked for as many at once as the key's width says.
    /// Returns its place, counted from 0.
    pub fn add_of<V: Into<Arg>>(
        &mut self,
        listing: Listing,
        field: &str,
        values: impl IntoIterator<Item = V>,
    ) -> usize {
        let values: Vec<Arg> = values.into_iter().map(Into::into).collect();
        let spans = Span::of_all(field, &values, &listing);
        self.push(listing, spans)
    }

    fn push(&mut self, listing: Listing, spans: impl IntoIterator<Item = Span>) -> usize {
        let place = self.listings.len();
        self.listings.push(listing);
        self.queue.extend(spans.into_iter().map(|span| (place, span)));
        place
    }

    /// Takes as many windows into the queue as one batch holds.
    fn refill(&mut self) {
        while self.queue.len() < BATCH_COMMANDS_MAX {
            let Some((place, windows)) = self.windows.front_mut() else { return };
            match windows.next(self.listings[*place].key.width) {
                Some(span) => self.queue.push_back((*place, span)),
                None => drop(self.windows.pop_front()),
            }
        }
    }

    /// When the portal began to work on the first request, by its own clock: what was changed before then is in the
    /// answer, as far as it had been committed. `None` before that request, and where the portal does not say.
    pub fn began(&self) -> Option<Timestamp> {
        self.reader.began()
    }

    /// The pages of one more request; `None` at the end. After an error the same call may be made again: no row
    /// is lost.
    pub async fn next(&mut self) -> Result<Option<Vec<ListPage>>, CallError> {
        self.refill();
        if self.queue.is_empty() {
            return Ok(None);
        }
        let pages = self.reader.round(&self.listings, &mut self.queue).await?;
        let method = |list: usize| self.listings[list].method.clone();
        Ok(Some(
            pages.into_iter().map(|(list, rows)| ListPage { list, rows, method: method(list) }).collect(),
        ))
    }
}

impl ListPage {
    /// The rows as a type of [`wire`](crate::wire) or one of the caller's.
    pub fn parse<T: DeserializeOwned>(self) -> Result<Vec<T>, CallError> {
        let parsed: Result<Vec<T>, _> = self.rows.into_iter().map(serde_json::from_value).collect();
        parsed.map_err(|error| {
            tracing::debug!(method = self.method, "a row has an unexpected shape: {error}");
            lost(&self.method)
        })
    }
}
