//! The first start: a page of few steps for this machine, behind a code, until the settings are written; then the service
//! itself.

use reqwest::{Client, Response, StatusCode};

use crate::support::{Place, Running};

/// Somebody at this machine, with the page of the first start before him.
struct Newcomer {
    service: Running,
    address: String,
    code: String,
    client: Client,
}

impl Newcomer {
    fn at(place: &Place) -> Self {
        let (service, address, code) = place.first_start();
        Self { service, address, code, client: Client::new() }
    }

    /// Sends the form with these fields and the code.
    async fn sends(&self, fields: &[(&str, &str)]) -> (StatusCode, String) {
        self.sends_with(&self.code, fields, &[]).await
    }

    async fn sends_with(
        &self,
        code: &str,
        fields: &[(&str, &str)],
        headers: &[(&'static str, &str)],
    ) -> (StatusCode, String) {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("code", code).extend_pairs(fields);
        let mut request = self
            .client
            .post(format!("http://{}/", self.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send().await.expect("somebody listens")).await
    }
}

async fn read(answer: Response) -> (StatusCode, String) {
    (answer.status(), answer.text().await.expect("a whole page"))
}

/// A place whose settings name neither side.
async fn new_place() -> Place {
    let place = Place::open().await;
    place.set_nothing();
    place
}

fn settings(place: &Place) -> String {
    std::fs::read_to_string(place.folder.path().join("parom.toml")).expect("it was written")
}

/// What a text has between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no `{before}` in {text}"));
    rest.split(after).next().unwrap_or_default()
}

const ONEC: (&str, &str) = ("onec_password", "пароль для 1С");
const ANNA: [(&str, &str); 3] = [("login", "Anna"), ("name", "Анна Смирнова"), ("password", "кот на крыше")];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_code_tries_the_portal_and_writes_the_settings_and_the_service_starts() {
    let place = new_place().await;
    let before = settings(&place);
    let webhook = place.portal.webhook_url();
    let secret = webhook.trim_end_matches('/').rsplit('/').next().unwrap();
    let newcomer = Newcomer::at(&place);

    let (status, page) = newcomer.sends(&[("deed", "check"), ("webhook_url", &webhook)]).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("портал отвечает") && page.contains("Записать и запустить"), "{page}");
    assert!(!page.contains(secret), "the webhook does not come back");
    assert!(
        !page.contains("parom.bridge"),
        "what is kept of the module is of a portal that was chosen: {page}"
    );
    assert_eq!(settings(&place), before, "trying writes nothing");

    let [login, name, password] = ANNA;
    let (status, page) =
        newcomer.sends(&[("deed", "save"), ("onec_login", "1c"), login, name, password]).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let made_up = between(&page, "<code class=\"password\">", "<").to_owned();
    assert!(!page.contains(secret) && !page.contains(password.1), "{page}");

    let Newcomer { mut service, client, .. } = newcomer;
    let address = service.awaits("address");
    let ready = client.get(format!("http://{address}/readyz")).send().await.unwrap();
    assert_eq!(ready.text().await.unwrap(), "{\"ready\":true}");
    let ping = client.get(format!("http://{address}/1c/v1/ping")).basic_auth("1c", Some(&made_up)).send();
    assert_eq!(ping.await.unwrap().status(), StatusCode::OK, "the password that was shown opens the door");
    let people = place.run(&["user", "list"]).out;
    assert!(people.contains("anna") && people.contains("администратор"), "{people}");

    let text = settings(&place);
    assert!(text.contains("# наш файл") && text.contains("# внутри") && text.contains(&webhook), "{text}");
    let names = std::fs::read_dir(place.folder.path()).unwrap();
    let copies: Vec<_> = names
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "bak"))
        .collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert_eq!(std::fs::read_to_string(&copies[0]).unwrap(), before);
    assert_eq!(service.terminate(), Some(0));
    let log = service.log();
    assert!(!log.contains(secret) && !log.contains(&made_up) && !log.contains(password.1), "{log}");

    let mut again = place.serve();
    let door = client.get(format!("http://{}/setup", again.address)).send().await.unwrap();
    assert!(door.url().path() == "/login", "the second start serves at once: {}", door.url());
    assert_eq!(again.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_other_pages_are_refused_and_the_portal_hears_nothing_of_them() {
    let place = new_place().await;
    let webhook = place.portal.webhook_url();
    let newcomer = Newcomer::at(&place);
    let (form, client) = (format!("http://{}/", newcomer.address), &newcomer.client);
    let check = [("deed", "check"), ("webhook_url", webhook.as_str())];
    let before = place.portal.http_requests();

    let asked = client.get(&form).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::OK);
    assert_eq!(asked.headers()["cache-control"], "no-store");
    let policy = asked.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    let named = client.get(&form).header("host", "evil.example").send().await.unwrap();
    assert_eq!(named.status(), StatusCode::FORBIDDEN, "a name that leads here");
    assert_eq!(newcomer.sends_with("AAAA", &check, &[]).await.0, StatusCode::FORBIDDEN);
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("x-forwarded-for", "192.0.2.7"),
    ] {
        let (status, _) = newcomer.sends_with(&newcomer.code, &check, &[(name, value)]).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let ping = client.get(format!("{form}1c/v1/ping")).basic_auth("1c", Some("x")).send().await.unwrap();
    assert_eq!(ping.status(), StatusCode::SERVICE_UNAVAILABLE, "1C comes again later");
    let long = "1".repeat(20_000);
    let (status, _) = newcomer.sends(&[("deed", "check"), ("webhook_url", &long)]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(place.portal.http_requests(), before, "without the code nobody asks the portal");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_too_many_wrong_codes_even_the_right_one_opens_nothing() {
    let place = new_place().await;
    let webhook = place.portal.webhook_url();
    let mut newcomer = Newcomer::at(&place);
    let check = [("deed", "check"), ("webhook_url", webhook.as_str())];
    // The right one does not count as a guess.
    assert_eq!(newcomer.sends(&check).await.0, StatusCode::OK);
    for _ in 0..10 {
        assert_eq!(newcomer.sends_with("AAAA", &check, &[]).await.0, StatusCode::FORBIDDEN);
    }

    assert_eq!(newcomer.sends(&check).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(newcomer.sends(&[("deed", "save"), ONEC]).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(newcomer.service.terminate(), Some(0), "it ends as asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_does_not_work_is_told_with_its_cure_and_without_its_code() {
    let place = new_place().await;
    let (webhook, before) = (place.portal.webhook_url(), settings(&place));
    let newcomer = Newcomer::at(&place);
    let user_and_code = webhook.split("/rest/").nth(1).unwrap();
    let wrong = webhook.replace(user_and_code, "1/s3cr3tc0de/");

    for (typed, told) in [
        ("http://portal.example.ru/rest/1/s3cr3tc0de/", "https://"),
        ("http://127.0.0.1:9/rest/1/s3cr3tc0de/", "Битрикс24"),
        (wrong.as_str(), "вебхук"),
        ("s3cr3tc0de", "не похож на ссылку"),
    ] {
        let (status, page) = newcomer.sends(&[("deed", "check"), ("webhook_url", typed)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}: {page}");
        assert!(page.contains(told) && !page.contains("s3cr3tc0de"), "{typed}: {page}");
        let (status, _) = newcomer.sends(&[("deed", "save"), ("onec_login", "1c"), ONEC]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "what was not proven is not written");
    }

    assert_eq!(settings(&place), before);
    assert!(!newcomer.service.log().contains("s3cr3tc0de"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_is_named_and_found_once_it_is_ticked() {
    let place = new_place().await;
    let webhook = place.portal.webhook_url();
    let newcomer = Newcomer::at(&place);
    let check = [("deed", "check"), ("webhook_url", webhook.as_str())];

    place.portal.set_scopes(&["user"]);
    let (status, page) = newcomer.sends(&check).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(page.contains("нет права «CRM (crm)»"), "{page}");

    place.portal.set_scopes(&["crm"]);
    let (status, page) = newcomer.sends(&check).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("нет права «Чат и уведомления (im)»"), "one can go on without it: {page}");

    place.portal.set_scopes(&["crm", "im"]);
    let (status, page) = newcomer.sends(&[("deed", "check")]).await;
    assert_eq!(status, StatusCode::OK, "the webhook is remembered: {page}");
    assert!(!page.contains("нет права"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_would_be_guessed_is_refused_and_the_form_keeps_the_rest() {
    let place = new_place().await;
    let webhook = place.portal.webhook_url();
    let newcomer = Newcomer::at(&place);
    newcomer.sends(&[("deed", "check"), ("webhook_url", &webhook)]).await;

    let [login, name, _] = ANNA;
    for (fields, told) in [
        (vec![("onec_password", "1234")], "Пароль для 1С"),
        (vec![ONEC, login, name, ("password", "короткий")], "Администратор: пароль короче"),
        (vec![ONEC, ("login", "анна"), ("password", "кот на крыше")], "Администратор: логин"),
    ] {
        let fields = [vec![("deed", "save"), ("onec_login", "buh")], fields].concat();
        let (status, page) = newcomer.sends(&fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(page.contains(told) && page.contains("value=\"buh\""), "{page}");
        assert!(!page.contains("1234") && !page.contains("кот на крыше"), "{page}");
    }
    assert!(place.run(&["user", "list"]).out.contains("ещё нет"), "nobody was added on the way");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_the_steps_loses_nothing_that_was_written() {
    let place = new_place().await;
    let (webhook, before) = (place.portal.webhook_url(), settings(&place));
    let check = [("deed", "check"), ("webhook_url", webhook.as_str())];
    let killed = Newcomer::at(&place);
    assert_eq!(killed.sends(&check).await.0, StatusCode::OK);
    let old_code = killed.code.clone();
    killed.service.kill();
    assert_eq!(settings(&place), before);

    let newcomer = Newcomer::at(&place);
    assert_ne!(newcomer.code, old_code);
    assert_eq!(newcomer.sends_with(&old_code, &check, &[]).await.0, StatusCode::FORBIDDEN);
    let save = [("deed", "save"), ("onec_login", "1c"), ONEC];
    let (status, page) = newcomer.sends(&save).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "it has forgotten the webhook, and asks: {page}");
    assert!(page.contains("Адрес входящего вебхука"), "{page}");
    assert_eq!(newcomer.sends(&check).await.0, StatusCode::OK);
    assert_eq!(newcomer.sends(&save).await.0, StatusCode::OK);
    newcomer.service.kill();

    let mut service = place.serve();
    let ping = Client::new().get(format!("http://{}/1c/v1/ping", service.address));
    assert_eq!(ping.basic_auth("1c", Some(ONEC.1)).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(service.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_written_are_told_and_the_next_try_finds_the_administrator_there() {
    let place = new_place().await;
    let (webhook, before) = (place.portal.webhook_url(), settings(&place));
    let file = place.folder.path().join("parom.toml");
    let newcomer = Newcomer::at(&place);
    newcomer.sends(&[("deed", "check"), ("webhook_url", &webhook)]).await;
    let [login, name, password] = ANNA;
    let save = [("deed", "save"), ("onec_login", "1c"), ONEC, login, name, password];

    let broken = "[onec\npassword = \"s3cr3t\"\n";
    std::fs::write(&file, broken).unwrap();
    let (status, page) = newcomer.sends(&save).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(page.contains("не читается как TOML") && !page.contains("s3cr3t"), "{page}");
    assert!(page.contains("уже заведён"), "{page}");
    assert_eq!(settings(&place), broken);

    std::fs::write(&file, &before).unwrap();
    let (status, page) = newcomer.sends(&save).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    newcomer.service.awaits("portal");
    assert_eq!(place.run(&["user", "list"]).out.matches("anna").count(), 1, "once");
}
