//! What people ask of alerts and wish of them. Needs the database only, so it serves pages and commands alike; the
//! running service does what is wished.

use domain::{SignedDuration, Timestamp};
use store::{Alert, AlertChannel, Mute, Result, Store};

use crate::message;
use crate::{Cause, Rules};

/// Whoever wants silence for longer switches the cause off in the settings.
pub const MUTE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is wrong now, the oldest first.
pub async fn open(store: &Store) -> Result<Vec<Alert>> {
    store.open_alerts().await
}

/// What was wrong, the newest first: `limit` alerts after the one that `before` names by its beginning and its cause.
pub async fn ended(store: &Store, before: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<Alert>> {
    store.ended_alerts(before, limit).await
}

/// The channels that the service uses, with what became of their last messages.
pub async fn channels(store: &Store) -> Result<Vec<AlertChannel>> {
    store.alert_channels().await
}

/// Causes that nobody is told of at present.
pub async fn mutes(store: &Store, now: Timestamp) -> Result<Vec<Mute>> {
    store.mutes(now).await
}

/// Nobody is told of `cause` (`None`: of anything) until `until`, or for [`MUTE_MAX`] if that is sooner.
pub async fn mute(
    store: &Store,
    cause: Option<Cause>,
    until: Timestamp,
    who: &str,
    now: Timestamp,
) -> Result<()> {
    let mute = Mute {
        cause: cause.map_or(String::new(), |cause| cause.as_str().to_owned()),
        until: until.min(now + MUTE_MAX),
        who: who.to_owned(),
        since: now,
    };
    let mut write = store.begin().await?;
    write.mute(&mute).await?;
    write.commit().await
}

/// People are told of `cause` (`None`: whatever was muted as a whole) again. `false`: it was not muted.
pub async fn unmute(store: &Store, cause: Option<Cause>) -> Result<bool> {
    let mut write = store.begin().await?;
    let ended = write.unmute(cause.map_or("", Cause::as_str)).await?;
    write.commit().await?;
    Ok(ended)
}

/// Asks the running service to try every channel; what became of it stands in [`channels`] a few seconds later.
pub async fn ask_for_test(store: &Store, who: &str, rules: &Rules, now: Timestamp) -> Result<()> {
    let letter = message::of_test(who, now, rules);
    let mut write = store.begin().await?;
    write.say_on_channels(&letter.topic, &letter.subject, &letter.body, now).await?;
    write.commit().await
}
