//! A load that has been taken crosses to Bitrix24, here or in another process, and a person watches.

use std::sync::Arc;

use domain::{Clock, SignedDuration, Timestamp};
use engine::{Engine, Trouble};
use tokio_util::sync::CancellationToken;

use crate::helm::Helm;
use crate::show::Progress;

/// How often another process's work is looked at.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// Whoever waits for a single record longer than this waits for nothing: a service should do that.
const RETRY_WORTH_WAITING: SignedDuration = SignedDuration::from_mins(2);
/// The portal may be away for so long before the command gives up and leaves the rest to a service.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// How the crossing ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Crossed {
    /// Nothing is under way.
    All,
    /// Some records will be tried again later; they are safe in the database.
    Later {
        /// How many.
        left: u64,
        /// What held them up, in Russian, where somebody knows.
        why: Option<String>,
    },
    /// A person interrupted it; the rest is safe in the database.
    Interrupted {
        /// How many.
        left: u64,
    },
}

/// Brings everything that is due to Bitrix24, or watches the process at the helm do it.
pub(crate) async fn cross(
    engine: &Engine,
    clock: &Arc<dyn Clock>,
    helm: &Helm,
    stop: &CancellationToken,
) -> anyhow::Result<Crossed> {
    let total = under_way(engine).await?.0;
    let mut progress = Progress::of_records("Передача в Битрикс24", total);
    let mut watch = Watch { least: total, since: clock.now(), why: None };
    let crossed = loop {
        let (left, next) = under_way(engine).await?;
        progress.at_record(total.saturating_sub(left));
        if left == 0 {
            break Crossed::All;
        }
        if stop.is_cancelled() {
            break Crossed::Interrupted { left };
        }
        let now = clock.now();
        watch.note(left, now);
        if watch.is_over(now) || next.is_some_and(|next| next.duration_since(now) > RETRY_WORTH_WAITING) {
            break Crossed::Later { left, why: watch.why };
        }
        let busy = match helm {
            Helm::Ours { .. } => {
                let round = engine.tick().await?;
                watch.hear(round.trouble.as_ref(), &progress);
                round.leased > 0 && round.trouble.is_none()
            }
            Helm::Elsewhere => false,
        };
        if !busy {
            tokio::select! {
                () = clock.sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => {}
            }
        }
    };
    progress.finish();
    Ok(crossed)
}

/// How many records are under way, and when the next one is due; nothing for the second while somebody works on
/// one of them.
async fn under_way(engine: &Engine) -> anyhow::Result<(u64, Option<Timestamp>)> {
    let figures = engine.store().summary().await?.bitrix;
    let next = figures.oldest_due.filter(|_| figures.leased == 0);
    Ok(((figures.due + figures.leased).unsigned_abs(), next))
}

/// Whether it gets on, and what was last said about why not.
struct Watch {
    least: u64,
    since: Timestamp,
    why: Option<String>,
}

impl Watch {
    fn note(&mut self, left: u64, now: Timestamp) {
        if left < self.least {
            (self.least, self.since) = (left, now);
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.since) > PATIENCE
    }

    /// Tells a trouble once, however often it comes back.
    fn hear(&mut self, trouble: Option<&Trouble>, progress: &Progress) {
        let text = match trouble {
            None => {
                self.why = None;
                return;
            }
            Some(Trouble::Busy { .. }) => "Битрикс24 просит подождать".to_owned(),
            Some(Trouble::Slow { .. }) => "Битрикс24 отвечает очень медленно".to_owned(),
            Some(Trouble::Outage { text, .. } | Trouble::Stopped { text, .. }) => text.clone(),
        };
        if self.why.as_ref() != Some(&text) {
            progress.tell(&format!("Жду: {text}"));
            self.why = Some(text);
        }
    }
}
