//! Parom: the ferry between 1C and Bitrix24.
//!
//! Reading order: [`cli`] → [`commands`] → [`app`] (the parts put together) → [`service`] (the parts at work) →
//! [`ferry`] (what 1C's shore asks of the engine) → [`crossing`], [`helm`] → [`http`], [`lifecycle`], [`telemetry`] →
//! [`config`] → [`show`] (what people see).

mod app;
mod cli;
mod commands;
mod config;
mod crossing;
mod ferry;
mod first_start;
mod helm;
mod http;
mod lifecycle;
mod load_file;
mod metrics;
mod service;
mod show;
mod telemetry;
mod tokens;
mod usage;

use std::process::ExitCode;

use cli::Cli;

/// How a command ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything is done.
    Done,
    /// Done, but some records wait for a person.
    Parked,
    /// Not done; what went wrong has been told.
    Failed,
}

/// The command line was wrong.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(asked) if !asked.use_stderr() => {
            // Help or the version. If nobody reads it any more, nothing is lost.
            let _ = asked.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{}", usage::complaint(&error));
            return ExitCode::from(WRONG_USAGE);
        }
    };
    match commands::run(cli) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("ошибка: {error:#}");
            Outcome::Failed.into()
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Failed => Self::FAILURE,
            Outcome::Parked => Self::from(3),
        }
    }
}
