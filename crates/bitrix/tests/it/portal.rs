//! A portal that answers as a closure says, and one that speaks raw TCP.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use bitrix::{Client, PaceSettings, Settings};
use domain::{ManualClock, Timestamp};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

/// The code of every webhook in these tests.
pub(crate) const CODE: &str = "s3cr3tc0de";

/// The moment at which every test begins: 2025-09-09 16:31:11 in Moscow.
pub(crate) const NOW: i64 = 1_757_424_671;

/// A server on a port of its own.
pub(crate) struct Portal {
    pub(crate) address: String,
    requests: Arc<AtomicUsize>,
    tasks: TaskTracker,
}

impl Portal {
    /// Answers every request by the method's name and the body.
    pub(crate) async fn answering<F>(answer: F) -> Self
    where
        F: Fn(&str, Value) -> Response<Body> + Clone + Send + Sync + 'static,
    {
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        let app = axum::Router::new().fallback(move |request: Request| {
            let answer = answer.clone();
            count.fetch_add(1, Ordering::Relaxed);
            async move {
                assert_eq!(request.method(), "POST", "the body was lost on the way");
                let path = request.uri().path().to_owned();
                let method =
                    path.strip_prefix(&format!("/rest/1/{CODE}/")).expect("the webhook's path").to_owned();
                let body = to_bytes(request.into_body(), 1 << 20).await.expect("a body");
                answer(&method, serde_json::from_slice(&body).expect("a JSON body"))
            }
        });
        let (listener, address) = listen().await;
        let tasks = TaskTracker::new();
        tasks.spawn(async move { axum::serve(listener, app).await });
        Self { address, requests, tasks }
    }

    /// Reads a request, writes these bytes and closes the connection.
    pub(crate) async fn writing(bytes: &'static [u8]) -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        let (listener, address) = listen().await;
        let tasks = TaskTracker::new();
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 64 * 1024];
                let read = stream.read(&mut request).await.unwrap_or(0);
                count.fetch_add(usize::from(read > 0), Ordering::Relaxed);
                // A client that is gone already is no failure of the portal.
                let _ = stream.write_all(bytes).await;
            }
        });
        Self { address, requests, tasks }
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn client(&self) -> Client {
        self.client_with(|_| {})
    }

    pub(crate) fn client_with(&self, change: impl FnOnce(&mut Settings)) -> Client {
        client_of(&self.address, change)
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        // The runtime of the test ends the tasks; the tracker must not wait for an endless server.
        self.tasks.close();
    }
}

pub(crate) fn client_of(address: &str, change: impl FnOnce(&mut Settings)) -> Client {
    let webhook = format!("http://{address}/rest/1/{CODE}/").parse().expect("a webhook");
    let mut settings = Settings::new(webhook);
    settings.pace = PaceSettings::default();
    change(&mut settings);
    Client::new(&settings, Arc::new(ManualClock::at(now()))).expect("a client")
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a moment")
}

pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: &Value) -> Response<Body> {
    text(status, &body.to_string())
}

/// An answer with any body.
pub(crate) fn text(status: u16, body: &str) -> Response<Body> {
    Response::builder().status(status).body(Body::from(body.to_owned())).expect("an answer")
}
