//! A Parom of a hundred lines, just enough of one to talk to: it reads requests from the socket itself, so that
//! it can cut connections and look at every byte.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use super::deals::Deals;
use super::feed::Feed;

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Friendly,
    /// Takes everything as new every time.
    Forgetful,
    /// Does the work of the first n calls and closes the connection without an answer.
    CutsFirst(usize),
    /// Knows no password.
    Refuses,
    /// 503, always.
    Busy,
    RejectsWithoutInn,
    /// Serves no calls for inquiries, documents and payments.
    Old,
}

#[derive(Default)]
struct Seen {
    known: BTreeMap<String, Value>,
    bodies: Vec<String>,
    heads: Vec<String>,
    chunks: Vec<usize>,
    feed: Feed,
    deals: Deals,
}

pub(super) struct Parom {
    address: std::net::SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Parom {
    pub(super) async fn open(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        // Ends with the runtime of the test.
        TaskTracker::new().spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                answer(socket, mood, &shared).await;
            }
        });
        Self { address, seen }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no test panics under the lock")
    }

    pub(super) fn known(&self) -> BTreeMap<String, Value> {
        self.seen().known.clone()
    }

    pub(super) fn bodies(&self) -> Vec<String> {
        self.seen().bodies.clone()
    }

    pub(super) fn heads(&self) -> Vec<String> {
        self.seen().heads.clone()
    }

    pub(super) fn chunks(&self) -> Vec<usize> {
        self.seen().chunks.clone()
    }

    /// Something waits for 1C.
    pub(super) fn offers(&self, record: Value) {
        self.seen().feed.offer("counterparties", record);
    }

    /// A deal waits for 1C.
    pub(super) fn offers_inquiry(&self, record: Value) {
        self.seen().feed.offer("inquiries", record);
    }

    /// What it knows of deals, and how it is to answer about them.
    pub(super) fn deals<T>(&self, look: impl FnOnce(&mut Deals) -> T) -> T {
        look(&mut self.seen().deals)
    }

    /// Method and address of every request.
    pub(super) fn calls(&self) -> Vec<String> {
        let head = |head: &String| head.lines().next().map(|line| line.replace(" HTTP/1.1", ""));
        self.seen().heads.iter().filter_map(head).collect()
    }

    /// The time has passed for which deliveries without a receipt are held back.
    pub(super) fn redelivers(&self) {
        self.seen().feed.release();
    }

    pub(super) fn wants_all(&self, wants: bool) {
        self.seen().feed.wants_all = wants;
    }

    pub(super) fn answers_polls_with(&self, nonsense: &str) {
        self.seen().feed.nonsense = Some(nonsense.to_owned());
    }

    pub(super) fn receipts(&self) -> Vec<Value> {
        self.seen().feed.receipts.clone()
    }

    pub(super) fn polls(&self) -> usize {
        self.seen().feed.polls
    }
}

/// One request a connection.
async fn answer(mut socket: TcpStream, mood: Mood, seen: &Mutex<Seen>) {
    let Some((head, body)) = read_request(&mut socket).await else { return };
    let (status, answer) = work(&head, &body, mood, &mut seen.lock().expect("no test panics under the lock"));
    let Some(answer) = answer else { return };
    let text = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    );
    let _ = socket.write_all(text.as_bytes()).await;
}

async fn read_request(socket: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = std::str::from_utf8(&bytes[..end]).expect("UTF-8");
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.parse().expect("a number"));
            if bytes.len() >= head.len() + 4 + length {
                return Some((head.to_owned(), bytes[head.len() + 4..].to_vec()));
            }
        }
        let mut more = vec![0; 65_536];
        match socket.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&more[..count]),
        }
    }
}

fn work(head: &str, bytes: &[u8], mood: Mood, seen: &mut Seen) -> (u16, Option<String>) {
    let body = &*String::from_utf8_lossy(bytes);
    seen.bodies.push(body.to_owned());
    seen.heads.push(head.to_owned());
    let old = head.to_lowercase().contains("x-parom-platform");
    if mood == Mood::Refuses {
        let problem =
            json!({"problem": true, "status": 401, "title": "Неверный логин или пароль", "detail": ""});
        return (if old { 200 } else { 401 }, Some(problem.to_string()));
    }
    if mood == Mood::Busy {
        return (503, Some("<html>503</html>".to_owned()));
    }
    let xml = head.contains("application/xml");
    if head.starts_with("POST /1c/v1/hello ") {
        return (200, Some(seen.feed.hello(xml)));
    }
    let (method, path) = head.lines().next().and_then(|line| line.split_once(" /1c/v1/")).expect("a call");
    let path = path.split_whitespace().next().expect("an address");
    let spell = |answers: Vec<Value>| {
        Some(if xml { answers_in_xml(&answers) } else { Value::from(answers).to_string() })
    };
    if method == "GET" && path.starts_with("counterparties?") {
        return (200, Some(seen.feed.poll("counterparties", limit_of(path), xml)));
    }
    let records = || if xml { records_of_xml(body) } else { records_of_json(body) };
    if (method, path) == ("POST", "receipts") {
        let receipts = records();
        seen.deals.note_receipts(&receipts, &seen.feed);
        return (200, spell(seen.feed.take_receipts(receipts)));
    }
    if path != "counterparties" {
        if mood == Mood::Old {
            let problem =
                json!({"problem": true, "status": 404, "title": "Такого адреса нет", "detail": path});
            return (if old { 200 } else { 404 }, Some(problem.to_string()));
        }
        let answer = match (method, path.split(['?', '/']).next()) {
            ("GET", Some("inquiries")) => Some(seen.feed.poll("inquiries", limit_of(path), xml)),
            ("GET", Some("open-inquiries")) => Some(seen.deals.open_page(path, xml)),
            ("PUT", Some("documents")) => spell(vec![seen.deals.take_content(path, head, bytes)]),
            ("POST", _) => spell(seen.deals.take(path, records())),
            other => panic!("the contract has no {other:?}"),
        };
        return (200, answer);
    }
    let records = records();
    seen.chunks.push(records.len());
    let answers: Vec<Value> = records.into_iter().map(|record| take(record, mood, seen)).collect();
    if matches!(mood, Mood::CutsFirst(count) if seen.bodies.len() <= count) {
        return (0, None);
    }
    (200, spell(answers))
}

fn limit_of(path: &str) -> usize {
    let (_, limit) = path.split_once("limit=").expect("a limit");
    limit.parse().expect("a number")
}

fn take(record: Value, mood: Mood, seen: &mut Seen) -> Value {
    let reference = record["ref"].as_str().expect("a `ref`").to_owned();
    if mood == Mood::RejectsWithoutInn && record["inn"] == "" {
        return json!({"ref": reference, "status": "rejected", "message": "нет ИНН"});
    }
    let known = seen.known.get(&reference) == Some(&record) && mood != Mood::Forgetful;
    seen.known.insert(reference.clone(), record);
    json!({"ref": reference, "status": if known { "unchanged" } else { "accepted" }, "message": ""})
}

fn answers_in_xml(answers: &[Value]) -> String {
    let text = |answer: &Value, name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let result = |answer: &Value| {
        let (name, status) =
            (if answer["delivery"].is_null() { "ref" } else { "delivery" }, text(answer, "status"));
        let whose = text(answer, name);
        let message = text(answer, "message");
        format!(
            "<result><{name}>{whose}</{name}><status>{status}</status><message>{message}</message></result>"
        )
    };
    let results = answers.iter().map(result).collect::<Vec<_>>().concat();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><results>{results}</results>")
}

fn records_of_json(body: &str) -> Vec<Value> {
    serde_json::from_str(body.trim_start_matches('\u{feff}')).expect("an array of records")
}

/// The lists of what 1C sends.
const LISTS: [&str; 9] = [
    "counterparties",
    "receipts",
    "bank_accounts",
    "phones",
    "emails",
    "inquiries",
    "documents",
    "payments",
    "complete",
];

/// An element that is still open: its name, its text, its children.
type Element = (String, String, Vec<(String, Value)>);

/// The records of `<counterparties>`, as JSON would have them. Strict: it panics at anything ill-formed.
pub(super) fn records_of_xml(body: &str) -> Vec<Value> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(body.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) => {
                open.push((tag.local_name().into_inner().to_owned(), String::new(), Vec::new()));
            }
            Event::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.1 += text.into_inner().as_ref();
                }
            }
            Event::GeneralRef(reference) => {
                let escaped = format!("&{};", reference.into_inner());
                let plain =
                    quick_xml::escape::unescape(&escaped).expect("an entity of XML itself").into_owned();
                open.last_mut().expect("inside of an element").1 += &plain;
            }
            Event::End(_) => {
                let (name, text, children) = open.pop().expect("opened before");
                let value = value(&name, text, children);
                let Some(parent) = open.last_mut() else {
                    assert!(LISTS.contains(&name.as_str()), "{name}");
                    return value.as_array().expect("a list").clone();
                };
                parent.2.push((name, value));
            }
            Event::Decl(_) => {}
            other => panic!("the contract has no {other:?}"),
        }
    }
}

fn value(name: &str, text: String, children: Vec<(String, Value)>) -> Value {
    match name {
        name if LISTS.contains(&name) => children.into_iter().map(|(_, value)| value).collect(),
        "deal_id" => Value::from(text.parse::<i64>().expect("a number")),
        "deleted" | "main" | "cancelled" => Value::Bool(text.parse().expect("true or false")),
        _ if children.is_empty() => Value::String(text),
        _ => Value::Object(children.into_iter().collect::<Map<_, _>>()),
    }
}
