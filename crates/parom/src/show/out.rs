//! Writing to the terminal, or to whoever reads instead of it.

use std::io::{ErrorKind, Write};

use serde::Serialize;

/// Writes a paragraph to the standard output. A reader who has gone (`parom parked list | head`) is no failure.
pub(crate) fn say(text: impl std::fmt::Display) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a value as JSON for programs.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(say(serde_json::to_string_pretty(value)?)?)
}
