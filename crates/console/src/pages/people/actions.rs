//! What administrators do to people.

use axum::extract::State;
use axum_extra::extract::Form;
use domain::{Role, UserId};
use maud::html;
use serde::Deserialize;
use store::{Person, StoreError};

use super::{AddPerson, People, ResetPassword, SetBlocked, SetRole};
use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::Administrator;
use crate::nav::Tab;
use crate::page::Page;
use crate::state::Console;
use crate::{logins, passwords, sign_in};

#[derive(Deserialize)]
pub(super) struct Newcomer {
    login: String,
    name: String,
    role: String,
}

pub(super) async fn add(
    _: AddPerson,
    admin: Administrator,
    State(console): State<Console>,
    Form(given): Form<Newcomer>,
) -> Result<Acted, Failure> {
    let login = given.login.trim().to_lowercase();
    let role = role_of(&given.role)?;
    let audit = admin.begin(&console, Act::AddedPerson, format!("{login}, {}", role.title())).await?;
    if let Err(why) = logins::check(&login) {
        return audit.refused(&People, why).await;
    }
    let name = given.name.trim();
    if name.is_empty() || name.chars().count() > logins::NAME_CHARS_MAX {
        return audit.refused(&People, "имя не указано или длиннее 100 символов").await;
    }
    let password = passwords::make_up();
    let person = Person {
        id: console.ids.user(),
        login: login.clone(),
        name: name.to_owned(),
        role,
        password: sign_in::hash(&console, &password).await?,
        must_change: true,
        is_blocked: false,
        created_at: console.now(),
        seen_at: None,
    };
    let mut write = console.store.begin().await?;
    match write.add_person(&person).await {
        Ok(()) => write.commit().await?,
        Err(StoreError::Taken { .. }) => {
            drop(write);
            return audit.refused(&People, format!("логин «{login}» уже занят; выберите другой")).await;
        }
        Err(error) => return Err(error.into()),
    }
    audit.done_with("", once(&login, &password)).await
}

#[derive(Deserialize)]
pub(super) struct NewRole {
    role: String,
}

pub(super) async fn set_role(
    SetRole { id }: SetRole,
    admin: Administrator,
    State(console): State<Console>,
    Form(given): Form<NewRole>,
) -> Result<Acted, Failure> {
    let role = role_of(&given.role)?;
    let person = other(&console, &admin, id).await?;
    let audit = admin.begin(&console, Act::ChangedRole, person.login.as_str()).await?;
    let mut write = console.store.begin().await?;
    write.set_role(id, role).await?;
    write.commit().await?;
    audit.done(&People, format!("«{}» теперь {}", person.login, role.title())).await
}

#[derive(Deserialize)]
pub(super) struct Block {
    blocked: String,
}

pub(super) async fn set_blocked(
    SetBlocked { id }: SetBlocked,
    admin: Administrator,
    State(console): State<Console>,
    Form(given): Form<Block>,
) -> Result<Acted, Failure> {
    let is_blocked = given.blocked == "yes";
    let person = other(&console, &admin, id).await?;
    let act = if is_blocked { Act::BlockedPerson } else { Act::UnblockedPerson };
    let audit = admin.begin(&console, act, person.login.as_str()).await?;
    let mut write = console.store.begin().await?;
    write.set_blocked(id, is_blocked).await?;
    write.commit().await?;
    let what =
        if is_blocked { "закрыт, сеансы закончены" } else { "снова открыт" };
    audit.done(&People, format!("вход для «{}» {what}", person.login)).await
}

pub(super) async fn reset_password(
    ResetPassword { id }: ResetPassword,
    admin: Administrator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let person = other(&console, &admin, id).await?;
    let audit = admin.begin(&console, Act::ResetPassword, person.login.as_str()).await?;
    let password = passwords::make_up();
    let hash = sign_in::hash(&console, &password).await?;
    let mut write = console.store.begin().await?;
    write.set_password(id, &hash, true).await?;
    write.commit().await?;
    audit.done_with("", once(&person.login, &password)).await
}

/// A password that nobody will see again.
fn once(login: &str, password: &str) -> Page {
    let body = html! {
        p { "Передайте человеку логин и пароль. Пароль показан один раз; при первом входе он сменит его." }
        dl.pairs {
            div { dt { "Логин" } dd { code { (login) } } }
            div { dt { "Пароль" } dd { code.password { (password) } } }
        }
        p { a href=(People) { "К списку людей" } }
    };
    Page::new(Tab::People, "Пароль для входа", body)
}

fn role_of(word: &str) -> Result<Role, Failure> {
    Role::parse(word).ok_or_else(|| Failure::Invalid("такой роли нет; выберите роль из списка".to_owned()))
}

/// Somebody else: an administrator does nothing to himself here, so that one always remains.
async fn other(console: &Console, admin: &Administrator, id: UserId) -> Result<Person, Failure> {
    if id == admin.person.id {
        let why = "себя изменить нельзя: попросите другого администратора или выполните команду parom user";
        return Err(Failure::Invalid(why.to_owned()));
    }
    console.store.person(id).await?.ok_or_else(|| Failure::not_found("такого пользователя нет"))
}
