//! Tables, pairs, figures, and what stands around them.

use maud::{Markup, html};

/// A head of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column<'t> {
    /// Words stand to the left.
    Text(&'t str),
    /// Numbers and sums stand to the right.
    Number(&'t str),
    /// Buttons; has no head to see.
    Actions,
}

/// A table; `rows` are its `tr`. `caption` says what is in it, for those who do not see it.
pub(crate) fn table(caption: &str, columns: &[Column<'_>], rows: Markup) -> Markup {
    drawn(caption, columns, rows, false)
}

/// A table that is drawn as well where scripts run: its first column are moments, the others numbers.
pub(crate) fn chart(caption: &str, columns: &[Column<'_>], rows: Markup) -> Markup {
    drawn(caption, columns, rows, true)
}

fn drawn(caption: &str, columns: &[Column<'_>], rows: Markup, is_chart: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table data-chart[is_chart] {
                caption.hidden { (caption) }
                thead {
                    tr {
                        @for column in columns {
                            @match column {
                                Column::Text(title) => th scope="col" { (title) },
                                Column::Number(title) => th.number scope="col" { (title) },
                                Column::Actions => th scope="col" { span.hidden { "Действия" } },
                            }
                        }
                    }
                }
                tbody { (rows) }
            }
        }
    }
}

/// Pairs of a name and what it is.
pub(crate) fn key_values(pairs: &[(&str, Markup)]) -> Markup {
    html! {
        dl.pairs {
            @for (name, value) in pairs {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// A number that leads to its rows, with what it counts. `note` says more.
pub(crate) fn figure(title: &str, number: &str, note: Markup, href: Option<String>) -> Markup {
    html! {
        div.figure {
            div.title { (title) }
            div.value {
                @match href {
                    Some(href) => a href=(href) { (number) },
                    None => (number),
                }
            }
            div.note { (note) }
        }
    }
}

/// Nothing is here, and what that means.
pub(crate) fn empty(sentence: &str) -> Markup {
    html! { p.empty { (sentence) } }
}

/// Filters and buttons above a list.
pub(crate) fn toolbar(inside: Markup) -> Markup {
    html! { div.toolbar { (inside) } }
}

/// Where a list goes on; lists are never counted as a whole.
pub(crate) fn pager(first: Option<String>, next: Option<String>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.pager aria-label="Страницы списка" {
                @if let Some(first) = first { a href=(first) { "К началу" } }
                @if let Some(next) = next { a rel="next" href=(next) { "Дальше" } }
            }
        }
    }
}

/// A list among those that one can choose from.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) is_here: bool,
}

/// Lists to choose from, one of which is open.
pub(crate) fn shelves(label: &str, shelves: impl IntoIterator<Item = Shelf>) -> Markup {
    html! {
        nav.shelves aria-label=(label) {
            ul {
                @for shelf in shelves {
                    li { a href=(shelf.href) aria-current=[shelf.is_here.then_some("true")] { (shelf.title) } }
                }
            }
        }
    }
}
