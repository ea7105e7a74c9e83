//! `parom user`: who may use the console. Passwords are asked for or read from the standard input, never given as
//! arguments: those stand in the list of processes and in the history of the shell.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};
use console::passwords;
use domain::{Role, Timestamp};
use jiff::tz::TimeZone;
use serde::Serialize;
use store::{AuditEntry, AuditResult, Person, StoreError, Write};

use crate::Outcome;
use crate::app::App;
use crate::show::{self, Table, moment};

/// What to do with whom.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "parom user КОМАНДА [ПАРАМЕТРЫ]",
    subcommand_required = true,
    subcommand_help_heading = "Команды"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Добавить человека; пароль спросит или прочтёт из стандартного ввода
    Add(Add),
    /// Показать всех
    List(List),
    /// Дать новый пароль; все сеансы человека закончатся
    Passwd(Login),
    /// Сменить роль
    Role(NewRole),
    /// Закрыть вход: сеансы закончатся, войти будет нельзя
    Block(Block),
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom user add ЛОГИН [--role РОЛЬ] [--name ИМЯ]")]
#[expect(rustdoc::broken_intra_doc_links, reason = "these are help texts: brackets name the default")]
struct Add {
    #[command(flatten)]
    login: Login,
    /// viewer — только смотрит, operator — решает по записям, administrator — и по людям [viewer]
    #[arg(long, value_name = "РОЛЬ", value_parser = role, default_value = "viewer", hide_default_value = true)]
    role: Role,
    /// Имя для других людей [логин]
    #[arg(long, value_name = "ИМЯ")]
    name: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom user list [--json]")]
struct List {
    /// Вывести JSON для программ
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom user passwd ЛОГИН")]
struct Login {
    /// Логин
    #[arg(value_name = "ЛОГИН", value_parser = login)]
    login: String,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom user role ЛОГИН РОЛЬ")]
struct NewRole {
    #[command(flatten)]
    login: Login,
    /// viewer, operator или administrator
    #[arg(value_name = "РОЛЬ", value_parser = role)]
    role: Role,
}

#[derive(Debug, clap::Args)]
#[command(override_usage = "parom user block ЛОГИН [--undo]")]
struct Block {
    #[command(flatten)]
    login: Login,
    /// Снова пустить
    #[arg(long)]
    undo: bool,
}

fn login(text: &str) -> Result<String, String> {
    let login = text.trim().to_lowercase();
    console::logins::check(&login).map_err(str::to_owned)?;
    Ok(login)
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| "роль — viewer, operator или administrator".to_owned())
}

pub(crate) async fn run(args: Args, app: App) -> anyhow::Result<Outcome> {
    match args.command {
        Command::Add(add) => {
            let Login { login } = add.login;
            if app.store.person_by_login(&login).await?.is_some() {
                bail!("логин «{login}» уже есть; другой пароль даёт parom user passwd {login}");
            }
            let password = ask_for_password(&login)?;
            let name = add.name.unwrap_or_else(|| login.clone());
            create(&app, &login, &name, add.role, &password).await?;
            show::say(format!("Добавлен {login}, роль «{}».", add.role.title()))?;
        }
        Command::List(list) => say_all(&list, &app).await?,
        Command::Passwd(Login { login }) => {
            let person = find(&app, &login).await?;
            let hash = passwords::hash(&ask_for_password(&login)?);
            let mut write = app.store.begin().await?;
            write.set_password(person.id, &hash, false).await?;
            note(&app, &mut write, console::Act::ResetPassword, &login).await?;
            write.commit().await?;
            show::say(format!("У «{login}» новый пароль, сеансы закончены."))?;
        }
        Command::Role(NewRole { login: Login { login }, role }) => {
            let person = find(&app, &login).await?;
            let mut write = app.store.begin().await?;
            write.set_role(person.id, role).await?;
            note(&app, &mut write, console::Act::ChangedRole, &format!("{login}, {}", role.title())).await?;
            write.commit().await?;
            show::say(format!("Роль «{login}» теперь «{}».", role.title()))?;
        }
        Command::Block(Block { login: Login { login }, undo }) => {
            let person = find(&app, &login).await?;
            let act = if undo { console::Act::UnblockedPerson } else { console::Act::BlockedPerson };
            let mut write = app.store.begin().await?;
            write.set_blocked(person.id, !undo).await?;
            note(&app, &mut write, act, &login).await?;
            write.commit().await?;
            let what = if undo {
                "снова открыт"
            } else {
                "закрыт, сеансы закончены"
            };
            show::say(format!("Вход для «{login}» {what}."))?;
        }
    }
    app.store.close().await;
    Ok(Outcome::Done)
}

/// Adds somebody with a password that is known already.
pub(crate) async fn create(
    app: &App,
    login: &str,
    name: &str,
    role: Role,
    password: &str,
) -> anyhow::Result<()> {
    let person = Person {
        id: app.ids().user(),
        login: login.to_owned(),
        name: name.trim().to_owned(),
        role,
        password: passwords::hash(password),
        must_change: false,
        is_blocked: false,
        created_at: app.clock.now(),
        seen_at: None,
    };
    let mut write = app.store.begin().await?;
    match write.add_person(&person).await {
        Ok(()) => {}
        Err(StoreError::Taken { .. }) => bail!("логин «{login}» уже есть"),
        Err(error) => return Err(error.into()),
    }
    note(app, &mut write, console::Act::AddedPerson, &format!("{login}, {}", role.title())).await?;
    Ok(write.commit().await?)
}

/// Whoever has a shell on the server needs no session; the audit tells of it all the same.
async fn note(app: &App, write: &mut Write, act: console::Act, subject: &str) -> Result<(), StoreError> {
    let entry = AuditEntry {
        id: app.ids().audit(),
        at: app.clock.now(),
        person: None,
        login: String::new(),
        address: "parom user".to_owned(),
        act: act.as_str().to_owned(),
        subject: subject.to_owned(),
        result: AuditResult::Done,
        detail: String::new(),
    };
    write.begin_audit(&entry).await
}

async fn find(app: &App, login: &str) -> anyhow::Result<Person> {
    app.store
        .person_by_login(login)
        .await?
        .with_context(|| format!("логина «{login}» нет; все логины — parom user list"))
}

/// Twice from a terminal, without showing it; else the first line of the standard input.
fn ask_for_password(login: &str) -> anyhow::Result<String> {
    let password = if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Пароль: ").context("пароль не прочитан")?;
        let again = rpassword::prompt_password("Ещё раз: ").context("пароль не прочитан")?;
        if first != again {
            bail!("пароль набран по-разному; ничего не изменено");
        }
        first
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("пароль не прочитан из стандартного ввода")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    passwords::check(&password, login)?;
    Ok(password)
}

#[derive(Serialize)]
struct Shown<'p> {
    login: &'p str,
    name: &'p str,
    role: &'static str,
    is_blocked: bool,
    must_change_password: bool,
    seen_at: Option<Timestamp>,
}

async fn say_all(list: &List, app: &App) -> anyhow::Result<()> {
    let people = app.store.people().await?;
    if list.json {
        let shown: Vec<Shown<'_>> = people.iter().map(shown).collect();
        return show::json(&shown);
    }
    if people.is_empty() {
        return Ok(show::say("Пользователей ещё нет: parom user add ЛОГИН --role administrator")?);
    }
    Ok(show::say(told(&people, &app.config.onec.time_zone))?)
}

fn shown(person: &Person) -> Shown<'_> {
    Shown {
        login: &person.login,
        name: &person.name,
        role: person.role.as_str(),
        is_blocked: person.is_blocked,
        must_change_password: person.must_change,
        seen_at: person.seen_at,
    }
}

fn told(people: &[Person], zone: &TimeZone) -> Table {
    let mut table = Table::new(["Логин", "Имя", "Роль", "Последний раз"]);
    for person in people {
        let state = if person.is_blocked { ", вход закрыт" } else { "" };
        let seen = person.seen_at.map_or_else(|| "не входил".to_owned(), |at| moment(at, zone));
        let role = format!("{}{state}", person.role.title());
        table.row([person.login.clone(), person.name.clone(), role, seen]);
    }
    table
}
