//! The module for the box as it is shipped: its real outbox and poster, in PHP, against a Parom that runs, dies and comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Place, Running, really_wait};

const SECRET: &str = "тайна портала и Парома";

/// Sweeps are a day apart, so that a running service learns of changes by notices alone.
async fn place(secret: &str) -> Place {
    let place = Place::open().await;
    let file = place.folder.path().join("parom.toml");
    let settings = std::fs::read_to_string(&file).expect("the folder is ours");
    let own = format!("module_secret = \"{secret}\"\nsweep_every = \"24h\"\n[onec]");
    std::fs::write(&file, settings.replace("[onec]", &own)).expect("the folder is ours");
    place
}

/// The outbox of a portal, driven by `adapters/bitrix24/tests/e2e/driver.php`.
struct Outbox {
    file: PathBuf,
}

impl Outbox {
    fn of(place: &Place) -> Self {
        Self { file: place.folder.path().join("outbox.sqlite") }
    }

    /// The portal has saved these.
    fn records(&self, changes: &[String]) {
        let said = self.drive("record", changes);
        assert_eq!(said["log"], json!([]), "nothing was lost on the way into the outbox");
    }

    /// One try of the module, and what it says of it.
    fn posts(&self, address: &str, secret: &str) -> Value {
        self.drive("post", &[format!("http://{address}"), secret.to_owned()])
    }

    fn checks(&self, address: &str, secret: &str) -> Value {
        self.drive("check", &[format!("http://{address}"), secret.to_owned()])
    }

    fn drive(&self, command: &str, arguments: &[String]) -> Value {
        let driver =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../adapters/bitrix24/tests/e2e/driver.php");
        let output = Command::new("php").arg(driver).arg(command).arg(&self.file).args(arguments).output();
        let output =
            output.unwrap_or_else(|error| panic!("php does not start ({error}): scripts/check installs it"));
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)))
    }
}

/// A client whom 1C does not know yet, with a deal; and the events of the portal that tell of him.
fn employee_makes_a_client(place: &Place, inn: &str) -> Vec<String> {
    let employee = place.portal.employee();
    let name = format!("ООО «{inn}»");
    let company = employee.creates_company(&name).expect("employees may");
    let fields = [("RQ_INN", inn), ("RQ_COMPANY_NAME", name.as_str())];
    let requisite = employee.adds_requisite(company, "COMPANY", &fields).expect("employees may");
    let deal = employee.adds_deal(company, &[("TITLE", "Насосы")]).expect("employees may");
    vec![
        format!("company:{company}:{company}:add"),
        format!("requisite:{requisite}:{company}:add"),
        format!("deal:{deal}:0:add"),
    ]
}

/// Clients that 1C was offered, with the deliveries that offered them.
#[derive(Default)]
struct Offered(BTreeMap<String, BTreeSet<String>>);

impl Offered {
    /// Polls as 1C does until it has seen these clients.
    async fn waits_for(&mut self, service: &Running, inns: &[&str]) {
        for _ in 0..200 {
            self.poll(service).await;
            if inns.iter().all(|inn| self.0.contains_key(*inn)) {
                return;
            }
            really_wait(Duration::from_millis(100)).await;
        }
        panic!("of {inns:?} only these came: {:?}", self.0);
    }

    async fn poll(&mut self, service: &Running) {
        let url = format!("http://{}/1c/v1/counterparties?limit=100", service.address);
        let request = reqwest::Client::new().get(url).basic_auth("1c", Some(PASSWORD));
        let answer = request.send().await.expect("the service answers");
        assert_eq!(answer.status(), StatusCode::OK);
        let offered: Vec<Value> = answer.json().await.expect("the service answers");
        let text = |offer: &Value, key: &str| offer[key].as_str().expect("a text").to_owned();
        for offer in offered {
            self.0.entry(text(&offer, "inn")).or_default().insert(text(&offer, "delivery"));
        }
    }
}

/// Stands between the module and Parom, passes one request on whole and of the answer so many bytes. Returns its address
/// and, when all is over, the whole answer.
fn cutting_wire(parom: &str, bytes: usize) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let parom = parom.to_owned();
    let (sender, answers) = channel();
    std::thread::spawn(move || pass_on(&listener, &parom, bytes, &sender));
    (address, answers)
}

fn pass_on(listener: &TcpListener, parom: &str, bytes: usize, answers: &Sender<String>) {
    let (mut module, _) = listener.accept().expect("the module comes");
    let request = read_request(&mut module);
    let mut service = TcpStream::connect(parom).expect("Parom listens");
    service.write_all(&request).expect("Parom reads");
    let mut answer = Vec::new();
    service.read_to_end(&mut answer).expect("Parom answers and closes");
    module.write_all(&answer[..bytes.min(answer.len())]).expect("the module reads");
    module.shutdown(Shutdown::Both).expect("it is open");
    // A test that has failed meanwhile hears no more.
    let _ = answers.send(String::from_utf8_lossy(&answer).into_owned());
}

fn read_request(module: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = module.read(&mut part).expect("the module writes");
        assert!(read > 0, "the module broke off");
        request.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            let length: usize = length.and_then(|length| length.parse().ok()).expect("it tells its length");
            if body.len() >= length {
                return request;
            }
        }
    }
}

/// Waits until the service, started just now, has read the portal.
async fn reads_the_portal(place: &Place, before: u64) {
    for _ in 0..200 {
        if place.portal.http_requests() > before {
            really_wait(Duration::from_millis(500)).await;
            return;
        }
        really_wait(Duration::from_millis(50)).await;
    }
    panic!("the portal was never read");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_the_box_arrives_though_parom_is_killed_and_answers_are_lost() {
    let place = place(SECRET).await;
    let outbox = Outbox::of(&place);
    let mut offered = Offered::default();
    let service = place.serve();
    reads_the_portal(&place, 0).await;

    // All is well.
    outbox.records(&employee_makes_a_client(&place, "7736207543"));
    let said = outbox.posts(&service.address, SECRET);
    assert_eq!((&said["ending"], &said["taken"], &said["waiting"]), (&json!("done"), &json!(3), &json!([])));
    offered.waits_for(&service, &["7736207543"]).await;

    // Killed at the very moment at which it has answered: what it accepted it has.
    outbox.records(&employee_makes_a_client(&place, "7707083893"));
    assert_eq!(outbox.posts(&service.address, SECRET)["ending"], "done");
    let gone = service.address.clone();
    service.kill();

    // While it is away, changes wait, however often the module tries.
    outbox.records(&employee_makes_a_client(&place, "7702070139"));
    for _ in 0..2 {
        let said = outbox.posts(&gone, SECRET);
        assert_eq!((&said["ending"], &said["trouble"]), (&json!("failed"), &json!("unreachable")), "{said}");
        assert_eq!(said["waiting"], json!([7, 8, 9]));
    }
    outbox.records(&employee_makes_a_client(&place, "7736050003"));

    // It comes back elsewhere and gets everything.
    let before = place.portal.http_requests();
    let service = place.serve();
    reads_the_portal(&place, before).await;
    let said = outbox.posts(&service.address, SECRET);
    assert_eq!((&said["ending"], &said["taken"], &said["waiting"]), (&json!("done"), &json!(6), &json!([])));
    offered.waits_for(&service, &["7707083893", "7702070139", "7736050003"]).await;

    // The answer is cut in half: Parom has the changes, the module cannot know, keeps them and sends them again.
    outbox.records(&employee_makes_a_client(&place, "7708004767"));
    let (wire, answers) = cutting_wire(&service.address, 0);
    let said = outbox.posts(&wire, SECRET);
    assert_eq!((&said["trouble"], &said["waiting"]), (&json!("unreachable"), &json!([13, 14, 15])), "{said}");
    let whole = answers.recv_timeout(Duration::from_secs(10)).expect("Parom answered");
    assert!(whole.starts_with("HTTP/1.1 200") && whole.ends_with(r#"{"accepted_up_to":15}"#), "{whole}");
    offered.waits_for(&service, &["7708004767"]).await;
    let (wire, _) = cutting_wire(&service.address, whole.len() - 6);
    let said = outbox.posts(&wire, SECRET);
    assert_eq!((&said["trouble"], &said["waiting"]), (&json!("unreadable"), &json!([13, 14, 15])), "{said}");
    assert_eq!(outbox.posts(&service.address, SECRET)["waiting"], json!([]));

    // And goes on.
    outbox.records(&employee_makes_a_client(&place, "7740000076"));
    assert_eq!(outbox.posts(&service.address, SECRET)["ending"], "done");
    offered.waits_for(&service, &["7740000076"]).await;
    really_wait(Duration::from_millis(500)).await;
    offered.poll(&service).await;
    let twice: Vec<_> = offered.0.iter().filter(|(_, deliveries)| deliveries.len() != 1).collect();
    assert!(twice.is_empty(), "a change that was posted twice was offered twice: {twice:?}");
    assert_eq!(offered.0.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_keeps_the_changes_and_says_so_once() {
    let place = place(SECRET).await;
    let outbox = Outbox::of(&place);
    let service = place.serve();
    reads_the_portal(&place, 0).await;
    outbox.records(&employee_makes_a_client(&place, "7736207543"));

    let wrong = "тайна, но не та же самая";
    let first = outbox.posts(&service.address, wrong);
    assert_eq!((&first["trouble"], &first["waiting"]), (&json!("wrong-secret"), &json!([1, 2, 3])));
    let told = first["log"][0].as_str().expect("the log of the portal tells");
    assert!(told.contains("403") && told.contains("секрет модуля"), "{told}");
    assert!(!told.contains(SECRET) && !told.contains(wrong), "{told}");
    let second = outbox.posts(&service.address, wrong);
    assert_eq!((&second["waiting"], &second["log"]), (&json!([1, 2, 3]), &json!([])), "once");
    assert_eq!(outbox.checks(&service.address, wrong)["trouble"], "wrong-secret");
    assert_eq!(outbox.checks(&service.address, SECRET)["ending"], "done");

    let mended = outbox.posts(&service.address, SECRET);
    assert_eq!((&mended["waiting"], &mended["log"]), (&json!([]), &json!(["trouble ended"])));
    Offered::default().waits_for(&service, &["7736207543"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_parom_has_no_secret_the_module_is_told_which_key_is_missing() {
    let place = Place::open().await;
    let outbox = Outbox::of(&place);
    let service = place.serve();
    outbox.records(&["deal:7:0:update".to_owned()]);

    let said = outbox.posts(&service.address, SECRET);

    assert_eq!((&said["trouble"], &said["waiting"]), (&json!("nobody-listens"), &json!([1])));
    assert!(said["detail"].as_str().is_some_and(|detail| detail.contains("module_secret")), "{said}");
}
