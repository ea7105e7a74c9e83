//! Open pages are told that something has changed.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode, header};
use domain::ReasonCode;
use futures::StreamExt;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::office::Office;

/// Pages that may listen at the same time.
const LISTENERS: usize = 64;

/// Starts to listen with the cookie of somebody.
async fn listens(office: &Office, token: &str) -> (StatusCode, BodyDataStream) {
    let request = Request::get("/events").header(header::COOKIE, format!("parom={token}"));
    let request = request.body(Body::empty()).expect("a request");
    let response = office.router.clone().oneshot(request).await.expect("a router cannot fail");
    (response.status(), response.into_body().into_data_stream())
}

#[tokio::test]
async fn a_page_that_listens_is_told_which_part_has_changed() {
    /// Changes are made until one is told: the first look only remembers.
    const CHANGES_MAX: usize = 200;
    let mut office = Office::with_people().await;
    let token = office.signed_in("viktor").await.cookie("parom").expect("he is signed in").to_owned();
    let (status, mut events) = listens(&office, &token).await;
    assert_eq!(status, StatusCode::OK);

    let mut told = String::new();
    for _ in 0..CHANGES_MAX {
        office.parked(ReasonCode::InvalidInn, "ООО «Ромашка»").await;
        if let Ok(Some(Ok(event))) = timeout(Duration::from_millis(20), events.next()).await {
            told.push_str(&String::from_utf8_lossy(&event));
        }
        if told.contains("event: parked\n") {
            break;
        }
    }

    assert!(told.contains("event: anything\n") && told.contains("event: parked\n"), "{told}");
    assert!(!told.contains("event: conflicts\n") && !told.contains("Ромашка"), "{told}");
}

#[tokio::test]
async fn no_more_pages_listen_than_there_are_places_and_a_place_that_is_left_is_free() {
    let office = Office::with_people().await;
    let token = office.signed_in("viktor").await.cookie("parom").expect("he is signed in").to_owned();
    let mut pages = Vec::new();
    for _ in 0..LISTENERS {
        let (status, events) = listens(&office, &token).await;
        assert_eq!(status, StatusCode::OK);
        pages.push(events);
    }

    assert_eq!(listens(&office, &token).await.0, StatusCode::TOO_MANY_REQUESTS);
    pages.pop();
    assert_eq!(listens(&office, &token).await.0, StatusCode::OK);
}
