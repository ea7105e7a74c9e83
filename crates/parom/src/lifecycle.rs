//! How the service ends: at a signal it takes nothing new, finishes what it has begun, and goes.
//!
//! A second signal ends it at once. That loses nothing either (that is what the outbox is for), but the next
//! start has to look what became of the calls in flight.

use std::future::Future;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

/// How long the tasks may take to finish after the first signal: a round against a slow portal is over by then,
/// and service managers wait for 90 seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// The tasks of the service and the wish that they end.
#[derive(Debug, Default)]
pub(crate) struct Lifecycle {
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything that was begun is finished.
    Clean,
    /// Somebody or something did not want to wait.
    Hard,
}

impl Lifecycle {
    /// Becomes cancelled when the service shall end.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Where tasks of tasks (connections) are spawned, so that the end waits for them too.
    pub(crate) fn tasks(&self) -> TaskTracker {
        self.tasks.clone()
    }

    /// Runs a part of the service. The service does not live on without one of its parts: when one ends, even
    /// by a panic, the others are asked to end too.
    pub(crate) fn run(&self, name: &'static str, part: impl Future<Output = ()> + Send + 'static) {
        let guard = EndsWith { name, stop: self.stop.clone() };
        self.tasks.spawn(async move {
            let _guard = guard;
            part.await;
        });
    }

    /// Waits for a signal (or the end of a part) and then for the rest.
    pub(crate) async fn finish(self) -> anyhow::Result<Ending> {
        Ok(self.finish_or(CancellationToken::new()).await?.1)
    }

    /// The same, or until `done` is cancelled: everything was done that this service was for. Says whether it was.
    pub(crate) async fn finish_or(self, done: CancellationToken) -> anyhow::Result<(bool, Ending)> {
        let mut signals = Signals::listen()?;
        let is_done = tokio::select! {
            name = signals.next() => {
                info!(signal = name, "Got {name}: finishing what is begun");
                false
            }
            () = self.stop.cancelled() => {
                warn!("A part of the service has ended: ending the rest");
                false
            }
            () = done.cancelled() => true,
        };
        Ok((is_done, self.end(signals).await))
    }

    async fn end(self, mut signals: Signals) -> Ending {
        self.stop.cancel();
        self.tasks.close();
        tokio::select! {
            finished = timeout(PATIENCE, self.tasks.wait()) => match finished {
                Ok(()) => Ending::Clean,
                Err(_elapsed) => {
                    warn!("Something did not finish in {} s: ending at once", PATIENCE.as_secs());
                    Ending::Hard
                }
            },
            name = signals.next() => {
                warn!(signal = name, "Got {name} again: ending at once");
                Ending::Hard
            }
        }
    }
}

/// For a command that works piece by piece: becomes cancelled at the first signal, so that the piece at hand is
/// finished. The second one ends the process.
pub(crate) fn until_interrupted() -> anyhow::Result<CancellationToken> {
    let (stop, mut signals) = (CancellationToken::new(), Signals::listen()?);
    let told = stop.clone();
    // Nobody waits for this task: it lives as long as the process.
    TaskTracker::new().spawn(async move {
        signals.next().await;
        eprintln!("Заканчиваю начатое; ещё раз Ctrl-C — прервать сразу.");
        told.cancel();
        signals.next().await;
        std::process::exit(INTERRUPTED);
    });
    Ok(stop)
}

/// What a shell expects of a process that SIGINT ended.
const INTERRUPTED: i32 = 130;

struct EndsWith {
    name: &'static str,
    stop: CancellationToken,
}

impl Drop for EndsWith {
    fn drop(&mut self) {
        if !self.stop.is_cancelled() {
            error!(part = self.name, "{} has ended by itself", self.name);
            self.stop.cancel();
        }
    }
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("не удалось подписаться на сигналы системы");
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_ends_by_itself_ends_the_service() {
        let lifecycle = Lifecycle::default();
        let stop = lifecycle.stop();
        lifecycle.run("the part that stays", async move { stop.cancelled().await });
        lifecycle.run("the part that goes", async {});

        assert_eq!(lifecycle.finish().await.unwrap(), Ending::Clean);
    }

    #[tokio::test]
    async fn a_part_that_panics_ends_the_service() {
        let lifecycle = Lifecycle::default();
        let stop = lifecycle.stop();
        lifecycle.run("the part that stays", async move { stop.cancelled().await });
        lifecycle.run("the part that panics", async { panic!("as the test wants") });

        assert_eq!(lifecycle.finish().await.unwrap(), Ending::Clean);
    }
}
