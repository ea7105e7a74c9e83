//! The PDF of a document, piece by piece as it is kept.

use std::fmt::Write;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use store::{Digest, DocumentRow, Hasher};
use tracing::error;

use super::{File, file_title};
use crate::failure::Failure;
use crate::guard::Viewer;
use crate::state::Console;

/// A PDF may be shown, and what a browser puts around it to show it; nothing in it may run or load.
const POLICY: &str = "default-src 'none'; object-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn file(
    File { onec_ref }: File,
    _viewer: Viewer,
    State(console): State<Console>,
) -> Result<Response, Failure> {
    let row = console.store.document(onec_ref).await?;
    let row = row.ok_or_else(|| Failure::not_found("такого документа Паром не знает"))?;
    let (digest, length) = row
        .content
        .ok_or_else(|| Failure::not_found("файл этого документа 1С ещё не передала; откройте его позже"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, disposition(&row)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, pieces(console, digest, length)).into_response())
}

/// What is left to be sent.
struct Rest {
    console: Console,
    digest: Digest,
    hash: Hasher,
    position: i64,
    left: u64,
}

/// A file that is damaged breaks off before its last piece, so that nobody takes it for a whole one.
fn pieces(console: Console, digest: Digest, length: u64) -> Body {
    let rest = Rest { console, digest, hash: Hasher::default(), position: 0, left: length };
    Body::from_stream(stream::try_unfold(rest, |mut rest| async move {
        if rest.left == 0 {
            return Ok(None);
        }
        let broken = |text: &str| {
            error!(digest = %rest.digest, "A document breaks off: {text}");
            std::io::Error::other(text.to_owned())
        };
        let piece = match rest.console.store.blob_piece(&rest.digest, rest.position).await {
            Ok(Some(piece)) => piece,
            Ok(None) => return Err(broken("the end of the file is missing")),
            Err(error) => return Err(broken(&error.to_string())),
        };
        let Some(left) = rest.left.checked_sub(piece.len() as u64) else {
            return Err(broken("the file is longer than it should be"));
        };
        rest.hash.push(&piece);
        if left == 0 && rest.hash.clone().finish() != rest.digest {
            return Err(broken("the content is not what its digest says"));
        }
        rest.left = left;
        rest.position += 1;
        Ok(Some((piece, rest)))
    }))
}

/// `inline` with a name for old and for new programs.
/// <https://www.rfc-editor.org/rfc/rfc6266#section-4.3>
fn disposition(row: &DocumentRow) -> HeaderValue {
    let name = safe(&file_title(row));
    let plain: String = name.chars().map(|letter| if letter.is_ascii() { letter } else { '_' }).collect();
    let text = format!("inline; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(&name));
    HeaderValue::try_from(text).expect("only visible ASCII is left")
}

/// The longest name, in characters.
const NAME_MAX: usize = 120;

/// A name that is a name on every system: no folders, no quotes, no letters that nobody sees.
fn safe(name: &str) -> String {
    let stem = name.strip_suffix(".pdf").unwrap_or(name);
    let kept = stem.chars().map(|letter| match letter {
        '"' | '\\' | '/' | ':' | '*' | '?' | '<' | '>' | '|' | '%' | ';' => '_',
        letter if letter.is_control() || is_direction(letter) => '_',
        letter => letter,
    });
    let kept: String = kept.take(NAME_MAX).collect();
    let kept = kept.trim_matches(['.', ' ']);
    format!("{}.pdf", if kept.is_empty() { "document" } else { kept })
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
        for (name, expected) in [
            ("Счёт СЧ-0042.pdf", "Счёт СЧ-0042.pdf"),
            ("../../etc/passwd", "_.._etc_passwd.pdf"),
            ("a\"; filename=\"b.html.pdf", "a__ filename=_b.html.pdf"),
            ("договор\r\nSet-Cookie: x.pdf", "договор__Set-Cookie_ x.pdf"),
            ("ТКП \u{202e}fdp.exe", "ТКП _fdp.exe.pdf"),
            (" . ", "document.pdf"),
        ] {
            assert_eq!(safe(name), expected);
        }
    }

    #[test]
    fn letters_of_every_language_travel_in_a_header() {
        assert_eq!(encoded("Счёт 1.pdf"), "%D0%A1%D1%87%D1%91%D1%82%201.pdf");
    }
}
