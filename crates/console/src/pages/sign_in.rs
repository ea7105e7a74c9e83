//! The door.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, http::StatusCode};
use axum_extra::extract::{Form, Query};
use axum_extra::routing::TypedPath;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::gate::{Address, Visitor};
use crate::guard::Viewer;
use crate::page::{Page, link};
use crate::pages::overview::Overview;
use crate::routes::Routes;
use crate::sign_in::{self, farewell};
use crate::state::Console;
use crate::ui::{Field, field, submit};

/// Where strangers come in.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/login")]
pub(crate) struct SignIn;

impl SignIn {
    /// The door that lets one go on to `next`.
    pub(crate) fn with_next(self, next: Option<&str>) -> String {
        match next {
            Some(next) => link(self, Next { next: next.to_owned() }),
            None => self.to_string(),
        }
    }
}

/// Where everybody goes out.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/logout")]
pub(crate) struct SignOut;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.open_page(door).open_action(come_in).own_action(go)
}

async fn door(
    _: SignIn,
    State(console): State<Console>,
    visitor: Option<Extension<Arc<Visitor>>>,
    Query(next): Query<Next>,
) -> Result<Response, Failure> {
    if visitor.is_some() {
        return Ok(Redirect::to(local(&next.next)).into_response());
    }
    Ok(show(&console, &next.next, "", None).await?.into_response())
}

#[derive(Deserialize)]
struct Credentials {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn come_in(
    _: SignIn,
    State(console): State<Console>,
    Extension(Address(address)): Extension<Address>,
    headers: HeaderMap,
    Form(given): Form<Credentials>,
) -> Result<Response, Failure> {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    match sign_in::sign_in(&console, &given.login, &given.password, &address, agent).await {
        Ok((_, cookie)) => Ok((cookie, Redirect::to(local(&given.next))).into_response()),
        Err(failure @ (Failure::Invalid(_) | Failure::Busy(_))) => {
            let page = show(&console, &given.next, &given.login, Some(&failure)).await?;
            let status = match failure {
                Failure::Invalid(_) => StatusCode::UNAUTHORIZED,
                failure => failure.status(),
            };
            let mut answer = page.into_response();
            *answer.status_mut() = status;
            Ok(answer)
        }
        Err(failure) => Err(failure),
    }
}

async fn go(_: SignOut, viewer: Viewer, State(console): State<Console>) -> Result<Acted, Failure> {
    let audit = viewer.begin(&console, Act::SignedOut, "").await?;
    let mut write = console.store.begin().await?;
    write.close_session(&viewer.token_digest).await?;
    write.commit().await?;
    audit.done_by("", (farewell(&console), Redirect::to(&SignIn.to_string())).into_response()).await
}

async fn show(
    console: &Console,
    next: &str,
    login: &str,
    problem: Option<&Failure>,
) -> Result<Page, Failure> {
    if !console.store.has_people().await? {
        return Ok(Page::beside("Вход", nobody_yet()));
    }
    let body = html! {
        div.door {
        @if let Some(problem) = problem { div.flash.problem role="alert" { (problem) } }
        form.narrow method="post" action=(SignIn) {
            input type="hidden" name="next" value=(next);
            (field("Логин", "login", "text", login, Field {
                autocomplete: Some("username"), is_required: true, is_first: true, max: Some(64), ..Field::default()
            }))
            (field("Пароль", "password", "password", "", Field {
                autocomplete: Some("current-password"), is_required: true, max: Some(200), ..Field::default()
            }))
            (submit("Войти"))
        }
        p.note { "Логин и пароль даёт администратор Парома. Забыли пароль — он сбросит его на странице «Люди» или командой " code { "parom user passwd" } "." }
        }
    };
    Ok(Page::beside("Вход", body))
}

fn nobody_yet() -> Markup {
    html! {
        p { "Пользователей ещё нет. Заведите первого администратора на сервере, где работает Паром:" }
        pre { code { "parom user add ЛОГИН --role administrator" } }
        p { "Команда спросит пароль. Потом обновите эту страницу и войдите." }
    }
}

/// An address of ours to go on to, or the overview: nobody is led to strangers after he signed in.
pub(crate) fn local(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t'])
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    if is_local { next } else { Overview::PATH }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_strangers() {
        for ours in ["/", "/people", "/audit?login=anna&before=01AB", "/search?q=%D0%BF"] {
            assert_eq!(local(ours), ours);
        }
        for strange in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "people"]
        {
            assert_eq!(local(strange), "/", "{strange}");
        }
    }
}
