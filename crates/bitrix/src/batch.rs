//! Up to fifty commands in one request. Vendor page: `settings/how-to-call-rest-api/batch.md`.

mod answer;
mod pack;

pub(crate) use answer::done;
pub use answer::{BatchAnswer, Outcome};
pub use pack::{BATCH_BYTES_MAX, Batch, Piece, pack};

use std::collections::HashSet;

use crate::args::Args;

/// The portal refuses the commands beyond these.
pub const BATCH_COMMANDS_MAX: usize = 50;

/// One call among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its name within its chain, for references and for finding its outcome.
    pub key: String,
    /// Such as `crm.company.add`.
    pub method: String,
    /// What it is called with; may refer to commands before it.
    pub args: Args,
}

impl Command {
    /// A command under a name of letters, digits and `_`.
    pub fn new(key: impl Into<String>, method: impl Into<String>, args: Args) -> Self {
        Self { key: key.into(), method: method.into(), args }
    }
}

/// Commands that must go in one batch and in this order, because later ones use the answers of earlier ones.
/// Never split. Different chains know nothing of each other and may use the same keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain(Vec<Command>);

/// Why commands make no chain. All of them are mistakes of the caller except [`ChainError::TooLong`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// No command.
    #[error("a chain needs at least one command")]
    Empty,
    /// It would not fit into a batch.
    #[error("a chain of {0} commands does not fit into a batch of {BATCH_COMMANDS_MAX}")]
    TooLong(usize),
    /// Something else than letters, digits and `_`, or nothing at all.
    #[error("the key `{0}` is not made of letters, digits and `_`")]
    BadKey(String),
    /// Two commands with one name.
    #[error("the key `{0}` is used twice")]
    RepeatedKey(String),
    /// A reference to a command that does not stand before it.
    #[error("`{command}` refers to `{target}`, which does not stand before it")]
    BadReference {
        /// Who refers.
        command: String,
        /// To whom.
        target: String,
    },
}

impl Chain {
    /// These commands, in this order.
    pub fn new(commands: Vec<Command>) -> Result<Self, ChainError> {
        if commands.is_empty() {
            return Err(ChainError::Empty);
        }
        if commands.len() > BATCH_COMMANDS_MAX {
            return Err(ChainError::TooLong(commands.len()));
        }
        let mut known = HashSet::new();
        for command in &commands {
            check_key(&command.key)?;
            if let Some(target) = command.args.references().into_iter().find(|target| !known.contains(target))
            {
                let (command, target) = (command.key.clone(), target.to_owned());
                return Err(ChainError::BadReference { command, target });
            }
            if !known.insert(command.key.as_str()) {
                return Err(ChainError::RepeatedKey(command.key.clone()));
            }
        }
        Ok(Self(commands))
    }

    /// A chain of one.
    pub fn of(command: Command) -> Result<Self, ChainError> {
        Self::new(vec![command])
    }

    /// The commands in their order.
    pub fn commands(&self) -> &[Command] {
        &self.0
    }
}

fn check_key(key: &str) -> Result<(), ChainError> {
    let good = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if good { Ok(()) } else { Err(ChainError::BadKey(key.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Arg;

    fn command(key: &str, args: Args) -> Command {
        Command::new(key, "crm.company.add", args)
    }

    #[test]
    fn a_chain_may_refer_only_to_what_stands_before() {
        let backwards = Args::new().set("fields", Args::new().set("ENTITY_ID", Arg::result("c")));
        let chain = |first: &Command, second: &Command| Chain::new(vec![first.clone(), second.clone()]);
        let (company, requisite) = (command("c", Args::new()), command("r", backwards));

        assert!(chain(&company, &requisite).is_ok());
        let error = ChainError::BadReference { command: "r".into(), target: "c".into() };
        assert_eq!(chain(&requisite, &company), Err(error));
    }

    #[test]
    fn a_chain_has_distinct_plain_keys_and_fits_a_batch() {
        let numbered = |count: usize| (0..count).map(|n| command(&format!("k{n}"), Args::new())).collect();
        assert!(Chain::new(numbered(50)).is_ok());
        assert_eq!(Chain::new(numbered(51)), Err(ChainError::TooLong(51)));
        assert_eq!(Chain::new(vec![]), Err(ChainError::Empty));
        assert_eq!(Chain::of(command("a[b]", Args::new())), Err(ChainError::BadKey("a[b]".into())));
        let twice = vec![command("a", Args::new()), command("a", Args::new())];
        assert_eq!(Chain::new(twice), Err(ChainError::RepeatedKey("a".into())));
    }
}
