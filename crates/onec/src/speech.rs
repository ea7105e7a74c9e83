//! The last word: answers and problems become JSON or XML, as the caller wants, and as it can hear them.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use jiff::tz::TimeZone;

use crate::format::{Format, is_blind};
use crate::problem::{Fault, Problem};
use crate::value::Value;
use crate::{json, xml};

/// A good answer. It becomes a document in [`speak`], where the wanted format is known.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The name of the root in XML.
    pub(crate) root: &'static str,
    pub(crate) value: Value,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = StatusCode::OK.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A moment as the contract writes it, to the second.
pub(crate) fn at(moment: Timestamp, time_zone: &TimeZone) -> String {
    moment.to_zoned_datetime(time_zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Writes what the calls behind it have answered.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    let format = Format::wanted(request.headers());
    let blind = is_blind(request.headers());
    // HTTP itself forbids a body here.
    let silent = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    let answer = response.extensions_mut().remove::<Answer>();
    let problem = response.extensions_mut().remove::<Problem>();
    let mut response = match (answer, problem) {
        (Some(answer), _) => spoken(response, format, &answer),
        (None, problem) => {
            let problem = problem.unwrap_or_else(|| unforeseen(response.status()));
            if blind { murmured(response, format, &problem) } else { objected(response, format, &problem) }
        }
    };
    if silent {
        *response.body_mut() = Body::empty();
    }
    response
}

fn spoken(response: Response, format: Format, answer: &Answer) -> Response {
    match format {
        Format::Json => with_body(response, "application/json; charset=utf-8", json::write(&answer.value)),
        Format::Xml => with_body(
            response,
            "application/xml; charset=utf-8",
            xml::write(answer.root, None, &answer.value),
        ),
    }
}

fn objected(mut response: Response, format: Format, problem: &Problem) -> Response {
    *response.status_mut() = problem.fault.status();
    if problem.fault == Fault::Unauthorized {
        let challenge = HeaderValue::from_static("Basic realm=\"Parom\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = problem.retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    match format {
        Format::Json => with_body(response, "application/problem+json", json::write(&problem.value())),
        Format::Xml => {
            let document = xml::write("problem", Some(PROBLEM_NAMESPACE), &problem.value());
            with_body(response, "application/problem+xml", document)
        }
    }
}

/// <https://www.rfc-editor.org/rfc/rfc9457#appendix-B>
const PROBLEM_NAMESPACE: &str = "urn:ietf:rfc:7807";

/// For platform 8.2: the status is 200, the document itself says that it is a problem.
fn murmured(mut response: Response, format: Format, problem: &Problem) -> Response {
    *response.status_mut() = StatusCode::OK;
    match format {
        Format::Json => {
            with_body(response, "application/json; charset=utf-8", json::write(&problem.marked_value()))
        }
        Format::Xml => {
            let document = xml::write("problem", None, &problem.value());
            with_body(response, "application/xml; charset=utf-8", document)
        }
    }
}

fn with_body(mut response: Response, media_type: &'static str, body: String) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.remove(header::CONTENT_LENGTH);
    // What one 1C was told must not be told to another one by a proxy in between.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = body.into();
    response
}

/// What the framework itself answered, without a word of ours.
fn unforeseen(status: StatusCode) -> Problem {
    let fault = Fault::ALL.iter().copied().find(|fault| fault.status() == status).unwrap_or(Fault::Internal);
    Problem::new(fault, "Запрос не обработан. Сверьте его с описанием docs/onec-api.md.")
}
