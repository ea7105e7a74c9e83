//! Bodies: bounded, in UTF-8, read into records.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures::StreamExt as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::format::Format;
use crate::problem::{Fault, Problem};
use crate::router::App;
use crate::source::{BOM, Counted, Unreadable};
use crate::value::Value;
use crate::{json, xml};

/// Records that one call may carry.
pub(crate) const RECORDS_MAX: usize = 1000;

/// Bodies that are held in memory at the same time; one 1C sends one after the other.
pub(crate) const BODIES_AT_ONCE: usize = 4;

/// How much of a body that is too large is read and thrown away, because a client that is still sending
/// does not hear the answer.
const DISCARDED_MAX: usize = 64 * 1024 * 1024;

/// A body that arrived whole and is text.
pub(crate) struct Sent {
    format: Format,
    text: String,
    place: Place,
}

/// The right to hold a body in memory, or to receive one; other calls wait for it.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Place {
    /// Takes one of the places, or says that the caller has to come again.
    pub(crate) fn take(app: &App) -> Result<Self, Problem> {
        let permit = Arc::clone(&app.places).try_acquire_owned().map_err(|_| {
            Problem::new(
                Fault::Busy,
                "Одновременно идёт слишком много запросов с данными. Повторите чуть позже.",
            )
            .retry_after(RETRY_SOON)
        })?;
        Ok(Self { _permit: permit })
    }
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let format = Format::sent(request.headers())?;
        let place = Place::take(app)?;
        let (parts, body) = request.into_parts();
        let bytes = whole(&parts.headers, body, app.settings.body_limit).await?;
        Ok(Self { format, text: text(bytes)?, place })
    }
}

/// Seconds after which a crowd has passed.
const RETRY_SOON: i64 = 5;

impl Sent {
    /// Drops the text; what was made of it is as large, so the place is kept until that has gone, too.
    pub(crate) fn into_place(self) -> Place {
        self.place
    }

    /// The records of the list, each handed over as soon as it is read.
    pub(crate) fn records<T>(&self, list: &str, mut take: impl FnMut(Value) -> T) -> Result<Vec<T>, Problem> {
        let mut taken = Vec::new();
        let mut overflows = false;
        let mut push = |record| {
            overflows = taken.len() == RECORDS_MAX;
            if !overflows {
                taken.push(take(record));
            }
            !overflows
        };
        match self.format {
            Format::Json => json::records(&self.text, &mut push),
            Format::Xml => xml_records(&self.text, list, &mut push),
        }
        .map_err(|error| unreadable(&error))?;
        if overflows {
            return Err(too_many(RECORDS_MAX, "записей"));
        }
        Ok(taken)
    }

    /// The one document with this root.
    pub(crate) fn document(&self, root: &str) -> Result<Value, Problem> {
        match self.format {
            Format::Json => json::document(&self.text),
            Format::Xml => xml::document(&self.text, root),
        }
        .map_err(|error| unreadable(&error))
    }
}

/// More than `limit` of `what` in one call.
pub(crate) fn too_many(limit: usize, what: &str) -> Problem {
    let detail = format!(
        "В одном запросе допустимо не больше {limit} {what}; ничего не принято. Разделите их на несколько запросов."
    );
    Problem::new(Fault::TooManyRecords, detail)
}

fn xml_records(text: &str, list: &str, take: &mut dyn FnMut(Value) -> bool) -> Result<(), Unreadable> {
    let mut records = xml::Records::open(Counted::new(text.as_bytes(), usize::MAX), list)?;
    while let Some((_, record)) = records.next()? {
        if !take(record) {
            break;
        }
    }
    Ok(())
}

fn unreadable(error: &Unreadable) -> Problem {
    Problem::new(Fault::Unreadable, format!("Тело запроса: {error}. Ни одна запись не принята."))
}

async fn whole(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let announced = announced(headers);
    let mut body = body.into_data_stream();
    if announced > limit {
        turn_away(headers, &mut body).await;
        return Err(too_large(limit));
    }
    let mut bytes = Vec::with_capacity(announced.min(TRUSTED_MAX));
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| cut_short())?;
        if bytes.len() + chunk.len() > limit {
            drop(bytes);
            discard(&mut body).await;
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// How much memory is taken on the word of a header, before the bytes are there.
const TRUSTED_MAX: usize = 1024 * 1024;

/// The length that the caller has announced, or 0.
pub(crate) fn announced(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// The caller will be refused before anything of the body was read.
pub(crate) async fn turn_away(headers: &HeaderMap, body: &mut BodyDataStream) {
    // Who waits for «100 Continue» has not begun to send, and hears the answer without a byte on the wire.
    if !headers.contains_key(header::EXPECT) {
        discard(body).await;
    }
}

/// Reads what is left of a body that nobody wants.
pub(crate) async fn discard(body: &mut BodyDataStream) {
    let mut left = DISCARDED_MAX;
    while let Some(Ok(chunk)) = body.next().await {
        match left.checked_sub(chunk.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// Nothing was taken, and the same again will do.
pub(crate) fn cut_short() -> Problem {
    let detail = "Соединение оборвалось до конца тела; ничего не принято. Повторите запрос.";
    Problem::new(Fault::CutShort, detail)
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        Fault::TooLarge,
        format!(
            "Тело запроса больше {limit} байт. Передайте записи несколькими запросами или увеличьте \
                 [server].body_limit."
        ),
    )
}

fn text(mut bytes: Vec<u8>) -> Result<String, Problem> {
    // Blanked rather than cut off, so that the lines of error messages stay those of the sender.
    let preamble = bytes.iter().take_while(|byte| byte.is_ascii_whitespace() || BOM.contains(byte)).count();
    for byte in bytes[..preamble].iter_mut().filter(|byte| BOM.contains(byte)) {
        *byte = b' ';
    }
    if bytes.len() == preamble {
        return Err(Problem::new(Fault::Unreadable, "Тело запроса пусто."));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let guess = guess(error.as_bytes());
        Problem::new(
            Fault::Encoding,
            format!(
                "Кодировка тела не UTF-8 (первый неверный байт по счёту {}){guess}. Передайте тело в UTF-8.",
                at + 1
            ),
        )
    })
}

/// What the bytes may be instead.
fn guess(bytes: &[u8]) -> &'static str {
    let cyrillic = bytes.iter().filter(|byte| **byte >= 0xC0).count();
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        "; похоже на UTF-16"
    } else if cyrillic * 4 >= high * 3 {
        "; похоже на windows-1251"
    } else {
        ""
    }
}
