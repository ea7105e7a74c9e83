//! A Parom of a hundred lines, just enough of one to talk to: it reads requests from the socket itself, so that
//! it can cut connections and look at every byte.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

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
}

#[derive(Default)]
struct Seen {
    known: BTreeMap<String, Value>,
    bodies: Vec<String>,
    heads: Vec<String>,
    chunks: Vec<usize>,
    feed: Feed,
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
        self.seen().feed.offer(record);
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

async fn read_request(socket: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.parse().expect("a number"));
            if bytes.len() >= head.len() + 4 + length {
                let body = String::from_utf8(bytes[head.len() + 4..].to_vec()).expect("UTF-8");
                return Some((head.to_owned(), body));
            }
        }
        let mut more = vec![0; 65_536];
        match socket.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&more[..count]),
        }
    }
}

fn work(head: &str, body: &str, mood: Mood, seen: &mut Seen) -> (u16, Option<String>) {
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
    if let Some(rest) = head.strip_prefix("GET /1c/v1/counterparties?limit=") {
        let limit = rest.split_whitespace().next().and_then(|limit| limit.parse().ok());
        return (200, Some(seen.feed.poll(limit.expect("a limit"), xml)));
    }
    let records = if xml { records_of_xml(body) } else { records_of_json(body) };
    if head.starts_with("POST /1c/v1/receipts ") {
        let answers = seen.feed.take_receipts(records);
        return (200, Some(if xml { answers_in_xml(&answers) } else { Value::from(answers).to_string() }));
    }
    seen.chunks.push(records.len());
    let answers: Vec<Value> = records.into_iter().map(|record| take(record, mood, seen)).collect();
    if matches!(mood, Mood::CutsFirst(count) if seen.bodies.len() <= count) {
        return (0, None);
    }
    (200, Some(if xml { answers_in_xml(&answers) } else { Value::from(answers).to_string() }))
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
        format!("<result><{name}>{whose}</{name}><status>{status}</status><message/></result>")
    };
    let results = answers.iter().map(result).collect::<Vec<_>>().concat();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><results>{results}</results>")
}

fn records_of_json(body: &str) -> Vec<Value> {
    serde_json::from_str(body.trim_start_matches('\u{feff}')).expect("an array of records")
}

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
                    assert!(matches!(name.as_str(), "counterparties" | "receipts"), "{name}");
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
        "counterparties" | "receipts" | "bank_accounts" | "phones" | "emails" => {
            children.into_iter().map(|(_, value)| value).collect()
        }
        "deleted" | "main" => Value::Bool(text.parse().expect("true or false")),
        _ if children.is_empty() => Value::String(text),
        _ => Value::Object(children.into_iter().collect::<Map<_, _>>()),
    }
}
