//! Addresses. Vendor pages: `api-reference/crm/requisites/addresses/*.md`.

use serde::Deserialize;

use super::loose;
use crate::list::Listing;

/// A row of `crm.address.list`. It has no id: (type, owner) is its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct Address {
    /// 1 actual, 6 legal.
    #[serde(deserialize_with = "loose::int")]
    pub type_id: i64,
    /// 8 when the owner is a requisite.
    #[serde(deserialize_with = "loose::int")]
    pub entity_type_id: i64,
    /// The owner.
    #[serde(deserialize_with = "loose::int")]
    pub entity_id: i64,
    /// Street and house, or the whole line.
    #[serde(rename = "ADDRESS_1", deserialize_with = "loose::text")]
    pub address_1: String,
    /// Flat or office.
    #[serde(rename = "ADDRESS_2", deserialize_with = "loose::text")]
    pub address_2: String,
    /// Город.
    #[serde(deserialize_with = "loose::text")]
    pub city: String,
    /// Индекс.
    #[serde(deserialize_with = "loose::text")]
    pub postal_code: String,
    /// Район.
    #[serde(deserialize_with = "loose::text")]
    pub region: String,
    /// Область, край.
    #[serde(deserialize_with = "loose::text")]
    pub province: String,
    /// Страна.
    #[serde(deserialize_with = "loose::text")]
    pub country: String,
    /// Type of the owner's owner: 4 for a company.
    #[serde(deserialize_with = "loose::int")]
    pub anchor_type_id: i64,
    /// The owner's owner.
    #[serde(deserialize_with = "loose::int")]
    pub anchor_id: i64,
}

impl Address {
    /// Everything above.
    pub const SELECT: [&str; 12] = [
        "TYPE_ID",
        "ENTITY_TYPE_ID",
        "ENTITY_ID",
        "ADDRESS_1",
        "ADDRESS_2",
        "CITY",
        "POSTAL_CODE",
        "REGION",
        "PROVINCE",
        "COUNTRY",
        "ANCHOR_TYPE_ID",
        "ANCHOR_ID",
    ];

    /// The company whose requisite has it; `None` for an address of a person.
    pub fn company_id(&self) -> Option<i64> {
        (self.anchor_type_id == super::COMPANY && self.anchor_id > 0).then_some(self.anchor_id)
    }

    /// The legal and actual addresses of all requisites: two types, so 25 requisites fill a page.
    pub fn listing() -> Listing {
        Listing::new("crm.address.list")
            .filter("ENTITY_TYPE_ID", super::REQUISITE)
            .filter("@TYPE_ID", [super::ADDRESS_ACTUAL, super::ADDRESS_LEGAL])
            .select(Self::SELECT)
            .keyed_by("ENTITY_ID", 25)
    }
}
