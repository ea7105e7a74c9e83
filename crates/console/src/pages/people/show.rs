//! The list, and the form for somebody new.

use axum::extract::State;
use domain::Role;
use maud::{Markup, html};
use store::Person;

use super::{AddPerson, People, ResetPassword, SetBlocked, SetRole};
use crate::failure::Failure;
use crate::guard::Administrator;
use crate::nav::Tab;
use crate::page::Page;
use crate::pages::audit::Audit;
use crate::state::Console;
use crate::ui::{Choice, Column, Field, State as Stands, ago, badge, choice, field, form, submit, table};

pub(super) async fn people(
    _: People,
    admin: Administrator,
    State(console): State<Console>,
) -> Result<Page, Failure> {
    let people = console.store.people().await?;
    Ok(Page::new(Tab::People, Tab::People.title(), body(&console, &admin, &people)))
}

fn body(console: &Console, admin: &Administrator, people: &[Person]) -> Markup {
    let columns = [
        Column::Text("Логин"),
        Column::Text("Имя"),
        Column::Text("Роль"),
        Column::Text("Последний раз"),
        Column::Actions,
    ];
    let rows = html! { @for person in people { (row(console, admin, person)) } };
    let add = html! {
        (field("Логин", "login", "text", "", Field {
            is_required: true, max: Some(64), autocomplete: Some("off"),
            hint: Some("Латинские буквы, цифры, точка, дефис, подчёркивание, @."), ..Field::default()
        }))
        (field("Имя", "name", "text", "", Field { is_required: true, max: Some(100), autocomplete: Some("off"), ..Field::default() }))
        (roles(Role::Viewer))
        (submit("Добавить"))
    };
    html! {
        (table("Пользователи консоли", &columns, rows))
        h2 { "Добавить человека" }
        div.narrow { (form(&admin.csrf, &AddPerson, add)) }
        dl.pairs {
            div { dt { "Наблюдатель" } dd { "видит всё, ничего не меняет" } }
            div { dt { "Оператор" } dd { "решает по записям: повторить, выбрать значение, сверить, загрузить" } }
            div { dt { "Администратор" } dd { "то же и люди, журнал действий" } }
        }
    }
}

fn row(console: &Console, admin: &Administrator, person: &Person) -> Markup {
    let is_me = person.id == admin.person.id;
    html! {
        tr {
            td { a href=(Audit.of_login(&person.login)) { (person.login) } }
            td { (person.name) }
            td {
                (person.role.title())
                @if person.is_blocked { " " (badge(Stands::Bad, "вход закрыт")) }
                @if person.must_change { " " (badge(Stands::Waits, "сменит пароль")) }
            }
            td {
                @match person.seen_at {
                    Some(at) => (ago(at, console.now(), &console.zone)),
                    None => "не входил",
                }
            }
            td.actions {
                @if is_me { span.note { "это вы" } } @else { (buttons(admin, person)) }
            }
        }
    }
}

fn buttons(admin: &Administrator, person: &Person) -> Markup {
    let role = html! {
        (roles(person.role))
        button type="submit" { "Сменить роль" }
    };
    let (word, title) = if person.is_blocked {
        ("no", "Открыть вход")
    } else {
        ("yes", "Закрыть вход")
    };
    let block = html! {
        input type="hidden" name="blocked" value=(word);
        button.danger[!person.is_blocked] type="submit" { (title) }
    };
    html! {
        details {
            summary { "Изменить" }
            (form(&admin.csrf, &SetRole { id: person.id }, role))
            (form(&admin.csrf, &ResetPassword { id: person.id }, html! { button type="submit" { "Сбросить пароль" } }))
            (form(&admin.csrf, &SetBlocked { id: person.id }, block))
        }
    }
}

fn roles(chosen: Role) -> Markup {
    choice(
        "Роль",
        "role",
        Role::ALL.into_iter().map(|role| Choice {
            value: role.as_str(),
            title: role.title(),
            is_chosen: role == chosen,
        }),
    )
}
