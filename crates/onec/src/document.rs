//! A document as 1C may show it: ТКП, Договор or Счёт, with its PDF or without.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, DecodeSliceError};
use domain::{Amount, Date, DocumentKind, OneCRef, ShownDocument, Timestamp};
use jiff::tz::TimeZone;

use crate::inquiry::NUMBER_MAX;
use crate::pdf;
use crate::record::{Readable, Refusal, Words, gather, reference};
use crate::scalar::{amount, currency, date, deal_id, flag, moment, text};
use crate::value::Value;

/// Longest name of a file, `.pdf` included: what file systems allow.
pub(crate) const FILE_NAME_MAX: usize = 255;

/// Reads one record. Fields that the contract does not name are left out: it grows. Contents may have `limit` bytes.
pub(crate) fn read(
    record: Value,
    time_zone: &TimeZone,
    limit: usize,
) -> Result<Readable<ShownDocument>, Refusal> {
    let mut draft = Draft::default();
    let gathered = gather(record, &WORDS, |name, value| draft.take(name, value, time_zone, limit))?;
    let title = draft.title();
    gathered.finish(&title, |onec_ref| draft.finish(onec_ref))
}

const WORDS: Words = Words {
    one: "Документ",
    of: "документа",
    refused: "не принят",
    key: "ref",
    title: |name| match name {
        "kind" => Some("вид документа"),
        "inquiry" => Some("запрос"),
        "deal_id" => Some("сделка"),
        "number" => Some("номер"),
        "date" => Some("дата"),
        "amount" => Some("сумма"),
        "currency" => Some("валюта"),
        "file_name" => Some("имя файла"),
        "content" => Some("файл"),
        "deleted" => Some("пометка удаления"),
        _ => None,
    },
};

#[derive(Default)]
#[expect(clippy::option_option, reason = "absent and empty differ, here as in the domain")]
struct Draft {
    kind: Option<DocumentKind>,
    inquiry: Option<OneCRef>,
    deal_id: Option<i64>,
    number: Option<String>,
    date: Option<Option<Date>>,
    amount: Option<Option<Amount>>,
    currency: Option<String>,
    file_name: Option<String>,
    content: Option<Vec<u8>>,
    deleted: Option<bool>,
    changed_at: Option<Timestamp>,
}

impl Draft {
    fn take(&mut self, name: &str, value: Value, time_zone: &TimeZone, limit: usize) -> Result<(), String> {
        match name {
            "kind" => self.kind = kind(value)?,
            "inquiry" => self.inquiry = reference(value)?,
            "deal_id" => self.deal_id = deal_id(value)?,
            "number" => self.number = Some(text(value, NUMBER_MAX)?),
            "date" => self.date = Some(date(value, time_zone)?),
            "amount" => self.amount = Some(amount(value)?),
            "currency" => self.currency = Some(currency(value)?),
            "file_name" => self.file_name = Some(file_name(value)?),
            "content" => self.content = content(value, limit)?,
            "deleted" => self.deleted = Some(flag(value)?),
            "changed_at" => self.changed_at = moment(value, time_zone)?,
            _ => {}
        }
        Ok(())
    }

    fn title(&self) -> String {
        let told = [&self.number, &self.file_name].into_iter().flatten().find(|text| !text.is_empty());
        told.cloned().unwrap_or_default()
    }

    fn finish(self, onec_ref: OneCRef) -> ShownDocument {
        let Self {
            kind,
            inquiry,
            deal_id,
            number,
            date,
            amount,
            currency,
            file_name,
            content,
            deleted,
            changed_at,
        } = self;
        ShownDocument {
            onec_ref,
            kind,
            inquiry,
            deal_id,
            number,
            date,
            amount,
            currency,
            file_name,
            content,
            deleted,
            changed_at,
        }
    }
}

/// Longer words are no kind.
const KIND_MAX: usize = 32;

fn kind(value: Value) -> Result<Option<DocumentKind>, String> {
    let word = text(value, KIND_MAX)?;
    match DocumentKind::parse(&word) {
        None if !word.is_empty() => {
            let known = DocumentKind::ALL.map(DocumentKind::as_str).join(", ");
            Err(format!("вид «{word}» не известен; бывает {known}"))
        }
        kind => Ok(kind),
    }
}

/// A name that every file system takes, with `.pdf` at its end, or nothing.
fn file_name(value: Value) -> Result<String, String> {
    let spoken = text(value, FILE_NAME_MAX)?;
    let harmless: String =
        spoken.chars().map(|letter| if FORBIDDEN.contains(&letter) { '_' } else { letter }).collect();
    let stem = match harmless.char_indices().rev().nth(EXTENSION.len() - 1) {
        Some((at, _)) if harmless[at..].eq_ignore_ascii_case(EXTENSION) => &harmless[..at],
        _ => harmless.as_str(),
    };
    // Windows takes off what ends with a point, and a name that begins with one is hidden elsewhere.
    let stem = stem.trim_matches(['.', ' ']);
    if spoken.is_empty() {
        return Ok(spoken);
    }
    if stem.is_empty() {
        return Err(format!("«{spoken}» не имя файла; нужно, например, «Счёт СЧ-0042.pdf»"));
    }
    match stem.chars().count() + EXTENSION.len() {
        length if length > FILE_NAME_MAX => {
            Err(format!("{length} знаков вместе с {EXTENSION}, а допустимо {FILE_NAME_MAX}; сократите"))
        }
        _ => Ok(format!("{stem}{EXTENSION}")),
    }
}

const EXTENSION: &str = ".pdf";

/// What Windows forbids in the name of a file; numbers of 1C like to have a slash.
const FORBIDDEN: [char; 9] = ['\\', '/', ':', '*', '?', '"', '<', '>', '|'];

/// Base64 with spaces and line breaks wherever they like. Not spoken of: absent or `null`.
fn content(value: Value, limit: usize) -> Result<Option<Vec<u8>>, String> {
    let mut encoded = match value {
        Value::Null => return Ok(None),
        Value::Text(encoded) => encoded,
        Value::Flag(_) | Value::Number(_) | Value::List(_) | Value::Record(_) => {
            return Err("нужна строка Base64 с содержимым PDF".to_owned());
        }
    };
    // In place: there is to be no second text beside a long one.
    encoded.retain(|letter| !letter.is_whitespace());
    if encoded.starts_with("data:") {
        return Err("уберите начало «data:…;base64,»; нужен только сам Base64".to_owned());
    }
    if encoded.len() / 4 * 3 > limit.saturating_add(2) {
        return Err(pdf::too_large(limit));
    }
    let mut content = vec![0; encoded.len().div_ceil(4) * 3];
    let length = STANDARD.decode_slice(&encoded, &mut content).map_err(|error| broken(&error))?;
    drop(encoded);
    content.truncate(length);
    pdf::prove(&content, limit)?;
    Ok(Some(content))
}

fn broken(error: &DecodeSliceError) -> String {
    match error {
        DecodeSliceError::DecodeError(DecodeError::InvalidByte(at, _)) => {
            format!("нарушен Base64: знак {} (без пробелов и переносов) не из его алфавита", at + 1)
        }
        _ => "нарушен Base64: текст обрезан или не дополнен знаками «=»; передайте его целиком".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Result<String, String> {
        file_name(Value::text(text))
    }

    #[test]
    fn the_name_of_a_file_is_made_harmless_and_ends_with_pdf() {
        for (spoken, expected) in [
            ("Счёт СЧ-0042 от 23.11.2026.pdf", "Счёт СЧ-0042 от 23.11.2026.pdf"),
            ("Счёт СЧ/0042", "Счёт СЧ_0042.pdf"),
            ("ТКП.PDF", "ТКП.pdf"),
            ("..\\..\\Договор «Север».pdf ", "_.._Договор «Север».pdf"),
            ("", ""),
        ] {
            assert_eq!(named(spoken), Ok(expected.to_owned()), "{spoken}");
        }
        assert!(named(".pdf").is_err_and(|fault| fault.contains("не имя файла")));
        assert!(named(&"я".repeat(FILE_NAME_MAX)).is_err_and(|fault| fault.contains("сократите")));
        assert!(named(&"я".repeat(FILE_NAME_MAX - 4)).is_ok());
    }

    #[test]
    fn a_content_up_to_the_limit_is_taken_and_a_byte_more_is_not() {
        let pdf = |length: usize| [b"%PDF-", vec![b'x'; length - 5].as_slice()].concat();
        for length in 5..30 {
            let encoded = || Value::Text(STANDARD.encode(pdf(length)));
            assert_eq!(content(encoded(), length), Ok(Some(pdf(length))), "{length}");
            assert_eq!(content(encoded(), length - 1), Err(pdf::too_large(length - 1)), "{length}");
        }
    }
}
