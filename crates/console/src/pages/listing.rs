//! A list with shelves to choose from, words to look for, and one page after the other.

use axum_extra::routing::TypedPath;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::ListPlace;

use crate::page::{QUESTION_MAX, link, question};
use crate::pages::inquiries::{Section, sections};
use crate::ui::{Column, Field, Shelf, empty, field, pager, search, shelves, submit, table, toolbar};

/// Rows of a page.
const PAGE: usize = 50;

/// Rows to read for a page: one more tells whether there is another page.
pub(super) const PAGE_AND_ONE: usize = PAGE + 1;

/// What of a list somebody wants to see.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// The word of the shelf. Empty: everything.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) shelf: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    after: String,
}

impl Wanted {
    /// The words to look for.
    pub(super) fn question(&self) -> String {
        question(&self.q)
    }

    /// The same words on another shelf or page.
    fn at(&self, word: &str, after: &str) -> Self {
        Self { shelf: word.to_owned(), q: self.q.clone(), after: after.to_owned() }
    }

    /// The last row before the page.
    pub(super) fn place(&self) -> Option<ListPlace> {
        ListPlace::parse(&self.after)
    }
}

/// A list, and what is said of it.
pub(super) struct Listing<'l, Address, Row> {
    pub(super) address: Address,
    pub(super) section: Section,
    pub(super) title: &'l str,
    pub(super) which: &'l str,
    /// Words of the shelves with their titles. The one without a word has everything.
    pub(super) shelves: &'l [(&'l str, &'l str)],
    /// What can be looked for.
    pub(super) words: &'l str,
    pub(super) columns: &'l [Column<'l>],
    pub(super) nothing: &'l str,
    /// Where the list goes on after a row.
    pub(super) place: fn(&Row) -> ListPlace,
}

impl<Address: TypedPath + Clone, Row> Listing<'_, Address, Row> {
    /// The page of what was read, at most [`PAGE_AND_ONE`] rows. `line` makes a `tr`.
    pub(super) fn body(&self, wanted: &Wanted, rows: &[Row], line: impl Fn(&Row) -> Markup) -> Markup {
        let to = |wanted: Wanted| link(self.address.clone(), wanted);
        let (shown, rest) = rows.split_at(rows.len().min(PAGE));
        let last = shown.last().filter(|_| !rest.is_empty());
        let next = last.map(|last| to(wanted.at(&wanted.shelf, &(self.place)(last).to_string())));
        let first = (!wanted.after.is_empty()).then(|| to(wanted.at(&wanted.shelf, "")));
        let all = self.shelves.iter().map(|(word, title)| Shelf {
            title: (*title).to_owned(),
            href: to(wanted.at(word, "")),
            is_here: *word == wanted.shelf,
        });
        html! {
            (sections(self.section))
            (shelves(self.which, all))
            (toolbar(search(&self.address, html! {
                @if !wanted.shelf.is_empty() { input type="hidden" name="shelf" value=(wanted.shelf); }
                (field(self.words, "q", "search", &wanted.q, Field { max: Some(QUESTION_MAX), ..Field::default() }))
                (submit("Показать"))
            })))
            @if shown.is_empty() {
                (empty(self.nothing))
            } @else {
                (table(self.title, self.columns, html! { @for row in shown { (line(row)) } }))
            }
            (pager(first, next))
        }
    }
}
