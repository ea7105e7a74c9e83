//! What was said to a side and what it answered, for those who look for a cause.

use domain::Side;
use maud::{Markup, html};
use store::{Line, LineEnd, Transcript};

use super::{State, badge};
use crate::text::number;

/// A transcript: its first line at once, the rest for whoever opens it.
pub(crate) fn said(transcript: &Transcript) -> Markup {
    let said = &transcript.what;
    let whom = match said.side {
        Side::OneC => "1С",
        Side::Bitrix => "Битрикс24",
    };
    html! {
        details.said {
            summary {
                (whom) ": "
                @match said.lines.as_slice() {
                    [] => "без команд",
                    [only] => { (only.method) " " (ended(only.end)) },
                    [first, rest @ ..] => { (first.method) " и ещё " (rest.len()) " " (ended(worst(&said.lines))) },
                }
                @if let Some(took) = said.took {
                    span.note { " за " (number(u64::try_from(took.as_millis()).unwrap_or_default())) "\u{a0}мс" }
                }
            }
            @for line in &said.lines { (one(line)) }
        }
    }
}

fn one(line: &Line) -> Markup {
    html! {
        p { code { (line.method) } " " (ended(line.end)) }
        @if !line.asked.is_empty() { pre { (line.asked) } }
        @if !line.answered.is_empty() { p.note { "Ответ: " (line.answered) } }
    }
}

/// How the worst of the lines ended.
fn worst(lines: &[Line]) -> LineEnd {
    let order = [LineEnd::Refused, LineEnd::Unclear, LineEnd::NotRun, LineEnd::Given];
    let is_there = |end: &LineEnd| lines.iter().any(|line| line.end == *end);
    order.into_iter().find(is_there).unwrap_or(LineEnd::Done)
}

fn ended(end: LineEnd) -> Markup {
    match end {
        LineEnd::Done => badge(State::Good, "выполнено"),
        LineEnd::Given => badge(State::Good, "отдано"),
        LineEnd::Refused => badge(State::Bad, "отказано"),
        LineEnd::Unclear => badge(State::Waits, "ответ потерян"),
        LineEnd::NotRun => badge(State::Calm, "не дошла очередь"),
    }
}
