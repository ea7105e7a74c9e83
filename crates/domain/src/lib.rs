//! The words and pure rules of Parom: what a counterparty is, when two records are the same one,
//! and who wins when both shores changed it. No runtime, no database, no HTTP, no wall clock.
//!
//! Reading order of the vocabulary:
//! [`Side`] → [`Counterparty`] → [`requisites`] → [`normal`] → [`Link`] → [`merge`] → [`Delivery`] → [`Receipt`] → [`Reason`] →
//! [`Inquiry`] → [`ShownDocument`] → [`ShownPayment`].
//!
//! Types that derive `Serialize` do so for Parom's own store. What travels to 1C and Bitrix24 has wire types
//! of its own in `onec` and `bitrix`.

pub mod clock;
pub mod counterparty;
pub mod delivery;
pub mod document;
pub mod ids;
pub mod inquiry;
pub mod link;
pub mod merge;
pub mod money;
pub mod normal;
pub mod payment;
pub mod person;
pub mod quoted;
pub mod reason;
pub mod receipt;
pub mod requisites;
pub mod retry;
pub mod role;
pub mod rules;
pub mod side;
pub mod word;

pub use clock::{Clock, ManualClock};
pub use counterparty::{BankAccount, Counterparty, Field, Kind};
pub use delivery::{Delivery, DeliveryState, Intent, Verdict};
pub use document::{DocumentKind, ShownDocument};
pub use ids::{AuditId, DeedId, DeliveryId, Ids, JobId, LinkId, OneCRef, UserId};
pub use inquiry::{
    Inquiry, InquiryClient, InquiryOffer, InquiryPaper, OpenInquiry, Product, Responsible, ShownInquiry,
};
pub use link::{Link, MatchBy, MatchKey, Remark, Shown};
pub use merge::{Decision, Merged, Why};
pub use money::{Amount, InvalidAmount};
pub use payment::{CompletePayments, ShownPayment};
pub use quoted::quoted;
pub use reason::{Reason, ReasonCode};
pub use receipt::{Offer, Receipt, ReceiptStatus, ReceiptTaken};
pub use retry::Pauses;
pub use role::Role;
pub use rules::{Rule, Rules};
pub use side::Side;
pub use word::{Parted, Restore, Ruling, Word};

pub use jiff::civil::Date;
pub use jiff::{SignedDuration, Timestamp};
