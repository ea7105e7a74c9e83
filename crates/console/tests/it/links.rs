//! Every link of every page leads somewhere, and every form is sent to an action that exists.

use std::collections::{BTreeSet, VecDeque};

use axum::http::Method as Verb;
use console::Method;

use crate::office::Office;

/// Pages that are looked at; a console that has more distinct ones than this has a circle in it.
const PAGES_MAX: usize = 500;

/// Whether an address belongs to a pattern.
fn is_like(pattern: &str, path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(part, given)| part.starts_with('{') || part == given)
}

#[tokio::test]
async fn every_link_of_every_page_leads_somewhere() {
    let office = Office::busy().await;
    let mut anna = office.signed_in("anna").await;
    let mut seen = BTreeSet::new();
    let mut ahead = VecDeque::from([("(начало)".to_owned(), "/".to_owned())]);

    while let Some((from, to)) = ahead.pop_front() {
        // Events never end; links within the page need no request; links to the portal leave the console.
        if to.starts_with('#')
            || to == "/events"
            || to.starts_with("https://portal.example.ru/")
            || !seen.insert(to.clone())
        {
            continue;
        }
        assert!(to.starts_with('/'), "{from} leads to strangers: {to}");
        assert!(seen.len() <= PAGES_MAX, "more than {PAGES_MAX} pages: {seen:#?}");
        let answer = anna.opens(&to).await;
        assert!(answer.status.is_success(), "{from} leads to {to}: {} {}", answer.status, answer.text());
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        for form in answer.attributes("action") {
            let posts = office.routes.iter().any(|route| is_like(route.path, &form));
            assert!(posts, "a form of {to} goes to {form}, which is nobody's");
            // What a search asks for is a page too.
            if office.routes.iter().any(|route| route.method == Method::Get && is_like(route.path, &form)) {
                ahead.push_back((to.clone(), form));
            }
        }
        for name in ["href", "src", "hx-get"] {
            ahead.extend(answer.attributes(name).into_iter().map(|link| (to.clone(), link)));
        }
    }

    let pages = office.routes.iter().filter(|route| route.method == Method::Get && route.path != "/events");
    for route in pages {
        let is_reached = seen.iter().any(|path| is_like(route.path, path)) || route.path == "/login";
        assert!(is_reached, "no link leads to {}: seed in `Office::busy` what makes one", route.path);
    }
}

#[tokio::test]
async fn the_check_of_links_can_fail() {
    let office = Office::with_people().await;
    let mut anna = office.signed_in("anna").await;

    assert!(!anna.asks(Verb::GET, "/nowhere", None).await.status.is_success());
    assert!(
        is_like("/people/{id}/role", "/people/01ARZ3/role?x=/")
            && !is_like("/people/{id}/role", "/people/role")
    );
}
