//! The ways on which messages leave. Each knows of an attempt whether it may have arrived.

mod email;
mod portal;
mod telegram;

use domain::{SignedDuration, Timestamp};
use engine::Engine;

pub use email::{Email, Mailbox, SmtpSecurity, SmtpServer};
pub use portal::Portal;
pub use telegram::{Telegram, TelegramApi};

use crate::message::Letter;
use email::EmailChannel;
use portal::PortalChannel;
use telegram::TelegramChannel;

/// Where messages go. Each recipient of mails and each chat is a channel of its own: one that fails stops no other.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    /// By e-mail.
    pub email: Option<Email>,
    /// By Telegram.
    pub telegram: Option<Telegram>,
    /// By notifications of Bitrix24.
    pub portal: Option<Portal>,
}

impl Channels {
    /// Nobody is told of anything.
    pub fn is_empty(&self) -> bool {
        self.email.is_none() && self.telegram.is_none() && self.portal.is_none()
    }
}

/// Recipients of one kind: who wants to tell more people has a mailing list.
const RECIPIENTS_MAX: usize = 20;

/// Something in an address that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadAddress(pub(crate) &'static str);

/// The channels cannot be used as they were set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadChannels {
    /// Too many of a kind.
    #[error("получателей больше {RECIPIENTS_MAX}; заведите для них один адрес рассылки или один чат")]
    TooMany,
    /// The portal was not set.
    #[error("уведомления портала без [bitrix24].webhook_url некому отправить")]
    NoPortal,
}

/// One way to one recipient.
pub(crate) enum Channel {
    Email(EmailChannel),
    Telegram(TelegramChannel),
    Portal(PortalChannel),
}

/// A message did not arrive, or nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotSaid {
    /// It surely did not.
    Surely {
        /// In Russian, without secrets.
        why: String,
        /// Not to be tried again sooner.
        pause: SignedDuration,
    },
    /// It may have.
    Perhaps {
        /// In Russian, without secrets.
        why: String,
    },
}

impl NotSaid {
    fn surely(why: impl Into<String>) -> Self {
        Self::Surely { why: why.into(), pause: SignedDuration::ZERO }
    }

    fn perhaps(why: impl Into<String>) -> Self {
        Self::Perhaps { why: why.into() }
    }

    pub(crate) fn why(&self) -> &str {
        match self {
            Self::Surely { why, .. } | Self::Perhaps { why } => why,
        }
    }
}

impl Channels {
    /// The ways that these settings open. Nothing is sent yet.
    pub(crate) fn open(self, engine: Option<&Engine>) -> Result<Vec<Channel>, BadChannels> {
        let mut channels = Vec::new();
        if let Some(email) = self.email {
            is_few(email.to.len())?;
            channels.extend(EmailChannel::all_of(&email).into_iter().map(Channel::Email));
        }
        if let Some(telegram) = self.telegram {
            is_few(telegram.chats.len())?;
            channels.extend(TelegramChannel::all_of(&telegram).into_iter().map(Channel::Telegram));
        }
        if let Some(portal) = self.portal {
            is_few(portal.users.len())?;
            let engine = engine.ok_or(BadChannels::NoPortal)?;
            channels.push(Channel::Portal(PortalChannel::new(portal, engine.clone())));
        }
        Ok(channels)
    }
}

fn is_few(recipients: usize) -> Result<(), BadChannels> {
    if recipients > RECIPIENTS_MAX { Err(BadChannels::TooMany) } else { Ok(()) }
}

impl Channel {
    /// Its word in the database.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Email(channel) => channel.name(),
            Self::Telegram(channel) => channel.name(),
            Self::Portal(_) => PortalChannel::NAME,
        }
    }

    /// Whom it reaches, for people.
    pub(crate) fn target(&self) -> &str {
        match self {
            Self::Email(channel) => channel.target(),
            Self::Telegram(channel) => channel.target(),
            Self::Portal(channel) => channel.target(),
        }
    }

    /// Its kind, for the log: a name holds somebody's address.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Telegram(_) => "telegram",
            Self::Portal(_) => "portal",
        }
    }

    /// Whether saying something twice is the same as saying it once.
    pub(crate) fn may_repeat(&self) -> bool {
        matches!(self, Self::Portal(_))
    }

    /// Says it. Ends within [`SEND_MAX`](crate::say::SEND_MAX), more or less.
    pub(crate) async fn say(&self, letter: &Letter, now: Timestamp) -> Result<(), NotSaid> {
        match self {
            Self::Email(channel) => channel.say(letter, now).await,
            Self::Telegram(channel) => channel.say(letter).await,
            Self::Portal(channel) => channel.say(letter).await,
        }
    }
}
