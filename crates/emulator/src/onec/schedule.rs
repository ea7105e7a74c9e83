//! The scheduled job of 1C: an exchange every five minutes by the clock that the infobase was given.

use domain::Timestamp;
use tokio_util::sync::CancellationToken;

use super::exchange::PushError;
use super::{Connection, Exchanged, OneC};

impl OneC {
    /// When the next exchange is due; `None`: at once, because there was none yet.
    pub fn next_exchange(&self) -> Option<Timestamp> {
        self.last_exchange.map(|last| last + self.habits.every)
    }

    /// Exchanges if it is time to, by the clock of this 1C; `None`: it is not. A failed exchange was one, too: 1C
    /// comes back when the next one is due.
    pub async fn exchange_if_due(&mut self, with: &Connection) -> Result<Option<Exchanged>, PushError> {
        let now = self.clock.now();
        // Before the last one: somebody has set the clock back, and the job does not wait for the time to return.
        let due = match (self.last_exchange, self.next_exchange()) {
            (Some(last), Some(next)) => now >= next || now < last,
            _ => true,
        };
        if due { self.exchange(with).await.map(Some) } else { Ok(None) }
    }

    /// Exchanges again and again until it is told to stop, and tells what came of each. An exchange that has begun is
    /// not broken off.
    pub async fn run(
        &mut self,
        with: &Connection,
        stop: &CancellationToken,
        mut tell: impl FnMut(Result<Exchanged, PushError>),
    ) {
        let clock = std::sync::Arc::clone(&self.clock);
        while !stop.is_cancelled() {
            tell(self.exchange(with).await);
            if stop.is_cancelled() {
                return;
            }
            let pause = self.next_exchange().map(|next| next.duration_since(clock.now())).unwrap_or_default();
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = clock.sleep(pause.min(self.habits.every)) => {}
            }
        }
    }
}
