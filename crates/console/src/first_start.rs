//! The first start: no portal is set yet, so there is nobody to sign in and nothing to show but one form.
//!
//! It is served to this machine alone: requests that name another host are refused, so that no page of a stranger reaches
//! it through the browser of whoever sits here. What it asks for is protected by a code that the process printed when it
//! started; after too many wrong ones it answers nobody.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_extra::extract::Form;
use engine::{Finding, Severity};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use subtle::ConstantTimeEq;
use url::{Host, Url};

/// Longest form: four short texts.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// Wrong codes after which the process has to be started anew.
const WRONG_CODES_MAX: u32 = 10;
/// The page may show itself, and its form may go to itself.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What somebody promises.
pub type Promise<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the binary does for the first start.
pub trait FirstStart: Send + Sync {
    /// Tries the address of a webhook and keeps nothing.
    fn check<'a>(&'a self, webhook: &'a str) -> Promise<'a, Vec<Finding>>;
    /// Writes the settings; the error is for people. The service starts with them afterwards.
    fn save<'a>(&'a self, answers: &'a Answers) -> Promise<'a, Result<(), String>>;
}

/// What a person typed. Never shown in logs.
#[derive(Deserialize)]
pub struct Answers {
    /// The code that the process printed.
    code: String,
    /// The incoming webhook.
    pub webhook_url: String,
    /// With what 1C comes.
    pub onec_login: String,
    /// And its password.
    pub onec_password: String,
    /// What the button says: try, or save.
    #[serde(default)]
    deed: String,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

#[derive(Clone)]
struct Door {
    first: Arc<dyn FirstStart>,
    code: Arc<str>,
    wrong: Arc<AtomicU32>,
}

/// The only page there is before the settings are written. `code` is what the process printed.
pub fn first_start(first: Arc<dyn FirstStart>, code: &str) -> Router {
    let door = Door { first, code: code.into(), wrong: Arc::default() };
    Router::new()
        .route("/", get(ask).post(take))
        .with_state(door)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(only_this_machine))
}

async fn ask() -> Markup {
    page(&form("", "1c"))
}

async fn take(State(door): State<Door>, Form(answers): Form<Answers>) -> Response {
    if door.wrong.load(Ordering::Relaxed) >= WRONG_CODES_MAX {
        let text = "Слишком много неверных кодов. Перезапустите Паром: он напечатает новый код.";
        return (StatusCode::TOO_MANY_REQUESTS, page(&told(text))).into_response();
    }
    let is_right: bool = answers.code.trim().as_bytes().ct_eq(door.code.as_bytes()).into();
    if !is_right {
        door.wrong.fetch_add(1, Ordering::Relaxed);
        let text = "Код не тот. Он напечатан там, где запущен Паром: в окне терминала или в журнале службы.";
        let again = html! { (told(text)) (form("", &answers.onec_login)) };
        return (StatusCode::FORBIDDEN, page(&again)).into_response();
    }
    let findings = door.first.check(&answers.webhook_url).await;
    let is_bad = findings.iter().any(|finding| finding.severity == Severity::Bad);
    let table = found(&findings);
    if answers.deed != "save" || is_bad {
        let status = if is_bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        // Neither the code of the webhook nor a password goes back into a page.
        let again = html! { (table) (form(&answers.code, &answers.onec_login)) };
        return (status, page(&again)).into_response();
    }
    match door.first.save(&answers).await {
        Ok(()) => {
            let body = html! {
                p role="status" { "Настройки записаны, Паром запускается. Через несколько секунд обновите эту страницу." }
                p { "Первого администратора консоли заведёт команда " code { "parom user add" } "." }
                (table)
            };
            page(&body).into_response()
        }
        Err(why) => {
            let again = html! { (told(&why)) (form(&answers.code, &answers.onec_login)) };
            (StatusCode::UNPROCESSABLE_ENTITY, page(&again)).into_response()
        }
    }
}

fn told(text: &str) -> Markup {
    html! { p role="alert" { strong { (text) } } }
}

fn found(findings: &[Finding]) -> Markup {
    html! {
        table {
            caption { "Что найдено в портале" }
            thead { tr { th scope="col" { "" } th scope="col" { "Что проверено" } th scope="col" { "Что найдено" } th scope="col" { "Что сделать" } } }
            tbody {
                @for finding in findings {
                    tr {
                        td { (mark(finding.severity)) } th scope="row" { (finding.subject) }
                        td { (finding.text) } td { (finding.cure) }
                    }
                }
            }
        }
    }
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Good => "хорошо",
        Severity::Warning => "внимание",
        Severity::Bad => "плохо",
    }
}

fn form(code: &str, login: &str) -> Markup {
    html! {
        form method="post" action="/" autocomplete="off" {
            p { label { "Код, который напечатал Паром " input name="code" value=(code) required maxlength="64"; } }
            p { label { "Адрес входящего вебхука " input name="webhook_url" type="password" required size="60" maxlength="500" placeholder="https://портал/rest/1/код/"; } }
            p { label { "Логин для 1С " input name="onec_login" value=(login) required maxlength="100"; } }
            p { label { "Пароль для 1С " input name="onec_password" type="password" required maxlength="200" autocomplete="new-password"; } }
            p {
                button name="deed" value="check" { "Проверить" } " "
                button name="deed" value="save" { "Записать и запустить" }
            }
        }
    }
}

fn page(body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ru" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Первый запуск — Паром" }
            }
            body { main { h1 { "Первый запуск Парома" } (body) } }
        }
    }
}

/// A name that leads here by somebody's trick is not this machine's, and a form of another page is none of ours.
async fn only_this_machine(request: Request, next: Next) -> Response {
    let mut answer = if is_for_this_machine(request.headers()) {
        next.run(request).await
    } else {
        let text =
            "Первый запуск настраивается только с этой машины: откройте http://127.0.0.1 с портом Парома.";
        (StatusCode::FORBIDDEN, page(&told(text))).into_response()
    };
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(here) = text(header::HOST).and_then(|host| Url::parse(&format!("http://{host}/")).ok()) else {
        return false;
    };
    let is_loopback = match here.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    };
    let is_stranger =
        headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
    let is_own = match text(header::ORIGIN) {
        Some(origin) => Url::parse(origin).is_ok_and(|origin| origin.origin() == here.origin()),
        None => !headers.contains_key(header::ORIGIN),
    };
    is_loopback && is_own && !is_stranger
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_let_in(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        is_for_this_machine(&map)
    }

    #[test]
    fn only_this_machine_is_let_in_and_only_from_its_own_page() {
        for host in ["127.0.0.1:8024", "localhost:8024", "[::1]:8024"] {
            assert!(is_let_in(&[("host", host)]), "{host}");
        }
        assert!(is_let_in(&[("host", "127.0.0.1:8024"), ("origin", "http://127.0.0.1:8024")]));
        assert!(!is_let_in(&[]), "nobody says where to");
        assert!(!is_let_in(&[("host", "evil.example:8024")]), "a name that leads here");
        assert!(!is_let_in(&[("host", "127.0.0.1.evil.example")]));
        assert!(!is_let_in(&[("host", "127.0.0.1:8024"), ("origin", "http://evil.example")]));
        assert!(
            !is_let_in(&[("host", "127.0.0.1:8024"), ("origin", "http://127.0.0.1:9000")]),
            "another program"
        );
        assert!(!is_let_in(&[("host", "127.0.0.1:8024"), ("origin", "null")]));
        assert!(!is_let_in(&[("host", "127.0.0.1:8024"), ("sec-fetch-site", "cross-site")]));
    }
}
