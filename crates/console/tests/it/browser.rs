//! A browser without a screen: keeps cookies, follows redirects, fills in forms, reads texts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use tower::ServiceExt;

/// Keeps what a browser keeps.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    /// Headers of every request, besides the cookies.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) address: SocketAddr,
    pub(crate) host: &'static str,
}

/// An answer that was read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// The same as it came.
    pub(crate) content: Vec<u8>,
}

impl Browser {
    pub(crate) fn new(router: Router) -> Self {
        let address = "192.0.2.7:40000".parse().expect("an address");
        Self { router, cookies: BTreeMap::new(), headers: Vec::new(), address, host: "parom.example.ru" }
    }

    /// Opens an address and goes where it is sent.
    pub(crate) async fn opens(&mut self, path: &str) -> Answer {
        let mut answer = self.asks(Method::GET, path, None).await;
        for _ in 0..5 {
            let Some(to) = answer.redirect() else { break };
            answer = self.asks(Method::GET, &to, None).await;
        }
        answer
    }

    /// Sends a form with the CSRF token of the page that it stands on, and does not follow redirects.
    pub(crate) async fn posts(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.asks(Method::GET, page, None).await.csrf();
        self.posts_with(&token, action, fields).await
    }

    /// The same with a token of one's own.
    pub(crate) async fn posts_with(&mut self, token: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url_form(&[("csrf", token)]);
        if !fields.is_empty() {
            form = format!("{form}&{}", url_form(fields));
        }
        self.asks(Method::POST, action, Some(form)).await
    }

    /// Sends a file with the CSRF token of the page that its form stands on.
    pub(crate) async fn uploads(&mut self, page: &str, action: &str, name: &str, content: &str) -> Answer {
        let token = self.asks(Method::GET, page, None).await.csrf();
        let file = format!("name=\"file\"; filename=\"{name}\"");
        self.sends_parts(action, &[("name=\"csrf\"", &token), (&file, content)]).await
    }

    /// Sends a form of parts, each with what it says of itself and its content.
    pub(crate) async fn sends_parts(&mut self, action: &str, parts: &[(&str, &str)]) -> Answer {
        const MARK: &str = "----parom";
        let part = |(head, content): &(&str, &str)| {
            format!("--{MARK}\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        let body = format!("{}--{MARK}--\r\n", parts.iter().map(part).collect::<String>());
        self.sends(Method::POST, action, &format!("multipart/form-data; boundary={MARK}"), Some(body)).await
    }

    pub(crate) async fn signs_in(&mut self, login: &str, password: &str) -> Answer {
        let form = url_form(&[("login", login), ("password", password)]);
        self.asks(Method::POST, "/login", Some(form)).await
    }

    /// One request and its answer.
    pub(crate) async fn asks(&mut self, method: Method, path: &str, form: Option<String>) -> Answer {
        self.sends(method, path, "application/x-www-form-urlencoded", form).await
    }

    async fn sends(&mut self, method: Method, path: &str, kind: &str, form: Option<String>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, self.host);
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(header::COOKIE, cookies.join("; "));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if form.is_some() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let mut request = request.body(form.map_or(Body::empty(), Body::from)).expect("a request");
        request.extensions_mut().insert(ConnectInfo(self.address));
        let response = self.router.clone().oneshot(request).await.expect("a router cannot fail");
        self.keep_cookies(response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status, headers, body: text, content: body.into() }
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub(crate) fn has_cookie_of(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("cookies are ASCII");
            let (name, value) =
                cookie.split(';').next().unwrap_or_default().split_once('=').expect("a cookie");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    pub(crate) fn redirect(&self) -> Option<String> {
        let to = self.headers.get(header::LOCATION)?;
        self.status.is_redirection().then(|| to.to_str().expect("an address is ASCII").to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("our headers are ASCII"))
    }

    /// The CSRF token of the first form.
    pub(crate) fn csrf(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"csrf\" value=\"").unwrap_or_else(|| {
            panic!("there is no form on the page: {} {}", self.status, self.text());
        });
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// The values of an attribute, in the order of the page.
    pub(crate) fn attributes(&self, name: &str) -> Vec<String> {
        let mark = format!(" {name}=\"");
        let values = self.body.split(&mark).skip(1);
        values.map(|rest| unescaped(rest.split('"').next().unwrap_or_default())).collect()
    }

    /// What a person reads: the text of `main`, a line per block, cells of a row apart by bars, inputs in brackets.
    pub(crate) fn text(&self) -> String {
        let main = self.body.split_once("<main").map_or(self.body.as_str(), |(_, main)| main);
        let main = main.split_once('>').map_or(main, |(_, main)| main);
        let mut text = String::new();
        let mut rest = main.split("</main>").next().unwrap_or_default();
        while let Some((before, after)) = rest.split_once('<') {
            text.push_str(&unescaped(before));
            let (tag, after) = after.split_once('>').unwrap_or((after, ""));
            show_tag(tag, &mut text);
            rest = after;
        }
        text.push_str(&unescaped(rest));
        let lines =
            text.lines().map(|line| line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>());
        let lines: Vec<String> = lines.map(|words| words.join(" ")).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    }
}

fn show_tag(tag: &str, text: &mut String) {
    let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
    let attribute = |name: &str| {
        let rest = tag.split_once(&format!(" {name}=\""))?.1;
        rest.split('"').next().map(unescaped)
    };
    match name {
        "td" | "th" if !tag.starts_with('/') => text.push_str(" | "),
        "dd" if !tag.starts_with('/') => text.push_str(": "),
        "input" if attribute("type").is_none_or(|kind| kind != "hidden") => {
            let _ = write!(text, " [{}]", attribute("value").unwrap_or_default());
        }
        "option" if !tag.starts_with('/') => {
            text.push_str(if tag.contains(" selected") { " (•) " } else { " ( ) " });
        }
        "button" => text.push_str(if tag.starts_with('/') { "»\n" } else { " «" }),
        "h1" | "h2" | "h3" if !tag.starts_with('/') => text.push_str("\n# "),
        "p" | "div" | "tr" | "li" | "h1" | "h2" | "h3" | "summary" | "label" | "form" | "br" | "caption" => {
            text.push('\n');
        }
        _ => {}
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace('\u{a0}', " ")
}

/// Fields as a browser sends them.
fn url_form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes().fold(String::new(), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() {
                encoded.push(char::from(byte));
            } else {
                let _ = write!(encoded, "%{byte:02X}");
            }
            encoded
        })
    };
    fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}
