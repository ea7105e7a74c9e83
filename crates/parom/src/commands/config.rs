//! `parom config`: the documented file of settings, to begin with.

use crate::config::DEFAULT_FILE;
use crate::{Outcome, show};

/// It takes nothing.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom config > parom.toml")]
pub(crate) struct Args {}

pub(crate) fn run() -> anyhow::Result<Outcome> {
    show::say(DEFAULT_FILE.trim_end())?;
    Ok(Outcome::Done)
}
