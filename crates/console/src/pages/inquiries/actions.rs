//! What people do with a deal.

use axum::extract::State;
use axum_extra::extract::Form;
use domain::Reason;
use engine::{By, Retried, Waiting};
use serde::Deserialize;

use super::{Inquiry, Retry, SendAgain, ShowAgain};
use crate::audit::{Act, Acted};
use crate::failure::Failure;
use crate::guard::Operator;
use crate::state::Console;

pub(super) async fn send(
    SendAgain { deal }: SendAgain,
    operator: Operator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let (page, audit) = (Inquiry { deal }, operator.begin(&console, Act::SentAgain, subject(deal)).await?);
    match console.engine.send_deal_again(deal, &by(&operator)).await {
        Ok(sent) => match sent.waits {
            None => audit.done(&page, "1С возьмёт сделку при ближайшем опросе").await,
            Some(Reason { text, .. }) => audit.refused(&page, text).await,
        },
        Err(error) => audit.not_done(&page, error).await,
    }
}

pub(super) async fn show(
    ShowAgain { deal }: ShowAgain,
    operator: Operator,
    State(console): State<Console>,
) -> Result<Acted, Failure> {
    let (page, audit) = (Inquiry { deal }, operator.begin(&console, Act::ShownAgain, subject(deal)).await?);
    match console.engine.show_deal_again(deal, &by(&operator)).await {
        Ok(_) => audit.done(&page, "поля и файлы сделки сверяются с 1С и дописываются").await,
        Err(error) => audit.not_done(&page, error).await,
    }
}

#[derive(Deserialize)]
pub(super) struct What {
    what: String,
}

pub(super) async fn retry(
    Retry { deal }: Retry,
    operator: Operator,
    State(console): State<Console>,
    Form(given): Form<What>,
) -> Result<Acted, Failure> {
    let (page, audit) = (Inquiry { deal }, operator.begin(&console, Act::Retried, subject(deal)).await?);
    let waiting = if given.what == "face" { Waiting::Face(deal) } else { Waiting::Inquiry(deal) };
    match console.engine.retry(waiting, &by(&operator)).await {
        Ok((_, Retried::UnderWay)) => audit.done(&page, "передаётся снова").await,
        Ok((_, Retried::Needless)) => audit.done(&page, "передавать больше нечего").await,
        Ok((_, Retried::StillWaits(Reason { text, .. }))) => audit.refused(&page, text).await,
        Err(error) => audit.not_done(&page, error).await,
    }
}

fn subject(deal: i64) -> String {
    format!("сделка № {deal}")
}

fn by(operator: &Operator) -> By {
    By::user(&operator.person.login)
}
