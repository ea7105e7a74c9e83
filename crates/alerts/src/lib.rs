//! Tells people that something is wrong with the whole: 1C is silent, nothing travels, too much waits for a person.
//!
//! Reading order: [`Cause`] → [`Rules`] (what is wrong) → [`Figures`] (what there is) → [`look`] and [`judge`] (pure:
//! figures and open alerts in, alerts and messages out) → `watch` (the same, durable) → `say` and `channel` (messages
//! leave) → [`desk`] (what people ask and wish) → `digest`.
//!
//! Architecture invariant: a message is durable before it is sent, in the transaction that decided it; a channel that
//! fails stops no other one. Architecture invariant: no secret and nobody's data stand in a message.

mod alarm;
mod cause;
mod channel;
pub mod desk;
mod digest;
mod figures;
mod hours;
mod judge;
mod look;
mod message;
mod rules;
mod say;
mod watch;

pub use alarm::{Alarm, Parts, Tested};
pub use cause::Cause;
pub use channel::{
    BadAddress, BadChannels, Channels, Email, Mailbox, Portal, SmtpSecurity, SmtpServer, Telegram,
    TelegramApi,
};
pub use figures::{Figures, Silence};
pub use hours::{BadHours, WorkingHours};
pub use judge::{Judgement, Say, judge};
pub use look::{Seen, look};
pub use rules::{REMIND_MAX, Rules};
