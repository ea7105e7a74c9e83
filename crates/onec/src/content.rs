//! The content of a document as a raw body: passed on piece by piece, and proven to be a PDF while it passes.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use domain::OneCRef;
use futures::{StreamExt as _, stream};

use crate::body::{Place, announced, cut_short, discard, turn_away};
use crate::calls::{result, unavailable};
use crate::ferry::{BadContent, Content, Taken};
use crate::format::is_file;
use crate::pdf;
use crate::problem::{Fault, Problem};
use crate::router::{App, BASE_PATH};
use crate::scalar::clean;
use crate::speech::Answer;
use crate::value::Value;

/// Takes the content of a document that 1C has shown before.
pub(crate) async fn content(
    State(app): State<Arc<App>>,
    spoken_ref: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Answer, Problem> {
    let (parts, body) = request.into_parts();
    let mut arriving = Arriving::new(body, app.settings.document_limit);
    let taken = take(&app, spoken_ref, &parts.headers, &mut arriving).await;
    // A caller that is still sending does not hear the answer.
    if arriving.begun {
        discard(&mut arriving.body).await;
    } else {
        turn_away(&parts.headers, &mut arriving.body).await;
    }
    let (spoken_ref, taken) = taken?;
    Ok(Answer { root: "results", value: Value::List(vec![result(spoken_ref, taken)]) })
}

async fn take(
    app: &App,
    spoken_ref: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
    arriving: &mut Arriving,
) -> Result<(String, Taken), Problem> {
    is_file(headers)?;
    let spoken_ref = spoken_ref.map(|Path(spoken_ref)| clean(&spoken_ref)).unwrap_or_default();
    let onec_ref = OneCRef::parse(&spoken_ref).ok_or_else(|| {
        let example = format!("{BASE_PATH}/documents/6f9619ff-8b86-d011-b42d-00cf4fc964ff/content");
        Problem::new(Fault::Invalid, format!("В адресе должен стоять GUID документа. Пример: {example}"))
    })?;
    let refused = |fault: &str| Taken::rejected(format!("Содержимое документа не принято: {fault}."));
    if announced(headers) > arriving.limit {
        return Ok((spoken_ref, refused(&pdf::too_large(arriving.limit))));
    }
    let _place = Place::take(app)?;
    let taken = app.ferry.content(onec_ref, arriving.pieces()).await;
    match &arriving.course {
        Course::Cut => Err(cut_short()),
        Course::Refused(fault) => Ok((spoken_ref, refused(fault))),
        Course::Under | Course::Whole => Ok((spoken_ref, taken.map_err(|error| unavailable(&error))?)),
    }
}

/// A body on its way.
struct Arriving {
    body: BodyDataStream,
    limit: usize,
    /// Whether anything was asked of it.
    begun: bool,
    /// Bytes so far.
    length: usize,
    /// The first ones, as long as they are too few to tell.
    begin: Vec<u8>,
    course: Course,
}

/// How far it has come.
enum Course {
    Under,
    Whole,
    /// Not what may be taken, with what to mend.
    Refused(String),
    /// The connection broke.
    Cut,
}

impl Arriving {
    fn new(body: Body, limit: usize) -> Self {
        let body = body.into_data_stream();
        Self { body, limit, begun: false, length: 0, begin: Vec::new(), course: Course::Under }
    }

    fn pieces(&mut self) -> Content<'_> {
        stream::unfold(self, |arriving| async { arriving.next().await.map(|piece| (piece, arriving)) })
            .boxed()
    }

    async fn next(&mut self) -> Option<Result<Bytes, BadContent>> {
        self.begun = true;
        while matches!(self.course, Course::Under) {
            match self.body.next().await {
                Some(Ok(piece)) => match self.passed(piece) {
                    Ok(None) => {}
                    Ok(Some(piece)) => return Some(Ok(piece)),
                    Err(fault) => return Some(Err(self.refuse(fault))),
                },
                Some(Err(_)) => {
                    self.course = Course::Cut;
                    return Some(Err(BadContent("соединение оборвалось; повторите запрос".to_owned())));
                }
                None if self.length == 0 => return Some(Err(self.refuse(pdf::EMPTY.to_owned()))),
                None if !self.begin.is_empty() => {
                    let fault = pdf::no_pdf(&self.begin);
                    return Some(Err(self.refuse(fault)));
                }
                None => self.course = Course::Whole,
            }
        }
        None
    }

    /// What may be passed on of a piece; nothing as long as nobody can tell what begins here.
    fn passed(&mut self, piece: Bytes) -> Result<Option<Bytes>, String> {
        let proven = self.length >= pdf::MARK.len();
        self.length += piece.len();
        if self.length > self.limit {
            return Err(pdf::too_large(self.limit));
        }
        if proven {
            return Ok(Some(piece));
        }
        let piece = if self.begin.is_empty() {
            piece
        } else {
            self.begin.extend_from_slice(&piece);
            Bytes::from(std::mem::take(&mut self.begin))
        };
        if piece.len() < pdf::MARK.len() {
            self.begin = piece.into();
            Ok(None)
        } else if piece.starts_with(pdf::MARK) {
            Ok(Some(piece))
        } else {
            Err(pdf::no_pdf(&piece))
        }
    }

    fn refuse(&mut self, fault: String) -> BadContent {
        self.course = Course::Refused(fault.clone());
        BadContent(fault)
    }
}
