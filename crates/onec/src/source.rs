//! Where in a text the reader stands, and how much of it one record may take.

use std::io::{self, BufRead, Read};

/// A document that cannot be read, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Counted from 1.
    pub(crate) line: u64,
    /// Counted from 1, in characters.
    pub(crate) column: u64,
    /// What is wrong, in Russian.
    pub(crate) text: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "строка {}, столбец {}: {}", self.line, self.column, self.text)
    }
}

/// Counts lines, and stops at the end of an allowance: an unclosed quote must not pull a whole file into memory.
#[derive(Debug)]
pub(crate) struct Counted<R> {
    inner: R,
    line: u64,
    column: u64,
    allowance: usize,
    left: usize,
}

impl<R: BufRead> Counted<R> {
    /// Reads from the first line; `allowance` is in bytes and lasts until the next [`Counted::refill`].
    pub(crate) fn new(inner: R, allowance: usize) -> Self {
        Self { inner, line: 1, column: 1, allowance, left: allowance }
    }

    /// The line that is read next, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// A new record begins.
    pub(crate) fn refill(&mut self) {
        self.left = self.allowance;
    }

    /// What is wrong here.
    pub(crate) fn unreadable(&self, text: impl Into<String>) -> Unreadable {
        Unreadable { line: self.line, column: self.column, text: text.into() }
    }

    /// Leaves out a byte order mark and the empty space that old adapters send before the first character.
    pub(crate) fn skip_preamble(&mut self) -> io::Result<()> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() && !BOM.contains(&byte) {
                break;
            }
            self.consume(1);
        }
        Ok(())
    }

    /// The next byte, which stays where it is.
    pub(crate) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill_buf()?.first().copied())
    }
}

/// UTF-8 may begin with these; none of them begins a JSON or XML document.
pub(crate) const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let ahead = self.inner.fill_buf()?;
        if self.left == 0 && !ahead.is_empty() {
            return Err(io::Error::other("запись слишком велика или не закрыта"));
        }
        Ok(&ahead[..ahead.len().min(self.left)])
    }

    fn consume(&mut self, amount: usize) {
        let ahead = self.inner.fill_buf().unwrap_or_default();
        for byte in &ahead[..amount.min(ahead.len())] {
            match byte {
                b'\n' => (self.line, self.column) = (self.line + 1, 1),
                // The second and later bytes of a character.
                0x80..=0xBF => {}
                _ => self.column += 1,
            }
        }
        self.left = self.left.saturating_sub(amount);
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ahead = self.fill_buf()?;
        let amount = ahead.len().min(out.len());
        out[..amount].copy_from_slice(&ahead[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}
