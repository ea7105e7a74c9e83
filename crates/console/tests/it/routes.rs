//! Who may ask for what: told of every route that exists, so that a new page cannot be forgotten.

use axum::http::{Method as Verb, StatusCode};
use console::{Access, Method};

use crate::office::Office;

/// What anybody may ask for. A new line here opens a page to strangers.
const OPEN: &[(Method, &str)] =
    &[(Method::Get, "/assets/{hash}/{name}"), (Method::Get, "/login"), (Method::Post, "/login")];

/// What a viewer may do: only to himself.
const OWN: &[&str] = &["/logout", "/me/password", "/me/sign-out-everywhere", "/theme"];

/// A pattern with something in the place of its parameters.
fn example(pattern: &str) -> String {
    pattern
        .split('/')
        .map(|part| if part.starts_with('{') { "01ARZ3NDEKTSV4RRFFQ69G5FAV" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn strangers_see_the_door_and_nothing_else() {
    let office = Office::with_people().await;

    for route in &office.routes {
        let path = example(route.path);
        let is_open = OPEN.contains(&(route.method, route.path));
        assert_eq!(route.access == Access::Open, is_open, "{route:?}");
        if is_open {
            continue;
        }
        let verb = if route.method == Method::Get { Verb::GET } else { Verb::POST };
        let answer = office.browser().asks(verb, &path, Some(String::new())).await;
        assert!(answer.redirect().is_some_and(|to| to.starts_with("/login")), "{route:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing_whoever_sends_it() {
    let office = Office::with_people().await;
    let anna = office.signed_in("anna").await;

    for route in
        office.routes.iter().filter(|route| route.method == Method::Post && route.access != Access::Open)
    {
        for form in ["", "csrf=", "csrf=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let answer = anna.clone().asks(Verb::POST, &example(route.path), Some(form.to_owned())).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_viewer_may_act_only_on_himself() {
    let office = Office::with_people().await;
    let mut viktor = office.signed_in("viktor").await;
    let token = viktor.opens("/me").await.csrf();

    let own = office.routes.iter().filter(|route| route.access == Access::Myself).map(|route| route.path);
    let mut own: Vec<_> = own.collect();
    own.sort_unstable();
    assert_eq!(own, OWN);
    for route in office.routes.iter().filter(|route| route.access == Access::Operators) {
        assert_eq!(route.method, Method::Post, "{route:?}");
        let answer = viktor.posts_with(&token, &example(route.path), &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}: {}", answer.text());
        assert!(answer.text().contains("нужна роль"), "{route:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn every_answer_forbids_what_a_page_of_ours_never_does() {
    let office = Office::busy().await;
    let mut anna = office.signed_in("anna").await;

    for path in ["/login", "/", "/people", "/audit", "/nowhere"] {
        let answer = anna.asks(Verb::GET, path, None).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(!answer.body.contains("<style") && !answer.body.contains(" style="), "{path}");
        assert!(!answer.body.contains("<script>") && !answer.body.contains(" onclick="), "{path}");
    }
}
