//! JSON lines, and an array whose elements are cut out one by one.

use std::io::{self, BufRead, Read};

use super::{BadRecord, RECORD_BYTES_MAX};
use crate::json;
use crate::source::{BOM, Counted, Unreadable};
use crate::value::Value;

/// One record a line; empty lines are passed over.
pub(super) struct Lines<R> {
    reader: R,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: 0 }
    }

    /// The next line, or nothing of it when it is too long.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let limit = RECORD_BYTES_MAX as u64 + 1;
        (&mut self.reader).take(limit).read_until(b'\n', &mut bytes)?;
        if bytes.len() <= RECORD_BYTES_MAX || bytes.ends_with(b"\n") {
            return Ok(Some(bytes));
        }
        self.reader.skip_until(b'\n')?;
        Ok(None)
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<(u64, Value), BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.line += 1;
            let bytes = match self.line() {
                Ok(Some(bytes)) if bytes.is_empty() => return None,
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Some(Err(BadRecord::passed(self.line, "строка длиннее 1 МиБ"))),
                Err(error) => return Some(Err(BadRecord::last(self.line, &error.to_string()))),
            };
            let bytes = bytes.strip_prefix(&BOM).unwrap_or(&bytes).trim_ascii();
            if !bytes.is_empty() {
                return Some(record(self.line, bytes));
            }
        }
    }
}

/// `[ {…}, {…} ]` over any number of lines.
pub(super) struct Array<R> {
    source: Counted<R>,
    first: bool,
}

impl<R: BufRead> Array<R> {
    pub(super) fn open(reader: R) -> Result<Self, Unreadable> {
        let mut source = Counted::new(reader, RECORD_BYTES_MAX);
        source.skip_preamble().map_err(|error| source.unreadable(error.to_string()))?;
        match source.peek() {
            Ok(Some(b'[')) => source.consume(1),
            Ok(_) => {
                let text =
                    "ожидался массив [ … ]; если в каждой строке отдельная запись, назовите файл .jsonl";
                return Err(source.unreadable(text));
            }
            Err(error) => return Err(source.unreadable(error.to_string())),
        }
        Ok(Self { source, first: true })
    }

    /// The bytes of the next element with the line on which it begins.
    fn element(&mut self) -> Result<Option<(u64, Vec<u8>)>, Unreadable> {
        self.source.refill();
        match self.skip_space()? {
            b']' => return self.close().map(|()| None),
            b',' if !self.first => {
                self.source.consume(1);
                self.skip_space()?;
            }
            _ if self.first => {}
            _ => return Err(self.source.unreadable("между записями массива ожидалась запятая")),
        }
        self.first = false;
        let line = self.source.line();
        let mut bytes = Vec::new();
        let mut scan = Scan::default();
        loop {
            let byte = self.peek()?;
            if scan.ends_before(byte) {
                return Ok(Some((line, bytes)));
            }
            scan.take(byte);
            bytes.push(byte);
            self.source.consume(1);
        }
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        self.source.consume(1);
        self.source.skip_preamble().map_err(|error| self.source.unreadable(error.to_string()))?;
        match self.source.peek() {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(self.source.unreadable("после массива стоит что-то ещё")),
            Err(error) => Err(self.source.unreadable(error.to_string())),
        }
    }

    fn skip_space(&mut self) -> Result<u8, Unreadable> {
        loop {
            match self.peek()? {
                byte if byte.is_ascii_whitespace() => self.source.consume(1),
                byte => return Ok(byte),
            }
        }
    }

    fn peek(&mut self) -> Result<u8, Unreadable> {
        match self.source.peek() {
            Ok(Some(byte)) => Ok(byte),
            Ok(None) => Err(self.source.unreadable("JSON оборван: массив не закрыт")),
            Err(error) => Err(self.source.unreadable(error.to_string())),
        }
    }
}

impl<R: BufRead> Iterator for Array<R> {
    type Item = Result<(u64, Value), BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.element().transpose()? {
            Ok((line, bytes)) => Some(record(line, bytes.trim_ascii())),
            Err(at) => Some(Err(BadRecord::last(at.line, &at.text))),
        }
    }
}

/// Finds the end of an element without understanding it.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    fn ends_before(&self, byte: u8) -> bool {
        self.depth == 0 && !self.in_text && matches!(byte, b',' | b']')
    }

    fn take(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_text => self.escaped = true,
            b'"' => self.in_text = !self.in_text,
            _ if self.in_text => {}
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

fn record(line: u64, bytes: &[u8]) -> Result<(u64, Value), BadRecord> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| BadRecord::passed(line, "кодировка записи не UTF-8; сохраните файл в UTF-8"))?;
    let value = json::document(text).map_err(|error| BadRecord::passed(line + error.line - 1, error.text))?;
    Ok((line, value))
}
