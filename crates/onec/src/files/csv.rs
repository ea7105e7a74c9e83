//! CSV with a header: the names of the contract, or the words that people write into Excel.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord, Trim};

use super::{BadRecord, RECORD_BYTES_MAX};
use crate::source::{Counted, Unreadable};
use crate::value::Value;

/// The rows of a file.
pub(super) struct Table<R: Read> {
    rows: Reader<Counted<BufReader<R>>>,
    columns: Vec<Column>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// A field with one value.
    One(&'static str),
    /// A field with several values in one cell.
    Many(&'static str),
    /// A part of the bank accounts, also with several values in one cell.
    Account(&'static str),
    /// «Вид контрагента», for which people have words of their own.
    Kind,
    /// Something that Parom does not carry.
    Other,
}

/// The columns by the name of the contract, with the other names that are understood, in lower case without «ё».
#[rustfmt::skip]
const COLUMNS: [(&str, Column, &[&str]); 20] = [
    ("ref", Column::One("ref"), &["guid", "ссылка", "уникальный идентификатор", "идентификатор"]),
    ("code", Column::One("code"), &["код"]),
    ("kind", Column::Kind, &["вид", "вид контрагента"]),
    ("name", Column::One("name"), &["наименование", "название", "краткое наименование"]),
    ("full_name", Column::One("full_name"), &["полное наименование", "наименование полное"]),
    ("inn", Column::One("inn"), &["инн"]),
    ("kpp", Column::One("kpp"), &["кпп"]),
    ("ogrn", Column::One("ogrn"), &["огрн"]),
    ("ogrnip", Column::One("ogrnip"), &["огрнип"]),
    ("legal_address", Column::One("legal_address"), &["юридический адрес", "юр. адрес"]),
    ("actual_address", Column::One("actual_address"), &["фактический адрес", "факт. адрес"]),
    ("director", Column::One("director"), &["директор", "руководитель", "фио директора"]),
    ("account_number", Column::Account("number"), &["расчетный счет", "номер счета"]),
    ("bank_name", Column::Account("bank_name"), &["банк", "наименование банка"]),
    ("bik", Column::Account("bik"), &["бик", "бик банка"]),
    ("correspondent_account", Column::Account("correspondent_account"),
        &["корреспондентский счет", "корр. счет", "корр.счет"]),
    ("phones", Column::Many("phones"), &["телефон", "телефоны", "phone"]),
    ("emails", Column::Many("emails"), &["e-mail", "email", "электронная почта", "почта"]),
    ("deleted", Column::One("deleted"), &["пометка удаления"]),
    ("changed_at", Column::One("changed_at"), &["дата изменения"]),
];

impl<R: Read> Table<R> {
    /// Reads the header.
    pub(super) fn open(reader: R) -> Result<Self, Unreadable> {
        let mut source = Counted::new(BufReader::new(reader), RECORD_BYTES_MAX);
        let delimiter = match source.fill_buf() {
            Ok(ahead) => delimiter(ahead),
            Err(error) => return Err(source.unreadable(error.to_string())),
        };
        let mut rows =
            ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(Trim::All).from_reader(source);
        let columns = match rows.headers() {
            Ok(header) => columns(header),
            Err(error) => Err(error.to_string()),
        };
        match columns {
            Ok(columns) => Ok(Self { rows, columns }),
            Err(text) => Err(Unreadable { line: 1, column: 1, text }),
        }
    }

    fn record(&self, row: &StringRecord) -> Result<Value, String> {
        if row.len() != self.columns.len() {
            return Err(format!(
                "в строке {} ячеек, а в заголовке {}; проверьте разделители и кавычки",
                row.len(),
                self.columns.len()
            ));
        }
        let mut fields: Vec<(Cow<'static, str>, Value)> = Vec::new();
        let mut accounts = Accounts::default();
        for (column, cell) in self.columns.iter().zip(row) {
            match column {
                Column::One(name) => fields.push(((*name).into(), Value::text(cell))),
                Column::Kind => fields.push(("kind".into(), Value::text(kind(cell)))),
                Column::Many(name) => {
                    let items = pieces(cell).map(Value::text).collect();
                    fields.push(((*name).into(), Value::List(items)));
                }
                Column::Account(part) => accounts.add(part, cell)?,
                Column::Other => {}
            }
        }
        if let Some(list) = accounts.list() {
            fields.push(("bank_accounts".into(), list));
        }
        Ok(Value::Record(fields))
    }
}

impl<R: Read> Iterator for Table<R> {
    type Item = Result<(u64, Value), BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.get_mut().refill();
        let mut row = StringRecord::new();
        let before = self.rows.position().line();
        match self.rows.read_record(&mut row) {
            Ok(false) => None,
            Ok(true) => {
                let line = row.position().map_or(before, csv::Position::line);
                Some(
                    self.record(&row)
                        .map(|record| (line, record))
                        .map_err(|text| BadRecord::passed(line, text)),
                )
            }
            Err(error) => Some(Err(match error.kind() {
                ErrorKind::Io(cause) => BadRecord::last(before, &cause.to_string()),
                _ => BadRecord::passed(before, error.to_string()),
            })),
        }
    }
}

/// Excel writes `;` where the comma is the decimal sign, and the rest of the world writes `,`.
fn delimiter(ahead: &[u8]) -> u8 {
    let header = ahead.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b'\t', 0), (b',', 0), (b';', 0)];
    for byte in header {
        quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| !quoted && sign == byte) {
            *count += 1;
        }
    }
    // The last of equals wins.
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(b';', |(sign, _)| sign)
}

fn columns(header: &StringRecord) -> Result<Vec<Column>, String> {
    let mut columns = Vec::new();
    for title in header {
        let word = title.to_lowercase().replace('ё', "е");
        let column = COLUMNS
            .iter()
            .find(|(name, _, aliases)| *name == word || aliases.contains(&word.as_str()))
            .map_or(Column::Other, |(_, column, _)| *column);
        if column == Column::Other {
            tracing::warn!(column = title, "The file has a column that Parom does not know");
        } else if columns.contains(&column) {
            return Err(format!("колонка «{title}» есть в заголовке дважды"));
        }
        columns.push(column);
    }
    if !columns.contains(&Column::One("ref")) {
        let text = "в заголовке нет колонки ref с GUID контрагентов 1С; без GUID повторная загрузка не узнает \
                    тех же контрагентов";
        return Err(text.to_owned());
    }
    Ok(columns)
}

/// Several values of one cell stand behind `|` or on lines of their own.
fn pieces(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(['|', '\n']).map(str::trim)
}

/// Words of people for the words of the contract; what is none of them is refused like anywhere else.
fn kind(cell: &str) -> &str {
    match cell.to_lowercase().as_str() {
        "юридическое лицо" | "юр. лицо" | "юрлицо" => "legal",
        "индивидуальный предприниматель" | "ип" => "entrepreneur",
        "нерезидент" => "foreign",
        _ => cell,
    }
}

/// The accounts of one row, gathered column by column.
#[derive(Default)]
struct Accounts {
    spoken_of: bool,
    accounts: Vec<Vec<(Cow<'static, str>, Value)>>,
}

impl Accounts {
    fn add(&mut self, part: &'static str, cell: &str) -> Result<(), String> {
        self.spoken_of = true;
        if cell.is_empty() {
            return Ok(());
        }
        let values: Vec<&str> = pieces(cell).collect();
        if self.accounts.is_empty() {
            self.accounts.resize_with(values.len(), Vec::new);
        } else if self.accounts.len() != values.len() {
            return Err("в колонках банковского счёта разное число значений, разделённых знаком |".to_owned());
        }
        for (account, value) in self.accounts.iter_mut().zip(values) {
            account.push((part.into(), Value::text(value)));
        }
        Ok(())
    }

    /// The first account is the main one: a table has no other way to say it.
    fn list(mut self) -> Option<Value> {
        if let Some(first) = self.accounts.first_mut() {
            first.push(("main".into(), Value::Flag(true)));
        }
        self.spoken_of.then(|| Value::List(self.accounts.into_iter().map(Value::Record).collect()))
    }
}
