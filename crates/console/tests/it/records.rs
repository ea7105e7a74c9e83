//! What people do to a counterparty on its page, and to what waits.

use domain::{Field, LinkId};

use crate::browser::{Answer, Browser};
use crate::office::Office;

/// The page of a counterparty.
fn page(id: LinkId) -> String {
    format!("/records/{id}")
}

/// Chooses the value of a side for the field of the first form that offers it.
async fn chooses(browser: &mut Browser, id: LinkId, field: Field, side: &str) -> Answer {
    let shown = browser.opens(&page(id)).await;
    let seen = shown.body.split("name=\"seen\" value=\"").nth(1).expect("a choice is offered");
    let seen = seen.split('"').next().expect("an attribute ends").to_owned();
    let fields = [("field", field.as_str()), ("side", side), ("seen", seen.as_str())];
    browser.posts(&page(id), &format!("{}/choose", page(id)), &fields).await
}

#[tokio::test]
async fn an_operator_decides_a_conflict_and_takes_it_back() {
    let mut office = Office::with_people().await;
    let id = office.disputed().await;
    let mut olga = office.signed_in("olga").await;

    let chosen = chooses(&mut olga, id, Field::Director, "onec").await;
    assert_eq!(chosen.redirect(), Some(page(id)));
    let shown = olga.opens(&page(id)).await.text();
    assert!(shown.contains("взято значение 1С"), "{shown}");
    assert!(office.store.conflicts_of(id).await.expect("the database is ours").is_empty());
    let deed = &office.store.deeds_of_link(id, None, 1).await.expect("the database is ours")[0];
    assert_eq!(deed.by, "olga");

    let undo = format!("{}/undo/{}", page(id), deed.id);
    assert_eq!(olga.posts(&page(id), &undo, &[]).await.redirect(), Some(page(id)));
    let shown = olga.opens(&page(id)).await.text();
    assert!(shown.contains("Решение отменено"), "{shown}");
}

#[tokio::test]
async fn a_choice_of_what_is_no_longer_so_changes_nothing() {
    let mut office = Office::with_people().await;
    let id = office.disputed().await;
    let mut olga = office.signed_in("olga").await;
    let old = "0123456789abcdef";

    let fields = [("field", "director"), ("side", "onec"), ("seen", old)];
    olga.posts(&page(id), &format!("{}/choose", page(id)), &fields).await;
    let shown = olga.opens(&page(id)).await.text();

    assert!(shown.to_lowercase().contains("измен"), "{shown}");
    assert_eq!(office.store.conflicts_of(id).await.expect("the database is ours").len(), 1);
}

#[tokio::test]
async fn what_people_do_to_a_record_stands_in_the_audit() {
    let mut office = Office::with_people().await;
    let id = office.disputed().await;
    let mut olga = office.signed_in("olga").await;

    olga.posts(&page(id), &format!("{}/send", page(id)), &[("to", "onec")]).await;
    olga.posts(&page(id), &format!("{}/unlink", page(id)), &[]).await;
    let audit = office.signed_in("anna").await.opens("/audit?login=olga").await.text();

    assert!(audit.contains("повторная отправка") && audit.contains("разрыв связи"), "{audit}");
    let shown = olga.opens(&page(id)).await.text();
    assert!(shown.contains("связь разорвана"), "{shown}");
}

#[tokio::test]
async fn a_viewer_is_offered_no_choice() {
    let mut office = Office::with_people().await;
    let id = office.disputed().await;
    let shown = office.signed_in("viktor").await.opens(&page(id)).await;

    assert!(!shown.body.contains("/choose"), "{}", shown.text());
    assert!(shown.text().contains("изменено с обеих сторон"), "{}", shown.text());
}

#[tokio::test]
async fn what_waits_is_tried_again_or_given_up_with_a_reason() {
    let office = Office::busy().await;
    let mut olga = office.signed_in("olga").await;
    let group = "/held/bitrix/duplicate-in-one-c";
    let key = |answer: &Answer| {
        let key = answer.body.split("name=\"key\" value=\"").nth(1).expect("a record waits");
        key.split('"').next().expect("an attribute ends").to_owned()
    };

    let first = key(&olga.opens(group).await);
    let given_up = [("key", first.as_str()), ("why", "дубль закрыт в 1С")];
    assert_eq!(
        olga.posts(group, &format!("{group}/give-up"), &given_up).await.redirect(),
        Some(group.to_owned())
    );
    let shown = olga.opens(group).await;
    assert!(shown.text().contains("больше не передаётся"), "{}", shown.text());

    let second = key(&shown);
    assert_ne!(first, second, "what was given up does not wait any more");
    olga.posts(group, &format!("{group}/retry"), &[("key", second.as_str())]).await;
    let told = olga.opens(group).await.text();
    assert!(told.contains("Повтор ИНН в 1С"), "{told}");
}
