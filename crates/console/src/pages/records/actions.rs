//! What people do to a counterparty.

use axum::extract::State;
use axum_extra::extract::Form;
use domain::{Field, LinkId, Reason, Side};
use engine::{By, Choice, DeedError, Done, To};
use serde::Deserialize;

use super::show::title;
use super::{Choose, Join, Record, SendAgain, Undo, Unlink};
use crate::audit::{Act, Acted, Audit};
use crate::failure::Failure;
use crate::guard::Operator;
use crate::state::Console;

#[derive(Deserialize)]
pub(super) struct Chosen {
    field: String,
    side: String,
    seen: String,
}

/// One field takes the value of one side: a conflict is decided by it, anything else is an edit of the person.
pub(super) async fn choose(
    Choose { id }: Choose,
    operator: Operator,
    State(console): State<Console>,
    Form(chosen): Form<Chosen>,
) -> Result<Acted, Failure> {
    let field = Field::ALL.into_iter().find(|field| field.as_str() == chosen.field);
    let field = field.ok_or_else(|| Failure::Invalid("такого поля нет".to_owned()))?;
    let side = side_of(&chosen.side)?;
    let seen = chosen.seen.parse().map_err(|_| stale())?;
    let audit = operator.begin(&console, Act::TookValue, subject(&console, id).await?).await?;
    let choices = [Choice { field, side, seen: Some(seen) }];
    let by = By::user(&operator.person.login);
    let is_conflict = console.store.conflicts_of(id).await?.iter().any(|conflict| conflict.field == field);
    let done = if is_conflict {
        console.engine.resolve_conflicts(id, &choices, &by).await
    } else {
        console.engine.take_values(id, &choices, &by).await
    };
    told(audit, id, done, &format!("{}: взято значение {}", field.title(), side.title())).await
}

#[derive(Deserialize)]
pub(super) struct Direction {
    to: String,
}

pub(super) async fn send(
    SendAgain { id }: SendAgain,
    operator: Operator,
    State(console): State<Console>,
    Form(direction): Form<Direction>,
) -> Result<Acted, Failure> {
    let side = side_of(&direction.to)?;
    let audit = operator.begin(&console, Act::SentAgain, subject(&console, id).await?).await?;
    let done = console.engine.send_again(id, To::One(side), &By::user(&operator.person.login)).await;
    told(audit, id, done, &format!("запись отправляется в {} снова", side.title())).await
}

pub(super) async fn unlink(
    Unlink { id }: Unlink,
    operator: Operator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let audit = operator.begin(&console, Act::Unlinked, subject(&console, id).await?).await?;
    let done = console.engine.unlink(id, &By::user(&operator.person.login)).await;
    told(audit, id, done, "связь разорвана").await
}

#[derive(Deserialize)]
pub(super) struct Company {
    company: String,
}

pub(super) async fn join(
    Join { id }: Join,
    operator: Operator,
    State(console): State<Console>,
    Form(given): Form<Company>,
) -> Result<Acted, Failure> {
    let company: i64 = given
        .company
        .trim()
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| Failure::Invalid("номер компании — целое число больше нуля".to_owned()))?;
    let audit = operator.begin(&console, Act::Joined, subject(&console, id).await?).await?;
    let done = console.engine.link_by_hand(id, company, &By::user(&operator.person.login)).await;
    told(audit, id, done, &format!("запись связана с компанией № {company}")).await
}

pub(super) async fn undo(
    Undo { id, deed }: Undo,
    operator: Operator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let audit = operator.begin(&console, Act::Undid, subject(&console, id).await?).await?;
    let undone = console.engine.undo(deed, &By::user(&operator.person.login)).await;
    told(audit, id, undone.map(|undone| undone.done), "решение отменено").await
}

async fn told(audit: Audit, id: LinkId, done: Result<Done, DeedError>, what: &str) -> Result<Acted, Failure> {
    let page = Record { id };
    match done {
        Ok(Done { waits, .. }) if waits.is_empty() => audit.done(&page, what).await,
        Ok(Done { waits, .. }) => {
            let waits: Vec<&str> = waits.iter().map(|Reason { text, .. }| text.as_str()).collect();
            audit.done(&page, format!("{what}; пока не передаётся: {}", waits.join(" "))).await
        }
        Err(error) => audit.not_done(&page, error).await,
    }
}

async fn subject(console: &Console, id: LinkId) -> Result<String, Failure> {
    let record = console.store.link_record(id).await?;
    record.map(|record| title(&record)).ok_or_else(|| Failure::not_found("такого контрагента Паром не знает"))
}

fn side_of(word: &str) -> Result<Side, Failure> {
    [Side::OneC, Side::Bitrix].into_iter().find(|side| side.as_str() == word).ok_or_else(stale)
}

fn stale() -> Failure {
    Failure::Invalid("страница устарела; откройте запись заново и повторите".to_owned())
}
