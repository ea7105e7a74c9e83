//! The first start: one form for this machine, behind a code, until the settings are written; then the service itself.

use crate::support::Place;

/// What a browser sends of what a person types into the form.
fn typed(code: &str, webhook: &str, deed: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("code", code)
        .append_pair("webhook_url", webhook)
        .append_pair("onec_login", "1c")
        .append_pair("onec_password", "пароль 1С")
        .append_pair("deed", deed)
        .finish()
}

const TYPED: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_code_tries_the_portal_and_writes_the_settings_and_the_service_starts() {
    let place = Place::open().await;
    let (mut service, address, code) = place.first_start();
    let form = format!("http://{address}/");
    let client = reqwest::Client::new();
    let file = place.folder.path().join("parom.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    let webhook = place.portal.webhook_url();

    let asked = client.get(&form).send().await.unwrap();
    assert_eq!(asked.status(), 200);
    assert!(asked.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let stranger = client.get(&form).header("host", "evil.example").send().await.unwrap();
    assert_eq!(stranger.status(), 403);
    let requests = place.portal.http_requests();
    let wrong = client
        .post(&form)
        .header(TYPED.0, TYPED.1)
        .body(typed("AAAA", &webhook, "save"))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 403);
    assert_eq!(place.portal.http_requests(), requests, "without the code nobody asks the portal");
    let foreign = client
        .post(&form)
        .header("origin", "http://evil.example")
        .header(TYPED.0, TYPED.1)
        .body(typed(&code, &webhook, "save"))
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 403);

    let bad = client
        .post(&form)
        .header(TYPED.0, TYPED.1)
        .body(typed(&code, "http://portal.example.ru/rest/1/s3cr3t/", "save"))
        .send();
    let bad = bad.await.unwrap();
    assert_eq!(bad.status(), 422);
    let text = bad.text().await.unwrap();
    assert!(text.contains("https://") && !text.contains("s3cr3t"), "{text}");
    let tried = client
        .post(&form)
        .header(TYPED.0, TYPED.1)
        .body(typed(&code, &webhook, "check"))
        .send()
        .await
        .unwrap();
    assert_eq!(tried.status(), 200);
    let text = tried.text().await.unwrap();
    assert!(text.contains("портал отвечает") && !text.contains("пароль 1С"), "{text}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before, "trying writes nothing");

    let saved = client
        .post(&form)
        .header(TYPED.0, TYPED.1)
        .body(typed(&code, &webhook, "save"))
        .send()
        .await
        .unwrap();
    assert_eq!(saved.status(), 200, "{}", saved.text().await.unwrap());
    let address = service.awaits("address");
    let ready = client.get(format!("http://{address}/readyz")).send().await.unwrap();
    assert_eq!(ready.text().await.unwrap(), "{\"ready\":true}");
    let hello = client.get(format!("http://{address}/1c/v1/ping")).basic_auth("1c", Some("пароль 1С")).send();
    assert_eq!(hello.await.unwrap().status(), 200);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("# наш файл") && text.contains(&webhook), "{text}");
    let names = std::fs::read_dir(place.folder.path()).unwrap();
    let copies: Vec<_> = names
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "bak"))
        .collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert_eq!(std::fs::read_to_string(&copies[0]).unwrap(), before);
    assert_eq!(service.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_too_many_wrong_codes_even_the_right_one_opens_nothing() {
    let place = Place::open().await;
    let (mut service, address, code) = place.first_start();
    let client = reqwest::Client::new();
    let webhook = place.portal.webhook_url();
    for _ in 0..10 {
        let wrong = client
            .post(format!("http://{address}/"))
            .header(TYPED.0, TYPED.1)
            .body(typed("AAAA", &webhook, "save"))
            .send();
        assert_eq!(wrong.await.unwrap().status(), 403);
    }

    let right = client
        .post(format!("http://{address}/"))
        .header(TYPED.0, TYPED.1)
        .body(typed(&code, &webhook, "save"))
        .send();

    assert_eq!(right.await.unwrap().status(), 429);
    assert_eq!(service.terminate(), Some(0), "it ends as asked");
}
