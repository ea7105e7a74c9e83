//! What a reconciliation tells: a table for people, JSON for programs, files for Excel. Everything but the first few is written as it
//! comes and forgotten.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use anyhow::Context;
use console::discrepancies::{HEADS, SHEET, rows};
use console::sheet::Sheet;
use domain::{OneCRef, Timestamp};
use engine::{AskedToShow, Discrepancy, DiscrepancyKind, Reconciled, Standing};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Args, Portal};
use crate::show::{self, Table, count, moment, number};

/// Rows that are shown on a terminal; all of them are in the files.
const SHOWN_MAX: usize = 30;

/// Everything that is told while it is found.
pub(super) struct Report {
    zone: TimeZone,
    sheets: Vec<Sheet>,
    files: Vec<String>,
    /// Programs get everything; people get the first few.
    for_programs: Option<Stream>,
    first: Vec<[String; 6]>,
    rows: u64,
}

/// What is known at the end.
pub(super) struct Ending {
    pub(super) looked: u64,
    pub(super) figures: BTreeMap<(DiscrepancyKind, Standing), u64>,
    pub(super) asked: Option<AskedToShow>,
    pub(super) portal: Portal,
    pub(super) reconciled: Reconciled,
}

impl Report {
    /// Creates the files, so that a name that cannot be written is told before the work.
    pub(super) fn begin(args: &Args, zone: &TimeZone) -> anyhow::Result<Self> {
        let (mut sheets, mut files) = (Vec::new(), Vec::new());
        if let Some(path) = &args.csv {
            sheets.push(Sheet::csv(create(path)?, HEADS)?);
            files.push(path.display().to_string());
        }
        if let Some(path) = &args.xlsx {
            sheets.push(Sheet::workbook(create(path)?, SHEET, HEADS)?);
            files.push(path.display().to_string());
        }
        let for_programs = args.json.then(Stream::default);
        Ok(Self { zone: zone.clone(), sheets, files, for_programs, first: Vec::new(), rows: 0 })
    }

    /// Tells what a page brought.
    pub(super) fn note(&mut self, found: &[Discrepancy]) -> anyhow::Result<()> {
        for discrepancy in found {
            for cells in rows(discrepancy, &self.zone) {
                for sheet in &mut self.sheets {
                    sheet.row(&cells)?;
                }
                self.rows += 1;
                if self.first.len() < SHOWN_MAX {
                    let [
                        kind,
                        standing,
                        _,
                        title,
                        inn,
                        _,
                        _,
                        _,
                        field,
                        onec,
                        bitrix,
                        _,
                        verdict,
                        text,
                        since,
                    ] = cells;
                    let difference = if field.is_empty() {
                        kind
                    } else {
                        format!("{field}\nв 1С: {onec}\nв Битрикс24: {bitrix}")
                    };
                    let what = if verdict.is_empty() { text } else { verdict };
                    self.first.push([title, inn, difference, standing, what, since]);
                }
            }
            if let Some(stream) = &mut self.for_programs {
                stream.item(&Line::of(discrepancy))?;
            }
        }
        Ok(())
    }

    /// Tells what it came to.
    pub(super) fn finish(mut self, ending: &Ending) -> anyhow::Result<()> {
        for sheet in self.sheets.drain(..) {
            sheet.finish()?;
        }
        match self.for_programs.take() {
            Some(stream) => stream.finish(&Summary::of(ending)),
            None => Ok(show::say(self.told(ending))?),
        }
    }

    fn told(&self, ending: &Ending) -> String {
        let mut parts = vec![format!(
            "Сверено: {}. {}",
            count(ending.looked, ["контрагент", "контрагента", "контрагентов"]),
            portal_in_words(ending.portal, &self.zone)
        )];
        if ending.reconciled.discrepancies == 0 {
            parts.push("Расхождений нет.".to_owned());
        } else {
            let mut table = Table::new(["Расхождения", "Как обстоит", "Всего"]).numbers_in(2);
            for ((kind, standing), found) in &ending.figures {
                table.row([kind.title().to_owned(), standing.title().to_owned(), number(*found)]);
            }
            parts.push(table.to_string());
            parts.push(self.first_ones());
            parts.extend(what_to_do(&ending.reconciled));
        }
        parts.extend(ending.asked.as_ref().map(|asked| asked_in_words(asked, &self.zone)));
        if !self.files.is_empty() {
            parts.push(format!("Все расхождения: {}", self.files.join(", ")));
        }
        parts.join("\n")
    }

    fn first_ones(&self) -> String {
        let mut table =
            Table::new(["Контрагент", "ИНН", "Расхождение", "Как обстоит", "Что будет или что сделать", "С"]);
        for [title, inn, difference, standing, what, since] in &self.first {
            table.row([title, inn, difference, standing, what, since].map(Clone::clone));
        }
        let rest = self.rows.saturating_sub(self.first.len() as u64);
        if rest == 0 {
            return table.to_string();
        }
        let rest = count(rest, ["строка", "строки", "строк"]);
        format!("{table}\nИ ещё {rest}: запишите все ключом --xlsx ФАЙЛ или --csv ФАЙЛ.")
    }
}

fn what_to_do(reconciled: &Reconciled) -> Vec<String> {
    let records = |number| count(number, ["расхождение", "расхождения", "расхождений"]);
    let mut lines = Vec::new();
    if reconciled.healed > 0 {
        lines.push(format!("Отправлено: {}. Передаст работающий parom serve.", records(reconciled.healed)));
    }
    if reconciled.missed > 0 {
        lines.push(format!(
            "Никто не везёт: {}. Отправить: parom reconcile --heal",
            records(reconciled.missed)
        ));
    }
    let waits = reconciled.needs_person.saturating_sub(reconciled.missed);
    if waits > 0 {
        lines.push(format!("Ждут человека: {}; что сделать, сказано у каждого.", records(waits)));
    }
    lines
}

fn portal_in_words(portal: Portal, zone: &TimeZone) -> String {
    match portal {
        Portal::Read => "Портал прочитан целиком только что.".to_owned(),
        Portal::Asked(read) => {
            let known = match read {
                Some(at) => format!("последнее полное чтение портала — {}", moment(at, zone)),
                None => "целиком портал ещё не читался".to_owned(),
            };
            format!(
                "Портал читает не эта команда, а parom serve: полное сравнение заказано, служба начнёт его в ближайшие минуты. \
                 Ниже — то, что известно сейчас; {known}."
            )
        }
    }
}

fn asked_in_words(asked: &AskedToShow, zone: &TimeZone) -> String {
    let AskedToShow { wish, since } = asked;
    let shown = format!("{} из {}", number(since.shown.unsigned_abs()), number(since.known.unsigned_abs()));
    let asked_at = moment(wish.asked_at, zone);
    match (wish.ended_at, wish.told_at) {
        (Some(_), _) if asked.proves_absence() => {
            format!("По просьбе от {asked_at} 1С показала всё, что в ней есть: {shown} известных.")
        }
        (Some(_), _) => format!(
            "На просьбу показать всё от {asked_at} 1С показала только {shown} известных: обработка её не выполнила. \
             Обновите обработку или выгрузите всех контрагентов из неё вручную."
        ),
        (None, Some(_)) => format!("1С показывает всё по просьбе от {asked_at}: уже {shown} известных."),
        (None, None) => "1С попросим показать всё, как только она обратится.".to_owned(),
    }
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("не удалось создать файл {}", path.display()))
}

/// One JSON document, written as it comes.
#[derive(Default)]
struct Stream {
    has_items: bool,
}

impl Stream {
    fn item(&mut self, line: &Line<'_>) -> anyhow::Result<()> {
        let before = if self.has_items { "," } else { "{\"discrepancies\":[\n" };
        self.has_items = true;
        Ok(show::say(format!("{before}{}", serde_json::to_string(line)?))?)
    }

    fn finish(self, summary: &Summary) -> anyhow::Result<()> {
        let before = if self.has_items { "]" } else { "{\"discrepancies\":[]" };
        Ok(show::say(format!("{before},\"summary\":{}}}", serde_json::to_string(summary)?))?)
    }
}

/// A difference for programs.
#[derive(Serialize)]
struct Line<'d> {
    kind: &'static str,
    standing: &'static str,
    needs_person: bool,
    towards: Option<&'static str>,
    reason: Option<&'static str>,
    text: &'d str,
    since: Timestamp,
    counterparty: &'d str,
    inn: &'d str,
    code: Option<&'d str>,
    #[serde(rename = "ref")]
    onec_ref: Option<OneCRef>,
    company_id: Option<i64>,
    fields: Vec<FieldLine<'d>>,
}

#[derive(Serialize)]
struct FieldLine<'d> {
    field: &'static str,
    onec: &'d str,
    bitrix24: &'d str,
    base: &'d str,
    verdict: &'d str,
}

impl<'d> Line<'d> {
    fn of(discrepancy: &'d Discrepancy) -> Self {
        let fields = discrepancy.fields.iter().map(|field| FieldLine {
            field: field.field.as_str(),
            onec: &field.onec,
            bitrix24: &field.bitrix,
            base: &field.base,
            verdict: &field.verdict,
        });
        Self {
            kind: discrepancy.kind.as_str(),
            standing: discrepancy.standing.as_str(),
            needs_person: discrepancy.needs_person,
            towards: discrepancy.towards.map(domain::Side::as_str),
            reason: discrepancy.reason.map(domain::ReasonCode::as_str),
            text: &discrepancy.text,
            since: discrepancy.since,
            counterparty: &discrepancy.title,
            inn: &discrepancy.inn,
            code: discrepancy.onec_code.as_deref(),
            onec_ref: discrepancy.onec_ref,
            company_id: discrepancy.company_id,
            fields: fields.collect(),
        }
    }
}

/// What it came to, for programs.
#[derive(Serialize)]
struct Summary {
    /// Counterparties that were looked at.
    looked: u64,
    /// Whether the portal was read for this.
    portal_read: bool,
    #[serde(flatten)]
    reconciled: Reconciled,
    asked_onec: Option<Asked>,
}

#[derive(Serialize)]
struct Asked {
    at: Timestamp,
    told_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    known: i64,
    shown: i64,
}

impl Summary {
    fn of(ending: &Ending) -> Self {
        let asked = ending.asked.as_ref().map(|AskedToShow { wish, since }| Asked {
            at: wish.asked_at,
            told_at: wish.told_at,
            ended_at: wish.ended_at,
            known: since.known,
            shown: since.shown,
        });
        Self {
            looked: ending.looked,
            portal_read: ending.portal == Portal::Read,
            reconciled: ending.reconciled.clone(),
            asked_onec: asked,
        }
    }
}
