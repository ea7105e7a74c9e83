//! Inquiries, documents and payments as 1C may tell of them.

use std::collections::HashSet;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::{
    Amount, CompletePayments, Date, DocumentKind, OneCRef, ShownDocument, ShownInquiry, ShownPayment,
};
use jiff::tz::TimeZone;

use crate::counterparty::Refusal;
use crate::scalar::{clean, flag, moment, text};
use crate::value::Value;

/// Longest number of a document.
pub(crate) const NUMBER_MAX: usize = 100;
/// Longest status.
pub(crate) const STATUS_MAX: usize = 255;
/// Longest name of a file.
pub(crate) const FILE_NAME_MAX: usize = 255;
/// Payments that one list may have.
pub(crate) const PAYMENTS_MAX: usize = 1000;
/// Longer texts are no GUID, number or date.
const WORD_MAX: usize = 64;
/// How a PDF begins. <https://www.iso.org/standard/75839.html>, 7.5.2
pub(crate) const PDF_HEAD: &[u8] = b"%PDF-";

/// What is decided for all calls.
pub(crate) struct Reading<'a> {
    pub(crate) time_zone: &'a TimeZone,
    pub(crate) document_limit: usize,
}

/// A record that can be taken, with its `ref` as 1C wrote it.
#[derive(Clone, Debug)]
pub(crate) struct Readable<T> {
    pub(crate) spoken_ref: String,
    pub(crate) shown: T,
}

/// The fields that several sorts of records have, and what is wrong.
#[derive(Default)]
#[expect(clippy::option_option, reason = "absent and empty differ")]
struct Draft {
    spoken_ref: String,
    deal_id: Option<i64>,
    inquiry: Option<OneCRef>,
    number: Option<String>,
    date: Option<Option<Date>>,
    amount: Option<Option<Amount>>,
    currency: Option<String>,
    changed_at: Option<domain::Timestamp>,
    faults: Vec<String>,
}

impl Draft {
    /// Takes the fields that are common; `own` takes the rest.
    fn read(
        record: Value,
        what: &str,
        reading: &Reading<'_>,
        mut own: impl FnMut(&str, Value) -> Result<(), String>,
    ) -> Result<Self, Refusal> {
        let Value::Record(fields) = record else {
            let text = format!("Запись не является объектом с полями: {what}");
            return Err(Refusal { spoken_ref: String::new(), text });
        };
        let mut draft = Self::default();
        let mut names = HashSet::new();
        for (name, value) in fields {
            if let Err(fault) = draft.take(&name, value, reading, &mut own) {
                draft.faults.push(format!("поле {}: {fault}", clean(&name)));
            }
            if !names.insert(name.clone()) {
                draft.faults.push(format!("поле {} указано дважды", clean(&name)));
            }
        }
        Ok(draft)
    }

    fn take(
        &mut self,
        name: &str,
        value: Value,
        reading: &Reading<'_>,
        own: &mut impl FnMut(&str, Value) -> Result<(), String>,
    ) -> Result<(), String> {
        match name {
            "ref" => self.spoken_ref = text(value, WORD_MAX)?,
            "deal_id" => self.deal_id = deal(value)?,
            "inquiry" => self.inquiry = guid(value)?,
            "number" => self.number = Some(text(value, NUMBER_MAX)?),
            "date" => self.date = Some(date(value, reading.time_zone)?),
            "amount" => self.amount = Some(amount(value)?),
            "currency" => self.currency = Some(currency(value)?),
            "changed_at" => self.changed_at = moment(value, reading.time_zone)?,
            _ => own(name, value)?,
        }
        Ok(())
    }

    /// The GUID of the record, unless something is wrong with it.
    fn finish(&mut self, what: &str) -> Result<OneCRef, Refusal> {
        let onec_ref = OneCRef::parse(&self.spoken_ref);
        if self.spoken_ref.is_empty() {
            self.faults.push("нет поля ref: укажите GUID объекта в 1С".to_owned());
        } else if onec_ref.is_none() {
            self.faults.push(format!("ref «{}» не GUID объекта 1С", self.spoken_ref));
        }
        match onec_ref {
            Some(onec_ref) if self.faults.is_empty() => Ok(onec_ref),
            _ => {
                let number = self.number.as_deref().unwrap_or_default();
                let text = format!("{what} «{number}» не принят: {}.", self.faults.join("; "));
                Err(Refusal { spoken_ref: self.spoken_ref.clone(), text })
            }
        }
    }
}

/// Reads what 1C tells of a «Запрос».
pub(crate) fn inquiry(record: Value, reading: &Reading<'_>) -> Result<Readable<ShownInquiry>, Refusal> {
    let (mut status, mut deleted) = (None, None);
    let mut draft = Draft::read(record, "запрос", reading, |name, value| {
        match name {
            "status" => status = Some(text(value, STATUS_MAX)?),
            "deleted" => deleted = Some(flag(value)?),
            _ => {}
        }
        Ok(())
    })?;
    let onec_ref = draft.finish("Запрос")?;
    let Draft { spoken_ref, deal_id, number, date, changed_at, .. } = draft;
    let shown = ShownInquiry { onec_ref, deal_id, number, date, status, deleted, changed_at };
    Ok(Readable { spoken_ref, shown })
}

/// Reads a document, its content decoded and proven.
pub(crate) fn document(record: Value, reading: &Reading<'_>) -> Result<Readable<ShownDocument>, Refusal> {
    let (mut kind, mut file_name, mut content, mut deleted) = (None, None, None, None);
    let mut draft = Draft::read(record, "документ", reading, |name, value| {
        match name {
            "kind" => kind = Some(document_kind(value)?),
            "file_name" => file_name = Some(text(value, FILE_NAME_MAX)?),
            "content" => content = pdf(value, reading.document_limit)?,
            "deleted" => deleted = Some(flag(value)?),
            _ => {}
        }
        Ok(())
    })?;
    let onec_ref = draft.finish("Документ")?;
    let Draft { spoken_ref, deal_id, inquiry, number, date, amount, currency, changed_at, .. } = draft;
    let shown = ShownDocument {
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
    };
    Ok(Readable { spoken_ref, shown })
}

/// Reads a payment.
pub(crate) fn payment(record: Value, reading: &Reading<'_>) -> Result<Readable<ShownPayment>, Refusal> {
    let mut cancelled = None;
    let mut draft = Draft::read(record, "оплата", reading, |name, value| {
        if name == "cancelled" {
            cancelled = Some(flag(value)?);
        }
        Ok(())
    })?;
    if draft.amount == Some(None) {
        draft.faults.push("поле amount: сумма пуста; у возврата она отрицательная".to_owned());
    }
    let onec_ref = draft.finish("Платёж")?;
    let Draft { spoken_ref, deal_id, inquiry, number, date, amount, currency, changed_at, .. } = draft;
    let shown = ShownPayment {
        onec_ref,
        inquiry,
        deal_id,
        number,
        date,
        amount: amount.flatten(),
        currency,
        cancelled,
        changed_at,
    };
    Ok(Readable { spoken_ref, shown })
}

/// Reads the complete list of an inquiry. One wrong payment spoils the list: a part of it would be no complete list.
pub(crate) fn complete(record: Value, reading: &Reading<'_>) -> Result<Readable<CompletePayments>, Refusal> {
    let Value::Record(fields) = record else {
        let text = "Запись не является объектом с полями inquiry и payments".to_owned();
        return Err(Refusal { spoken_ref: String::new(), text });
    };
    let (mut spoken_ref, mut payments, mut faults) = (String::new(), None, Vec::new());
    let mut names = HashSet::new();
    for (name, value) in fields {
        let outcome = match name.as_ref() {
            "inquiry" => text(value, WORD_MAX).map(|text| spoken_ref = text),
            "payments" => listed(value, reading).map(|list| payments = Some(list)),
            _ => Ok(()),
        };
        if let Err(fault) = outcome {
            faults.push(format!("поле {}: {fault}", clean(&name)));
        }
        if !names.insert(name.clone()) {
            faults.push(format!("поле {} указано дважды", clean(&name)));
        }
    }
    let inquiry = OneCRef::parse(&spoken_ref);
    if inquiry.is_none() {
        faults.push("поле inquiry: нужен GUID запроса".to_owned());
    }
    if payments.is_none() && !names.contains("payments") {
        faults.push("нет поля payments: оплат нет — передайте пустой список".to_owned());
    }
    let mut seen = HashSet::new();
    for payment in payments.iter().flatten() {
        if payment.inquiry.is_some_and(|named| Some(named) != inquiry) {
            faults.push(format!("оплата {} относится к другому запросу", payment.onec_ref));
        }
        if !seen.insert(payment.onec_ref) {
            faults.push(format!("оплата {} указана дважды", payment.onec_ref));
        }
    }
    match (inquiry, payments) {
        (Some(inquiry), Some(payments)) if faults.is_empty() => {
            Ok(Readable { spoken_ref, shown: CompletePayments { inquiry, payments } })
        }
        _ => {
            let text = format!("Список оплат не принят: {}.", faults.join("; "));
            Err(Refusal { spoken_ref, text })
        }
    }
}

fn listed(value: Value, reading: &Reading<'_>) -> Result<Vec<ShownPayment>, String> {
    let items = match value {
        Value::Null => Vec::new(),
        Value::Text(text) if text.trim().is_empty() => Vec::new(),
        Value::List(items) if items.len() > PAYMENTS_MAX => {
            return Err(format!("{} оплат, а допустимо {PAYMENTS_MAX}", items.len()));
        }
        Value::List(items) => items,
        _ => return Err("нужен список: в JSON [ … ], в XML элементы <payment>".to_owned()),
    };
    items
        .into_iter()
        .map(|item| {
            let read = payment(item, reading).map_err(|refusal| refusal.text)?.shown;
            match read.amount {
                Some(_) => Ok(read),
                None => Err(format!("оплата {}: не указана сумма (amount)", read.onec_ref)),
            }
        })
        .collect()
}

fn guid(value: Value) -> Result<Option<OneCRef>, String> {
    let word = text(value, WORD_MAX)?;
    let is_nobody = word.chars().all(|letter| matches!(letter, '0' | '-'));
    match OneCRef::parse(&word) {
        Some(onec_ref) => Ok(Some(onec_ref)),
        // The empty reference of 1C.
        None if is_nobody => Ok(None),
        None => Err(format!("«{word}» не GUID запроса в 1С")),
    }
}

fn deal(value: Value) -> Result<Option<i64>, String> {
    let word = match value {
        Value::Number(number) => number.to_string(),
        other => text(other, WORD_MAX)?,
    };
    // 1C writes numbers with groups: «1 024».
    let digits: String = word.chars().filter(|letter| !letter.is_whitespace()).collect();
    match digits.parse::<i64>() {
        _ if digits.is_empty() => Ok(None),
        Ok(0) => Ok(None),
        Ok(deal) if deal > 0 => Ok(Some(deal)),
        _ => Err(format!("«{word}» не номер сделки в Битрикс24")),
    }
}

/// A day; of a moment with an offset the day that it is in the time zone of 1C.
pub(crate) fn date(value: Value, time_zone: &TimeZone) -> Result<Option<Date>, String> {
    let Value::Text(word) = &value else {
        return Ok(moment(value, time_zone)?.map(|at| at.to_zoned_datetime(time_zone.clone()).date()));
    };
    if let Ok(day) = word.trim().parse::<Date>()
        && word.trim().len() == 10
    {
        return Ok(Some(day).filter(|day| day.year() > 1));
    }
    Ok(moment(value, time_zone)?.map(|at| at.to_zoned_datetime(time_zone.clone()).date()))
}

fn amount(value: Value) -> Result<Option<Amount>, String> {
    let word = match value {
        Value::Number(number) => number.to_string(),
        other => text(other, WORD_MAX)?,
    };
    if word.is_empty() {
        return Ok(None);
    }
    word.parse().map(Some).map_err(|error: domain::InvalidAmount| error.to_string())
}

/// Three letters; roubles are also known by what 1C calls them.
fn currency(value: Value) -> Result<String, String> {
    let word = match value {
        Value::Number(number) => number.to_string(),
        other => text(other, WORD_MAX)?,
    };
    let upper = word.trim_end_matches('.').to_uppercase();
    match upper.as_str() {
        "" => Ok(String::new()),
        "РУБ" | "643" | "810" | "RUR" => Ok("RUB".to_owned()),
        code if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => Ok(upper),
        _ => Err(format!("«{word}» не код валюты; нужны три латинские буквы, например RUB")),
    }
}

fn document_kind(value: Value) -> Result<DocumentKind, String> {
    let word = text(value, WORD_MAX)?;
    DocumentKind::parse(&word)
        .ok_or_else(|| format!("вид «{word}» не известен; бывает quotation, contract, invoice"))
}

/// Base64 with or without line breaks and padding; `null` is not spoken of.
fn pdf(value: Value, limit: usize) -> Result<Option<Vec<u8>>, String> {
    let base64 = match value {
        Value::Null => return Ok(None),
        Value::Text(text) => text,
        _ => return Err("нужна строка Base64".to_owned()),
    };
    let mut bytes = base64.into_bytes();
    bytes.retain(|byte| !byte.is_ascii_whitespace());
    if bytes.len() / 4 * 3 > limit + 2 {
        return Err(too_large(limit));
    }
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let content = GeneralPurpose::new(&STANDARD, lenient).decode(&bytes).map_err(|_| {
        "это не Base64; передайте содержимое файла строкой Base64 без префикса data:".to_owned()
    })?;
    drop(bytes);
    prove(&content, limit)?;
    Ok(Some(content))
}

/// Whether it may be a document.
fn prove(content: &[u8], limit: usize) -> Result<(), String> {
    if content.is_empty() {
        return Err("содержимое пусто".to_owned());
    }
    if content.len() > limit {
        return Err(too_large(limit));
    }
    if content.starts_with(PDF_HEAD) { Ok(()) } else { Err(no_pdf()) }
}

/// What is said of a content that is no PDF.
pub(crate) fn no_pdf() -> String {
    "это не PDF: файл должен начинаться с %PDF-. Сохраните печатную форму в формате PDF".to_owned()
}

/// What is said of a content beyond the limit.
pub(crate) fn too_large(limit: usize) -> String {
    format!(
        "файл больше {limit} байт. Уменьшите его (например, разрешение картинок) или увеличьте [onec].document_limit \
         в настройках Парома"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moscow() -> TimeZone {
        TimeZone::get("Europe/Moscow").expect("the bundled database has Moscow")
    }

    #[test]
    fn a_day_is_that_of_1c() {
        let read = |word: &str| date(Value::text(word), &moscow());
        let day = jiff::civil::date(2026, 11, 23);
        for word in ["2026-11-23", "2026-11-23T20:48:00", "2026-11-22T23:30:00Z", "2026-11-23T00:00:00+03:00"]
        {
            assert_eq!(read(word), Ok(Some(day)), "{word}");
        }
        assert_eq!(read("0001-01-01T00:00:00"), Ok(None));
        assert_eq!(read("0001-01-01"), Ok(None));
        assert_eq!(read(""), Ok(None));
        assert!(read("23.11.2026").is_err());
    }

    #[test]
    fn roubles_are_known_by_every_name() {
        for name in ["RUB", "rub", "руб.", "643", "RUR"] {
            assert_eq!(currency(Value::text(name)), Ok("RUB".to_owned()), "{name}");
        }
        assert_eq!(currency(Value::text("usd")), Ok("USD".to_owned()));
        assert!(currency(Value::text("рубли")).is_err());
    }

    #[test]
    fn a_deal_is_a_number_in_any_spelling() {
        assert_eq!(deal(Value::Number(777.into())), Ok(Some(777)));
        assert_eq!(deal(Value::text("1\u{a0}024")), Ok(Some(1024)));
        assert_eq!(deal(Value::Null), Ok(None));
        assert_eq!(deal(Value::text("0")), Ok(None));
        assert!(deal(Value::text("-5")).is_err());
    }

    #[test]
    fn base64_is_taken_with_line_breaks_and_without_padding() {
        let read = |text: &str| pdf(Value::text(text), 100);
        assert_eq!(read("JVBERi0x\r\nLjQK\n"), Ok(Some(b"%PDF-1.4\n".to_vec())));
        assert_eq!(read("JVBERi0xLjQ"), Ok(Some(b"%PDF-1.4".to_vec())));
        assert!(read("").is_err_and(|text| text.contains("пусто")));
        assert!(read("0K3RgtC+").is_err_and(|text| text.contains("не PDF")));
        assert!(read("это").is_err_and(|text| text.contains("Base64")));
        assert!(
            pdf(Value::text("JVBERi0x".repeat(30)), 100).is_err_and(|text| text.contains("document_limit"))
        );
    }
}
