//! What this shore needs from the rest of Parom.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use domain::{
    CompletePayments, Counterparty, InquiryOffer, Offer, OneCRef, OpenInquiry, Receipt, ReceiptTaken,
    ShownDocument, ShownInquiry, ShownPayment, Timestamp,
};
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

/// The answer of a [`Ferry`], later.
pub type Promise<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unavailable>> + Send + 'a>>;

/// Takes what 1C shows and tells what became of it.
pub trait Ferry: Send + Sync {
    /// Takes records in the order in which 1C sent them and answers for each of them, in the same order.
    /// The promise is kept only when all of them are durable: 1C is told 200 right after it and forgets them.
    fn show(&self, shown: Vec<ShownCounterparty>) -> Promise<'_, Vec<Taken>>;

    /// What 1C has to create or update, the longest waiting first; at most `limit`. Comes back at later polls
    /// until its receipt.
    fn poll(&self, limit: usize) -> Promise<'_, Vec<Offer>>;

    /// Takes what became of deliveries, and answers for each of them, in the same order.
    fn receipts(&self, receipts: Vec<Receipt>) -> Promise<'_, Vec<ReceiptTaken>>;

    /// Takes what 1C tells of its inquiries; order and durability as those of [`show`](Self::show).
    fn show_inquiries(&self, shown: Vec<ShownInquiry>) -> Promise<'_, Vec<Taken>>;

    /// Deals that 1C has to create or update as «Запрос»; as [`poll`](Self::poll).
    fn poll_inquiries(&self, limit: usize) -> Promise<'_, Vec<InquiryOffer>>;

    /// The next inquiries that are still open, of deals with a greater number than `after`, in their order.
    fn open_inquiries(&self, after: i64, limit: usize) -> Promise<'_, Vec<OpenInquiry>>;

    /// Takes documents, with or without content; order and durability as those of [`show`](Self::show).
    fn show_documents(&self, shown: Vec<ShownDocument>) -> Promise<'_, Vec<Taken>>;

    /// Takes the content of a document that was shown before, piece by piece. An error of the stream, or a stream
    /// that was dropped, leaves everything as it was. Rejected: a document that was never shown.
    fn content<'a>(&'a self, onec_ref: OneCRef, content: Content<'a>) -> Promise<'a, Taken>;

    /// Takes payments; order and durability as those of [`show`](Self::show).
    fn show_payments(&self, shown: Vec<ShownPayment>) -> Promise<'_, Vec<Taken>>;

    /// Takes complete lists of payments, and answers for each list.
    fn complete_payments(&self, lists: Vec<CompletePayments>) -> Promise<'_, Vec<Taken>>;

    /// Keeps how the adapter of 1C introduced itself, and answers what it is asked for.
    fn hello(&self, hello: Hello) -> Promise<'_, Greeting>;

    /// What Parom knows of one object of 1C.
    fn state(&self, kind: ObjectKind, onec_ref: OneCRef) -> Promise<'_, ObjectState>;

    /// 1C called at this moment and knew the password. Is called at every request, so it must not write.
    fn seen(&self, at: Timestamp);

    /// Somebody came at this moment with a wrong login or password. Must not write either: anybody may come.
    fn refused(&self, _at: Timestamp) {}
}

/// The ferry cannot take anything now. 1C is asked to come again; the cause goes to the log.
#[derive(Debug, thiserror::Error)]
#[error("the ferry is out of service: {0}")]
pub struct Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Unavailable {
    /// Out of service because of `cause`.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// The content of a document as it arrives: proven to begin as a PDF and to be within the limit, or broken off by an
/// error that says so.
pub type Content<'a> = BoxStream<'a, Result<Bytes, BadContent>>;

/// Why a content is not taken, in Russian.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadContent(pub String);

/// A counterparty as 1C showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCounterparty {
    /// The GUID of the object.
    pub onec_ref: OneCRef,
    /// «Код», with leading zeros. `None`: 1C did not tell it.
    pub code: Option<String>,
    /// The fields that 1C spoke of, whitespace collapsed and lengths checked, otherwise as written.
    pub snapshot: Counterparty,
    /// When 1C changed it, by the clock of 1C.
    pub changed_at: Option<Timestamp>,
    /// SHA-256, in hex, over what 1C spoke of. JSON and XML of the same record have the same one; `changed_at`
    /// is no part of it, because 1C also sends again what nobody changed.
    pub fingerprint: String,
}

/// The answer for one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What became of it.
    pub status: TakenStatus,
    /// For people, in Russian: what to mend. Empty when there is nothing to say.
    pub message: String,
}

impl Taken {
    /// The record is durable.
    pub fn accepted() -> Self {
        Self { status: TakenStatus::Accepted, message: String::new() }
    }

    /// The record is what 1C has shown before.
    pub fn unchanged() -> Self {
        Self { status: TakenStatus::Unchanged, message: String::new() }
    }

    /// The document is durable and waits for its content.
    pub fn awaiting_content() -> Self {
        Self { status: TakenStatus::AwaitingContent, message: String::new() }
    }

    /// The record is wrong; `message` says in Russian what to mend.
    pub fn rejected(message: impl Into<String>) -> Self {
        Self { status: TakenStatus::Rejected, message: message.into() }
    }
}

/// What became of a record that 1C showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenStatus {
    /// Durable, will travel.
    Accepted,
    /// The same as 1C has shown before.
    Unchanged,
    /// Durable; its content has to be sent yet.
    AwaitingContent,
    /// Wrong; the others are taken.
    Rejected,
}

impl TakenStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Unchanged, Self::AwaitingContent, Self::Rejected];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Unchanged => "unchanged",
            Self::AwaitingContent => "awaiting-content",
            Self::Rejected => "rejected",
        }
    }
}

/// How the adapter of 1C introduces itself; the console and `parom doctor` show it. What it did not tell is
/// an empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hello {
    /// Version of the adapter.
    pub adapter: String,
    /// Version of the platform: `8.3.24.1467`.
    pub platform: String,
    /// Режим совместимости.
    pub compatibility_mode: String,
    /// Имя конфигурации.
    pub configuration: String,
    /// Версия конфигурации.
    pub configuration_version: String,
    /// Names of metadata that the adapter looked for and did not find.
    pub missing: Vec<String>,
}

/// What the adapter of 1C is asked for when it introduces itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Greeting {
    /// Show all counterparties again, changed or not.
    pub show_all: bool,
}

/// What an object of 1C is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// Контрагент.
    Counterparty,
    /// Запрос.
    Inquiry,
    /// ТКП, Договор или Счёт.
    Document,
    /// Оплата.
    Payment,
}

impl ObjectKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Counterparty, Self::Inquiry, Self::Document, Self::Payment];

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counterparty => "counterparty",
            Self::Inquiry => "inquiry",
            Self::Document => "document",
            Self::Payment => "payment",
        }
    }
}

/// What Parom knows of an object of 1C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectState {
    /// 1C has never shown it.
    Unknown,
    /// It is on its way; the text says why it waits, or is empty.
    Waiting(String),
    /// Bitrix24 has its newest state.
    Delivered,
    /// It waits for a person; the text says in Russian why.
    Parked(String),
}

impl ObjectState {
    /// The word of the contract.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Waiting(_) => "waiting",
            Self::Delivered => "delivered",
            Self::Parked(_) => "parked",
        }
    }

    /// Why, in Russian.
    pub fn reason(&self) -> &str {
        match self {
            Self::Unknown | Self::Delivered => "",
            Self::Waiting(reason) | Self::Parked(reason) => reason,
        }
    }
}
