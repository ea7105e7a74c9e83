//! Notices: the portal says that something has changed, and not what. Each is a hint to look at a card now.
//!
//! They come in three ways. An outgoing webhook or a local application posts one form per event
//! ([`Posted::read`]); the box module posts its queue as JSON with a signature ([`Reported::read`],
//! [`Signature`]); and a local application may fetch the portal's own queue
//! ([`Application::reserve`](crate::Application::reserve)). None is reliable: notices are lost, doubled, late and out of order, so whoever listens must
//! also look by itself. Bodies come from strangers: anything may be in them, and nothing of it may break us.

mod name;
mod posted;
mod queued;
mod reported;
mod seal;

pub(crate) use posted::Form;
pub use posted::{POSTED_BYTES_MAX, Posted};
pub(crate) use queued::Queued;
pub use reported::{REPORTED_BYTES_MAX, REPORTED_CHANGES_MAX, Reported};
pub use seal::{BadSignature, SIGNATURE_HEADER, Signature, Token};

use domain::Timestamp;

/// Something has happened to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// To what.
    pub entity: Entity,
    /// What happened.
    pub event: Event,
    /// Its number. An address has none: then it is the requisite that has the address. 0 for [`Entity::Other`]
    /// where the notice names no number.
    pub id: i64,
    /// The company that it belongs to, where the notice says so. A notice of an outgoing webhook says it of
    /// companies and addresses only; that of the module also of requisites and bank details, which matters when
    /// they are deleted.
    pub company: Option<i64>,
    /// When: by the module's clock for the module, and for a webhook when the queue sent it, which is later than
    /// the change.
    pub at: Option<Timestamp>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// Компания.
    Company,
    /// Реквизит.
    Requisite,
    /// Банковский реквизит.
    BankDetail,
    /// Адрес реквизита.
    Address,
    /// Сделка.
    Deal,
    /// Anything else: contacts, tasks, events that this client does not know yet.
    Other,
}

/// What happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// It is new.
    Added,
    /// It was changed. Addresses have no event of their own for that: it is [`Event::Added`] again.
    Changed,
    /// It is gone, and cannot be read any more.
    Deleted,
    /// Anything else.
    Other,
}

/// Why a body is no notice. The text says what to do and repeats nothing of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNotice {
    /// Longer than any real one.
    #[error(
        "уведомление длиннее {0} байт: Битрикс24 таких не присылает, проверьте, кто обращается по этому адресу"
    )]
    TooLong(usize),
    /// A form without `event`.
    #[error(
        "в уведомлении нет поля event: по этому адресу ждут исходящий вебхук Битрикс24 \
         («Разработчикам» → «Другое» → «Исходящий вебхук»)"
    )]
    NoEvent,
    /// A known event without the number of what it is about.
    #[error("в уведомлении нет номера объекта (data[FIELDS][ID]): изменение найдёт очередной обход портала")]
    NoId,
    /// Not the JSON that the module sends.
    #[error(
        "уведомление модуля Битрикс24 не разобрано: ждали JSON {{\"changes\":[…]}}; обновите модуль обмена на портале"
    )]
    NotJson,
    /// More changes than a module may send at once.
    #[error("в уведомлении больше {REPORTED_CHANGES_MAX} изменений: модуль должен присылать их частями")]
    TooMany,
}
