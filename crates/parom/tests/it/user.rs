//! `parom user`: the first administrator, and everybody after him.

use std::io::Write;
use std::process::Stdio;

use reqwest::StatusCode;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::Value;

use crate::support::{Place, Ran, parom};

const PASSWORD: &str = "четыре слова подряд";
const ANOTHER: &str = "совсем другие слова";

/// Runs a command to which somebody types this.
fn typing(place: &Place, arguments: &[&str], typed: &str) -> Ran {
    let mut child = parom(place.folder.path())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary is built");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that refuses its arguments reads nothing.
    let _ = stdin.write_all(typed.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("Parom speaks UTF-8");
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn people(place: &Place) -> Vec<Value> {
    let ran = place.run(&["user", "list", "--json"]);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// Signs in at the console; the cookie of the session, or the status of the refusal.
async fn signs_in(address: &str, login: &str, password: &str) -> Result<String, StatusCode> {
    let client = reqwest::Client::builder().redirect(Policy::none()).build().expect("nothing special");
    let form = [("login", login), ("password", password)];
    let form: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let answer = client
        .post(format!("http://{address}/login"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header(ORIGIN, format!("http://{address}"))
        .body(form.join("&"))
        .send()
        .await
        .expect("it listens");
    let cookie = answer.headers().get(SET_COOKIE).map(|cookie| cookie.to_str().expect("ASCII"));
    match cookie.and_then(|cookie| cookie.split(';').next()) {
        Some(cookie) if answer.status() == StatusCode::SEE_OTHER => Ok(cookie.to_owned()),
        _ => Err(answer.status()),
    }
}

fn encoded(text: &str) -> String {
    let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}

/// The status of a page for whoever has this cookie.
async fn opens(address: &str, path: &str, cookie: &str) -> StatusCode {
    let client = reqwest::Client::builder().redirect(Policy::none()).build().expect("nothing special");
    let asked = client.get(format!("http://{address}{path}")).header(COOKIE, cookie);
    asked.send().await.expect("it listens").status()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_is_added_beside_a_running_service_and_signs_in() {
    let place = Place::open().await;
    let mut running = place.serve();

    let added = typing(&place, &["user", "add", "Anna", "--role", "administrator"], PASSWORD);
    assert_eq!(added.code, Some(0), "{added:?}");
    assert!(added.out.contains("anna") && added.out.contains("администратор"), "{added:?}");

    assert_eq!(signs_in(&running.address, "anna", ANOTHER).await, Err(StatusCode::UNAUTHORIZED));
    let session = signs_in(&running.address, "anna", PASSWORD).await.expect("she may come in");
    assert_eq!(opens(&running.address, "/people", &session).await, StatusCode::OK);

    // Less rights at once, in the session that is open.
    assert_eq!(place.run(&["user", "role", "anna", "viewer"]).code, Some(0));
    assert_eq!(opens(&running.address, "/people", &session).await, StatusCode::FORBIDDEN);
    assert_eq!(opens(&running.address, "/held", &session).await, StatusCode::OK);

    // A new password ends the session; the old one is no more.
    assert_eq!(typing(&place, &["user", "passwd", "anna"], &format!("{ANOTHER}\n")).code, Some(0));
    assert_eq!(opens(&running.address, "/held", &session).await, StatusCode::SEE_OTHER);
    assert_eq!(signs_in(&running.address, "anna", PASSWORD).await, Err(StatusCode::UNAUTHORIZED));
    let session = signs_in(&running.address, "anna", ANOTHER).await.expect("with the new one");

    // Shut out, and let in again.
    assert_eq!(place.run(&["user", "block", "anna"]).code, Some(0));
    assert_eq!(opens(&running.address, "/held", &session).await, StatusCode::SEE_OTHER);
    assert!(signs_in(&running.address, "anna", ANOTHER).await.is_err());
    assert_eq!(people(&place)[0]["is_blocked"], true);
    assert_eq!(place.run(&["user", "block", "anna", "--undo"]).code, Some(0));
    assert!(signs_in(&running.address, "anna", ANOTHER).await.is_ok());
    assert!(!running.log().contains(ANOTHER), "no password in the log");
    running.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_by_what_they_may_do() {
    let place = Place::open().await;
    assert!(place.run(&["user", "list"]).out.contains("parom user add"), "it says how to begin");
    for (login, role) in [("anna", "administrator"), ("olga", "operator"), ("viktor", "viewer")] {
        let added = typing(&place, &["user", "add", login, "--role", role, "--name", "Имя"], PASSWORD);
        assert_eq!(added.code, Some(0), "{added:?}");
    }

    let people = people(&place);
    let roles: Vec<_> = people.iter().map(|person| (&person["login"], &person["role"])).collect();
    for (login, role) in [("anna", "administrator"), ("olga", "operator"), ("viktor", "viewer")] {
        assert!(roles.contains(&(&Value::from(login), &Value::from(role))), "{roles:?}");
    }
    assert!(people.iter().all(|person| person["seen_at"].is_null()), "nobody came in yet");
    assert!(!format!("{people:?}").contains("argon2"), "no hash is shown");
    let told = place.run(&["user", "list"]).out;
    assert!(told.contains("наблюдатель") && told.contains("не входил"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_in_words_and_changes_nothing() {
    let place = Place::open().await;
    assert_eq!(typing(&place, &["user", "add", "anna"], PASSWORD).code, Some(0));

    for (arguments, typed, word) in [
        (&["user", "add", "anna"][..], PASSWORD, "уже есть"),
        (&["user", "add", "olga"], "короткий", "короче 10 символов"),
        (&["user", "add", "olga"], "", "короче 10 символов"),
        (&["user", "add", "olga.petrova"], "olga.petrova", "угадают"),
        (&["user", "add", "ольга"], PASSWORD, "латинских букв"),
        (&["user", "add", "olga", "--role", "king"], PASSWORD, "viewer, operator или administrator"),
        (&["user", "passwd", "nobody"], PASSWORD, "логина «nobody» нет"),
        (&["user", "passwd", "anna"], "короткий", "короче 10 символов"),
        (&["user", "role", "nobody", "viewer"], "", "логина «nobody» нет"),
        (&["user", "block", "nobody"], "", "логина «nobody» нет"),
    ] {
        let ran = typing(&place, arguments, typed);
        assert!(matches!(ran.code, Some(1 | 2)), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(word), "{arguments:?}: {ran:?}");
        assert!(typed.is_empty() || !format!("{}{}", ran.out, ran.err).contains(PASSWORD), "{arguments:?}");
    }
    assert_eq!(people(&place).len(), 1);
}
