//! A living Bitrix24 portal: a real HTTP server with a state, written from the vendor's documents and as strict as
//! they say. It shares no wire types with the client, so a mistake there cannot agree with itself here.
//!
//! Start with [`Portal::start`]; [`Portal::webhook_url`] is what a client needs. Look inside by
//! [`Portal::companies`] and its like, act as a person by [`Portal::employee`], spoil the weather by
//! [`Portal::faults`], be told of changes by [`Portal::notices`], let an
//! application in by [`Portal::application`], install the box module by [`Portal::module`].
//!
//! What differs from a portal, all of it on purpose: plain HTTP is taken, there are no contacts, at most one
//! local application, no REST 3.0, no recycle bin and no XML answers (`.xml` answers 400), texts are not localised.

mod application;
mod batch;
mod call;
mod cards;
mod catalog;
mod clock;
mod counters;
mod email;
mod employee;
mod files;
mod happened;
mod http;
mod list;
mod methods;
mod module;
mod multifield;
mod notices;
mod page;
mod php;
mod pipeline;
mod portal;
mod preset;
mod select;
mod settings;
mod state;
mod table;
mod told;
mod user;
mod userfield;
mod views;

pub use application::{Applications, LocalApplication};
pub use cards::Card;
pub use counters::Counters;
pub use employee::{Employee, Fields, Refused};
pub use module::{BoxModule, Module};
pub use notices::{Delivered, NoticeWeather, Notices, OutgoingWebhook};
pub use portal::{Backup, Portal, serve};
pub use settings::{AddressUpdate, FirstIds, PortalSettings, Rights};
pub use told::{Notification, TimelineOf, TimelineRecord};
pub use user::User;
pub use views::DealFile;

/// Kinds of objects by their numbers.
/// <https://apidocs.bitrix24.com/api-reference/crm/data-types.html#object_type>
const DEAL: i64 = 2;
const CONTACT: i64 = 3;
const COMPANY: i64 = 4;
const REQUISITE: i64 = 8;
