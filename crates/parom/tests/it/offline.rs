//! The local application and the service as a process: connected once, it listens over restarts.

use std::time::Duration;

use emulator::bitrix24::LocalApplication;
use reqwest::{Client, StatusCode};

use crate::support::{Place, Running, really_wait};

/// An administrator and a manager of the emulated portal.
const ADMIN: i64 = 1;
const MANAGER: i64 = 12;

/// Settings with the local application that the portal has.
async fn place() -> Place {
    let place = Place::open().await;
    let client_secret = "s3cr3t".to_owned();
    place.portal.application().add(LocalApplication { client_id: "local.1".to_owned(), client_secret });
    let file = place.folder.path().join("parom.toml");
    let settings = std::fs::read_to_string(&file).expect("the settings of the place");
    let keys = format!(
        "[bitrix24]\nclient_id = \"local.1\"\nclient_secret = \"s3cr3t\"\noauth_server = \"{}\"\noffline_every = \"1s\"\n\
         sweep_every = \"1d\"\n",
        place.portal.application().server_url()
    );
    std::fs::write(&file, settings.replace("[bitrix24]\n", &keys)).expect("the folder is ours");
    place
}

async fn post(service: &Running, form: String) -> (StatusCode, String) {
    let url = format!("http://{}/bitrix24/install", service.address);
    let request =
        Client::new().post(url).header("Content-Type", "application/x-www-form-urlencoded").body(form);
    let response = request.send().await.expect("an answer");
    (response.status(), response.text().await.expect("a text"))
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        really_wait(Duration::from_millis(100)).await;
    }
    panic!("never {what}");
}

async fn an_edit_is_heard(place: &Place, title: &str) {
    let read = place.portal.counters();
    let company = place.portal.employee().creates_company(title).expect("employees may");
    until("heard", || place.portal.application().queued() == (0, 0)).await;
    until("read", || place.portal.counters().since(&read).of("crm.company.list") > 0).await;
    assert!(place.portal.company(company).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installed_application_is_listened_to_over_a_restart() {
    let place = place().await;
    let service = place.serve();

    // Whoever is no administrator of this portal connects nothing, whatever he says of himself.
    let stranger = "event=ONAPPINSTALL&auth[access_token]=x&auth[refresh_token]=y&auth[domain]=evil.example";
    let (status, text) = post(&service, stranger.to_owned()).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{text}");
    assert_eq!(post(&service, stranger.to_owned()).await.0, StatusCode::TOO_MANY_REQUESTS);
    really_wait(Duration::from_secs(3)).await;
    let (status, text) = post(&service, place.portal.application().install_form(MANAGER)).await;
    assert!(status == StatusCode::FORBIDDEN && text.contains("администратор"), "{text}");
    assert_eq!(place.portal.application().subscriptions(), 0);

    really_wait(Duration::from_secs(3)).await;
    let (status, text) = post(&service, place.portal.application().install_form(ADMIN)).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    until("subscribed", || place.portal.application().subscriptions() == 15).await;
    an_edit_is_heard(&place, "Ромашка").await;

    service.kill();
    place.portal.application().expire_access_tokens();
    let _service = place.serve();
    an_edit_is_heard(&place, "Лютик").await;
    assert_eq!(place.portal.application().exchanges(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_from_the_portal_connects_and_setup_says_where_to_get_one() {
    let place = place().await;
    let ran = place.run(&["setup"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("/oauth/authorize/?client_id=local.1"), "{}", ran.out);
    let service = place.serve();

    let code = place.portal.application().code(ADMIN);
    let url = format!("http://{}/bitrix24/install?code={code}&state=&domain=evil.example", service.address);
    let response = reqwest::get(url).await.unwrap();

    assert_eq!(response.status(), StatusCode::OK);
    until("subscribed", || place.portal.application().subscriptions() == 15).await;
    let ran = place.run(&["setup"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_application_nobody_installs_anything() {
    let place = Place::open().await;
    let service = place.serve();

    let (status, text) = post(&service, "AUTH_ID=x&REFRESH_ID=y".to_owned()).await;

    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(text.contains("client_id"), "{text}");
}
