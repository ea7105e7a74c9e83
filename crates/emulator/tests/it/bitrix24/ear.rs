//! Somebody who listens to notices.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

/// A server on a port of its own that keeps what it hears.
pub(super) struct Ear {
    address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
    _tasks: TaskTracker,
}

/// One post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Post {
    pub(super) content_type: String,
    pub(super) signature: String,
    pub(super) body: String,
}

#[derive(Default)]
struct Heard {
    posts: Vec<Post>,
    /// What is answered from now on; nothing: 503.
    answer: Option<String>,
}

impl Ear {
    pub(super) async fn new() -> Self {
        let heard = Arc::new(Mutex::new(Heard { answer: Some(String::new()), ..Heard::default() }));
        let shared = Arc::clone(&heard);
        let app = axum::Router::new().fallback(move |headers: HeaderMap, body: Bytes| async move {
            let text =
                |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let post = Post {
                content_type: text("content-type").to_owned(),
                signature: text("x-parom-signature").to_owned(),
                body: String::from_utf8(body.to_vec()).expect("UTF-8"),
            };
            let mut heard = shared.lock().expect("nobody panics");
            heard.posts.push(post);
            heard.answer.clone().ok_or(StatusCode::SERVICE_UNAVAILABLE)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let tasks = TaskTracker::new();
        tasks.spawn(async move { axum::serve(listener, app).await });
        Self { address, heard, _tasks: tasks }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers every post like that; `None` refuses it.
    pub(super) fn answers(&self, answer: Option<&str>) {
        self.heard.lock().expect("nobody panics").answer = answer.map(str::to_owned);
    }

    /// What came since the last call.
    pub(super) fn posts(&self) -> Vec<Post> {
        std::mem::take(&mut self.heard.lock().expect("nobody panics").posts)
    }

    /// The same as `event id` of forms.
    pub(super) fn events(&self) -> Vec<String> {
        let part = |body: &str, name: &str| {
            let (_, rest) = body.split_once(name)?;
            Some(rest.split('&').next().unwrap_or_default().to_owned())
        };
        let event = |post: Post| {
            let id = part(&post.body, "data%5BFIELDS%5D%5BID%5D=");
            let id =
                id.or_else(|| part(&post.body, "data%5BFIELDS%5D%5BENTITY%5FID%5D=")).unwrap_or_default();
            format!("{} {id}", part(&post.body, "event=").unwrap_or_default())
        };
        self.posts().into_iter().map(event).collect()
    }
}
