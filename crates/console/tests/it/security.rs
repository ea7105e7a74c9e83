//! What strangers, guessers and other sites try.

use axum::http::{Method as Verb, StatusCode, header};
use domain::SignedDuration;
use store::{AuditFilter, AuditResult};

use crate::browser::{Answer, Browser};
use crate::office::{Office, PASSWORD};

const WRONG: &str = "неверный пароль";

fn set_cookie(answer: &Answer, name: &str) -> String {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    let cookies = cookies.map(|cookie| cookie.to_str().expect("cookies are ASCII").to_owned());
    cookies.filter(|cookie| cookie.starts_with(name)).collect()
}

#[tokio::test]
async fn the_cookie_is_for_this_site_alone_and_no_script_reads_it() {
    let office = Office::with_people().await;
    let near = set_cookie(&office.browser().signs_in("olga", PASSWORD).await, "parom=");
    assert!(
        near.contains("; HttpOnly") && near.contains("; SameSite=Strict") && near.contains("; Path=/"),
        "{near}"
    );
    assert!(!near.contains("Secure"), "without https a browser would not send it back: {near}");

    let office = Office::behind_proxy("https://parom.example.ru").await;
    let far = set_cookie(&office.browser().signs_in("olga", PASSWORD).await, "__Host-parom=");
    assert!(
        far.contains("; Secure") && far.contains("; HttpOnly") && far.contains("; SameSite=Strict"),
        "{far}"
    );
}

#[tokio::test]
async fn the_database_holds_nothing_that_lets_one_in() {
    let office = Office::with_people().await;
    let olga = office.signed_in("olga").await;
    let token = olga.cookie("parom").expect("she is signed in").to_owned();

    let file = std::fs::read(office.database()).expect("the file of the database");
    let wal = std::fs::read(office.database().with_extension("db-wal")).unwrap_or_default();
    for content in [file, wal] {
        let holds = |needle: &str| content.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!holds(&token) && !holds(PASSWORD));
    }
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing_even_with_a_stolen_token() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;
    let token = olga.opens("/me").await.csrf();

    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://parom.example.ru:8080"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        olga.headers = vec![(name, value.to_owned())];
        let answer = olga.posts_with(&token, "/logout", &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        let door = olga.signs_in("olga", PASSWORD).await;
        assert_eq!(
            door.status,
            StatusCode::FORBIDDEN,
            "the door takes no form of another site: {name}: {value}"
        );
    }
    olga.headers =
        vec![("origin", "https://parom.example.ru".to_owned()), ("sec-fetch-site", "same-origin".to_owned())];
    assert!(olga.posts_with(&token, "/logout", &[]).await.redirect().is_some());
}

#[tokio::test]
async fn behind_a_proxy_the_public_address_is_the_origin() {
    let office = Office::behind_proxy("https://parom.example.ru").await;
    let mut olga = office.signed_in("olga").await;
    let token = olga.opens("/me").await.csrf();
    olga.host = "127.0.0.1:8024";

    olga.headers = vec![("origin", "https://evil.example".to_owned())];
    assert_eq!(olga.posts_with(&token, "/logout", &[]).await.status, StatusCode::FORBIDDEN);
    olga.headers = vec![("origin", "https://parom.example.ru".to_owned())];
    assert!(olga.posts_with(&token, "/logout", &[]).await.redirect().is_some());
}

#[tokio::test]
async fn the_token_of_one_session_is_worth_nothing_in_another() {
    let office = Office::with_people().await;
    let token = office.signed_in("anna").await.opens("/me").await.csrf();
    let mut olga = office.signed_in("olga").await;

    assert_ne!(olga.opens("/me").await.csrf(), token);
    assert_eq!(olga.posts_with(&token, "/logout", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(olga.asks(Verb::GET, "/me", None).await.status, StatusCode::OK, "she is still signed in");
}

#[tokio::test]
async fn a_guesser_waits_and_others_do_not() {
    let office = Office::with_people().await;
    let mut guesser = office.browser();
    for _ in 0..5 {
        assert_eq!(guesser.signs_in("olga", WRONG).await.status, StatusCode::UNAUTHORIZED);
    }

    let shut = guesser.signs_in("olga", PASSWORD).await;
    assert_eq!(shut.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(shut.text().contains("через 15 мин"), "{}", shut.text());
    let mut olga = office.browser();
    olga.address = "192.0.2.8:40000".parse().expect("an address");
    assert!(olga.signs_in("olga", PASSWORD).await.redirect().is_some(), "from elsewhere she comes in");
    assert!(guesser.signs_in("viktor", PASSWORD).await.redirect().is_some(), "so does her colleague");

    office.clock.advance(SignedDuration::from_mins(15));
    assert!(guesser.signs_in("olga", PASSWORD).await.redirect().is_some());
}

#[tokio::test]
async fn an_address_that_tries_many_logins_waits_with_all_of_them() {
    let office = Office::with_people().await;
    let mut guesser = office.browser();
    for number in 0..30 {
        guesser.signs_in(&format!("user{number}"), WRONG).await;
    }

    assert_eq!(guesser.signs_in("olga", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    let mut olga = office.browser();
    olga.address = "192.0.2.8:40000".parse().expect("an address");
    assert!(olga.signs_in("olga", PASSWORD).await.redirect().is_some());
}

#[tokio::test]
async fn a_stranger_cannot_say_that_he_is_somewhere_else() {
    // Without a proxy nobody is believed; behind one only what the proxy itself has written, at the end.
    let office = Office::with_people().await;
    let mut guesser = office.browser();
    for number in 0..6 {
        guesser.headers = vec![("x-forwarded-for", format!("198.51.100.{number}"))];
        guesser.signs_in("olga", WRONG).await;
    }
    assert_eq!(guesser.signs_in("olga", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);

    let office = Office::behind_proxy("https://parom.example.ru").await;
    let mut guesser = office.browser();
    guesser.address = "127.0.0.1:40000".parse().expect("an address");
    for number in 0..6 {
        guesser.headers = vec![("x-forwarded-for", format!("198.51.100.{number}, 192.0.2.66"))];
        guesser.signs_in("olga", WRONG).await;
    }
    assert_eq!(guesser.signs_in("olga", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    guesser.headers = vec![("x-forwarded-for", "192.0.2.67".to_owned())];
    assert!(
        guesser.signs_in("olga", PASSWORD).await.redirect().is_some(),
        "another customer of the same proxy"
    );
}

#[tokio::test]
async fn an_unknown_login_and_a_wrong_password_are_told_apart_by_nobody() {
    let office = Office::with_people().await;

    let unknown = office.browser().signs_in("nobody", WRONG).await;
    let wrong = office.browser().signs_in("olga", WRONG).await;
    assert_eq!(unknown.status, wrong.status);
    assert_eq!(unknown.text().replace("nobody", "olga"), wrong.text());
}

#[tokio::test]
async fn whoever_is_blocked_is_out_at_once_and_does_not_come_in_again() {
    let office = Office::with_people().await;
    let mut anna = office.signed_in("anna").await;
    let mut olga = office.signed_in("olga").await;
    let id = office.id_of("olga").await;

    let told = anna.posts("/people", &format!("/people/{id}/block"), &[("blocked", "yes")]).await;
    assert_eq!(told.redirect().as_deref(), Some("/people"));

    assert!(olga.asks(Verb::GET, "/", None).await.redirect().is_some());
    assert_eq!(olga.signs_in("olga", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert!(anna.opens("/people").await.text().contains("Вход для «olga» закрыт"));
    anna.posts("/people", &format!("/people/{id}/block"), &[("blocked", "no")]).await;
    assert!(olga.signs_in("olga", PASSWORD).await.redirect().is_some());
}

#[tokio::test]
async fn a_password_that_somebody_else_gave_has_to_be_changed_before_anything() {
    let office = Office::with_people().await;
    let mut anna = office.signed_in("anna").await;
    let mut before = office.signed_in("olga").await;
    let id = office.id_of("olga").await;
    let given = anna.posts("/people", &format!("/people/{id}/password"), &[]).await;
    let password = given.text().lines().find_map(|line| line.strip_prefix("Пароль: ").map(str::to_owned));
    let password = password.unwrap_or_else(|| panic!("no password in {}", given.text()));

    assert!(before.asks(Verb::GET, "/", None).await.redirect().is_some(), "the old session has ended");
    let mut olga = office.browser();
    assert!(olga.signs_in("olga", &password).await.redirect().is_some());
    assert_eq!(olga.asks(Verb::GET, "/", None).await.redirect().as_deref(), Some("/me"));
    let token = olga.opens("/me").await.csrf();
    assert_eq!(
        olga.posts_with(&token, &format!("/people/{id}/role"), &[]).await.status,
        StatusCode::FORBIDDEN
    );
    change(&mut olga, &password, "кот на крыше", "кот на крыше").await;
    assert_eq!(olga.asks(Verb::GET, "/", None).await.status, StatusCode::OK);

    let entries = office.store.audit_entries(&AuditFilter::default(), None, 100).await.expect("the audit");
    assert!(!format!("{entries:?}").contains(&password), "a password stands in the audit");
}

async fn change(browser: &mut Browser, current: &str, new: &str, again: &str) -> String {
    browser.posts("/me", "/me/password", &[("current", current), ("new", new), ("again", again)]).await;
    browser.opens("/me").await.text()
}

#[tokio::test]
async fn ones_own_password_is_changed_by_whoever_knows_it_and_other_devices_are_signed_out() {
    let office = Office::with_people().await;
    let (mut desk, mut phone) = (office.signed_in("olga").await, office.signed_in("olga").await);
    let old = desk.cookie("parom").map(str::to_owned);

    assert!(
        change(&mut desk, WRONG, "кот на крыше", "кот на крыше").await.contains("Нынешний пароль неверен")
    );
    assert!(change(&mut desk, PASSWORD, "кот на крыше", "кот под крышей").await.contains("по-разному"));
    assert!(change(&mut desk, PASSWORD, "кот", "кот").await.contains("короче 10 символов"));
    assert_eq!(phone.asks(Verb::GET, "/", None).await.status, StatusCode::OK);

    assert!(change(&mut desk, PASSWORD, "кот на крыше", "кот на крыше").await.contains("Пароль изменён"));
    assert_ne!(desk.cookie("parom").map(str::to_owned), old, "the session has a new token");
    assert!(phone.asks(Verb::GET, "/", None).await.redirect().is_some());
    assert_eq!(phone.signs_in("olga", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert!(phone.signs_in("olga", "кот на крыше").await.redirect().is_some());
}

#[tokio::test]
async fn guessing_the_present_password_at_an_open_desk_is_limited_too() {
    let office = Office::with_people().await;
    let mut desk = office.signed_in("olga").await;
    for _ in 0..5 {
        change(&mut desk, WRONG, "кот на крыше", "кот на крыше").await;
    }

    let told = change(&mut desk, PASSWORD, "кот на крыше", "кот на крыше").await;
    assert!(told.contains("Слишком много неверных паролей"), "{told}");
}

#[tokio::test]
async fn nobody_changes_himself_among_the_people_so_that_an_administrator_remains() {
    let office = Office::with_people().await;
    let mut anna = office.signed_in("anna").await;
    let id = office.id_of("anna").await;
    let token = anna.opens("/people").await.csrf();

    for (action, field) in
        [("role", ("role", "viewer")), ("block", ("blocked", "yes")), ("password", ("", ""))]
    {
        let answer = anna.posts_with(&token, &format!("/people/{id}/{action}"), &[field]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{action}");
    }
    assert_eq!(office.store.administrators().await.expect("a figure"), 1);
}

#[tokio::test]
async fn the_audit_knows_who_did_what_and_who_was_refused() {
    let office = Office::with_people().await;
    // Entries of one moment have no order among themselves.
    let pass = || office.clock.advance(SignedDuration::from_secs(1));
    office.browser().signs_in("olga", WRONG).await;
    pass();
    let mut viktor = office.signed_in("viktor").await;
    pass();
    let token = viktor.opens("/me").await.csrf();
    viktor.posts_with(&token, "/people/add", &[("login", "friend")]).await;
    pass();
    let mut anna = office.signed_in("anna").await;
    pass();
    anna.posts("/people", "/people/add", &[("login", "Pavel"), ("name", "Павел"), ("role", "operator")])
        .await;
    pass();
    anna.posts("/people", "/people/add", &[("login", "pavel"), ("name", "Павел"), ("role", "viewer")]).await;

    let entries = office.store.audit_entries(&AuditFilter::default(), None, 100).await.expect("the audit");
    let told: Vec<_> = entries
        .iter()
        .rev()
        .map(|entry| (entry.login.as_str(), entry.act.as_str(), entry.subject.as_str(), entry.result))
        .collect();
    assert_eq!(
        told,
        [
            ("olga", "signed-in", "", AuditResult::Refused),
            ("viktor", "signed-in", "", AuditResult::Done),
            ("viktor", "refused", "/people/add", AuditResult::Refused),
            ("anna", "signed-in", "", AuditResult::Done),
            ("anna", "added-person", "pavel, оператор", AuditResult::Done),
            ("anna", "added-person", "pavel, наблюдатель", AuditResult::Refused),
        ]
    );
    assert!(entries.iter().all(|entry| entry.address == "192.0.2.7"));
}

#[tokio::test]
async fn what_people_type_is_shown_as_text() {
    let office = Office::with_people().await;
    let mut anna = office.signed_in("anna").await;
    let name = "<script>alert(1)</script>";
    anna.posts("/people", "/people/add", &[("login", "pavel"), ("name", name), ("role", "operator")]).await;

    for page in ["/people", "/audit?login=%3Cscript%3E", "/login?next=%22%3E%3Cscript%3E"] {
        let answer = anna.opens(page).await;
        assert!(!answer.body.contains("<script>"), "{page}");
    }
}

#[tokio::test]
async fn a_form_longer_than_any_of_ours_is_refused() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    let answer = olga.posts("/me", "/me/password", &[("current", &"a".repeat(100_000))]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}
