//! The calls by which 1C tells of inquiries, documents and payments.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header;
use bytes::Bytes;
use domain::OneCRef;
use futures::{Stream, StreamExt as _};

use crate::body::{Sent, discard};
use crate::calls::{result, unavailable};
use crate::counterparty::Refusal;
use crate::ferry::{BadContent, Promise, Taken};
use crate::papers::{self, PDF_HEAD, Readable, Reading};
use crate::problem::{Fault, Problem};
use crate::router::App;
use crate::scalar::clean;
use crate::speech::Answer;
use crate::value::Value;

/// What 1C tells of its inquiries.
pub(crate) async fn inquiries(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let records = sent.records("inquiries", |record| papers::inquiry(record, &reading(&app)))?;
    drop(sent);
    answer(records, |shown| app.ferry.show_inquiries(shown)).await
}

/// Documents, with or without content.
pub(crate) async fn documents(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let records = sent.records("documents", |record| papers::document(record, &reading(&app)))?;
    drop(sent);
    answer(records, |shown| app.ferry.show_documents(shown)).await
}

/// Payments, changes and reversals of them.
pub(crate) async fn payments(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let records = sent.records("payments", |record| papers::payment(record, &reading(&app)))?;
    drop(sent);
    answer(records, |shown| app.ferry.show_payments(shown)).await
}

/// Complete lists of payments.
pub(crate) async fn complete(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let records = sent.records("complete", |record| papers::complete(record, &reading(&app)))?;
    drop(sent);
    answer(records, |shown| app.ferry.complete_payments(shown)).await
}

/// The bytes of a document. Nothing of them is held here but the piece that passes.
pub(crate) async fn content(
    State(app): State<Arc<App>>,
    Path(spoken_ref): Path<String>,
    request: Request,
) -> Result<Answer, Problem> {
    let limit = app.settings.document_limit;
    let taken = match OneCRef::parse(&spoken_ref) {
        None => Taken::rejected(format!("ref «{}» в адресе не GUID документа 1С.", clean(&spoken_ref))),
        Some(_) if announced(&request) > limit => {
            // Who waits for «100 Continue» has not begun to send.
            if !request.headers().contains_key(header::EXPECT) {
                discard(&mut request.into_body().into_data_stream()).await;
            }
            Taken::rejected(whole(&papers::too_large(limit)))
        }
        Some(onec_ref) => {
            let _place = Arc::clone(&app.places)
                .acquire_owned()
                .await
                .map_err(|_| Problem::new(Fault::Busy, "Паром останавливается. Повторите чуть позже."))?;
            let (broken, content) = proven(request.into_body(), limit);
            let taken = app.ferry.content(onec_ref, content).await.map_err(|error| unavailable(&error))?;
            if broken.load(Ordering::Relaxed) {
                return Err(Problem::new(
                    Fault::CutShort,
                    "Соединение оборвалось до конца файла; ничего не принято. Повторите запрос.",
                ));
            }
            taken
        }
    };
    Ok(Answer { root: "results", value: Value::List(vec![result(spoken_ref, taken)]) })
}

fn reading(app: &App) -> Reading<'_> {
    Reading { time_zone: &app.settings.time_zone, document_limit: app.settings.document_limit }
}

fn announced(request: &Request) -> usize {
    let length = request.headers().get(header::CONTENT_LENGTH);
    length.and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0)
}

fn whole(fault: &str) -> String {
    format!("Содержимое документа не принято: {fault}.")
}

/// Whether the connection broke.
type Broken = Arc<AtomicBool>;

/// The body as it comes, until something is wrong with it.
fn proven(body: Body, limit: usize) -> (Broken, crate::ferry::Content<'static>) {
    let broken = Broken::default();
    let pieces =
        Proof { body: body.into_data_stream().boxed(), head: Vec::new(), seen: 0, limit, is_over: false };
    let broke = Arc::clone(&broken);
    let stream = futures::stream::unfold(pieces, move |mut pieces| {
        let broke = Arc::clone(&broke);
        async move {
            let next = pieces.next(&broke).await?;
            Some((next, pieces))
        }
    });
    (broken, stream.boxed())
}

type Pieces = std::pin::Pin<Box<dyn Stream<Item = Result<Bytes, axum::Error>> + Send>>;

struct Proof {
    body: Pieces,
    /// The beginning, until it is long enough to be proven.
    head: Vec<u8>,
    seen: usize,
    limit: usize,
    is_over: bool,
}

impl Proof {
    async fn next(&mut self, broke: &Broken) -> Option<Result<Bytes, BadContent>> {
        if self.is_over {
            return None;
        }
        loop {
            let piece = match self.body.next().await {
                Some(Ok(piece)) => piece,
                Some(Err(_)) => {
                    broke.store(true, Ordering::Relaxed);
                    return Some(self.fail("соединение оборвалось до конца файла").await);
                }
                None if self.seen == 0 => return Some(self.fail("содержимое пусто").await),
                None if self.seen < PDF_HEAD.len() => return Some(self.fail(&papers::no_pdf()).await),
                None => return None,
            };
            self.seen += piece.len();
            if self.seen > self.limit {
                return Some(self.fail(&papers::too_large(self.limit)).await);
            }
            if self.head.len() >= PDF_HEAD.len() {
                return Some(Ok(piece));
            }
            self.head.extend_from_slice(&piece);
            if self.head.len() >= PDF_HEAD.len() {
                if !self.head.starts_with(PDF_HEAD) {
                    return Some(self.fail(&papers::no_pdf()).await);
                }
                return Some(Ok(Bytes::from(self.head.clone())));
            }
        }
    }

    /// A client that is still sending hears the answer only when it has ended.
    async fn fail(&mut self, fault: &str) -> Result<Bytes, BadContent> {
        self.is_over = true;
        discard(&mut self.body).await;
        Err(BadContent(whole(fault)))
    }
}

/// Hands the good records over and answers for all, in their order.
async fn answer<'a, T>(
    records: Vec<Result<Readable<T>, Refusal>>,
    take: impl FnOnce(Vec<T>) -> Promise<'a, Vec<Taken>>,
) -> Result<Answer, Problem> {
    let mut good = Vec::new();
    let spoken: Vec<Result<String, Refusal>> = records
        .into_iter()
        .map(|record| {
            record.map(|Readable { spoken_ref, shown }| {
                good.push(shown);
                spoken_ref
            })
        })
        .collect();
    let count = good.len();
    let taken =
        if good.is_empty() { Vec::new() } else { take(good).await.map_err(|error| unavailable(&error))? };
    if taken.len() != count {
        tracing::error!(count, answers = taken.len(), "The ferry answered for another number of records");
        return Err(Problem::new(
            Fault::Internal,
            "Ответы не сошлись с записями. Повторите запрос; это безвредно.",
        ));
    }
    let mut taken = taken.into_iter();
    let results = spoken.into_iter().filter_map(|spoken| match spoken {
        Ok(spoken_ref) => taken.next().map(|taken| result(spoken_ref, taken)),
        Err(refusal) => Some(result(refusal.spoken_ref, Taken::rejected(refusal.text))),
    });
    Ok(Answer { root: "results", value: Value::List(results.collect()) })
}
