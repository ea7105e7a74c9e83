//! HTTP as 1C meets it: over real sockets, with what goes wrong on the way.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use crate::halt::{Halt, Outcome};

/// The longest answer that is read.
const ANSWER_MAX: u64 = 64 * 1024 * 1024;

/// What may go wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody listens: nothing was done.
    Refused,
    /// The request was worked off, and the answer never came.
    LostAnswer,
    /// The request was worked off, and half of the answer came.
    CutInHalf,
    /// A proxy answered instead, with a page for people.
    ProxyPage,
    /// The answer is empty.
    Empty,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 5] =
        [Self::Refused, Self::LostAnswer, Self::CutInHalf, Self::ProxyPage, Self::Empty];
}

/// A request.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) timeout: Duration,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

type Meanwhile = Rc<dyn Fn(&str)>;

/// What a session meets on the network.
#[derive(Default)]
pub struct Network {
    faults: VecDeque<(u64, Fault)>,
    is_down: bool,
    requests: Vec<String>,
    meanwhile: Option<Meanwhile>,
}

impl Network {
    /// After so many good requests from now, one meets this.
    pub fn meet(&mut self, after: u64, fault: Fault) {
        let at = u64::try_from(self.requests.len()).unwrap_or(u64::MAX) + after;
        self.faults.push_back((at, fault));
    }

    /// Nobody listens until it is up again.
    pub fn set_down(&mut self, is_down: bool) {
        self.is_down = is_down;
    }

    /// The requests so far: method and path.
    pub fn requests(&self) -> &[String] {
        &self.requests
    }

    /// Is called before every request: what others do meanwhile.
    pub fn meanwhile(&mut self, work: impl Fn(&str) + 'static) {
        self.meanwhile = Some(Rc::new(work));
    }

    pub(crate) fn send(&mut self, request: &Request) -> Outcome<Answer> {
        let told = format!("{} {}", request.method, request.path);
        let number = u64::try_from(self.requests.len()).unwrap_or(u64::MAX);
        self.requests.push(told.clone());
        if let Some(work) = self.meanwhile.clone() {
            work(&told);
        }
        let due = self.faults.iter().position(|(at, _)| *at <= number);
        let fault = due.and_then(|place| self.faults.remove(place)).map(|(_, fault)| fault);
        if self.is_down || fault == Some(Fault::Refused) {
            return Err(broken("Couldn't connect to server"));
        }
        if fault == Some(Fault::ProxyPage) {
            let body = "<html><head><title>Blocked</title></head><body>Access denied<br></body></html>";
            return Ok(Answer { status: 200, headers: Vec::new(), body: body.into() });
        }
        let mut answer = really(request)?;
        match fault {
            Some(Fault::LostAnswer) => return Err(broken("Timeout was reached")),
            Some(Fault::CutInHalf) => answer.body.truncate(answer.body.len() / 2),
            Some(Fault::Empty) => answer.body.clear(),
            _ => {}
        }
        Ok(answer)
    }
}

fn broken(reason: &str) -> Halt {
    Halt::exception(format!("Ошибка работы с Интернет: {reason}"))
}

fn really(request: &Request) -> Outcome<Answer> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(request.timeout))
        .build()
        .into();
    let mut building = ureq::http::Request::builder()
        .method(request.method)
        .uri(format!("http://{}{}", request.host, request.path));
    for (name, value) in &request.headers {
        building = building.header(name, value);
    }
    let wrong = |error: &dyn std::fmt::Display| broken(&error.to_string());
    let sent = match &request.body {
        Some(body) => agent.run(building.body(body.clone()).map_err(|error| wrong(&error))?),
        None => agent.run(building.body(()).map_err(|error| wrong(&error))?),
    };
    let mut response = sent.map_err(|error| wrong(&error))?;
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(ANSWER_MAX).read_to_vec();
    Ok(Answer { status, headers, body: body.map_err(|error| wrong(&error))? })
}
