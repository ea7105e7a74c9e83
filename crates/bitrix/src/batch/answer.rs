//! What became of each command of a batch.

use std::collections::HashMap;

use domain::Timestamp;
use serde_json::Value;

use super::pack::{Batch, wire_key};
use crate::answer::{Timing, as_u64};
use crate::error::{ApiError, ApiErrorKind, CallError};

/// The outcomes by chain (its [place](super::Piece::index)) and key.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchAnswer {
    entries: HashMap<String, Entry>,
    /// Methods that a limit turned away, and until when.
    limited: Vec<(String, Option<Timestamp>)>,
}

/// What became of one command.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Executed; what it returned.
    Done(Value),
    /// Executed without success.
    Refused(ApiError),
    /// Surely not executed: the batch stopped before it, or a limit turned it away.
    NotRun,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    method: String,
    outcome: Outcome,
    total: Option<u64>,
    next: Option<u64>,
    time: Timing,
}

impl BatchAnswer {
    /// What became of the command `key` of the chain at `index`; `NotRun` for one that was not in the batch.
    pub fn outcome(&self, index: usize, key: &str) -> &Outcome {
        self.entry(index, key).map_or(&Outcome::NotRun, |entry| &entry.outcome)
    }

    /// The same by value; asked again, it is `NotRun`.
    pub fn take(&mut self, index: usize, key: &str) -> Outcome {
        self.entries.remove(&wire_key(index, key)).map_or(Outcome::NotRun, |entry| entry.outcome)
    }

    /// How many rows the list has.
    pub fn total(&self, index: usize, key: &str) -> Option<u64> {
        self.entry(index, key)?.total
    }

    /// Where the next page of the list starts.
    pub fn next(&self, index: usize, key: &str) -> Option<u64> {
        self.entry(index, key)?.next
    }

    /// The first missing right or setting that a command met, as the error that stops the lane.
    pub fn denied(&self) -> Option<CallError> {
        let denials = self.entries.iter().filter_map(|(key, entry)| match &entry.outcome {
            Outcome::Refused(error) => match error.kind() {
                ApiErrorKind::Denied(why) => Some((key, entry, why, error)),
                _ => None,
            },
            Outcome::Done(_) | Outcome::NotRun => None,
        });
        // The smallest key, so that the same answer always tells the same story.
        let (_, entry, why, error) = denials.min_by_key(|(key, ..)| *key)?;
        Some(CallError::Denied { method: entry.method.clone(), why, error: error.clone() })
    }

    /// When the portal began to work on the batch, by its own clock; `None` where it does not say.
    pub fn began(&self) -> Option<Timestamp> {
        self.entries.values().filter_map(|entry| entry.time.began).min()
    }

    /// Method and time of every command that was executed.
    pub(crate) fn timings(&self) -> impl Iterator<Item = (&str, Timing)> {
        self.entries.values().map(|entry| (entry.method.as_str(), entry.time))
    }

    /// Methods that a limit turned away.
    pub(crate) fn limited(&self) -> impl Iterator<Item = (&str, Option<Timestamp>)> {
        self.limited.iter().map(|(method, until)| (method.as_str(), *until))
    }

    /// Reads `result` of the batch method. `None`: it is no answer to a batch.
    pub(crate) fn read(batch: &Batch, mut result: Value, scrub: impl Fn(&str) -> String) -> Option<Self> {
        if !result.is_object() {
            return None;
        }
        let mut part = |name: &str| Keyed::new(result.get_mut(name).map(Value::take));
        let mut results = part("result");
        let mut errors = part("result_error");
        let (mut totals, mut nexts, mut times) =
            (part("result_total"), part("result_next"), part("result_time"));
        let mut answer = Self { entries: HashMap::with_capacity(batch.len()), limited: Vec::new() };
        for (place, wire) in batch.wires().iter().enumerate() {
            let time = Timing::read(times.take(&wire.key, place).as_ref());
            let outcome = match errors.take(&wire.key, place) {
                Some(error) => refused(&error, &scrub),
                None => results
                    .take(&wire.key, place)
                    .map_or(Outcome::NotRun, |result| done(&wire.method, result)),
            };
            // Limits are checked before the work.
            let outcome = match outcome {
                Outcome::Refused(error) if error.kind() == ApiErrorKind::Busy => {
                    answer.limited.push((wire.method.clone(), time.operating_reset_at));
                    Outcome::NotRun
                }
                outcome => outcome,
            };
            let entry = Entry {
                method: wire.method.clone(),
                outcome,
                total: totals.take(&wire.key, place).as_ref().and_then(as_u64),
                next: nexts.take(&wire.key, place).as_ref().and_then(as_u64),
                time,
            };
            answer.entries.insert(wire.key.clone(), entry);
        }
        Some(answer)
    }

    fn entry(&self, index: usize, key: &str) -> Option<&Entry> {
        self.entries.get(&wire_key(index, key))
    }
}

impl Outcome {
    /// The result, or the error; `None` if it was not run.
    pub fn done(&self) -> Option<Result<&Value, &ApiError>> {
        match self {
            Self::Done(value) => Some(Ok(value)),
            Self::Refused(error) => Some(Err(error)),
            Self::NotRun => None,
        }
    }

    /// The id that an `add` returned, in either number style, also as `{item: {id}}` of `crm.item.add`.
    pub fn id(&self) -> Option<i64> {
        let Self::Done(value) = self else { return None };
        let id = value.pointer("/item/id").unwrap_or(value);
        as_u64(id).and_then(|id| i64::try_from(id).ok()).filter(|id| *id > 0)
    }
}

/// Methods that write and answer `true`, or `false` for «did not do it». What else may return a `false` means it.
pub(crate) fn done(method: &str, result: Value) -> Outcome {
    let verb = method.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let writes = ["add", "update", "delete", "set", "register", "unregister"].contains(&verb.as_str());
    if writes && result == Value::Bool(false) {
        Outcome::Refused(ApiError::said_no())
    } else {
        Outcome::Done(result)
    }
}

fn refused(error: &Value, scrub: &impl Fn(&str) -> String) -> Outcome {
    Outcome::Refused(
        ApiError::read(error, scrub).unwrap_or_else(|| ApiError::new("", scrub(&error.to_string()))),
    )
}

/// One of the maps of a batch answer. PHP writes an empty one as `[]` and one with keys 0, 1, 2… as a list.
enum Keyed {
    Map(serde_json::Map<String, Value>),
    List(Vec<Value>),
}

impl Keyed {
    fn new(value: Option<Value>) -> Self {
        match value {
            Some(Value::Object(map)) => Self::Map(map),
            Some(Value::Array(list)) => Self::List(list),
            _ => Self::List(Vec::new()),
        }
    }

    fn take(&mut self, key: &str, place: usize) -> Option<Value> {
        match self {
            Self::Map(map) => map.remove(key),
            Self::List(list) => list.get_mut(place).map(Value::take).filter(|value| !value.is_null()),
        }
    }
}
