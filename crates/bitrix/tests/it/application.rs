//! A local application: tokens that are spent, exchanged and kept, and an OAuth server that may not be there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use bitrix::{
    Application, ApplicationSettings, Args, CallError, Denial, Grant, NotConnected, Settings, TokenError,
    TokenPair, TokenStore,
};
use domain::{ManualClock, SignedDuration};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use crate::portal::{CODE, json as answer, listen, now};

const SECRET: &str = "cl13nts3cr3t";

/// A portal and an OAuth server in one, which count.
#[derive(Clone, Default)]
struct Server(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Pairs are numbered; the portal takes the newest access token only.
    pair: AtomicUsize,
    exchanges: AtomicUsize,
    calls: AtomicUsize,
    /// What the next exchange is answered with instead.
    refuses: Mutex<Option<Value>>,
    is_admin: std::sync::atomic::AtomicBool,
}

impl Server {
    async fn start(&self) -> (String, TaskTracker) {
        let server = self.clone();
        let app = axum::Router::new().fallback(move |request: Request| {
            let server = server.clone();
            async move {
                let path = request.uri().path().to_owned();
                assert_eq!(request.uri().query(), None, "nothing secret in addresses");
                let body = to_bytes(request.into_body(), 1 << 20).await.expect("a body");
                if path == "/oauth/token/" { server.exchange(&body) } else { server.call(&path, &body) }
            }
        });
        let (listener, address) = listen().await;
        let tasks = TaskTracker::new();
        tasks.spawn(async move { axum::serve(listener, app).await });
        (address, tasks)
    }

    fn exchange(&self, body: &[u8]) -> Response<Body> {
        self.0.exchanges.fetch_add(1, Ordering::SeqCst);
        if let Some(refusal) = self.0.refuses.lock().expect("nobody panics").take() {
            return answer(400, &refusal);
        }
        let body = std::str::from_utf8(body).expect("a form");
        let pair = self.0.pair.load(Ordering::SeqCst);
        let form = format!("client_id=local.1&client_secret={SECRET}");
        let by_refresh = format!("grant_type=refresh_token&{form}&refresh_token=refresh{pair}");
        let by_code = format!("grant_type=authorization_code&{form}&code=c0de");
        assert!(body == by_refresh || body == by_code, "{body}");
        let pair = self.0.pair.fetch_add(1, Ordering::SeqCst) + 1;
        let tokens = json!({
            "access_token": format!("access{pair}"), "refresh_token": format!("refresh{pair}"), "expires_in": 3600,
            "client_endpoint": "https://evil.example/rest/",
        });
        answer(200, &tokens)
    }

    fn call(&self, path: &str, body: &[u8]) -> Response<Body> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        let mut body: Value = serde_json::from_slice(body).expect("a JSON body");
        let auth = body["auth"].take();
        if auth != json!(format!("access{}", self.0.pair.load(Ordering::SeqCst))) {
            let text = format!("The access token provided has expired: {auth} {SECRET}");
            return answer(401, &json!({ "error": "expired_token", "error_description": text }));
        }
        let result = match path.strip_prefix("/rest/").expect("no webhook in the path") {
            "app.info" => json!({ "CODE": "local.1", "STATUS": "L" }),
            "profile" => json!({ "ID": "1", "ADMIN": self.0.is_admin.load(Ordering::SeqCst) }),
            _ => body,
        };
        answer(200, &json!({ "result": result }))
    }

    fn exchanges(&self) -> usize {
        self.0.exchanges.load(Ordering::SeqCst)
    }
}

/// What outlives the process.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Option<TokenPair>>>);

impl TokenStore for Kept {
    fn load(&self) -> BoxFuture<'_, Result<Option<TokenPair>, String>> {
        Box::pin(async { Ok(self.0.lock().expect("nobody panics").clone()) })
    }

    fn save<'a>(&'a self, pair: &'a TokenPair) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            *self.0.lock().expect("nobody panics") = Some(pair.clone());
            Ok(())
        })
    }
}

impl Kept {
    fn of(pair: usize) -> Self {
        Self(Arc::new(Mutex::new(Some(tokens(pair)))))
    }

    fn refresh(&self) -> Option<String> {
        self.0.lock().expect("nobody panics").as_ref().map(|pair| pair.refresh.expose_secret().to_owned())
    }
}

fn tokens(pair: usize) -> TokenPair {
    TokenPair {
        access: SecretString::from(format!("access{pair}")),
        refresh: SecretString::from(format!("refresh{pair}")),
        expires_at: now() + SignedDuration::from_hours(1),
    }
}

fn application(address: &str, oauth: &str, kept: &Kept, clock: &Arc<ManualClock>) -> Application {
    let webhook = format!("http://{address}/rest/1/{CODE}/").parse().expect("a webhook");
    let settings = ApplicationSettings {
        client_id: "local.1".to_owned(),
        client_secret: SECRET.into(),
        oauth_server: format!("http://{oauth}").parse().expect("a server"),
    };
    Application::new(&Settings::new(webhook), &settings, Arc::new(kept.clone()), clock.clone())
        .expect("a client")
}

#[tokio::test]
async fn an_expired_token_is_exchanged_once_and_the_new_one_survives_a_restart() {
    let (server, clock, kept) = (Server::default(), Arc::new(ManualClock::at(now())), Kept::of(0));
    let (address, _tasks) = server.start().await;
    // By the clock the first token is good; the portal thinks otherwise.
    server.0.pair.store(1, Ordering::SeqCst);
    *kept.0.lock().unwrap() = Some(TokenPair { access: "access0".into(), ..tokens(1) });
    let first = application(&address, &address, &kept, &clock);

    let calls = (0..5).map(|number| {
        let client = first.client().clone();
        async move { client.call("scope", &Args::new().set("n", number)).await }
    });
    for (number, answer) in futures::future::join_all(calls).await.into_iter().enumerate() {
        assert_eq!(answer.expect("an answer").result, json!({ "n": number, "auth": null }));
    }
    assert_eq!(server.exchanges(), 1);
    assert_eq!(kept.refresh().as_deref(), Some("refresh2"));

    let again = application(&address, &address, &kept, &clock);
    again.client().call("scope", &Args::new()).await.expect("the kept token is good");
    assert_eq!(server.exchanges(), 1);

    // Spent by the clock: not even tried.
    let calls = server.0.calls.load(Ordering::SeqCst);
    clock.advance(SignedDuration::from_hours(1));
    again.client().call("scope", &Args::new()).await.expect("a new token");
    assert_eq!((server.exchanges(), server.0.calls.load(Ordering::SeqCst)), (2, calls + 1));

    // The other one learns of it from what is kept, not from the server.
    first.client().call("scope", &Args::new()).await.expect("the token of the other");
    assert_eq!(server.exchanges(), 2);
}

#[tokio::test]
async fn a_refused_or_absent_token_is_told_and_nothing_was_done() {
    let (server, clock, kept) = (Server::default(), Arc::new(ManualClock::at(now())), Kept::default());
    let (address, _tasks) = server.start().await;
    let unauthorised =
        async |application: &Application| match application.client().call("scope", &Args::new()).await {
            Err(error @ CallError::Unauthorised { .. }) => {
                assert!(!error.may_have_run());
                let CallError::Unauthorised { why, .. } = error else { unreachable!() };
                why
            }
            other => panic!("{other:?}"),
        };

    let absent = application(&address, &address, &kept, &clock);
    assert_eq!(unauthorised(&absent).await, TokenError::Absent);

    *server.0.refuses.lock().unwrap() =
        Some(json!({ "error": "invalid_grant", "error_description": "refresh7" }));
    let spent = application(&address, &address, &Kept::of(7), &clock);
    assert_eq!(unauthorised(&spent).await, TokenError::Refused { code: "invalid_grant".to_owned() });

    let (gone, oauth) = listen().await;
    drop(gone);
    let offline = application(&address, &oauth, &Kept::of(7), &clock);
    assert!(matches!(unauthorised(&offline).await, TokenError::Unreached { .. }));
}

#[tokio::test]
async fn a_grant_is_taken_when_the_portal_that_was_set_confirms_it() {
    let (server, clock, kept) = (Server::default(), Arc::new(ManualClock::at(now())), Kept::default());
    let (address, _tasks) = server.start().await;
    let application = application(&address, &address, &kept, &clock);
    let expected = format!("http://{address}/oauth/authorize/?client_id=local.1");
    assert_eq!(application.authorize_url(), expected);

    // A guess, and a real token of an employee.
    let guessed = application.connect(Grant::Tokens(tokens(9))).await;
    assert!(
        matches!(guessed, Err(NotConnected::Portal(CallError::Denied { why: Denial::Token, .. }))),
        "{guessed:?}"
    );
    assert_eq!(application.connect(Grant::Tokens(tokens(0))).await, Err(NotConnected::NotAdmin));
    assert_eq!(kept.refresh(), None);

    server.0.is_admin.store(true, Ordering::SeqCst);
    application.connect(Grant::Tokens(tokens(0))).await.expect("an administrator's");
    assert_eq!(kept.refresh().as_deref(), Some("refresh0"));
    application.connect(Grant::Code("c0de".into())).await.expect("an administrator's");
    assert_eq!(kept.refresh().as_deref(), Some("refresh1"));
}

#[tokio::test]
async fn no_token_and_no_client_secret_is_shown() {
    let (server, clock, kept) = (Server::default(), Arc::new(ManualClock::at(now())), Kept::of(0));
    let (address, _tasks) = server.start().await;
    let application = application(&address, &address, &kept, &clock);
    let before = format!("{application:?} {} {kept:?}", application.client().portal());
    application.client().call("scope", &Args::new()).await.expect("an answer");
    // The portal repeats the token and the secret in its refusal.
    let refused = application.connect(Grant::Tokens(tokens(5))).await.expect_err("a guess");
    let text = format!("{before} {application:?} {refused} {refused:?}");

    assert!(text.contains("***"), "{text}");
    for secret in [SECRET, "access", "refresh", CODE] {
        let hidden = text.replace("access:", "").replace("refresh:", "").replace("access token", "");
        assert!(!hidden.contains(secret), "{secret} in {hidden}");
    }
}
