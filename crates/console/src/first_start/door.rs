//! Whom the first start answers: this machine alone, and forms of its own page alone.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

use super::pages;
use crate::gate;

/// What a proxy adds: whoever comes through one is not at this machine.
const PROXIES: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// A name that leads here by somebody's trick is not this machine's, and a form of another page is none of ours.
pub(super) async fn only_this_machine(request: Request, next: Next) -> Response {
    let mut answer = if is_for_this_machine(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, pages::elsewhere()).into_response()
    };
    gate::set_strict_headers(answer.headers_mut());
    answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
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
    let is_near = !PROXIES.iter().any(|name| headers.contains_key(*name));
    is_loopback && is_own && is_near && !is_stranger
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
        assert!(
            !is_let_in(&[("host", "127.0.0.1:8024"), ("x-forwarded-for", "192.0.2.7")]),
            "through a proxy"
        );
    }
}
