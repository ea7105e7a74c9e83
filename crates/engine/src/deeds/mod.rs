//! What people do to records with a button or a command: choose values, undo a choice, send again, part, join, try again,
//! give up.
//!
//! A deed is one transaction: what it changes, what it plans, and the line in the history ([`store::Deed`]). It is done
//! only while the record is what the person saw; otherwise nothing is changed and the answer says why ([`DeedError`]).
//! What a deed plans travels as everything does, so it is done once, whoever is killed meanwhile.

mod again;
mod choose;
mod join;
mod part;
mod seen;
mod undo;
mod waiting;

use domain::{DeedId, Link, LinkId, Reason, Timestamp};
use store::{Deed, DeedKind, StoreError, Write};

use crate::Engine;
use crate::planning::HeldBack;

pub use again::{DealAgain, To};
pub use choose::Choice;
pub use seen::Seen;
pub(crate) use seen::hexadecimal;
pub use undo::Undone;
pub(crate) use waiting::good_reason;
pub use waiting::{Retried, WHY_MAX, Waiting};

/// Who does something: the name of a user of the console, or the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By(String);

impl By {
    /// A user of the console.
    pub fn user(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Somebody at the command line of the machine.
    pub fn command_line() -> Self {
        Self("parom CLI".to_owned())
    }

    /// The name that the history keeps.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// What came of a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its line in the history; it is undone by this.
    pub deed: DeedId,
    /// Why what it planned does not travel yet, if so.
    pub waits: Vec<Reason>,
}

/// Why a deed was not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DeedError {
    /// There is no such record.
    #[error("{0}")]
    Absent(String),
    /// The record is not what the person saw: look again, then decide.
    #[error("{0}")]
    Changed(String),
    /// It would help nobody, or harm; the text says why and what to do.
    #[error("{0}")]
    Impossible(String),
    /// The database did not answer; the same again will do.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeedError {
    fn absent_link() -> Self {
        Self::Absent("Такой записи нет: возможно, она объединена с другой. Найдите её заново.".to_owned())
    }

    pub(crate) fn impossible(text: impl Into<String>) -> Self {
        Self::Impossible(text.into())
    }
}

impl Engine {
    /// The history line of a deed to a counterparty.
    pub(crate) fn deed_to(
        &self,
        link: LinkId,
        kind: DeedKind,
        by: &By,
        said: String,
        now: Timestamp,
    ) -> Deed {
        Deed {
            id: self.ids.deed(),
            by: by.name().to_owned(),
            at: now,
            kind,
            link: Some(link),
            deal: None,
            job: None,
            said,
            chosen: Vec::new(),
            undone: None,
        }
    }

    /// Something is to be carried now, to either side.
    pub(crate) fn wake_both(&self) {
        self.wake();
        self.wake_collect();
    }
}

async fn known(write: &mut Write, id: LinkId) -> Result<Link, DeedError> {
    write.link(id).await?.ok_or_else(DeedError::absent_link)
}

fn reasons(held: HeldBack) -> Vec<Reason> {
    let mut waits: Vec<Reason> = held.from_bitrix.into_iter().collect();
    if let Some(reason) = held.from_onec
        && waits.iter().all(|known| known.code != reason.code)
    {
        waits.push(reason);
    }
    waits
}
