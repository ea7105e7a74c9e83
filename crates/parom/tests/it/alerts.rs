//! People hear that something is wrong: the binary, a Telegram on this machine, an emulated portal.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::Uri;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::support::{Place, really_wait};

/// Its ИНН is wrong, so it waits for a person.
const CLIENTS: &str = "\
    ref;code;name;inn;kpp;legal_address;phones
6f9619ff-8b86-d011-b42d-00cf4fc964f3;000000003;ООО «Ромашка»;7736207544;770401001;;
";

const TOKEN: &str = "4711:s3cr3t-token";

/// A bot interface that keeps path and text of every message.
struct Telegram {
    address: SocketAddr,
    got: Arc<Mutex<Vec<(String, String)>>>,
    _listens: AbortOnDropHandle<()>,
}

impl Telegram {
    async fn open() -> Self {
        let got: Arc<Mutex<Vec<_>>> = Arc::default();
        let its_got = Arc::clone(&got);
        let router = Router::new().fallback(move |uri: Uri, body: String| async move {
            let message: Value = serde_json::from_str(&body).expect("Parom sends JSON");
            let text = message["text"].as_str().expect("a message has a text").to_owned();
            its_got.lock().expect("nobody panics with it").push((uri.path().to_owned(), text));
            r#"{"ok":true,"result":{}}"#
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let listens =
            TaskTracker::new().spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { address, got, _listens: AbortOnDropHandle::new(listens) }
    }

    fn texts(&self) -> Vec<String> {
        let got = self.got.lock().expect("nobody panics with it");
        assert!(got.iter().all(|(path, _)| *path == format!("/bot{TOKEN}/sendMessage")), "{got:?}");
        got.iter().map(|(_, text)| text.clone()).collect()
    }

    async fn gets(&self, count: usize) -> Vec<String> {
        for _ in 0..600 {
            if self.texts().len() >= count {
                break;
            }
            really_wait(Duration::from_millis(50)).await;
        }
        self.texts()
    }
}

async fn place(telegram: &Telegram) -> Place {
    let place = Place::open().await;
    place.set(&format!(
        "[alerts]\ntelegram_chats = [\"-100\"]\ntelegram_token = \"{TOKEN}\"\ntelegram_api = \"http://{}\"\nportal_users = \
         [1]\nparked_above = 0\n",
        telegram.address
    ));
    place
}

/// What `parom alerts list --json` says.
fn listed(place: &Place) -> Value {
    let ran = place.run(&["alerts", "list", "--json"]);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_tells_of_parked_records_once_even_when_it_is_killed_in_between() {
    let telegram = Telegram::open().await;
    let place = place(&telegram).await;
    let file = place.folder.path().join("clients.csv");
    std::fs::write(&file, CLIENTS).expect("the folder is ours");
    assert_eq!(place.run(&["load", "clients.csv"]).code, Some(3));

    let running = place.serve();
    let texts = telegram.gets(1).await;
    assert!(texts[0].starts_with("Паром: Ждут человека записей: 1 (порог 0)\n"), "{texts:?}");
    assert!(!texts[0].contains("Ромашка"), "nobody's data travel: {texts:?}");
    while place.portal.notifications().is_empty() || listed(&place)["channels"][1]["said_at"].is_null() {
        really_wait(Duration::from_millis(50)).await;
    }
    running.kill();

    let mut running = place.serve();
    let shown = listed(&place);
    assert_eq!(shown["open"][0]["cause"], "parked");
    assert_eq!((&shown["open"][0]["told"], shown["channels"].as_array().map(Vec::len)), (&1.into(), Some(2)));
    running.terminate();
    assert_eq!((telegram.texts().len(), place.portal.notifications().len()), (1, 1));
    assert!(!running.log().contains("s3cr3t"));
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_are_tried_and_causes_muted_by_commands() {
    let telegram = Telegram::open().await;
    let place = place(&telegram).await;
    let tried = place.run(&["alerts", "test"]);
    assert_eq!(tried.code, Some(0), "{tried:?}");
    assert!(telegram.texts()[0].starts_with("Паром: проверка предупреждений\n"), "{:?}", telegram.texts());
    assert_eq!(place.portal.notifications().len(), 1);

    assert_eq!(place.run(&["alerts", "mute", "parked", "--for", "2h"]).code, Some(0));
    assert_eq!(listed(&place)["muted"][0]["cause"], "parked");
    let wrong = place.run(&["alerts", "mute", "parkd"]);
    assert!(wrong.code == Some(1) && wrong.err.contains("бывают lane-stopped, "), "{wrong:?}");
    let wrong = place.run(&["alerts", "mute", "parked", "--for", "вечно"]);
    assert!(wrong.code == Some(1) && wrong.err.contains("30m, 8h или 2d"), "{wrong:?}");
    assert_eq!(place.run(&["alerts", "unmute", "parked"]).code, Some(0));
    assert_eq!(listed(&place)["muted"].as_array().map(Vec::len), Some(0));
    let people = place.run(&["alerts"]);
    assert!(
        people.out.contains("Открытых предупреждений нет.") && people.out.contains("Telegram -100"),
        "{people:?}"
    );

    place.set(&format!(
        "[alerts]\ntelegram_chats = [\"-100\"]\ntelegram_token = \"{TOKEN}\"\ntelegram_api = \"http://127.0.0.1:1\"\n"
    ));
    let tried = place.run(&["alerts", "test"]);
    assert_eq!(tried.code, Some(1), "{tried:?}");
    assert!(tried.out.contains("не удалось соединиться"), "{tried:?}");
    assert!(!format!("{tried:?}").contains("s3cr3t"), "{tried:?}");

    place.set("");
    let nobody = place.run(&["alerts", "test"]);
    assert!(nobody.code == Some(1) && nobody.err.contains("предупреждать некого"), "{nobody:?}");
}
