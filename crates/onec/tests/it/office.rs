//! A world for the tests: one office with a 1C, a router and a ferry in memory.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{
    Clock, CompletePayments, InquiryOffer, ManualClock, Offer, OneCRef, OpenInquiry, Receipt, ReceiptTaken,
    ShownDocument, ShownInquiry, ShownPayment, SignedDuration, Timestamp,
};
use futures::StreamExt as _;
use jiff::tz::TimeZone;
use onec::{
    Content, Ferry, Greeting, Hello, ObjectKind, ObjectState, Promise, Settings, ShownCounterparty, Taken,
    Unavailable, router,
};
use quick_xml::events::Event;
use serde_json::Value;
use tower::ServiceExt as _;

/// Any GUID.
pub(crate) const REF: &str = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
/// Another one.
pub(crate) const OTHER_REF: &str = "7f9619ff-8b86-d011-b42d-00cf4fc964ff";

pub(crate) const MIB: usize = 1024 * 1024;

/// The longest PDF that the office takes.
pub(crate) const DOCUMENT_LIMIT: usize = 64 * 1024;

pub(crate) fn moscow() -> TimeZone {
    TimeZone::get("Europe/Moscow").expect("the bundled database has Moscow")
}

pub(crate) struct Office {
    pub(crate) ferry: Arc<MemoryFerry>,
    pub(crate) clock: Arc<ManualClock>,
    router: Router,
}

impl Office {
    pub(crate) fn open() -> Self {
        Self::with_body_limit(64 * MIB)
    }

    pub(crate) fn with_body_limit(body_limit: usize) -> Self {
        let ferry = Arc::new(MemoryFerry::default());
        let clock = Arc::new(ManualClock::at("2026-11-23T17:48:00Z".parse().expect("a moment")));
        let settings = Settings {
            login: "1c".to_owned(),
            password: "пароль".into(),
            time_zone: moscow(),
            body_limit,
            document_limit: DOCUMENT_LIMIT,
        };
        let router =
            router(settings, Arc::clone(&ferry) as Arc<dyn Ferry>, Arc::clone(&clock) as Arc<dyn Clock>);
        Self { ferry, clock, router }
    }

    /// For tests that need a real connection.
    pub(crate) fn into_router(self) -> Router {
        self.router
    }

    /// 1C sends a request.
    pub(crate) async fn hears(&self, call: Call) -> Heard {
        let response =
            self.router.clone().oneshot(call.into_request()).await.expect("the router fails no request");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("answers are whole");
        let text = String::from_utf8(body.to_vec()).expect("answers are UTF-8");
        Heard { status: parts.status, headers: parts.headers, text }
    }

    /// 1C shows counterparties as JSON.
    pub(crate) async fn shows(&self, counterparties: &Value) -> Heard {
        self.hears(Call::post("counterparties", counterparties.to_string())).await
    }

    /// 1C shows one counterparty as JSON and must hear that it is wrong.
    pub(crate) async fn is_rejected(&self, counterparty: &Value) -> String {
        self.rejects("counterparties", counterparty).await
    }

    /// 1C sends one record as JSON.
    pub(crate) async fn takes(&self, call: &str, record: &Value) -> Heard {
        self.hears(Call::post(call, Value::Array(vec![record.clone()]).to_string())).await
    }

    /// 1C sends one record as JSON and must hear that it is wrong.
    pub(crate) async fn rejects(&self, call: &str, record: &Value) -> String {
        let heard = self.takes(call, record).await;
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
        let result = &heard.json()[0];
        assert_eq!(result["status"], "rejected", "{result}");
        result["message"].as_str().expect("a message").to_owned()
    }
}

/// A request of 1C, with the right password unless told otherwise.
pub(crate) struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(header::HeaderName, String)>,
    from: Option<IpAddr>,
    body: Body,
}

impl Call {
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: format!("/1c/v1/{path}"),
            headers: vec![(header::AUTHORIZATION, basic("1c", "пароль"))],
            from: None,
            body: Body::empty(),
        }
    }

    pub(crate) fn delete(path: &str) -> Self {
        Self { method: "DELETE", ..Self::get(path) }
    }

    pub(crate) fn post(path: &str, body: impl Into<Body>) -> Self {
        Self { method: "POST", body: body.into(), ..Self::get(path) }
            .with("content-type", "application/json; charset=utf-8")
    }

    pub(crate) fn put(path: &str, body: impl Into<Body>) -> Self {
        Self { method: "PUT", body: body.into(), ..Self::get(path) }.with("content-type", "application/pdf")
    }

    pub(crate) fn xml(path: &str, body: impl Into<Body>) -> Self {
        Self::post(path, body).with("content-type", "application/xml")
    }

    /// As platform 8.2 would call.
    pub(crate) fn on_8_2(self) -> Self {
        self.with("x-parom-platform", "8.2")
    }

    /// Sets a header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((header::HeaderName::from_static(name), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(header, _)| header.as_str() != name);
        self
    }

    pub(crate) fn with_password(self, login: &str, password: &str) -> Self {
        self.with("authorization", &basic(login, password))
    }

    pub(crate) fn from(self, address: &str) -> Self {
        Self { from: Some(address.parse().expect("an address")), ..self }
    }

    fn into_request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(self.body).expect("a request");
        if let Some(address) = self.from {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 50_000)));
        }
        request
    }
}

fn basic(login: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{login}:{password}")))
}

/// What 1C heard.
pub(crate) struct Heard {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The status of every record, in order.
    pub(crate) fn statuses(&self) -> Vec<String> {
        let results = self.json();
        let results = results.as_array().unwrap_or_else(|| panic!("no array: {}", self.text));
        results.iter().map(|result| result["status"].as_str().expect("a status").to_owned()).collect()
    }

    /// Fails unless this is a problem document with this status; gives the end of its `type` and its `detail`.
    pub(crate) fn problem(&self, status: u16) -> (String, String) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(!problem["title"].as_str().expect("a title").is_empty());
        let slug = problem["type"].as_str().and_then(|uri| uri.strip_prefix("urn:parom:problem:"));
        (slug.expect("a type").to_owned(), problem["detail"].as_str().expect("a detail").to_owned())
    }
}

/// Keeps what 1C shows, and refuses on demand.
#[derive(Default)]
pub(crate) struct MemoryFerry {
    pub(crate) offers: Mutex<Vec<Offer>>,
    pub(crate) receipts: Mutex<Vec<Receipt>>,
    pub(crate) inquiry_offers: Mutex<Vec<InquiryOffer>>,
    pub(crate) open_inquiries: Mutex<Vec<OpenInquiry>>,
    pub(crate) inquiries: Mutex<Vec<ShownInquiry>>,
    pub(crate) documents: Mutex<Vec<ShownDocument>>,
    /// What is known of the files of documents, with the number of pieces in which each came.
    contents: Mutex<HashMap<OneCRef, (Vec<u8>, usize)>>,
    pub(crate) payments: Mutex<Vec<ShownPayment>>,
    pub(crate) lists: Mutex<Vec<CompletePayments>>,
    contents_asked: AtomicUsize,
    shown: Mutex<Vec<ShownCounterparty>>,
    hellos: Mutex<Vec<Hello>>,
    seen: Mutex<Vec<Timestamp>>,
    out_of_service: AtomicBool,
    wants_all: AtomicBool,
}

impl MemoryFerry {
    pub(crate) fn goes_out_of_service(&self) {
        self.out_of_service.store(true, Ordering::SeqCst);
    }

    pub(crate) fn wants_all(&self) {
        self.wants_all.store(true, Ordering::SeqCst);
    }

    /// Everything that was taken, in order.
    pub(crate) fn shown(&self) -> Vec<ShownCounterparty> {
        self.shown.lock().expect("no panic").clone()
    }

    /// The only record that was taken.
    pub(crate) fn only(&self) -> ShownCounterparty {
        let shown = self.shown();
        assert_eq!(shown.len(), 1, "{shown:?}");
        shown[0].clone()
    }

    /// The only record of a table.
    pub(crate) fn only_of<T: Clone + std::fmt::Debug>(table: &Mutex<Vec<T>>) -> T {
        let records = table.lock().expect("no panic");
        assert_eq!(records.len(), 1, "{records:?}");
        records[0].clone()
    }

    /// The file of the document [`REF`], if there is one.
    pub(crate) fn file(&self) -> Option<Vec<u8>> {
        self.file_with_pieces().map(|(file, _)| file)
    }

    /// The file of the document [`REF`] and in how many pieces it came.
    pub(crate) fn file_with_pieces(&self) -> Option<(Vec<u8>, usize)> {
        let onec_ref = OneCRef::parse(REF).expect("a GUID");
        self.contents.lock().expect("no panic").get(&onec_ref).cloned()
    }

    /// How many times a content was offered.
    pub(crate) fn contents_asked(&self) -> usize {
        self.contents_asked.load(Ordering::SeqCst)
    }

    pub(crate) fn hellos(&self) -> Vec<Hello> {
        self.hellos.lock().expect("no panic").clone()
    }

    pub(crate) fn seen(&self) -> Vec<Timestamp> {
        self.seen.lock().expect("no panic").clone()
    }

    fn serve<T: Send + 'static>(&self, answer: impl FnOnce() -> T) -> Promise<'_, T> {
        let outcome = if self.out_of_service.load(Ordering::SeqCst) {
            Err(Unavailable::new("disk full"))
        } else {
            Ok(answer())
        };
        Box::pin(std::future::ready(outcome))
    }
}

impl Ferry for MemoryFerry {
    fn show(&self, shown: Vec<ShownCounterparty>) -> Promise<'_, Vec<Taken>> {
        self.serve(|| {
            let mut all = self.shown.lock().expect("no panic");
            let mut taken = Vec::new();
            for record in shown {
                let prints: HashMap<OneCRef, &str> =
                    all.iter().map(|known| (known.onec_ref, known.fingerprint.as_str())).collect();
                let same = prints.get(&record.onec_ref) == Some(&record.fingerprint.as_str());
                taken.push(if same { Taken::unchanged() } else { Taken::accepted() });
                if !same {
                    all.push(record);
                }
            }
            taken
        })
    }

    fn poll(&self, limit: usize) -> Promise<'_, Vec<Offer>> {
        self.serve(|| self.offers.lock().expect("no panic").iter().take(limit).cloned().collect())
    }

    fn receipts(&self, receipts: Vec<Receipt>) -> Promise<'_, Vec<ReceiptTaken>> {
        self.serve(|| {
            let offers = self.offers.lock().expect("no panic");
            let known = |receipt: &Receipt| offers.iter().any(|offer| offer.delivery == receipt.delivery);
            let taken = receipts
                .iter()
                .map(|receipt| if known(receipt) { ReceiptTaken::Settled } else { ReceiptTaken::Unknown })
                .collect();
            self.receipts.lock().expect("no panic").extend(receipts);
            taken
        })
    }

    fn show_inquiries(&self, shown: Vec<ShownInquiry>) -> Promise<'_, Vec<Taken>> {
        self.serve(|| {
            let undated = |shown: &ShownInquiry| ShownInquiry { changed_at: None, ..shown.clone() };
            keep(&self.inquiries, shown, |known, shown| undated(known) == undated(shown))
        })
    }

    fn poll_inquiries(&self, limit: usize) -> Promise<'_, Vec<InquiryOffer>> {
        self.serve(|| self.inquiry_offers.lock().expect("no panic").iter().take(limit).cloned().collect())
    }

    fn open_inquiries(&self, after: i64, limit: usize) -> Promise<'_, Vec<OpenInquiry>> {
        self.serve(|| {
            let open = self.open_inquiries.lock().expect("no panic");
            open.iter().filter(|inquiry| inquiry.deal_id > after).take(limit).copied().collect()
        })
    }

    fn show_documents(&self, shown: Vec<ShownDocument>) -> Promise<'_, Vec<Taken>> {
        self.serve(|| {
            let mut contents = self.contents.lock().expect("no panic");
            let mut taken = Vec::new();
            for document in shown {
                if let Some(content) = &document.content {
                    contents.insert(document.onec_ref, (content.clone(), 1));
                }
                let complete = contents.contains_key(&document.onec_ref);
                taken.push(if complete { Taken::accepted() } else { Taken::awaiting_content() });
                self.documents.lock().expect("no panic").push(document);
            }
            taken
        })
    }

    fn content<'a>(&'a self, onec_ref: OneCRef, mut content: Content<'a>) -> Promise<'a, Taken> {
        self.contents_asked.fetch_add(1, Ordering::SeqCst);
        if self.out_of_service.load(Ordering::SeqCst) {
            return Box::pin(std::future::ready(Err(Unavailable::new("disk full"))));
        }
        Box::pin(async move {
            let shown =
                self.documents.lock().expect("no panic").iter().any(|shown| shown.onec_ref == onec_ref);
            if !shown {
                return Ok(Taken::rejected("Документ ещё не показан."));
            }
            let (mut file, mut pieces) = (Vec::new(), 0);
            while let Some(piece) = content.next().await {
                match piece {
                    Ok(piece) => file.extend_from_slice(&piece),
                    Err(bad) => return Ok(Taken::rejected(bad.to_string())),
                }
                pieces += 1;
            }
            let mut contents = self.contents.lock().expect("no panic");
            let known = contents.insert(onec_ref, (file.clone(), pieces));
            Ok(if known.is_some_and(|(known, _)| known == file) {
                Taken::unchanged()
            } else {
                Taken::accepted()
            })
        })
    }

    fn show_payments(&self, shown: Vec<ShownPayment>) -> Promise<'_, Vec<Taken>> {
        self.serve(|| {
            let undated = |shown: &ShownPayment| ShownPayment { changed_at: None, ..shown.clone() };
            keep(&self.payments, shown, |known, shown| undated(known) == undated(shown))
        })
    }

    fn complete_payments(&self, lists: Vec<CompletePayments>) -> Promise<'_, Vec<Taken>> {
        self.serve(|| keep(&self.lists, lists, |known, list| known == list))
    }

    fn hello(&self, hello: Hello) -> Promise<'_, Greeting> {
        self.serve(|| {
            self.hellos.lock().expect("no panic").push(hello);
            Greeting { show_all: self.wants_all.load(Ordering::SeqCst) }
        })
    }

    fn state(&self, kind: ObjectKind, onec_ref: OneCRef) -> Promise<'_, ObjectState> {
        fn knows<T>(table: &Mutex<Vec<T>>, is_it: impl FnMut(&T) -> bool) -> bool {
            table.lock().expect("no panic").iter().any(is_it)
        }
        self.serve(|| match kind {
            ObjectKind::Counterparty if knows(&self.shown, |known| known.onec_ref == onec_ref) => {
                ObjectState::Parked("Нет ИНН".to_owned())
            }
            ObjectKind::Inquiry if knows(&self.inquiries, |known| known.onec_ref == onec_ref) => {
                ObjectState::Delivered
            }
            ObjectKind::Document if knows(&self.documents, |known| known.onec_ref == onec_ref) => {
                ObjectState::Waiting("Ждёт файл".to_owned())
            }
            ObjectKind::Payment if knows(&self.payments, |known| known.onec_ref == onec_ref) => {
                ObjectState::Waiting(String::new())
            }
            _ => ObjectState::Unknown,
        })
    }

    fn seen(&self, at: Timestamp) {
        self.seen.lock().expect("no panic").push(at);
    }
}

/// Keeps what is not as the newest record that it is `same` as.
fn keep<T>(table: &Mutex<Vec<T>>, shown: Vec<T>, same: impl Fn(&T, &T) -> bool) -> Vec<Taken> {
    let mut table = table.lock().expect("no panic");
    let mut taken = Vec::new();
    for record in shown {
        if table.iter().any(|known| same(known, &record)) {
            taken.push(Taken::unchanged());
        } else {
            taken.push(Taken::accepted());
            table.push(record);
        }
    }
    taken
}

/// Reads an XML answer: an element of elements with one and the same listed name is an array, one with others an object,
/// any other a string.
pub(crate) fn read_xml(text: &str) -> Value {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().expect("an XML") {
            Event::Start(tag) => open.push(Element::named(tag.name().into_inner())),
            Event::Empty(tag) => {
                let element = Element::named(tag.name().into_inner());
                open.last_mut().expect("the document is open").children.push(element.read());
            }
            Event::End(_) => {
                let element = open.pop().expect("an open element");
                open.last_mut().expect("the document is open").children.push(element.read());
            }
            Event::Text(text) => open.last_mut().expect("the document is open").text += &text.xml10_content(),
            Event::GeneralRef(reference) => {
                let letter = match reference.xml10_content().as_ref() {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "apos" => '\'',
                    other => panic!("an entity of its own: {other}"),
                };
                open.last_mut().expect("the document is open").text.push(letter);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let document = open.pop().expect("the document");
    assert_eq!((open.len(), document.children.len()), (0, 1), "one root: {text}");
    document.children.into_iter().map(|(_, root)| root).collect::<Vec<_>>().remove(0)
}

/// An element that is being read.
#[derive(Default)]
struct Element {
    name: String,
    children: Vec<(String, Value)>,
    text: String,
}

impl Element {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn read(self) -> (String, Value) {
        let Self { name, children, text } = self;
        let value = if children.is_empty() {
            Value::String(text)
        } else if children.iter().all(|(name, _)| LISTED.contains(&name.as_str())) {
            Value::Array(children.into_iter().map(|(_, value)| value).collect())
        } else {
            Value::Object(children.into_iter().collect())
        };
        (name, value)
    }
}

/// The elements of the lists of answers.
const LISTED: [&str; 3] = ["inquiry", "product", "result"];

/// The JSON as XML can say it: without numbers, flags and empty lists.
pub(crate) fn as_texts(json: &Value) -> Value {
    match json {
        Value::Array(items) if items.is_empty() => Value::String(String::new()),
        Value::Array(items) => items.iter().map(as_texts).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), as_texts(value))).collect())
        }
        Value::String(text) => Value::String(text.clone()),
        Value::Null => Value::String(String::new()),
        Value::Bool(_) | Value::Number(_) => Value::String(json.to_string()),
    }
}

/// Writes records as XML by the names of the contract.
pub(crate) fn to_xml(name: &str, value: &Value) -> String {
    let element = match name {
        "inquiries" => "inquiry",
        "documents" => "document",
        "payments" => "payment",
        "complete" => "list",
        other => other.trim_end_matches('s'),
    };
    let content = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| to_xml(name, value)).collect(),
        Value::Array(items) => items.iter().map(|item| to_xml(element, item)).collect(),
        Value::String(text) => text.replace('&', "&amp;").replace('<', "&lt;"),
        Value::Null => return format!("<{name} xsi:nil=\"true\"/>"),
        other => other.to_string(),
    };
    format!("<{name}>{content}</{name}>")
}

/// A minute and a second, after which everything about passwords is forgotten.
pub(crate) const MORE_THAN_A_MINUTE: SignedDuration = SignedDuration::from_secs(61);
