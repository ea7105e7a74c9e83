//! Answers that are none, and answers that look worse than they are.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Response;
use bitrix::{Args, BusyBy, CallError, Client, Denial, Lost, Unreached};
use domain::SignedDuration;
use serde_json::json;

use crate::portal::{Portal, client_of, json, listen, now, text};

const LIST: &str = "crm.company.list";

async fn call(client: &Client) -> Result<serde_json::Value, CallError> {
    client.call(LIST, &Args::new()).await.map(|answer| answer.result)
}

fn unclear(why: Lost) -> Result<serde_json::Value, CallError> {
    Err(CallError::Unclear { method: LIST.into(), why })
}

async fn answer_to(status: u16, body: &'static str) -> Result<serde_json::Value, CallError> {
    let portal = Portal::answering(move |_, _| text(status, body)).await;
    call(&portal.client()).await
}

#[tokio::test]
async fn a_good_answer_tells_total_next_and_time_in_either_number_style() {
    let envelope = json!({ "result": [{ "ID": "1" }], "total": "412", "next": 50,
        "time": { "duration": "0.69", "operating": 0.67, "operating_reset_at": 1_757_425_271 } });
    let portal = Portal::answering(move |_, _| json(200, &envelope)).await;

    let answer = portal.client().call(LIST, &Args::new()).await.expect("an answer");

    assert_eq!((answer.total, answer.next), (Some(412), Some(50)));
    assert_eq!((answer.time.duration, answer.time.operating), (Some(0.69), Some(0.67)));
    assert_eq!(answer.time.operating_reset_at.map(domain::Timestamp::as_second), Some(1_757_425_271));
}

#[tokio::test]
async fn the_portal_gets_json_with_the_arguments_in_their_place() {
    let portal =
        Portal::answering(|method, body| json(200, &json!({ "result": { "method": method, "body": body } })))
            .await;

    let args = Args::new().set("fields", Args::new().set("TITLE", "Ромашка")).set("start", -1);
    let answer = portal.client().call("crm.company.add", &args).await.expect("an answer");

    let body = json!({ "fields": { "TITLE": "Ромашка" }, "start": -1 });
    assert_eq!(answer.result, json!({ "method": "crm.company.add", "body": body }));
}

#[tokio::test]
async fn a_byte_order_mark_and_an_empty_time_are_forgiven() {
    assert_eq!(answer_to(200, "\u{FEFF}{\"result\":7,\"time\":[]}").await, Ok(json!(7)));
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    const PACKED: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 74, 45, 46, 205, 41, 81, 178, 82, 42, 72, 76, 206, 78,
        77, 81, 170, 5, 0, 247, 214, 206, 79, 19, 0, 0, 0,
    ];
    let portal = Portal::answering(|_, _| {
        Response::builder().header("content-encoding", "gzip").body(Body::from(PACKED)).expect("an answer")
    });
    assert_eq!(call(&portal.await.client()).await, Ok(json!("packed")));
}

#[tokio::test]
async fn a_page_instead_of_json_is_an_unclear_answer_with_its_title() {
    let page = "<!DOCTYPE html><html><head><TITLE>\n 502 Bad  Gateway</TITLE></head></html>";
    let why = |status| Lost::NotJson { status, title: Some("502 Bad Gateway".into()) };
    assert_eq!(answer_to(502, page).await, unclear(why(502)));
    assert_eq!(answer_to(200, page).await, unclear(why(200)));
    assert_eq!(answer_to(500, "").await, unclear(Lost::NotJson { status: 500, title: None }));
}

#[tokio::test]
async fn who_stands_before_the_portal_is_told_from_the_portal() {
    for (status, why) in
        [(401, Denial::Proxy), (403, Denial::Proxy), (404, Denial::NotPortal), (413, Denial::TooLarge)]
    {
        match answer_to(status, "<html><title>nginx</title></html>").await {
            Err(CallError::Denied { why: seen, .. }) => assert_eq!(seen, why, "{status}"),
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_busy_proxy_is_waited_for_as_long_as_it_asks() {
    for (status, header, seconds, by) in [
        (503, Some("17"), 17, BusyBy::Proxy503),
        (429, Some("Tue, 09 Sep 2025 13:32:11 GMT"), 60, BusyBy::Proxy429),
        (429, Some("86400"), 3600, BusyBy::Proxy429),
        (503, None, 1, BusyBy::Proxy503),
        (503, Some("soon"), 1, BusyBy::Proxy503),
    ] {
        let portal = Portal::answering(move |_, _| {
            let answer = Response::builder().status(status);
            let answer = header.into_iter().fold(answer, |answer, value| answer.header("retry-after", value));
            answer.body(Body::from("<html>busy</html>")).expect("an answer")
        });
        let error = call(&portal.await.client()).await.expect_err("busy");
        let until = now() + SignedDuration::from_secs(seconds);
        assert_eq!(error, CallError::Busy { method: LIST.into(), until, by }, "{header:?}");
        assert_eq!(
            error.may_have_run(),
            by == BusyBy::Proxy503,
            "a 503 may hide a backend that died over the work"
        );
    }
}

#[tokio::test]
async fn half_an_answer_is_an_unclear_answer() {
    assert_eq!(
        answer_to(200, "{\"result\":[{\"ID\":\"1\"},{\"ID").await,
        unclear(Lost::Truncated { status: 200 })
    );
    assert_eq!(answer_to(200, "{\"time\":{}}").await, unclear(Lost::NoResult { status: 200 }));

    let cut = Portal::writing(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"result\":").await;
    assert_eq!(call(&cut.client()).await, unclear(Lost::Cut));
    let cut = Portal::writing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"re\r\n").await;
    assert_eq!(call(&cut.client()).await, unclear(Lost::Cut));
}

#[tokio::test]
async fn a_connection_closed_after_the_request_is_an_unclear_answer_and_not_sent_twice() {
    let portal = Portal::writing(b"").await;

    assert_eq!(call(&portal.client()).await, unclear(Lost::Cut));
    assert_eq!(portal.requests(), 1);
}

#[tokio::test]
async fn a_portal_that_is_silent_is_an_unclear_answer() {
    // Listens and accepts by its backlog, but nobody reads.
    let (_listener, address) = listen().await;
    let client = client_of(&address, |settings| settings.timeout = Duration::from_millis(50));
    assert_eq!(call(&client).await, unclear(Lost::Timeout));
}

#[tokio::test]
async fn a_portal_that_is_off_was_surely_not_asked() {
    let (listener, address) = listen().await;
    drop(listener);

    let error = call(&client_of(&address, |_| {})).await.expect_err("nobody there");

    assert_eq!(error, CallError::NotSent { method: LIST.into(), why: Unreached::Connection });
    assert!(!error.may_have_run());
}

#[tokio::test]
async fn a_server_that_cannot_agree_on_tls_is_told_from_one_that_is_off() {
    // Not even TLS: a plain HTTP server behind an https address.
    let portal = Portal::writing(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let webhook = format!("https://{}/rest/1/code/", portal.address).parse().expect("a webhook");
    let clock = std::sync::Arc::new(domain::ManualClock::at(now()));
    let client = match Client::new(&bitrix::Settings::new(webhook), clock) {
        Ok(client) => client,
        // A machine without root certificates cannot come as far, and has to say what it lacks.
        Err(why) => return assert!(why.to_string().contains("ca-certificates"), "{why}"),
    };

    let error = call(&client).await.expect_err("no TLS");

    assert!(matches!(error, CallError::NotSent { why: Unreached::Tls(_), .. }), "{error:?}");
    assert!(error.to_string().contains("сертификат"), "{error}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let portal = Portal::answering(|_, _| {
        let chunk = Bytes::from(vec![b' '; 1 << 20]);
        let chunks = std::iter::repeat_n(chunk, 70).map(Ok::<_, std::convert::Infallible>);
        Response::new(Body::from_stream(futures::stream::iter(chunks)))
    });
    assert_eq!(call(&portal.await.client()).await, unclear(Lost::TooLong));
}

#[tokio::test]
async fn after_busy_the_next_call_waits() {
    let portal = Portal::answering(|method, _| match method {
        "busy" => json(503, &json!({ "error": "QUERY_LIMIT_EXCEEDED", "error_description": "" })),
        _ => json(200, &json!({ "result": true })),
    });
    let portal = portal.await;
    let clock = std::sync::Arc::new(domain::ManualClock::at(now()));
    let webhook =
        format!("http://{}/rest/1/{}/", portal.address, crate::portal::CODE).parse().expect("a webhook");
    let client = Client::new(&bitrix::Settings::new(webhook), clock.clone()).expect("a client");

    let busy = client.call("busy", &Args::new()).await.expect_err("busy");
    client.call("profile", &Args::new()).await.expect("it waited");

    let CallError::Busy { until, .. } = busy else { panic!("{busy}") };
    assert_eq!(domain::Clock::now(&*clock), until);
}
