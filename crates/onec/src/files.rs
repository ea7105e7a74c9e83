//! Counterparties in files: what `parom load` reads. JSON lines, a JSON array, XML or CSV, record by record, so
//! that a file of any size needs the memory of one record.
//!
//! A record that is wrong is reported with its line, and reading goes on.

mod csv;
mod json;
mod windows1251;
mod xml;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::tz::TimeZone;

use crate::counterparty;
use crate::ferry::ShownCounterparty;
use crate::source::Unreadable;
use crate::value::Value;

/// Largest record of a file, in bytes. An unclosed quote or bracket is found after so much.
pub(crate) const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// Opens a file of counterparties; the end of its name says what it is: `.jsonl`, `.ndjson`, `.json`, `.xml` or
/// `.csv`. Dates without an offset are in `time_zone`.
pub fn read_file(path: &Path, time_zone: &TimeZone) -> Result<CounterpartyFile, FileError> {
    let unopened = |source| FileError::Unopened { path: path.to_owned(), source };
    let size = File::open(path).and_then(|file| file.metadata()).map_err(unopened)?.len();
    let open = || File::open(path).map(|file| -> Box<dyn Read + Send> { Box::new(file) });
    read_content(path, size, open, time_zone)
}

/// The same of a content that lies somewhere else: `name` says what it is, `open` reads it from its beginning, more than
/// once if need be.
pub fn read_content(
    name: &Path,
    size: u64,
    open: impl Fn() -> io::Result<Box<dyn Read + Send>>,
    time_zone: &TimeZone,
) -> Result<CounterpartyFile, FileError> {
    let unopened = |source| FileError::Unopened { path: name.to_owned(), source };
    let broken =
        |at: Unreadable| FileError::Unreadable { path: name.to_owned(), line: at.line, text: at.text };
    let read = Arc::new(AtomicU64::new(0));
    let metered = Metered { file: open().map_err(unopened)?, read: Arc::clone(&read) };
    let records: Records = match extension(name).as_str() {
        "jsonl" | "ndjson" => Box::new(json::Lines::new(BufReader::new(metered))),
        "json" => Box::new(json::Array::open(BufReader::new(metered)).map_err(broken)?),
        "xml" => Box::new(xml::List::open(BufReader::new(metered)).map_err(broken)?),
        "csv" => {
            let mut scan = BufReader::new(open().map_err(unopened)?);
            if windows1251::is_utf8(&mut scan).map_err(unopened)? {
                Box::new(csv::Table::open(metered).map_err(broken)?)
            } else {
                Box::new(csv::Table::open(windows1251::Decoded::new(metered)).map_err(broken)?)
            }
        }
        _ => return Err(FileError::Extension { path: name.to_owned() }),
    };
    Ok(CounterpartyFile { records, time_zone: time_zone.clone(), read, size, reading: Reading::GoesOn })
}

/// Whether a file of this name can be one of counterparties.
pub fn is_readable(name: &Path) -> Result<(), FileError> {
    let is_known = ["jsonl", "ndjson", "json", "xml", "csv"].contains(&extension(name).as_str());
    if is_known { Ok(()) } else { Err(FileError::Extension { path: name.to_owned() }) }
}

fn extension(name: &Path) -> String {
    name.extension().and_then(|end| end.to_str()).unwrap_or_default().to_lowercase()
}

/// The counterparties of a file, one by one.
pub struct CounterpartyFile {
    records: Records,
    time_zone: TimeZone,
    read: Arc<AtomicU64>,
    size: u64,
    reading: Reading,
}

/// What every format is read into: the line on which a record begins, and the record.
type Records = Box<dyn Iterator<Item = Result<(u64, Value), BadRecord>> + Send>;

impl CounterpartyFile {
    /// Size of the file in bytes, for a progress bar.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How many of these bytes have been read.
    pub fn position(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl Iterator for CounterpartyFile {
    type Item = Result<ShownCounterparty, BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reading == Reading::Stops {
            return None;
        }
        let record = self.records.next()?.and_then(|(line, record)| {
            counterparty::read(record, &self.time_zone)
                .map(|readable| readable.shown)
                .map_err(|refusal| BadRecord::passed(line, refusal.text))
        });
        if let Err(bad) = &record {
            self.reading = bad.reading;
        }
        Some(record)
    }
}

/// A record of a file that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("строка {line}: {text}")]
pub struct BadRecord {
    /// Where it begins, counted from 1.
    pub line: u64,
    /// What is wrong and what to do, in Russian.
    pub text: String,
    /// Whether the records behind it can be read.
    pub reading: Reading,
}

/// What follows a bad record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The next record.
    GoesOn,
    /// Nothing: from here on the file is not readable, and its rest has not been looked at.
    Stops,
}

impl BadRecord {
    fn passed(line: u64, text: impl Into<String>) -> Self {
        Self { line, text: text.into(), reading: Reading::GoesOn }
    }

    fn last(line: u64, text: &str) -> Self {
        let text = format!("{text}; дальше файл не прочитан");
        Self { line, text, reading: Reading::Stops }
    }
}

/// A file of which nothing can be read. The texts are for people.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not there, or may not be read.
    #[error("не удалось открыть файл {}: {source}", path.display())]
    Unopened {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Its name does not say what it is.
    #[error("формат файла {} не известен: имя должно кончаться на .jsonl, .ndjson, .json, .xml или .csv", path.display())]
    Extension {
        /// Which file.
        path: PathBuf,
    },
    /// Its beginning is not what the format begins with.
    #[error("файл {} не читается, строка {line}: {text}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Where, counted from 1.
        line: u64,
        /// What is wrong.
        text: String,
    },
}

/// A file that tells how far it has been read.
struct Metered {
    file: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Metered {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let amount = self.file.read(out)?;
        self.read.fetch_add(amount as u64, Ordering::Relaxed);
        Ok(amount)
    }
}
