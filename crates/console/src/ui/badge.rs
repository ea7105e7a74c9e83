//! A word with a colour.

use maud::{Markup, html};

/// How something stands; the word says the same as the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// As it should be.
    Good,
    /// Waits, by itself or for a person.
    Waits,
    /// Somebody has to do something.
    Bad,
    /// Neither.
    Calm,
}

impl State {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Waits => "waits",
            Self::Bad => "bad",
            Self::Calm => "calm",
        }
    }
}

/// «доставлено», «ждёт», …
pub(crate) fn badge(state: State, word: &str) -> Markup {
    html! { span.badge.(state.class()) { (word) } }
}
