//! Files that browsers show or keep: their names, tables written into files of nobody's name, the way out piece by piece.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::sync::OwnedSemaphorePermit;

use crate::failure::Failure;
use crate::sheet::{Sheet, SheetError};
use crate::state::Console;

/// Records of one file. What is more belongs into a filter.
pub(crate) const EXPORT_MAX: usize = 100_000;

/// Bytes that are read from the file and sent at once.
const PIECE_BYTES: usize = 256 * 1024;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For every program.
    Csv,
    /// For Excel.
    Xlsx,
}

impl Kind {
    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A table on its way into a file.
pub(crate) struct Export {
    kind: Kind,
    sheet: Sheet,
    file: File,
    permit: OwnedSemaphorePermit,
}

impl Console {
    /// Begins a table. Few are written at the same time: each reads much.
    pub(crate) fn export(
        &self,
        kind: Kind,
        name: &'static str,
        heads: &'static [&'static str],
    ) -> Result<Export, Failure> {
        let permit = self.exporting().ok_or_else(|| {
            Failure::Busy("сейчас выгружаются другие таблицы; повторите через минуту".to_owned())
        })?;
        let file = tempfile::tempfile().map_err(SheetError::from)?;
        let written = file.try_clone().map_err(SheetError::from)?;
        let sheet = match kind {
            Kind::Csv => Sheet::csv(written, heads)?,
            Kind::Xlsx => Sheet::workbook(written, name, heads)?,
        };
        Ok(Export { kind, sheet, file, permit })
    }
}

impl Export {
    /// One more row, with a cell for every head.
    pub(crate) fn row(&mut self, cells: &[String]) -> Result<(), Failure> {
        Ok(self.sheet.row(cells)?)
    }

    /// Everything is written: sends it under this name.
    pub(crate) async fn send(self, stem: &str) -> Result<Response, Failure> {
        let Self { kind, sheet, mut file, permit } = self;
        let finished = tokio::task::spawn_blocking(move || -> Result<(File, u64), SheetError> {
            sheet.finish()?;
            let length = file.seek(SeekFrom::End(0))?;
            file.seek(SeekFrom::Start(0))?;
            Ok((file, length))
        });
        let (file, length) =
            finished.await.map_err(|error| SheetError::from(std::io::Error::other(error)))??;
        drop(permit);
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
            (header::CONTENT_LENGTH, HeaderValue::from(length)),
            (header::CONTENT_DISPOSITION, disposition("attachment", stem, kind.extension())),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        ];
        Ok((headers, pieces(file)).into_response())
    }
}

fn pieces(file: File) -> Body {
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE_BYTES];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!piece.is_empty()).then_some((piece, file)))
    }))
}

/// `inline` or `attachment`, with a name for old and for new programs.
/// <https://www.rfc-editor.org/rfc/rfc6266#section-4.3>
pub(crate) fn disposition(how: &str, stem: &str, extension: &str) -> HeaderValue {
    let name = safe(stem, extension);
    let plain: String = name.chars().map(|letter| if letter.is_ascii() { letter } else { '_' }).collect();
    let text = format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(&name));
    HeaderValue::try_from(text).expect("only visible ASCII is left")
}

/// The longest name, in characters.
const NAME_MAX: usize = 120;

/// A name that is a name on every system: no folders, no quotes, no letters that nobody sees.
fn safe(stem: &str, extension: &str) -> String {
    let kept = stem.chars().map(|letter| match letter {
        '"' | '\\' | '/' | ':' | '*' | '?' | '<' | '>' | '|' | '%' | ';' => '_',
        letter if letter.is_control() || is_direction(letter) => '_',
        letter => letter,
    });
    let kept: String = kept.take(NAME_MAX).collect();
    let kept = kept.trim_matches(['.', ' ']);
    format!("{}.{extension}", if kept.is_empty() { "document" } else { kept })
}

/// Marks that turn the order of letters around, so that a name seems to end differently.
fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a string takes everything");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_on_every_system() {
        for (stem, expected) in [
            ("Счёт СЧ-0042", "Счёт СЧ-0042.pdf"),
            ("../../etc/passwd", "_.._etc_passwd.pdf"),
            ("a\"; filename=\"b.html", "a__ filename=_b.html.pdf"),
            ("договор\r\nSet-Cookie: x", "договор__Set-Cookie_ x.pdf"),
            ("ТКП \u{202e}fdp.exe", "ТКП _fdp.exe.pdf"),
            (" . ", "document.pdf"),
        ] {
            assert_eq!(safe(stem, "pdf"), expected);
        }
    }

    #[test]
    fn letters_of_every_language_travel_in_a_header() {
        assert_eq!(encoded("Счёт 1.pdf"), "%D0%A1%D1%87%D1%91%D1%82%201.pdf");
    }
}
