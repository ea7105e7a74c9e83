//! Asking 1C to show everything again, for people who want to know what 1C has and what it has no more.
//!
//! 1C cannot be called, so the wish waits for its next hello. It is told at every hello until 1C has shown all that it is
//! known to have; so a crash of either side loses nothing. It ends all the same after [`RUNS_MAX`] runs or [`LAPSES_AFTER`]
//! its first telling, so an adapter that cannot fulfil it is not driven in circles. A hello after which nothing was
//! shown is no run.

use domain::{SignedDuration, Timestamp};
use store::{ShowAll, ShownSince, StoreError, Write};

use crate::Engine;

/// How often 1C shows everything before what it has not shown counts as not there.
const RUNS_MAX: i64 = 3;
/// A wish that 1C has heard is over after this long, whatever it has shown.
const LAPSES_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How the last wish that 1C show everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedToShow {
    /// The wish itself.
    pub wish: ShowAll,
    /// What came of it so far.
    pub since: ShownSince,
}

impl AskedToShow {
    /// Whether 1C has had its chance, and has shown so much that what is missing is missing in 1C. An adapter that
    /// passes the wish over shows a few changes and proves nothing by what it does not show.
    pub fn proves_absence(&self) -> bool {
        self.wish.ended_at.is_some() && self.since.shown.saturating_mul(2) >= self.since.known
    }
}

impl Engine {
    /// Asks 1C to show all its counterparties again. It hears of it at its next hello.
    pub async fn ask_to_show_all(&self) -> Result<(), StoreError> {
        let mut write = self.store.begin().await?;
        write.ask_to_show_all(self.clock.now()).await?;
        write.commit().await
    }

    /// How the last wish stands; nothing if there never was one.
    pub async fn asked_to_show_all(&self) -> Result<Option<AskedToShow>, StoreError> {
        let Some(wish) = self.store.show_all().await? else { return Ok(None) };
        let since = self.store.shown_since(wish.asked_at).await?;
        Ok(Some(AskedToShow { wish, since }))
    }

    /// 1C says hello: keeps how it introduced itself, and says whether it shall show everything again.
    pub async fn greet(&self, hello: &store::Hello) -> Result<bool, StoreError> {
        let mut write = self.store.begin().await?;
        write.adapter_said(hello).await?;
        let show_all = self.is_all_wanted(&mut write).await?;
        write.commit().await?;
        Ok(show_all)
    }

    async fn is_all_wanted(&self, write: &mut Write) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let Some(mut wish) = write.show_all().await?.filter(|wish| wish.ended_at.is_none()) else {
            return Ok(false);
        };
        if wish.is_answered {
            wish.runs += 1;
            wish.is_answered = false;
        }
        let is_over = wish.runs >= RUNS_MAX
            || wish.told_at.is_some_and(|told| now.duration_since(told) >= LAPSES_AFTER)
            || (wish.runs > 0 && is_all_shown(write.shown_since(wish.asked_at).await?));
        if is_over {
            wish.ended_at = Some(now);
        } else {
            wish.told_at.get_or_insert(now);
        }
        write.keep_show_all(&wish).await?;
        Ok(!is_over)
    }
}

fn is_all_shown(since: ShownSince) -> bool {
    since.shown >= since.known
}

/// 1C has shown these, changed or not. Writes nothing while nobody asked for everything.
pub(crate) async fn note_shown(
    write: &mut Write,
    refs: &[domain::OneCRef],
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(wish) = write.show_all().await?.filter(|wish| wish.ended_at.is_none()) else { return Ok(()) };
    write.mark_shown(refs, now).await?;
    if wish.told_at.is_some() && !wish.is_answered && !refs.is_empty() {
        write.keep_show_all(&ShowAll { is_answered: true, ..wish }).await?;
    }
    Ok(())
}
