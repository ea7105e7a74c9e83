//! Long lists in few requests and bounded memory.
//!
//! A list method gives fifty rows. Asked with `start` it counts all rows each time and skips the earlier ones;
//! on a large portal one page then takes a minute. So rows are asked for by id, without counting
//! (`settings/performance/huge-data.md`), in one of three ways that all are a queue of [`Span`]s:
//!
//! * by windows: disjoint ranges of fifty ids, fifty of them in a batch: 2,500 ids a request;
//! * one after the other: `>ID`, as far as a page is full: fifty rows a request, whatever the ids are;
//! * by values: `@FIELD` with up to fifty values a command.

mod lists;
mod pages;
mod plan;
mod reader;
mod span;

pub use lists::{ListPage, Lists};
pub use pages::Pages;

use crate::args::{Arg, Args};
use crate::client::Client;

/// Rows on a page of any list method.
pub const PAGE_ROWS: usize = 50;

/// What to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    method: String,
    args: Args,
    filter: Args,
    select: Vec<String>,
    key: Key,
}

/// The number by which the rows are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    field: String,
    /// How many values of it fit on a page for sure.
    width: i64,
    /// Whether no two rows share it.
    unique: bool,
}

impl Listing {
    /// A list whose rows have an `ID`, as all old CRM methods have.
    pub fn new(method: impl Into<String>) -> Self {
        let page = i64::try_from(PAGE_ROWS).expect("fifty fits");
        let key = Key { field: "ID".to_owned(), width: page, unique: true };
        Self { method: method.into(), args: Args::new(), filter: Args::new(), select: Vec::new(), key }
    }

    /// Companies, deals and so on by `crm.item.list`, whose rows have an `id`.
    pub fn items(entity_type: i64) -> Self {
        let listing = Self::new("crm.item.list").arg("entityTypeId", entity_type);
        Self { key: Key { field: "id".to_owned(), ..listing.key }, ..listing }
    }

    /// With an argument beside filter, select, order and start.
    #[must_use]
    pub fn arg(mut self, name: impl Into<String>, value: impl Into<Arg>) -> Self {
        self.args.push(name, value);
        self
    }

    /// With a condition; the name may carry a prefix such as `>=` or `@`.
    #[must_use]
    pub fn filter(mut self, name: impl Into<String>, value: impl Into<Arg>) -> Self {
        self.filter.push(name, value);
        self
    }

    /// With these fields; the key is always among them.
    #[must_use]
    pub fn select<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.select.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Rows without an id of their own, which several share a number in `field`: addresses by `ENTITY_ID`.
    /// `width` values of it must fit on a page, as a rule; where they do not, they are asked for again in halves.
    #[must_use]
    pub fn keyed_by(mut self, field: impl Into<String>, width: u32) -> Self {
        self.key = Key { field: field.into(), width: i64::from(width.max(1)), unique: false };
        self
    }
}

impl Client {
    /// All rows, in the way that takes fewer requests: windows where ids are dense, one page after the other
    /// where they are sparse. Begins with one request that tells which, and that is all for up to fifty rows.
    pub fn pages(&self, listing: Listing) -> Pages {
        Pages::adaptive(self.clone(), listing)
    }

    /// All rows one page after the other by `>ID`.
    pub fn pages_by_id(&self, listing: Listing) -> Pages {
        Pages::sequential(self.clone(), listing)
    }

    /// All rows whose key is in `from..=to`, by windows.
    pub fn pages_by_windows(&self, listing: Listing, from: i64, to: i64) -> Pages {
        Pages::windows(self.clone(), listing, from, to)
    }

    /// Several lists together; add them before the first [`Lists::next`] or later.
    pub fn lists(&self) -> Lists {
        Lists::new(self.clone())
    }

    /// The rows whose `field` has one of the values: requisites of these companies, companies with these
    /// `ORIGIN_ID`s. The values are asked for as many at once as the key's width says.
    pub fn pages_of<V: Into<Arg>>(
        &self,
        listing: Listing,
        field: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Pages {
        let values: Vec<Arg> = values.into_iter().map(Into::into).collect();
        Pages::of_values(self.clone(), listing, field, &values)
    }
}
