//! What a reconciliation found, as rows of a table: the same in the files of the console and of `parom reconcile`.

use engine::Discrepancy;
use jiff::tz::TimeZone;

/// The name of the sheet.
pub const SHEET: &str = "Расхождения";

/// The heads of the columns.
pub const HEADS: &[&str] = &[
    "Что",
    "Как обстоит",
    "Нужен человек",
    "Контрагент",
    "ИНН",
    "Код в 1С",
    "Ссылка в 1С",
    "Компания в Битрикс24",
    "Поле",
    "В 1С",
    "В Битрикс24",
    "Было согласовано",
    "Какое значение останется",
    "Что будет или что сделать",
    "С какого времени",
];

/// A row per field; one row where a side lacks the whole. Moments are those of `zone`.
pub fn rows(discrepancy: &Discrepancy, zone: &TimeZone) -> Vec<[String; 15]> {
    let row = |field: &str, onec: &str, bitrix: &str, base: &str, verdict: &str| {
        [
            discrepancy.kind.title().to_owned(),
            discrepancy.standing.title().to_owned(),
            if discrepancy.needs_person { "да" } else { "нет" }.to_owned(),
            discrepancy.title.clone(),
            discrepancy.inn.clone(),
            discrepancy.onec_code.clone().unwrap_or_default(),
            discrepancy.onec_ref.map(|onec_ref| onec_ref.to_string()).unwrap_or_default(),
            discrepancy.company_id.map(|id| id.to_string()).unwrap_or_default(),
            field.to_owned(),
            onec.to_owned(),
            bitrix.to_owned(),
            base.to_owned(),
            verdict.to_owned(),
            discrepancy.text.clone(),
            discrepancy.since.to_zoned_datetime(zone.clone()).strftime("%d.%m.%Y %H:%M").to_string(),
        ]
    };
    if discrepancy.fields.is_empty() {
        return vec![row("", "", "", "", "")];
    }
    let fields = discrepancy.fields.iter();
    fields
        .map(|field| row(field.field.title(), &field.onec, &field.bitrix, &field.base, &field.verdict))
        .collect()
}
