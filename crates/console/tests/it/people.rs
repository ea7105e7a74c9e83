//! Coming in, going out, and what administrators do to others.

use axum::http::{Method as Verb, StatusCode};
use domain::SignedDuration;

use crate::office::{Office, PASSWORD};

#[tokio::test]
async fn whoever_knows_the_password_comes_in_and_goes_out() {
    let office = Office::with_people().await;
    let mut olga = office.browser();

    let door = olga.asks(Verb::GET, "/audit?login=anna", None).await;
    assert_eq!(door.redirect().as_deref(), Some("/login?next=%2Faudit%3Flogin%3Danna"));
    let wrong = olga.signs_in("olga", "неверный пароль").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.text().contains("неверный логин или пароль"), "{}", wrong.text());
    assert_eq!(olga.signs_in(" Olga ", PASSWORD).await.redirect().as_deref(), Some("/"));
    assert!(olga.opens("/").await.status.is_success());

    olga.posts("/", "/logout", &[]).await;
    assert_eq!(olga.cookie("parom"), None);
    assert!(olga.opens("/").await.body.contains("Войти"));
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_after_two_weeks_even_so() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    for _ in 0..14 {
        assert_eq!(olga.asks(Verb::GET, "/", None).await.status, StatusCode::OK);
        office.clock.advance(SignedDuration::from_hours(23));
    }
    office.clock.advance(SignedDuration::from_hours(14));
    assert!(olga.asks(Verb::GET, "/", None).await.redirect().is_some(), "two weeks have passed");

    let mut viktor = office.signed_in("viktor").await;
    office.clock.advance(SignedDuration::from_hours(25));
    assert!(viktor.asks(Verb::GET, "/", None).await.redirect().is_some(), "nobody used it for a day");
}

#[tokio::test]
async fn a_token_that_somebody_planted_in_the_browser_is_good_for_nothing() {
    let office = Office::with_people().await;
    let mut olga = office.browser();
    olga.has_cookie_of("parom", "planted");

    olga.signs_in("olga", PASSWORD).await;

    assert_ne!(olga.cookie("parom"), Some("planted"));
    let mut stranger = office.browser();
    stranger.has_cookie_of("parom", "planted");
    assert!(stranger.asks(Verb::GET, "/", None).await.redirect().is_some());
}
