//! CSV files of a Russian Excel are in windows-1251.

use std::io::{self, BufRead, Read};

/// Whether a file is UTF-8 from end to end. In windows-1251 a Russian text practically never is: its letters
/// would have to stand in pairs of a certain kind throughout.
pub(super) fn is_utf8(reader: &mut impl BufRead) -> io::Result<bool> {
    // The beginning of a character whose rest is in the next piece: at most three bytes.
    let mut pending: Vec<u8> = Vec::new();
    loop {
        let piece = reader.fill_buf()?;
        let length = piece.len();
        if length == 0 {
            return Ok(pending.is_empty());
        }
        pending.extend_from_slice(piece);
        match std::str::from_utf8(&pending) {
            Ok(_) => pending.clear(),
            Err(error) if error.error_len().is_none() => {
                pending.drain(..error.valid_up_to());
            }
            Err(_) => return Ok(false),
        }
        reader.consume(length);
    }
}

/// Reads windows-1251 as UTF-8.
pub(super) struct Decoded<R> {
    inner: R,
    ready: Vec<u8>,
    given: usize,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, ready: Vec::new(), given: 0 }
    }
}

/// Bytes decoded in one go.
const PIECE: usize = 8 * 1024;

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            let mut piece = [0; PIECE];
            let amount = self.inner.read(&mut piece)?;
            let text: String = piece[..amount].iter().copied().map(letter).collect();
            (self.ready, self.given) = (text.into_bytes(), 0);
        }
        let left = &self.ready[self.given..];
        let amount = left.len().min(out.len());
        out[..amount].copy_from_slice(&left[..amount]);
        self.given += amount;
        Ok(amount)
    }
}

/// <https://encoding.spec.whatwg.org/index-windows-1251.txt>
fn letter(byte: u8) -> char {
    match byte {
        0..0x80 => char::from(byte),
        0x80..0xC0 => UPPER_HALF[usize::from(byte - 0x80)],
        0xC0.. => {
            char::from_u32(0x410 + u32::from(byte - 0xC0)).expect("64 letters from «А» on are characters")
        }
    }
}

#[rustfmt::skip]
const UPPER_HALF: [char; 64] = [
    'Ђ', 'Ѓ', '‚', 'ѓ', '„', '…', '†', '‡', '€', '‰', 'Љ', '‹', 'Њ', 'Ќ', 'Ћ', 'Џ',
    'ђ', '‘', '’', '“', '”', '•', '–', '—', '\u{98}', '™', 'љ', '›', 'њ', 'ќ', 'ћ', 'џ',
    '\u{A0}', 'Ў', 'ў', 'Ј', '¤', 'Ґ', '¦', '§', 'Ё', '©', 'Є', '«', '¬', '\u{AD}', '®', 'Ї',
    '°', '±', 'І', 'і', 'ґ', 'µ', '¶', '·', 'ё', '№', 'є', '»', 'ј', 'Ѕ', 'ѕ', 'ї',
];
