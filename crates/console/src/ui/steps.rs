//! A way of several steps, of which one is to be done now.

use maud::{Markup, html};

use super::{State, badge};

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing is left to do.
    Done,
    /// The first that is not done.
    Now,
    /// It has to wait for another one.
    Later,
}

impl Stage {
    /// Of each step whether it is done; the first that is not is to be done now.
    pub(crate) fn of<const N: usize>(done: [bool; N]) -> [Self; N] {
        let now = done.iter().position(|is_done| !is_done);
        std::array::from_fn(|step| match (done[step], now == Some(step)) {
            (true, _) => Self::Done,
            (false, true) => Self::Now,
            (false, false) => Self::Later,
        })
    }

    const fn word(self) -> (State, &'static str) {
        match self {
            Self::Done => (State::Good, "готово"),
            Self::Now => (State::Waits, "сейчас"),
            Self::Later => (State::Calm, "потом"),
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Later => "later",
        }
    }
}

/// A step: its name and what is to be read and done.
pub(crate) struct Step {
    pub(crate) stage: Stage,
    pub(crate) title: &'static str,
    /// Also where it is not to be done now: there is something to be read.
    pub(crate) is_open: bool,
    pub(crate) body: Markup,
}

/// The way; what is not to be done now is there for whoever opens it.
pub(crate) fn steps(steps: impl IntoIterator<Item = Step>) -> Markup {
    html! {
        ol.steps {
            @for (number, step) in steps.into_iter().enumerate() {
                @let (state, word) = step.stage.word();
                li.step.(step.stage.class()) aria-current=[(step.stage == Stage::Now).then_some("step")] {
                    h2 { (number + 1) ". " (step.title) " " (badge(state, word)) }
                    @if step.stage == Stage::Now { (step.body) }
                    @else { details open[step.is_open] { summary { "Подробнее" } (step.body) } }
                }
            }
        }
    }
}
