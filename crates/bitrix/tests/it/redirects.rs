//! A portal that has moved. The secret stands in the path and must not go where nobody asked it to.

use axum::body::Body;
use axum::http::Response;
use bitrix::{Args, CallError, Denial};
use serde_json::json;

use crate::portal::{CODE, Portal, json};

fn moved(status: u16, to: &str) -> Response<Body> {
    Response::builder().status(status).header("location", to).body(Body::empty()).expect("an answer")
}

async fn denied_after_redirect_to(location: String) -> bool {
    let portal = Portal::answering(move |_, _| moved(302, &location)).await;
    let error = portal.client().call("profile", &Args::new()).await.expect_err("not followed");
    assert!(!error.to_string().contains(CODE) && !format!("{error:?}").contains(CODE), "{error:?}");
    assert_eq!(portal.requests(), 1, "nothing is sent a second time");
    matches!(error, CallError::Denied { why: Denial::Moved, .. })
}

#[tokio::test]
async fn a_moved_portal_gets_the_same_body_at_its_new_address() {
    let new = Portal::answering(|method, body| json(200, &json!({ "result": [method, body] }))).await;
    for status in [301, 302, 303, 307, 308] {
        let target = format!("http://{}/rest/1/{CODE}/crm.company.get", new.address);
        let old = Portal::answering(move |_, _| moved(status, &target)).await;
        let client = old.client();

        for _ in 0..3 {
            let answer = client.call("crm.company.get", &Args::new().set("id", 7)).await.expect("followed");
            assert_eq!(answer.result, json!(["crm.company.get", { "id": 7 }]));
        }
        assert_eq!(old.requests(), 1, "the new address is remembered");
    }
    assert_eq!(new.requests(), 15);
}

#[tokio::test]
async fn the_secret_does_not_go_to_another_page_or_over_a_public_network_in_the_clear() {
    assert!(denied_after_redirect_to("/auth/?backurl=/rest/".to_owned()).await);
    assert!(denied_after_redirect_to(format!("http://portal.example.ru/rest/1/{CODE}/profile")).await);
    assert!(denied_after_redirect_to("https://login.example.ru/".to_owned()).await);
    assert!(denied_after_redirect_to(format!("ftp://127.0.0.1/rest/1/{CODE}/profile")).await);
    assert!(denied_after_redirect_to("http://".to_owned()).await);
}

#[tokio::test]
async fn a_portal_that_sends_us_in_circles_is_not_followed_for_ever() {
    // Two portals that know each other.
    let (listener, second) = crate::portal::listen().await;
    drop(listener);
    let there = format!("http://{second}/rest/1/{CODE}/profile");
    let first = Portal::answering(move |_, _| moved(302, &there)).await;
    let error = first.client().call("profile", &Args::new()).await.expect_err("nobody at the new address");
    assert!(matches!(error, CallError::NotSent { .. }), "{error}");

    let circle = Portal::answering(|_, _| moved(302, &format!("/rest/1/{CODE}/profile"))).await;
    let error = circle.client().call("profile", &Args::new()).await.expect_err("in circles");
    assert!(matches!(error, CallError::Denied { why: Denial::Moved, .. }), "{error}");
    assert_eq!(circle.requests(), 1);
}
