//! The first start: no portal is set yet, so there is nobody to sign in and nothing to show but one page of few steps.
//!
//! It is served to this machine alone: requests that name another host are refused, so that no page of a stranger reaches
//! it through the browser of whoever sits here. What it asks for is protected by a code that the process printed when it
//! started; after too many wrong ones it answers nobody. The way goes on at `/setup` once the settings are written.

mod door;
mod pages;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::{Form, FormRejection};
use axum_extra::routing::TypedPath;
use engine::{Finding, Severity};
use maud::Markup;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use tokio::time::timeout;
use url::Url;

use crate::assets::{self, AssetFile};
use crate::{logins, passwords};

/// Longest form: a few short texts.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// Wrong codes after which the process has to be started anew.
const WRONG_CODES_MAX: u32 = 10;
/// A portal that takes longer to answer thirty questions is not one that anybody waits for.
const CHECK_MAX: Duration = Duration::from_mins(1);

/// What somebody promises.
pub type Promise<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the binary does for the first start.
pub trait FirstStart: Send + Sync {
    /// Tries the address of a webhook and keeps nothing.
    fn check<'a>(&'a self, webhook: &'a str) -> Promise<'a, Vec<Finding>>;
    /// Whether anybody may use the console already. The error is for people.
    fn has_people(&self) -> Promise<'_, Result<bool, String>>;
    /// Writes the settings, after the administrator where one is given; the error is for people. The service starts with
    /// them afterwards.
    fn save<'a>(&'a self, answers: &'a Answers) -> Promise<'a, Result<(), String>>;
}

/// What shall be written. Never shown in logs.
pub struct Answers {
    /// The incoming webhook.
    pub webhook_url: String,
    /// With what 1C comes.
    pub onec_login: String,
    /// And its password.
    pub onec_password: String,
    /// Whether 1C comes from another machine.
    pub listens_to_network: bool,
    /// Who will use the console, where nobody does yet.
    pub administrator: Option<NewAdministrator>,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

/// The first administrator.
pub struct NewAdministrator {
    /// Checked.
    pub login: String,
    /// For other people.
    pub name: String,
    /// The hash of the password.
    pub password: String,
}

impl std::fmt::Debug for NewAdministrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAdministrator").field("login", &self.login).finish_non_exhaustive()
    }
}

/// What a person typed.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    code: String,
    /// What the button says: try, or save.
    deed: String,
    webhook_url: String,
    onec_login: String,
    onec_password: String,
    onec_elsewhere: String,
    login: String,
    name: String,
    password: String,
}

/// A webhook that was tried and works. It stays in memory until it is written: it never goes back into a page.
struct Tried {
    webhook: String,
    host: String,
    findings: Vec<Finding>,
}

#[derive(Clone)]
struct Desk(Arc<Inner>);

struct Inner {
    first: Arc<dyn FirstStart>,
    code: String,
    wrong: AtomicU32,
    tried: Mutex<Option<Arc<Tried>>>,
    /// Held while the settings are written; `true`: they are.
    written: tokio::sync::Mutex<bool>,
}

/// The only page there is before the settings are written. `code` is what the process printed.
pub fn first_start(first: Arc<dyn FirstStart>, code: &str) -> Router {
    let desk = Desk(Arc::new(Inner {
        first,
        code: code.to_owned(),
        wrong: AtomicU32::new(0),
        tried: Mutex::default(),
        written: tokio::sync::Mutex::new(false),
    }));
    Router::new()
        .route("/", get(ask).post(take))
        .route(AssetFile::PATH, get(assets::file))
        .route("/healthz", get(async || "ok\n"))
        .fallback(not_yet)
        .with_state(desk)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(door::only_this_machine))
}

async fn ask() -> Markup {
    pages::portal("", None)
}

/// Also for 1C, which will come again.
async fn not_yet() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, pages::not_yet()).into_response()
}

async fn take(
    State(desk): State<Desk>,
    headers: HeaderMap,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Ok(Form(typed)) = typed else {
        return said(StatusCode::UNPROCESSABLE_ENTITY, "Форма пришла не целиком: заполните её ещё раз.");
    };
    match desk.admits(&typed.code) {
        Admission::Right => {}
        Admission::Wrong => {
            return said(
                StatusCode::FORBIDDEN,
                "Код не тот. Он напечатан там, где запущен Паром: в окне терминала или в журнале службы.",
            );
        }
        Admission::Closed => {
            return said(
                StatusCode::TOO_MANY_REQUESTS,
                "Слишком много неверных кодов. Перезапустите Паром: он напечатает новый код.",
            );
        }
    }
    if typed.deed == "save" { desk.save(typed, &headers).await } else { desk.check(typed).await }
}

fn said(status: StatusCode, text: &str) -> Response {
    (status, pages::portal("", Some(pages::told(text)))).into_response()
}

enum Admission {
    Right,
    Wrong,
    /// Whoever guesses has had his chance.
    Closed,
}

impl Desk {
    /// Every try counts before it is looked at, so that many at once are no more tries than one by one.
    fn admits(&self, code: &str) -> Admission {
        let taken = self.0.wrong.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |wrong| {
            (wrong < WRONG_CODES_MAX).then_some(wrong + 1)
        });
        if taken.is_err() {
            return Admission::Closed;
        }
        let given = code.trim().to_ascii_uppercase();
        if bool::from(given.as_bytes().ct_eq(self.0.code.as_bytes())) {
            self.0.wrong.fetch_sub(1, Ordering::SeqCst);
            Admission::Right
        } else {
            Admission::Wrong
        }
    }

    fn tried(&self) -> std::sync::MutexGuard<'_, Option<Arc<Tried>>> {
        self.0.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries the webhook that was typed, or the last one again.
    async fn check(&self, typed: Typed) -> Response {
        let before = self.tried().take();
        let webhook = match (typed.webhook_url.trim(), before) {
            ("", Some(before)) => before.webhook.clone(),
            (typed, _) => typed.to_owned(),
        };
        let findings =
            timeout(CHECK_MAX, self.0.first.check(&webhook)).await.unwrap_or_else(|_elapsed| vec![late()]);
        let is_bad = findings.iter().any(|finding| finding.severity == Severity::Bad);
        if is_bad {
            return (
                StatusCode::UNPROCESSABLE_ENTITY,
                pages::portal(&typed.code, Some(pages::found(&findings))),
            )
                .into_response();
        }
        let host =
            Url::parse(&webhook).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let tried = Arc::new(Tried { webhook, host, findings });
        *self.tried() = Some(Arc::clone(&tried));
        self.form(StatusCode::OK, &tried, &typed, None).await
    }

    async fn form(
        &self,
        status: StatusCode,
        tried: &Tried,
        typed: &Typed,
        problem: Option<&str>,
    ) -> Response {
        match self.0.first.has_people().await {
            Ok(has_people) => (status, pages::rest(tried, typed, has_people, problem)).into_response(),
            Err(why) => said(StatusCode::SERVICE_UNAVAILABLE, &why),
        }
    }

    async fn save(&self, typed: Typed, headers: &HeaderMap) -> Response {
        let mut written = self.0.written.lock().await;
        if *written {
            return said(StatusCode::CONFLICT, "Настройки уже записаны: подождите, пока Паром запустится.");
        }
        let tried = self.tried().clone();
        let Some(tried) = tried else {
            return (StatusCode::UNPROCESSABLE_ENTITY, pages::portal(&typed.code, None)).into_response();
        };
        let has_people = match self.0.first.has_people().await {
            Ok(has_people) => has_people,
            Err(why) => return said(StatusCode::SERVICE_UNAVAILABLE, &why),
        };
        let answers = match answers(&tried, &typed, has_people).await {
            Ok(answers) => answers,
            Err(why) => return self.form(StatusCode::UNPROCESSABLE_ENTITY, &tried, &typed, Some(&why)).await,
        };
        if let Err(why) = self.0.first.save(&answers).await {
            return self.form(StatusCode::UNPROCESSABLE_ENTITY, &tried, &typed, Some(&why)).await;
        }
        *written = true;
        let here = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        pages::written(&answers, here, has_people || answers.administrator.is_some()).into_response()
    }
}

/// What was typed, checked; the error is for people.
async fn answers(tried: &Tried, typed: &Typed, has_people: bool) -> Result<Answers, String> {
    let onec_login = typed.onec_login.trim();
    if onec_login.is_empty() || onec_login.contains(':') {
        return Err("Логин для 1С — одно слово без двоеточия, например 1c.".to_owned());
    }
    let onec_password = match typed.onec_password.as_str() {
        "" => passwords::make_up(),
        typed => {
            passwords::check(typed, onec_login).map_err(|error| format!("Пароль для 1С: {error}."))?;
            typed.to_owned()
        }
    };
    Ok(Answers {
        webhook_url: tried.webhook.clone(),
        onec_login: onec_login.to_owned(),
        onec_password,
        listens_to_network: typed.onec_elsewhere == "yes",
        administrator: administrator(typed, has_people).await?,
    })
}

/// Nobody has to be named here: the command line can do it as well.
async fn administrator(typed: &Typed, has_people: bool) -> Result<Option<NewAdministrator>, String> {
    let login = typed.login.trim().to_lowercase();
    if has_people || login.is_empty() && typed.password.is_empty() {
        return Ok(None);
    }
    logins::check(&login).map_err(|error| format!("Администратор: {error}."))?;
    passwords::check(&typed.password, &login).map_err(|error| format!("Администратор: {error}."))?;
    let name = match typed.name.trim() {
        "" => login.clone(),
        name if name.chars().count() > logins::NAME_CHARS_MAX => {
            return Err("Имя администратора слишком длинное.".to_owned());
        }
        name => name.to_owned(),
    };
    let password = typed.password.clone();
    let hash = tokio::task::spawn_blocking(move || passwords::hash(&password)).await;
    let password = hash.map_err(|_| "Пароль не удалось записать: повторите.".to_owned())?;
    Ok(Some(NewAdministrator { login, name, password }))
}

fn late() -> Finding {
    Finding {
        severity: Severity::Bad,
        subject: "Битрикс24",
        text: format!("портал не ответил на вопросы за {} с", CHECK_MAX.as_secs()),
        cure: "Проверьте адрес и связь с порталом и повторите.".to_owned(),
    }
}
