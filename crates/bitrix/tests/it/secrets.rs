//! The code of the webhook is a password. It must not turn up anywhere.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use bitrix::wire::Company;
use bitrix::{Args, Batch, CallError, Chain, Client, Command, Settings};
use domain::ManualClock;
use serde_json::json;
use tracing::Level;

use crate::portal::{self, CODE, Portal, client_of, listen, now};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn batch() -> Batch {
    Batch::of(Chain::of(Command::new("c", "crm.company.list", Args::new())).expect("a chain"))
}

/// Everything that can be printed of what a portal with this answer leads to.
async fn printed(client: &Client) -> String {
    let mut text = format!("{client:?} {:?} {}", client.portal(), client.portal());
    let mut tell = |error: Option<CallError>| {
        if let Some(error) = error {
            write!(text, "{error} {error:?} {:?}", error.api()).expect("a text takes everything");
        }
    };
    tell(client.call("crm.company.add", &Args::new()).await.err());
    tell(client.batch(&batch()).await.err());
    let mut pages = client.pages(Company::listing());
    tell(pages.next().await.err());
    write!(text, "{pages:?}").expect("a text takes everything");
    text
}

#[tokio::test]
async fn the_secret_is_in_no_error_no_debug_and_no_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());

    let url = format!("https://portal.ru/rest/1/{CODE}/crm.company.add");
    let mut text = String::new();
    for (status, body) in [
        (
            200,
            json!({ "error": "ERROR_CORE", "error_description": format!("no access to {url}") }).to_string(),
        ),
        (200, json!({ "error": url, "error_description": "" }).to_string()),
        (401, json!({ "error": "INVALID_CREDENTIALS", "error_description": url }).to_string()),
        (500, json!({ "error": "INTERNAL_SERVER_ERROR", "error_description": url }).to_string()),
        (500, format!("<html><title>Error at {url}</title></html>")),
        (404, format!("Not Found: {url}")),
        (200, json!({ "result": { "result": [], "result_error": { "n0_c": url } } }).to_string()),
    ] {
        let portal = Portal::answering(move |_, _| portal::text(status, &body)).await;
        text.push_str(&printed(&portal.client()).await);
    }
    let cut = Portal::writing(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{").await;
    text.push_str(&printed(&cut.client()).await);
    let (listener, address) = listen().await;
    drop(listener);
    text.push_str(&printed(&client_of(&address, |_| {})).await);
    let moved =
        Portal::writing(b"HTTP/1.1 302 Found\r\nLocation: https://x.ru/rest/1/s3cr3tc0de/\r\n\r\n").await;
    text.push_str(&printed(&moved.client()).await);

    let logged = String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
    assert!(logged.contains("crm.company.add"), "the log names methods: {logged}");
    assert!(!logged.contains(CODE), "{logged}");
    assert!(text.contains("***") && text.contains("crm.company.add"));
    assert!(!text.contains(CODE), "{text}");
}

#[test]
fn settings_do_not_show_the_secret() {
    let webhook = format!("https://portal.ru/rest/1/{CODE}/").parse().expect("a webhook");
    let settings = Settings::new(webhook);
    assert!(!format!("{settings:?}").contains(CODE));
    let client = Client::new(&settings, Arc::new(ManualClock::at(now())));
    assert!(!format!("{client:?}").contains(CODE));
}
