//! How the portal was found a moment ago. It is asked in the background, by one at a time and not too often, however many
//! pages are open: no page waits for the portal.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{SignedDuration, Timestamp};
use engine::Finding;

use crate::state::Console;

/// What was found longer ago is looked at anew when somebody asks.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// What was found, and when.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) at: Timestamp,
    pub(crate) findings: Vec<Finding>,
}

/// The last look, and the turn of whoever looks.
#[derive(Default)]
pub(crate) struct Looks {
    last: Mutex<Option<Arc<Look>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Held while fields are made in the portal.
    pub(crate) making: tokio::sync::Mutex<()>,
}

impl Looks {
    fn last(&self) -> std::sync::MutexGuard<'_, Option<Arc<Look>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was changed: what was found is true no more.
    pub(crate) fn forget(&self) {
        *self.last() = None;
    }
}

impl Console {
    /// What was found last, and whether somebody looks right now; begins to look where it is too old.
    pub(crate) fn portal_look(&self) -> (Option<Arc<Look>>, bool) {
        let Ok(turn) = Arc::clone(&self.looks.turn).try_lock_owned() else {
            return (self.looks.last().clone(), true);
        };
        let last = self.looks.last().clone();
        if last.as_ref().is_some_and(|look| self.now().duration_since(look.at).abs() < FRESH) {
            return (last, false);
        }
        let console = self.clone();
        self.tasks.spawn(async move {
            let _turn = turn;
            tokio::select! {
                findings = console.engine.portal_findings() => {
                    *console.looks.last() = Some(Arc::new(Look { at: console.now(), findings }));
                }
                () = console.stop.cancelled() => {}
            }
        });
        (last, true)
    }
}
