//! What 1C shows and asks.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{Method, Uri};
use domain::OneCRef;
use serde::Deserialize;

use crate::body::{Sent, too_many};
use crate::ferry::{Hello, ObjectKind, Promise, Taken, Unavailable};
use crate::payment::PAYMENTS_MAX;
use crate::problem::{Fault, Problem};
use crate::record::{Readable, Refusal};
use crate::router::{App, BASE_PATH, Settings};
use crate::scalar::{clean, text};
use crate::speech::{Answer, at};
use crate::value::Value;
use crate::{counterparty, document, inquiry, payment};

/// Who is there, and what time it is there.
pub(crate) async fn ping(State(app): State<Arc<App>>) -> Answer {
    let [version, time] = who_and_when(&app);
    Answer { root: "ping", value: Value::record([version, time]) }
}

fn who_and_when(app: &App) -> [(&'static str, Value); 2] {
    let time = at(app.clock.now(), &app.settings.time_zone);
    [("version", Value::text(env!("CARGO_PKG_VERSION"))), ("time", Value::Text(time))]
}

/// The adapter introduces itself and hears what it is asked for.
pub(crate) async fn hello(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let hello = read_hello(sent.document("hello")?)?;
    let greeting = app.ferry.hello(hello).await.map_err(|error| unavailable(&error))?;
    let [version, time] = who_and_when(&app);
    let value = Value::record([version, time, ("show_all", Value::Flag(greeting.show_all))]);
    // The root is that of `ping`: the answer is the same document with one field more.
    Ok(Answer { root: "ping", value })
}

/// 1C shows counterparties; what is wrong with one of them does not stop the others. So it is with all calls that
/// show something.
pub(crate) async fn counterparties(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let records =
        sent.records("counterparties", |record| counterparty::read(record, &app.settings.time_zone))?;
    drop(sent);
    hand_over(records, |shown| app.ferry.show(shown)).await
}

/// 1C tells number, date and status of its inquiries.
pub(crate) async fn inquiries(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let records = sent.records("inquiries", |record| inquiry::read(record, &app.settings.time_zone))?;
    drop(sent);
    hand_over(records, |shown| app.ferry.show_inquiries(shown)).await
}

/// 1C shows documents, with their contents or without.
pub(crate) async fn documents(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let Settings { time_zone, document_limit, .. } = &app.settings;
    let records = sent.records("documents", |record| document::read(record, time_zone, *document_limit))?;
    let _place = sent.into_place();
    hand_over(records, |shown| app.ferry.show_documents(shown)).await
}

/// 1C shows payments.
pub(crate) async fn payments(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let records = sent.records("payments", |record| payment::read(record, &app.settings.time_zone))?;
    drop(sent);
    hand_over(records, |shown| app.ferry.show_payments(shown)).await
}

/// 1C shows all payments of inquiries.
pub(crate) async fn complete_payments(State(app): State<Arc<App>>, sent: Sent) -> Result<Answer, Problem> {
    let mut payments = 0;
    let records = sent.records("complete", |record| {
        let list = payment::read_complete(record, &app.settings.time_zone);
        payments += list.as_ref().map_or(0, |list| list.shown.payments.len());
        // What is too much will be refused as a whole, and need not be kept until then.
        if payments > PAYMENTS_MAX { Err(Refusal::default()) } else { list }
    })?;
    drop(sent);
    if payments > PAYMENTS_MAX {
        return Err(too_many(PAYMENTS_MAX, "оплат"));
    }
    hand_over(records, |shown| app.ferry.complete_payments(shown)).await
}

/// Hands over what can be taken, and answers for every record in the order in which 1C sent them.
async fn hand_over<'a, T>(
    records: Vec<Result<Readable<T>, Refusal>>,
    ferry: impl FnOnce(Vec<T>) -> Promise<'a, Vec<Taken>>,
) -> Result<Answer, Problem> {
    let mut shown = Vec::new();
    let mut answers = Vec::with_capacity(records.len());
    for record in records {
        answers.push(match record {
            Ok(readable) => {
                shown.push(readable.shown);
                (readable.spoken_ref, None)
            }
            Err(refusal) => (refusal.spoken_ref, Some(Taken::rejected(refusal.text))),
        });
    }
    let count = shown.len();
    let taken = if shown.is_empty() {
        Vec::new()
    } else {
        ferry(shown).await.map_err(|error| unavailable(&error))?
    };
    if taken.len() != count {
        tracing::error!(count, answers = taken.len(), "The ferry answered for another number of records");
        return Err(Problem::new(
            Fault::Internal,
            "Ответы не сошлись с записями. Повторите запрос; это безвредно.",
        ));
    }
    let mut taken = taken.into_iter();
    let results = answers.into_iter().filter_map(|(spoken_ref, refused)| {
        refused.or_else(|| taken.next()).map(|taken| result(spoken_ref, taken))
    });
    Ok(Answer { root: "results", value: Value::List(results.collect()) })
}

/// What 1C asks about.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default, rename = "ref")]
    spoken_ref: String,
}

/// What Parom knows of one object.
pub(crate) async fn state(
    State(app): State<Arc<App>>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Answer, Problem> {
    let invalid = |detail: String| Problem::new(Fault::Invalid, detail);
    let example = "Пример: /1c/v1/state?kind=counterparty&ref=6f9619ff-8b86-d011-b42d-00cf4fc964ff";
    let Query(asked) = asked.map_err(|_| invalid(format!("Строка запроса не читается. {example}")))?;
    let kind = ObjectKind::ALL.into_iter().find(|kind| kind.as_str() == asked.kind);
    let kind = kind.ok_or_else(|| {
        invalid(format!("Параметр kind должен быть counterparty, inquiry, document или payment. {example}"))
    })?;
    let onec_ref = OneCRef::parse(&asked.spoken_ref);
    let onec_ref = onec_ref.ok_or_else(|| invalid(format!("Параметр ref должен быть GUID. {example}")))?;
    let state = app.ferry.state(kind, onec_ref).await.map_err(|error| unavailable(&error))?;
    let value = Value::record([
        ("kind", Value::text(kind.as_str())),
        ("ref", Value::text(clean(&asked.spoken_ref))),
        ("state", Value::text(state.as_str())),
        ("reason", Value::text(state.reason())),
    ]);
    Ok(Answer { root: "state", value })
}

/// Nothing is served here.
pub(crate) async fn not_found(uri: Uri) -> Problem {
    let detail = format!(
        "Адрес {BASE_PATH}{} не обслуживается этой версией Parom. Сверьтесь с docs/onec-api.md.",
        clean(uri.path())
    );
    Problem::new(Fault::NotFound, detail)
}

/// The address is right, the method is not.
pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    let detail = format!(
        "Метод {method} для адреса {BASE_PATH}{} не обслуживается. Сверьтесь с docs/onec-api.md.",
        clean(uri.path())
    );
    Problem::new(Fault::Method, detail)
}

/// The answer for one record.
pub(crate) fn result(spoken_ref: String, taken: Taken) -> Value {
    Value::record([
        ("ref", Value::Text(spoken_ref)),
        ("status", Value::text(taken.status.as_str())),
        ("message", Value::Text(taken.message)),
    ])
}

pub(crate) fn unavailable(error: &Unavailable) -> Problem {
    tracing::error!(error = %error, "A call of 1C was not served");
    Problem::new(
        Fault::Unavailable,
        "Хранилище Parom сейчас недоступно, записи не приняты. Повторите тот же запрос позже; причина в журнале Parom.",
    )
    .retry_after(RETRY_LATER)
}

/// Seconds after which a store may be back.
const RETRY_LATER: i64 = 30;

/// Longest text in which an adapter introduces itself.
pub(crate) const HELLO_TEXT_MAX: usize = 255;

/// Most names that an adapter may miss.
pub(crate) const HELLO_MISSING_MAX: usize = 500;

fn read_hello(document: Value) -> Result<Hello, Problem> {
    let fields = match document {
        Value::Record(fields) => fields,
        // `<hello/>`: an adapter that says nothing of itself.
        Value::Text(text) if text.trim().is_empty() => Vec::new(),
        Value::Null | Value::Flag(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
            return Err(Problem::new(Fault::Invalid, "Нужен объект с полями adapter, platform и другими."));
        }
    };
    let mut hello = Hello::default();
    for (name, value) in fields {
        let outcome = match name.as_ref() {
            "adapter" => text(value, HELLO_TEXT_MAX).map(|text| hello.adapter = text),
            "platform" => text(value, HELLO_TEXT_MAX).map(|text| hello.platform = text),
            "compatibility_mode" => text(value, HELLO_TEXT_MAX).map(|text| hello.compatibility_mode = text),
            "configuration" => text(value, HELLO_TEXT_MAX).map(|text| hello.configuration = text),
            "configuration_version" => {
                text(value, HELLO_TEXT_MAX).map(|text| hello.configuration_version = text)
            }
            "missing" => missing(value).map(|names| hello.missing = names),
            _ => Ok(()),
        };
        outcome.map_err(|fault| Problem::new(Fault::Invalid, format!("Поле {name}: {fault}.")))?;
    }
    Ok(hello)
}

fn missing(value: Value) -> Result<Vec<String>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
        Value::List(names) if names.len() <= HELLO_MISSING_MAX => {
            names.into_iter().map(|name| text(name, HELLO_TEXT_MAX)).collect()
        }
        _ => Err(format!("нужен список не длиннее {HELLO_MISSING_MAX} имён")),
    }
}
