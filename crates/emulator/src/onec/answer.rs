//! What Parom answers, read from JSON and from XML.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Parom's answer for one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whose.
    pub reference: Uuid,
    /// What became of the record.
    pub status: Status,
    /// What to mend, in Russian; empty unless the record was rejected or has a remark.
    pub message: String,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Durable.
    Accepted,
    /// Known already.
    Unchanged,
    /// Durable; the content of the document is still missing.
    AwaitingContent,
    /// Wrong.
    Rejected,
}

/// A call that failed as a whole, in the words of Parom (RFC 9457).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// The status code, from the document: an old platform sees no other.
    pub status: u16,
    /// What happened.
    pub title: String,
    /// With what, and what to do.
    pub detail: String,
}

/// Any document of the contract as a value. In XML a list is recognised by the name of its elements.
pub(crate) fn document(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|error| format!("the answer is not UTF-8: {error}"))?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.chars().next() {
        None => Err("the answer is empty".to_owned()),
        Some('<') => xml(text),
        Some(_) => serde_json::from_str(text).map_err(|error| format!("the answer is not JSON: {error}")),
    }
}

/// The problem that the document is, if it is one.
pub(crate) fn problem(document: &Value) -> Option<Problem> {
    let marked = document.get("problem").is_some_and(|mark| *mark == Value::Bool(true));
    let fields = document.get(XML_PROBLEM).or_else(|| marked.then_some(document))?;
    Some(problem_fields(fields))
}

/// The fields of a problem that an HTTP status announced.
pub(crate) fn problem_fields(fields: &Value) -> Problem {
    let fields = fields.get(XML_PROBLEM).unwrap_or(fields);
    let text = |name| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let status = fields.get("status").and_then(|status| match status {
        Value::Number(number) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    });
    Problem { status: status.unwrap_or(0), title: text("title"), detail: text("detail") }
}

/// The answers for these records, which name their `ref`.
pub(crate) fn answers(document: &Value, asked: &[Uuid]) -> Result<Vec<Answer>, String> {
    let answers = list(document)?.iter().map(answer).collect::<Result<Vec<_>, _>>()?;
    if answers.iter().map(|answer| answer.reference).eq(asked.iter().copied()) {
        return Ok(answers);
    }
    Err("the records of the answer are not those that were sent".to_owned())
}

/// The answers for lists, which have no `ref` of their own: it may be empty, or say whose list it is.
pub(crate) fn answers_for_lists(document: &Value, asked: &[Uuid]) -> Result<Vec<Answer>, String> {
    let answers = list(document)?;
    if answers.len() != asked.len() {
        return Err("there are more or fewer answers than lists".to_owned());
    }
    let answers = answers.iter().zip(asked).map(|(record, owner)| match text(record, "ref") {
        "" => Ok(Answer { reference: *owner, status: status(record)?, message: message(record) }),
        _ => answer(record).and_then(|answer| {
            let right = answer.reference == *owner;
            right
                .then_some(answer)
                .ok_or_else(|| "the lists of the answer are not those that were sent".to_owned())
        }),
    });
    answers.collect()
}

/// The answer for the only record of a call, by itself or as a list of one.
pub(crate) fn only_answer(document: &Value) -> Result<Answer, String> {
    match document {
        Value::Array(list) => match &list[..] {
            [only] => answer(only),
            other => Err(format!("one record was answered with {}", other.len())),
        },
        record => answer(record),
    }
}

fn list(document: &Value) -> Result<&Vec<Value>, String> {
    document.as_array().ok_or_else(|| "the answer is no list of records".to_owned())
}

fn answer(record: &Value) -> Result<Answer, String> {
    let reference = Uuid::parse_str(text(record, "ref"))
        .map_err(|error| format!("an answer without a `ref`: {error}"))?;
    Ok(Answer { reference, status: status(record)?, message: message(record) })
}

fn status(record: &Value) -> Result<Status, String> {
    match text(record, "status") {
        "accepted" => Ok(Status::Accepted),
        "unchanged" => Ok(Status::Unchanged),
        "awaiting-content" => Ok(Status::AwaitingContent),
        "rejected" => Ok(Status::Rejected),
        other => Err(format!("the status `{other}` is not of the contract")),
    }
}

fn message(record: &Value) -> String {
    text(record, "message").to_owned()
}

fn text<'v>(record: &'v Value, name: &str) -> &'v str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Under this key stands a document whose root says that it is a problem.
const XML_PROBLEM: &str = "\0problem";
/// Documents of the contract are three elements deep; anything deeper is none of them.
const DEPTH_MAX: usize = 16;

/// The lists of the contract, and what their items are called.
const LISTS: [(&str, &str); 9] = [
    ("results", "result"),
    ("counterparties", "counterparty"),
    ("inquiries", "inquiry"),
    ("open_inquiries", "inquiry"),
    ("products", "product"),
    ("changed", "field"),
    ("bank_accounts", "bank_account"),
    ("phones", "phone"),
    ("emails", "email"),
];

struct Open {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

fn xml(text: &str) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Open> = Vec::new();
    loop {
        match reader.read_event().map_err(|error| format!("the answer is not XML: {error}"))? {
            Event::Start(_) if open.len() == DEPTH_MAX => {
                return Err("the answer is nested too deep".to_owned());
            }
            Event::Start(tag) => {
                let name = tag.local_name().into_inner().to_owned();
                open.push(Open { name, text: String::new(), children: Vec::new() });
            }
            Event::Text(more) => {
                if let Some(element) = open.last_mut() {
                    element.text += &more.xml10_content();
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(element) = open.last_mut() {
                    element.text += &character(&reference)?;
                }
            }
            Event::End(_) => {
                let closed = open.pop().ok_or("the answer closes what it did not open")?;
                let (name, value) = (closed.name.clone(), closed.value()?);
                match open.last_mut() {
                    Some(parent) => parent.children.push((name, value)),
                    None if name == "problem" => return Ok(Value::from_iter([(XML_PROBLEM, value)])),
                    None => return Ok(value),
                }
            }
            Event::Eof => return Err("the answer ends in the middle".to_owned()),
            Event::Decl(_)
            | Event::Comment(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::CData(_)
            | Event::Empty(_) => {}
        }
    }
}

impl Open {
    fn value(self) -> Result<Value, String> {
        if let Some((list, item)) = LISTS.iter().find(|(list, _)| *list == self.name) {
            return match self.children.iter().find(|(name, _)| name != item) {
                Some((name, _)) => Err(format!("`{list}` has the item `{name}` and not `{item}`")),
                None => Ok(self.children.into_iter().map(|(_, value)| value).collect()),
            };
        }
        if self.children.is_empty() {
            return Ok(Value::String(self.text));
        }
        Ok(Value::Object(self.children.into_iter().collect::<Map<_, _>>()))
    }
}

fn character(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, String> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Ok(letter.to_string());
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| format!("the answer uses the entity `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: &str = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";

    #[test]
    fn answers_per_record_read_the_same_from_json_and_from_xml() {
        let json = format!(r#"[{{"ref":"{REFERENCE}","status":"rejected","message":"ИНН «1» & прочее"}}]"#);
        let xml = format!(
            "\u{feff}<?xml version=\"1.0\"?><results><result><ref>{REFERENCE}</ref><status>rejected</status>\
             <message>ИНН «1» &amp; прочее</message></result></results>"
        );

        let asked = [Uuid::parse_str(REFERENCE).unwrap()];
        let from_json = answers(&document(json.as_bytes()).unwrap(), &asked).unwrap();
        let from_xml = answers(&document(xml.as_bytes()).unwrap(), &asked).unwrap();

        assert_eq!(from_json, from_xml);
        assert_eq!(from_json[0].message, "ИНН «1» & прочее");
    }

    #[test]
    fn a_problem_is_recognised_without_a_status_code() {
        let json = r#"{"problem":true,"status":401,"title":"Неверный пароль","detail":"Проверьте"}"#;
        let xml = "<problem xmlns=\"urn:ietf:rfc:7807\"><status>401</status><title>Неверный пароль</title>\
                   <detail>Проверьте</detail></problem>";

        for body in [json, xml] {
            let problem = problem(&document(body.as_bytes()).unwrap()).expect("a problem");
            assert_eq!((problem.status, problem.title.as_str()), (401, "Неверный пароль"));
        }
    }

    #[test]
    fn an_answer_that_was_cut_is_no_answer() {
        for body in ["", "[{\"ref\":", "<results><result>", "<results>&bomb;</results>"] {
            assert!(document(body.as_bytes()).is_err(), "{body:?}");
        }
    }
}
