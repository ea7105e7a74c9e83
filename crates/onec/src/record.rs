//! What all records of the contract have in common: a `ref`, fields that stand once, and a refusal that says at once
//! everything that is wrong.

use std::collections::HashSet;

use domain::{OneCRef, quoted};

use crate::scalar::{clean, text};
use crate::value::{Value, element_of};

/// A record that is not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The `ref` as 1C wrote it, or nothing.
    pub(crate) spoken_ref: String,
    /// Everything that has to be mended, in Russian.
    pub(crate) text: String,
}

/// A record that can be taken, with its `ref` as 1C wrote it: 1C looks its answers up by that text.
#[derive(Clone, Debug)]
pub(crate) struct Readable<T> {
    pub(crate) spoken_ref: String,
    pub(crate) shown: T,
}

/// How refusals speak of a sort of records.
pub(crate) struct Words {
    /// «Контрагент».
    pub(crate) one: &'static str,
    /// «контрагента».
    pub(crate) of: &'static str,
    /// «не принят», in its gender.
    pub(crate) refused: &'static str,
    /// The field that names the object of 1C: `ref`.
    pub(crate) key: &'static str,
    /// What people call a field of the contract.
    pub(crate) title: fn(&str) -> Option<&'static str>,
}

/// A record whose fields have been looked at.
pub(crate) struct Gathered<'a> {
    words: &'a Words,
    spoken_ref: String,
    faults: Vec<String>,
}

/// Hands every field but the key to `take`, which passes over what the contract does not name: it grows.
pub(crate) fn gather(
    record: Value,
    words: &Words,
    mut take: impl FnMut(&str, Value) -> Result<(), String>,
) -> Result<Gathered<'_>, Refusal> {
    let Value::Record(fields) = record else {
        let text = format!("Запись не является объектом с полями {}", words.of);
        return Err(Refusal { spoken_ref: String::new(), text });
    };
    let mut gathered = Gathered { words, spoken_ref: String::new(), faults: Vec::new() };
    let mut names = HashSet::new();
    for (name, value) in fields {
        let outcome = if name == words.key {
            text(value, REF_MAX).map(|text| gathered.spoken_ref = text)
        } else {
            take(&name, value)
        };
        if let Err(fault) = outcome {
            gathered.fault(format!("поле {}: {fault}", words.titled(&name)));
        }
        if !names.insert(name.clone()) {
            gathered.fault(format!("поле {} указано дважды", words.titled(&clean(&name))));
        }
    }
    Ok(gathered)
}

impl Gathered<'_> {
    /// One thing more that has to be mended.
    pub(crate) fn fault(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    /// The object of 1C, if the record names it rightly.
    pub(crate) fn key(&self) -> Option<OneCRef> {
        OneCRef::parse(&self.spoken_ref)
    }

    /// Makes the object if nothing is wrong with the record. `title` is the name by which people find it, or empty.
    pub(crate) fn finish<T>(
        mut self,
        title: &str,
        make: impl FnOnce(OneCRef) -> T,
    ) -> Result<Readable<T>, Refusal> {
        let Words { one, of, refused, key, .. } = self.words;
        let onec_ref = self.key();
        if self.spoken_ref.is_empty() {
            self.fault(format!("нет поля {key}: укажите GUID {of} в 1С"));
        } else if onec_ref.is_none() {
            let fault = format!("{key} «{}» не GUID {of} 1С", self.spoken_ref);
            self.fault(fault);
        }
        let spoken_ref = self.spoken_ref;
        match onec_ref {
            Some(onec_ref) if self.faults.is_empty() => Ok(Readable { spoken_ref, shown: make(onec_ref) }),
            _ => {
                let named = if title.is_empty() { String::new() } else { format!(" {}", quoted(title)) };
                let more = self.faults.len().saturating_sub(FAULTS_MAX);
                self.faults.truncate(FAULTS_MAX);
                let rest = if more > 0 { format!("; и ещё ошибок: {more}") } else { String::new() };
                let text = format!("{one}{named} {refused}: {}{rest}.", self.faults.join("; "));
                Err(Refusal { spoken_ref, text })
            }
        }
    }
}

impl Words {
    /// The name of a field of the contract with the words of people.
    fn titled(&self, name: &str) -> String {
        match (self.title)(name) {
            Some(title) => format!("{name} ({title})"),
            None => name.to_owned(),
        }
    }
}

/// Faults that are told of one record; whoever made more of them mends the first ones first.
const FAULTS_MAX: usize = 20;

/// Longer texts are certainly no GUID, and need not be echoed.
const REF_MAX: usize = 64;

/// The `ref` of another object. Nothing, and the empty reference of 1C, are none.
pub(crate) fn reference(value: Value) -> Result<Option<OneCRef>, String> {
    let text = text(value, REF_MAX)?;
    if text.is_empty() || text.trim_matches(['{', '}']) == EMPTY_REF {
        return Ok(None);
    }
    match OneCRef::parse(&text) {
        Some(onec_ref) => Ok(Some(onec_ref)),
        None => Err(format!("«{text}» не GUID объекта 1С")),
    }
}

/// What 1C writes for an attribute that refers to nothing.
const EMPTY_REF: &str = "00000000-0000-0000-0000-000000000000";

/// A list; an empty text is an empty one, because an empty element is.
pub(crate) fn list(value: Value, name: &str, longest: usize) -> Result<Vec<Value>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
        Value::List(items) if items.len() > longest => {
            Err(format!("{} значений, а допустимо {longest}", items.len()))
        }
        Value::List(items) => Ok(items),
        Value::Flag(_) | Value::Number(_) | Value::Text(_) | Value::Record(_) => Err(format!(
            "нужен список: в JSON [ … ], в XML элементы <{}>",
            element_of(name).unwrap_or("item")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_the_empty_reference_of_1c_refer_to_nothing() {
        for nothing in ["", " ", EMPTY_REF, "{00000000-0000-0000-0000-000000000000}"] {
            assert_eq!(reference(Value::text(nothing)), Ok(None), "{nothing:?}");
        }
        assert_eq!(reference(Value::Null), Ok(None));
    }

    #[test]
    fn a_reference_is_a_guid_in_any_letter_case() {
        let read = reference(Value::text("{6F9619FF-8B86-D011-B42D-00CF4FC964FF}"));

        assert_eq!(read, Ok(OneCRef::parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff")));
        assert!(reference(Value::text("СЧ-0042")).is_err_and(|fault| fault.contains("«СЧ-0042» не GUID")));
    }
}
