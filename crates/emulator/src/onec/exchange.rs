//! The adapter: calls Parom as the contract says, and again when no answer came.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use domain::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::OneC;
use super::answer::{self, Answer, Problem, Status};
use super::catalog::Element;
use super::money::Kopecks;
use super::wire::{self, Dates, Node};

/// How the adapter that is delivered with Parom introduces itself.
const ADAPTER: &str = "Паром для 1С 1.0.0";
/// The contract takes no more records a call.
pub const CHUNK_MAX: usize = 1000;

/// How often the adapter repeats a call that brought no answer.
const REPEATS_MAX: u32 = 8;
/// How often the adapter of `adapters/1c` makes a call before it leaves the rest to the next exchange. It does not pause.
const ADAPTER_ATTEMPTS: u32 = 3;
/// The first pause before a repeat; each further one is twice as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_millis(200);
/// A call that is not answered by then is lost: «HTTPСоединение» without a timeout waits for ever.
const TIMEOUT: std::time::Duration = std::time::Duration::from_mins(1);

/// Where Parom is and how the adapter speaks to it.
pub struct Connection {
    http: reqwest::Client,
    base_url: String,
    login: String,
    password: String,
    settings: Settings,
    /// Calls made, for those whose answer is lost on the way.
    calls: AtomicU64,
}

/// How the adapter speaks.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "manners have nothing to do with each other")]
pub struct Settings {
    /// JSON or XML.
    pub format: Format,
    /// Records a call, at most [`CHUNK_MAX`].
    pub chunk: usize,
    /// Sends every chunk twice, as an adapter does that crashed before it wrote down the answer.
    pub send_twice: bool,
    /// Platform 8.2: says so in a header and sees neither the status nor the headers of answers.
    pub old_platform: bool,
    /// Begins every body with a byte order mark, as 8.2 always does.
    pub byte_order_mark: bool,
    /// How dates are written.
    pub dates: Dates,
    /// Writes sums as «Строка(Число)» does, `15 000,00` with no-break spaces, dates of documents with their time, and
    /// currencies by the name in the catalog «Валюты», «руб.».
    pub as_1c_prints: bool,
    /// Loses the answer to every n-th call on the way; 0 loses none.
    pub lose_every: u64,
    /// Writes as the modules of `adapters/1c` do: no `changed_at`, sums as «XMLСтрока(Число)», currencies by their digits, the
    /// content of a document by itself (on 8.2 within its record), of a deleted document nothing but that.
    pub as_adapter: bool,
    /// What the adapter looked for in this 1C and did not find, in its own words.
    pub missing: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: Format::Json,
            chunk: 500,
            send_twice: false,
            old_platform: false,
            byte_order_mark: false,
            dates: Dates::Local,
            as_1c_prints: false,
            lose_every: 0,
            as_adapter: false,
            missing: Vec::new(),
        }
    }
}

impl Settings {
    /// As the adapter «Паром» for 1C speaks on platform 8.3: always XML.
    pub fn of_adapter() -> Self {
        Self { format: Format::Xml, as_adapter: true, ..Self::default() }
    }

    /// The same on platform 8.2, which marks every file with a byte order mark.
    #[must_use]
    pub fn on_old_platform(self) -> Self {
        Self { old_platform: true, byte_order_mark: true, ..self }
    }
}

/// The spelling of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `application/json`
    Json,
    /// `application/xml`
    Xml,
}

/// What became of a push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushReport {
    /// Records that Parom answered for.
    pub sent: usize,
    /// Of these: taken, with their content or waiting for it.
    pub accepted: usize,
    /// Of these: known already.
    pub unchanged: usize,
    /// Of these: wrong, with what to mend.
    pub rejected: Vec<Answer>,
    /// HTTP requests, those included whose answer was lost.
    pub requests: usize,
    /// Records of a repeated chunk that Parom took as new a second time: 0, or the contract is broken.
    pub taken_twice: usize,
}

/// Why a call failed for good.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// Parom refused the call as a whole.
    #[error("Parom refused the call with {}: {} {}", .0.status, .0.title, .0.detail)]
    Refused(Problem),
    /// No answer, however often the call was repeated.
    #[error("no answer from Parom after {attempts} attempts: {cause}")]
    Unreachable {
        /// How often the call was made.
        attempts: u32,
        /// What went wrong last.
        cause: String,
    },
    /// An answer that the contract does not know.
    #[error("the answer is not of the contract: {0}")]
    Unexpected(String),
}

impl Connection {
    /// A connection as `settings` say. `base_url` is the address of Parom without a path.
    ///
    /// The process must have installed a `rustls` crypto provider.
    pub fn new(base_url: &str, login: &str, password: &str, settings: Settings) -> Self {
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .no_proxy()
            .build()
            .expect("the options are constants, and the process has a crypto provider");
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self {
            http,
            base_url,
            login: login.to_owned(),
            password: password.to_owned(),
            settings,
            calls: AtomicU64::new(0),
        }
    }
}

/// The login is shown, the password never.
impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("base_url", &self.base_url)
            .field("login", &self.login)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl OneC {
    /// Shows all counterparties, chunk by chunk: the first load.
    pub async fn push_all(&mut self, to: &Connection) -> Result<PushReport, PushError> {
        let mut report = PushReport::default();
        let mut from = 0;
        loop {
            let chunk: Vec<Element> = self.elements_from(from).take(to.chunk()).collect();
            if chunk.is_empty() {
                return Ok(report);
            }
            from += chunk.len();
            self.push_chunk(to, &chunk, &mut report).await?;
        }
    }

    /// Shows what was edited since it was last shown. What fails on the way stays for the next time.
    pub async fn push_changed(&mut self, to: &Connection) -> Result<PushReport, PushError> {
        let mut report = PushReport::default();
        let changed: Vec<Uuid> = self.changed.iter().copied().collect();
        for references in changed.chunks(to.chunk()) {
            let chunk: Vec<Element> =
                references.iter().filter_map(|reference| self.find(*reference)).collect();
            self.push_chunk(to, &chunk, &mut report).await?;
        }
        Ok(report)
    }

    /// Asks whether Parom is there.
    pub async fn ping(&self, to: &Connection) -> Result<Value, PushError> {
        self.call(to, &mut 0, Call::get("/1c/v1/ping".to_owned())).await
    }

    /// Introduces the adapter.
    pub async fn hello(&self, to: &Connection) -> Result<Value, PushError> {
        self.greet(to, &mut 0).await
    }

    pub(super) async fn greet(&self, to: &Connection, requests: &mut usize) -> Result<Value, PushError> {
        // Early builds of 8.2 do not know their compatibility mode.
        let (platform, mode) =
            if to.settings.old_platform { ("8.2.19.130", "") } else { ("8.3.24.1548", "Версия8_2_16") };
        let missing = to.settings.missing.iter().map(|missing| wire::text(missing)).collect();
        let hello = Node::Record(vec![
            ("adapter", wire::text(ADAPTER)),
            ("platform", wire::text(platform)),
            ("compatibility_mode", wire::text(mode)),
            ("configuration", wire::text("Комплексная автоматизация, редакция 1.1")),
            ("configuration_version", wire::text("1.1.115.1")),
            ("missing", Node::List("item", missing)),
        ]);
        self.call(to, requests, to.post("/1c/v1/hello", "hello", &hello)).await
    }

    /// What Parom knows of one counterparty.
    pub async fn state(&self, to: &Connection, reference: Uuid) -> Result<Value, PushError> {
        let path = format!("/1c/v1/state?kind=counterparty&ref={reference}");
        self.call(to, &mut 0, Call::get(path)).await
    }

    async fn push_chunk(
        &mut self,
        to: &Connection,
        chunk: &[Element],
        report: &mut PushReport,
    ) -> Result<(), PushError> {
        let dates = (!to.settings.as_adapter).then_some(&to.settings.dates);
        let records = chunk.iter().map(|element| wire::counterparty(element, &self.banks, dates));
        let records = Node::List("counterparty", records.collect());
        let call = to.post("/1c/v1/counterparties", "counterparties", &records);
        let asked: Vec<Uuid> = chunk.iter().map(|element| element.reference).collect();
        for answer in self.push_records(to, call, &asked, report).await? {
            if answer.status == Status::AwaitingContent {
                return Err(PushError::Unexpected("a counterparty has no content to wait for".to_owned()));
            }
            self.changed.remove(&answer.reference);
            self.answers.insert(answer.reference, answer);
        }
        Ok(())
    }

    /// Sends a call of records, twice if the adapter is like that, and counts what was answered.
    pub(super) async fn push_records(
        &self,
        to: &Connection,
        call: Call,
        asked: &[Uuid],
        report: &mut PushReport,
    ) -> Result<Vec<Answer>, PushError> {
        self.push(to, call, |document| answer::answers(document, asked), report).await
    }

    /// The same with lists that belong to these inquiries.
    pub(super) async fn push_lists(
        &self,
        to: &Connection,
        call: Call,
        owners: &[Uuid],
        report: &mut PushReport,
    ) -> Result<Vec<Answer>, PushError> {
        self.push(to, call, |document| answer::answers_for_lists(document, owners), report).await
    }

    async fn push(
        &self,
        to: &Connection,
        call: Call,
        read: impl Fn(&Value) -> Result<Vec<Answer>, String>,
        report: &mut PushReport,
    ) -> Result<Vec<Answer>, PushError> {
        let document = self.call(to, &mut report.requests, call.clone()).await?;
        let answers = read(&document).map_err(PushError::Unexpected)?;
        if to.settings.send_twice {
            let document = self.call(to, &mut report.requests, call).await?;
            let again = read(&document).map_err(PushError::Unexpected)?;
            report.taken_twice += again.iter().filter(|answer| answer.status == Status::Accepted).count();
        }
        for answer in &answers {
            report.sent += 1;
            match answer.status {
                Status::Accepted | Status::AwaitingContent => report.accepted += 1,
                Status::Unchanged => report.unchanged += 1,
                Status::Rejected => report.rejected.push(answer.clone()),
            }
        }
        Ok(answers)
    }

    /// Makes a call until it is answered. The same bytes go out again: that is what makes a repeat harmless.
    pub(super) async fn call(
        &self,
        to: &Connection,
        requests: &mut usize,
        call: Call,
    ) -> Result<Value, PushError> {
        let mut pause = FIRST_PAUSE;
        let mut attempts = 0;
        loop {
            attempts += 1;
            *requests += 1;
            let lost = to.loses_this_answer();
            let cause = match to.send(&call).await {
                Ok(_) if lost => "the answer was lost on the way".to_owned(),
                Ok(document) => return Ok(document),
                Err(Failure::Lost(cause)) => cause,
                Err(Failure::Refused(problem)) if again_later(problem.status) => problem.title,
                Err(Failure::Refused(problem)) => return Err(PushError::Refused(problem)),
            };
            if to.settings.as_adapter && attempts < ADAPTER_ATTEMPTS {
                continue;
            }
            if to.settings.as_adapter || attempts > REPEATS_MAX {
                return Err(PushError::Unreachable { attempts, cause });
            }
            self.clock.sleep(pause).await;
            pause *= 2;
        }
    }
}

/// A failure that passes by itself.
fn again_later(status: u16) -> bool {
    status == 429 || status >= 500
}

/// A call that may be made again: its bytes are kept.
#[derive(Clone)]
pub(super) struct Call {
    path: String,
    sent: Sent,
}

#[derive(Clone)]
enum Sent {
    Nothing,
    /// A document in the format of the connection.
    Document(Bytes),
    /// A file, by PUT.
    Pdf(Bytes),
}

impl Call {
    pub(super) fn get(path: String) -> Self {
        Self { path, sent: Sent::Nothing }
    }

    /// The content of a document as it is.
    pub(super) fn put_pdf(path: String, pdf: Bytes) -> Self {
        Self { path, sent: Sent::Pdf(pdf) }
    }
}

/// The answer, or `None` from a Parom that does not serve this call yet; the adapter goes on without it.
pub(super) fn if_served<T>(call: &'static str, answer: Result<T, PushError>) -> Result<Option<T>, PushError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(PushError::Refused(problem)) if matches!(problem.status, 404 | 405) => {
            tracing::info!(call, status = problem.status, "this Parom does not serve the call yet");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

pub(super) enum Failure {
    /// Nobody knows whether Parom has done the work.
    Lost(String),
    /// Parom said no.
    Refused(Problem),
}

impl Connection {
    /// Counts a call, and says whether its answer gets lost.
    fn loses_this_answer(&self) -> bool {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        self.settings.lose_every > 0 && calls.is_multiple_of(self.settings.lose_every)
    }

    /// How bodies are spelled.
    pub(super) fn format(&self) -> Format {
        self.settings.format
    }

    /// Records a call.
    pub(super) fn chunk(&self) -> usize {
        self.settings.chunk.clamp(1, CHUNK_MAX)
    }

    /// A POST of this document; in XML its root is called so.
    pub(super) fn post(&self, path: &str, root: &str, node: &Node) -> Call {
        Call { path: path.to_owned(), sent: Sent::Document(self.spell(root, node).into()) }
    }

    /// When something was changed, as this adapter writes it.
    pub(super) fn moment(&self, at: Timestamp) -> Node {
        wire::text(&wire::date(at, &self.settings.dates))
    }

    /// When something was changed, as a field of its record; the adapter does not say it.
    pub(super) fn changed(&self, at: Timestamp) -> Option<(&'static str, Node)> {
        (!self.settings.as_adapter).then(|| ("changed_at", self.moment(at)))
    }

    /// Where the content of so many bytes travels: by itself, or within the record.
    pub(super) fn sends_apart(&self, bytes: usize, apart_from: usize) -> bool {
        if self.settings.as_adapter { !self.settings.old_platform } else { bytes >= apart_from }
    }

    /// Whether nothing is told that goes without saying: the inquiry of a payment in its list, the number of a document
    /// that is deleted.
    pub(super) fn is_terse(&self) -> bool {
        self.settings.as_adapter
    }

    /// «Дата» of a document: a day, or with the time as «XMLСтрока» writes it.
    pub(super) fn day(&self, at: Timestamp) -> String {
        if self.settings.as_1c_prints || self.settings.as_adapter {
            return wire::date(at, &self.settings.dates);
        }
        wire::in_office(at).date().to_string()
    }

    pub(super) fn sum(&self, sum: Kopecks) -> Node {
        wire::text(&match () {
            () if self.settings.as_adapter => sum.as_number(),
            () if self.settings.as_1c_prints => sum.printed(),
            () => sum.to_string(),
        })
    }

    /// A currency by its letters, by its «Наименование», or by its «Код».
    pub(super) fn currency(&self, letters: &str) -> Node {
        wire::text(match letters {
            "RUB" if self.settings.as_adapter => "643",
            "USD" if self.settings.as_adapter => "840",
            "EUR" if self.settings.as_adapter => "978",
            "RUB" if self.settings.as_1c_prints => "руб.",
            letters => letters,
        })
    }

    /// How many calls were made, those included whose answer was lost.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn spell(&self, root: &str, node: &Node) -> String {
        let mut body = String::new();
        if self.settings.byte_order_mark {
            body.push('\u{feff}');
        }
        match self.settings.format {
            Format::Json => node.write_json(&mut body),
            Format::Xml => {
                body += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
                node.write_xml(root, &mut body);
            }
        }
        body
    }

    /// Makes a call once; nobody is there any more to read the answer or to call again.
    pub(super) async fn send_and_die(&self, call: &Call) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let _ = self.send(call).await;
    }

    async fn send(&self, call: &Call) -> Result<Value, Failure> {
        let url = format!("{}{}", self.base_url, call.path);
        let accept = match self.settings.format {
            Format::Json => "application/json",
            Format::Xml => "application/xml",
        };
        let content_type = if self.settings.as_adapter { "application/xml; charset=utf-8" } else { accept };
        let mut request = match &call.sent {
            Sent::Nothing => self.http.get(url),
            Sent::Document(body) => {
                self.http.post(url).header("Content-Type", content_type).body(body.clone())
            }
            Sent::Pdf(body) => {
                self.http.put(url).header("Content-Type", "application/pdf").body(body.clone())
            }
        };
        request = request.basic_auth(&self.login, Some(&self.password)).header("Accept", accept);
        if self.settings.old_platform {
            request = request.header("X-Parom-Platform", "8.2");
        }
        let response = request.send().await.map_err(lost)?;
        let status = response.status();
        let body = response.bytes().await.map_err(lost)?;
        let document = answer::document(&body);
        if self.settings.old_platform {
            let document = document.map_err(Failure::Lost)?;
            return match answer::problem(&document) {
                Some(problem) => Err(Failure::Refused(problem)),
                None => Ok(document),
            };
        }
        if status.is_success() {
            return document.map_err(Failure::Lost);
        }
        let mut problem = document.as_ref().map(answer::problem_fields).unwrap_or_default();
        problem.status = status.as_u16();
        Err(Failure::Refused(problem))
    }
}

fn lost(error: reqwest::Error) -> Failure {
    use std::error::Error as _;
    let error = error.without_url();
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    Failure::Lost(format!("{error}{cause}"))
}
