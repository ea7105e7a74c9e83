//! Silence that people ask for, and messages to try the channels.

use crate::office::Office;

#[tokio::test]
async fn an_operator_asks_for_silence_and_ends_it() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    olga.posts("/alerts", "/alerts/mute", &[("cause", "disk"), ("hours", "24")]).await;
    let shown = olga.opens("/alerts").await.text();
    assert!(shown.contains("29.11.2026 12:00:00") && shown.contains("olga"), "{shown}");

    olga.posts("/alerts", "/alerts/unmute", &[("cause", "disk")]).await;
    let shown = olga.opens("/alerts").await.text();
    assert!(shown.contains("О новых бедах сообщаем сразу"), "{shown}");
}

#[tokio::test]
async fn silence_for_a_time_that_nobody_offered_is_refused() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    let answer = olga.posts("/alerts", "/alerts/mute", &[("cause", ""), ("hours", "100000")]).await;

    assert!(answer.text().contains("Выберите срок из списка"), "{}", answer.text());
}

#[tokio::test]
async fn the_doctor_tells_what_a_dead_portal_needs() {
    let office = Office::with_people().await;
    let mut olga = office.signed_in("olga").await;

    let found = olga.posts("/settings", "/settings/doctor", &[]).await;

    assert!(found.text().contains("База Парома") && found.text().contains("не работает"), "{}", found.text());
    assert!(!found.body.contains("secret"), "the code of the webhook is shown: {}", found.text());
}
