//! One's own page: name, role, where one is signed in, a new password.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use axum_extra::extract::Form;
use axum_extra::routing::TypedPath;
use maud::{Markup, html};
use serde::Deserialize;
use store::Session;

use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::guard::Viewer;
use crate::page::Page;
use crate::pages::sign_in::SignIn;
use crate::passwords::{self, PASSWORD_CHARS_MIN};
use crate::routes::Routes;
use crate::sign_in::{self, farewell};
use crate::state::Console;
use crate::text::browser;
use crate::ui::{Column, Field, ago, field, form, key_values, submit, table, time};

/// One's own page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/me")]
pub(crate) struct Me;

/// Sets a new password.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/me/password")]
pub(crate) struct NewPassword;

/// Ends all one's sessions.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/me/sign-out-everywhere")]
pub(crate) struct SignOutEverywhere;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.page(me).own_action(new_password).own_action(sign_out_everywhere)
}

async fn me(_: Me, viewer: Viewer, State(console): State<Console>) -> Result<Page, Failure> {
    let sessions = console.store.sessions_of(viewer.person.id).await?;
    Ok(Page::beside("Мой вход", body(&console, &viewer, &sessions)))
}

fn body(console: &Console, viewer: &Viewer, sessions: &[Session]) -> Markup {
    let now = console.now();
    let is_required = Field { is_required: true, ..Field::default() };
    let hint = format!("Не короче {PASSWORD_CHARS_MIN} символов; несколько слов запомнить легче, чем знаки.");
    let new = Field {
        autocomplete: Some("new-password"),
        min: Some(PASSWORD_CHARS_MIN),
        max: Some(passwords::PASSWORD_CHARS_MAX),
        ..is_required
    };
    let password = html! {
        (field("Нынешний пароль", "current", "password", "", Field { autocomplete: Some("current-password"), ..is_required }))
        (field("Новый пароль", "new", "password", "", Field { hint: Some(&hint), ..new }))
        (field("Новый пароль ещё раз", "again", "password", "", new))
        (submit("Сменить пароль"))
    };
    html! {
        @if viewer.person.must_change {
            div.flash.problem role="alert" { "Пароль вам дал администратор. Смените его, чтобы продолжить." }
        }
        (key_values(&[
            ("Логин", html! { (viewer.person.login) }),
            ("Имя", html! { (viewer.person.name) }),
            ("Роль", html! { (viewer.person.role.title()) }),
        ]))
        h2 { "Пароль" }
        div.narrow { (form(&viewer.csrf, &NewPassword, password)) }
        h2 { "Где вы вошли" }
        (table("Открытые сеансы", &[
            Column::Text("Браузер"), Column::Text("Адрес"), Column::Text("Вход"), Column::Text("Последнее действие"),
        ], html! {
            @for session in sessions {
                tr {
                    td title=(session.agent) { (browser(&session.agent)) }
                    td { (session.address) }
                    td { (time(session.created_at, &console.zone)) }
                    td { (ago(session.seen_at, now, &console.zone)) }
                }
            }
        }))
        (form(&viewer.csrf, &SignOutEverywhere, html! { button.danger type="submit" { "Выйти везде" } }))
    }
}

#[derive(Deserialize)]
struct Passwords {
    current: String,
    new: String,
    again: String,
}

async fn new_password(
    _: NewPassword,
    viewer: Viewer,
    State(console): State<Console>,
    headers: HeaderMap,
    Form(given): Form<Passwords>,
) -> Result<Acted, Failure> {
    let audit = viewer.begin(&console, Act::ChangedPassword, viewer.person.login.as_str()).await?;
    let person = &viewer.person;
    let hash = Some(person.password.clone());
    match sign_in::knows(&console, &person.login, hash, &given.current, &viewer.address).await {
        Ok(true) => {}
        Ok(false) => return audit.refused(&Me, "нынешний пароль неверен; пароль не изменён").await,
        Err(Failure::Busy(why)) => return audit.refused(&Me, why).await,
        Err(failure) => return Err(failure),
    }
    if given.new != given.again {
        return audit.refused(&Me, "новый пароль набран по-разному; пароль не изменён").await;
    }
    if given.new == given.current {
        return audit.refused(&Me, "новый пароль тот же, что и был; придумайте другой").await;
    }
    if let Err(bad) = passwords::check(&given.new, &viewer.person.login) {
        return audit.refused(&Me, bad.to_string()).await;
    }
    let hash = sign_in::hash(&console, &given.new).await?;
    let mut write = console.store.begin().await?;
    write.set_password(viewer.person.id, &hash, false).await?;
    write.commit().await?;
    let agent = headers.get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let cookie = sign_in::open(&console, viewer.person.id, &viewer.address, agent).await?;
    let told = Flash::done("пароль изменён, на других устройствах вход закрыт").header();
    audit
        .done_by(
            "",
            (cookie, axum::response::AppendHeaders(told), Redirect::to(&Me.to_string())).into_response(),
        )
        .await
}

async fn sign_out_everywhere(
    _: SignOutEverywhere,
    viewer: Viewer,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let audit = viewer.begin(&console, Act::SignedOutEverywhere, viewer.person.login.as_str()).await?;
    let mut write = console.store.begin().await?;
    write.close_sessions(viewer.person.id).await?;
    write.commit().await?;
    audit.done_by("", (farewell(&console), Redirect::to(&SignIn.to_string())).into_response()).await
}
