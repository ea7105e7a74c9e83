//! The PDF of a document, piece by piece as it is kept.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use store::{Digest, DocumentRow, Hasher};
use tracing::error;

use super::{File, file_title};
use crate::download::disposition;
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
        (header::CONTENT_DISPOSITION, disposition("inline", &stem(&row), "pdf")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, pieces(console, digest, length)).into_response())
}

/// The name of the file as 1C told it, or that of the document.
fn stem(row: &DocumentRow) -> String {
    let title = file_title(row);
    title.strip_suffix(".pdf").unwrap_or(&title).to_owned()
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
