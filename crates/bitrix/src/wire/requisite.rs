//! Requisites. Vendor pages: `api-reference/crm/requisites/universal/*.md`.

use domain::Timestamp;
use serde::Deserialize;

use super::loose;
use crate::list::Listing;

/// A row of `crm.requisite.list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct Requisite {
    /// Its number in the portal.
    #[serde(deserialize_with = "loose::int")]
    pub id: i64,
    /// 4 when the owner is a company.
    #[serde(deserialize_with = "loose::int")]
    pub entity_type_id: i64,
    /// The owner.
    #[serde(deserialize_with = "loose::int")]
    pub entity_id: i64,
    /// The template: organisation, entrepreneur, person.
    #[serde(deserialize_with = "loose::int")]
    pub preset_id: i64,
    /// Its heading in the card.
    #[serde(deserialize_with = "loose::text")]
    pub name: String,
    /// «External key for exchange».
    #[serde(deserialize_with = "loose::text")]
    pub xml_id: String,
    /// The foreign system that made it.
    #[serde(deserialize_with = "loose::text")]
    pub originator_id: String,
    /// A stub that only carries an address: no requisite for us.
    #[serde(deserialize_with = "loose::flag")]
    pub address_only: bool,
    /// «Currently affects nothing», says the vendor.
    #[serde(default = "loose::yes", deserialize_with = "loose::flag_or_yes")]
    pub active: bool,
    /// Order in the card.
    #[serde(deserialize_with = "loose::int")]
    pub sort: i64,
    /// ИНН.
    #[serde(deserialize_with = "loose::text")]
    pub rq_inn: String,
    /// КПП.
    #[serde(deserialize_with = "loose::text")]
    pub rq_kpp: String,
    /// ОГРН.
    #[serde(deserialize_with = "loose::text")]
    pub rq_ogrn: String,
    /// ОГРНИП.
    #[serde(deserialize_with = "loose::text")]
    pub rq_ogrnip: String,
    /// Short name.
    #[serde(deserialize_with = "loose::text")]
    pub rq_company_name: String,
    /// Full name.
    #[serde(deserialize_with = "loose::text")]
    pub rq_company_full_name: String,
    /// Director.
    #[serde(deserialize_with = "loose::text")]
    pub rq_director: String,
    /// First name of an entrepreneur.
    #[serde(deserialize_with = "loose::text")]
    pub rq_first_name: String,
    /// Family name of an entrepreneur.
    #[serde(deserialize_with = "loose::text")]
    pub rq_last_name: String,
    /// Patronymic of an entrepreneur.
    #[serde(deserialize_with = "loose::text")]
    pub rq_second_name: String,
    /// When it was made.
    #[serde(deserialize_with = "loose::moment")]
    pub date_create: Option<Timestamp>,
    /// When it was changed; `None` until the first change.
    #[serde(deserialize_with = "loose::moment")]
    pub date_modify: Option<Timestamp>,
    /// The employee who made it.
    #[serde(deserialize_with = "loose::int")]
    pub created_by_id: i64,
    /// The employee who changed it last.
    #[serde(deserialize_with = "loose::int")]
    pub modify_by_id: i64,
}

impl Requisite {
    /// Everything above.
    pub const SELECT: [&str; 24] = [
        "ID",
        "ENTITY_TYPE_ID",
        "ENTITY_ID",
        "PRESET_ID",
        "NAME",
        "XML_ID",
        "ORIGINATOR_ID",
        "ADDRESS_ONLY",
        "ACTIVE",
        "SORT",
        "RQ_INN",
        "RQ_KPP",
        "RQ_OGRN",
        "RQ_OGRNIP",
        "RQ_COMPANY_NAME",
        "RQ_COMPANY_FULL_NAME",
        "RQ_DIRECTOR",
        "RQ_FIRST_NAME",
        "RQ_LAST_NAME",
        "RQ_SECOND_NAME",
        "DATE_CREATE",
        "DATE_MODIFY",
        "CREATED_BY_ID",
        "MODIFY_BY_ID",
    ];

    /// The requisites of all companies.
    pub fn listing() -> Listing {
        Listing::new("crm.requisite.list").filter("ENTITY_TYPE_ID", super::COMPANY).select(Self::SELECT)
    }
}
