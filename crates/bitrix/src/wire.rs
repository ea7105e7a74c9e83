//! Rows as Bitrix24 sends them.
//!
//! Old CRM methods write numbers as texts, `crm.item.*` writes numbers; an unset field is `null`, an empty text
//! or absent. All of that is read alike: a text is empty when there is none, an id is 0, a moment is `None`.
//! A row is never refused for a strange field: the portal has more versions than its documentation.

mod address;
mod bank_detail;
mod bridge;
mod company;
mod deal;
mod loose;
mod preset;
mod product_row;
mod requisite;
mod status;
mod user;
mod user_fields;

pub use address::Address;
pub use bank_detail::BankDetail;
pub use bridge::{Bridge, Outbox};
pub use company::{Company, MultiField};
pub use deal::Deal;
pub use preset::Preset;
pub use product_row::ProductRow;
pub use requisite::Requisite;
pub use status::{Category, Status};
pub use user::{Profile, User};
pub use user_fields::UserFields;

/// `entityTypeId` of a deal.
pub const DEAL: i64 = 2;
/// `ENTITY_TYPE_ID` of a company: the owner of a requisite.
pub const COMPANY: i64 = 4;
/// `ENTITY_TYPE_ID` of a requisite: the owner of an address.
pub const REQUISITE: i64 = 8;
/// `TYPE_ID` of the actual address. Vendor page: `crm-enum-address-type.md`.
pub const ADDRESS_ACTUAL: i64 = 1;
/// `TYPE_ID` of the legal address.
pub const ADDRESS_LEGAL: i64 = 6;
/// `COUNTRY_ID` of Russia, of presets and bank details.
pub const COUNTRY_RUSSIA: i64 = 1;
