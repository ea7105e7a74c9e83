//! Requests and answers with secrets cut out, for people who look for a cause. Kept with what settles the matter, so that it
//! costs no write of its own; forgotten after [`TRANSCRIPT_DAYS`](crate::TRANSCRIPT_DAYS), or when there are more than [`KEPT_MAX`].
//!
//! What asks and changes nothing is not kept: it would be a hundred times as much and explain nothing.

use std::borrow::Cow;

use bitrix::{Arg, Args, BatchAnswer, CallError, Client, Command, Outcome, Piece};
use domain::{
    Counterparty, Delivery, DeliveryId, Field, LinkId, Receipt, ReceiptStatus, Side, SignedDuration,
    Timestamp,
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use store::{Line, LineEnd, NewTranscript, SentInquiry};

use crate::Engine;
use crate::words::in_words;

/// How many are kept. One of a full counterparty that was made takes 2.1 KB, its row in the index included (docs/performance.md),
/// so all of them take some 420 MB.
pub(crate) const KEPT_MAX: i64 = 200_000;
/// Characters of what a command was called with.
const ASKED_MAX: usize = 1_500;
/// Characters of an answer.
const ANSWERED_MAX: usize = 500;
/// Characters of one value.
const VALUE_MAX: usize = 300;
/// Lines of one transcript: a batch has no more commands.
const LINES_MAX: usize = 50;
/// Characters of what all lines of one transcript were called with; behind that only methods and answers are kept.
const TRANSCRIPT_MAX: usize = 12_000;

/// Names of values that nobody may read later, in lower case.
const SECRETS: [&str; 8] = [
    "auth",
    "access_token",
    "refresh_token",
    "application_token",
    "client_secret",
    "password",
    "secret",
    "token",
];
/// A text of so many letters and digits without a space is the content of a file.
const BASE64_MIN: usize = 200;

/// The lines of a chain of a batch. Nothing of what surely was not sent: the lane says why, and there is nothing to see.
pub(crate) fn of_piece(client: &Client, piece: &Piece, answer: &Result<BatchAnswer, CallError>) -> Vec<Line> {
    let commands = piece.chain.commands();
    match answer {
        Ok(answer) => of_commands(client, commands, |command| {
            let (end, answered) = ended(answer.outcome(piece.index, &command.key));
            (end, client.scrub(&answered))
        }),
        Err(error) if error.may_have_run() => {
            of_commands(client, commands, |_| (LineEnd::Unclear, error.to_string()))
        }
        Err(_) => Vec::new(),
    }
}

/// What was said for a delivery.
pub(crate) fn of_delivery(
    delivery: &Delivery,
    at: Timestamp,
    took: SignedDuration,
    lines: Vec<Line>,
) -> NewTranscript {
    NewTranscript {
        side: delivery.side,
        link: Some(delivery.link),
        deal: None,
        delivery: Some(delivery.id),
        at,
        took: Some(took),
        lines,
    }
}

/// What was said to the portal of a counterparty, beside its deliveries.
pub(crate) fn of_link(link: LinkId, at: Timestamp, took: SignedDuration, lines: Vec<Line>) -> NewTranscript {
    let (side, took) = (Side::Bitrix, Some(took));
    NewTranscript { side, link: Some(link), deal: None, delivery: None, at, took, lines }
}

/// What was said of a deal.
pub(crate) fn of_deal(deal: i64, at: Timestamp, took: SignedDuration, lines: Vec<Line>) -> NewTranscript {
    let (side, took) = (Side::Bitrix, Some(took));
    NewTranscript { side, link: None, deal: Some(deal), delivery: None, at, took, lines }
}

/// The line of a single call.
pub(crate) fn of_call<T>(
    client: &Client,
    method: &str,
    args: &Args,
    answer: &Result<T, CallError>,
) -> Vec<Line> {
    let (end, answered) = match answer {
        Ok(_) => (LineEnd::Done, String::new()),
        Err(error @ (CallError::Refused { .. } | CallError::Denied { .. })) => {
            (LineEnd::Refused, error.to_string())
        }
        Err(error) if error.may_have_run() => (LineEnd::Unclear, error.to_string()),
        Err(_) => return Vec::new(),
    };
    let answered = cut(&client.scrub(&answered), ANSWERED_MAX);
    vec![Line { method: method.to_owned(), asked: asked(client, args), end, answered }]
}

/// A counterparty that 1C was given: the fields that it has to change, or all of a new one.
pub(crate) fn given(snapshot: &Counterparty, changed: &[Field], is_new: bool) -> Vec<Line> {
    let fields = Field::ALL.into_iter().filter(|field| is_new || changed.contains(field));
    let named = fields.map(|field| (field.title(), in_words(snapshot, field)));
    // Of a card that is there an empty field is one that is cleared.
    let named = named.filter(|(_, text)| !is_new || !text.is_empty());
    let named = named.map(|(title, text)| (title.to_owned(), Value::String(cut(&text, VALUE_MAX))));
    let asked = cut(&Value::Object(named.collect()).to_string(), ASKED_MAX);
    vec![Line {
        method: "GET counterparties".to_owned(),
        asked,
        end: LineEnd::Given,
        answered: String::new(),
    }]
}

/// A deal that 1C was given.
pub(crate) fn given_inquiry(
    delivery: DeliveryId,
    deal: i64,
    sent: &SentInquiry,
    at: Timestamp,
) -> NewTranscript {
    let what = serde_json::to_value(&sent.snapshot).unwrap_or_default();
    let asked = cut(&readable(&what).to_string(), ASKED_MAX);
    let method = "GET inquiries".to_owned();
    let line = Line { method, asked, end: LineEnd::Given, answered: String::new() };
    NewTranscript {
        side: Side::OneC,
        link: Some(sent.link),
        deal: Some(deal),
        delivery: Some(delivery),
        at,
        took: None,
        lines: vec![line],
    }
}

/// What 1C said of a delivery: of a counterparty or of a deal.
pub(crate) fn of_receipt(
    receipt: &Receipt,
    link: Option<LinkId>,
    deal: Option<i64>,
    at: Timestamp,
) -> NewTranscript {
    let end = match receipt.status {
        ReceiptStatus::Rejected => LineEnd::Refused,
        ReceiptStatus::Created | ReceiptStatus::Updated | ReceiptStatus::Unchanged => LineEnd::Done,
    };
    let mut told = json!({ "status": receipt.status.as_str() });
    let ids = [
        ("ref", receipt.onec_ref.map(|onec_ref| onec_ref.to_string())),
        ("code", receipt.code.clone()),
        ("number", receipt.number.clone()),
        ("date", receipt.date.map(|date| date.to_string())),
    ];
    for (name, text) in ids {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            told[name] = Value::String(cut(&text, VALUE_MAX));
        }
    }
    let answered = cut(receipt.message.trim(), ANSWERED_MAX);
    let asked = told.to_string();
    NewTranscript {
        side: Side::OneC,
        link,
        deal,
        delivery: Some(receipt.delivery),
        at,
        took: None,
        lines: vec![Line { method: "POST receipts".to_owned(), asked, end, answered }],
    }
}

impl Engine {
    /// How long ago that was.
    pub(crate) fn since(&self, began: Timestamp) -> SignedDuration {
        self.clock.now().duration_since(began).max(SignedDuration::ZERO)
    }
}

fn of_commands(
    client: &Client,
    commands: &[Command],
    end: impl Fn(&Command) -> (LineEnd, String),
) -> Vec<Line> {
    let mut left = TRANSCRIPT_MAX;
    let line = |command: &Command| {
        let (end, answered) = end(command);
        let mut asked = asked(client, &command.args);
        if asked.len() > left {
            "…".clone_into(&mut asked);
        }
        left = left.saturating_sub(asked.len());
        Line { method: command.method.clone(), asked, end, answered: cut(&answered, ANSWERED_MAX) }
    };
    commands.iter().take(LINES_MAX).map(line).collect()
}

/// The number that was made, or the words of the refusal. Whole results are not kept: they hold addresses with secrets.
fn ended(outcome: &Outcome) -> (LineEnd, String) {
    match outcome {
        Outcome::Done(Value::Number(number)) => (LineEnd::Done, number.to_string()),
        Outcome::Done(_) => (LineEnd::Done, outcome.id().map(|id| id.to_string()).unwrap_or_default()),
        Outcome::Refused(error) => (LineEnd::Refused, error.to_string()),
        Outcome::NotRun => (LineEnd::NotRun, String::new()),
    }
}

/// Arguments as JSON that may be kept.
fn asked(client: &Client, args: &Args) -> String {
    let text = serde_json::to_string(&Readable(args)).expect("texts and numbers are JSON");
    cut(&client.scrub(&text), ASKED_MAX)
}

/// Arguments in their order, without what nobody may read.
struct Readable<'a>(&'a Args);

impl Serialize for Readable<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, ReadableValue(name, value))))
    }
}

struct ReadableValue<'a>(&'a str, &'a Arg);

impl Serialize for ReadableValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            _ if is_secret(self.0) => serializer.serialize_str("***"),
            Arg::Map(args) => Readable(args).serialize(serializer),
            Arg::List(items) => serializer.collect_seq(items.iter().map(|item| ReadableValue("", item))),
            Arg::Text(text) => serializer.serialize_str(&short(text)),
            other => other.serialize(serializer),
        }
    }
}

/// The same for what is JSON already.
fn readable(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(name, value)| {
                    let value = if is_secret(name) { Value::from("***") } else { readable(value) };
                    (name.clone(), value)
                })
                .collect(),
        ),
        Value::Array(items) => items.iter().map(readable).collect(),
        Value::String(text) => Value::String(short(text).into_owned()),
        other => other.clone(),
    }
}

fn is_secret(name: &str) -> bool {
    SECRETS.contains(&name.to_ascii_lowercase().as_str())
}

fn short(text: &str) -> Cow<'_, str> {
    let is_base64 =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=' | '-' | '_');
    if text.len() >= BASE64_MIN && text.chars().all(is_base64) {
        return Cow::Owned(format!("(содержимое файла, {} знаков)", text.len()));
    }
    if text.len() <= VALUE_MAX { Cow::Borrowed(text) } else { Cow::Owned(cut(text, VALUE_MAX)) }
}

/// The first `max` characters.
fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
