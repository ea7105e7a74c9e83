//! `batch`: up to 50 commands in one request, later ones may use results of earlier ones.
//! <https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html>

use super::call::{Outcome, Refusal};
use super::php::{Array, Key, Php, parse_str, record};

/// Commands beyond this many fail, each for itself.
pub(crate) const MAX_COMMANDS: usize = 50;

/// Methods that the portal does not run inside a batch.
const NOT_IN_BATCH: [&str; 1] = ["batch"];

/// A command as it came: its key and its text `method?query`.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) key: Key,
    text: String,
}

/// A command ready to run.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    pub(crate) method: String,
    pub(crate) params: Array,
}

/// A batch on its way.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    halt: bool,
    commands: Vec<Command>,
    results: Array,
    errors: Array,
    totals: Array,
    nexts: Array,
    times: Array,
}

impl Batch {
    /// Reads `cmd` and `halt`. What is not a string is no command: the portal passes it over.
    pub(crate) fn of(params: &Array) -> Self {
        let commands = params
            .get_any_case("cmd")
            .and_then(Php::as_array)
            .map(|commands| {
                commands
                    .iter()
                    .filter_map(|(key, command)| match command {
                        Php::Text(text) => Some(Command { key: key.clone(), text: text.clone() }),
                        _ => None,
                    })
                    .collect()
            })
            .unwrap_or_default();
        let halt = params.get_any_case("halt").is_some_and(Php::is_yes);
        Self { halt, commands, ..Self::default() }
    }

    /// The commands in order; those beyond the limit are among them and fail in [`Batch::prepare`].
    pub(crate) fn commands(&self) -> Vec<Command> {
        self.commands.clone()
    }

    /// Splits a command into method and parameters and puts earlier results in. `number` counts from 0.
    pub(crate) fn prepare(&self, number: usize, command: &Command) -> Result<Ready, Refusal> {
        if number >= MAX_COMMANDS {
            return Err(Refusal::coded(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded"));
        }
        // The text is read as a URL: a `#` that nobody encoded ends it.
        let text = command.text.split('#').next().unwrap_or_default();
        let (method, query) = text.split_once('?').unwrap_or((text, ""));
        let method = method.trim().to_ascii_lowercase();
        let method = method.strip_suffix(".json").unwrap_or(&method).to_owned();
        if NOT_IN_BATCH.contains(&method.as_str()) {
            return Err(Refusal::coded(
                405,
                "ERROR_BATCH_METHOD_NOT_ALLOWED",
                "Method is not allowed for batch usage",
            ));
        }
        let params = resolve_all(&parse_str(query), &self.results);
        Ok(Ready { method, params })
    }

    /// Keeps what became of a command. Answers whether to go on.
    pub(crate) fn keep(&mut self, key: &Key, outcome: Outcome, time: impl FnOnce() -> Array) -> bool {
        let key = key.to_string();
        match outcome {
            Ok(answer) => {
                self.results.set(&key, answer.result);
                if let Some(total) = answer.total {
                    self.totals.set(&key, total);
                }
                if let Some(next) = answer.next {
                    self.nexts.set(&key, next);
                }
                self.times.set(&key, time());
                true
            }
            Err(refusal) => {
                self.errors.set(&key, refusal.to_php());
                !self.halt
            }
        }
    }

    /// The five maps. Empty ones are `[]`, those with keys 0, 1, 2 are lists.
    pub(crate) fn into_result(self) -> Array {
        record! {
            "result" => self.results,
            "result_error" => self.errors,
            "result_total" => self.totals,
            "result_next" => self.nexts,
            "result_time" => self.times,
        }
    }
}

fn resolve_all(params: &Array, results: &Array) -> Array {
    let mut resolved = Array::default();
    for (key, value) in params.iter() {
        let value = match value {
            Php::Array(inner) => Php::Array(resolve_all(inner, results)),
            Php::Text(text) => resolve(text, results),
            other => other.clone(),
        };
        resolved.set(key.to_string(), value);
    }
    resolved
}

const MARK: &str = "$result[";

/// Puts results in the place of `$result[key][field]…`. A whole value may become an array, a part of a text only
/// a text. What does not resolve becomes empty, also after a failed command.
fn resolve(text: &str, results: &Array) -> Php {
    if !text.contains(MARK) {
        return text.into();
    }
    if let Some((path, "")) = reference(text) {
        return dig(results, &path).cloned().unwrap_or_else(|| "".into());
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((path, after)) = reference(rest) {
            out.push_str(&dig(results, &path).and_then(Php::as_text).unwrap_or_default());
            rest = after;
        } else {
            out.push_str(MARK);
            rest = &rest[MARK.len()..];
        }
    }
    out.push_str(rest);
    out.into()
}

/// `$result[c][item][id]rest` → [`c`, `item`, `id`], `rest`.
fn reference(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut rest = text.strip_prefix("$result")?;
    let mut path = Vec::new();
    while let Some(inner) = rest.strip_prefix('[') {
        let end = inner.find(']')?;
        path.push(&inner[..end]);
        rest = &inner[end + 1..];
    }
    (!path.is_empty()).then_some((path, rest))
}

fn dig<'a>(results: &'a Array, path: &[&str]) -> Option<&'a Php> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(results.get(first)?, |value, key| value.as_array()?.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> Array {
        record! {
            "c" => 2921_i64,
            "list" => [record! { "ID" => "27" }].into_iter().collect::<Array>(),
        }
    }

    #[test]
    fn a_reference_finds_a_bare_number_and_a_nested_field() {
        assert_eq!(resolve("$result[c]", &results()), Php::Int(2921));
        assert_eq!(resolve("$result[list][0][ID]", &results()), "27".into());
        assert_eq!(resolve("company $result[c]!", &results()), "company 2921!".into());
    }

    #[test]
    fn a_reference_to_nothing_is_empty() {
        assert_eq!(resolve("$result[gone]", &results()), "".into());
        assert_eq!(resolve("$result[c][ID]", &results()), "".into());
    }

    #[test]
    fn an_encoded_reference_works_as_well_as_a_plain_one() {
        for text in ["m?f[A]=$result[c]", "m?f%5BA%5D=%24result%5Bc%5D"] {
            let batch = Batch { results: results(), ..Batch::default() };
            let ready = batch.prepare(0, &Command { key: Key::Index(0), text: text.to_owned() }).unwrap();
            let fields = ready.params.get("f").and_then(Php::as_array).unwrap();
            assert_eq!(fields.get("A"), Some(&Php::Int(2921)), "{text}");
        }
    }

    #[test]
    fn a_hash_that_nobody_encoded_ends_the_command() {
        let batch = Batch::default();
        let text = "m?filter[XML_ID]=#CRM#&select[]=ID".to_owned();
        let ready = batch.prepare(0, &Command { key: Key::Index(0), text }).unwrap();
        assert_eq!(ready.params, parse_str("filter[XML_ID]="));
    }
}
