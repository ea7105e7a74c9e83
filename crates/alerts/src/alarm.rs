use std::sync::Arc;

use domain::{Clock, Ids, SignedDuration, Timestamp};
use engine::Engine;
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::Rules;
use crate::channel::{BadChannels, Channel, Channels};
use crate::message::{self, Letter, moment};

/// Watches the whole and tells people. Cheap to clone.
#[derive(Clone)]
pub struct Alarm(Arc<Inner>);

struct Inner {
    store: Store,
    engine: Option<Engine>,
    clock: Arc<dyn Clock>,
    rules: Rules,
    channels: Vec<Channel>,
    /// What this process is called among the nodes of one database.
    node: String,
    watched_since: Timestamp,
}

/// What an [`Alarm`] is made of.
pub struct Parts {
    /// Where everything durable is.
    pub store: Store,
    /// The ferry, for notifications of the portal and for how the portal fares.
    pub engine: Option<Engine>,
    /// The only time there is.
    pub clock: Arc<dyn Clock>,
    /// The only identifiers there are.
    pub ids: Arc<Ids>,
    /// From when on something is wrong.
    pub rules: Rules,
    /// Where messages go.
    pub channels: Channels,
}

/// What became of a test of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// Whom it reaches, for people.
    pub target: String,
    /// Why nobody was reached, in Russian.
    pub failure: Option<String>,
}

/// How often the whole is looked at.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// How soon a message leaves.
const NAP: SignedDuration = SignedDuration::from_secs(2);
/// Only one of several nodes watches.
const WATCH: &str = "alerts";
/// How long a dead node is waited for.
const HELD_FOR: SignedDuration = SignedDuration::from_mins(2);
/// A database that has failed for so long is told of without it.
const OUTAGE: SignedDuration = SignedDuration::from_mins(2);
/// The pause between two such messages.
const OUTAGE_AGAIN: SignedDuration = SignedDuration::from_hours(6);

/// Since when the database fails, and when people were told.
#[derive(Clone, Copy)]
struct Outage {
    since: Timestamp,
    told_at: Option<Timestamp>,
}

impl Alarm {
    /// Puts the parts together; nothing is looked at or sent yet.
    pub fn new(parts: Parts) -> Result<Self, BadChannels> {
        let Parts { store, engine, clock, ids, rules, channels } = parts;
        let channels = channels.open(engine.as_ref())?;
        let (node, watched_since) = (format!("{:016x}", ids.random()), clock.now());
        Ok(Self(Arc::new(Inner { store, engine, clock, rules, channels, node, watched_since })))
    }

    /// Watches and tells until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut next_look = self.now();
        let mut outage = None;
        let mut is_introduced = false;
        while !stop.is_cancelled() {
            let is_look = self.now() >= next_look;
            if is_look {
                next_look = self.now() + LOOK_EVERY;
            }
            match self.turn(is_look, &mut is_introduced, &stop).await {
                Ok(()) => outage = None,
                Err(error) => {
                    warn!(error = %error, "Alerts could not be kept: {error}");
                    outage = Some(self.tell_of_outage(outage, &error).await);
                }
            }
            let nap = if outage.is_some() { LOOK_EVERY } else { NAP };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.clock().sleep(nap) => {}
            }
        }
        info!("Alerts have stopped");
    }

    async fn turn(
        &self,
        is_look: bool,
        is_introduced: &mut bool,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        if !*is_introduced {
            self.introduce().await?;
            *is_introduced = true;
        }
        if is_look && self.has_watch().await? {
            self.look().await?;
        }
        if self.store().alert_messages_due(self.now()).await? {
            self.say(stop).await?;
        }
        Ok(())
    }

    /// Writes down which channels there are: messages are made for these.
    pub async fn introduce(&self) -> Result<(), StoreError> {
        let channels: Vec<_> =
            self.channels().iter().map(|channel| (channel.name(), channel.target())).collect();
        let mut write = self.store().begin().await?;
        write.set_alert_channels(&channels).await?;
        write.commit().await
    }

    async fn has_watch(&self) -> Result<bool, StoreError> {
        if self.store().is_single_node() {
            return Ok(true);
        }
        let now = self.now();
        let mut write = self.store().begin().await?;
        let has_watch = write.take_watch(WATCH, &self.0.node, now, now + HELD_FOR).await?;
        write.commit().await?;
        Ok(has_watch)
    }

    /// The one thing that cannot be durable is that nothing is durable any more.
    async fn tell_of_outage(&self, outage: Option<Outage>, cause: &StoreError) -> Outage {
        let now = self.now();
        let outage = outage.unwrap_or(Outage { since: now, told_at: None });
        let is_due = outage.told_at.is_none_or(|told_at| now.duration_since(told_at) >= OUTAGE_AGAIN);
        if now.duration_since(outage.since) < OUTAGE || !is_due {
            return outage;
        }
        let since = moment(outage.since, &self.rules().zone);
        let mut body = format!("{cause}\n\nПаром не принимает ничего нового; принятое раньше не потеряно.");
        message::close(&mut body, self.rules());
        let letter = Letter {
            topic: format!("store/{}/1", outage.since.as_microsecond()),
            subject: format!("Паром: база данных не работает с {since}"),
            body,
        };
        for channel in self.channels() {
            if let Err(error) = channel.say(&letter, now).await {
                error!(channel = channel.kind(), "The outage of the database was not told: {}", error.why());
            }
        }
        Outage { told_at: Some(now), ..outage }
    }

    /// Tries every channel now and says what became of it.
    pub async fn test(&self, who: &str) -> Result<Vec<Tested>, StoreError> {
        self.introduce().await?;
        let mut tested = Vec::new();
        for channel in self.channels() {
            let now = self.now();
            let failure = channel.say(&message::of_test(who, now, self.rules()), now).await.err();
            let mut write = self.store().begin().await?;
            match &failure {
                None => write.channel_works(channel.name(), self.now()).await?,
                Some(failure) => write.channel_failed(channel.name(), failure.why(), self.now()).await?,
            }
            write.commit().await?;
            let failure = failure.map(|failure| failure.why().to_owned());
            tested.push(Tested { target: channel.target().to_owned(), failure });
        }
        Ok(tested)
    }

    /// From when on something is wrong.
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    /// Whether anybody would be told of anything.
    pub fn has_channels(&self) -> bool {
        !self.0.channels.is_empty()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn engine(&self) -> Option<&Engine> {
        self.0.engine.as_ref()
    }

    pub(crate) fn channels(&self) -> &[Channel] {
        &self.0.channels
    }

    pub(crate) fn watched_since(&self) -> Timestamp {
        self.0.watched_since
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }
}

impl std::fmt::Debug for Alarm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Alarm").field("channels", &self.0.channels.len()).finish_non_exhaustive()
    }
}
