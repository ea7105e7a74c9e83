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
                    [only] => { (in_words(&only.method)) " " (ended(only.end)) },
                    [first, rest @ ..] => { (in_words(&first.method)) " и ещё " (rest.len()) " " (ended(worst(&said.lines))) },
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

/// What a call does, for people; one that has no words is named as it is.
fn in_words(method: &str) -> &str {
    match method {
        "GET counterparties" => "взяла контрагента",
        "GET inquiries" => "взяла сделку",
        "POST receipts" => "ответила, что сделала",
        "crm.company.add" => "создать компанию",
        "crm.company.update" => "изменить компанию",
        "crm.requisite.add" => "создать реквизиты",
        "crm.requisite.update" => "изменить реквизиты",
        "crm.requisite.delete" => "удалить реквизиты",
        "crm.requisite.bankdetail.add" => "добавить банковские реквизиты",
        "crm.requisite.bankdetail.update" => "изменить банковские реквизиты",
        "crm.requisite.bankdetail.delete" => "удалить банковские реквизиты",
        "crm.address.add" => "записать адрес",
        "crm.address.update" => "изменить адрес",
        "crm.address.delete" => "удалить адрес",
        "crm.item.update" => "изменить сделку",
        "crm.timeline.comment.add" | "crm.timeline.logmessage.add" => "написать в ленту",
        other => other,
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
